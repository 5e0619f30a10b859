"""Guessing a password is slowed down: so many trials for an account and address, then a wait."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, insert, select

from app.accounts.models import LoginAttempt
from app.db import db, utcnow
from app.errors import TooMany

_WINDOW = timedelta(minutes=15)


def note_attempt(*, subject: str) -> None:
    """Count one more trial; TooMany ``too-many-attempts`` when there have been enough.

    It is kept in short transactions of its own, because it must outlive the refusal, and stands
    before it is counted, so that trials at the same time see each other. A refused trial leaves
    nothing behind: waiting helps even while somebody goes on trying.
    """
    attempts = LoginAttempt.__table__
    since = utcnow() - _WINDOW
    with db.engine.begin() as connection:
        connection.execute(delete(attempts).where(attempts.c.at < since))
        added = connection.execute(insert(attempts).values(subject=subject, at=utcnow()))
        own = added.inserted_primary_key[0]
    with db.engine.begin() as connection:
        found = select(func.count(), func.min(attempts.c.at)).where(attempts.c.subject == subject)
        count, first = connection.execute(found).one()
        if count <= current_app.config["SETTINGS"].login_attempts:
            return
        connection.execute(delete(attempts).where(attempts.c.id == own))
    wait = int(((first or utcnow()) + _WINDOW - utcnow()).total_seconds())
    raise TooMany("too-many-attempts", retry_after=max(1, wait))


def forget_attempts(*, subject: str) -> None:
    """Start afresh after the right password, in the present transaction."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.subject == subject))
