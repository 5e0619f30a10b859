"""Signing in and out: Argon2, server-side sessions."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app, g, has_request_context, request
from flask_login import LoginManager, UserMixin
from sqlalchemy import delete, select

from app.accounts.models import RoleGrant, StaffSession, User
from app.accounts.throttling import forget_attempts, note_trial
from app.audit import record_event, set_actor
from app.db import db, utcnow
from app.errors import Invalid

login_manager = LoginManager()
_hasher = PasswordHasher()
_LEAST_CHARACTERS = 10
#: Hashing takes time in proportion, so a longer one is nobody's password.
_MOST_CHARACTERS = 200
#: Below it the Authorization header alone says who asks: what a browser sends unasked counts for nothing.
HEADER_DOORS = "/v1/"


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


@cache
def _nobody() -> str:
    """A hash of nobody's password, so that an unknown user name costs the same time as a known one."""
    return _hasher.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """Argon2 hash; a password under 10 characters is refused with ``weak-password``, an endless one
    with ``long-password``.
    """
    if len(password.strip()) < _LEAST_CHARACTERS:
        raise Invalid("weak-password", least=_LEAST_CHARACTERS)
    if len(password) > _MOST_CHARACTERS:
        raise Invalid("long-password", most=_MOST_CHARACTERS)
    return _hasher.hash(password)


def sign_in(*, username: str, password: str, address: str) -> SignedIn:
    """Check the password and open a session; TooMany after repeated failures, else Invalid."""
    user = check_password(username=username, password=password, address=address)
    db.session.execute(delete(StaffSession).where(StaffSession.expires_at < utcnow()))
    key = secrets.token_urlsafe(32)
    hours = current_app.config["SETTINGS"].session_hours
    expires = utcnow() + timedelta(hours=hours)
    db.session.add(StaffSession(key_digest=_digest(key), user_id=user.id, expires_at=expires))
    db.session.flush()
    set_actor(f"user:{user.id}")
    record_event(subject="users", subject_id=user.id, reason="signed in")
    return SignedIn(user, key)


def check_password(*, username: str, password: str, address: str) -> User:
    """The open account of this name and password; Invalid ``wrong-password``, or TooMany.

    Every trial counts before it is judged, so many at once are no more than many in a row.
    """
    username = unicodedata.normalize("NFKC", username)
    account = _digest(f"{username}|{address}")
    trial = note_trial(account=account, address=_digest(f"|{address}"))
    user = db.session.execute(select(User).where(User.username == username)).scalar_one_or_none()
    if not _matches(user.password_hash if user else _nobody(), password) or user is None or not user.active:
        raise Invalid("wrong-password")
    forget_attempts(account=account, trial=trial)
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    return user


def session_end(session_key: str) -> datetime | None:
    """When a session ends; None where there is none."""
    query = select(StaffSession.expires_at).where(StaffSession.key_digest == _digest(session_key))
    return db.session.execute(query).scalar_one_or_none()


def sign_out(*, session_key: str) -> None:
    """End the session on the server."""
    db.session.execute(delete(StaffSession).where(StaffSession.key_digest == _digest(session_key)))


@login_manager.user_loader
def load_from_cookie(session_key: str) -> SignedIn | None:
    """The user of a browser's session, if it still lives."""
    if has_request_context() and request.path.startswith(HEADER_DOORS):
        return None
    return load_signed_in(session_key)


def load_signed_in(session_key: str) -> SignedIn | None:
    """The user of a session key, if the session still lives."""
    row = db.session.execute(
        select(User)
        .join(StaffSession, StaffSession.user_id == User.id)
        .where(StaffSession.key_digest == _digest(session_key), StaffSession.expires_at > utcnow())
    ).scalar_one_or_none()
    if row is None or not row.active:
        return None
    return as_signed_in(row, session_key)


def as_signed_in(user: User, session_key: str) -> SignedIn:
    """The user as the one who acts in this request."""
    set_actor(f"user:{user.id}")
    g.staff_user_id = user.id
    return SignedIn(user, session_key)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return len(password) <= _MOST_CHARACTERS and _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
