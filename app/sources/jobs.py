"""Long work of the room."""

from __future__ import annotations

from typing import Any

from app.areas.models import Area
from app.db import db
from app.jobs import Progress, register_job
from app.sources.measuring import measure


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("sources.measure", _measure)


def _measure(_progress: Progress, *, exam_year: int, root_id: int) -> dict[str, Any]:
    run = measure(exam_year=exam_year, root=db.session.get_one(Area, root_id))
    return {"measurement": run.id, **run.facts}
