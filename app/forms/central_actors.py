"""Who acts, as a number: ODK Central counts staff, phones and links in one line, the house in three."""

from __future__ import annotations

from app.errors import LARGEST_KEY

#: Staff have the numbers of their accounts; phones and links those of their rows from here on.
_PHONES = 1_000_000_000
_LINKS = 2 * _PHONES


def app_user_number(app_user_id: int) -> int:
    """The number of an app user."""
    return _PHONES + app_user_id


def app_user_key(number: int) -> int | None:
    """The key of the app user of a number; None where it is nobody's."""
    return number - _PHONES if _PHONES < number < _LINKS else None


def actor_number(actor: str) -> int:
    """The number of whoever the trail names (``user:3``, ``link:17``); 0 for the service itself."""
    kind, _colon, key = actor.partition(":")
    if not key.isdecimal():
        return 0
    return {"user": int(key), "link": _LINKS + int(key)}.get(kind, 0)


def submitter_number(link_id: int | None, app_user_id: int | None) -> int:
    """The number of who sent a submission; 0 where it came through no link."""
    if app_user_id is not None:
        return app_user_number(app_user_id)
    return 0 if link_id is None else _LINKS + link_id


def place_of_submitter(number: int) -> tuple[str, int | None]:
    """Which column of a submission holds the sender of a number, and what stands there."""
    if _PHONES < number < _LINKS:
        return "app_user_id", number - _PHONES
    # A number that no key can have is nobody's.
    return "link_id", None if number == 0 else min(max(0, number - _LINKS), LARGEST_KEY)
