"""Other kinds of exports: SPSS, Parquet, files that came, ODK Central's columns, a part of the answers."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyreadstat
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.db import db, unit_of_work
from app.forms import export_media, export_queries, exporting
from app.forms.collecting import IncomingFile, receive
from app.forms.links import make_link
from app.forms.models import Export, Form, Submission
from app.forms.publishing import publish
from app.forms.reviewing import review
from app.jobs import Progress
from app.jobs.models import Job
from app.storage import storage
from tests.forms.conftest import compiled, instance
from tests.forms.test_exporting import Killed, ask, exported, tables
from tests.forms.test_resident import rows
from tests.forms.test_staff_pages import collect

PHOTOS = """
| survey |
| | type | name | label |
| | begin_group | home | Home |
| | image | photo | Photo |
| | end_group | | |
| | begin_repeat | tree | Trees |
| | image | leaf | Leaf |
| | end_repeat | | |
| settings |
| | form_id | version |
| | photos | 1 |
"""


def test_sav_of_a_form_tells_codes_with_labels(office: FlaskClient, form: Form, tmp_path: Path) -> None:
    collect(form, 2)
    collect(form, body="<consent>0</consent>")
    with zipfile.ZipFile(
        io.BytesIO(exported(office, form, kind="sav", values="labels", split=""))
    ) as archive:
        assert archive.namelist() == ["survey_a.sav"]
        archive.extractall(tmp_path)
    frame, meta = pyreadstat.read_sav(tmp_path / "survey_a.sav")
    assert frame["opinion_park"].tolist()[:2] == [4, 4] and frame["disposition"].tolist()[2] == "refused"
    assert meta.variable_value_labels["opinion_park"][4] == "比较满意"
    assert meta.variable_value_labels["basic_street"] == {"s1": "珠山街道", "s2": "新村街道"}
    assert meta.column_names_to_labels["opinion_worst_b"] == "最差 / 绿地"
    assert [frame[f"opinion_worst_{each}"].tolist()[0] for each in "abc"] == [1, 1, 0]
    assert meta.variable_value_labels["opinion_worst_a"] == {1: "选中", 0: "未选"}
    assert frame["instance_id"].tolist() == [each.instance_id for each in rows(Submission)]


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("csv", "-csv.zip"), ("sav", "-spss.zip"), ("parquet", "-parquet.zip"), ("media", "-media.zip")],
)
def test_zips_of_one_minute_have_names_of_their_own(
    office: FlaskClient, form: Form, kind: str, ending: str
) -> None:
    collect(form)
    exported(office, form, kind=kind)
    assert rows(Export)[0].file_name.endswith(ending)


def test_choice_marked_as_missing_is_a_missing_value(office: FlaskClient, app: Flask, tmp_path: Path) -> None:
    text = (
        "| survey | | | |\n| | type | name | label |\n| | select_one s | park | Park |\n"
        "| choices | | | | |\n| | list_name | name | label | missing |\n"
        "| | s | 1 | Bad | |\n| | s | 9 | Do not know | yes |\n| settings | |\n| | form_id |\n| | m |\n"
    )
    with unit_of_work():
        form = publish(content=compiled(text.encode()), filename="m.xml").form
        receive(form=form, xml=instance("<park>9</park>", form_id="m", version=""), channel="import")
    with zipfile.ZipFile(io.BytesIO(exported(office, form, kind="sav"))) as archive:
        archive.extract("m.sav", tmp_path)
    frame, meta = pyreadstat.read_sav(tmp_path / "m.sav", user_missing=True)
    assert frame["park"].tolist() == [9] and meta.missing_ranges == {"park": [{"lo": 9, "hi": 9}]}


def test_parquet_of_a_form_is_typed(office: FlaskClient, form: Form) -> None:
    collect(form, 2)
    archive = zipfile.ZipFile(io.BytesIO(exported(office, form, kind="parquet")))
    assert archive.namelist() == ["survey_a.parquet", "survey_a-code-book.parquet"]
    table = pq.read_table(io.BytesIO(archive.read("survey_a.parquet")))
    first = table.to_pylist()[0]
    assert (first["basic/age"], first["opinion/park"], first["opinion/worst/c"]) == (45, "4", 0)
    assert first["received_at"].tzinfo is not None
    assert first["started_at"] == datetime(2024, 3, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def photos(app: Flask) -> Form:
    """A form with photographs, two submissions with some: one lacks a file, one has a file more."""
    with unit_of_work():
        form = publish(content=compiled(PHOTOS.encode()), filename="photos.xml").form
        for number, names in (
            (1, {"1.JPG": b"one", "2.jpg": b"two", "notes.txt": b"more"}),
            (2, {"1.JPG": b"other"}),
        ):
            body = "<home><photo>1.JPG</photo></home><tree><leaf>2.jpg</leaf></tree><tree><leaf/></tree>"
            xml = instance(body, instance_id=f"uuid:{number}", form_id="photos", version="1")
            files = [IncomingFile(name, content) for name, content in names.items()]
            receive(form=form, xml=xml, files=files, channel="import")
    return form


def test_files_are_named_by_submission_and_question(office: FlaskClient, photos: Form) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(office, photos, kind="media"))) as archive:
        assert archive.testzip() is None
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
        found = {name: archive.read(name) for name in archive.namelist()}
    lines = list(csv.DictReader(io.StringIO(found.pop("media.csv").decode("utf-8-sig"))))
    assert found == {
        "1/home-photo.jpg": b"one",
        "1/tree_1-leaf.jpg": b"two",
        "1/other-notes.txt": b"more",
        "2/home-photo.jpg": b"other",
    }
    assert [(each["instance_id"], each["question"], each["name"], each["state"]) for each in lines] == [
        ("uuid:1", "home/photo", "1.JPG", "there"),
        ("uuid:1", "tree[1]/leaf", "2.jpg", "there"),
        ("uuid:1", "", "notes.txt", "there"),
        ("uuid:2", "home/photo", "1.JPG", "there"),
    ]
    result = rows(Job)[-1].result or {}
    assert (result["files"], result["missing_files"]) == (4, 0)


def test_made_up_ids_lead_out_of_no_folder_and_share_none(office: FlaskClient, photos: Form) -> None:
    made_up = ["..", ".", "../../etc", "a/b", "a:b", "A", "uuid:A", "uuid:..", "a", "uuid:a", "uuid:a~9"]
    made_up += ["x" * 249, "x" * 248 + "y", "uuid:" + "x" * 200, "uuid:-", "CON"]
    with unit_of_work():
        for each in made_up:
            xml = instance(
                "<home><photo>1.jpg</photo></home>", instance_id=each, form_id="photos", version="1"
            )
            receive(form=photos, xml=xml, files=[IncomingFile("1.jpg", each.encode())], channel="import")
    with zipfile.ZipFile(io.BytesIO(exported(office, photos, kind="media"))) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
        assert len(found) == len(archive.namelist())
        lines = list(csv.DictReader(io.StringIO(found["media.csv"].decode("utf-8-sig"))))
    assert {found[each["file"]].decode() for each in lines} >= set(made_up)
    folders = [name.split("/") for name in found if name != "media.csv"]
    assert all(len(each) == 2 and set(each[0]) - set(".") for each in folders)
    assert len({each[0].lower() for each in folders}) == len(made_up) + 2


def test_file_that_storage_has_lost_is_listed_as_missing(office: FlaskClient, photos: Form) -> None:
    lost = next(each for each in rows(Submission)[0].files if each.file_name == "2.jpg")
    storage().path(lost.sha256).unlink()
    with zipfile.ZipFile(io.BytesIO(exported(office, photos, kind="media"))) as archive:
        lines = list(csv.DictReader(io.StringIO(archive.read("media.csv").decode("utf-8-sig"))))
        assert "1/tree_1-leaf.jpg" not in archive.namelist()
    assert [(each["file"], each["state"]) for each in lines][1] == ("", "missing")


def test_zip_of_files_goes_on_after_its_job_was_killed(
    office: FlaskClient, photos: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_queries, "_BATCH", 1)
    monkeypatch.setattr(export_media, "_SITTING", 1)
    before = exported(office, photos, kind="media")
    [job] = rows(Job)
    added: list[str] = []
    real = export_media.ResumableZip.add_file

    def dying(self: Any, name: str, path: Path) -> None:
        added.append(name)
        real(self, name, path)
        if name == "2/home-photo.jpg" and added.count(name) == 1:
            raise Killed

    monkeypatch.setattr(export_media.ResumableZip, "add_file", dying)
    with pytest.raises(Killed):
        exporting.make_export(progress=Progress(job.id), **job.arguments)
    db.session.rollback()
    with unit_of_work():
        exporting.make_export(progress=Progress(job.id), **job.arguments)
    # The first submission's files were kept, the second's are written again.
    assert added == [
        *("1/home-photo.jpg", "1/tree_1-leaf.jpg", "1/other-notes.txt"),
        *("2/home-photo.jpg", "2/home-photo.jpg"),
    ]
    with (
        zipfile.ZipFile(io.BytesIO(before)) as whole,
        zipfile.ZipFile(storage().path(rows(Export)[-1].sha256)) as resumed,
    ):
        assert {n: whole.read(n) for n in whole.namelist()} == {
            n: resumed.read(n) for n in resumed.namelist()
        }
    assert list(storage().root.glob("incoming-*")) == []


def test_central_columns_tell_of_sender_files_and_edits(office: FlaskClient, photos: Form) -> None:
    with unit_of_work():
        link = make_link(form=photos, kind="openrosa", label="队伍一")
        body = "<home><photo>9.jpg</photo></home><tree><leaf/></tree>"
        for number, deprecated in ((3, ""), (4, "uuid:3"), (5, "uuid:4")):
            xml = instance(
                body, instance_id=f"uuid:{number}", form_id="photos", version="1", deprecated=deprecated
            )
            receive(form=photos, xml=xml, link=link, channel="openrosa", device_id="phone-1")
    first = rows(Submission)[0]
    with unit_of_work():
        review(submission=first, state="has_issues")
    lines = tables(exported(office, photos, naming="central"))["photos.csv"]
    assert list(lines[0])[-10:] == [
        *("KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status"),
        *("ReviewState", "DeviceID", "Edits", "FormVersion"),
    ]
    told = [
        (each["KEY"], each["AttachmentsPresent"], each["AttachmentsExpected"], each["Edits"])
        for each in lines
    ]
    assert told == [("uuid:1", "2", "2", "0"), ("uuid:2", "1", "2", "0"), ("uuid:5", "0", "1", "2")]
    assert (lines[0]["ReviewState"], lines[0]["Status"], lines[0]["FormVersion"]) == ("hasIssues", "", "1")
    last = lines[2]
    assert (last["SubmitterID"], last["SubmitterName"], last["DeviceID"]) == (
        str(link.id),
        "队伍一",
        "phone-1",
    )


def test_export_is_of_the_days_and_states_asked_for(office: FlaskClient, form: Form) -> None:
    submissions = collect(form, 4)
    # Midnight on the city's clock is 16:00 of the day before in UTC.
    moments = [
        datetime(2024, 3, day, hour, tzinfo=UTC) for day, hour in ((9, 15), (9, 16), (10, 15), (10, 16))
    ]
    with unit_of_work():
        for each, moment in zip(submissions, moments, strict=True):
            db.session.execute(update(Submission).where(Submission.id == each.id).values(received_at=moment))
        review(submission=submissions[1], state="approved")

    def found(**wishes: Any) -> list[str]:
        return [each["instance_id"] for each in tables(exported(office, form, **wishes))["survey_a.csv"]]

    ids = [each.instance_id for each in submissions]
    assert found(first_day="2024-03-10", last_day="2024-03-10") == ids[1:3]
    assert found(first_day="2024-03-11") == ids[3:]
    assert found(review=["approved", "rejected"]) == [ids[1]]
    assert found(review="received", last_day="2024-03-10") == [ids[0], ids[2]]


@pytest.mark.parametrize(
    "wishes, words",
    [
        ({"first_day": "31.1."}, "不是日期"),
        ({"first_day": "2024-02-01", "last_day": "2024-01-01"}, "晚于"),
        ({"review": "fine"}, "没有审核状态"),
    ],
)
def test_a_part_that_cannot_be_is_refused(
    office: FlaskClient, form: Form, wishes: dict[str, str], words: str
) -> None:
    answer = ask(office, form, **wishes)
    assert answer.status_code == 422 and words in answer.text
    assert rows(Job) == []
