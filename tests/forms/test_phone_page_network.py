"""A survey on networks that are not as they should be: sent with no page open, opened without encryption."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page
from sqlalchemy import func, select

from app.db import db
from app.forms.models import Form, Submission
from tests.forms.conftest import link_of
from tests.forms.phone_pages import PhonePage
from tests.forms.test_phone_page_device import BASIC, CONSENTED, PREPARED, REST

pytestmark = pytest.mark.browser


def registration_of(session: CDPSession, page: Page) -> str:
    """The number of the only service worker of a page's browser."""
    found: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    [number] = {each["registrationId"] for each in found}
    return str(number)


def received() -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(Submission)).scalar_one()


def test_what_waits_is_sent_when_the_network_returns_though_no_page_is_open(
    app: Flask, form: Form, browser: Browser, serve: Callable[[Flask], str]
) -> None:
    address = serve(app)
    phone = PhonePage(browser, f"{address}/s/{link_of(form, 'open').token}")
    phone.page.evaluate(PREPARED)
    phone.fill(CONSENTED | BASIC | REST)
    phone.context.set_offline(True)
    phone.send()
    phone.page.wait_for_selector("#waiting:not([hidden])")
    session = phone.context.new_cdp_session(phone.page)
    registration = registration_of(session, phone.page)
    phone.page.goto("about:blank")
    phone.context.set_offline(False)
    assert received() == 0
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": address, "registrationId": registration, "tag": "answers", "lastChance": False},
    )
    deadline = time.monotonic() + 20
    while received() == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert received() == 1
    phone.open()
    assert "等待发送的答卷已经发出" in phone.page.inner_text("#network")
    assert received() == 1
    assert phone.complaints == []
    phone.context.close()


def test_without_encryption_everything_works_but_opening_without_network_and_the_page_says_so(
    app: Flask, form: Form, browser: Browser, serve: Callable[[Flask], str]
) -> None:
    address = serve(app).replace("127.0.0.1", "survey.test")
    phone = PhonePage(browser, f"{address}/s/{link_of(form, 'open').token}")
    assert phone.page.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [False, False]
    assert "不是安全连接" in phone.page.inner_text("#network")
    phone.type(CONSENTED)
    phone.next()
    phone.type(BASIC)
    phone.page.wait_for_selector("#saved:has-text('保存在这台设备上')")
    phone.open()
    assert phone.page.input_value('[name="/data/basic/age"]') == "45"
    phone.fill(REST)
    phone.send()
    phone.page.wait_for_selector(".receipt")
    assert received() == 1
    # A header that such an address has no use for is all that the browser tells of.
    assert [each for each in phone.complaints if "Cross-Origin-Opener-Policy" not in each] == []
    phone.context.close()
