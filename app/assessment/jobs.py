"""Long work of the room."""

from __future__ import annotations

from typing import Any

from app.assessment.judging import assess
from app.jobs import Progress, register_job


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("assessment.assess", _assess)


def _assess(_progress: Progress, *, exam_year: int, root_id: int, seed: int | None = None) -> dict[str, Any]:
    run = assess(exam_year=exam_year, root_id=root_id, seed=seed)
    return {"run": run.id, **run.facts}
