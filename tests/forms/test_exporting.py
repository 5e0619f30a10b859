"""Exports: what is in the files, who may take them, what is noted, how they begin again and when they go."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work, utcnow
from app.errors import Invalid
from app.forms import export_queries, exporting
from app.forms.collecting import receive
from app.forms.models import Export, Form, Submission
from app.forms.publishing import publish
from app.jobs import Progress
from app.jobs.models import Job
from app.storage import storage
from tests.forms.conftest import compiled, instance, table
from tests.forms.test_forgetting import age_content, forget
from tests.forms.test_resident import rows
from tests.forms.test_staff_pages import analyst_of, collect
from tests.xforms.test_tabling import HOUSEHOLD

Table = list[dict[str, str]]


def ask(client: FlaskClient, form: Form, **wishes: Any) -> Any:
    """Ask for an export on the page; the page of its job."""
    given = {"kind": "csv", "values": "codes", "naming": "house", "split": "1", **wishes}
    return client.post(f"/forms/{form.id}/exports", data=given, follow_redirects=True)


def exported(client: FlaskClient, form: Form, **wishes: Any) -> bytes:
    """The file, taken through the link on the page of the job."""
    page = html.fromstring(ask(client, form, **wishes).text)
    [link] = page.xpath("//a[starts-with(@href, '/forms/exports/')]/@href")
    with client.get(link) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return answer.data


def tables(content: bytes) -> dict[str, Table]:
    """The tables of a zip by the names of its files."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        }


def test_export_has_stable_columns_codes_and_labels(office: FlaskClient, form: Form) -> None:
    collect(form, 2)
    collect(form, body="<consent>0</consent>")
    collect(
        form,
        body="<consent>1</consent><basic><age>30</age></basic><opinion><suggest>=1+1</suggest></opinion>",
    )
    found = tables(exported(office, form))
    assert list(found) == ["survey_a.csv", "survey_a-code-book.csv"]
    lines = found["survey_a.csv"]
    assert [each["instance_id"] for each in lines] == [each.instance_id for each in rows(Submission)]
    assert (lines[0]["basic/age"], lines[0]["opinion/worst"], lines[0]["version"]) == ("45", "a b", "V1")
    assert [lines[0][f"opinion/worst/{each}"] for each in "abc"] == ["1", "1", "0"]
    # Of a refusal there is nothing but that it was one.
    assert lines[2]["disposition"] == "refused"
    assert not any(
        value for name, value in lines[2].items() if name.startswith(("basic", "opinion", "start"))
    )
    assert lines[3]["opinion/suggest"] == "'=1+1"
    book = {each["column"]: each for each in found["survey_a-code-book.csv"]}
    assert (book["basic/age"]["question"], book["basic/age"]["label"]) == ("/data/basic/age", "年龄")
    labelled = tables(exported(office, form, values="labels", split=""))["survey_a.csv"][0]
    assert (labelled["opinion/park"], labelled["opinion/worst"]) == ("比较满意", "停车; 绿地")
    assert "opinion/worst/a" not in labelled


def test_points_are_exported_as_they_are_stored(office: FlaskClient, form: Form) -> None:
    body = "<consent>1</consent><basic><home>29.29876 117.20123 0 5</home></basic>"
    [submission] = collect(form, body=body)
    stored = submission.answers["basic"]["home"]
    assert stored["lat"] != 29.29876
    [line] = tables(exported(office, form))["survey_a.csv"]
    assert (float(line["basic/home.lat"]), float(line["basic/home.lon"])) == (stored["lat"], stored["lon"])
    [feature] = json.loads(exported(office, form, kind="geojson"))["features"]
    assert feature["geometry"]["coordinates"] == [stored["lon"], stored["lat"]]
    assert feature["properties"]["instance_id"] == submission.instance_id


def test_export_keeps_the_answers_of_earlier_versions(office: FlaskClient, form: Form) -> None:
    collect(form, body="<consent>1</consent><opinion><worst>c</worst><suggest>树</suggest></opinion>")
    text = (
        table("V2").replace(b"suggest |", b"advice |").replace(b"| c | \xe5\x99\xaa", b"| d | \xe5\x99\xaa")
    )
    with unit_of_work():
        publish(content=compiled(text), filename="a.xml")
        for version, advice in (("V2", "=1+1"), ("V7", "@x")):
            body = f"<consent>1</consent><opinion><worst>d</worst><advice>{advice}</advice></opinion>"
            receive(form=form, xml=instance(body, version=version), channel="import")
    lines = tables(exported(office, form, values="labels"))["survey_a.csv"]
    assert [each["version"] for each in lines] == ["V1", "V2", "V7"]
    assert [each["opinion/suggest"] for each in lines] == ["树", "", ""]
    assert [each["opinion/advice"] for each in lines] == ["", "'=1+1", "'@x"]
    assert [each["opinion/worst"] for each in lines] == ["噪声", "噪声", "噪声"]
    assert [each["opinion/worst/c"] for each in lines] == ["1", "", "0"]
    # The newest version's columns stand in its order, what it dropped comes after them.
    names = list(lines[0])
    assert names.index("opinion/worst/d") < names.index("opinion/advice") < names.index("opinion/suggest")


@pytest.fixture
def household(app: Flask) -> Form:
    """A form with a repeat in a repeat, and one submission."""
    body = (
        "<home><place/><troubles>z</troubles></home>"
        "<person><name>-1+2</name><work><trip><minutes>5</minutes><modes>foot bus</modes></trip>"
        "<trip><minutes>7</minutes><modes/></trip></work></person>"
        "<person><name>乙</name><work/></person><again>1</again>"
    )
    with unit_of_work():
        form = publish(content=compiled(HOUSEHOLD.encode()), filename="household.xml").form
        xml = instance(body, instance_id="uuid:1", version="1", form_id="household")
        receive(form=form, xml=xml, channel="import")
    return form


def test_repeats_are_files_of_their_own_with_keys(office: FlaskClient, household: Form) -> None:
    found = tables(exported(office, household))
    assert list(found) == [f"household{each}.csv" for each in ("", "-person", "-trip", "-code-book")]
    people, trips = found["household-person.csv"], found["household-trip.csv"]
    assert [(each["parent_key"], each["key"], each["name"]) for each in people] == [
        ("uuid:1", "uuid:1/person[1]", "'-1+2"),
        ("uuid:1", "uuid:1/person[2]", "乙"),
    ]
    assert [tuple(each.values()) for each in trips] == [
        ("uuid:1/person[1]", "uuid:1/person[1]/work/trip[1]", "5", "foot bus", "1", "1"),
        ("uuid:1/person[1]", "uuid:1/person[1]/work/trip[2]", "7", "", "", ""),
    ]
    job = rows(Job)[-1]
    assert job.result is not None
    assert (job.result["submissions"], job.result["repeat_rows"]) == (1, 4)


def test_columns_of_central_and_sheets_of_a_workbook(office: FlaskClient, household: Form) -> None:
    found = tables(exported(office, household, naming="central"))
    assert list(found) == ["household.csv", "household-person.csv", "household-trip.csv"]
    [main] = found["household.csv"]
    assert next(iter(main)) == "SubmissionDate" and main["SubmissionDate"].endswith("Z")
    assert (main["KEY"], main["home-troubles/z"], main["again"]) == ("uuid:1", "1", "1")
    assert list(found["household-trip.csv"][0])[-2:] == ["PARENT_KEY", "KEY"]
    book = openpyxl.load_workbook(io.BytesIO(exported(office, household, kind="xlsx")))
    assert book.sheetnames == ["household", "person", "trip", "code-book"]
    assert [each[2] for each in book["person"].values] == ["name", "-1+2", "乙"]
    assert book["person"]["C2"].data_type == "s"
    assert [each[2] for each in book["trip"].values] == ["minutes", 5, 7]


def test_only_readers_of_the_whole_city_export_and_both_steps_are_noted(
    app: Flask, client_as: Callable[..., FlaskClient], form: Form
) -> None:
    with unit_of_work():
        city = Area(code="36", name_zh="瓷都", level="city", valid_from=date(2020, 1, 1))
        part = Area(code="3601", name_zh="一区", level="district", parent=city, valid_from=date(2020, 1, 1))
        db.session.add_all([city, part])
        db.session.flush()
        form.root_id = city.id
    collect(form)
    reader, limited = analyst_of(app, "36"), analyst_of(app, "3601")
    exported(reader, form)
    [export] = rows(Export)
    noted = db.session.execute(
        select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == "access")
    ).all()
    assert [each.subject for each in noted] == ["forms", "form_exports"]
    assert len({each.actor for each in noted}) == 1 and noted[0].actor.startswith("user:")
    for client in (limited, client_as("viewer"), client_as("field_worker")):
        assert ask(client, form).status_code == 403
        assert client.get(f"/forms/exports/{export.id}").status_code == 403
    assert len(rows(Export)) == 1
    job = f"/jobs/{rows(Job)[0].id}"
    assert f"/forms/exports/{export.id}" in reader.get(job).text
    assert "/forms/" not in html.tostring(html.fromstring(limited.get(job).text).find(".//main")).decode()


def test_what_cannot_be_exported_is_refused_before_a_job_begins(office: FlaskClient, app: Flask) -> None:
    text = table().replace(b"geopoint", b"text")
    with unit_of_work():
        form = publish(content=compiled(text), filename="a.xml").form
    assert ask(office, form, kind="pdf").status_code == 422
    assert ask(office, form, naming="kobo").status_code == 422
    answer = ask(office, form, kind="geojson")
    assert answer.status_code == 422 and "没有位置题" in answer.text
    assert rows(Job) == []
    assert tables(exported(office, form))["survey_a.csv"] == []


def test_text_that_no_sheet_holds_fails_with_the_cell(office: FlaskClient, form: Form) -> None:
    collect(form, body=f"<consent>1</consent><opinion><suggest>{'长' * 32_768}</suggest></opinion>")
    answer = ask(office, form, kind="xlsx")
    assert "请导出 CSV" in answer.text and rows(Export) == []
    assert list(storage().root.glob("incoming-*")) == []
    assert len(tables(exported(office, form))["survey_a.csv"][0]["opinion/suggest"]) == 32_768


class Killed(BaseException):
    """What no job function catches."""


class Dying(Progress):
    """Commits the second checkpoint and dies."""

    def checkpoint(self, fraction: float, message: str = "") -> None:
        super().checkpoint(fraction, message)
        if fraction > 0.6:
            raise Killed


def test_job_that_was_killed_begins_again_and_makes_the_same_bytes(
    office: FlaskClient, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_queries, "_BATCH", 2)
    submissions = collect(form, 5)
    before = exported(office, form)
    [job] = rows(Job)
    asked = dict(job.arguments)
    with pytest.raises(Killed):
        exporting.make_export(progress=Dying(job.id), **asked)
    db.session.rollback()
    assert len(rows(Export)) == 1
    # Meanwhile there are a new submission, an edit, and a new version.
    collect(form)
    edited = submissions[1].instance_id
    with unit_of_work():
        publish(content=compiled(table("V2").replace(b"suggest |", b"advice |")), filename="a.xml")
        receive(form=form, xml=instance(deprecated=edited), channel="import")
    with unit_of_work():
        exporting.make_export(progress=Progress(job.id), **asked)
    first, second = rows(Export)
    assert first.sha256 == second.sha256
    assert storage().get(second.sha256) == before
    ids = [each["instance_id"] for each in tables(exported(office, form))["survey_a.csv"]]
    assert edited in {each["instance_id"] for each in tables(before)["survey_a.csv"]}
    assert edited not in ids and len(ids) == 6


def test_file_goes_after_its_time(app: Flask, office: FlaskClient, form: Form) -> None:
    collect(form)
    exported(office, form)
    [export] = rows(Export)
    digest, address = export.sha256, f"/forms/exports/{export.id}"
    age_content(digest)
    assert forget(app) == "drafts 0, exports 0, files 0"
    assert timedelta(days=6.9) < export.expires_at - utcnow() < timedelta(days=7)
    export.expires_at = utcnow()
    answer = office.get(address)
    assert answer.status_code == 410 and "保留期" in answer.text
    assert forget(app) == "drafts 0, exports 1, files 1"
    assert not storage().path(digest).exists()
    assert office.get(address).status_code == 410
    job = office.get(f"/jobs/{rows(Job)[0].id}")
    assert job.status_code == 200 and address not in job.text


def test_kind_is_asked_for_by_name(form: Form) -> None:
    with pytest.raises(Invalid, match="export-kind"):
        exporting.request_export(form=form, kind="pdf", labels=False, split=True, naming="house")
