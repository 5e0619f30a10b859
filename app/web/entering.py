"""Whether the present reader may enter by an endpoint: what a page offers, and what it leaves out."""

from __future__ import annotations

from flask import current_app
from flask_login import current_user


def may_enter(endpoint: str, method: str = "GET") -> bool:
    """Whether the reader's roles open this endpoint; nobody enters where there is no door.

    ``create_app`` fills the table of doors. What a role may do is decided there alone; limits by area or
    department are the rooms' own.
    """
    if endpoint not in current_app.view_functions:
        return False
    audience = current_app.extensions["cityexam_doors"].audience(endpoint, method)
    if not isinstance(audience, frozenset):
        return audience is not None
    return bool(current_user.is_authenticated and audience & current_user.roles)


def may_send(endpoint: str) -> bool:
    """Whether the reader may send a form to this endpoint."""
    return may_enter(endpoint, "POST")
