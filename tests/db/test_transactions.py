"""One transaction per request: kept whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Department
from app.db import after_commit, after_transaction, db, unit_of_work
from tests.db.conftest import Called, department

Codes = Callable[[], list[str]]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [200, 201, 302, 399])
def test_unsafe_request_under_400_is_kept(
    small: FlaskClient, codes: Codes, called: Called, method: str, status: int
) -> None:
    assert small.open(f"/small/write/{status}", method=method).status_code == status
    assert codes() == ["new"]
    assert called == ["after commit"]


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("POST", 400), ("POST", 503)])
def test_safe_request_and_refusal_leave_nothing(
    small: FlaskClient, codes: Codes, called: Called, method: str, status: int
) -> None:
    assert small.open(f"/small/write/{status}", method=method).status_code == status
    assert codes() == []
    assert called == []


@pytest.mark.parametrize(("what", "status"), [("invalid", 422), ("conflict", 409), ("crash", 500)])
def test_exception_leaves_nothing(
    small: FlaskClient, codes: Codes, called: Called, what: str, status: int
) -> None:
    assert small.post(f"/small/{what}").status_code == status
    assert codes() == []
    assert called == []


def test_forgotten_flush_and_commit_are_made_up_for(small: FlaskClient, codes: Codes) -> None:
    assert small.post("/small/nothing-flushed").status_code == 200
    assert codes() == ["half", "late"]


@pytest.mark.parametrize("what", ["twice", "flush-twice"])
def test_commit_that_fails_is_a_proper_answer_and_nothing_half_done(
    small: FlaskClient, codes: Codes, called: Called, what: str
) -> None:
    answer = small.post(f"/small/{what}", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "already-there"
    assert "UNIQUE" not in answer.text
    assert "departments" not in answer.text
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert codes() == []
    assert called == []


def test_page_after_a_failed_commit_can_still_ask_who_is_signed_in(
    app: Flask, client_as: Callable[..., FlaskClient], called: Called
) -> None:
    from tests.db.conftest import add_doors

    add_doors(app, called)
    answer = client_as("viewer").post("/small/flush-twice")
    assert answer.status_code == 409
    assert "viewer-city" in answer.text


def test_streamed_answer_is_committed_before_and_writes_nothing_itself(
    small: FlaskClient, codes: Codes
) -> None:
    answer = small.post("/small/stream")
    assert answer.text == "1 end"
    assert codes() == ["half"]


def test_failing_action_after_the_commit_takes_nothing_back(
    small: FlaskClient, codes: Codes, called: Called, caplog: pytest.LogCaptureFixture
) -> None:
    assert small.post("/small/action-fails").status_code == 200
    assert codes() == ["half"]
    assert called == ["after commit", "the next one"]
    assert "an action after the commit failed" in caplog.text


def test_sessions_cookie_still_goes_out_with_a_committed_answer(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/accounts/log-in?lang=en")
    assert "session=" in answer.headers["Set-Cookie"]


def test_unit_of_work_keeps_or_drops_whole(app: Flask, codes: Codes, called: Called) -> None:
    with unit_of_work():
        db.session.add(department("kept"))
        after_commit(lambda: called.append("kept"))
    with pytest.raises(RuntimeError, match="no"), unit_of_work():
        db.session.add(department("dropped"))
        db.session.flush()
        after_commit(lambda: called.append("dropped"))
        after_transaction(lambda: called.append("ended"))
        raise RuntimeError("no")
    assert codes() == ["kept"]
    assert called == ["kept", "ended"]
    with unit_of_work():
        db.session.add(department("next"))
    assert called == ["kept", "ended"]


def test_savepoint_is_no_transaction_of_its_own(app: Flask, codes: Codes) -> None:
    with pytest.raises(RuntimeError, match="refused later"), unit_of_work():
        with db.session.begin_nested():
            db.session.add(department("in a savepoint"))
        raise RuntimeError("refused later")
    assert codes() == []


def test_savepoint_rolls_its_own_part_back(app: Flask, codes: Codes) -> None:
    with unit_of_work():
        db.session.add(department("outer"))
        with pytest.raises(RuntimeError), db.session.begin_nested():
            db.session.add(department("inner"))
            db.session.flush()
            raise RuntimeError
    assert codes() == ["outer"]


def test_error_page_of_a_busy_or_unreachable_database_needs_no_database(
    app: Flask, client_as: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = client_as("viewer")
    app.testing = False

    def gone(*_arguments: object, **_options: object) -> None:
        raise ConnectionError("no database")

    monkeypatch.setattr("app.accounts.signing_in.select", gone)
    answer = signed_in.get("/accounts/profile")
    assert answer.status_code == 500
    assert "服务器出错了" in answer.text
    assert "no database" not in answer.text


def test_two_applications_in_one_process_do_not_disturb_each_other(app: Flask, second_app: Flask) -> None:
    with unit_of_work():
        db.session.add(department("first"))
    with second_app.app_context():
        assert db.session.query(Department).count() == 1
        db.session.remove()
        db.engine.dispose()
