"""The matrix of indicators and six yardsticks, by dimension."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.assessment import queries as assessment
from app.assessment.models import OUTCOMES, YARDSTICKS, Evaluation
from app.assessment.words import OUTCOME_TEXTS, shown_grade, text_of, threshold_words
from app.dashboard.choosing import Chosen
from app.dashboard.figures import decimals_for, unit_words
from app.dashboard.indicator_table import evaluation_href, indicator_href, value_figure
from app.i18n import named
from app.indicators.queries import catalogue


def yardstick_matrix(choice: Chosen) -> dict[str, Any]:
    """Every judged indicator of the area by dimension, and how often each yardstick was met."""
    run = assessment.current_run(choice.year, choice.root.id)
    if run is None:
        return {"is_judged": False, "groups": [], "summary": [], "yardsticks": []}
    rows = assessment.evaluations(run.id, area_id=choice.area.id, with_verdicts=True)
    counts = assessment.yardstick_summary(run.id, choice.area.id)
    groups = []
    for dimension in catalogue(choice.year).dimensions:
        inside = [row for row in rows if row.indicator.dimension_code == dimension.code]
        if inside:
            name = named(dimension.name_zh, dimension.name_en)
            groups.append({"name": name, "code": dimension.code, "rows": [_row(row) for row in inside]})
    return {
        "is_judged": True,
        "groups": groups,
        "summary": [_summary(each, counts[each]) for each in YARDSTICKS],
        "yardsticks": [text_of(each) for each in YARDSTICKS],
    }


def _row(row: Evaluation) -> dict[str, Any]:
    indicator = row.indicator
    return {
        "code": indicator.code,
        "name": named(indicator.name_zh, indicator.name_en),
        "href": indicator_href(row),
        "figure": value_figure(row),
        "grade": shown_grade(row.grade, row.grade_reason),
        "evaluation_href": evaluation_href(row),
        "cells": [cell(verdict, row.unit) for verdict in sorted(row.verdicts, key=lambda v: v.position)],
    }


def cell(verdict: Any, unit: str) -> dict[str, Any]:
    """A verdict: the outcome, what it was held against, by how much, and why."""
    return {
        "yardstick": text_of(verdict.yardstick),
        "outcome": verdict.outcome,
        "outcome_words": text_of(verdict.outcome, OUTCOME_TEXTS),
        "threshold": threshold_words(verdict.threshold, _margin_unit(verdict, unit)),
        "bound": threshold_words(verdict.threshold),
        "margin": margin_words(verdict, unit),
        "reason": text_of(verdict.reason),
    }


def margin_words(verdict: Any, unit: str) -> str | None:
    """By how much the bound was met (+) or missed (−); shares differ by percentage points."""
    if verdict.margin is None:
        return None
    sign = "+" if verdict.margin >= 0 else "−"
    shown = f"{abs(verdict.margin):,.{decimals_for(unit, [verdict.margin])}f}"
    judged = _margin_unit(verdict, unit)
    name = _("个百分点") if judged == "%" else unit_words(judged)
    return f"{sign}{shown} {name}".strip()


def _margin_unit(verdict: Any, unit: str) -> str:
    return "score" if verdict.yardstick == "satisfaction" else unit


def _summary(yardstick: str, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "label": text_of(yardstick),
        "counts": [
            {"outcome": outcome, "words": text_of(outcome, OUTCOME_TEXTS), "count": counts[outcome]}
            for outcome in OUTCOMES
        ],
        "judged": counts["met"] + counts["not_met"] + counts["cannot_tell"],
        "met": counts["met"],
    }
