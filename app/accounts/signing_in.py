"""Signing in and out: Argon2, server-side sessions, throttling."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import current_app, g
from flask_login import LoginManager, UserMixin
from sqlalchemy import delete, func, insert, select

from app.accounts.models import LoginAttempt, RoleGrant, StaffSession, User
from app.audit import record_event, set_actor
from app.db import db, utcnow
from app.errors import Invalid, TooMany

login_manager = LoginManager()
_hasher = PasswordHasher()
_WINDOW = timedelta(minutes=15)
#: A hash of nobody's password, so that an unknown user name costs the same time as a known one.
_NOBODY = _hasher.hash(secrets.token_hex())


class SignedIn(UserMixin):
    """The signed-in user of a request; Flask-Login keeps the session key as its id."""

    def __init__(self, user: User, session_key: str) -> None:
        self.user = user
        self.session_key = session_key
        self.display_name = user.display_name

    def get_id(self) -> str:
        """What the signed cookie carries."""
        return self.session_key

    @property
    def roles(self) -> frozenset[str]:
        """The user's roles."""
        return frozenset(grant.role for grant in self.user.grants)

    def grants_of(self, *roles: str) -> list[RoleGrant]:
        """The grants of these roles, with their scopes."""
        return [grant for grant in self.user.grants if grant.role in roles]


def hash_password(password: str) -> str:
    """Argon2 hash; a password under 10 characters is refused with ``weak-password``."""
    if len(password) < 10:
        raise Invalid("weak-password", least=10)
    return _hasher.hash(password)


def sign_in(*, username: str, password: str, address: str) -> SignedIn:
    """Check the password and open a session; TooMany after repeated failures, else Invalid."""
    subject = _digest(f"{username.lower()}|{address}")
    _refuse_when_throttled(subject)
    user = db.session.execute(select(User).where(User.username == username)).scalar_one_or_none()
    known = user is not None and user.active
    if not _matches(user.password_hash if user and known else _NOBODY, password) or user is None or not known:
        _note_failure(subject)
        raise Invalid("wrong-password")
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.subject == subject))
    db.session.execute(delete(StaffSession).where(StaffSession.expires_at < utcnow()))
    key = secrets.token_urlsafe(32)
    hours = current_app.config["SETTINGS"].session_hours
    db.session.add(
        StaffSession(key_digest=_digest(key), user_id=user.id, expires_at=utcnow() + timedelta(hours=hours))
    )
    db.session.flush()
    set_actor(f"user:{user.id}")
    record_event(subject="users", subject_id=user.id, reason="signed in")
    return SignedIn(user, key)


def sign_out(*, session_key: str) -> None:
    """End the session on the server."""
    db.session.execute(delete(StaffSession).where(StaffSession.key_digest == _digest(session_key)))


@login_manager.user_loader
def load_signed_in(session_key: str) -> SignedIn | None:
    """The user of a session key, if the session still lives."""
    row = db.session.execute(
        select(User)
        .join(StaffSession, StaffSession.user_id == User.id)
        .where(StaffSession.key_digest == _digest(session_key), StaffSession.expires_at > utcnow())
    ).scalar_one_or_none()
    if row is None or not row.active:
        return None
    set_actor(f"user:{row.id}")
    g.staff_user_id = row.id
    return SignedIn(row, session_key)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _refuse_when_throttled(subject: str) -> None:
    since = utcnow() - _WINDOW
    count, first = db.session.execute(
        select(func.count(), func.min(LoginAttempt.at)).where(
            LoginAttempt.subject == subject, LoginAttempt.at > since
        )
    ).one()
    if count >= current_app.config["SETTINGS"].login_attempts:
        wait = int(((first or utcnow()) + _WINDOW - utcnow()).total_seconds())
        raise TooMany("too-many-attempts", retry_after=max(1, wait))


def _note_failure(subject: str) -> None:
    # The failure must outlive the refusal, so it is kept in a short transaction of its own.
    rows: list[dict[str, Any]] = [{"subject": subject, "at": utcnow()}]
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(delete(LoginAttempt).where(LoginAttempt.at < utcnow() - _WINDOW))
        connection.execute(insert(LoginAttempt), rows)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
