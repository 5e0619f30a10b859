"""Repeats whose number of rows the form works out: their rows follow the count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.xforms.answers import get_answer, put_answer
from app.xforms.checking import wanted_rows
from app.xforms.definition import FormDefinition, Repeat
from app.xforms.live import LiveForm
from app.xforms.sizing import room_for
from app.xforms.starting import begin_row, new_row

_MAX_ROUNDS = 6


def open_live(
    form: FormDefinition,
    answers: Mapping[str, Any],
    *,
    language: str = "",
    now: datetime | None = None,
    metadata: Mapping[str, str] | None = None,
) -> LiveForm:
    """Work out a form with these answers, with the rows that its counts ask for."""
    live = LiveForm(form, answers, language=language, now=now, metadata=metadata)
    live.calculate()
    for _ in range(_MAX_ROUNDS):
        fitted = live.answers(drop_irrelevant=False)
        new_places = _fit_rows(live, fitted)
        if new_places is None:
            break
        live = LiveForm(form, fitted, language=language, now=now, metadata=metadata)
        live.calculate()
        for place in new_places:
            begin_row(live, live.places[place])
        live.calculate()
    return live


def _fit_rows(live: LiveForm, answers: dict[str, Any]) -> list[str] | None:
    """Add and cut rows of the answers where a repeat has a count, as far as they fit.

    Return the places of the new rows, None where nothing had to be changed.
    """
    changed, new_places = False, []
    for path in sorted(live.form.repeats):
        repeat = live.form.nodes.get(path)
        if not isinstance(repeat, Repeat) or repeat.count is None:
            continue
        room = room_for(live, repeat)
        for parent in live.world.index.get(path.rpartition("/")[0], ()):
            place = f"{live.place_of[parent]}/{repeat.name}"
            rows = get_answer(answers, place) or []
            wanted = min(wanted_rows(live, repeat, parent), len(rows) + room)
            room -= max(0, wanted - len(rows))
            if len(rows) != wanted:
                changed = True
                new_places += [f"{place}[{number}]" for number in range(len(rows) + 1, wanted + 1)]
                more = [new_row(repeat) for _ in range(wanted - len(rows))]
                put_answer(live.form, answers, place, rows[:wanted] + more)
    return new_places if changed else None
