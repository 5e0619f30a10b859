"""The scripts of questions in a real browser: what they write is what the server keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from app.areas.models import Area
from app.db import db, unit_of_work
from app.forms.models import FormVersion, Submission
from tests.forms.all_types import png
from tests.forms.conftest import link_of
from tests.forms.test_question_types import F, P, S, W, all_types, version
from tests.forms.test_resident import rows

__all__ = ["all_types", "version"]
pytestmark = pytest.mark.browser
CITY = [[117.1, 29.2], [117.3, 29.2], [117.3, 29.4], [117.1, 29.4], [117.1, 29.2]]


@pytest.fixture
def page(app: Flask, version: FormVersion, serve: Callable[[Flask], str], browser: Browser) -> Iterator[Page]:
    with unit_of_work():
        shape = {"type": "Polygon", "coordinates": [CITY]}
        first = date(2020, 1, 1)
        city = Area(code="3602", name_zh="景德镇市", level="city", valid_from=first, source_crs="EPSG:4326")
        city.geometry = shape
        db.session.add(city)
    address = serve(app)
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="zh-CN",
        permissions=["geolocation"],
        geolocation={"latitude": 29.31, "longitude": 117.22, "accuracy": 12},
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    opened.goto(f"{address}/s/{link_of(version.form, 'open').token}")
    # The page's own script has taken over.
    opened.wait_for_selector("#saved:not(:empty)")
    yield opened
    assert complaints == []
    context.close()


def asked(page: Page, place: str) -> Locator:
    return page.locator(f'[id="question-{place}"]')


def onward(page: Page) -> None:
    page.click("#sheet .page-actions [type=submit]")


def choose(page: Page) -> None:
    """Rows, a list that is searched, choices put in order."""
    page.check(f'input[name="{S}plain"][value="1"]', force=True)
    asked(page, S + "seek").locator("input[type=search]").fill("20")
    asked(page, S + "seek").get_by_role("button", name="第20项").click()
    asked(page, S + "many_seek").locator("input[type=search]").fill("第03")
    rows_left = asked(page, S + "many_seek").locator(".answers > li:visible")
    assert rows_left.count() == 1
    rows_left.locator("input").check(force=True)
    order = asked(page, S + "rank")
    assert order.locator("select:visible").count() == 0
    order.get_by_role("button", name="把“噪声”上移").click()
    assert "第 2 位" in order.get_by_role("status").inner_text()
    page.keyboard.press("Enter")


def write(page: Page) -> None:
    """A slider moved by keys, dates in part, a number with its thousands."""
    slide = asked(page, W + "slide")
    assert slide.locator("input").first.input_value() == ""
    slide.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    asked(page, W + "year").locator("input:visible").fill("1958")
    asked(page, W + "month").locator("input:visible").fill("1958-03")
    asked(page, W + "typed").locator("input:visible").fill("1958/3/9")
    asked(page, W + "whole").locator("input").fill("1234567")
    assert asked(page, W + "whole").locator("output").inner_text() == "= 1,234,567"


def locate(page: Page) -> None:
    """Where the phone is; a line and an area tapped on the map."""
    asked(page, P + "point").get_by_role("button", name="使用我的位置").click()
    expect(asked(page, P + "point").locator(f'[name="{P}point#lat"]')).not_to_have_value("")
    for name, taps in (("trace", [(100, 100), (200, 150)]), ("shape", [(100, 100), (200, 100), (200, 200)])):
        question = asked(page, P + name)
        question.get_by_role("button", name="在图上点选").click()
        board = question.locator(".board")
        board.locator(".boundary").wait_for(state="attached")
        for x, y in [*taps, (20, 20)]:
            board.click(position={"x": x, "y": y})
        question.get_by_role("button", name="撤销上一个点").click()
        assert f"已有 {len(taps)} 个点" in question.get_by_role("status").inner_text()


def draw(page: Page, photo: Path) -> None:
    """A signature by pointer, strokes on a picture, a photo made smaller."""
    canvas = asked(page, F + "sign").locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=5)
    page.mouse.up()
    asked(page, F + "sign").get_by_text("已记下").wait_for()
    asked(page, F + "photo").locator("input[type=file]").set_input_files(photo)
    asked(page, F + "photo").get_by_text("图片已缩小").wait_for()
    assert asked(page, F + "photo").locator("img:visible").count() == 1


def test_what_the_scripts_write_is_kept(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "照片 一.png"
    photo.write_bytes(png(1200, 900))
    choose(page)
    onward(page)
    onward(page)
    write(page)
    onward(page)
    locate(page)
    onward(page)
    draw(page, photo)
    for _screen in range(20):
        if not page.is_visible("#sheet"):
            break
        onward(page)
        assert page.locator("#error-summary").count() == 0
    with page.expect_navigation():
        page.click("#summary [data-action=send]")
    [submission] = rows(Submission)
    told: dict[str, Any] = submission.answers
    chosen, written, places = told["selects"], told["writing"], told["places"]
    assert (chosen["seek"], chosen["many_seek"], chosen["rank"]) == ("n20", ["n03"], ["c", "a", "b"])
    assert (written["slide"], written["ticks"], written["whole"]) == (4, None, 1234567)
    assert [written[name] for name in ("year", "month", "typed")] == [
        "1958-01-01",
        "1958-03-01",
        "1958-03-09",
    ]
    assert places["point"] == {"lat": 29.31, "lon": 117.22, "altitude": 0, "accuracy": 12}
    assert len(places["trace"]) == 2
    assert len(places["shape"]) == 4
    assert places["shape"][0] == places["shape"][3]
    assert all(29.1 < each["lat"] < 29.5 and 117 < each["lon"] < 117.4 for each in places["shape"])
    assert {each.content_type for each in submission.files} == {"image/png", "image/jpeg"}
