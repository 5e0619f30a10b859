"""Going on with a draft on another device: by a code shown once, with and without script."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from app.db import db, unit_of_work
from app.forms.drafting import forget_drafts
from app.forms.models import Draft, Form, FormVersion, Submission
from app.forms.publishing import set_state
from app.storage import storage
from tests.forms.conftest import Device, answered, link_of, new_instance

PNG = b"\x89PNG\r\n\x1a\n a picture"
PHOTO = "/data/opinion/photo"
CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\Z")


def rows(model: type = Submission) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(model).order_by(model.id)).scalars())


def resume(client: FlaskClient, page: str, code: str) -> Any:
    return client.post(f"{page}/resume", data={"code": code})


def code_of(answer: Any) -> str:
    return str(html.fromstring(answer.data).xpath('//*[@class="receipt"]')[0].text_content())


def test_wizard_gives_a_code_and_another_device_goes_on_with_it(app: Flask, page: str) -> None:
    first, second = app.test_client(), app.test_client()
    shown = first.post(f"{page}/1", data={"draft": "", "/data/consent": "1", "action": "keep"})
    code = code_of(shown)
    assert CODE.match(code)
    assert f"{page}/resume" in shown.get_data(as_text=True)
    [draft] = rows(Draft)
    kept = str([getattr(draft, column.key) for column in Draft.__table__.columns])
    assert code not in kept and code.replace("-", "") not in kept, "the code itself is kept nowhere"
    typed = f" {code.replace('-', ' ').lower()} "
    answer = resume(second, page, typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    there = second.get(page, follow_redirects=True).get_data(as_text=True)
    assert draft.draft_key in there
    assert 'value="1" checked' in there


def test_new_code_makes_the_one_before_worthless(app: Flask, page: str) -> None:
    first, second = app.test_client(), app.test_client()
    data = {"draft": "", "/data/consent": "1", "action": "keep"}
    old = code_of(first.post(f"{page}/1", data=data))
    new = code_of(first.post(f"{page}/1", data=data | {"draft": rows(Draft)[0].draft_key}))
    assert resume(second, page, old).status_code == 404
    assert resume(second, page, new).status_code == 303


def test_wrong_codes_are_told_beside_the_field_and_soon_no_more_tried(
    app: Flask, page: str, device: Device
) -> None:
    code = device.keep(answered()).json["code"]
    client = app.test_client()
    told = resume(client, page, "ABCD-EFGH-JKLM")
    shown = html.fromstring(told.data)
    assert told.status_code == 404
    assert shown.xpath('//input[@id="code"]')[0].get("value") == "ABCD-EFGH-JKLM"
    assert "续填码" in shown.xpath('//*[@id="error-code"]')[0].text_content()
    for odd in (
        "",
        "x" * 100_000,
        "\x00",
        "\ud83d".encode("utf-16", "surrogatepass").decode("latin-1"),
        "１２３",
    ):
        assert resume(client, page, odd).status_code == 404
    for _ in range(14):
        assert resume(client, page, "ABCDEFGHJKLM").status_code == 404
    waiting = resume(client, page, code)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) > 0


def test_right_codes_are_no_trials(app: Flask, page: str, device: Device) -> None:
    code = device.keep(answered()).json["code"]
    assert {resume(app.test_client(), page, code).status_code for _ in range(25)} == {303}


def test_code_opens_no_draft_of_another_link_and_none_that_was_sent(
    app: Flask, form: Form, page: str, device: Device
) -> None:
    instance = new_instance()
    code = device.keep(answered(), instance=instance).json["code"]
    other = f"/s/{link_of(form, 'test').token}"
    assert resume(app.test_client(), other, code).status_code == 404
    assert device.send(answered(), instance=instance).status_code == 201
    assert resume(app.test_client(), page, code).status_code == 404
    [draft] = rows(Draft)
    assert (draft.answers, draft.resume_digest) == ({}, None)


def test_set_of_a_device_is_kept_right_or_wrong_with_its_files(app: Flask, page: str, device: Device) -> None:
    photo = {PHOTO: (io.BytesIO(PNG), "a.png")}
    half = answered(basic__age=7, basic__street=None, opinion__park=None, opinion__photo="a.png")
    instance = new_instance()
    kept = device.keep(half, photo, instance=instance)
    assert kept.status_code == 200
    assert CODE.match(kept.json["code"])
    assert kept.json["href"] == f"{page}/resume"
    [draft] = rows(Draft)
    [file] = draft.files
    assert (draft.answers["basic"]["age"], draft.instance_id) == (7, instance)
    assert draft.answers["start"].startswith("2024-03-01T08:00")
    assert storage().get(file.sha256) == PNG
    again = device.keep(answered(opinion__photo=file.file_name), instance=instance)
    assert again.status_code == 200
    [draft] = rows(Draft)
    assert [each.file_name for each in draft.files] == [file.file_name]
    sent = device.send(answered(opinion__photo=file.file_name), instance=instance)
    assert sent.status_code == 201, "a file that the server keeps already need not come again"
    assert storage().get(rows()[0].files[0].sha256) == PNG


def test_kept_set_is_finished_without_script_elsewhere_and_counts_once(
    app: Flask, page: str, device: Device
) -> None:
    instance = new_instance()
    code = device.keep(answered(), instance=instance).json["code"]
    other = app.test_client()
    resume(other, page, code)
    assert other.post(f"{page}/send", data={}).headers["Location"].endswith("/receipt")
    [submission] = rows()
    assert (submission.instance_id, submission.flags) == (instance, [])
    late = device.send(answered(), instance=instance)
    assert (late.status_code, late.json["code"]) == (409, "answers-changed")
    assert device.keep(answered(), instance=instance).json["code"] == "draft-sent"
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("given", "status"), [("[", 400), ("[" * 50_000, 400), ('{"stranger": 1}', 422), ('{"basic": 1}', 422)]
)
def test_what_cannot_be_kept_is_told(device: Device, given: str, status: int) -> None:
    answer = device.keep(given)
    assert answer.status_code == status
    assert answer.json["message"]
    assert rows(Draft) == []


def test_closed_form_keeps_and_resumes_nothing(app: Flask, form: Form, page: str, device: Device) -> None:
    code = device.keep(answered()).json["code"]
    with unit_of_work():
        set_state(form=db.session.get(Form, form.id), state="closing")
    assert resume(app.test_client(), page, code).status_code == 303
    assert app.test_client().get(page).status_code == 410
    with unit_of_work():
        set_state(form=db.session.get(Form, form.id), state="closed")
    assert resume(app.test_client(), page, code).status_code == 410
    assert device.keep(answered()).json["code"] == "survey-closed"


def test_kept_drafts_are_forgotten_with_their_codes(app: Flask, page: str, device: Device) -> None:
    code = device.keep(answered()).json["code"]
    with unit_of_work():
        assert forget_drafts(before=datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert resume(app.test_client(), page, code).status_code == 404


def test_page_of_the_code_needs_no_script_and_is_found_from_the_first_screen(
    client: FlaskClient, page: str, version: FormVersion
) -> None:
    first = html.fromstring(client.get(page).data)
    assert first.xpath(f'//footer//a[@href="{page}/resume"]')
    shown = html.fromstring(client.get(f"{page}/resume").data)
    assert shown.xpath('//main//form[@method="post"]//input[@name="code"]')
    assert shown.xpath('//label[@for="code"]')
