"""A resident fills in and sends the survey page on a phone; the answer is counted."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.db import db
from app.forms.models import Link, Submission
from app.surveys.models import Wave
from app.surveys.queries import wave_summary

pytestmark = pytest.mark.browser


def _fill(page: Page) -> None:
    """Answer what the screen asks: the answer "4" where it is offered, else the first one."""
    for fieldset in page.locator("fieldset:has(input[type=radio]):visible").all():
        if fieldset.locator("input:checked").count() == 0:
            wished = fieldset.locator("input[type=radio][value='4'], input[type=radio][value='1']")
            chosen = wished if wished.count() else fieldset.locator("input[type=radio]")
            chosen.first.locator("xpath=ancestor::label").click()
    for fieldset in page.locator("fieldset:has(input[type=checkbox]):visible").all():
        if fieldset.locator("input:checked").count() == 0:
            fieldset.locator("input[type=checkbox]").first.locator("xpath=ancestor::label").click()
    for field in page.locator("input[type=number]:visible, input[inputmode=numeric]:visible").all():
        if not field.input_value():
            field.fill("35")
    for choice in page.locator("select:visible").all():
        if not choice.input_value():
            choice.select_option(index=1)


def _send_with_script(page: Page) -> list[str]:
    """Fill in every screen of the one page and send; gives what the progress said on each."""
    page.wait_for_selector("#saved:not(:empty)")
    passed: list[str] = []
    while page.is_visible("#sheet"):
        passed.append(page.locator(".progress").inner_text())
        assert len(passed) < 60, "the survey does not end"
        _fill(page)
        page.click("#sheet .page-actions [type=submit]")
    page.click("#summary [data-action=send]")
    page.wait_for_url("**/receipt?*")
    return passed


def _send_without_script(page: Page) -> list[str]:
    """Fill in every screen and send; gives the addresses of the screens passed."""
    passed = []
    while not page.url.endswith("/receipt"):
        passed.append(page.url)
        assert len(passed) < 60, "the survey does not end"
        _fill(page)
        page.locator("form[method=post] button[type=submit]:visible").first.click()
        page.wait_for_load_state()
    return passed


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_answer_from_a_phone_is_counted(
    demonstration: Flask, address: str, browser: Browser, script: bool
) -> None:
    wave = db.session.execute(select(Wave).order_by(Wave.id)).scalars().first()
    assert wave is not None
    token = (
        db.session.execute(
            select(Link.token).where(Link.kind == "personal", Link.used == 0).order_by(Link.id)
        )
        .scalars()
        .all()[0 if script else 1]
    )
    before = wave_summary(wave.id)
    db.session.rollback()
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=script, locale="zh-CN"
    )
    page = context.new_page()
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if address not in request.url else None)
    page.goto(f"{address}/s/{token}")
    passed = _send_with_script(page) if script else _send_without_script(page)
    assert len(passed) > 5
    assert not foreign
    receipt = page.locator("body").inner_text()
    context.close()
    db.session.rollback()
    newest = db.session.execute(select(Submission).order_by(Submission.id.desc())).scalars().first()
    assert newest is not None
    assert newest.channel == "web"
    assert newest.receipt
    assert newest.receipt in receipt
    after = wave_summary(wave.id)
    assert after.counts.received == before.counts.received + 1
    assert after.responded_units == before.responded_units + 1
