"""Accounts, roles, departments, and what the guards make of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user
from sqlalchemy import select

from app.accounts.guards import (
    ANALYSTS,
    DEPARTMENTS,
    RESULTS,
    VISITORS,
    area_scope,
    department_scope,
    roles,
)
from app.accounts.managing import Grant, add_user, department_coded, keep_department, set_active, user_named
from app.accounts.models import ROLES, Department, User
from app.accounts.signing_in import SignedIn
from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.errors import Problem
from tests.conftest import PASSWORD

ClientAs = Callable[..., FlaskClient]


@pytest.fixture
def departments(app: Flask) -> dict[str, int]:
    """Ids of two departments by code."""
    with unit_of_work():
        made = [keep_department(code=code, name_zh=f"{code}局", name_en=code) for code in ("water", "parks")]
    return {department.code: department.id for department in made}


def refused(**changes: object) -> str:
    """The code that making an account is refused with."""
    given = {
        "username": "li",
        "display_name": "李",
        "password": PASSWORD,
        "grants": [Grant("viewer")],
        **changes,
    }
    with pytest.raises(Problem) as caught:
        add_user(**given)  # type: ignore[arg-type]
    db.session.rollback()
    return caught.value.code


def test_unfit_account_is_refused_with_its_reason(departments: dict[str, int]) -> None:
    assert refused(username="") == "username-invalid"
    assert refused(username="a b") == "username-invalid"
    assert refused(username="a/b") == "username-invalid"
    assert refused(username="x" * 81) == "username-invalid"
    assert refused(password="short") == "weak-password"
    assert refused(grants=[Grant("king")]) == "unknown-role"
    assert refused(grants=[Grant("department_reporter")]) == "department-needed"
    assert refused(grants=[Grant("department_reporter", "none")]) == "unknown-department"
    assert refused(grants=[Grant("viewer", area_code="none")]) == "unknown-area"
    assert refused(grants=[Grant("exam_office", area_code="3602")]) == "role-city-wide"
    add_user(username="李.wang", display_name="", password=PASSWORD, grants=[])
    assert user_named("李.wang").display_name == "李.wang"
    assert refused(username="李.wang") == "username-taken"


def test_department_is_kept_once_and_brought_up_to_date(departments: dict[str, int]) -> None:
    again = keep_department(code="water", name_zh="水利局", name_en="Water")
    assert again.id == departments["water"]
    assert department_coded("water").name_zh == "水利局"
    assert db.session.query(Department).count() == 2


def test_last_open_administrator_stays(app: Flask) -> None:
    add_user(username="one", display_name="", password=PASSWORD, grants=[Grant("administrator")])
    add_user(username="two", display_name="", password=PASSWORD, grants=[Grant("administrator")])
    set_active(username="one", active=False)
    with pytest.raises(Problem) as caught:
        set_active(username="two", active=False)
    assert caught.value.code == "last-administrator"
    set_active(username="one", active=True)
    set_active(username="two", active=False)


@pytest.mark.parametrize(
    ("grants", "asked", "expected"),
    [
        ([Grant("exam_office")], (), None),
        ([Grant("viewer")], (), None),
        ([Grant("department_reporter", "water")], (), {"water"}),
        (
            [Grant("department_reporter", "water"), Grant("department_reviewer", "parks")],
            (),
            {"water", "parks"},
        ),
        (
            [Grant("department_reporter", "water"), Grant("department_reviewer", "parks")],
            ("department_reporter",),
            {"water"},
        ),
        ([Grant("viewer"), Grant("department_reporter", "water")], ("department_reporter",), {"water"}),
        ([Grant("administrator"), Grant("department_reporter", "water")], ("department_reporter",), None),
        ([Grant("field_worker")], (), set()),
    ],
)
def test_scope_is_that_of_the_grants(
    app: Flask,
    departments: dict[str, int],
    grants: list[Grant],
    asked: tuple[str, ...],
    expected: set[str] | None,
) -> None:
    user = add_user(username="li", display_name="", password=PASSWORD, grants=grants)
    with app.test_request_context():
        login_user(SignedIn(user, "key"))
        found = department_scope(*asked)
    wanted = None if expected is None else {departments[code] for code in expected}
    assert found == wanted


def test_scope_by_area_holds_all_below_and_counts_the_grants_that_let_in(app: Flask) -> None:
    city = add_area("3602", "city", None)
    north, south = (add_area(code, "district", city) for code in ("360201", "360202"))
    street = add_area("360201001", "street", north)
    grants = [
        Grant("viewer", area_code="360201"),
        Grant("analyst", area_code="360202"),
        Grant("field_worker"),
    ]
    user = add_user(username="li", display_name="", password=PASSWORD, grants=grants)
    with app.test_request_context():
        login_user(SignedIn(user, "key"))
        assert area_scope(RESULTS) == {north.id, street.id, south.id}
        assert area_scope(ANALYSTS) == {south.id}
        assert area_scope(VISITORS) is None
        assert area_scope(DEPARTMENTS) == set()


def test_administrator_limits_an_account_to_an_area(client_as: ClientAs) -> None:
    add_area("360201", "district", add_area("3602", "city", None))
    client = client_as("administrator")
    form = {"username": "wu", "password": PASSWORD, "role": "field_worker", "area": "360201"}
    assert client.post("/accounts/", data=form).status_code == 302
    assert "外业人员（区域360201）" in client.get("/accounts/").text
    assert client.post("/accounts/", data=form | {"username": "wx", "area": "9"}).status_code == 404


def add_area(code: str, level: str, parent: Area | None) -> Area:
    area = Area(code=code, name_zh=f"区域{code}", level=level, parent=parent, valid_from=date(2020, 1, 1))
    db.session.add(area)
    db.session.flush()
    return area


def test_audience_of_an_unknown_role_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="unknown roles"):
        roles("administrator", "king")


def test_administrator_makes_closes_and_opens_an_account(
    client_as: ClientAs, departments: dict[str, int]
) -> None:
    client = client_as("administrator")
    form = {
        "username": "zhao",
        "display_name": "赵",
        "password": PASSWORD,
        "role": "department_reporter",
        "department": "water",
    }
    assert client.post("/accounts/", data=form).status_code == 302
    page = client.get("/accounts/").text
    assert "部门填报员（water局）" in page
    assert client.post("/accounts/", data=form).status_code == 409
    assert client.post("/accounts/zhao/active", data={"active": "0"}).status_code == 302
    assert not db.session.execute(select(User).where(User.username == "zhao")).scalar_one().active
    assert client.post("/accounts/zhao/active", data={"active": "1"}).status_code == 302
    assert client.post("/accounts/none/active", data={"active": "1"}).status_code == 404
    assert client.post("/accounts/administrator-city/active", data={"active": "0"}).status_code == 409


@pytest.mark.parametrize("role", ROLES)
def test_only_the_administrator_sees_accounts(
    client_as: ClientAs, departments: dict[str, int], role: str
) -> None:
    client = client_as(role, department="water")
    allowed = role == "administrator"
    assert client.get("/accounts/").status_code == (200 if allowed else 403)
    assert client.post("/accounts/", data={}).status_code == (422 if allowed else 403)
    for language, words in (("zh", "更换密码"), ("en", "")):
        page = client.get(f"/accounts/profile?lang={language}")
        assert page.status_code == 200
        assert words in page.text


def test_guard_answers_in_the_manner_of_the_door(client: FlaskClient) -> None:
    answer = client.get("/areas/?a=1")
    assert answer.headers["Location"] == "/accounts/log-in?next=/areas/?a%3D1"
    assert client.head("/areas/").status_code == 302
    problem = client.get("/api/v1/areas/3602/tree")
    assert problem.status_code == 401
    assert problem.json is not None
    assert problem.json["code"] == "not-signed-in"


def test_accounts_commands_make_an_account_and_a_password(app: Flask) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(
        args=["accounts", "add", "first", "--role", "administrator"], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert done.exit_code == 0, done.output
    before = user_named("first").password_hash
    db.session.rollback()
    done = runner.invoke(args=["accounts", "password", "first"], input="another long one\nanother long one\n")
    assert done.exit_code == 0, done.output
    db.session.expire_all()
    assert user_named("first").password_hash != before


def test_administrator_gives_and_takes_roles_and_resets_a_password(
    app: Flask, client_as: ClientAs, departments: dict[str, int]
) -> None:
    client = client_as("administrator")
    zhao_id = add_user(username="zhao", display_name="赵", password=PASSWORD, grants=[Grant("viewer")]).id
    db.session.commit()
    page = f"/accounts/{zhao_id}"
    refusal = client.post(f"{page}/roles", data={"role": "department_reporter"})
    assert refusal.status_code == 422
    assert "部门填报员" in refusal.text and "department_reporter" not in refusal.text
    given = {"role": "department_reporter", "department": "water"}
    assert client.post(f"{page}/roles", data=given).status_code == 302
    assert client.post(f"{page}/roles", data=given).status_code == 409
    assert "部门填报员（water局）" in client.get(page).text
    assert "zhao" in client.get("/accounts/").text.partition("代码")[2]
    viewer = next(each.id for each in user_named("zhao").grants if each.role == "viewer")
    assert client.post(f"{page}/roles/{viewer}/remove").status_code == 302
    assert client.post(f"{page}/roles/{viewer}/remove").status_code == 404
    assert [each.role for each in user_named("zhao").grants] == ["department_reporter"]
    zhao = app.test_client()
    zhao.post("/accounts/log-in", data={"username": "zhao", "password": PASSWORD})
    assert zhao.get("/accounts/profile").status_code == 200
    reset = client.post(f"{page}/password")
    assert reset.headers["Cache-Control"] == "no-store"
    password = reset.text.partition("<code>")[2].partition("</code>")[0]
    assert zhao.get("/accounts/profile").status_code == 302
    assert password not in client.get(page).text
    log_in = {"username": "zhao", "password": password}
    assert zhao.post("/accounts/log-in", data=log_in).status_code == 302
    trail = db.session.execute(select(AuditEntry).where(AuditEntry.subject.in_(["users", "role_grants"])))
    assert password not in str([(each.before, each.after) for each in trail.scalars()])


def test_the_last_administrator_keeps_that_role(client_as: ClientAs) -> None:
    client = client_as("administrator")
    user = user_named("administrator-city")
    taken = client.post(f"/accounts/{user.id}/roles/{user.grants[0].id}/remove")
    assert taken.status_code == 409


def test_names_of_departments_follow_the_readers_language(client_as: ClientAs, app: Flask) -> None:
    keep_department(code="water", name_zh="水利局", name_en="Water Bureau")
    reporter = client_as("department_reporter", department="water")
    assert "Water Bureau" in reporter.get("/accounts/profile?lang=en").text
    english = client_as("administrator").get("/accounts/?lang=en").text
    assert "Water Bureau" in english and "水利局" not in english
