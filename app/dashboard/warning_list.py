"""Warnings of an area and where in the city they are."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.assessment import queries as assessment
from app.assessment.models import Evaluation
from app.assessment.words import shown_grade, text_of
from app.dashboard.choosing import Chosen, here
from app.dashboard.finding_words import finding_rows
from app.dashboard.indicator_table import evaluation_href, indicator_href, value_figure
from app.i18n import named


def warning_list(choice: Chosen) -> dict[str, Any]:
    """Warnings of the chosen area, findings beside them, and counts by district and street."""
    run = assessment.current_run(choice.year, choice.root.id)
    if run is None:
        return {"is_judged": False, "rows": [], "findings": [], "places": [], "counts": {}}
    every = assessment.warnings(run.id)
    own = [row for row in every if row.area_id == choice.area.id]
    return {
        "is_judged": True,
        "rows": [_row(row) for row in own],
        "counts": assessment.warning_counts(run.id, choice.area.id),
        "findings": finding_rows(assessment.findings(run.id, area_id=choice.area.id)),
        "places": _places(choice, every),
    }


def _row(row: Evaluation) -> dict[str, Any]:
    return {
        "code": row.indicator_code,
        "name": named(row.indicator.name_zh, row.indicator.name_en),
        "bottom_line": row.indicator.bottom_line,
        "href": indicator_href(row),
        "figure": value_figure(row),
        "warning": row.warning,
        "grade": shown_grade(row.grade, row.grade_reason),
        "reasons": _("；").join(text_of(code) for code in row.warning_reasons),
        "evaluation_href": evaluation_href(row),
        "department": _department(row),
    }


def _department(row: Evaluation) -> str:
    department = row.indicator.department
    return named(department.name_zh, department.name_en) if department else ""


def _places(choice: Chosen, every: list[Evaluation]) -> list[dict[str, Any]]:
    """Red and yellow by place under the chosen area, the most red first."""
    places = []
    for area in choice.parts:
        if not choice.holds(area):
            continue
        red = sum(1 for row in every if row.area_id == area.id and row.warning == "red")
        yellow = sum(1 for row in every if row.area_id == area.id and row.warning == "yellow")
        places.append(
            {
                "name": named(area.name_zh, area.name_en),
                "level": area.level,
                "href": here("dashboard.warnings", area=area.code),
                "red": red,
                "yellow": yellow,
            }
        )
    return sorted(places, key=lambda each: (-each["red"], -each["yellow"]))
