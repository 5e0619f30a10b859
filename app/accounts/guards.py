"""Who may enter: one rule for each blueprint, checked before every request of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.homes import home_of
from app.accounts.models import CITY_WIDE, ROLES
from app.accounts.signing_in import HEADER_DOORS
from app.areas.models import Area
from app.areas.queries import city_by_code, ids_within, roots
from app.errors import Forbidden, Unauthorised

Audience = Literal["everybody", "token"] | frozenset[str]

#: The door is open: no log-in (log-in page, health, published results).
EVERYBODY: Audience = "everybody"
#: The unguessable token in the path is the permission; the view itself checks it.
TOKEN: Audience = "token"  # noqa: S105 - the name of an audience, no secret
STAFF = frozenset(ROLES)


def roles(*names: str) -> frozenset[str]:
    """An audience of these roles."""
    unknown = set(names) - set(ROLES)
    if unknown:
        raise ValueError(f"unknown roles {sorted(unknown)}")
    return frozenset(names)


ADMINISTRATOR = roles("administrator")
OFFICE = roles(*CITY_WIDE)
#: Single responses and the runs behind them are for these, never for viewers.
ANALYSTS = OFFICE | roles("analyst")
DEPARTMENTS = roles("department_reporter", "department_reviewer")
RESULTS = ANALYSTS | DEPARTMENTS | roles("viewer")
#: Who hands out or visits the dwellings of a sample.
VISITORS = OFFICE | roles("field_worker")


@dataclass(frozen=True)
class Door:
    """A blueprint, its prefix, and who may read and write through it.

    ``exceptions`` names single endpoints (without the blueprint's name) with another audience.
    """

    blueprint: Blueprint
    prefix: str | None
    reading: Audience
    writing: Audience
    exceptions: Mapping[str, Audience] = field(default_factory=dict)
    #: The Authorization header alone says who asks, so no page of others can borrow a browser's session.
    by_header: bool = False

    def audience(self, endpoint: str, method: str) -> Audience:
        """Who may call this endpoint with this method."""
        name = endpoint.rpartition(".")[2]
        if name in self.exceptions:
            return self.exceptions[name]
        return self.reading if method in {"GET", "HEAD", "OPTIONS"} else self.writing


def guard(door: Door) -> None:
    """Check the door's rule before each of its requests."""

    def check() -> Response | None:
        return _check(door.audience(request.endpoint or "", request.method))

    door.blueprint.before_request(check)


def _check(audience: Audience) -> Response | None:
    if audience in (EVERYBODY, TOKEN):
        return None
    if not current_user.is_authenticated:
        if request.method in {"GET", "HEAD"} and not request.path.startswith(("/api/", HEADER_DOORS)):
            return redirect(url_for("accounts.log_in", next=request.full_path.rstrip("?")))
        raise Unauthorised("not-signed-in")
    if not current_user.roles & audience:
        # The root is where everybody begins; for whom its page is not, it leads to the own one.
        if request.path == "/" and request.method in {"GET", "HEAD"}:
            return redirect(home_of(current_user.roles))
        raise Forbidden("forbidden")
    return None


def department_scope(*role_names: str) -> set[int] | None:
    """Departments the present user's roles are limited to; None when nothing limits them.

    With role names (for writing) the wide view of an analyst or viewer does not count: who also
    reports for one department writes for that one alone.
    """
    unlimited = OFFICE if role_names else RESULTS - DEPARTMENTS
    if current_user.roles & unlimited:
        return None
    grants = current_user.grants_of(*(role_names or DEPARTMENTS))
    return {grant.department_id for grant in grants if grant.department_id is not None}


def area_scope(audience: frozenset[str]) -> frozenset[int] | None:
    """Areas (with all below them) the present user is limited to among an audience; None for no limit.

    Only the grants that let the user in count: who visits dwellings everywhere and reads the results
    of one district reads that one alone.
    """
    chosen = {grant.area_id for grant in current_user.grants_of(*audience)}
    if None in chosen:
        return None
    return ids_within(area_id for area_id in chosen if area_id is not None)


def is_within(scope: frozenset[int] | None, area_id: int | None) -> bool:
    """Whether an area lies in a scope; what lies nowhere is for those without limits."""
    return scope is None or area_id in scope


def permit_area(scope: frozenset[int] | None, area_id: int | None) -> None:
    """Forbidden outside the scope."""
    if not is_within(scope, area_id):
        raise Forbidden("forbidden")


def works_for_city(root_id: int | None) -> bool:
    """Whether the present user's work covers the whole of a city, and not a part of it alone.

    Samples, weights, estimates and measurements are made for a whole city at once, and its files and
    single answers cannot be told apart by district; who is limited to a district reads the figures of
    that part alone. None is for what no city holds.
    """
    return is_within(area_scope(ANALYSTS), root_id)


def permit_city(root_id: int | None) -> None:
    """Forbidden ``whole-city-only`` to whoever is limited to a part of the city."""
    if not works_for_city(root_id):
        raise Forbidden("whole-city-only")


def city_scope(audience: frozenset[str] = ANALYSTS) -> frozenset[int] | None:
    """The cities that the present user reads at least a part of; None for no limit.

    Their waves, forms and files are named to the user; what may be opened of them, the other rules say.
    """
    scope = area_scope(audience)
    if scope is None:
        return None
    return frozenset(city.id for city in roots() if not scope.isdisjoint(ids_within([city.id])))


def own_cities() -> list[Area]:
    """The cities that the present user's work covers, by code."""
    return [city for city in roots() if works_for_city(city.id)]


def own_city(code: str) -> Area:
    """The city of this code, among those; NotFound, Invalid or Forbidden."""
    city = city_by_code(code)
    permit_city(city.id)
    return city
