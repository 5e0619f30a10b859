"""SQLite is as strict as a server, and times have zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from app.accounts.models import RoleGrant
from app.audit.models import AuditEntry
from app.db import db


def test_sqlite_checks_links_waits_for_the_disk_and_for_the_writer(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        assert db.session.execute(text("show synchronous_commit")).scalar_one() == "on"
        return
    found = {
        name: db.session.execute(text(f"PRAGMA {name}")).scalar_one()
        for name in ("foreign_keys", "journal_mode", "synchronous", "busy_timeout")
    }
    assert found == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 15000}


def test_link_to_nothing_is_refused(app: Flask) -> None:
    db.session.add(RoleGrant(user_id=999, role="viewer"))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_time_comes_back_with_its_zone_and_as_the_same_instant(app: Flask) -> None:
    given = datetime(2024, 5, 14, 3, 0, tzinfo=timezone(timedelta(hours=8)))
    db.session.add(AuditEntry(at=given, actor="test", action="event", subject="x"))
    db.session.commit()
    found = db.session.query(AuditEntry).one().at
    assert found == given
    assert found.utcoffset() == timedelta(0)


def test_time_without_a_zone_is_refused(app: Flask) -> None:
    naive = datetime(2024, 5, 14, tzinfo=UTC).replace(tzinfo=None)
    db.session.add(AuditEntry(at=naive, actor="test", action="event", subject="x"))
    with pytest.raises(StatementError, match="without a zone"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "-1"])
def test_number_no_key_can_have_is_no_address(app: Flask, client: FlaskClient, number: str) -> None:
    assert client.get(f"/jobs/{number}").status_code == 404
