"""Guessing a password is slowed down: so many trials for an account and address, then a wait."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, insert, or_, select

from app.accounts.models import LoginAttempt
from app.db import db, utcnow
from app.errors import TooMany

_WINDOW = timedelta(minutes=15)


#: Trials of one address for all accounts together, as a multiple of those for one: offices share an address.
_ADDRESS_FACTOR = 4


def note_trial(*, account: str, address: str) -> int:
    """Count one more trial for an account and for its address; the id of the address's own count.

    Raises TooMany as :func:`note_attempt`; what the address refuses is no trial for the account.
    """
    most = current_app.config["SETTINGS"].login_attempts
    own = note_attempt(subject=account, most=most)
    try:
        return note_attempt(subject=address, most=most * _ADDRESS_FACTOR)
    except TooMany:
        with db.engine.begin() as connection:
            connection.execute(delete(LoginAttempt.__table__).where(LoginAttempt.id == own))
        raise


def note_attempt(*, subject: str, most: int) -> int:
    """Count one more trial and give its id; TooMany ``too-many-attempts`` when there have been ``most``.

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
        if count <= most:
            return int(own)
        connection.execute(delete(attempts).where(attempts.c.id == own))
    wait = int(((first or utcnow()) + _WINDOW - utcnow()).total_seconds())
    raise TooMany("too-many-attempts", retry_after=max(1, wait))


def forget_attempts(*, account: str, trial: int) -> None:
    """Start afresh after the right password, in the present transaction; the address keeps its failures."""
    db.session.execute(
        delete(LoginAttempt).where(or_(LoginAttempt.subject == account, LoginAttempt.id == trial))
    )


def forget_trial(*, trial: int) -> None:
    """What was tried was right: it counts no more, in the present transaction."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.id == trial))
