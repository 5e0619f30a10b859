"""Long work of the room."""

from __future__ import annotations

from typing import Any

from app.jobs import Progress, register_job
from app.renewal.planning import propose_projects
from app.renewal.prioritising import prioritise


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("renewal.prioritise", _prioritise)


def _prioritise(
    _progress: Progress, *, exam_year: int, root_id: int, propose: bool = False
) -> dict[str, Any]:
    run = prioritise(exam_year=exam_year, root_id=root_id)
    facts: dict[str, Any] = {"run": run.id, **run.facts}
    if propose:
        proposed = propose_projects(priority_run_id=run.id)
        facts |= {"projects_added": proposed.added, "projects_kept": proposed.kept}
    return facts
