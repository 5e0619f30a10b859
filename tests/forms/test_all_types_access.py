"""Every kind of question, with the page's script and without, is for everybody and fits a small phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from app.db import db, unit_of_work
from app.forms.arranging import arrange_page
from app.forms.models import Form, FormVersion, Submission
from tests.forms.all_types import png
from tests.forms.conftest import link_of
from tests.forms.phone_pages import PhonePage
from tests.forms.test_phone_page_access import AXE, BROKEN
from tests.forms.test_question_scripts import choose, draw, locate, onward, page, write
from tests.forms.test_question_types import F, P, S, W, all_types, version
from tests.forms.test_resident import rows

__all__ = ["all_types", "page", "version"]
pytestmark = pytest.mark.browser

#: What stands out of the page to the right.
_WIDE = """() => Array.from(document.querySelectorAll("body *")).filter(each => {
  const box = each.getBoundingClientRect();
  return !each.closest("svg") && box.width > 1 && box.right > document.documentElement.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 80))"""
#: What a finger has to meet in questions and is lower or narrower than 48 px. A link in a sentence may be.
_SMALL = """() => Array.from(document.querySelectorAll(
  ".question button, .question select, .question textarea, .question summary,"
  + ".question input, .page-actions > *"
)).map(each => each.matches("[type=radio], [type=checkbox]") ? each.closest("label") : each).filter(each => {
  const box = each.getBoundingClientRect(), hidden = each.matches(".until-focused") || !each.offsetParent;
  return !hidden && box.width > 1 && (box.height < 48 || box.width < 48);
}).map(each => each.outerHTML.slice(0, 80))"""
#: Letters twice as large, as a browser's setting makes them.
_TWICE = """() => {
  const all = Array.from(document.querySelectorAll("body *")).map(each => [each, getComputedStyle(each)]);
  const sizes = all.map(([each, style]) => [each, parseFloat(style.fontSize), parseFloat(style.lineHeight)]);
  sizes.forEach(([each, size, line]) => {
    each.style.fontSize = 2 * size + "px";
    if (line) each.style.lineHeight = 2 * line + "px";
  });
}"""
_ONCE = """() => document.querySelectorAll("body *").forEach(each => {
  each.style.fontSize = each.style.lineHeight = "";
})"""
#: Chooses the first of every list of rows on the screen.
_CHOOSE = """() => new Set(Array.from(document.querySelectorAll(
  "main input[type=radio], main input[type=checkbox]")).filter(each => each.name.startsWith("/")
  && !each.closest("template, [hidden]")).map(each => each.name)).forEach(
  name => document.querySelector(`[name="${CSS.escape(name)}"]`).click())"""


def faults(page: Page) -> list[Any]:
    """What of the page as it stands breaks a rule, is too small, or does not fit."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n;0")
    found: list[Any] = page.evaluate(BROKEN) + page.evaluate(_SMALL)
    usual = page.viewport_size
    assert usual is not None
    page.set_viewport_size({"width": 320, "height": 640})
    found += page.evaluate(_WIDE)
    page.set_viewport_size(usual)
    page.evaluate(_TWICE)
    found += page.evaluate(_WIDE)
    page.evaluate(_ONCE)
    return found


@pytest.fixture
def address(app: Flask, version: FormVersion, serve: Callable[[Flask], str]) -> str:
    return f"{serve(app)}/s/{link_of(version.form, 'open').token}"


@pytest.mark.parametrize("tongue", ["", "en", "日本語 (ja)"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_question_breaks_a_rule_with_script(
    browser: Browser, address: str, tongue: str, scheme: Any
) -> None:
    phone = PhonePage(browser, address, color_scheme=scheme)
    page = phone.page
    if tongue:
        page.focus(f'#sheet [data-action=language][value="{tongue}"]')
        page.keyboard.press("Enter")
        page.locator(f'#sheet [value="{tongue}"]').wait_for(state="detached")
        page.wait_for_selector("#sheet:not([hidden])")
    phone.next()
    assert len(phone.errors()) == 1
    assert faults(page) == []
    for _screen in range(20):
        if not page.is_visible("#sheet"):
            break
        page.evaluate(_CHOOSE)
        phone.type({W + "whole": "x", F + "paper": ""})
        assert faults(page) == []
        phone.next()
        if phone.errors():
            assert faults(page) == []
            phone.type({W + "whole": "1234567"})
            phone.next()
    assert page.is_visible("#summary")
    assert faults(page) == []
    phone.send()
    page.wait_for_selector(".receipt")
    assert faults(page) == []
    phone.context.close()
    assert phone.complaints == []


def test_nothing_that_scripts_add_breaks_a_rule(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(1200, 900))
    choose(page)
    assert faults(page) == []
    onward(page)
    onward(page)
    write(page)
    assert faults(page) == []
    onward(page)
    locate(page)
    assert faults(page) == []
    onward(page)
    draw(page, photo)
    assert faults(page) == []


class Plain:
    """The page in a browser that gets no script; the tester's door is beside it."""

    def __init__(self, browser: Browser, address: str, scheme: Any = "light") -> None:
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", color_scheme=scheme
        )
        self.context.route("**/*.js", lambda route: route.abort())
        self.page = self.context.new_page()
        self.page.goto(address)

    def press(self, action: str) -> None:
        """Press a button of the page's form and wait for what it leads to."""
        with self.page.expect_navigation():
            self.page.locator(f'main [name=action][value="{action}"]').evaluate("each => each.click()")


@pytest.fixture
def plain(browser: Browser, address: str) -> Iterator[Plain]:
    made = Plain(browser, address)
    yield made
    made.context.close()


@pytest.mark.parametrize("tongue", ["", "en", "日本語 (ja)"])
def test_no_question_breaks_a_rule_without_script(plain: Plain, tongue: str) -> None:
    page = plain.page
    if tongue:
        plain.press(f"lang:{tongue}")
    plain.press("next")
    assert page.locator("#error-summary a").count() == 1
    for _screen in range(20):
        if page.url.endswith("/summary"):
            break
        page.evaluate(_CHOOSE)
        wrong = page.locator(f'[name="{W}whole"], [name="{P}trace"]')
        for field in wrong.all():
            field.fill("x")
        assert faults(page) == []
        plain.press("next")
        if page.locator("#error-summary").count():
            assert faults(page) == []
            for field in wrong.all():
                field.fill("")
            plain.press("next")
    assert page.url.endswith("/summary")
    assert faults(page) == []
    plain.press("send")
    assert page.locator(".receipt").count() == 1
    assert faults(page) == []


def test_no_page_of_going_on_elsewhere_breaks_a_rule(plain: Plain, address: str) -> None:
    page = plain.page
    page.evaluate(_CHOOSE)
    plain.press("next")
    plain.press("keep")
    assert faults(page) == []
    page.goto(f"{address}/resume")
    assert faults(page) == []
    page.fill("[name=code]", "WRONG")
    page.click("main form [type=submit]")
    assert page.locator(".error, .error-summary").count() > 0
    assert faults(page) == []


def on_one_page(version: FormVersion) -> None:
    with unit_of_work():
        form = db.session.get(Form, version.form_id)
        assert form is not None
        arrange_page(form=form, one_page=True, device_drafts=True, device_limit="")


def test_all_on_one_page_with_script(browser: Browser, version: FormVersion, address: str) -> None:
    on_one_page(version)
    phone = PhonePage(browser, address)
    assert phone.page.locator("#sheet .screen").count() == 1
    phone.type({W + "whole": "x"})
    phone.next()
    places = [S + "plain", W + "whole"]
    assert [each.partition(" ")[0] for each in phone.errors()] == [f"#question-{each}" for each in places]
    assert faults(phone.page) == []
    phone.fill({S + "plain": "1", W + "whole": "12", "/data/final": "other", "/data/final_other": "别的"})
    assert "别的" in phone.page.inner_text("#summary")
    assert faults(phone.page) == []
    phone.send()
    phone.page.wait_for_selector(".receipt")
    [submission] = rows(Submission)
    answers = submission.answers
    assert (answers["selects"]["plain"], answers["writing"]["whole"]) == ("1", 12)
    assert (answers["final"], answers["final_other"]) == ("other", "别的")
    phone.context.close()
    assert phone.complaints == []


def test_all_on_one_page_without_script(browser: Browser, version: FormVersion, address: str) -> None:
    on_one_page(version)
    plain = Plain(browser, address)
    page = plain.page
    page.fill(f'[name="{W}whole"]', "x")
    plain.press("next")
    assert page.locator("#error-summary a").count() == 2
    assert faults(page) == []
    page.check(f'[name="{S}plain"][value="1"]', force=True)
    page.fill(f'[name="{W}whole"]', "12")
    page.check('[name="/data/final"][value="other"]', force=True)
    plain.press("next")
    page.fill('[name="/data/final_other"]', "别的")
    plain.press("next")
    assert "别的" in page.inner_text("main")
    plain.press("send")
    [submission] = rows(Submission)
    assert (submission.answers["writing"]["whole"], submission.answers["final_other"]) == (12, "别的")
    plain.context.close()
