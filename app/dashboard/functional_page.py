"""A functional area is not judged itself: what its member areas came to."""

from __future__ import annotations

from typing import Any

from app.accounts.guards import is_within
from app.areas.queries import members_of, reckoned, rows_of_day
from app.assessment import queries as assessment
from app.assessment.models import STANDINGS
from app.assessment.words import GRADE_TEXTS
from app.dashboard.choosing import Chosen, area_name, here
from app.dashboard.figures import count_figure, figure, score_figure
from app.i18n import listing
from app.indicators.exam_years import exam_year_of


def functional_page(choice: Chosen) -> dict[str, Any]:
    """The members within the reader's scope with score and grades; without an assessment no numbers.

    Those that are not there in the year are named: whether their successors belong to it nobody has said.
    """
    run = assessment.current_run(choice.year, choice.root.id)
    day = reckoned(choice.root, exam_year_of(choice.year).data_date)
    listed = [each for each in members_of(choice.area) if is_within(choice.scope, each[0].id)]
    there = rows_of_day([area.id for area, _share in listed], day)
    members = [(there[area.id], share) for area, share in listed if area.id in there]
    scores = {row.area_id: row for row in assessment.area_scores(run.id)} if run is not None else {}
    grades = assessment.standings_by_area(run.id, [area.id for area, _share in members]) if run else {}
    return {
        "gone": listing([area_name(area) for area, _share in listed if area.id not in there]),
        "grade_names": [str(GRADE_TEXTS[grade]) for grade in STANDINGS],
        "members": [
            {
                "name": area_name(area),
                "href": here("dashboard.overview", area=area.code),
                "share": figure(100 * share, unit="%"),
                "score": score_figure(scores.get(area.id)),
                "grades": [_count(grades.get(area.id), grade) for grade in STANDINGS],
            }
            for area, share in members
        ],
    }


def _count(counts: dict[str, int] | None, grade: str) -> dict[str, Any]:
    """A count of grades; of an area that was not judged there is none, not even zero."""
    return figure(None) if counts is None else count_figure(counts.get(grade, 0), "")
