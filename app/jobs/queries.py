"""Reads of jobs."""

from __future__ import annotations

from collections.abc import Sequence

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
