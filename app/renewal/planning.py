"""Turns priority areas into projects, and projects into yearly work plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from app.analysis.prioritising import ACTING
from app.areas.models import Area
from app.areas.queries import descendants, functional_areas, lineage
from app.assessment.models import Evaluation
from app.assessment.queries import dimension_scores, evaluations_by_id
from app.audit import current_actor
from app.db import add_newest, db
from app.errors import Conflict, Invalid
from app.indicators.exam_years import areas_of_exam
from app.indicators.models import Dimension
from app.renewal.models import PriorityArea, PriorityRun, Project, WorkPlan, WorkPlanItem
from app.renewal.queries import priority_areas, priority_run_by_id, projects
from app.renewal.remedies import REMEDIES_VERSION, Remedy, remedy_of
from app.renewal.stepping import OPEN, begin, locked, move_to_plan

#: Where a problem is high; elsewhere a project has less to mend.
_Group = tuple[str, int | None]


@dataclass(frozen=True)
class Proposed:
    """How many projects were added, how many stood there already, and all of them by rank of the area."""

    added: int
    kept: int
    projects: tuple[Project, ...]


def propose_projects(*, priority_run_id: int, limit: int = 30, indicators_per_area: int = 6) -> Proposed:
    """Make the first list of projects: what is worst in the areas that come first.

    The worst indicators of an area are grouped by dimension and responsible department, one project
    each, until ``limit`` projects. What stands there for the same exam, area, dimension and department is
    kept as it is, so that a second run adds nothing and undoes nothing. Raises NotFound
    ``unknown-priority-run``.
    """
    run = priority_run_by_id(priority_run_id)
    ranked = [each for each in priority_areas(run.id) if each.quadrant in ACTING and each.below_pass]
    wanted = [
        int(below["evaluation_id"]) for each in ranked for below in each.below_pass[:indicators_per_area]
    ]
    drafting = _Drafting(run, evaluations_by_id(wanted))
    found: list[Project] = []
    for area in ranked:
        ids = [int(below["evaluation_id"]) for below in area.below_pass[:indicators_per_area]]
        for group, members in drafting.groups(ids).items():
            if len(found) < limit:
                found.append(drafting.project(area, group, members))
    begin(projects=drafting.added)
    return Proposed(len(drafting.added), len(found) - len(drafting.added), tuple(found))


class _Drafting:
    """Writes the projects of one proposal, minding what stands there already."""

    def __init__(self, run: PriorityRun, evaluations: Mapping[int, Evaluation]) -> None:
        self.run = run
        self.evaluations = evaluations
        self.added: list[Project] = []
        self._dimensions: dict[str, Dimension] = {
            each.dimension_code: each.dimension
            for each in dimension_scores(run.assessment_run_id, run.root_id)
        }
        self._lines = lineage(areas_of_exam(run.exam_year, run.root))
        standing = projects(exam_year=run.exam_year, root_id=run.root_id)
        self._standing = {(each.area_id, each.dimension_code, each.department_id): each for each in standing}
        self._codes = Codes(run.exam_year, (each.code for each in standing))

    def groups(self, ids: Sequence[int]) -> dict[_Group, list[Evaluation]]:
        """Evaluations by dimension and department, in the order of the worst of each."""
        found: dict[_Group, list[Evaluation]] = {}
        for each in ids:
            indicator = self.evaluations[each].indicator
            found.setdefault((indicator.dimension_code, indicator.department_id), []).append(
                self.evaluations[each]
            )
        return found

    def project(self, area: PriorityArea, group: _Group, members: Sequence[Evaluation]) -> Project:
        """The project that stands there, or a new one."""
        key = (area.area_id, *group)
        if key not in self._standing:
            made = Project(**self._columns(area, group, members))
            db.session.add(made)
            self.added.append(made)
            self._standing[key] = made
        return self._standing[key]

    def _columns(self, area: PriorityArea, group: _Group, members: Sequence[Evaluation]) -> dict[str, Any]:
        dimension = self._dimensions[group[0]]
        remedies = [
            remedy_of((each.indicator_code, each.indicator.name_zh), (dimension.code, dimension.name_zh))
            for each in members
        ]
        place = area.area
        return {
            "code": self._codes.next(area.area.code, group[0]),
            "exam_year": self.run.exam_year,
            "root_id": self.run.root_id,
            "priority_area_id": area.id,
            "area_id": area.area_id,
            "district_id": self._lines.get(area.area_id, {}).get("district"),
            "department_id": group[1],
            "dimension_code": group[0],
            "indicator_codes": [each.indicator_code for each in members],
            "evaluation_ids": [each.id for each in members],
            "name_zh": place.name_zh + _titles(remedies, "、", "等", lambda each: each.title_zh),
            "name_en": _titles(remedies, " and ", " and others", lambda each: each.title_en)
            + f" in {place.name_en or place.name_zh}",
            "measure_zh": _advice(members, remedies, english=False),
            "measure_en": _advice(members, remedies, english=True),
            "remedies_version": REMEDIES_VERSION,
            "created_by": current_actor(),
        }


class Codes:
    """Hands out the next free number of an exam, an area and a dimension."""

    def __init__(self, exam_year: int, taken: Iterable[str]) -> None:
        self._year = exam_year
        self._taken = set(taken)

    def next(self, area_code: str, dimension_code: str) -> str:
        """A code that no project has."""
        for number in count(1):
            code = f"XM{self._year}-{area_code}-{dimension_code}{number:02d}"
            if code not in self._taken:
                self._taken.add(code)
                return code
        raise AssertionError("counting has no end")


def _titles(remedies: Sequence[Remedy], joint: str, more: str, title: Any) -> str:
    told = list(dict.fromkeys(title(each) for each in remedies))
    return joint.join(told[:2]) + (more if len(told) > 2 else "")


def _advice(members: Sequence[Evaluation], remedies: Sequence[Remedy], *, english: bool) -> str:
    """One line for each piece of advice, with the indicators it is for."""
    lines: dict[str, list[str]] = {}
    for each, remedy in zip(members, remedies, strict=True):
        name = each.indicator.name_en if english else each.indicator.name_zh
        lines.setdefault(remedy.advice_en if english else remedy.advice_zh, []).append(name)
    if english:
        return "\n".join(f"{', '.join(names)}: {advice}" for advice, names in lines.items())
    return "\n".join(f"{'、'.join(names)}：{advice}" for advice, names in lines.items())


def make_work_plan(
    *,
    plan_year: int,
    root_id: int,
    exam_year: int | None = None,
    project_ids: Sequence[int] | None = None,
    note: str = "",
) -> WorkPlan:
    """Put projects into the work plan of a year, in the order of district, department and code.

    By default these are the projects of the exam of the year before that are proposed or accepted and
    in no other year's plan. A newer plan of the same city and year supersedes; a project it leaves out
    returns to the reserve. Raises Invalid ``no-projects``, ``project-of-other-city``; NotFound
    ``unknown-project``; Conflict ``plan-made-meanwhile``.
    """
    year = plan_year - 1 if exam_year is None else exam_year
    chosen = _chosen(plan_year, root_id, year, project_ids)
    if not chosen:
        raise Invalid("no-projects", year=plan_year)
    plan = _add_plan(plan_year, root_id, year, note)
    kept = {each.id for each in chosen}
    left_out = [each.id for each in projects(root_id=root_id, plan_year=plan_year) if each.id not in kept]
    move_to_plan(projects=locked(left_out), plan_year=None, note=plan.note)
    move_to_plan(projects=chosen, plan_year=plan_year, note=plan.note)
    functional = _functional_areas(root_id, {each.area_id for each in chosen})
    for position, project in enumerate(sorted(chosen, key=_place), start=1):
        item = WorkPlanItem(
            plan_id=plan.id,
            project_id=project.id,
            position=position,
            district_id=project.district_id,
            department_id=project.department_id,
            functional_area_id=functional.get(project.area_id),
        )
        db.session.add(item)
    db.session.flush()
    return plan


def _chosen(plan_year: int, root_id: int, exam_year: int, project_ids: Sequence[int] | None) -> list[Project]:
    if project_ids is not None:
        given = locked(project_ids)
        for project in given:
            if project.root_id != root_id:
                raise Invalid("project-of-other-city", found=project.code)
        return given
    offered = locked([each.id for each in projects(exam_year=exam_year, root_id=root_id)])
    return [each for each in offered if each.state in OPEN and each.plan_year in (None, plan_year)]


def _add_plan(plan_year: int, root_id: int, exam_year: int, note: str) -> WorkPlan:
    plan = WorkPlan(
        root_id=root_id,
        plan_year=plan_year,
        exam_year=exam_year,
        note=note.strip()[:1000],
        made_by=current_actor(),
    )
    of_year = (WorkPlan.plan_year == plan_year, WorkPlan.root_id == root_id)
    add_newest(row=plan, line=of_year, meanwhile=Conflict("plan-made-meanwhile", year=plan_year))
    return plan


def _place(project: Project) -> tuple[str, str, str]:
    district = project.district.code if project.district else ""
    department = project.department.code if project.department else ""
    return district, department, project.code


def _functional_areas(root_id: int, area_ids: set[int]) -> dict[int, int]:
    """The functional area each area lies in, by itself or with what contains it.

    Of several the one that holds the largest share, then the first by code.
    """
    tree = descendants(db.session.get_one(Area, root_id))
    lines, codes = lineage(tree), {area.id: area.code for area in tree}
    members = functional_areas()
    found = {}
    for area_id in area_ids:
        above = [area_id, *lines.get(area_id, {}).values()]
        hits = [members[codes[each]] for each in above if codes.get(each) in members]
        if hits:
            found[area_id] = hits[0]
    return found
