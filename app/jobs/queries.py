"""Reads of jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.db import db
from app.errors import NotFound
from app.jobs.models import Job


def newest_jobs(*, page: int, per_page: int) -> tuple[Sequence[Job], int]:
    """One page of jobs, the newest first, and how many there are. Two statements."""
    total = db.session.execute(select(func.count()).select_from(Job)).scalar_one()
    query = select(Job).order_by(Job.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return db.session.execute(query).scalars().all(), total


def job_by_id(job_id: int) -> Job:
    """A job; NotFound ``not-found``."""
    found = db.session.get(Job, job_id)
    if found is None:
        raise NotFound("not-found")
    return found


def last_start(kind: str, arguments: Mapping[str, Any], *, before: datetime | None = None) -> datetime | None:
    """When the newest job of this very work that succeeded began, up to ``before``. One statement."""
    query = select(Job.started_at, Job.arguments).where(Job.kind == kind, Job.state == "succeeded")
    if before is not None:
        query = query.where(Job.started_at <= before)
    # The arguments are JSON and are compared here: the two databases do it in different words.
    found = db.session.execute(query.order_by(Job.started_at.desc()))
    return next((started for started, given in found if given == dict(arguments)), None)
