"""The first page of each role: where a log-in leads, and the root of the service for whom it is not."""

from __future__ import annotations

from collections.abc import Set

from flask import url_for

from app.accounts.models import CITY_WIDE

#: Endpoint → roles, the widest view first: who holds several roles begins with the first that fits.
_HOMES = {
    "dashboard.overview": frozenset({*CITY_WIDE, "analyst", "viewer"}),
    "reporting.index": frozenset({"department_reporter", "department_reviewer"}),
    "surveys.index": frozenset({"field_worker"}),
}


def home_of(roles: Set[str]) -> str:
    """The address of these roles' first page; the own account for who has no role."""
    found = (endpoint for endpoint, audience in _HOMES.items() if roles & audience)
    return url_for(next(found, "accounts.profile"))
