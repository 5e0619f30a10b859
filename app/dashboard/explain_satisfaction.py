"""Why this satisfaction? From a dimension to its questions, from a question to the answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.areas.models import Area
from app.dashboard.choice_words import ChoiceWords
from app.dashboard.choosing import chosen
from app.dashboard.explain_origin import survey_facts
from app.dashboard.figures import estimate_figure
from app.dashboard.wave_results import satisfaction_href, shown_area, wording_marks
from app.errors import NotFound, whole_number
from app.i18n import named
from app.surveys.composition import answer_parts, dimension_parts
from app.surveys.models import Wave, WeightRun
from app.surveys.queries import ResultRow, estimated_run, results, wave_by_id
from app.surveys.settings import Settings
from app.surveys.wave_settings import settings_version


@dataclass(frozen=True)
class _Asked:
    """The result that a key names, in the shown area, with the run it was made by."""

    wave: Wave
    area: Area
    run: WeightRun
    settings: Settings
    row: ResultRow

    @property
    def title(self) -> str:
        """Of which area, and of what."""
        area = named(self.area.name_zh, self.area.name_en)
        return _("%(area)s：%(what)s", area=area, what=named(self.row.label_zh, self.row.label_en))

    def results(self, measure: str, codes: list[str]) -> list[ResultRow]:
        """Results in the same area."""
        found = results(self.wave.id, measure=measure, level=self.area.level, codes=codes)
        return [each for each in found if each.area_id == self.area.id]


def explain_dimension(key: str) -> dict[str, Any]:
    """A dimension's satisfaction, ``<wave>:<dimension>``: its questions and how they combine."""
    asked = _asked(key, "dimension")
    names = [each.name for each in asked.settings.dimensions.get(asked.row.code, ())]
    questions = {each.code: each for each in asked.results("question", names)}
    parts = (
        [] if asked.row.suppressed else dimension_parts(asked.run, asked.area, asked.settings, asked.row.code)
    )
    # With one part left out, the others and the whole would tell it.
    is_open = bool(parts) and not any(questions[each.code].suppressed for each in parts)
    rows = [
        {
            "text": named(each.label_zh, each.label_en),
            "figure": estimate_figure(
                each, href=satisfaction_href(asked.wave.id, each.code, measure="question")
            ),
            "n": each.n,
        }
        | _shares({part.code: part for part in parts if is_open}.get(each.code))
        for each in questions.values()
    ]
    shown = [row["product"] for row in rows if row["product"] is not None]
    return _page(asked) | {"questions": rows, "sum": sum(shown) if shown else None}


def _shares(part: Any) -> dict[str, float | None]:
    if part is None:
        return {"share": None, "mean": None, "product": None}
    return {"share": 100 * part.share, "mean": part.mean, "product": part.share * part.mean}


def explain_estimate(key: str) -> dict[str, Any]:
    """A question's satisfaction, ``<wave>:<question>``: how many gave each answer, and what it is worth."""
    asked = _asked(key, "question")
    parts = (
        [] if asked.row.suppressed else answer_parts(asked.run, asked.area, asked.settings, asked.row.code)
    )
    words = ChoiceWords(asked.wave, asked.settings)
    rows = [
        {
            "label": words.answer(asked.row.code, each.code),
            "n": each.n,
            "share": 100 * each.share,
            "points": each.points,
            "product": each.share * each.points,
        }
        for each in parts
    ]
    total = sum(row["product"] for row in rows) if rows else None
    mark = wording_marks(asked.wave).get(asked.row.code)
    return _page(asked) | {"answers": rows, "sum": total, "mark": mark}


def _page(asked: _Asked) -> dict[str, Any]:
    told = survey_facts(asked.wave, asked.run)
    return {
        "title": asked.title,
        "figure": estimate_figure(asked.row) | {"unit": _("分")},
        "n": asked.row.n,
        "questions": [],
        "answers": [],
        "mark": None,
        "is_few": asked.row.suppressed,
        **told,
    }


def _asked(key: str, measure: str) -> _Asked:
    """Read a key; NotFound ``unknown-explanation`` where the survey has no such result in the area."""
    wave_text, _colon, code = key.partition(":")
    wave_id, choice = whole_number(wave_text), chosen()
    if wave_id is None or choice is None:
        raise NotFound("unknown-explanation", found=key[:40])
    wave = wave_by_id(wave_id)
    area = shown_area(choice, wave)
    run = estimated_run(wave.id)
    found = results(wave.id, measure=measure, level=area.level, codes=[code])
    row = next((each for each in found if each.area_id == area.id), None)
    if run is None or row is None:
        raise NotFound("unknown-explanation", found=code[:40])
    return _Asked(wave, area, run, settings_version(wave, run.settings_version), row)
