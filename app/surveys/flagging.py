"""Quality flags with the facts behind them, and which answers count by the wave's stated rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import update

from app.analysis import quality
from app.analysis.quality import Flag
from app.db import db, utcnow
from app.surveys.models import Response, Wave
from app.surveys.reading import categories_again
from app.surveys.response_table import AnswerTable, ResponseRow, response_rows
from app.surveys.settings import Settings
from app.surveys.wave_settings import current_settings

Flags = tuple[Flag, ...]


@dataclass(frozen=True)
class Flagged:
    """How many responses there are, how many carry a flag, how many count, and how often each flag."""

    received: int
    flagged: int
    used: int
    by_code: dict[str, int]


def flag_responses(*, wave_id: int) -> Flagged:
    """Flag every response of a wave anew, by its present settings; nothing is ever deleted.

    Flags are kept with their facts; ``usable`` follows ``settings.quality``.
    """
    wave = db.session.get_one(Wave, wave_id)
    settings = current_settings(wave)
    rows = response_rows(wave_id)
    complete = [row for row in rows if row.disposition == "complete"]
    table = AnswerTable(complete)
    groups = [_placed(rule(table, settings), complete, rows) for rule in _RULES]
    structural = _structural(rows, settings, wave.design)
    now, counts, changes = utcnow(), Counter[str](), []
    for row, flags in zip(rows, quality.flags_by_row(len(rows), structural, *groups), strict=True):
        codes = {flag.code for flag in flags}
        counts.update(codes)
        changes.append(
            {
                "id": row.id,
                "flags": [{"code": flag.code, "facts": _facts(flag, rows)} for flag in flags],
                "flag_count": len(flags),
                "usable": settings.quality.uses(codes),
                "categories": _categories(row, settings),
                "flagged_at": now,
            }
        )
    if changes:
        db.session.execute(update(Response), changes)
    wave.flag_counts = dict(sorted(counts.items()))
    return Flagged(
        len(rows),
        sum(bool(change["flags"]) for change in changes),
        sum(bool(change["usable"]) for change in changes),
        wave.flag_counts,
    )


def _categories(row: ResponseRow, settings: Settings) -> dict[str, str]:
    kept = {group.code for group in settings.groups} & set(row.categories)
    return {code: row.categories[code] for code in kept} | categories_again(settings, row.answers)


def _facts(flag: Flag, rows: Sequence[ResponseRow]) -> dict[str, Any]:
    facts = dict(flag.facts)
    if "same_as" in facts:
        facts["same_as"] = rows[int(str(facts["same_as"]))].id
    return facts


def _placed(flags: Flags, some: Sequence[ResponseRow], rows: Sequence[ResponseRow]) -> Flags:
    """Flags on the rows of ``some``, as flags on their places among all rows."""
    place = {row.id: number for number, row in enumerate(rows)}
    moved = []
    for flag in flags:
        facts = dict(flag.facts)
        if "same_as" in facts:
            facts["same_as"] = place[some[int(str(facts["same_as"]))].id]
        moved.append(Flag(place[some[flag.row].id], flag.code, facts))
    return tuple(moved)


def _structural(rows: Sequence[ResponseRow], settings: Settings, design: str) -> Flags:
    """What keeps an answer out of any estimate, whatever its quality."""
    needed = [group.code for group in settings.groups if group.weighting]
    scored = [question.name for question in settings.scored]
    found = []
    for number, row in enumerate(rows):
        if row.disposition != "complete":
            found.append(Flag(number, row.disposition, {}))
            continue
        if row.duplicate:
            found.append(Flag(number, "duplicate-unit", {"unit": row.sample_unit_id}))
        if design == "two_stage" and row.sample_unit_id is None:
            found.append(Flag(number, "no-unit", {}))
        if row.district_id is None:
            found.append(Flag(number, "no-area", {}))
        if not any(name in row.answers for name in scored):
            found.append(Flag(number, "no-answers", {}))
        missing = [code for code in needed if code not in _categories(row, settings)]
        if missing:
            found.append(Flag(number, "no-category", {"groups": missing}))
        if row.unit_area_id is not None and row.community_id not in (None, row.unit_area_id):
            facts = {"community": row.community_id, "unit_community": row.unit_area_id}
            found.append(Flag(number, "wrong-area", facts))
    return tuple(found)


def _too_fast(table: AnswerTable, settings: Settings) -> Flags:
    seconds = [float("nan") if row.seconds is None else row.seconds for row in table.rows]
    rules = settings.quality
    return quality.flag_too_fast(
        seconds, median_share=rules.fast_median_share, floor_seconds=rules.fast_floor_seconds
    )


def _straight_lining(table: AnswerTable, settings: Settings) -> Flags:
    items = table.matrix([each for each in settings.scored if each.scored == "dimension"])
    if not items.shape[1]:
        return ()
    return quality.flag_straight_lining(items, minimum_items=settings.quality.straight_minimum_items)


def _longstring(table: AnswerTable, settings: Settings) -> Flags:
    if settings.quality.longstring_limit is None:
        return ()
    return quality.flag_longstring(table.matrix(settings.scored), limit=settings.quality.longstring_limit)


def _attention(table: AnswerTable, settings: Settings) -> Flags:
    if settings.attention_question is None:
        return ()
    given = table.numbers(settings.attention_question)
    return quality.flag_attention(given, expected=float(settings.attention_answer))


def _dont_knows(table: AnswerTable, settings: Settings) -> Flags:
    items = table.matrix(settings.scored)
    unknown = np.isin(items, [float(code) for code in settings.dont_know])
    return quality.flag_dont_knows(
        np.where(unknown, 9.0, items), code=9.0, limit_share=settings.quality.dont_know_share
    )


def _duplicates(table: AnswerTable, settings: Settings) -> Flags:
    kept = [question.name for question in settings.questions if question.type == "select_one"]
    columns = [table.codes(name) for name in kept if any(name in row.answers for row in table.rows)]
    if not columns or not any(row.device for row in table.rows):
        return ()
    answers = np.array([[value or "" for value in column] for column in columns], dtype=str).T
    return quality.flag_duplicates(
        answers,
        devices=np.array([row.device or "" for row in table.rows], dtype=str),
        near_share=settings.quality.near_share,
        minimum_items=settings.quality.duplicate_minimum_items,
    )


_RULES: tuple[Callable[[AnswerTable, Settings], Flags], ...] = (
    _too_fast,
    _straight_lining,
    _longstring,
    _attention,
    _duplicates,
    _dont_knows,
)
