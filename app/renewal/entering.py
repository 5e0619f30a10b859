"""A project entered by hand: what no ranking proposes and the office knows to be needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.managing import department_coded
from app.areas.models import Area
from app.areas.queries import lineage
from app.assessment.queries import current_run, evaluations
from app.audit import current_actor
from app.db import db, take_turn
from app.errors import Conflict, Invalid
from app.indicators.exam_years import areas_of_exam
from app.indicators.models import Indicator
from app.indicators.queries import catalogue
from app.renewal.models import Project
from app.renewal.planning import Codes
from app.renewal.queries import projects
from app.renewal.stepping import begin, check_plan_year, move_to_plan


@dataclass(frozen=True)
class ProjectDraft:
    """What is known of a project; ``cost`` in ten thousand yuan, ``plan_year`` None for the reserve."""

    name_zh: str
    area_code: str
    indicator_codes: Sequence[str]
    name_en: str = ""
    department_code: str | None = None
    cost: float | None = None
    start_year: int | None = None
    end_year: int | None = None
    plan_year: int | None = None
    note: str = ""


def enter_project(*, exam_year: int, root: Area, draft: ProjectDraft, reason: str) -> Project:
    """Add a project to the library; the reason stays with its first event.

    Raises Invalid ``project-name-missing``, ``project-reason-missing``, ``project-text-too-long``,
    ``area-outside-root``, ``project-indicators-missing``, ``project-indicator-unknown``,
    ``unknown-department``, ``project-cost``, ``project-years``, ``project-plan-year``, Conflict
    ``project-exists``.
    """
    _check(draft, reason, exam_year)
    tree = areas_of_exam(exam_year, root)
    area = next((each for each in tree if each.code == draft.area_code), None)
    if area is None or area.level == "functional":
        raise Invalid("area-outside-root", found=draft.area_code)
    indicators = _indicators(exam_year, draft.indicator_codes)
    department = department_coded(draft.department_code) if draft.department_code else None
    dimension = indicators[0].dimension_code
    project = Project(
        code=_code(exam_year, root, draft, area, dimension),
        exam_year=exam_year,
        root_id=root.id,
        area_id=area.id,
        district_id=lineage(tree).get(area.id, {}).get("district"),
        department_id=None if department is None else department.id,
        dimension_code=dimension,
        indicator_codes=[each.code for each in indicators],
        evaluation_ids=_evaluations(exam_year, root.id, area.id, [each.code for each in indicators]),
        name_zh=draft.name_zh.strip(),
        name_en=draft.name_en.strip() or draft.name_zh.strip(),
        measure_zh=draft.note.strip(),
        measure_en=draft.note.strip(),
        remedies_version="",
        cost=draft.cost,
        start_year=draft.start_year,
        end_year=draft.end_year,
        created_by=current_actor(),
    )
    db.session.add(project)
    begin(projects=[project], note=reason.strip())
    move_to_plan(projects=[project], plan_year=draft.plan_year, note=reason.strip())
    return project


def _check(draft: ProjectDraft, reason: str, exam_year: int) -> None:
    if not draft.name_zh.strip():
        raise Invalid("project-name-missing")
    if not reason.strip():
        raise Invalid("project-reason-missing")
    for text, limit in ((draft.name_zh, 300), (draft.name_en, 400), (draft.note, 10_000), (reason, 1000)):
        if len(text.strip()) > limit:
            raise Invalid("project-text-too-long", limit=limit)
    if draft.cost is not None and not 0 <= draft.cost < 1e9:
        raise Invalid("project-cost")
    years = [each for each in (draft.start_year, draft.end_year) if each is not None]
    if years != sorted(years) or any(not 1900 <= each <= 2200 for each in years):
        raise Invalid("project-years")
    check_plan_year(exam_year, draft.plan_year)


def _code(exam_year: int, root: Area, draft: ProjectDraft, area: Area, dimension: str) -> str:
    """The next free code; a form sent twice is one project, unless the earlier one was dropped."""
    take_turn(under=root)
    held, name = projects(exam_year=exam_year, root_id=root.id), draft.name_zh.strip()
    for each in held:
        if (each.name_zh, each.area_id) == (name, area.id) and each.state != "dropped":
            raise Conflict("project-exists", name=name, code=each.code)
    return Codes(exam_year, (each.code for each in held)).next(area.code, dimension)


def _indicators(exam_year: int, codes: Sequence[str]) -> list[Indicator]:
    known = {each.code: each for each in catalogue(exam_year).indicators}
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        raise Invalid("project-indicators-missing")
    for code in wanted:
        if code not in known:
            raise Invalid("project-indicator-unknown", found=code[:40], year=exam_year)
    return [known[code] for code in wanted]


def _evaluations(exam_year: int, root_id: int, area_id: int, codes: Sequence[str]) -> list[int]:
    """What the assessment in force says of the indicators there, so that the effect can be told later."""
    run = current_run(exam_year, root_id)
    if run is None:
        return []
    by_code = {each.indicator_code: each.id for each in evaluations(run.id, area_id=area_id)}
    return [by_code[code] for code in codes if code in by_code]
