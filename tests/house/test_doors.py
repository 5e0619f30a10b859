"""Every address has a door, and every guarded door is shut to strangers and to the wrong roles."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    Rule,
    UUIDConverter,
)

from app.accounts.guards import DEPARTMENTS, EVERYBODY, OFFICE, TOKEN
from app.accounts.managing import keep_department
from app.accounts.models import ROLES
from app.db import unit_of_work
from app.doors import DOORS, OPEN_ENDPOINTS, DoorTable
from tests.conftest import PASSWORD

TABLE = DoorTable(DOORS)


def sample(converter: BaseConverter) -> object:
    """A value that the converter of a route takes."""
    if isinstance(converter, IntegerConverter):
        return 1
    if isinstance(converter, FloatConverter):
        return 1.0
    if isinstance(converter, UUIDConverter):
        return uuid.UUID(int=1)
    return sorted(converter.items)[0] if isinstance(converter, AnyConverter) else "1"


def addresses(app: Flask, **known: object) -> Iterator[tuple[Rule, str, str]]:
    """Every route with each of its methods and an address that leads to it; ``known`` parts as given."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            values = {name: sample(converter) for name, converter in rule._converters.items()}
            values |= {name: value for name, value in known.items() if name in values}
            built = rule.build(values | dict(rule.defaults or {}), append_unknown=False)
            assert built is not None, rule.rule
            found, _values = adapter.match(built[1], method=method, return_rule=True)
            assert found.endpoint == rule.endpoint, f"{rule.rule} is hidden by {found.rule}"
            yield rule, method, built[1]


def by_header(rule: Rule) -> bool:
    """Whether the Authorization header alone opens the route."""
    return any(door.by_header and rule.endpoint.startswith(f"{door.blueprint.name}.") for door in DOORS)


def test_where_the_header_opens_a_browsers_session_does_not(
    app: Flask, client_as: Callable[..., FlaskClient]
) -> None:
    # No form's token is asked for there, so what a browser sends unasked must not count.
    client, checked = client_as("administrator"), 0
    for rule, method, address in addresses(app):
        if by_header(rule) and TABLE.audience(rule.endpoint, method) != EVERYBODY:
            assert client.open(address, method=method).status_code == 401, f"{method} {address}"
            checked += 1
    assert checked > 40
    assert {door.prefix for door in DOORS if door.by_header} == {"/v1", "/v1/projects"}


def test_every_route_has_a_door_with_an_audience(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            assert TABLE.audience(rule.endpoint, method) is not None, rule.endpoint


def test_every_exception_in_the_doors_names_an_endpoint(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    for door in DOORS:
        for name in door.exceptions:
            assert f"{door.blueprint.name}.{name}" in endpoints


def test_nobody_enters_a_guarded_route_without_signing_in(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    checked = 0
    for rule, method, address in addresses(app):
        if rule.endpoint in OPEN_ENDPOINTS or TABLE.audience(rule.endpoint, method) in (EVERYBODY, TOKEN):
            continue
        for asked in (method, "HEAD") if method == "GET" else (method,):
            answer = client.open(address, method=asked)
            assert answer.status_code in {302, 401}, f"{asked} {address}: {answer.status}"
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/accounts/log-in?next=")
        checked += 1
    assert checked > 60


@pytest.mark.parametrize("role", ROLES)
def test_no_role_enters_a_door_of_others(
    app: Flask, client_as: Callable[..., FlaskClient], role: str
) -> None:
    with unit_of_work():
        keep_department(code="d", name_zh="某局", name_en="d")
    client = client_as(role, department="d")
    with client.session_transaction() as kept:
        token = {"Authorization": f"Bearer {kept['_user_id']}"}
    for rule, method, address in addresses(app):
        audience = TABLE.audience(rule.endpoint, method)
        if isinstance(audience, frozenset) and role not in audience:
            answer = client.open(address, method=method, headers=token if by_header(rule) else {})
            # The root leads everybody to a first page of their own instead of shutting them out.
            shut = 302 if address == "/" else 403
            assert answer.status_code == shut, f"{method} {address}: {answer.status}"


@pytest.mark.parametrize("role", ROLES)
def test_log_in_leads_each_role_to_a_first_page_of_its_own(
    app: Flask, client_as: Callable[..., FlaskClient], role: str
) -> None:
    with unit_of_work():
        keep_department(code="d", name_zh="某局", name_en="d")
    client_as(role, department="d")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    form = {"username": f"{role}-d", "password": PASSWORD}
    own = {"field_worker": "/surveys/"} | dict.fromkeys(DEPARTMENTS, "/reports/")
    for address in ("/accounts/log-in", "/accounts/log-in?next=/"):
        answer = client.post(address, data=form, follow_redirects=True)
        assert (answer.request.path, answer.status_code) == (own.get(role, "/"), 200)
    assert client.get("/", follow_redirects=True).status_code == 200


def test_tokens_that_nobody_gave_open_nothing(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, method, address in addresses(app):
        if TABLE.audience(rule.endpoint, method) == TOKEN and rule._converters:
            answer = client.open(address, method=method)
            assert 400 <= answer.status_code < 500, f"{method} {address}: {answer.status}"


def test_writing_form_without_the_pages_token_is_refused(app: Flask, client: FlaskClient) -> None:
    for rule, method, address in addresses(app):
        if method == "GET" or TABLE.audience(rule.endpoint, method) == TOKEN or by_header(rule):
            continue
        answer = client.open(address, method=method)
        assert answer.status_code == 400, f"{method} {address}: {answer.status}"


def test_every_address_answers_options_without_doing_anything(app: Flask, client: FlaskClient) -> None:
    answer = client.options("/healthz")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_deciding_on_reports_is_for_the_office_at_the_door() -> None:
    for endpoint in ("open_new", "send_back", "accept_version", "reopen_report"):
        assert TABLE.audience(f"reporting.{endpoint}", "POST") == OFFICE
