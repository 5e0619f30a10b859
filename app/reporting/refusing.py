"""Keep the last workbook that could not be taken, so that it can be handed back with comments."""

from __future__ import annotations

from sqlalchemy import delete, insert

from app.audit import current_actor
from app.db import db, utcnow
from app.errors import Invalid
from app.reporting.models import RefusedUpload
from app.reporting.places import plain_places
from app.storage import storage


def keep_refused(
    *, campaign_id: int, department_id: int, content: bytes, filename: str, problem: Invalid
) -> int:
    """Keep the workbook with its problems, in a short transaction of its own; returns the row's id.

    The request itself ends in a refusal and rolls back. The one kept before is replaced.
    """
    sha256, _size = storage().put(content)
    row = {
        "campaign_id": campaign_id,
        "department_id": department_id,
        "sha256": sha256,
        "filename": filename[-200:],
        "problems": plain_places(problem.places),
        "at": utcnow(),
        "actor": current_actor(),
    }
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(
            delete(RefusedUpload).where(
                RefusedUpload.campaign_id == campaign_id, RefusedUpload.department_id == department_id
            )
        )
        made = connection.execute(insert(RefusedUpload).values(**row).returning(RefusedUpload.id))
        return int(made.scalar_one())
