"""Hostile requests at the doors of residents, staff and programs: refused in words, telling nothing."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.managing import Grant, add_user
from app.areas.models import Area
from app.db import db, unit_of_work
from app.errors import printable
from app.forms.authoring import save_draft
from app.forms.authoring import test_link_of as link_for_trying
from app.forms.collecting import receive
from app.forms.models import Draft, Form, FormVersion, Submission
from app.forms.publishing import publish
from app.forms.serving import send_uploaded
from app.storage import storage
from tests.conftest import PASSWORD, at_once
from tests.forms.conftest import Device, answered, compiled, instance, link_of, table, thread_client
from tests.forms.test_editing import begin, received

SECRET = "尚未公布的问题"


@pytest.fixture
def unpublished(form: Form) -> FormVersion:
    """The next version of the form, which nobody outside may see yet."""
    with unit_of_work():
        return save_draft(content=compiled(table("V2", 同意吗=SECRET)), filename="survey.xml")


@pytest.mark.parametrize("kind", ["open", "personal"])
def test_no_link_of_residents_shows_or_takes_a_draft(
    client: FlaskClient, form: Form, unpublished: FormVersion, kind: str
) -> None:
    page = f"/s/{link_of(form, kind).token}"
    device = Device(client, page, unpublished.id)
    refused = [
        client.get(f"{page}/whole?version={unpublished.id}"),
        device.keep(answered()),
        device.send(answered()),
    ]
    for each in refused:
        assert each.status_code == 404 and SECRET not in each.text
    assert db.session.execute(select(Draft.id)).all() == []
    assert db.session.execute(select(Submission.id)).all() == []


def test_the_test_link_of_a_draft_shows_that_and_takes_answers(
    client: FlaskClient, unpublished: FormVersion
) -> None:
    link = link_for_trying(unpublished)
    assert link is not None
    page = f"/s/{link.token}"
    device = Device(client, page, unpublished.id)
    for query in ("", f"?version={unpublished.id}"):
        assert SECRET in client.get(f"{page}/whole{query}").text
    assert device.send(answered()).status_code == 201


def test_odd_numbers_of_versions_are_no_version(client: FlaskClient, page: str) -> None:
    for number in ("9" * 30, "-1", "x", "", "%00", "١"):
        answer = client.get(f"{page}/whole?version={number}")
        assert answer.status_code == 404, number


def test_versions_of_another_form_are_not_compared(office: FlaskClient, version: FormVersion) -> None:
    other = table().replace(b"survey_a", b"survey_b").decode().replace("同意吗", SECRET).encode()
    with unit_of_work():
        foreign = publish(content=compiled(other), filename="other.xml")
    answer = office.get(f"/forms/versions/{version.id}/changes?since={foreign.id}")
    assert answer.status_code == 404 and SECRET not in answer.text


@pytest.mark.parametrize(
    ("called", "title"), [("a\0b", "t"), ("a\x1bb", "t"), ("b", "t\0\x08u"), ("b", "\ufffe")]
)
def test_control_characters_in_a_copys_name_are_refused_or_shown_as_such(
    office: FlaskClient, version: FormVersion, called: str, title: str
) -> None:
    data = {"form_id": "copied", "version": called, "title": title}
    answer = office.post(f"/forms/versions/{version.id}/copy", data=data)
    made = db.session.execute(select(Form).where(Form.form_id == "copied")).scalar_one_or_none()
    if called == "b":
        assert answer.status_code == 302 and made is not None
        assert made.title == printable(title) != title
    else:
        assert answer.status_code == 422 and "控制字符" in answer.text and made is None


ODD_TYPES = ["audio/图", "audio/x\0y", "image/png\\r\\nx: y", "video/", "audio/x y", "audio/" + "x" * 114]


@pytest.mark.parametrize("kind", ODD_TYPES, ids=range(len(ODD_TYPES)))
def test_a_type_that_a_sender_made_up_reaches_no_header(app: Flask, kind: str) -> None:
    sha256, _size = storage().put(b"<script>alert(1)</script>")
    with app.test_request_context():
        answer = send_uploaded(sha256, kind, "a.bin")
        told = answer.headers["Content-Type"]
        answer.close()
    assert told.encode("latin-1").isascii() and told.isprintable()
    assert told in {"application/octet-stream", kind}
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.fixture
def project(form: Form) -> str:
    """The form's project, and somebody of the office who may write there."""
    with unit_of_work():
        add_user(username="o", display_name="o", password=PASSWORD, grants=[Grant("exam_office")])
        city = Area(code="3602", name_zh="小城", level="city", valid_from=date(2020, 1, 1))
        db.session.add(city)
    return f"/v1/projects/{city.id}"


HOSTILE_JSON = {
    "half a pair": '"\\ud800"',
    "U+0000": '"a\\u0000b"',
    "deep": "[" * 100_000,
    "deep inside": '{"a":' * 50_000,
    "endless number": "9" * 10_000,
    "cut": '"a',
}


@pytest.mark.parametrize("value", HOSTILE_JSON.values(), ids=HOSTILE_JSON.keys())
def test_hostile_json_of_programs_is_refused_in_words(
    client: FlaskClient, form: Form, project: str, value: str
) -> None:
    one = f"{project}/forms/survey_a/submissions/{received(form).instance_id}"
    for address, name in ((f"{one}/comments", "body"), (f"{project}/app-users", "displayName")):
        body = f'{{"{name}": {value}}}'
        answer = client.post(address, data=body, content_type="application/json", auth=("o", PASSWORD))
        assert answer.status_code == 400, answer.text
        assert answer.json["message"] and len(answer.text) < 1000
    both = f'{{"email": {value}, "password": {value}}}'
    assert client.post("/v1/sessions", data=both, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "$filter=__system/submissionDate lt 9999-12-31T23:59:59-14:00",
        "$filter=__system/submissionDate gt 0001-01-01T00:00:00%2B14:00",
        "$skiptoken=" + base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    ],
    ids=["end of the calendar", "its beginning", "deep token"],
)
def test_hostile_questions_of_programs_are_refused_in_words(
    client: FlaskClient, project: str, query: str
) -> None:
    answer = client.get(f"{project}/forms/survey_a.svc/Submissions?{query}", auth=("o", PASSWORD))
    assert answer.status_code == 400, answer.text
    assert json.loads(answer.text)["message"]


def test_a_version_with_control_characters_is_not_published(
    client: FlaskClient, project: str, unpublished: FormVersion
) -> None:
    address = f"{project}/forms/survey_a/draft/publish?version=a%00b"
    answer = client.post(address, auth=("o", PASSWORD))
    assert answer.status_code == 400 and "控制字符" in answer.json["message"]
    assert unpublished.is_draft


ROWS = b"""| survey | | | |
| | type | name | label |
| | begin_repeat | place | Place |
| | text | what | What |
| | begin_repeat | part | Part |
| | text | inner | Inner |
| | end_repeat | | |
| | end_repeat | | |
| settings | | | |
| | form_id | form_title | version |
| | places | Places | 1 |
"""
NO_SUCH_ROW = [
    "remove:/data/place[3]",
    "remove:/data/place[0]",
    "remove:/data/place",
    "remove:/data/place[1]/part[2]",
    "remove:/data/place[" + "9" * 5000 + "]",
    "remove:/data/place[²]",
    "add:/data/place[1]",
    "add:/data/place[1][1]",
    "add:/data/place/part",
    "add:/data/place[10000]/part",
    "add:/data/place[" + "9" * 5000 + "]/part",
]


@pytest.mark.parametrize("action", NO_SUCH_ROW, ids=range(len(NO_SUCH_ROW)))
@pytest.mark.parametrize("door", ["resident", "staff"])
def test_rows_that_are_not_there_are_left_alone_and_the_screen_is_kept(
    office: FlaskClient, action: str, door: str
) -> None:
    with unit_of_work():
        form = publish(content=compiled(ROWS), filename="places.xml").form
    page = f"/s/{link_of(form, 'open').token}"
    if door == "staff":
        xml = instance("<place><what>old</what></place>", form_id="places", version="1")
        with unit_of_work():
            found = receive(form=form, xml=xml, channel="import").submission
        page = begin(office, found)
    else:
        office.post(f"{page}/1", data={"action": "next"})
    [draft] = db.session.execute(select(Draft)).scalars()
    typed = {"draft": draft.draft_key, "/data/place[1]/what": "typed", "action": action}
    answer = office.post(f"{page}/1", data=typed)
    assert answer.status_code == 303
    [draft] = db.session.execute(select(Draft)).scalars()
    [place] = draft.answers["place"]
    assert place["what"] == "typed" and len(place["part"]) <= 1


def test_a_row_removed_twice_at_once_is_removed_once(app: Flask) -> None:
    with unit_of_work():
        form = publish(content=compiled(ROWS), filename="places.xml").form
    page = f"/s/{link_of(form, 'open').token}"
    client = app.test_client()
    client.post(f"{page}/1", data={"action": "add:/data/place"})
    [draft] = db.session.execute(select(Draft)).scalars()
    data = {"draft": draft.draft_key, "action": "remove:/data/place[2]"}
    calls = [lambda: thread_client(app).post(f"{page}/1", data=data)] * 2
    assert at_once(app, calls) == [303, 303]
    [draft] = db.session.execute(select(Draft)).scalars()
    db.session.refresh(draft)
    assert len(draft.answers["place"]) == 1


def test_an_endless_reason_is_kept_as_far_as_a_page_can_show_it(office: FlaskClient, form: Form) -> None:
    edit = begin(office, received(form))
    answer = office.post(f"{edit}/newest", data={"reason": "x" * 1_000_000})
    assert answer.status_code == 303
    [draft] = db.session.execute(select(Draft)).scalars()
    assert draft.reason == "x" * 10_000
