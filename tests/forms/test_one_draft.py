"""A draft made by one door is seen, tried and published by the other: pages and programs share it."""

from __future__ import annotations

import base64
import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.areas.models import Area
from app.db import db, unit_of_work
from app.errors import Invalid
from app.forms.authoring import publish_draft, save_draft, test_link_of
from app.forms.models import Form, FormVersion, Link
from app.forms.publishing import publish
from tests.forms.conftest import COARSEN, compiled, table

WITH_FILE = table("V2").replace(
    b"| | geopoint | home |",
    b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n| | geopoint | home |",
)
ZONES = b"name,label\nz1,East\n"
FORMS = "/v1/projects/1/forms"
XML = "application/xml"


@pytest.fixture(scope="module")
def second() -> bytes:
    """A version that names a file, compiled once."""
    return compiled(WITH_FILE)


@pytest.fixture(autouse=True)
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ODK Validate says takes a second of every upload."""
    monkeypatch.setattr("app.forms.uploading.java_path", lambda: None)


@pytest.fixture(autouse=True)
def city(app: Flask) -> Area:
    """The one city that all forms are of."""
    with unit_of_work():
        found = Area(code="3602", name_zh="小城", level="city", valid_from=date(2020, 1, 1))
        db.session.add(found)
    assert found.id == 1
    return found


@pytest.fixture
def program(app: Flask, office: FlaskClient) -> FlaskClient:
    """A client that names the exam office with every request, as scripts do."""
    found = app.test_client()
    named = base64.b64encode(b"office:long enough for us").decode()
    found.environ_base["HTTP_AUTHORIZATION"] = f"Basic {named}"
    return found


def told(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"{FORMS}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json


def sent(client: FlaskClient, path: str, body: bytes = b"", kind: str | None = None) -> Any:
    answer = client.post(f"{FORMS}{path}", data=body, content_type=kind)
    return answer.status_code, answer.json


def draft_of(form_id: str) -> FormVersion:
    db.session.rollback()
    form = db.session.execute(select(Form).where(Form.form_id == form_id)).scalar_one()
    assert form.draft is not None
    return form.draft


def upload(client: FlaskClient, content: bytes) -> None:
    data = {"file": (io.BytesIO(content), "survey.xml")}
    assert client.post("/forms/upload", data=data).status_code == 302


def test_a_new_form_of_a_program_is_tried_given_files_and_published_on_its_page(
    office: FlaskClient, program: FlaskClient, client: FlaskClient, second: bytes
) -> None:
    status, made = sent(program, "", second, XML)
    assert (status, made["xmlFormId"], made["publishedAt"]) == (200, "survey_a", None)
    draft = draft_of("survey_a")
    link = test_link_of(draft)
    assert link is not None
    page = office.get(f"/forms/versions/{draft.id}").text
    assert f'<iframe src="/s/{link.token}"' in page and "缺附件：zones.csv" in page
    assert client.get(f"/s/{link.token}").status_code == 200
    refused = office.post(f"/forms/versions/{draft.id}/publish")
    assert refused.status_code == 409
    assert sent(program, "/survey_a/draft/attachments/zones.csv", ZONES)[0] == 200
    assert office.post(f"/forms/versions/{draft.id}/publish").status_code == 302
    form = told(program, "/survey_a")
    assert form["version"] == "V2" and form["hash"] == made["hash"]
    assert told(program, "/survey_a/attachments")[0]["exists"] is True
    gone = program.get(f"{FORMS}/survey_a/draft")
    assert gone.status_code == 404 and gone.get_json()["details"]["reference"] == "form-without-draft"


def test_a_draft_of_the_page_is_told_given_files_and_published_by_a_program(
    office: FlaskClient, program: FlaskClient, version: FormVersion, second: bytes
) -> None:
    upload(office, second)
    draft = draft_of("survey_a")
    made = told(program, "/survey_a/draft")
    assert (made["version"], made["publishedAt"], made["hash"]) == ("V2", None, draft.md5)
    assert program.get(f"{FORMS}/survey_a/draft.xml").data == second
    assert told(program, "/survey_a")["version"] == "V1"
    assert [each["version"] for each in told(program, "/survey_a/versions")] == ["V1"]
    assert program.get(f"{FORMS}/survey_a/versions/V2").status_code == 404
    (slot,) = told(program, "/survey_a/draft/attachments")
    assert (slot["name"], slot["exists"], slot["updatedAt"]) == ("zones.csv", False, None)
    wrong = sent(program, "/survey_a/draft/attachments/zones.csv", b"a,b\n1,2\n")
    assert wrong[0] == 400 and wrong[1]["details"]["reference"] == "form-file-columns"
    _status, given = sent(program, "/survey_a/draft/attachments/zones.csv", ZONES)
    assert given["success"] is True and given["updatedAt"] is not None
    assert "缺附件" not in office.get(f"/forms/versions/{draft.id}").text
    assert sent(program, "/survey_a/draft/publish?version=V2b") == (200, {"success": True})
    db.session.rollback()
    published = db.session.get_one(FormVersion, draft.id)
    assert (published.version, published.is_draft, published.coarsen) == ("V2b", False, COARSEN)
    assert b'version="V2b"' in published.xform and published.form.newest is published
    assert [each["version"] for each in told(program, "/survey_a/versions")] == ["V2b", "V1"]
    assert "V2b" in office.get(f"/forms/{published.form_id}").text


def test_whoever_comes_second_replaces_the_draft_and_its_link_stays(
    office: FlaskClient, program: FlaskClient, version: FormVersion, second: bytes
) -> None:
    upload(office, second)
    draft = draft_of("survey_a")
    link = test_link_of(draft)
    third = second.replace(b'version="V2"', b'version="V3"')
    assert sent(program, "/survey_a/draft", third, XML)[0] == 200
    again = draft_of("survey_a")
    assert (again.id, again.version, test_link_of(again)) == (draft.id, "V3", link)
    upload(office, second)
    assert told(program, "/survey_a/draft")["version"] == "V2"
    assert db.session.execute(select(func.count()).select_from(FormVersion)).scalar() == 2


def test_a_draft_of_what_is_published_has_its_files_and_is_tried_before_it_is_called_otherwise(
    app: Flask, office: FlaskClient, program: FlaskClient, second: bytes
) -> None:
    with unit_of_work():
        publish_draft(version=save_draft(content=second, filename="survey.xml"), without_files=True)
    assert sent(program, "/survey_a/draft")[0] == 200
    draft = draft_of("survey_a")
    assert draft.version == "V2" and draft.xform == second
    assert office.get(f"/forms/versions/{draft.id}").status_code == 200
    assert sent(program, "/survey_a/draft/attachments/zones.csv", ZONES)[0] == 200
    # What is published has no such file yet: the same version cannot have it and not have it.
    taken = sent(program, "/survey_a/draft/publish")
    assert taken[0] == 409 and taken[1]["details"]["reference"] == "version-taken"
    assert office.post(f"/forms/versions/{draft.id}/publish").status_code == 409
    assert sent(program, "/survey_a/draft/publish?version=V3")[0] == 200
    assert told(program, "/survey_a/attachments")[0]["exists"] is True
    assert sent(program, "/survey_a/draft")[0] == 200
    assert told(program, "/survey_a/draft/attachments")[0]["exists"] is True


def test_publishing_what_is_published_leaves_it_as_it_is(
    program: FlaskClient, version: FormVersion, xform: bytes
) -> None:
    before = version.published_at
    assert sent(program, "/survey_a/draft", xform, XML)[0] == 200
    assert draft_of("survey_a").version == "V1"
    assert sent(program, "/survey_a/draft/publish")[0] == 200
    db.session.rollback()
    (left,) = db.session.execute(select(FormVersion)).scalars()
    assert left.published_at == before
    assert db.session.execute(select(Link).where(Link.kind == "test")).first() is None


def test_a_new_draft_is_thrown_away_by_either_door(
    office: FlaskClient, program: FlaskClient, second: bytes, version: FormVersion
) -> None:
    other = second.replace(b'id="survey_a"', b'id="survey_b"')
    assert sent(program, "", other, XML)[0] == 200
    listed = [(each["xmlFormId"], each["publishedAt"] is None) for each in told(program, "")]
    assert listed == [("survey_a", False), ("survey_b", True)]
    assert sent(program, "", other, XML)[0] == 200
    assert office.post(f"/forms/versions/{draft_of('survey_b').id}/discard").status_code == 302
    assert [each["xmlFormId"] for each in told(program, "")] == ["survey_a"]
    upload(office, other)
    assert program.patch(f"{FORMS}/survey_b", json={"state": "open"}).status_code == 404
    assert program.delete(f"{FORMS}/survey_b/draft").json == {"success": True}
    assert program.get(f"{FORMS}/survey_b").status_code == 404
    taken = sent(program, "", second, XML)
    assert taken[0] == 409 and taken[1]["details"]["reference"] == "form-exists"


def test_a_form_of_another_city_is_not_replaced(app: Flask, program: FlaskClient, second: bytes) -> None:
    with unit_of_work():
        other = Area(code="3601", name_zh="大城", level="city", valid_from=date(2020, 1, 1))
        db.session.add(other)
    assert sent(program, "", second, XML)[0] == 200
    answer = program.post(f"/v1/projects/{other.id}/forms", data=second, content_type=XML)
    assert answer.status_code == 409 and answer.get_json()["details"]["reference"] == "form-exists"
    assert program.get(f"/v1/projects/{other.id}/forms/survey_a/draft").status_code == 404
    assert draft_of("survey_a").form.root_id == 1


def test_a_protection_cannot_be_lost_by_publishing(app: Flask, version: FormVersion, second: bytes) -> None:
    with unit_of_work():
        draft = save_draft(content=second, filename="survey.xml")
    with unit_of_work():
        # As a draft that was carried over from the earlier tables may have it.
        draft.coarsen = ["/data/basic/elsewhere"]
    with pytest.raises(Invalid) as refused, unit_of_work():
        publish_draft(version=draft, without_files=True)
    assert refused.value.code == "coarsening-impossible"


def test_publishing_at_once_opens_the_form(program: FlaskClient, xform: bytes) -> None:
    status, made = sent(program, "?publish=true", xform, XML)
    assert (status, made["state"]) == (200, "open") and made["publishedAt"] is not None
    db.session.rollback()
    form = db.session.execute(select(Form)).scalar_one()
    assert (form.state, form.draft, form.root_id) == ("open", None, 1)


def test_publishing_past_a_draft_leaves_it(app: Flask, version: FormVersion, second: bytes) -> None:
    with unit_of_work():
        save_draft(content=second, filename="survey.xml")
    with unit_of_work():
        publish(content=second.replace(b'version="V2"', b'version="V3"'), filename="survey.xml")
    assert draft_of("survey_a").version == "V2"
