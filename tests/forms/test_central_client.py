"""The Central-compatible interface as ODK's own client for Python uses it, over the wire."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from lxml import etree
from openpyxl import Workbook
from pyodk._utils.config import CentralConfig, Config
from pyodk._utils.session import Adapter, Session
from pyodk.client import Client
from pyodk.errors import PyODKError
from sqlalchemy import event, insert, select

from app.accounts.managing import Grant, add_user
from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.forms.central_csv import csv_table
from app.forms.exchange_models import AppUser
from app.forms.models import Form, Link, Submission
from app.forms.publishing import publish
from tests.conftest import PASSWORD
from tests.forms.conftest import CONSENT, compiled, instance, table

NEW = """| survey | | | | |
| | type | name | label | choice_filter |
| | select_one_from_file places.csv | place | 地点 | |
| | image | photo | 照片 | |
| | begin_repeat | child | 孩子 | |
| | text | name | 名字 | |
| | integer | age | 年龄 | |
| | end_repeat | | | |
| settings | | | |
| | form_id | form_title | version |
| | visits | 入户走访 | 1 |
"""


@pytest.fixture
def city(app: Flask) -> Area:
    with unit_of_work():
        found = Area(code="3602", name_zh="小城", level="city", valid_from=date(2020, 1, 1))
        db.session.add(found)
    return found


@pytest.fixture
def address(app: Flask, city: Area, serve: Callable[[Flask], str]) -> str:
    """The application on the wire, with an office and an analyst."""
    with unit_of_work():
        for role in ("exam_office", "analyst"):
            add_user(username=role, display_name=role, password=PASSWORD, grants=[Grant(role)])
    served = serve(app)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url=served)
    return served


def client_of(address: str, folder: Path, username: str, project_id: int) -> Client:
    """The client as its documentation sets it up."""
    central = CentralConfig(address, username, PASSWORD, project_id)
    session = Session(address, "v1", username, PASSWORD, cache_path=str(folder / f"{username}.toml"))
    session.mount("http://", Adapter(timeout=30, max_retries=0))
    return Client(config=Config(central), session=session)


@pytest.fixture
def office(address: str, city: Area, tmp_path: Path) -> Iterator[Client]:
    with client_of(address, tmp_path, "exam_office", city.id) as client:
        yield client


@pytest.fixture
def small(app: Flask, city: Area, xform: bytes) -> Form:
    """The small form, published and open."""
    with unit_of_work():
        return publish(content=xform, filename="survey.xml", consent=CONSENT).form


def fresh() -> str:
    return f"uuid:{uuid.uuid4()}"


def told(instance_id: str, **facts: str) -> str:
    return instance(instance_id=instance_id, **facts).decode()


def test_projects_are_the_cities(office: Client, city: Area, small: Form) -> None:
    (listed,) = office.projects.list()
    assert (listed.id, listed.name, listed.forms, listed.appUsers) == (city.id, "小城", 1, 0)
    assert office.projects.get(city.id).id == city.id
    with pytest.raises(PyODKError) as refused:
        office.projects.get(city.id + 1)
    assert refused.value.is_central_error(404.1)


def test_form_is_created_read_and_updated_with_its_files(
    app: Flask, office: Client, city: Area, tmp_path: Path
) -> None:
    places = tmp_path / "places.csv"
    places.write_text("name,label\np1,东门\n", encoding="utf-8")
    definition = compiled(NEW.encode()).decode()
    made = office.forms.create(definition, attachments=[places])
    assert (made.xmlFormId, made.version, made.publishedAt) == ("visits", "1", None)
    read = office.forms.get("visits")
    assert (read.name, read.state, read.version, read.hash) == ("入户走访", "open", "1", made.hash)
    assert read.publishedAt is not None
    assert office.forms.get_xml("visits") == definition
    (listed,) = office.forms.list()
    assert listed.xmlFormId == "visits"
    places.write_text("name,label\np1,东门\np2,西门\n", encoding="utf-8")
    office.forms.update("visits", attachments=[places], version_updater=lambda v: f"{v}.1")
    assert office.forms.get("visits").version == "1.1"
    office.forms.update("visits", definition=definition.replace('version="1"', 'version="2"'))
    assert office.forms.get("visits").version == "2"
    db.session.rollback()
    form = db.session.execute(select(Form)).scalar_one()
    assert [each.version for each in form.versions] == ["2", "1.1", "1"]
    assert form.root_id == city.id and form.state == "open"
    sizes = [each.files[0].size for each in form.versions]
    assert sizes[0] == sizes[1] > sizes[2] > 0
    with pytest.raises(PyODKError) as again:
        office.forms.create(definition)
    assert again.value.is_central_error(409.3)
    with pytest.raises(PyODKError) as taken:
        office.forms.update("visits", definition=definition.replace("地点", "场所"))
    assert taken.value.is_central_error(409.6)


def test_workbook_is_published_and_given_back(office: Client, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (("type", "name", "label"), ("text", "street", "街道")):
        sheet.append(row)
    path = tmp_path / "streets.xlsx"
    book.save(path)
    made = office.forms.create(path)
    assert made.xmlFormId == "streets"
    given = office.get("projects/1/forms/streets.xlsx")
    assert given.status_code == 200 and given.content == path.read_bytes()
    assert office.get("projects/1/forms/streets.xls").json()["code"] == 404.1
    sheet["A2"] = "texxt"
    book.save(path)
    with pytest.raises(PyODKError) as refused:
        office.forms.update("streets", definition=path)
    problems = refused.value.args[1].json()["details"]["problems"]
    assert [(each["code"], each["place"]) for each in problems] != []


def test_submission_is_created_edited_reviewed_and_commented(
    app: Flask, office: Client, small: Form, tmp_path: Path
) -> None:
    first, second = fresh(), fresh()
    made = office.submissions.create(told(first), form_id="survey_a", device_id="desk")
    assert (made.instanceId, made.reviewState, made.deviceId) == (first, None, "desk")
    office.submissions.edit(
        first,
        told(second, deprecated=first).replace("<age>45", "<age>46"),
        form_id="survey_a",
        comment="年龄写错了",
    )
    edited = office.submissions.get(first, form_id="survey_a")
    assert (edited.instanceId, edited.reviewState) == (first, "edited")
    assert edited.updatedAt is not None and edited.createdAt == made.createdAt
    for word in ("hasIssues", "rejected", "approved"):
        office.submissions.review(first, word, form_id="survey_a", comment=word)
        assert office.submissions.get(first, form_id="survey_a").reviewState == word
    notes = office.submissions.list_comments(first, form_id="survey_a")
    assert [each.body for each in notes] == ["approved", "rejected", "hasIssues", "年龄写错了"]
    own = office.get("users/current").json()
    assert {each.actorId for each in notes} == {own["id"]}
    listed = office.submissions.list(form_id="survey_a")
    assert [each.instanceId for each in listed] == [first]
    versions = office.get(f"projects/1/forms/survey_a/submissions/{first}/versions").json()
    assert [(each["instanceId"], each["current"]) for each in versions] == [(second, True), (first, False)]
    old = office.get(f"projects/1/forms/survey_a/submissions/{first}/versions/{first}.xml")
    assert b"<age>45" in old.content
    assert b"<age>46" in office.get(f"projects/1/forms/survey_a/submissions/{first}.xml").content
    with pytest.raises(PyODKError) as outdated:
        office.submissions.edit(first, told(fresh(), deprecated=first), form_id="survey_a")
    assert outdated.value.is_central_error(409.3)
    with pytest.raises(PyODKError) as unnamed:
        office.submissions.edit(first, told(fresh()), form_id="survey_a")
    assert unnamed.value.is_central_error(400.8)
    db.session.rollback()
    trail = db.session.execute(select(AuditEntry.reason).where(AuditEntry.subject == "submissions")).scalars()
    assert {"created by a program", "edited by a program", "by a program"} <= set(trail)


def test_files_of_a_submission_are_sent_read_and_kept_by_an_edit(
    office: Client, small: Form, tmp_path: Path
) -> None:
    photo = tmp_path / "p.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0 a picture" * 5000)
    first, second = fresh(), fresh()
    body = "<consent>1</consent><opinion><park>4</park><photo>p.jpg</photo></opinion>"
    made = office.submissions.create(told(first, body=body), form_id="survey_a", attachments=[photo])
    assert made.attachments is not None
    assert [(each.name, each.exists) for each in made.attachments] == [("p.jpg", True)]
    office.submissions.edit(
        first, told(second, body=body.replace(">4<", ">5<"), deprecated=first), form_id="survey_a"
    )
    base = f"projects/1/forms/survey_a/submissions/{first}/attachments"
    assert office.get(f"{base}/p.jpg").content == photo.read_bytes()
    assert office.post(f"{base}/other.jpg", data=b"x").json()["code"] == 404.1
    row = office.submissions.get_table("survey_a")["value"][0]
    assert (row["__system"]["attachmentsPresent"], row["__system"]["attachmentsExpected"]) == (1, 1)
    assert row["__system"]["flags"] == "failed-checks edited"


def test_staff_edit_what_a_phone_sent(app: Flask, office: Client, small: Form) -> None:
    (user,) = office.projects.create_app_users(["一队"], forms=["survey_a"])
    first, second = fresh(), fresh()
    server = f"{office.session.base_url}key/{user.token}/projects/1"
    part = {"xml_submission_file": ("s.xml", told(first).encode(), "text/xml")}
    assert requests.post(f"{server}/submission", files=part, timeout=30).status_code == 201
    office.submissions.edit(first, told(second, deprecated=first), form_id="survey_a")
    told_of = office.submissions.get(first, form_id="survey_a")
    assert told_of.submitterId == user.id
    db.session.rollback()
    rows = db.session.execute(select(Submission).order_by(Submission.id)).scalars().all()
    assert [(each.instance_id, each.superseded_at is None) for each in rows] == [
        (first, False),
        (second, True),
    ]
    assert rows[1].link_id == rows[0].link_id and "edit-of-another" not in rows[1].flags


def test_app_users_fill_their_forms_until_they_are_dismissed(
    app: Flask, office: Client, address: str, small: Form
) -> None:
    users = list(office.projects.create_app_users(["一队", "二队"], forms=["survey_a"]))
    assert [each.displayName for each in users] == ["一队", "二队"]
    assert office.projects.create_app_users(["一队"]) == []
    server = f"{address}/v1/key/{users[0].token}/projects/1"
    listed = requests.get(f"{server}/formList", timeout=30)
    assert listed.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert listed.headers["X-OpenRosa-Version"] == "1.0"
    (entry,) = etree.fromstring(listed.content)
    where = entry.findtext("{*}downloadUrl")
    assert where is not None and requests.get(where, timeout=30).content == small.versions[0].xform
    checked = requests.head(f"{server}/submission", timeout=30)
    assert checked.status_code == 204 and int(checked.headers["X-OpenRosa-Accept-Content-Length"]) > 0
    part = {"xml_submission_file": ("s.xml", told(fresh(), form_id="other").encode(), "text/xml")}
    unknown = requests.post(f"{server}/submission", files=part, timeout=30)
    assert unknown.status_code == 404 and "submit_error" in unknown.text
    first = office.get("projects/1/forms/survey_a/assignments/app-user").json()
    assert {each["displayName"] for each in first} == {"一队", "二队"}
    assert office.delete(f"projects/1/forms/survey_a/assignments/2/{users[1].id}").json() == {"success": True}
    assert len(office.get("projects/1/forms/survey_a/assignments").json()) == 1
    assert office.delete(f"projects/1/app-users/{users[0].id}").json() == {"success": True}
    gone = requests.get(f"{server}/formList", timeout=30)
    assert gone.status_code == 403 and "OpenRosaResponse" in gone.text
    db.session.rollback()
    assert all(each.revoked_at for each in db.session.execute(select(Link)).scalars())
    assert len(db.session.execute(select(AppUser)).scalars().all()) == 2


def test_sessions_end_and_passwords_are_throttled(address: str, office: Client) -> None:
    token = str(office.session.headers["Authorization"])
    assert office.get("sessions/restore").json()["token"] == token.removeprefix("Bearer ")
    assert office.delete("sessions/current").status_code == 200
    refused = office.get("projects")
    assert refused.status_code == 401 and refused.json()["code"] == 401.2
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    for _try in range(5):
        wrong = requests.get(f"{address}/v1/projects", auth=("exam_office", "wrong"), timeout=30)
        assert wrong.status_code == 401
    waiting = requests.get(f"{address}/v1/projects", auth=("exam_office", "wrong"), timeout=30)
    assert waiting.status_code == 429 and int(waiting.headers["Retry-After"]) > 0
    body = {"email": "exam_office", "password": "wrong"}
    assert requests.post(f"{address}/v1/sessions", json=body, timeout=30).status_code == 429


def test_name_and_password_serve_many_requests(address: str, city: Area) -> None:
    auth = ("analyst", PASSWORD)
    for _page in range(8):
        assert requests.get(f"{address}/v1/projects", auth=auth, timeout=30).status_code == 200
    foreign = requests.post(
        f"{address}/v1/projects/1/forms", auth=auth, headers={"Origin": "https://evil.example"}, timeout=30
    )
    assert foreign.status_code == 403 and foreign.json()["details"]["reference"] == "foreign-page"


def test_analysts_read_and_do_not_write(
    address: str, office: Client, small: Form, city: Area, tmp_path: Path
) -> None:
    office.submissions.create(told(fresh()), form_id="survey_a")
    with client_of(address, tmp_path, "analyst", city.id) as analyst:
        assert len(analyst.submissions.list(form_id="survey_a")) == 1
        assert len(analyst.submissions.get_table("survey_a")["value"]) == 1
        for call in (
            lambda: analyst.submissions.create(told(fresh()), form_id="survey_a"),
            lambda: analyst.projects.create_app_users(["三队"]),
            lambda: analyst.forms.update("survey_a", definition=compiled(table("V2")).decode()),
        ):
            with pytest.raises(PyODKError) as refused:
                call()
            assert refused.value.is_central_error(403.1)


def csv_of(office: Client, name: str) -> Any:
    return office.get(f"projects/1/forms/visits/submissions.{name}")


def test_csv_has_centrals_columns(app: Flask, office: Client, city: Area) -> None:
    import csv
    import zipfile

    with unit_of_work():
        publish(content=compiled(NEW.encode()), filename="visits.xml")
    first = fresh()
    body = "<place>p1</place><photo/><child><name>甲</name><age>3</age></child><child><name>乙</name></child>"
    xml = told(first, body=body, form_id="visits", version="1").replace(
        "<start>2024-03-01T08:00:00.000+08:00</start>", ""
    )
    office.submissions.create(xml, form_id="visits")
    office.submissions.edit(
        first,
        xml.replace(
            f"<orx:instanceID>{first}", f"<orx:deprecatedID>{first}</orx:deprecatedID><orx:instanceID>x-2"
        ),
        form_id="visits",
    )
    rows = list(csv.DictReader(io.StringIO(csv_of(office, "csv").content.decode("utf-8-sig"))))
    assert [(each["KEY"], each["place"], each["ReviewState"]) for each in rows] == [(first, "p1", "edited")]
    (row,) = rows
    assert next(iter(row)) == "SubmissionDate" and [*row][-10:] == [
        *("KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status"),
        *("ReviewState", "DeviceID", "Edits", "FormVersion"),
    ]
    assert (row["Edits"], row["FormVersion"], row["DeviceID"], row["SubmitterName"]) == ("1", "1", "", "")
    archive = zipfile.ZipFile(io.BytesIO(csv_of(office, "csv.zip").content))
    assert archive.namelist() == ["visits.csv", "visits-child.csv"]
    children = list(csv.DictReader(io.StringIO(archive.read("visits-child.csv").decode("utf-8-sig"))))
    assert [(each["PARENT_KEY"], each["name"]) for each in children] == [(first, "甲"), (first, "乙")]


def test_csv_tells_who_sent_a_submission_and_its_files(office: Client, small: Form) -> None:
    import csv

    (user,) = office.projects.create_app_users(["一队"], forms=["survey_a"])
    body = "<consent>1</consent><opinion><park>4</park><photo>p.jpg</photo></opinion>"
    server = f"{office.session.base_url}key/{user.token}/projects/1/submission?deviceID=phone-7"
    part = {"xml_submission_file": ("s.xml", told(fresh(), body=body).encode(), "text/xml")}
    assert requests.post(server, files=part, timeout=30).status_code == 201
    answer = office.get("projects/1/forms/survey_a/submissions.csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["SubmitterID"], row["DeviceID"]) == (str(user.id), "phone-7")
    assert row["SubmitterName"] == "一队"
    assert (row["AttachmentsPresent"], row["AttachmentsExpected"]) == ("0", "1")


def test_csv_is_sent_while_it_is_read(app: Flask, office: Client, small: Form) -> None:
    rows = [
        {
            "form_id": small.id,
            "version_id": small.versions[0].id,
            "version_text": "V1",
            "instance_id": f"uuid:{number}",
            "xml": b"",
            "digest": f"{number:064}",
            "answers": {"opinion": {"suggest": "很好" * 200}},
            "channel": "api",
            "flags": [],
            "findings": [],
        }
        for number in range(2100)
    ]
    with unit_of_work():
        db.session.execute(insert(Submission), rows)
    asked: list[str] = []

    def note(*facts: Any) -> None:
        asked.append(facts[2])

    event.listen(db.engine, "before_cursor_execute", note)
    pieces = csv_table(small)
    first = next(pieces)
    before = len(asked)
    rest = list(pieces)
    event.remove(db.engine, "before_cursor_execute", note)
    assert b"uuid:2099" in first and len(first) < 400_000
    # Four batches of 500 and the last of 100: the first piece waits for one.
    assert len(asked) - before == 4
    assert b"".join([first, *rest]).count(b"\r\n") == 2101
    answer = office.get("projects/1/forms/survey_a/submissions.csv")
    assert answer.content == b"".join([first, *rest])
    assert "Content-Length" not in answer.headers
