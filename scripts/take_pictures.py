"""Take the README's pictures of the demonstration that is being served (``make run`` in another terminal)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Overview, one indicator, the map and the survey page."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "access", "--json"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    access = json.loads(told.stdout)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        _desk(browser, access)
        _phone(browser, access)
        browser.close()


def _desk(browser: Browser, access: dict[str, Any]) -> None:
    base = access["base_url"]
    office = next(entry for entry in access["log_ins"] if entry["role"] == "exam_office")
    page = browser.new_page(viewport=DESK, locale="zh-CN")
    page.goto(f"{base}/accounts/log-in")
    page.fill("input[name=username]", office["username"])
    page.fill("input[name=password]", office["password"])
    page.click("main button")
    for name, path in (
        ("overview", "/"),
        ("indicator", "/indicators/2024/EC08"),
        ("map", "/map?level=street"),
    ):
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{name}.png")


def _phone(browser: Browser, access: dict[str, Any]) -> None:
    page = browser.new_page(viewport=PHONE, locale="zh-CN")
    page.goto(next(iter(access["survey_pages"].values())))
    for _screen in range(2):
        page.locator("input[type=radio][value='1']").first.locator("xpath=ancestor::label").click()
        page.click("#sheet .page-actions [type=submit]")
        page.wait_for_load_state()
    page.screenshot(path=IMAGES / "phone.png")


if __name__ == "__main__":
    main()
