"""Reads of rankings, projects and plans; each with an order and a bounded number of statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.guards import is_within
from app.accounts.models import Department
from app.areas.models import Area
from app.assessment.models import Evaluation
from app.assessment.queries import evaluations_by_id
from app.db import db
from app.errors import NotFound
from app.renewal.models import PriorityArea, PriorityRun, Project, ProjectEvent, WorkPlan, WorkPlanItem


@dataclass(frozen=True)
class PriorityAreaDetail:
    """A priority area with the evaluations that put it there and the projects it gave rise to."""

    priority_area: PriorityArea
    run: PriorityRun
    evaluations: list[Evaluation]
    projects: list[Project]


@dataclass(frozen=True)
class PlanGroup:
    """The projects of a plan in one district, of one department or in one functional area."""

    id: int | None
    code: str
    name_zh: str
    name_en: str
    projects: list[Project]


def current_priority_run(exam_year: int, root_id: int) -> PriorityRun | None:
    """The ranking in force of a city and year."""
    query = select(PriorityRun).where(
        PriorityRun.exam_year == exam_year,
        PriorityRun.root_id == root_id,
        PriorityRun.is_current.is_(True),
    )
    return db.session.execute(query).scalar_one_or_none()


def newest_priority_run(root_id: int) -> PriorityRun | None:
    """The ranking in force of the newest exam of a city."""
    query = select(PriorityRun).where(PriorityRun.root_id == root_id, PriorityRun.is_current.is_(True))
    return db.session.execute(query.order_by(PriorityRun.exam_year.desc()).limit(1)).scalar_one_or_none()


def ranked_years(root_id: int) -> list[int]:
    """The exams that have a ranking, newest first."""
    query = select(PriorityRun.exam_year).where(
        PriorityRun.root_id == root_id, PriorityRun.is_current.is_(True)
    )
    return list(db.session.execute(query.order_by(PriorityRun.exam_year.desc())).scalars())


def priority_run_by_id(run_id: int) -> PriorityRun:
    """A ranking, in force or superseded; NotFound ``unknown-priority-run``."""
    found = db.session.get(PriorityRun, run_id)
    if found is None:
        raise NotFound("unknown-priority-run", found=run_id)
    return found


def priority_areas(
    run_id: int, *, limit: int | None = None, area_ids: frozenset[int] | None = None
) -> list[PriorityArea]:
    """The areas of a ranking by rank, of a scope if given. One statement."""
    query = (
        select(PriorityArea)
        .join(PriorityArea.area)
        .options(contains_eager(PriorityArea.area))
        .where(PriorityArea.run_id == run_id)
        .order_by(PriorityArea.rank)
        .limit(limit)
    )
    return [each for each in db.session.execute(query).scalars() if is_within(area_ids, each.area_id)]


def priority_area_detail(priority_area_id: int) -> PriorityAreaDetail:
    """One area with what put it there; NotFound ``unknown-priority-area``."""
    found = db.session.get(PriorityArea, priority_area_id)
    if found is None:
        raise NotFound("unknown-priority-area", found=priority_area_id)
    ids = [int(each["evaluation_id"]) for each in found.below_pass]
    by_id = evaluations_by_id(ids)
    listed = projects(exam_year=found.run.exam_year, root_id=found.run.root_id, area_id=found.area_id)
    return PriorityAreaDetail(found, found.run, [by_id[each] for each in ids], listed)


def projects(
    *,
    exam_year: int | None = None,
    root_id: int | None = None,
    district_id: int | None = None,
    department_ids: Collection[int] | None = None,
    indicator_code: str | None = None,
    area_id: int | None = None,
    state: str | None = None,
    plan_year: int | None = None,
    area_ids: frozenset[int] | None = None,
) -> list[Project]:
    """Projects by code; ``department_ids`` and ``area_ids`` None are all, empty none. One statement."""
    query = select(Project).options(
        joinedload(Project.area), joinedload(Project.district), joinedload(Project.department)
    )
    for column, wanted in (
        (Project.exam_year, exam_year),
        (Project.root_id, root_id),
        (Project.district_id, district_id),
        (Project.area_id, area_id),
        (Project.state, state),
        (Project.plan_year, plan_year),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if department_ids is not None:
        query = query.where(Project.department_id.in_(sorted(department_ids)))
    found = db.session.execute(query.order_by(Project.code)).scalars()
    # A list inside a JSON column is searched here: the two databases do it in different words.
    return [
        each
        for each in found
        if (indicator_code is None or indicator_code in each.indicator_codes)
        and is_within(area_ids, each.area_id)
    ]


def narrowed(found: Sequence[Project], chosen: Mapping[str, str], *, city_code: str) -> list[Project]:
    """The projects that fit what was chosen of area, district, department, indicator and state.

    Blank chooses all; an area is the city, a district or the project's own. No statement: the page
    offers its choices from the same list.
    """

    def fits(project: Project) -> bool:
        district = project.district.code if project.district else ""
        department = project.department.code if project.department else ""
        return (
            chosen["area"] in ("", city_code, district, project.area.code)
            and chosen["district"] in ("", district)
            and chosen["department"] in ("", department)
            and (not chosen["indicator"] or chosen["indicator"] in project.indicator_codes)
            and chosen["state"] in ("", project.state)
        )

    return [project for project in found if fits(project)]


def project_by_id(project_id: int) -> Project:
    """A project; NotFound ``unknown-project``."""
    found = db.session.get(Project, project_id)
    if found is None:
        raise NotFound("unknown-project", found=project_id)
    return found


def project_events(project_id: int) -> list[ProjectEvent]:
    """What happened to a project, oldest first."""
    query = select(ProjectEvent).where(ProjectEvent.project_id == project_id).order_by(ProjectEvent.number)
    return list(db.session.execute(query).scalars())


def work_plans(*, root_id: int | None = None) -> list[WorkPlan]:
    """All plans, the newest year and version first."""
    query = select(WorkPlan)
    if root_id is not None:
        query = query.where(WorkPlan.root_id == root_id)
    order = (WorkPlan.plan_year.desc(), WorkPlan.number.desc(), WorkPlan.id.desc())
    return list(db.session.execute(query.order_by(*order)).scalars())


def work_plan_by_id(plan_id: int) -> WorkPlan:
    """A plan; NotFound ``unknown-work-plan``."""
    found = db.session.get(WorkPlan, plan_id)
    if found is None:
        raise NotFound("unknown-work-plan", found=plan_id)
    return found


_GROUPED_BY: dict[str, Callable[[WorkPlanItem], Area | Department | None]] = {
    "district": lambda item: item.district,
    "department": lambda item: item.department,
    "functional_area": lambda item: item.functional_area,
}


def work_plan_groups(
    plan_id: int,
    by: str = "district",
    *,
    department_ids: Collection[int] | None = None,
    area_ids: frozenset[int] | None = None,
) -> list[PlanGroup]:
    """The projects of a plan by district, department or functional area; those in none come last.

    ``by`` is a key of the three groupings. One statement.
    """
    query: Any = (
        select(WorkPlanItem)
        .options(
            joinedload(WorkPlanItem.project).joinedload(Project.area),
            joinedload(WorkPlanItem.project).joinedload(Project.department),
            joinedload(WorkPlanItem.district),
            joinedload(WorkPlanItem.department),
            joinedload(WorkPlanItem.functional_area),
        )
        .where(WorkPlanItem.plan_id == plan_id)
    )
    if department_ids is not None:
        query = query.where(WorkPlanItem.department_id.in_(sorted(department_ids)))
    groups: dict[int | None, PlanGroup] = {}
    for item in db.session.execute(query.order_by(WorkPlanItem.position)).scalars():
        if not is_within(area_ids, item.project.area_id):
            continue
        key = _GROUPED_BY[by](item)
        held = PlanGroup(None, "", "", "", [])
        if key is not None:
            held = PlanGroup(key.id, key.code, key.name_zh, key.name_en or "", [])
        groups.setdefault(held.id, held).projects.append(item.project)
    return sorted(groups.values(), key=lambda group: (group.id is None, group.code))
