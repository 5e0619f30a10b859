"""From priority areas to projects, from projects to a plan, and what became of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.areas.importing import import_memberships
from app.areas.models import Area
from app.assessment.judging import assess
from app.assessment.models import AssessmentRun
from app.db import db
from app.errors import Invalid
from app.renewal import remedies
from app.renewal.effects import effects
from app.renewal.models import PriorityRun, ProjectEvent
from app.renewal.planning import make_work_plan, propose_projects
from app.renewal.prioritising import prioritise
from app.renewal.queries import (
    project_events,
    projects,
    work_plan_groups,
    work_plans,
)
from app.renewal.stepping import change_state, plan_project
from tests.assessment.conftest import Examined
from tests.assessment.small_city import BEGUN, NORTH, STREETS, add_catalogue, add_standard, add_values

CATALOGUE = Path(__file__).parents[2] / "app" / "demo" / "data" / "catalogue"


@pytest.fixture
def ranked(examined: Examined, assessed: AssessmentRun) -> PriorityRun:
    """The ranking of 2024."""
    return prioritise(exam_year=2024, root_id=examined.city.root.id)


def test_the_worst_indicators_of_the_first_areas_become_projects(ranked: PriorityRun) -> None:
    done = propose_projects(priority_run_id=ranked.id)
    assert (done.added, done.kept) == (3, 0)
    assert [(each.code, each.indicator_codes) for each in done.projects] == [
        (f"XM2024-{STREETS[0]}-SA01", ["SA01"]),
        (f"XM2024-{STREETS[0]}-TR01", ["TR01"]),
        (f"XM2024-{STREETS[1]}-TR01", ["TR01"]),
    ]
    first = done.projects[0]
    assert first.name_zh == f"区域{STREETS[0]}安全隐患整治"
    assert first.name_en == f"Safety hazard removal in Area {STREETS[0]}"
    assert first.measure_zh.startswith("指标SA01：逐栋逐点建立隐患台账")
    assert (first.department.code, first.district.code) == ("housing", NORTH)
    assert (first.kind, first.state) == ("reserve", "proposed")
    assert [event.to_state for event in project_events(first.id)] == ["proposed"]


def test_proposing_again_adds_nothing_and_undoes_nothing(examined: Examined, ranked: PriorityRun) -> None:
    first = propose_projects(priority_run_id=ranked.id)
    change_state(project_id=first.projects[0].id, to_state="accepted")
    again = propose_projects(priority_run_id=prioritise(exam_year=2024, root_id=examined.city.root.id).id)
    assert (again.added, again.kept) == (0, 3)
    assert again.projects[0].state == "accepted"
    assert [each.id for each in again.projects] == [each.id for each in first.projects]


def test_the_limit_bounds_the_list(ranked: PriorityRun) -> None:
    assert len(propose_projects(priority_run_id=ranked.id, limit=2).projects) == 2


def test_a_state_changes_only_step_by_step_and_every_step_stays(ranked: PriorityRun) -> None:
    project = propose_projects(priority_run_id=ranked.id).projects[0]
    with pytest.raises(Invalid, match="project-state-change"):
        change_state(project_id=project.id, to_state="done")
    with pytest.raises(Invalid, match="project-note-missing"):
        change_state(project_id=project.id, to_state="dropped", note="  ")
    with pytest.raises(Invalid, match="project-state-unknown"):
        change_state(project_id=project.id, to_state="finished")
    for state in ("accepted", "under_way", "done", "closed_out"):
        change_state(project_id=project.id, to_state=state, note=state)
    told = [(event.from_state, event.to_state) for event in project_events(project.id)]
    assert told == [
        (None, "proposed"),
        ("proposed", "accepted"),
        ("accepted", "under_way"),
        ("under_way", "done"),
        ("done", "closed_out"),
    ]


def test_a_plan_groups_by_district_department_and_functional_area(
    examined: Examined, ranked: PriorityRun
) -> None:
    city = examined.city
    zone = Area(code="F1", name_zh="陶溪川", level="functional", parent_id=city.root.id, valid_from=BEGUN)
    db.session.add(zone)
    db.session.flush()
    import_memberships(
        content=f"functional_code,member_code\nF1,{STREETS[1]}\n".encode(), filename="members.csv"
    )
    propose_projects(priority_run_id=ranked.id)
    plan = make_work_plan(plan_year=2025, root_id=city.root.id)
    assert (plan.exam_year, plan.number) == (2024, 1)
    by_district = [(group.code, len(group.projects)) for group in work_plan_groups(plan.id)]
    assert by_district == [(NORTH, 3)]
    by_department = [(group.code, len(group.projects)) for group in work_plan_groups(plan.id, "department")]
    assert by_department == [("housing", 3)]
    by_zone = [
        (group.code, [each.area.code for each in group.projects])
        for group in work_plan_groups(plan.id, "functional_area")
    ]
    assert by_zone == [("F1", [STREETS[1]]), ("", [STREETS[0], STREETS[0]])]
    assert work_plan_groups(plan.id, department_ids=[]) == []
    assert {(each.kind, each.plan_year) for each in projects(plan_year=2025)} == {("planned", 2025)}


def test_a_newer_plan_supersedes_and_returns_what_it_leaves_out(
    examined: Examined, ranked: PriorityRun
) -> None:
    root = examined.city.root.id
    listed = propose_projects(priority_run_id=ranked.id).projects
    first = make_work_plan(plan_year=2025, root_id=root)
    second = make_work_plan(plan_year=2025, root_id=root, project_ids=[listed[1].id])
    assert [plan.is_current for plan in work_plans(root_id=root)] == [True, None]
    assert [plan.id for plan in work_plans(root_id=root)] == [second.id, first.id]
    assert [each.id for each in projects(plan_year=2025)] == [listed[1].id]
    assert listed[0].kind == "reserve"
    # The earlier plan still tells what it held.
    assert sum(len(group.projects) for group in work_plan_groups(first.id)) == 3


def test_every_change_is_an_event_and_the_newest_says_where_a_project_stands(
    examined: Examined, ranked: PriorityRun
) -> None:
    root = examined.city.root.id
    project, other, _third = propose_projects(priority_run_id=ranked.id).projects
    make_work_plan(plan_year=2025, root_id=root, note="first")
    make_work_plan(plan_year=2025, root_id=root, project_ids=[other.id])
    plan_project(project_id=project.id, plan_year=2026, note="later")
    change_state(project_id=project.id, to_state="accepted")
    told = [(each.number, each.to_state, each.plan_year, each.note) for each in project_events(project.id)]
    assert told == [
        (1, "proposed", None, ""),
        (2, "proposed", 2025, "first"),
        (3, "proposed", None, ""),
        (4, "proposed", 2026, "later"),
        (5, "accepted", 2026, ""),
    ]
    assert (project.state, project.kind, project.plan_year) == ("accepted", "planned", 2026)
    assert [each.id for each in projects(state="accepted", plan_year=2026)] == [project.id]
    for year in (2024, 2055):
        with pytest.raises(Invalid, match="project-plan-year"):
            plan_project(project_id=project.id, plan_year=year)
    change_state(project_id=project.id, to_state="under_way")
    with pytest.raises(Invalid, match="project-not-open"):
        plan_project(project_id=project.id, plan_year=None)


def test_two_events_of_one_state_are_refused_by_the_database(examined: Examined, ranked: PriorityRun) -> None:
    project = propose_projects(priority_run_id=ranked.id).projects[0]
    change_state(project_id=project.id, to_state="accepted")
    second = {
        "project_id": project.id,
        "number": 2,
        "from_state": "proposed",
        "to_state": "dropped",
        "by": "x",
    }
    db.session.add(ProjectEvent(**second))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_plan_without_projects_is_refused(examined: Examined, ranked: PriorityRun) -> None:
    with pytest.raises(Invalid, match="no-projects"):
        make_work_plan(plan_year=2025, root_id=examined.city.root.id)


def test_projects_are_found_by_indicator_district_and_department(
    examined: Examined, ranked: PriorityRun
) -> None:
    propose_projects(priority_run_id=ranked.id)
    assert len(projects(indicator_code="TR01")) == 2
    assert len(projects(indicator_code="EC02")) == 0
    assert len(projects(district_id=examined.city.id(NORTH))) == 3
    assert projects(department_ids=[]) == []


def test_the_effect_is_the_change_of_score_one_exam_later(examined: Examined, ranked: PriorityRun) -> None:
    listed = propose_projects(priority_run_id=ranked.id).projects
    change_state(project_id=listed[2].id, to_state="dropped", note="no longer needed")
    city = examined.city
    add_catalogue(city, 2025)
    add_standard(city, 2025, "TR01", "national_standard", "<=", 30)
    add_values(city, 2025, {"TR01": {STREETS[0]: 30, STREETS[1]: 30}})
    assess(exam_year=2025, root_id=city.root.id)
    told = [(each.project.code, each.indicator_code, each.change) for each in effects(2025, city.root.id)]
    assert told == [
        (f"XM2024-{STREETS[0]}-SA01", "SA01", None),
        (f"XM2024-{STREETS[0]}-TR01", "TR01", pytest.approx(12)),
    ]


def test_remedies_speak_of_the_catalogue_they_were_written_for() -> None:
    names: dict[str, str] = {}
    for table in ("indicators.csv", "dimensions.csv"):
        with (CATALOGUE / table).open(encoding="utf-8", newline="") as handle:
            names |= {row["code"]: row["name_zh"] for row in csv.DictReader(handle)}
    table = remedies._read()
    assert all(names[code] == name for code, name in table)
    assert {code for code in names if len(code) == 2} <= {code for code, _name in table}
    assert sum(len(code) == 4 for code, _name in table) >= 40


def test_advice_of_another_indicator_under_the_same_code_is_not_given() -> None:
    exact = remedies.remedy_of(("HC08", "老旧小区改造达标率"), ("HC", "健康舒适"))
    assert exact.title_zh == "老旧小区改造"
    assert remedies.remedy_of(("HC08", "别的指标"), ("HC", "健康舒适")).code == "HC"
    assert remedies.remedy_of(("X1", "别的指标"), ("X", "别的维度")) == remedies.GENERAL
