"""Addresses of other rooms, given only to readers whom their doors let in."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_login import current_user

from app.accounts.guards import ANALYSTS
from app.web.entering import may_enter


def door_href(endpoint: str, method: str = "GET", /, **values: Any) -> str | None:
    """The address, or None where the present reader may not enter or there is no such page."""
    return url_for(endpoint, **values) if may_enter(endpoint, method) else None


def link(label: str, href: str | None) -> dict[str, str] | None:
    """A link for the head of a page; None where there is no address."""
    return {"label": label, "href": href} if href else None


def is_analyst() -> bool:
    """Whether the reader may see responses (without contact data)."""
    return bool(current_user.roles & ANALYSTS)


def with_query(**changes: Any) -> str:
    """This page's address with parameters changed; None takes one away."""
    kept: dict[str, Any] = request.args.to_dict()
    kept.update(changes)
    given = {key: value for key, value in kept.items() if value not in (None, "")}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **given})
