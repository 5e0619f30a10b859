"""Signing in and out: passwords, throttling, sessions that end on the server, no way out of the house."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts import signing_in
from app.accounts.managing import Grant, add_user, set_active, set_password
from app.accounts.models import LoginAttempt, StaffSession, User
from app.accounts.pages import _own_address
from app.accounts.signing_in import hash_password, sign_in
from app.audit.models import AuditEntry
from app.db import db, unit_of_work, utcnow
from app.errors import Invalid, Problem, TooMany

PASSWORD = "correct horse battery"


@pytest.fixture
def office(app: Flask) -> Iterator[Flask]:
    """An application with one account of the exam office."""
    app.config["WTF_CSRF_ENABLED"] = False
    with unit_of_work():
        add_user(username="wang", display_name="王", password=PASSWORD, grants=[Grant("exam_office")])
    yield app


def enter(client: FlaskClient, username: str = "wang", password: str = PASSWORD, query: str = "") -> int:
    """The status of a log-in."""
    form = {"username": username, "password": password}
    return client.post(f"/accounts/log-in{query}", data=form).status_code


def test_right_password_opens_the_doors_of_the_role(office: Flask) -> None:
    client = office.test_client()
    assert client.get("/areas/").status_code == 302
    assert enter(client) == 302
    assert client.get("/areas/").status_code == 200
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.reason == "signed in")).scalar_one()
    assert entry.actor == entry.subject[:-1] + ":" + str(entry.subject_id)


def test_password_is_kept_as_argon2id_alone(office: Flask) -> None:
    kept = db.session.execute(select(User.password_hash)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_old_parameters_are_renewed_at_log_in(
    office: Flask, strong_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "_hasher", strong_hasher)
    with unit_of_work():
        db.session.execute(select(User)).scalar_one().password_hash = PasswordHasher(time_cost=1).hash(
            PASSWORD
        )
    assert enter(office.test_client()) == 302
    assert ",t=3," in db.session.execute(select(User.password_hash)).scalar_one()


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("wang", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("wang", "x" * 100_000),
        ("WANG", PASSWORD),
        ("wang", "\x00"),
    ],
)
def test_wrong_password_and_unknown_name_sound_the_same(office: Flask, username: str, password: str) -> None:
    client = office.test_client()
    answer = client.post("/accounts/log-in", data={"username": username, "password": password})
    assert answer.status_code == 422
    assert "用户名或密码不正确" in answer.text
    assert password == "" or password not in answer.text
    assert client.get("/areas/").status_code == 302


def test_closed_account_is_as_unknown_and_its_sessions_end(office: Flask) -> None:
    client = office.test_client()
    enter(client)
    with unit_of_work():
        set_active(username="wang", active=False)
    assert client.get("/areas/").status_code == 302
    assert enter(office.test_client()) == 422


def test_log_in_slows_down_after_five_failures_and_says_how_long(office: Flask) -> None:
    client = office.test_client()
    assert [enter(client, password="wrong") for _ in range(5)] == [422] * 5
    answer = client.post("/accounts/log-in", data={"username": "wang", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "尝试次数过多" in answer.text
    # Refused trials do not make the wait longer, and others are not hindered.
    assert [enter(client) for _ in range(3)] == [429] * 3
    assert db.session.execute(select(func.count()).select_from(LoginAttempt)).scalar_one() == 10
    assert enter(client, username="nobody", password="wrong") == 422
    with unit_of_work():
        sign_in(username="wang", password=PASSWORD, address="10.0.0.9")


def test_wait_ends(office: Flask) -> None:
    client = office.test_client()
    for _ in range(6):
        enter(client, password="wrong")
    with unit_of_work():
        for attempt in db.session.execute(select(LoginAttempt)).scalars():
            attempt.at = utcnow() - timedelta(minutes=16)
    assert enter(client) == 302


def test_success_starts_the_count_afresh(office: Flask) -> None:
    client = office.test_client()
    for _ in range(2):
        assert [enter(client, password="wrong") for _ in range(4)] == [422] * 4
        assert enter(client) == 302
    assert db.session.execute(select(func.count()).select_from(LoginAttempt)).scalar_one() == 8


def test_one_address_is_slowed_down_whatever_the_names(office: Flask) -> None:
    client = office.test_client()
    answers = [enter(client, username=f"user{number}", password="wrong") for number in range(24)]
    assert answers == [422] * 20 + [429] * 4
    with unit_of_work():
        sign_in(username="ｗａｎｇ", password=PASSWORD, address="10.0.0.9")


def test_many_trials_at_once_are_no_more_than_many_in_a_row(office: Flask) -> None:
    outcomes: list[str] = []

    def attempt() -> None:
        with office.app_context():
            try:
                sign_in(username="wang", password="wrong", address="10.0.0.1")
            except (Invalid, TooMany) as problem:
                outcomes.append(problem.code)
            finally:
                db.session.remove()

    db.session.commit()
    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 12
    assert outcomes.count("wrong-password") <= 5


def test_log_out_ends_the_session_on_the_server(office: Flask) -> None:
    client = office.test_client()
    enter(client)
    stolen = client.get_cookie("session")
    assert stolen is not None
    assert client.post("/accounts/log-out").status_code == 302
    thief = office.test_client()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/areas/").status_code == 302
    assert db.session.execute(select(func.count()).select_from(StaffSession)).scalar_one() == 0


def test_only_the_digest_of_a_session_is_kept(office: Flask) -> None:
    client = office.test_client()
    enter(client)
    with client.session_transaction() as kept:
        key = kept["_user_id"]
    assert db.session.execute(select(StaffSession.key_digest)).scalar_one() != key


def test_session_ends_with_its_hours(office: Flask) -> None:
    client = office.test_client()
    enter(client)
    with unit_of_work():
        db.session.execute(select(StaffSession)).scalar_one().expires_at = utcnow() - timedelta(seconds=1)
    assert client.get("/areas/").status_code == 302


def test_new_password_ends_every_session(office: Flask) -> None:
    client = office.test_client()
    enter(client)
    with unit_of_work():
        set_password(username="wang", password="another long one")
    assert client.get("/areas/").status_code == 302
    assert enter(client) == 422
    assert enter(client, password="another long one") == 302


def test_own_password_changes_only_for_who_knows_the_present_one(office: Flask) -> None:
    client, other = office.test_client(), office.test_client()
    enter(client)
    enter(other)
    form = {"present": "not this", "password": "another long one"}
    assert client.post("/accounts/profile", data=form).status_code == 422
    assert client.get("/accounts/profile").status_code == 200
    assert (
        client.post("/accounts/profile", data={**form, "present": PASSWORD, "password": "short"}).status_code
        == 422
    )
    assert client.post("/accounts/profile", data={**form, "present": PASSWORD}).status_code == 302
    assert other.get("/areas/").status_code == 302
    assert client.get("/areas/").status_code == 302
    assert enter(client, password="another long one") == 302


@pytest.mark.parametrize("password", ["", "short", " " * 30, "x" * 201])
def test_unfit_password_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(Problem) as caught:
        hash_password(password)
    assert caught.value.code in {"weak-password", "long-password"}


@pytest.mark.parametrize("target", ["/areas/", "/catalogue/?year=2024", "/areas/?next=//x"])
def test_log_in_leads_on_to_an_address_of_the_house(office: Flask, target: str) -> None:
    answer = office.test_client().post(
        "/accounts/log-in", query_string={"next": target}, data={"username": "wang", "password": PASSWORD}
    )
    assert answer.headers["Location"] == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/",
        "//evil.example.org",
        "///evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "/\t/evil.example.org",
        "/areas/\nSet-Cookie: a=b",
        "/areas/\r\n",
        "/areas/\x00",
        "\t//evil.example.org",
        "javascript:alert(1)",
        "evil",
        "",
        None,
    ],
)
def test_log_in_leads_nowhere_else(office: Flask, target: str | None) -> None:
    with office.test_request_context():
        assert _own_address(target, "/reports/") == "/reports/"


def test_log_in_needs_the_pages_own_token(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        add_user(username="wang", display_name="王", password=PASSWORD, grants=[Grant("viewer")])
    form = {"username": "wang", "password": PASSWORD}
    assert client.post("/accounts/log-in", data=form).status_code == 400
    page = client.get("/accounts/log-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert client.post("/accounts/log-in", data={**form, "csrf_token": token}).status_code == 302
    assert client.post("/accounts/log-out").status_code == 400


def test_cookie_is_closed_to_scripts_and_other_sites(office: Flask) -> None:
    answer = office.test_client().post("/accounts/log-in", data={"username": "wang", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_looking_at_the_heads_of_the_page_is_no_trial(office: Flask) -> None:
    client = office.test_client()
    assert [client.head("/accounts/log-in").status_code for _ in range(7)] == [200] * 7
    assert db.session.execute(select(func.count()).select_from(LoginAttempt)).scalar_one() == 0
