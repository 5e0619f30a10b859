"""How a job tells how far it is."""

from __future__ import annotations

import math

from sqlalchemy import update

from app.db import db
from app.db.transactions import commit
from app.jobs.models import Job


class Progress:
    """Given to every job function as its first argument.

    On SQLite there is one writer at a time, so progress cannot be noted beside the job's own
    transaction: :meth:`checkpoint` notes it in that transaction and commits. A job that is killed
    begins again from its start, so what it commits on the way must bear being done again.
    """

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id

    def checkpoint(self, fraction: float, message: str = "") -> None:
        """Commit what is done so far and show ``fraction`` (0 to 1) with a short message."""
        shown = max(0.0, min(1.0, fraction)) if math.isfinite(fraction) else 0.0
        changes = {"progress": shown, "message": message[:300]}
        db.session.execute(update(Job).where(Job.id == self.job_id).values(**changes))
        commit()
