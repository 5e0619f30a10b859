"""What only a browser can tell: size of targets, width of pages, maps under their policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, Response, render_template, url_for
from look import FRAME, RESIDENT, STAFF, bare_app
from playwright.sync_api import Browser, Page
from test_maps import AREAS, VALUES

from app.web.maps import folium_map, map_policy, with_nonce

pytestmark = pytest.mark.browser
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'"


def pages() -> Flask:
    app = bare_app()
    faults = [{"id": "question-mode", "message": "请至少选一项"}]
    app.add_url_rule("/staff", "staff", lambda: render_template("staff.html", **FRAME, **STAFF))
    app.add_url_rule(
        "/resident",
        "resident",
        lambda: render_template("resident.html", **{**FRAME, **RESIDENT, "errors": faults}),
    )

    def map_document() -> Response:
        html = folium_map(
            areas=AREAS, values=VALUES, address=lambda name: url_for("static", filename=name), title="覆盖率"
        )
        return Response(with_nonce(html, "n0nce"), headers={"Content-Security-Policy": map_policy("n0nce")})

    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    app.add_url_rule("/map", "map", map_document)
    app.after_request(harden)
    return app


@pytest.fixture(scope="module")
def address(serve: Callable[[Flask], str]) -> str:
    return serve(pages())


def opened(browser: Browser, address: str, *, width: int, complaints: list[str]) -> Page:
    """Open a page; console errors, failed answers and requests to other hosts are complaints."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    host = address.rpartition("/")[0]
    page.on(
        "request", lambda request: None if request.url.startswith(host) else complaints.append(request.url)
    )
    page.goto(address)
    return page


def test_a_resident_can_hit_every_target_on_a_small_phone(browser: Browser, address: str) -> None:
    complaints: list[str] = []
    page = opened(browser, f"{address}/resident", width=320, complaints=complaints)
    sizes = page.eval_on_selector_all(
        "main a, main button, main .answer, main input[type=number], main textarea, .language a",
        "all => all.map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])",
    )
    assert len(sizes) >= 12
    assert [size for size in sizes if size[1] < 48] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"
    page.locator("label.answer", has_text="很不满意").click(position={"x": 250, "y": 5})
    assert page.locator("input[name=sc01][value='1']").is_checked()
    assert complaints == []
    page.close()


@pytest.mark.parametrize("width", [1280, 800, 400])
def test_a_staff_page_fits_its_window(browser: Browser, address: str, width: int) -> None:
    complaints: list[str] = []
    page = opened(browser, f"{address}/staff", width=width, complaints=complaints)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []
    page.close()


def test_digits_of_a_column_stand_below_one_another(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}/staff", width=1280, complaints=[])
    edges = page.eval_on_selector_all(
        ".data-table tbody td:nth-child(2) .figure-value",
        "all => all.map(one => one.getBoundingClientRect().right)",
    )
    assert len(edges) == 4
    assert max(edges) - min(edges) < 1
    page.close()


def test_a_map_draws_its_areas_under_its_policy_and_explains_one(browser: Browser, address: str) -> None:
    complaints: list[str] = []
    page = opened(browser, f"{address}/map", width=900, complaints=complaints)
    assert page.locator("path.area").count() == 4
    assert (
        page.locator("path.area.missing").evaluate("one => getComputedStyle(one).fill") == 'url("#no-data")'
    )
    page.locator("path.area.step-1").click()
    link = page.locator(".leaflet-popup a[target=_top]")
    assert link.get_attribute("href") == "/why?area=1"
    assert link.inner_text() == "甲街道"
    assert complaints == []
    page.close()
