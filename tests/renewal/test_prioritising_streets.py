"""Ranking the streets, held against numbers worked out by hand."""

from __future__ import annotations

import pytest
from flask import Flask

from app.assessment.models import AssessmentRun
from app.db import db
from app.errors import Invalid, NotFound
from app.renewal.models import PriorityArea
from app.renewal.prioritising import prioritise
from app.renewal.queries import current_priority_run, priority_area_detail, priority_areas
from tests.assessment.conftest import Examined
from tests.assessment.small_city import CITY, STREETS, add_catalogue, add_values, make_city


def _told(rows: list[PriorityArea]) -> list[tuple[str, str]]:
    return [(row.area.code, row.quadrant) for row in rows]


def test_without_any_part_the_potential_is_unknown_and_the_problem_decides(
    examined: Examined, assessed: AssessmentRun
) -> None:
    run = prioritise(exam_year=2024, root_id=examined.city.root.id)
    rows = priority_areas(run.id)
    assert _told(rows) == [(STREETS[0], "remedy"), (STREETS[1], "remedy"), (STREETS[2], "keep")]
    assert [row.problem for row in rows] == pytest.approx([24, 4, 5 / 3])
    assert [row.potential for row in rows] == [None, None, None]
    assert [row.priority for row in rows] == pytest.approx([40, 400 / 60, 500 / 180])
    assert run.facts["potential"] == "no-part"
    assert run.facts["parts_missing"]["density"] == ["area_total", "pop_resident"]
    assert run.assessment_run_id == assessed.id


def test_a_recorded_part_gives_the_potential_and_names_its_figures(
    examined: Examined, assessed: AssessmentRun, with_people: dict[tuple[str, str], int]
) -> None:
    run = prioritise(exam_year=2024, root_id=examined.city.root.id)
    rows = priority_areas(run.id)
    assert _told(rows) == [(STREETS[1], "act"), (STREETS[0], "remedy"), (STREETS[2], "seize")]
    assert {row.area.code: row.potential for row in rows} == {
        STREETS[0]: pytest.approx(0),
        STREETS[1]: pytest.approx(100),
        STREETS[2]: pytest.approx(50),
    }
    assert rows[0].priority == pytest.approx((4 / 60 * 100 * 100) ** 0.5)
    density = rows[0].parts["density"]
    assert density["value"] == pytest.approx(3000)
    assert density["items"]["pop_resident"] == with_people["pop_resident", STREETS[1]]
    assert run.facts["parts_used"] == ["density"]
    assert "heritage" in run.facts["parts_missing"]


def test_an_area_leads_back_to_the_evaluations_that_put_it_there(
    examined: Examined, assessed: AssessmentRun
) -> None:
    run = prioritise(exam_year=2024, root_id=examined.city.root.id)
    first = priority_areas(run.id, limit=1)[0]
    detail = priority_area_detail(first.id)
    assert [(each.indicator_code, each.score) for each in detail.evaluations] == [
        ("SA01", 0.0),
        ("TR01", pytest.approx(48)),
    ]
    assert all(each.run_id == assessed.id and len(each.verdicts) == 6 for each in detail.evaluations)


def test_ranking_again_gives_the_same_digest_and_supersedes(
    examined: Examined, assessed: AssessmentRun
) -> None:
    root = examined.city.root.id
    first = prioritise(exam_year=2024, root_id=root)
    second = prioritise(exam_year=2024, root_id=root)
    assert first.digest == second.digest
    assert (first.number, second.number) == (1, 2)
    current = current_priority_run(2024, root)
    assert current is not None
    assert current.id == second.id


def test_without_assessment_or_street_scores_nothing_is_ranked(app: Flask) -> None:
    from app.assessment.judging import assess

    city = make_city()
    add_catalogue(city, 2024)
    with pytest.raises(NotFound, match="no-assessment"):
        prioritise(exam_year=2024, root_id=city.root.id)
    add_values(city, 2024, {"EC01": {CITY: 70}})
    assess(exam_year=2024, root_id=city.root.id)
    with pytest.raises(Invalid, match="no-street-scores"):
        prioritise(exam_year=2024, root_id=city.root.id)


def test_a_ranked_area_cannot_be_changed(examined: Examined, assessed: AssessmentRun) -> None:
    run = prioritise(exam_year=2024, root_id=examined.city.root.id)
    priority_areas(run.id)[0].rank = 9
    with pytest.raises(ValueError, match="append-only"):
        db.session.flush()
