"""How a job tells how far it is, outside its own transaction so that others see it."""

from __future__ import annotations

import time

from sqlalchemy import update

from app.db import db
from app.jobs.models import Job


class Progress:
    """Given to every job function as its first argument.

    On SQLite there is one writer at a time: while the job's own transaction has written, a second
    connection would wait for it. So progress is noted through the job's session before its first
    write, and otherwise at the job's commits; :meth:`checkpoint` commits and notes.
    """

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self._last = 0.0

    def checkpoint(self, fraction: float, message: str = "") -> None:
        """Commit what is done so far and show ``fraction`` (0 to 1) with a short message."""
        db.session.execute(
            update(Job)
            .where(Job.id == self.job_id)
            .values(progress=max(0.0, min(1.0, fraction)), message=message[:300])
        )
        db.session.commit()
        self._last = time.monotonic()
