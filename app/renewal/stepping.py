"""Adding an event to a project: the one place where its state and its plan move on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from app.audit import current_actor
from app.db import db, flush_or
from app.errors import Conflict, Invalid, NotFound
from app.renewal.models import STATES, Project, ProjectEvent

_CHANGES: Mapping[str, tuple[str, ...]] = {
    "proposed": ("accepted", "dropped"),
    "accepted": ("under_way", "dropped"),
    "under_way": ("done", "dropped"),
    "done": ("closed_out", "under_way"),
    "closed_out": (),
    "dropped": ("proposed",),
}
#: Projects a plan may still take up.
OPEN = ("proposed", "accepted")


def next_states(project: Project) -> tuple[str, ...]:
    """The states a project may go to."""
    return _CHANGES[project.state]


def begin(*, projects: Collection[Project], note: str = "") -> None:
    """The first event of new projects."""
    db.session.flush()
    for project in projects:
        db.session.add(
            ProjectEvent(project_id=project.id, number=1, to_state="proposed", note=note, by=current_actor())
        )
    _flush(projects)


def change_state(*, project_id: int, to_state: str, note: str = "") -> Project:
    """Take a project a step further (or back); the step stays on record.

    Raises NotFound ``unknown-project``; Invalid ``project-state-unknown``, ``project-state-change``,
    ``project-note-missing`` (dropping needs a written reason); Conflict ``project-changed-meanwhile``.
    """
    project = locked([project_id])[0]
    written = note.strip()[:1000]
    if to_state not in STATES:
        raise Invalid("project-state-unknown", found=to_state)
    if to_state not in _CHANGES[project.state]:
        raise Invalid("project-state-change", from_state=project.state, to_state=to_state)
    if to_state == "dropped" and not written:
        raise Invalid("project-note-missing")
    _add(project, to_state, project.plan_year, written)
    _flush([project])
    return project


def plan_project(*, project_id: int, plan_year: int | None, note: str = "") -> Project:
    """Put a project into the reserve or forward to a year; the decision stays on record.

    Raises NotFound ``unknown-project``; Invalid ``project-plan-year`` (not after its exam),
    ``project-not-open``; Conflict ``project-changed-meanwhile``.
    """
    project = locked([project_id])[0]
    check_plan_year(project.exam_year, plan_year)
    if project.state not in OPEN:
        raise Invalid("project-not-open", state=project.state)
    move_to_plan(projects=[project], plan_year=plan_year, note=note.strip()[:1000])
    return project


def check_plan_year(exam_year: int, plan_year: int | None) -> None:
    """Invalid ``project-plan-year`` for a plan that does not follow the exam, or lies a generation on."""
    if plan_year is not None and not exam_year < plan_year <= exam_year + 30:
        raise Invalid("project-plan-year", year=exam_year)


def move_to_plan(*, projects: Collection[Project], plan_year: int | None, note: str = "") -> None:
    """Note for each project that is not there already that it is in a year's plan (or in none)."""
    moved = [each for each in projects if each.plan_year != plan_year]
    for project in moved:
        _add(project, project.state, plan_year, note)
    _flush(moved)


def locked(project_ids: Collection[int]) -> list[Project]:
    """Projects by id, in the order given, held against others who decide at the same time.

    NotFound ``unknown-project``. The database that has no such lock refuses the second event instead.
    """
    wanted = list(dict.fromkeys(project_ids))
    lock = select(Project.id).where(Project.id.in_(wanted)).order_by(Project.id).with_for_update()
    held = set(db.session.execute(lock).scalars())
    for project_id in wanted:
        if project_id not in held:
            raise NotFound("unknown-project", found=project_id)
    # Read after the lock was given: who held it before may have moved the project on.
    query = select(Project).where(Project.id.in_(wanted)).execution_options(populate_existing=True)
    found = {project.id: project for project in db.session.execute(query).scalars()}
    return [found[project_id] for project_id in wanted]


def _add(project: Project, to_state: str, plan_year: int | None, note: str) -> None:
    newest = select(func.max(ProjectEvent.number)).where(ProjectEvent.project_id == project.id)
    event = ProjectEvent(
        project_id=project.id,
        number=db.session.execute(newest).scalar_one() + 1,
        from_state=project.state,
        to_state=to_state,
        plan_year=plan_year,
        note=note,
        by=current_actor(),
    )
    db.session.add(event)


def _flush(projects: Collection[Project]) -> None:
    flush_or(meanwhile=Conflict("project-changed-meanwhile"))
    for project in projects:
        db.session.expire(project, ["state", "plan_year"])
