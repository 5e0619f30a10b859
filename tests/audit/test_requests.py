"""Who acts in a request, and the administrator's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from app.accounts.models import Department
from app.audit import acting_as, current_actor, record_access, set_actor
from app.audit.models import AuditEntry
from app.db import db
from app.errors import Invalid
from tests.audit.conftest import Entries


@pytest.fixture
def looking(app: Flask) -> Flask:
    """An application with a door that looks at personal data."""
    blueprint = Blueprint("looking", __name__)

    @blueprint.route("/look/<what>", methods=["GET", "POST"])
    def look(what: str) -> str:
        if what == "name":
            return current_actor()
        if what == "become":
            set_actor("link:1")
        if what == "write-first":
            db.session.add(Department(code="x", name_zh="x", name_en="x"))
            db.session.flush()
        record_access(subject="contacts", subject_id=1)
        if what == "fail":
            raise Invalid("file-missing")
        return current_actor()

    app.register_blueprint(blueprint)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def test_request_begins_with_nobody_whoever_acted_before(looking: Flask) -> None:
    client = looking.test_client()
    with acting_as("user:1"):
        assert client.get("/look/name").text == "visitor"
        assert client.get("/look/become").text == "link:1"
        assert client.get("/look/name").text == "visitor"
        assert current_actor() == "user:1"


@pytest.mark.parametrize(
    ("method", "what", "status"),
    [("GET", "plain", 200), ("GET", "fail", 422), ("POST", "write-first", 200), ("POST", "fail", 422)],
)
def test_access_is_kept_though_the_request_fails(
    looking: Flask, entries: Entries, method: str, what: str, status: int
) -> None:
    assert looking.test_client().open(f"/look/{what}", method=method).status_code == status
    assert len(entries("contacts", "access")) == 1


def test_page_shows_filters_and_turns_pages(
    app: Flask, client_as: Callable[..., FlaskClient], entries: Entries
) -> None:
    for number in range(120):
        db.session.add(AuditEntry(actor="user:1", action="event", subject="shown", subject_id=str(number)))
    client = client_as("administrator")
    page = client.get("/audit/?subject=shown").text
    assert "shown 119" in page
    assert "shown 20" in page
    assert "shown 19<" not in page
    last = min(entry["id"] for entry in entries("shown")) + 20
    assert "shown 19" in client.get(f"/audit/?subject=shown&before={last}").text
    assert "shown 7" in client.get("/audit/?subject_id=7&lang=en").text
    assert client.get("/audit/?before=99999999999999999999").status_code == 200
    assert client_as("exam_office").get("/audit/").status_code == 403
