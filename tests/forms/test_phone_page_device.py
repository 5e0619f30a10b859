"""What a device keeps of a survey: drafts, answers that wait for the network, the page itself."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import select

from app.db import db, unit_of_work
from app.forms.models import Draft, Form, FormVersion, Submission
from app.forms.publishing import publish
from app.storage import storage
from tests.forms.conftest import COARSEN, CONSENT, compiled, link_of, table
from tests.forms.phone_pages import Endpoint, PhonePage

pytestmark = pytest.mark.browser

CONSENTED = {"/data/consent": "1"}
BASIC: dict[str, Any] = {"/data/basic/age": "45", "/data/basic/street": "s1"}
REST: dict[str, Any] = {
    "/data/basic/community": "c12",
    "/data/opinion/park": "4",
    "/data/opinion/worst": ["a", "b"],
    "/data/opinion/suggest": "多种树",
}
#: Settles when the service worker serves the page and has all that it needs.
PREPARED = """async () => {
  const worker = navigator.serviceWorker, cache = await caches.open("survey-1");
  await new Promise(done => worker.controller ? done() : worker.addEventListener("controllerchange", done));
  const named = document.querySelectorAll("script[src], link[href]");
  const loaded = Array.from(named).map(each => each.src || each.href);
  const missing = async () => (await Promise.all(loaded.map(each => cache.match(each)))).includes(undefined);
  while (await missing()) await new Promise(done => setTimeout(done, 20));
}"""
KEPT = "self.formKeeping.of().then(all => all.map(each => each.state))"


@pytest.fixture
def phone(app: Flask, form: Form, browser: Browser, serve: Callable[[Flask], str]) -> Iterator[PhonePage]:
    opened = PhonePage(browser, f"{serve(app)}/s/{link_of(form, 'open').token}")
    yield opened
    opened.context.close()
    assert opened.complaints == []


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.execute(select(Submission).order_by(Submission.id)).scalars())


def saved(phone: PhonePage) -> None:
    phone.page.wait_for_selector("#saved:has-text('保存在这台设备上')")


def picture(width: int, height: int) -> bytes:
    made = Image.effect_noise((width, height), 90)
    stream = io.BytesIO()
    made.save(stream, "PNG")
    return stream.getvalue()


def test_what_is_typed_is_there_again_and_is_gone_once_it_was_sent(phone: PhonePage) -> None:
    phone.type(CONSENTED)
    phone.next()
    phone.type(BASIC)
    saved(phone)
    phone.open()
    assert phone.page.input_value('[name="/data/basic/age"]') == "45"
    phone.fill(REST)
    phone.send()
    phone.page.wait_for_selector(".receipt")
    [submission] = stored()
    assert submission.receipt == phone.page.inner_text(".receipt")
    assert submission.answers["basic"]["age"] == 45
    assert submission.answers["opinion"]["worst"] == ["a", "b"]
    assert db.session.execute(select(Draft)).scalars().all() == []
    phone.page.goto(phone.address + "?new=1")
    phone.page.wait_for_selector("#sheet:not([hidden])")
    assert phone.page.evaluate(KEPT) in ([], ["draft"])
    assert not phone.page.is_checked('[value="1"]')


def test_a_photo_is_made_smaller_kept_and_sent(phone: PhonePage) -> None:
    original = picture(2400, 1200)
    phone.type(CONSENTED)
    phone.next()
    phone.type(BASIC)
    phone.next()
    phone.type(REST)
    phone.next()
    phone.type(REST)
    photo = {"name": "裂缝.png", "mimeType": "image/png", "buffer": original}
    phone.page.set_input_files('[name="/data/opinion/photo"]', files=[photo])  # type: ignore[list-item]
    phone.page.wait_for_selector(".file-given:not([hidden])")
    saved(phone)
    phone.open()
    assert phone.page.is_visible(".file-given")
    phone.next()
    phone.send()
    phone.page.wait_for_selector(".receipt")
    [submission] = stored()
    [file] = submission.files
    assert file.file_name == submission.answers["opinion"]["photo"]
    small = storage().get(file.sha256)
    assert len(small) < len(original)
    with Image.open(io.BytesIO(small)) as shrunk:
        assert (shrunk.format, shrunk.size) == ("JPEG", (1600, 800))


def test_without_network_the_page_opens_fills_and_waits_and_sends_once(phone: PhonePage) -> None:
    phone.page.evaluate(PREPARED)
    phone.type(CONSENTED)
    saved(phone)
    phone.context.set_offline(True)
    phone.open()
    assert "没有网络" in phone.page.inner_text("#network")
    phone.fill(CONSENTED | BASIC | REST)
    phone.send()
    phone.page.wait_for_selector("#waiting:not([hidden])")
    assert "有 1 份答卷等待发送" in phone.page.inner_text("#network")
    assert phone.page.evaluate(KEPT) == ["waiting"]
    phone.context.set_offline(False)
    phone.page.wait_for_selector(".receipt")
    [submission] = stored()
    assert submission.answers["opinion"]["suggest"] == "多种树"
    phone.open()
    assert len(stored()) == 1


def test_waiting_answers_that_are_refused_come_back_with_what_is_wrong(phone: PhonePage) -> None:
    problems = [{"place": "/data/basic/age", "message": "年龄不对"}]
    phone.fill(CONSENTED | BASIC | REST)
    phone.context.set_offline(True)
    phone.send()
    phone.page.wait_for_selector("#waiting:not([hidden])")
    Endpoint(phone, 422, {"code": "answers-unfit", "message": "有 1 处", "problems": problems})
    phone.context.set_offline(False)
    phone.page.wait_for_selector("#summary:not([hidden]) #error-summary")
    assert phone.errors() == ["#question-/data/basic/age 年龄：年龄不对"]
    phone.page.click("#error-summary a")
    assert phone.page.input_value('[name="/data/basic/age"]') == "45"
    assert "年龄不对" in phone.page.inner_text('[id="question-/data/basic/age"]')


def test_a_draft_is_finished_with_the_version_it_was_begun_with(
    phone: PhonePage, version: FormVersion
) -> None:
    phone.type(CONSENTED)
    phone.next()
    phone.type(BASIC)
    saved(phone)
    changed = compiled(table("V2", 年龄="您的岁数"))
    with unit_of_work():
        publish(content=changed, filename="survey.xml", coarsen=COARSEN, consent=CONSENT)
    phone.open()
    assert "年龄" in phone.page.inner_text("#sheet")
    phone.fill(REST)
    phone.send()
    phone.page.wait_for_selector(".receipt")
    assert [each.version_id for each in stored()] == [version.id]


def test_nothing_stays_on_a_device_where_that_is_switched_off(phone: PhonePage, form: Form) -> None:
    with unit_of_work():
        form.device_drafts = False
    phone.page.evaluate("indexedDB.deleteDatabase('survey')")
    phone.open()
    assert "不在设备上留下" in phone.page.inner_text("#saved")
    phone.type(CONSENTED)
    phone.next()
    phone.type(BASIC)
    phone.page.wait_for_timeout(600)
    phone.open()
    assert not phone.page.is_checked('[value="1"]')
    phone.context.set_offline(True)
    phone.fill(CONSENTED | BASIC | REST)
    phone.send()
    phone.page.wait_for_selector("#network:has-text('请不要关闭页面')")
    phone.context.set_offline(False)
    phone.send()
    phone.page.wait_for_selector(".receipt")
    assert len(stored()) == 1


def test_a_resident_goes_on_elsewhere_with_a_code_of_the_page_with_script(
    phone: PhonePage, browser: Browser
) -> None:
    phone.type(CONSENTED)
    phone.next()
    phone.type(BASIC)
    phone.page.click("#sheet [data-action=elsewhere]")
    told = phone.page.wait_for_selector("#network:has-text('续填码')")
    assert told is not None
    found = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}", told.inner_text())
    assert found is not None
    other = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    other.goto(f"{phone.address}/resume")
    other.fill("[name=code]", found[0])
    other.click("main form button")
    other.click("main form button[value=next]")
    assert other.input_value('[name="/data/basic/age"]') == "45"
    other.context.close()
    phone.fill(REST)
    phone.send()
    phone.page.wait_for_selector(".receipt")
    [submission] = stored()
    assert submission.answers["basic"]["age"] == 45
