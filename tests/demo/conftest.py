"""A small demonstration, built through the real doors, shared by the tests of a module."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from cities import built, summary_of
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration of seed 1."""
    with built(tmp_path_factory.mktemp("demonstration"), 1) as app:
        # Taken before a test changes anything.
        app.config["FIRST_SUMMARY"] = summary_of(app)
        yield app


@pytest.fixture(scope="module")
def build_another(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    """Builds one more city and gives its summary."""

    def another(seed: int) -> str:
        with built(tmp_path_factory.mktemp(f"seed{seed}"), seed) as app:
            return summary_of(app)

    return another


@pytest.fixture(scope="module")
def address(demonstration: Flask) -> Iterator[str]:
    """Where the demonstration is served while a module's tests run."""
    server = make_server("127.0.0.1", 0, demonstration, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser."""
    found = (
        os.environ.get("CITYEXAM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()
