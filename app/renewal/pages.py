"""Priority areas, projects and work plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import OFFICE, RESULTS, area_scope, department_scope, is_within, permit_area
from app.accounts.queries import departments
from app.areas.models import Area
from app.areas.queries import area_by_code, city_by_code, roots
from app.errors import Forbidden, Invalid, NotFound, Place, whole_number
from app.indicators.exam_years import areas_of_exam
from app.indicators.queries import catalogue, years_with_sets
from app.jobs import enqueue
from app.renewal.basis import ranking_basis
from app.renewal.effects import effects
from app.renewal.entering import ProjectDraft, enter_project
from app.renewal.explaining import explanation
from app.renewal.jobs import PRIORITISE
from app.renewal.models import STATES, Project
from app.renewal.planning import make_work_plan, propose_projects
from app.renewal.queries import (
    current_priority_run,
    narrowed,
    newest_priority_run,
    priority_area_detail,
    project_by_id,
    project_events,
    ranked_years,
    work_plan_by_id,
    work_plan_groups,
)
from app.renewal.queries import priority_areas as areas_of_run
from app.renewal.queries import projects as listed_projects
from app.renewal.queries import work_plans as listed_plans
from app.renewal.stepping import OPEN, change_state, next_states, plan_project
from app.renewal.words import STEP_TEXTS, renewal_text
from app.web.navigation import speaks_of
from app.workbooks.numbers import NumberReading, read_integer, read_number

blueprint = Blueprint("renewal", __name__, template_folder="templates")
blueprint.add_app_template_global(renewal_text, "renewal_text")
_FILTERS = ("district", "department", "indicator", "state")
_GROUPINGS = ("district", "department", "functional_area")


def _root() -> Area | None:
    """The chosen city, else the first."""
    if request.values.get("city"):
        return area_by_code(request.values["city"])
    known = roots()
    return known[0] if known else None


def _may_write() -> bool:
    return bool(current_user.roles & OFFICE)


def _names(exam_year: int) -> dict[str, dict[str, str]]:
    """Names of the indicators by code, for pages that list codes."""
    if exam_year not in years_with_sets():
        return {}
    return {each.code: {"zh": each.name_zh, "en": each.name_en} for each in catalogue(exam_year).indicators}


@blueprint.get("/")
def priority_areas() -> ResponseReturnValue:
    """The streets by rank: where to act first, and why."""
    root = _root()
    year = whole_number(request.args.get("year"))
    run = None
    if root is not None:
        run = newest_priority_run(root.id) if year is None else current_priority_run(year, root.id)
    return render_template(
        "renewal/priority_areas.html",
        root=root,
        run=run,
        basis=ranking_basis(run) if run else None,
        year=run.exam_year if run else year,
        years=ranked_years(root.id) if root else [],
        exam_years=years_with_sets(),
        areas=areas_of_run(run.id, area_ids=area_scope(RESULTS)) if run else [],
        names=_names(run.exam_year) if run else {},
        may_write=_may_write(),
    )


@blueprint.get("/areas/<int:priority_area_id>")
def area(priority_area_id: int) -> ResponseReturnValue:
    """Why a street stands where it does."""
    detail = priority_area_detail(priority_area_id)
    permit_area(area_scope(RESULTS), detail.priority_area.area_id)
    speaks_of(detail.run.exam_year)
    scope = department_scope()
    shown = [each for each in detail.projects if scope is None or each.department_id in scope]
    return render_template(
        "renewal/area.html",
        detail=detail,
        basis=ranking_basis(detail.run),
        projects=shown,
        why=explanation(detail),
    )


@blueprint.post("/")
def prioritise() -> ResponseReturnValue:
    """Queue a ranking."""
    root, year = _posted_root(), _posted_year("exam_year", "renewal-year-missing")
    job = enqueue(
        kind=PRIORITISE,
        arguments={"exam_year": year, "root_id": root.id},
    )
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.get("/projects")
def projects() -> ResponseReturnValue:
    """The project library, by district, department, indicator and state."""
    root = _root()
    chosen = {key: request.args.get(key, "") for key in ("year", "area", *_FILTERS)}
    years = ranked_years(root.id) if root else []
    year = whole_number(chosen["year"]) or (years[0] if years else None)
    every = _visible(year, root) if root and year else []
    return render_template(
        "renewal/projects.html",
        root=root,
        year=year,
        years=years,
        chosen=chosen,
        projects=narrowed(every, chosen, city_code=root.code if root else ""),
        districts=_options(each.district for each in every),
        departments=_options(each.department for each in every),
        indicators=sorted({code for each in every for code in each.indicator_codes}),
        names=_names(year) if year else {},
        states=STATES,
        run=current_priority_run(year, root.id) if root and year else None,
        may_write=_may_write(),
    )


def _visible(year: int, root: Area) -> list[Project]:
    """What the reader may see: a department its own projects, whoever is limited to areas those of them."""
    return listed_projects(
        exam_year=year, root_id=root.id, department_ids=department_scope(), area_ids=area_scope(RESULTS)
    )


def _options(rows: Any) -> list[Any]:
    return sorted({each for each in rows if each is not None}, key=lambda each: each.code)


@blueprint.post("/projects")
def propose() -> ResponseReturnValue:
    """Make the first list of projects from the ranking in force."""
    root, year = _posted_root(), _posted_year("exam_year", "renewal-year-missing")
    run = current_priority_run(year, root.id)
    if run is None:
        raise NotFound("no-ranking", year=year)
    done = propose_projects(priority_run_id=run.id)
    flash(_("新增 %(added)s 个项目，%(kept)s 个已在库中。", added=done.added, kept=done.kept), "success")
    return redirect(url_for("renewal.projects", year=year))


@blueprint.get("/projects/new")
def new_project() -> ResponseReturnValue:
    """Where the office enters a project by hand."""
    root, years = _root(), years_with_sets()
    asked = request.args.get("year", type=int)
    year = asked if asked in years else (years[-1] if years else None)
    return render_template(
        "renewal/new_project.html",
        root=root,
        year=year,
        areas=_places(year, root) if root and year else [],
        departments=departments(),
        indicators=catalogue(year).indicators if year else [],
    )


@blueprint.post("/projects/new")
def add_project() -> ResponseReturnValue:
    """Add a project entered by hand."""
    form = request.form
    draft = ProjectDraft(
        name_zh=form.get("name_zh", ""),
        name_en=form.get("name_en", ""),
        area_code=form.get("area", ""),
        indicator_codes=form.getlist("indicators"),
        department_code=form.get("department") or None,
        cost=_number("cost"),
        start_year=_whole_number("start_year"),
        end_year=_whole_number("end_year"),
        plan_year=_whole_number("plan_year"),
        note=form.get("note", ""),
    )
    year = _posted_year("exam_year", "renewal-year-missing")
    made = enter_project(exam_year=year, root=_posted_root(), draft=draft, reason=form.get("reason", ""))
    flash(_("项目“%(name)s”已入库。", name=made.name_zh), "success")
    return redirect(url_for("renewal.project", project_id=made.id))


def _number(name: str) -> float | None:
    """A number of the form; None where it was left empty."""
    return _read(name, read_number).value


def _whole_number(name: str) -> int | None:
    value = _read(name, read_integer).value
    return None if value is None else int(value)


def _read(name: str, reader: Callable[[object], NumberReading]) -> NumberReading:
    text = request.form.get(name, "")
    reading = reader(text)
    if reading.state not in {"number", "blank"}:
        place = Place("project-number-unreadable", {"found": text[:40]}, field_name=name)
        raise Invalid("project-number-unreadable", places=[place], found=text[:40])
    return reading


@blueprint.post("/projects/<int:project_id>/plan")
def plan_one(project_id: int) -> ResponseReturnValue:
    """Put a project into a year's plan, or back into the reserve."""
    plan_project(
        project_id=project_id, plan_year=_whole_number("plan_year"), note=request.form.get("note", "")
    )
    flash(_("计划年度已更改。"), "success")
    return redirect(url_for("renewal.project", project_id=project_id))


@blueprint.get("/projects/<int:project_id>")
def project(project_id: int) -> ResponseReturnValue:
    """One project: what for, how, and what happened to it."""
    found = _project(project_id)
    speaks_of(found.exam_year)
    return render_template(
        "renewal/project.html",
        project=found,
        events=project_events(project_id),
        names=_names(found.exam_year),
        may_plan=_may_write() and found.state in OPEN,
        steps=[(state, STEP_TEXTS[state]) for state in next_states(found)] if _may_write() else [],
    )


def _project(project_id: int) -> Project:
    found = project_by_id(project_id)
    scope = department_scope()
    if scope is not None and found.department_id not in scope:
        raise Forbidden("forbidden")
    permit_area(area_scope(RESULTS), found.area_id)
    return found


@blueprint.post("/projects/<int:project_id>/state")
def change_project_state(project_id: int) -> ResponseReturnValue:
    """Take a project a step further."""
    changed = change_state(
        project_id=project_id,
        to_state=request.form.get("state", ""),
        note=request.form.get("note", ""),
    )
    flash(_("项目状态已改为“%(state)s”。", state=renewal_text(changed.state)), "success")
    return redirect(url_for("renewal.project", project_id=project_id))


@blueprint.get("/work-plans")
def work_plans() -> ResponseReturnValue:
    """The yearly work plans, grouped as asked."""
    root = _root()
    plans = listed_plans(root_id=root.id) if root else []
    chosen, year = whole_number(request.args.get("plan")), whole_number(request.args.get("year"))
    fitting = (each for each in plans if year in (None, each.exam_year))
    plan = work_plan_by_id(chosen) if chosen else next(fitting, None)
    if plan:
        speaks_of(plan.exam_year)
    by = request.args.get("by", _GROUPINGS[0])
    by = by if by in _GROUPINGS else _GROUPINGS[0]
    scope, areas = department_scope(), area_scope(RESULTS)
    told = effects(plan.plan_year, plan.root_id) if plan else []
    return render_template(
        "renewal/work_plans.html",
        root=root,
        plans=plans,
        plan=plan,
        by=by,
        groups=work_plan_groups(plan.id, by, department_ids=scope, area_ids=areas) if plan else [],
        effects=[
            each
            for each in told
            if (scope is None or each.project.department_id in scope)
            and is_within(areas, each.project.area_id)
        ],
        names=_names(plan.exam_year) if plan else {},
        years=ranked_years(root.id) if root else [],
        may_write=_may_write(),
    )


@blueprint.post("/work-plans")
def make_plan() -> ResponseReturnValue:
    """Make the plan of a year from the project library."""
    root = _posted_root()
    plan_year = _posted_year("plan_year", "plan-year-missing")
    plan = make_work_plan(plan_year=plan_year, root_id=root.id, note=request.form.get("note", ""))
    flash(_("%(year)s 年计划已编制（第 %(number)s 版）。", year=plan_year, number=plan.number), "success")
    return redirect(url_for("renewal.work_plans", plan=plan.id))


def _posted_root() -> Area:
    """The city named in the form."""
    return city_by_code(request.form.get("root", ""))


def _posted_year(name: str, code: str) -> int:
    year = whole_number(request.form.get(name))
    if year is None:
        raise Invalid(code)
    return year


def _places(year: int, root: Area) -> list[Area]:
    """The districts and streets of an exam, by code: a street follows its district."""
    return [area for area in areas_of_exam(year, root) if area.level in ("district", "street")]
