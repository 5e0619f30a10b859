"""Everybody can use the residents' page: no rule of WCAG is broken in any state of it, and focus is led."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app.forms.models import Form
from tests.forms.conftest import link_of
from tests.forms.phone_pages import PhonePage

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
BROKEN = """() => axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(
  each => [each.id, each.nodes.map(node => node.html).slice(0, 3)]))"""
FOCUSED = "document.activeElement.textContent.trim()"
SCREENS: list[dict[str, Any]] = [
    {"/data/consent": "1"},
    {"/data/basic/age": "45", "/data/basic/street": "s1"},
    {"/data/basic/community": "c12"},
    {"/data/opinion/park": "4", "/data/opinion/worst": ["a"]},
]


def broken_rules(phone: PhonePage) -> Any:
    # The policy lets no foreign script in; the tester's door is beside it.
    if not phone.page.evaluate("'axe' in window"):
        phone.page.evaluate(AXE.read_text(encoding="utf-8") + "\n;0")
    return phone.page.evaluate(BROKEN)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_no_state_of_the_page_breaks_a_rule(
    app: Flask, form: Form, browser: Browser, serve: Callable[[Flask], str], locale: str
) -> None:
    phone = PhonePage(browser, f"{serve(app)}/s/{link_of(form, 'open').token}", locale=locale)
    assert broken_rules(phone) == []
    phone.next()
    assert phone.page.evaluate("document.activeElement.id") == "error-summary"
    assert broken_rules(phone) == []
    for answers in SCREENS:
        phone.type(answers)
        phone.next()
        assert phone.page.evaluate("document.activeElement.matches('h1, legend, .question-title')")
        assert broken_rules(phone) == []
    assert phone.page.is_visible("#summary")
    phone.context.set_offline(True)
    phone.page.wait_for_selector("#network:not([hidden])")
    assert broken_rules(phone) == []
    phone.send()
    phone.page.wait_for_selector("#waiting:not([hidden])")
    assert broken_rules(phone) == []
    phone.context.set_offline(False)
    phone.page.wait_for_selector(".receipt")
    assert broken_rules(phone) == []
    phone.context.close()
    assert phone.complaints == []


def test_a_form_is_filled_with_the_keyboard_alone(
    app: Flask, form: Form, browser: Browser, serve: Callable[[Flask], str]
) -> None:
    phone = PhonePage(browser, f"{serve(app)}/s/{link_of(form, 'open').token}")
    keyboard = phone.page.keyboard
    phone.page.focus('[name="/data/consent"]')
    keyboard.press("Space")
    keyboard.press("Enter")
    assert phone.page.evaluate(FOCUSED) == "基本情况"
    keyboard.press("Tab")
    keyboard.type("7")
    keyboard.press("Enter")
    assert phone.page.evaluate("document.activeElement.id") == "error-summary"
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert phone.page.evaluate("document.activeElement.name") == "/data/basic/age"
    phone.context.close()
    assert phone.complaints == []
