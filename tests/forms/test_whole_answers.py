"""Whole sets of answers from a device: nothing it worked out is believed, and they are stored once."""

from __future__ import annotations

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from app.db import db, unit_of_work
from app.forms.links import link_by_token
from app.forms.models import Draft, Form, FormVersion, Submission
from app.forms.publishing import publish, set_state
from app.storage import storage
from tests.forms.conftest import Device, answered, compiled, link_of, new_instance, table, thread_client

PNG = b"\x89PNG\r\n\x1a\n a picture"
PHOTO = "/data/opinion/photo"


def rows(model: type = Submission) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(model).order_by(model.id)).scalars())


def picture(name: str = "a.png", content: bytes = PNG) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def test_set_of_answers_becomes_a_submission_with_a_receipt(device: Device, version: FormVersion) -> None:
    answer = device.send(answered(basic__home={"lat": 29.123456, "lon": 117.2}))
    assert answer.status_code == 201
    [submission] = rows()
    assert answer.json["receipt"] == submission.receipt
    assert (submission.channel, submission.flags, submission.version_id) == ("web", [], version.id)
    assert submission.answers["opinion"]["worst"] == ["a", "b"]
    assert submission.answers["basic"]["home"]["lat"] != 29.123456, "the home is coarsened on arrival"
    assert submission.device_id == "phone-1"
    assert submission.started_at == datetime(2024, 3, 1, 0, 0, tzinfo=UTC)
    shown = html.fromstring(device.client.get(answer.json["href"]).data)
    assert shown.xpath('//*[@class="receipt"]')[0].text_content() == submission.receipt
    assert rows(Draft) == []


def test_receipt_is_shown_to_who_knows_its_code_alone(device: Device, form: Form) -> None:
    code = device.send(answered()).json["receipt"]
    other = f"/s/{link_of(form, 'test').token}"
    for address in (
        f"{device.page}/receipt?code=AAAAA-BBBBB",
        f"{device.page}/receipt",
        f"{other}/receipt?code={code}",
    ):
        assert device.client.get(address).status_code == 302
    assert device.client.get(f"{device.page}/receipt?code=%00").status_code == 302


def test_same_set_again_is_the_same_receipt_and_another_set_a_conflict(device: Device) -> None:
    instance = new_instance()
    first = device.send(answered(), instance=instance)
    again = device.send(answered(), instance=instance, started="2024-03-01T09:00:00+08:00")
    assert (again.status_code, again.json) == (201, first.json)
    changed = device.send(answered(basic__age=46), instance=instance)
    assert (changed.status_code, changed.json["code"]) == (409, "answers-changed")
    assert changed.json["message"]
    assert [each.answers["basic"]["age"] for each in rows()] == [45]


@pytest.mark.parametrize("kind", ["open", "personal"])
def test_twenty_at_once_are_one_row_and_all_succeed(
    app: Flask, form: Form, version: FormVersion, kind: str
) -> None:
    page, instance, version_id = f"/s/{link_of(form, kind).token}", new_instance(), version.id
    answers: list[tuple[int, str]] = []

    def send() -> None:
        phone = Device(thread_client(app), page, version_id)
        answer = phone.send(answered(), {PHOTO: picture()}, instance=instance)
        answers.append((answer.status_code, answer.json.get("receipt") or answer.json["code"]))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    [submission] = rows()
    assert answers == [(201, submission.receipt)] * 20
    assert len(submission.files) == 1
    assert submission.flags == []


def test_what_the_server_finds_wrong_is_told_by_place_and_nothing_is_stored(device: Device) -> None:
    answer = device.send(
        answered(basic__age=7, basic__community="c21", opinion__park=None, opinion__suggest="长" * 21)
    )
    assert (answer.status_code, answer.json["code"]) == (422, "answers-unfit")
    assert {each["place"] for each in answer.json["problems"]} == {
        "/data/basic/age",
        "/data/basic/community",
        "/data/opinion/park",
        "/data/opinion/suggest",
    }
    assert all(each["message"] for each in answer.json["problems"])
    assert rows() == []


def test_texts_that_cannot_be_read_are_told_in_the_readers_language(device: Device) -> None:
    device.client.get(f"{device.page}?lang=en")
    told = device.send(answered(basic__age="fortyfive")).json
    assert told["problems"][0]["place"] == "/data/basic/age"
    device.client.get(f"{device.page}?lang=zh")
    assert "整数" in device.send(answered(basic__age="fortyfive")).json["problems"][0]["message"]
    assert device.send(answered(basic__age="45")).status_code == 201, "a text of digits is a number"


def test_refusal_leaves_a_disposition_and_no_answers(device: Device) -> None:
    answer = device.send(
        answered(consent="0", basic__age=None, opinion__suggest="secret"), {PHOTO: picture()}
    )
    assert answer.status_code == 201
    [submission] = rows()
    assert (submission.disposition, submission.answers, submission.files) == ("refused", {}, [])
    assert (submission.device_id, submission.started_at) == (None, None)
    assert b"secret" not in submission.xml
    shown = html.fromstring(device.client.get(answer.json["href"]).data).text_content()
    assert "我们没有保存您的任何回答" in shown


def test_files_come_by_place_and_are_bounded_as_on_the_page(device: Device, app: Flask) -> None:
    named = answered(opinion__photo="IMG_1.png")
    assert device.send(named, {PHOTO: picture()}).status_code == 201
    [submission] = rows()
    [file] = submission.files
    assert submission.answers["opinion"]["photo"] == file.file_name
    assert storage().get(file.sha256) == PNG
    missing = device.send(named)
    assert [each["place"] for each in missing.json["problems"]] == [PHOTO]
    wrong = device.send(named, {PHOTO: picture("a.png", b"<svg onload=x>")})
    assert "图片" in wrong.json["problems"][0]["message"]
    large = device.send(named, {PHOTO: picture("a.png", PNG + b"x" * 15 * 1024 * 1024)})
    assert "15" in large.json["problems"][0]["message"]
    for stranger in ("/data/basic/age", "/data/nothing", "/data/opinion/photo[2]"):
        told = device.send(answered(), {stranger: picture()})
        assert (told.status_code, [each["place"] for each in told.json["problems"]]) == (422, [stranger])
    assert len(rows()) == 1


def test_what_the_form_works_out_is_worked_out_here(app: Flask, client: FlaskClient) -> None:
    text = """| survey | | | | | | | |
| | type | name | label | calculation | relevant | readonly | default | trigger |
| | start | start | | | | | | |
| | today | today | | | | | | |
| | deviceid | deviceid | | | | | | |
| | integer | a | A | | | | | |
| | calculate | double | | ${a} * 2 | | | | |
| | calculate | drawn | | once(random()) | | | | |
| | text | more | More | | ${double} > 10 | | | |
| | text | fixed | Fixed | | | yes | given | |
| | hidden | secret | | | | | inside | |
| | integer | copy | Copy | ${a} + 1 | | | | ${a} |
| | integer | many | Many | | | | | |
| | begin_repeat | row | Row | | | | | |
| | integer | n | N | | | | | |
| | calculate | twice | | ${n} * 2 | | | | |
| | end_repeat | | | | | | | |
| settings | | |
| | form_id | version |
| | worked_out | 1 |
"""
    with unit_of_work():
        version = publish(content=compiled(text.encode()), filename="w.xml", form_id=None)
    phone = Device(client, f"/s/{link_of(version.form, 'open').token}", version.id)
    given = {
        "start": "1999-01-01T00:00:00Z",
        "today": "1999-01-01",
        "deviceid": "another",
        "a": 3,
        "double": 999,
        "drawn": 0.25,
        "more": "hidden now",
        "fixed": "changed",
        "secret": "changed",
        "copy": 4,
        "row": [{"n": 1, "twice": 77}, {"n": 2}],
        "meta": {"instanceID": "mine"},
    }
    assert phone.send(given).status_code == 201
    stored = rows()[0].answers
    assert stored["double"] == "6"
    assert stored["drawn"] == "0.25", "a value that is drawn once stays as it was drawn"
    assert stored["more"] is None
    assert (stored["fixed"], stored["secret"], stored["copy"]) == ("given", "inside", 4)
    assert [each["twice"] for each in stored["row"]] == ["2", "4"]
    assert (stored["today"], stored["deviceid"]) == ("2024-03-01", "phone-1")
    assert stored["start"].startswith("2024-03-01T08:00:00")


_HOSTILE = [
    ("", "answers-malformed-json"),
    ("{", "answers-malformed-json"),
    ('{"basic": NaN}', "answers-malformed-json"),
    ('{"basic": 1e999}', "answers-malformed-json"),
    ('{"basic": {"age": ' + "9" * 5000 + "}}", "answers-malformed-json"),
    ("[" * 100_000, "answers-too-deep"),
    ("[" * 60 + "]" * 60, "answers-too-deep"),
    ('{"opinion": {"suggest": "\\ud83d"}}', "answers-half-characters"),
    ('{"\\udc00": 1}', "answers-half-characters"),
    ("[" + "0," * 100_001 + "0]", "answers-too-many-nodes"),
    ('"' + "x" * (4 * 1024 * 1024) + '"', "answers-too-large"),
]


@pytest.mark.parametrize(("text", "code"), _HOSTILE, ids=range(len(_HOSTILE)))
def test_hostile_json_is_refused_in_words(device: Device, text: str, code: str) -> None:
    answer = device.send(text)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert code not in answer.json["message"]
    assert rows() == []


_MISSHAPEN: list[tuple[Any, str]] = [
    ([], "/data"),
    ("text", "/data"),
    (answered(basic=[]), "/data/basic"),
    (answered(basic="x"), "/data/basic"),
    (answered(stranger=1), "/data/stranger"),
    (answered(basic__stranger={"a": 1}), "/data/basic/stranger"),
    (answered(basic__age={"a": 1}), "/data/basic/age"),
    (answered(basic__age=True), "/data/basic/age"),
    (answered(basic__age=10**30), "/data/basic/age"),
    (answered(basic__age=45.5), "/data/basic/age"),
    (answered(basic__street=["s1"]), "/data/basic/street"),
    (answered(basic__home={"lat": 29, "lon": 117, "altitude": "x"}), "/data/basic/home"),
    (answered(basic__home={"lat": 129, "lon": 117}), "/data/basic/home"),
    (answered(basic__home={"lat": 10**300, "lon": 117}), "/data/basic/home"),
    (answered(basic__home=[[1]]), "/data/basic/home"),
    (answered(opinion__worst=[1]), "/data/opinion/worst"),
    (answered(opinion__worst=["a", "b", "c"]), "/data/opinion/worst"),
    (answered(opinion__suggest={"x": 1}), "/data/opinion/suggest"),
    (answered(opinion__suggest="长" * 100_001), "/data/opinion/suggest"),
]


@pytest.mark.parametrize(("given", "place"), _MISSHAPEN, ids=range(len(_MISSHAPEN)))
def test_answers_of_another_shape_are_told_by_place(device: Device, given: Any, place: str) -> None:
    answer = device.send(json.dumps(given))
    assert answer.status_code == 422
    assert place in {each["place"] for each in answer.json["problems"]}
    assert rows() == []


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"instance": None}, 400, "instance-unusable"),
        ({"instance": "uuid:1"}, 400, "instance-unusable"),
        ({"instance": "x" * 10_000}, 400, "instance-unusable"),
        ({"version": None}, 404, "unknown-form-version"),
        ({"version": "9" * 30}, 404, "unknown-form-version"),
        ({"version": "-1"}, 404, "unknown-form-version"),
        ({"answers": None}, 400, "answers-missing"),
        ({"started": "yesterday"}, 400, "moment-unreadable"),
        ({"started": "0001-01-01T00:00:00+14:00"}, 400, "moment-unreadable"),
        ({"ended": "9999-12-31T23:59:59-14:00"}, 400, "moment-unreadable"),
        ({"device": "a b"}, 400, "device-unusable"),
        ({"device": "x" * 101}, 400, "device-unusable"),
    ],
)
def test_fields_that_no_page_sends_are_refused(
    device: Device, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = device.send(answered(), **fields)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["message"]


def test_answers_may_come_as_a_part_of_their_own_and_in_no_other_encoding(device: Device) -> None:
    part = io.BytesIO(json.dumps(answered()).encode()), "answers.json"
    assert device.send(answered(), {"answers": part}).status_code == 201
    other = io.BytesIO('{"opinion": {"suggest": "树"}}'.encode("gb18030")), "answers.json"
    assert device.send(answered(), {"answers": other}).json["code"] == "answers-not-utf-8"


def test_bodies_beyond_the_bound_and_cut_ones_are_refused_in_json(device: Device) -> None:
    large = device.send('"' + "x" * (17 * 1024 * 1024) + '"')
    assert (large.status_code, large.json["code"]) == (413, "too-many-parts")
    body = b'--b\r\nContent-Disposition: form-data; name="instance"\r\n\r\nuuid:'
    cut = device.client.post(
        f"{device.page}/answers", data=body, content_type="multipart/form-data; boundary=b"
    )
    assert cut.status_code in {400, 404} and cut.json["message"]
    plain = device.client.post(f"{device.page}/answers", data="{}", content_type="application/json")
    assert plain.status_code == 404 and plain.json["code"] == "unknown-form-version"
    assert rows() == []


def test_unknown_links_and_versions_of_others_are_told_in_json(device: Device, app: Flask) -> None:
    missing = Device(device.client, "/s/nothing", device.version_id).send(answered())
    assert (missing.status_code, missing.json["code"]) == (404, "unknown-link")
    with unit_of_work():
        other = publish(content=compiled(table().replace(b"survey_a", b"survey_b")), filename="b.xml")
    foreign = Device(device.client, device.page, other.id).send(answered())
    assert (foreign.status_code, foreign.json["code"]) == (404, "unknown-form-version")


def test_rows_beyond_the_bound_are_refused(app: Flask, client: FlaskClient) -> None:
    text = """| survey | | | |
| | type | name | label |
| | begin_repeat | row | Row |
| | integer | n | N |
| | end_repeat | | |
| settings | | |
| | form_id | version |
| | many_rows | 1 |
"""
    with unit_of_work():
        version = publish(content=compiled(text.encode()), filename="r.xml")
    phone = Device(client, f"/s/{link_of(version.form, 'open').token}", version.id)
    answer = phone.send({"row": [{"n": 1}] * 2001})
    assert answer.status_code == 422
    assert [each["place"] for each in answer.json["problems"]] == ["/data/row"]
    assert phone.send({"row": {"n": 1}}).status_code == 422
    assert phone.send({"row": [1]}).status_code == 422


def test_closed_form_takes_nothing_and_a_closing_one_what_was_begun(device: Device, form: Form) -> None:
    kept = new_instance()
    assert device.send(answered(), instance=kept).status_code == 201
    now = datetime.now(UTC)
    with unit_of_work():
        set_state(form=db.session.get(Form, form.id), state="closing")
    begun = (now - timedelta(hours=3)).isoformat()
    late = (now + timedelta(hours=3)).isoformat()
    assert device.send(answered(), started=begun).status_code == 201
    assert device.send(answered(), started=late).json["code"] == "survey-closed"
    with unit_of_work():
        set_state(form=db.session.get(Form, form.id), state="closed")
    refused = device.send(answered(), started=begun)
    assert (refused.status_code, refused.json["code"]) == (410, "survey-closed")
    assert device.send(answered(), instance=kept).status_code == 201, "what was sent keeps its receipt"
    assert len(rows()) == 2


def test_personal_link_takes_one_set_and_shows_its_receipt_ever_after(
    client: FlaskClient, form: Form, version: FormVersion
) -> None:
    phone = Device(client, f"/s/{link_of(form, 'personal', subject='dwelling:7').token}", version.id)
    instance = new_instance()
    first = phone.send(answered(), instance=instance)
    assert first.status_code == 201
    second = phone.send(answered())
    assert (second.status_code, second.json["code"]) == (410, "link-used")
    assert phone.send(answered(), instance=instance).json == first.json
    assert client.get(phone.page).headers["Location"].endswith("/receipt")
    assert first.json["receipt"] in client.get(f"{phone.page}/receipt").get_data(as_text=True)


def test_draft_of_the_page_without_script_is_sent_with_the_set(device: Device, page: str) -> None:
    begun = device.client.post(f"{page}/1", data={"draft": "", "/data/consent": "1", "action": "next"})
    assert begun.status_code == 303
    [draft] = rows(Draft)
    answer = device.send(answered(), draft=draft.draft_key)
    assert answer.status_code == 201
    [draft] = rows(Draft)
    assert (draft.answers, draft.submission_id) == ({}, rows()[0].id)
    assert link_by_token(page.rpartition("/")[2]).id == draft.link_id
    again = device.send(answered(basic__age=20), draft=draft.draft_key)
    assert (again.status_code, again.json["code"]) == (409, "draft-sent")
    assert len(rows()) == 1


AUDITED = """| survey | | | |
| | type | name | label |
| | audit | audit | |
| | text | a | A |
| settings | | |
| | form_id | version |
| | audited | 1 |
"""


def log_of(submission: Submission) -> list[list[str]]:
    [file] = submission.files
    assert (file.file_name, file.expected, submission.flags) == ("audit.csv", True, [])
    return [line.split(",") for line in storage().get(file.sha256).decode().splitlines()]


def test_form_that_asks_for_a_log_gets_one_from_script_and_wizard(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        version = publish(content=compiled(AUDITED.encode()), filename="a.xml")
    phone = Device(client, f"/s/{link_of(version.form, 'open').token}", version.id)
    ended = datetime.now(UTC) - timedelta(days=2)
    instance = new_instance()
    assert phone.send({"a": "x"}, instance=instance, ended=ended.isoformat()).status_code == 201
    assert phone.send({"a": "x"}, instance=instance).status_code == 201
    log = log_of(rows()[0])
    assert log[0] == ["event", "node", "start", "end"]
    begun = datetime(2024, 3, 1, tzinfo=UTC)
    assert log[1] == ["form start", "", str(round(begun.timestamp() * 1000)), ""]
    assert log[-1] == ["form finalize", "", str(round(ended.timestamp() * 1000)), ""]
    client.post(f"{phone.page}/1", data={"draft": "", "/audited/a": "y", "/data/a": "y", "action": "next"})
    assert client.post(f"{phone.page}/send", data={}).status_code == 303
    assert [line[0] for line in log_of(rows()[1])] == ["event", "form start", "form exit", "form finalize"]


def test_answers_that_waited_for_the_network_are_judged_by_when_they_were_finished(
    app: Flask, client: FlaskClient
) -> None:
    text = AUDITED.replace("| | audit | audit | |\n", "| | end | end | |\n").replace("audited", "dated")
    text = text.replace("| label |\n", "| label | constraint |\n").replace(
        "| | text | a | A |", "| | date | a | A | . = today() |"
    )
    with unit_of_work():
        version = publish(content=compiled(text.encode()), filename="d.xml")
    phone = Device(client, f"/s/{link_of(version.form, 'open').token}", version.id)
    ended = datetime.now(ZoneInfo("Asia/Shanghai")).replace(microsecond=0) - timedelta(days=3)
    given = {"a": ended.date().isoformat()}
    assert phone.send(given).status_code == 422, "who says nothing of the end means now"
    assert phone.send(given, ended=ended.isoformat()).status_code == 201
    assert rows()[0].ended_at == ended
    future = datetime.now(UTC) + timedelta(days=3)
    assert phone.send({"a": future.date().isoformat()}, ended=future.isoformat()).status_code == 422
