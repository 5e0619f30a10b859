"""Reads of the trail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.db import db
from app.db.types import LARGEST_KEY


def entries(
    *,
    subject: str = "",
    subject_id: str = "",
    actor: str = "",
    before: int | None = None,
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """The newest entries that fit, before an id if given: pages go by id, so they stay cheap."""
    query = select(AuditEntry)
    for column, wanted in (
        (AuditEntry.subject, subject),
        (AuditEntry.subject_id, subject_id),
        (AuditEntry.actor, actor),
    ):
        if wanted:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(AuditEntry.id < min(before, LARGEST_KEY))
    return db.session.execute(query.order_by(AuditEntry.id.desc()).limit(limit)).scalars().all()
