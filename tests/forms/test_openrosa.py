"""The phones' door, line by line as a client needs it."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.db import db, unit_of_work
from app.events import subscribe
from app.forms import reading
from app.forms.links import link_by_token, revoke_link
from app.forms.models import Form, FormVersion, Quarantine, Submission, SubmissionFile
from app.forms.publishing import attach_file, publish, set_state
from app.storage import storage
from app.xforms import instances
from tests.forms.conftest import COARSEN, CONSENT, compiled, instance, link_of, table, thread_client

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
PICTURE = b"\xff\xd8\xff\xe0 a picture"
WITH_PHOTO = "<consent>1</consent><opinion><park>4</park><photo>p.jpg</photo></opinion>"


def send(
    client: FlaskClient,
    phone: str,
    xml: bytes,
    *files: tuple[str, bytes],
    device: str = "collect:abc",
    **fields: str,
) -> TestResponse:
    """POST as Collect does: the XML part, then one part per file, named by the file."""
    data: dict[str, Any] = dict(fields)
    data["xml_submission_file"] = (io.BytesIO(xml), "submission.xml", "text/xml")
    for name, content in files:
        data[name] = (io.BytesIO(content), name)
    headers = {"X-OpenRosa-Version": "1.0", "Date": "Fri, 01 Mar 2024 08:00:00 GMT"}
    query = {"deviceID": device}
    return client.post(f"{phone}/submission", query_string=query, data=data, headers=headers)


def rows() -> list[Submission]:
    db.session.rollback()
    return list(db.session.execute(select(Submission).order_by(Submission.id)).scalars())


def message(response: TestResponse) -> str:
    assert response.content_type == "text/xml; charset=utf-8"
    assert response.headers["X-OpenRosa-Version"] == "1.0"
    root = etree.fromstring(response.data)
    assert root.tag == f"{RESPONSE}OpenRosaResponse"
    return root.findtext(f"{RESPONSE}message") or ""


def test_form_list_says_what_the_download_serves(
    client: FlaskClient, phone: str, version: FormVersion
) -> None:
    listed = client.get(f"{phone}/formList?deviceID=x")
    assert (listed.status_code, listed.content_type) == (200, "text/xml; charset=utf-8")
    assert listed.headers["X-OpenRosa-Version"] == "1.0"
    entry = etree.fromstring(listed.data).find(f"{LIST}xform")
    facts = {each.tag.removeprefix(LIST): each.text for each in entry}
    assert facts["formID"] == "survey_a"
    assert facts["name"] == "满意度调查"
    assert facts["version"] == "V1"
    assert facts["downloadUrl"].startswith("http://127.0.0.1:8000/k/")
    assert "manifestUrl" not in facts
    served = client.get(facts["downloadUrl"].removeprefix("http://127.0.0.1:8000") + "?deviceID=x")
    assert served.data == version.xform
    assert served.content_type == "text/xml; charset=utf-8"
    assert facts["hash"] == "md5:" + hashlib.md5(served.data, usedforsecurity=False).hexdigest()


def test_manifest_lists_files_with_their_hashes(client: FlaskClient, form: Form, phone: str) -> None:
    text = table("V2").replace(
        b"| | geopoint | home |",
        b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n| | geopoint | home |",
    )
    content = b"name,label\nz1,North\n"
    with unit_of_work():
        attach_file(
            version=publish(content=compiled(text), filename="a.xml"), file_name="zones.csv", content=content
        )
    entry = etree.fromstring(client.get(f"{phone}/formList").data).find(f"{LIST}xform")
    address = entry.findtext(f"{LIST}manifestUrl").removeprefix("http://127.0.0.1:8000")
    listed = client.get(address)
    assert listed.content_type == "text/xml; charset=utf-8"
    found = etree.fromstring(listed.data).find(f"{MANIFEST}mediaFile")
    assert found.findtext(f"{MANIFEST}filename") == "zones.csv"
    served = client.get(found.findtext(f"{MANIFEST}downloadUrl").removeprefix("http://127.0.0.1:8000"))
    assert served.data == content
    assert served.headers["X-OpenRosa-Version"] == "1.0"
    assert (
        found.findtext(f"{MANIFEST}hash") == "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()
    )
    served.close()


@pytest.mark.parametrize("state", ["draft", "closing", "closed"])
def test_only_an_open_form_is_listed(client: FlaskClient, form: Form, phone: str, state: str) -> None:
    with unit_of_work():
        set_state(form=form, state=state)
    assert etree.fromstring(client.get(f"{phone}/formList").data).find(f"{LIST}xform") is None
    trial = client.get(f"/k/{link_of(form, 'test').token}/formList")
    assert etree.fromstring(trial.data).find(f"{LIST}xform") is not None


def test_head_announces_the_bound_with_204(client: FlaskClient, phone: str) -> None:
    answer = client.head(f"{phone}/submission?deviceID=x")
    assert answer.status_code == 204
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == str(64 * 1024 * 1024)
    assert answer.headers["X-OpenRosa-Version"] == "1.0"


def test_new_instance_is_201_with_a_chinese_message(
    client: FlaskClient, phone: str, version: FormVersion
) -> None:
    xml = instance()
    answer = send(client, phone, xml)
    assert answer.status_code == 201
    assert message(answer) == "提交成功，谢谢！"
    [row] = rows()
    assert row.xml == xml
    assert row.version_id == version.id
    assert row.answers["basic"] == {"age": 45, "street": "s1", "community": "c11", "home": None}
    assert row.answers["opinion"]["worst"] == ["a", "b"]
    assert (row.flags, row.findings) == ([], [])
    assert (row.channel, row.device_id) == ("openrosa", "collect:abc")
    assert row.started_at is not None and row.started_at.isoformat() == "2024-03-01T00:00:00+00:00"


def test_identical_retry_is_201_again_and_one_row(app: Flask, client: FlaskClient, phone: str) -> None:
    heard: list[Submission] = []
    subscribe(app, "submission_received", lambda submission, **_facts: heard.append(submission))
    xml = instance()
    assert [send(client, phone, xml).status_code for _ in range(3)] == [201, 201, 201]
    assert len(rows()) == 1
    assert len(heard) == 1


def test_other_bytes_of_the_same_instance_are_409_and_kept_apart(client: FlaskClient, phone: str) -> None:
    one = f"uuid:{uuid.uuid4()}"
    first, second = instance(instance_id=one), instance("<consent>1</consent>", instance_id=one)
    assert send(client, phone, first).status_code == 201
    for _ in range(2):
        answer = send(client, phone, second, ("p.jpg", PICTURE))
        assert answer.status_code == 409
        assert "另存" in message(answer)
    [row] = rows()
    assert row.xml == first
    [kept] = db.session.execute(select(Quarantine)).scalars()
    assert kept.reason == "instance-changed"
    assert kept.digest == hashlib.sha256(second).hexdigest()
    assert storage().get(kept.sha256) == second
    assert storage().get(kept.files[0]["sha256"]) == PICTURE


def stored() -> list[bytes]:
    """Everything that storage holds."""
    return [path.read_bytes() for path in storage().root.rglob("*") if path.is_file()]


def test_what_is_kept_apart_is_coarsened_too(client: FlaskClient, phone: str) -> None:
    one = f"uuid:{uuid.uuid4()}"
    assert send(client, phone, instance(instance_id=one)).status_code == 201
    body = "<consent>1</consent><basic><age>45</age><home>29.2912345 117.2054321 31.5 4.2</home></basic>"
    changed = instance(body, instance_id=one)
    for _ in range(2):
        assert send(client, phone, changed).status_code == 409
    [kept] = db.session.execute(select(Quarantine)).scalars()
    assert kept.digest == hashlib.sha256(changed).hexdigest()
    assert b"<age>45</age>" in storage().get(kept.sha256)
    assert not [each for each in stored() if b"29.2912345" in each]


def test_refusal_kept_apart_leaves_no_answers_and_no_files(client: FlaskClient, phone: str) -> None:
    one = f"uuid:{uuid.uuid4()}"
    assert send(client, phone, instance(instance_id=one)).status_code == 201
    body = "<consent>0</consent><basic><age>77</age></basic><opinion><photo>p.jpg</photo></opinion>"
    assert send(client, phone, instance(body, instance_id=one), ("p.jpg", PICTURE)).status_code == 409
    [kept] = db.session.execute(select(Quarantine)).scalars()
    assert kept.files == []
    [xml] = stored()
    assert b"<consent>0</consent>" in xml and b"77" not in xml.partition(b"<meta")[0]


def test_edit_replaces_and_keeps_the_earlier_one(client: FlaskClient, phone: str) -> None:
    first, second, third = (f"uuid:{uuid.uuid4()}" for _ in range(3))
    assert send(client, phone, instance(instance_id=first)).status_code == 201
    edit = instance("<consent>1</consent><basic><age>46</age></basic>", instance_id=second, deprecated=first)
    assert send(client, phone, edit).status_code == 201
    assert send(client, phone, edit).status_code == 201
    old, new = rows()
    assert old.superseded_at is not None
    assert (new.replaces_id, new.superseded_at) == (old.id, None)
    assert "edited" in new.flags
    outdated = send(client, phone, instance(instance_id=third, deprecated=first))
    assert outdated.status_code == 409
    assert send(client, phone, instance(instance_id=third, deprecated=second)).status_code == 201
    assert len(rows()) == 3
    assert db.session.execute(select(Quarantine.reason)).scalars().all() == ["instance-outdated"]


def test_nobody_else_edits_an_answer(client: FlaskClient, form: Form, phone: str) -> None:
    personal = f"/k/{link_of(form, 'personal', subject='unit:1').token}"
    theirs, ours = (f"uuid:{uuid.uuid4()}" for _ in range(2))
    assert send(client, personal, instance(instance_id=theirs)).status_code == 201
    assert send(client, phone, instance(instance_id=ours)).status_code == 201
    for deprecated, device in ((theirs, "collect:abc"), (ours, "collect:other")):
        xml = instance(deprecated=deprecated)
        assert [send(client, phone, xml, device=device).status_code for _ in range(2)] == [201, 201]
    first, second, *foreign = rows()
    assert (first.superseded_at, second.superseded_at) == (None, None)
    assert [(each.replaces_id, each.flags) for each in foreign] == [(None, ["edit-of-another"])] * 2


def test_a_personal_link_edits_its_own_answer_from_any_device(client: FlaskClient, form: Form) -> None:
    personal = f"/k/{link_of(form, 'personal', subject='unit:1').token}"
    one = f"uuid:{uuid.uuid4()}"
    assert send(client, personal, instance(instance_id=one)).status_code == 201
    assert send(client, personal, instance(deprecated=one), device="collect:new").status_code == 201
    old, new = rows()
    assert (new.replaces_id, new.flags) == (old.id, ["edited"])


def test_edit_of_an_unknown_instance_is_404_and_kept_apart(client: FlaskClient, phone: str) -> None:
    answer = send(client, phone, instance(deprecated="uuid:nobody"))
    assert answer.status_code == 404
    assert message(answer)
    assert rows() == []
    assert db.session.execute(select(Quarantine.reason)).scalars().all() == ["unknown-instance-edited"]


def test_split_upload_is_merged_by_instance(client: FlaskClient, phone: str) -> None:
    xml = instance(WITH_PHOTO)
    first = send(client, phone, xml, ("audit.csv", b"event,start\n"), **{"*isIncomplete*": "yes"})
    assert first.status_code == 201
    [row] = rows()
    assert "incomplete" in row.flags
    assert send(client, phone, xml, ("p.jpg", PICTURE)).status_code == 201
    [row] = rows()
    assert row.flags == [*[flag for flag in row.flags if flag == "failed-checks"], "extra-files"]
    assert {each.file_name: each.expected for each in row.files} == {"audit.csv": False, "p.jpg": True}
    assert storage().get(next(each.sha256 for each in row.files if each.expected)) == PICTURE


def test_missing_and_unknown_files_are_flagged_not_refused(client: FlaskClient, phone: str) -> None:
    answer = send(client, phone, instance(WITH_PHOTO), ("照片 二.jpg", PICTURE))
    assert answer.status_code == 201
    [row] = rows()
    assert {"files-missing", "extra-files"} <= set(row.flags)
    assert [each.file_name for each in row.files] == ["照片 二.jpg"]


def test_file_name_with_folders_is_kept_plain(client: FlaskClient, phone: str) -> None:
    assert send(client, phone, instance(), ("../../etc/passwd", b"x")).status_code == 201
    assert db.session.execute(select(SubmissionFile.file_name)).scalars().all() == ["passwd"]


def test_revoked_token_is_403_everywhere(client: FlaskClient, phone: str) -> None:
    with unit_of_work():
        revoke_link(link=link_by_token(phone.rpartition("/")[2]))
    assert client.get(f"{phone}/formList").status_code == 403
    assert client.head(f"{phone}/submission").status_code == 403
    answer = send(client, phone, instance())
    assert answer.status_code == 403
    assert "停用" in message(answer)


def test_unknown_token_and_a_resident_link_are_404(client: FlaskClient, form: Form) -> None:
    assert client.get("/k/nobody/formList").status_code == 404
    assert client.get(f"/k/{link_of(form, 'open').token}/formList").status_code == 404
    assert client.get("/k/nobody/elsewhere").headers["X-OpenRosa-Version"] == "1.0"


def test_unknown_form_is_404(client: FlaskClient, phone: str) -> None:
    answer = send(client, phone, instance(form_id="other"))
    assert answer.status_code == 404
    assert "other" in message(answer)


@pytest.mark.parametrize(
    "xml",
    [
        b"<data",
        b"",
        b"text",
        b"<data><a/></data>",
        b'<!DOCTYPE d [<!ENTITY x "y">]><data id="survey_a">&x;</data>',
        b'<data id="survey_a" version="V1"><consent>1</consent></data>',
        b'<data id="survey_a">' + b"<a>" * 500 + b"</a>" * 500 + b"</data>",
        instance(instance_id="x" * 300),
    ],
)
def test_broken_xml_is_400_and_nothing_is_stored(client: FlaskClient, phone: str, xml: bytes) -> None:
    answer = send(client, phone, xml)
    assert answer.status_code == 400
    text = message(answer)
    assert text and "问题代码" not in text
    assert rows() == []


def test_an_instance_of_too_many_parts_is_refused_before_it_is_read(
    client: FlaskClient, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = instances.Element
    monkeypatch.setattr(instances, "Element", lambda name, *rest: made.append(name) or real(name, *rest))
    attributes = " ".join(f'a{number}="1"' for number in range(30_000))
    wide = instance().replace(b"<start>", f"<x {attributes}/><start>".encode())
    answer = send(client, phone, wide)
    assert (answer.status_code, "64" in message(answer)) == (400, True)
    assert send(client, phone, instance("<consent>1</consent>" * 20_001)).status_code == 400
    assert made == []
    assert rows() == []
    assert send(client, phone, instance("<consent>1</consent>" * 10_000)).status_code == 201


@pytest.mark.parametrize(
    "start", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "9999-12-31T23:59:59.000Z"]
)
def test_an_odd_clock_is_flagged_and_the_answer_kept(client: FlaskClient, phone: str, start: str) -> None:
    xml = instance().replace(b"2024-03-01T08:00:00.000+08:00", start.encode())
    assert [send(client, phone, xml).status_code for _ in range(2)] == [201, 201]
    [row] = rows()
    assert (row.xml, row.started_at, row.flags) == (xml, None, ["clock"])
    assert row.answers["basic"]["age"] == 45


@pytest.mark.parametrize(
    ("xml", "told"), [(b"<data><a></data>", "语法错误"), (b"<a>" * 300 + b"</a>" * 300, "嵌套过深")]
)
def test_broken_xml_is_told_in_the_readers_words(
    client: FlaskClient, phone: str, xml: bytes, told: str
) -> None:
    text = message(send(client, phone, xml))
    assert told in text
    assert not re.search("[a-z]{4}", text.replace("XML", ""))


def test_request_without_the_part_is_400(client: FlaskClient, phone: str) -> None:
    assert client.post(f"{phone}/submission", data={"a": "b"}).status_code == 400
    assert (
        client.post(f"{phone}/submission", data=b"\x00", content_type="application/octet-stream").status_code
        == 400
    )


def test_too_much_is_413_in_the_envelope(
    app: Flask, client: FlaskClient, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 2000
    answer = send(client, phone, instance(), ("big.jpg", b"x" * 5000))
    assert answer.status_code == 413
    assert message(answer)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024
    monkeypatch.setattr(reading, "LARGEST_XML", 300)
    assert send(client, phone, instance()).status_code == 413


def test_unknown_version_is_kept_and_flagged(client: FlaskClient, phone: str) -> None:
    assert send(client, phone, instance(version="V0")).status_code == 201
    [row] = rows()
    assert (row.version_id, row.version_text) == (None, "V0")
    assert row.flags == ["unknown-version"]
    assert row.answers["basic"]["age"] == 45


@pytest.mark.parametrize(("state", "flag"), [("closed", "form-closed"), ("draft", "form-not-open")])
def test_form_closed_meanwhile_is_kept_and_flagged(
    client: FlaskClient, form: Form, phone: str, state: str, flag: str
) -> None:
    with unit_of_work():
        set_state(form=form, state=state)
    assert send(client, phone, instance()).status_code == 201
    assert rows()[0].flags == [flag]


def test_wrong_answers_are_kept_and_flagged(client: FlaskClient, phone: str) -> None:
    basic = "<basic><age>old</age><street>s2</street><community>c11</community></basic>"
    body = f"<consent>1</consent>{basic}<odd>1</odd>"
    assert send(client, phone, instance(body)).status_code == 201
    [row] = rows()
    assert {"untyped-answers", "failed-checks"} <= set(row.flags)
    assert row.answers["basic"]["age"] == "old"
    assert {"not-an-integer", "unknown-node", "choice-not-offered"} <= {each["code"] for each in row.findings}


def test_home_is_coarsened_before_it_is_stored(client: FlaskClient, phone: str) -> None:
    body = "<consent>1</consent><basic><age>45</age><home>29.2912345 117.2054321 31.5 4.2</home></basic>"
    for version in ("V1", "V0"):
        xml = instance(body, version=version)
        assert send(client, phone, xml).status_code == 201
        row = rows()[-1]
        assert b"29.2912345" not in row.xml and b"117.2054321" not in row.xml
        assert row.digest == hashlib.sha256(xml).hexdigest()
        home = row.answers["basic"]["home"]
        assert home["lat"] != 29.2912345
        assert abs(home["lat"] - 29.2912345) < 0.001 and abs(home["lon"] - 117.2054321) < 0.0011
        # The retry is known by the original bytes.
        assert send(client, phone, xml).status_code == 201
    assert len(rows()) == 2


def test_refusal_keeps_no_times(client: FlaskClient, phone: str, form: Form) -> None:
    timed = b"| | start | start | | | | | | |\n| | end | end | | | | | | |\n| | today | today | | | | | | |"
    text = table("V2").replace(b"| | start | start | | | | | | |", timed)
    with unit_of_work():
        publish(content=compiled(text), filename="a.xml", coarsen=COARSEN, consent=CONSENT)
    body = "<end>2024-03-01T08:09:00.000+08:00</end><today>2024-03-01</today><consent>0</consent>"
    assert send(client, phone, instance(body, version="V2")).status_code == 201
    [row] = rows()
    assert row.disposition == "refused"
    told = {each.tag: each.text for each in etree.fromstring(row.xml) if each.text}
    assert told == {"consent": "0"}


def test_refusal_leaves_a_disposition_and_no_answers(client: FlaskClient, phone: str) -> None:
    body = "<consent>0</consent><basic><age>45</age></basic><opinion><photo>p.jpg</photo></opinion>"
    xml = instance(body)
    assert send(client, phone, xml, ("p.jpg", PICTURE)).status_code == 201
    assert send(client, phone, xml, ("p.jpg", PICTURE)).status_code == 201
    [row] = rows()
    assert (row.disposition, row.answers, row.device_id, row.started_at) == ("refused", {}, None, None)
    assert b"45" not in row.xml.partition(b"<consent")[2].partition(b"<meta")[0]
    assert row.files == []


def test_limit_of_a_phone_link_flags_what_is_over_it(client: FlaskClient, form: Form) -> None:
    phone = f"/k/{link_of(form, 'openrosa', limit=1).token}"
    assert send(client, phone, instance()).status_code == 201
    assert send(client, phone, instance()).status_code == 201
    assert [each.flags for each in rows()] == [[], ["over-limit"]]


def test_simultaneous_identical_posts_are_one_row_and_201_for_all(app: Flask, phone: str) -> None:
    xml = instance()
    gate = threading.Barrier(6)
    statuses: list[int] = []

    def post() -> None:
        with thread_client(app) as own:
            gate.wait()
            statuses.append(send(own, phone, xml, ("p.jpg", PICTURE)).status_code)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 6
    [row] = rows()
    assert len(row.files) == 1


def test_simultaneous_edits_let_one_through(app: Flask, client: FlaskClient, phone: str) -> None:
    first = f"uuid:{uuid.uuid4()}"
    assert send(client, phone, instance(instance_id=first)).status_code == 201
    gate = threading.Barrier(4)
    statuses: list[int] = []

    def post() -> None:
        with thread_client(app) as own:
            gate.wait()
            statuses.append(send(own, phone, instance(deprecated=first)).status_code)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]
    assert len(rows()) == 2


def test_listener_that_fails_leaves_nothing_behind(app: Flask, client: FlaskClient, phone: str) -> None:
    def fail(**_facts: Any) -> None:
        raise RuntimeError("a listener broke")

    subscribe(app, "submission_received", fail)
    with pytest.raises(RuntimeError):
        send(client, phone, instance(), ("p.jpg", PICTURE))
    assert rows() == []
    assert db.session.execute(select(func.count()).select_from(SubmissionFile)).scalar_one() == 0
