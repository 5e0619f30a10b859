"""What staff set of the residents' page: one page, drafts on the device, answers per device."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from app.accounts.managing import Grant, add_user
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.forms.arranging import arrange_page
from app.forms.models import Form, FormVersion, Submission
from tests.forms.conftest import Device, answered, link_of, new_instance, shown_page, thread_client


def rows(model: type = Submission) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(model).order_by(model.id)).scalars())


def arrange(form: Form, **changes: Any) -> None:
    settings: dict[str, Any] = {"one_page": False, "device_drafts": True, "device_limit": ""} | changes
    with unit_of_work():
        arrange_page(form=db.session.get(Form, form.id), **settings)


def test_settings_are_saved_noted_and_shown(office: FlaskClient, form: Form) -> None:
    answer = office.post(f"/forms/{form.id}/page", data={"one_page": "1", "device_limit": "3"})
    assert answer.status_code == 302
    db.session.rollback()
    assert (form.one_page, form.device_drafts, form.device_limit) == (True, False, 3)
    shown = html.fromstring(office.get(f"/forms/{form.id}").data)
    assert shown.xpath('//input[@name="one_page"]/@checked')
    assert not shown.xpath('//input[@name="device_drafts"]/@checked')
    assert shown.xpath('//input[@name="device_limit"]/@value') == ["3"]
    noted = [each for each in rows(AuditEntry) if "device_limit" in (each.before or {})]
    assert [each.after["device_limit"] for each in noted] == [3]
    office.post(f"/forms/{form.id}/page", data={"device_drafts": "1", "device_limit": ""})
    db.session.rollback()
    assert (form.one_page, form.device_drafts, form.device_limit) == (False, True, None)


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "two", "1.5", "²", "9" * 400])
def test_limit_that_is_none_is_told_and_nothing_is_saved(office: FlaskClient, form: Form, limit: str) -> None:
    answer = office.post(f"/forms/{form.id}/page", data={"one_page": "1", "device_limit": limit})
    assert answer.status_code == 422
    assert "1 至 1000" in answer.get_data(as_text=True)
    db.session.rollback()
    assert (form.one_page, form.device_limit) == (False, None)


def test_analysts_see_but_do_not_set(app: Flask, form: Form) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with unit_of_work():
        add_user(
            username="analyst", display_name="分析", password="long enough for us", grants=[Grant("analyst")]
        )
    client = app.test_client()
    client.post("/accounts/log-in", data={"username": "analyst", "password": "long enough for us"})
    assert client.post(f"/forms/{form.id}/page", data={"one_page": "1"}).status_code == 403
    assert not html.fromstring(client.get(f"/forms/{form.id}").data).xpath('//input[@name="one_page"]')


def test_buttons_of_states_say_what_they_do(office: FlaskClient, form: Form) -> None:
    shown = html.fromstring(office.get(f"/forms/{form.id}").data)
    buttons = shown.xpath('//button[@name="state"]')
    assert [each.get("value") for each in buttons] == ["draft", "closing", "closed"]
    assert "已经开始的可以填完" in shown.text_content()


def fields_of(page: Any) -> set[str]:
    return {name for name in page.xpath("//main//@name") if name.startswith("/")}


def errors_of(page: Any) -> list[str]:
    return list(page.xpath('//*[@id="error-summary"]//a/@href'))


def test_one_page_grows_until_nothing_new_is_asked(
    client: FlaskClient, form: Form, page: str, version: FormVersion
) -> None:
    arrange(form, one_page=True)
    first = shown_page(client.get(page).data)
    assert fields_of(first) == {"/data/consent"}
    assert not first.xpath("//progress[not(ancestor::*[@hidden])]")

    def post(draft: str, answers: dict[str, Any]) -> Any:
        answer = client.post(
            f"{page}/1", data={"draft": draft, "action": "next"} | answers, follow_redirects=True
        )
        assert answer.status_code == 200
        return answer.request.path, html.fromstring(answer.data)

    at, shown = post("", {"/data/consent": "1"})
    assert at == f"{page}/1"
    assert {"/data/consent", "/data/basic/age", "/data/basic/street", "/data/opinion/park"} <= fields_of(
        shown
    )
    assert "#question-/data/basic/age" in errors_of(shown), "what is missing is told at once"
    draft = shown.xpath('//input[@name="draft"]/@value')[0]
    answers = {
        "/data/consent": "1",
        "/data/basic/age": "45",
        "/data/basic/street": "s1",
        "/data/opinion/park": "4",
    }
    at, shown = post(draft, answers)
    assert at == f"{page}/1"
    assert errors_of(shown) == ["#question-/data/basic/community"]
    assert "红旗社区" in shown.text_content()
    answers["/data/basic/community"] = "c12"
    at, shown = post(draft, answers)
    assert at == f"{page}/summary"
    at, shown = post(draft, answers | {"/data/basic/street": "s2"})
    assert errors_of(shown) == ["#question-/data/basic/community"], "a choice that is offered no more"
    at, shown = post(draft, {"/data/consent": "0"})
    assert at == f"{page}/summary"
    assert client.post(f"{page}/send", data={"draft": draft}).status_code == 303
    assert [each.disposition for each in rows()] == ["refused"]


def test_draft_of_many_pages_goes_on_when_all_became_one(client: FlaskClient, form: Form, page: str) -> None:
    client.post(f"{page}/1", data={"draft": "", "/data/consent": "1", "action": "next"})
    arrange(form, one_page=True)
    shown = client.get(page, follow_redirects=True)
    assert (shown.status_code, shown.request.path) == (200, f"{page}/1")
    arrange(form, one_page=False)
    assert client.get(page, follow_redirects=True).status_code == 200


def test_shared_devices_forget_the_draft_with_the_browser(client: FlaskClient, form: Form, page: str) -> None:
    data = {"draft": "", "/data/consent": "1", "action": "next"}
    assert "Max-Age" in client.post(f"{page}/1", data=data).headers["Set-Cookie"]
    arrange(form, device_drafts=False)
    assert "Max-Age" not in client.post(f"{page}/1", data=data).headers["Set-Cookie"]


def test_device_sends_as_many_as_it_may(device: Device, form: Form) -> None:
    arrange(form, device_limit="2")
    instance = new_instance()
    assert device.send(answered(), instance=instance).status_code == 201
    assert device.send(answered(consent="0")).status_code == 201, "a refusal is of nobody"
    assert device.send(answered()).status_code == 201
    third = device.send(answered())
    assert (third.status_code, third.json["code"]) == (409, "device-limit")
    assert "2" in third.json["message"]
    assert device.send(answered(), instance=instance).status_code == 201, "sent again it is no further one"
    assert device.send(answered(), device="phone-2").status_code == 201
    nobody = device.send(answered(), device=None)
    assert (nobody.status_code, nobody.json["code"]) == (400, "device-missing")
    assert len(rows()) == 4
    arrange(form, device_limit="")
    assert device.send(answered()).status_code == 201


def test_ten_at_once_from_one_device_are_as_many_as_it_may(
    app: Flask, form: Form, page: str, version: FormVersion
) -> None:
    arrange(form, device_limit="3")
    version_id = version.id
    answers: list[int] = []

    def send() -> None:
        answers.append(Device(thread_client(app), page, version_id).send(answered()).status_code)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [201] * 3 + [409] * 7
    assert len(rows()) == 3


def test_browser_without_script_is_known_by_its_cookie(
    app: Flask, form: Form, page: str, version: FormVersion
) -> None:
    assert "device=" not in str(app.test_client().get(page).headers.getlist("Set-Cookie"))
    arrange(form, device_limit="1")
    browser = app.test_client()
    [cookie] = browser.get(page).headers.getlist("Set-Cookie")
    assert cookie.startswith("device=") and "HttpOnly" in cookie
    code = Device(browser, page, version.id).keep(answered()).json["code"]
    browser.post(f"{page}/resume", data={"code": code})
    assert browser.post(f"{page}/send", data={}).headers["Location"].endswith("/receipt")
    refused = browser.get(f"{page}?new=1")
    assert refused.status_code == 409
    assert "这台设备已经提交" in refused.get_data(as_text=True)
    with_script = Device(browser, page, version.id).send(answered(), device="another-name")
    assert with_script.json["code"] == "device-limit", "the script of the same browser is the same device"
    assert len(rows()) == 1


def test_personal_links_and_tests_know_no_limit_of_devices(
    client: FlaskClient, form: Form, version: FormVersion
) -> None:
    arrange(form, device_limit="1")
    for subject in ("dwelling:1", "dwelling:2"):
        page = f"/s/{link_of(form, 'personal', subject=subject).token}"
        assert Device(client, page, version.id).send(answered()).status_code == 201
    test = Device(client, f"/s/{link_of(form, 'test').token}", version.id)
    assert [test.send(answered()).status_code for _ in range(2)] == [201, 201]
