"""On a phone no page of staff is wider than the window, for no role and in no language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WIDTH = 390
OFFICE = (
    "/ /satisfaction /cross-check /indicators /yardsticks /warnings /map /surveys/ /surveys/design /surveys/1"
    " /reports/ /reports/1/1 /reports/versions/1 /sources/ /sources/1 /assessment/ /assessment/1"
    " /assessment/rules /renewal/ /renewal/areas/1 /renewal/projects /renewal/projects/1 /renewal/work-plans"
    " /areas/ /jobs/ /catalogue/ /catalogue/values/1 /forms/ /forms/1 /forms/1/submissions"
)
PAGES = {
    "exam_office": OFFICE.split(),
    "administrator": ["/accounts/", "/accounts/1", "/audit/", "/nowhere"],
    "analyst": ["/explain/responses/1", "/surveys/"],
    "viewer": ["/", "/renewal/"],
    "department_reporter": ["/", "/reports/"],
    "department_reviewer": ["/reports/", "/warnings"],
    "field_worker": ["/accounts/profile", "/surveys/", "/surveys/1/visits"],
}


def _sign_in(browser: Browser, address: str, log_in: dict[str, str], language: str) -> Page:
    page = browser.new_context(viewport={"width": WIDTH, "height": 844}).new_page()
    page.goto(f"{address}/accounts/log-in?lang={language}")
    page.fill("[name=username]", log_in["username"])
    page.fill("[name=password]", log_in["password"])
    page.click("main button")
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(
    demonstration: Flask, address: str, browser: Browser, language: str
) -> None:
    kept = Path(demonstration.config["SETTINGS"].instance_dir) / "demonstration_access.json"
    log_ins = {each["role"]: each for each in json.loads(kept.read_text(encoding="utf-8"))["log_ins"]}
    wide = {}
    for role, paths in PAGES.items():
        page = _sign_in(browser, address, log_ins[role], language)
        for path in paths:
            page.goto(address + path)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > WIDTH:
                wide[f"{role} {path}"] = width
        page.context.close()
    assert wide == {}
