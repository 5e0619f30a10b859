"""Who asks, by the Authorization header: a session's token, or name and password."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit

from flask import Request

from app.accounts.models import User
from app.accounts.signing_in import (
    HEADER_DOORS,
    SignedIn,
    as_signed_in,
    check_password,
    load_signed_in,
    login_manager,
)
from app.db import db, unit_of_work, utcnow
from app.errors import Forbidden, Invalid, Unauthorised

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: A program that reads a table page by page sends the password with each; it is hashed once in this time.
_REMEMBERED = timedelta(minutes=5)
_MOST_REMEMBERED = 256


class Remembered:
    """Passwords that were right just now, as digests that mean nothing outside this process."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._held: OrderedDict[str, tuple[int, str, datetime]] = OrderedDict()
        self._lock = Lock()

    def user_of(self, username: str, password: str) -> User | None:
        """The open account, unless its password was changed since or the time is over."""
        with self._lock:
            user_id, password_hash, until = self._held.get(self._key(username, password), (0, "", utcnow()))
        if until <= utcnow():
            return None
        user = db.session.get(User, user_id)
        right = user is not None and user.active and user.password_hash == password_hash
        return user if right else None

    def keep(self, username: str, password: str, user: User) -> None:
        """Remember for a while that this is the user's password."""
        with self._lock:
            entry = (user.id, user.password_hash, utcnow() + _REMEMBERED)
            self._held[self._key(username, password)] = entry
            while len(self._held) > _MOST_REMEMBERED:
                self._held.popitem(last=False)

    def _key(self, username: str, password: str) -> str:
        given = f"{len(username)}|{username}{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(given, key=self._salt).hexdigest()


_remembered = Remembered()


@login_manager.request_loader
def load_from_header(request: Request) -> SignedIn | None:
    """The user whom the header names.

    Raises Unauthorised ``wrong-password``, TooMany, Forbidden ``foreign-page``.
    """
    given = request.authorization
    if given is None or not request.path.startswith(HEADER_DOORS):
        return None
    if given.type == "bearer":
        return load_signed_in(given.token or "")
    if given.type != "basic":
        return None
    _refuse_foreign_page(request)
    return as_signed_in(_user_of(given.username or "", given.password or "", request.remote_addr or ""), "")


def _refuse_foreign_page(request: Request) -> None:
    # A browser that was once given name and password sends them unasked, for pages of others too.
    origin = request.headers.get("Origin")
    if request.method not in _SAFE and origin and urlsplit(origin).netloc != request.host:
        raise Forbidden("foreign-page")


def _user_of(username: str, password: str, address: str) -> User:
    user = _remembered.user_of(username, password)
    if user is not None:
        return user
    try:
        # What was counted must outlive a request that only reads.
        with unit_of_work():
            user = check_password(username=username, password=password, address=address)
    except Invalid as wrong:
        raise Unauthorised(wrong.code) from wrong
    _remembered.keep(username, password, user)
    return user
