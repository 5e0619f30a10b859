"""The survey page of 36 questions on a slow phone, beside enketo-core and ODK Web Forms, runs interleaved.

Chromium at 390 × 844 with the CPU slowed four times and nothing cached, on each of two networks that are
called "fast 3G": that of DevTools, where every answer waits 0.56 s, and that of WebPageTest with 0.15 s.
A first question is usable when it is seen and an answer would be kept: at once on a page whose form the
browser itself can send; after the start of the engine where the engine keeps the answers.
``BENCHMARK_RUNS`` (5) runs of each; medians. All bytes of the wire count, also later ones.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask_migrate import upgrade
from playwright.sync_api import Browser, CDPSession, sync_playwright

from app.audit import acting_as
from app.db import unit_of_work
from app.forms.links import make_link
from app.forms.publishing import publish
from benchmarks import phone_peers
from benchmarks.filling import app_in

ROOT = Path(__file__).parent.parent
WORKBOOK = Path(os.environ.get("CITYEXAM_SHARED", "../shared")) / "reference/forms/satisfaction_36.xlsx"
#: Bytes a second and milliseconds.
NETWORKS = {
    "DevTools": {"downloadThroughput": 188743.68, "uploadThroughput": 86400, "latency": 562.5},
    "WebPageTest": {"downloadThroughput": 200000, "uploadThroughput": 96000, "latency": 150},
}
SLOWER = 4
_LONGEST_SECONDS = 120
#: Notes when the first question is seen; where an engine keeps the answers, not before its own word.
_WATCH = """(() => {
  const look = () => {
    const ready = !window.needsEngine || document.documentElement.dataset.usable;
    const fields = document.querySelectorAll("input:not([type=hidden]), select, textarea");
    const seen = Array.from(fields).some(one => (one.closest("label") || one).getClientRects().length);
    if (ready && seen) requestAnimationFrame(() => { window.usableAt = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""


def run() -> Iterator[str]:
    """Lines of the report."""
    if not WORKBOOK.exists():
        yield f"{WORKBOOK} is not there: nothing to open"
        return
    runs = int(os.environ.get("BENCHMARK_RUNS", "5"))
    with sync_playwright() as playwright, ExitStack() as stack:
        program = os.environ.get("CITYEXAM_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        address, xform = stack.enter_context(_ours())
        pages = {"ours": address}
        reason = phone_peers.missing()
        if reason:
            yield reason
        else:
            pages["enketo-core"] = stack.enter_context(
                phone_peers.served(phone_peers.build_enketo(browser, xform))
            )
            pages["ODK Web Forms"] = stack.enter_context(
                phone_peers.served(phone_peers.build_web_forms(xform))
            )
        for called, network in NETWORKS.items():
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
            for _ in range(runs):
                for name, target in pages.items():
                    found[name].append(_opened(browser, target, network, engine=name == "enketo-core"))
            yield f"fast 3G of {called}"
            yield from _lines(found)


def _lines(found: dict[str, list[tuple[float, float]]]) -> Iterator[str]:
    middle = {name: statistics.median(seconds for seconds, _kb in rows) for name, rows in found.items()}
    for name, rows in found.items():
        spread = f"{min(rows)[0]:.2f}–{max(rows)[0]:.2f}"
        ratio = "" if name == "ours" else f", {middle[name] / middle['ours']:.1f} × ours"
        size = statistics.median(kb for _seconds, kb in rows)
        usable = f"first question usable after {middle[name]:.2f} s ({spread}){ratio}"
        yield f"{name}: {usable}; {size:.1f} kB on the wire"


def _opened(
    browser: Browser, address: str, network: Mapping[str, float], *, engine: bool
) -> tuple[float, float]:
    """Seconds until the first question is usable, and kB on the wire until the page is quiet."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", is_mobile=True)
    page = context.new_page()
    page.add_init_script(f"window.needsEngine = {'true' if engine else 'false'};{_WATCH}")
    session = context.new_cdp_session(page)
    received = _count_bytes(session)
    session.send("Network.emulateNetworkConditions", {"offline": False, **network})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit", timeout=_LONGEST_SECONDS * 1000)
    # Asked from outside: a strict policy lets no text be evaluated in the page.
    until = time.monotonic() + _LONGEST_SECONDS
    while not (usable := page.evaluate("window.usableAt")):
        if time.monotonic() > until:
            raise RuntimeError(f"no question at {address}")
        time.sleep(0.1)
    page.wait_for_load_state("networkidle", timeout=_LONGEST_SECONDS * 1000)
    context.close()
    return usable / 1000, sum(received) / 1000


def _count_bytes(session: CDPSession) -> list[float]:
    received: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    return received


@contextmanager
def _ours() -> Iterator[tuple[str, str]]:
    """Serve the form from a city of its own; the address of its open link, and its XForm."""
    with tempfile.TemporaryDirectory() as folder:
        with app_in(folder).app_context():
            upgrade()
            with unit_of_work(), acting_as("system:benchmark"):
                version = publish(content=WORKBOOK.read_bytes(), filename=WORKBOOK.name, state="open")
                token = make_link(form=version.form, kind="open", label="", limit=None).token
                xform = version.xform.decode()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            base = f"127.0.0.1:{free.getsockname()[1]}"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "gunicorn.conf.py",
            "--bind",
            base,
            "wsgi:app",
        ]
        told = os.environ | {"CITYEXAM_INSTANCE": folder, "CITYEXAM_JOBS": "inline"}
        with subprocess.Popen(command, cwd=ROOT, env=told, stderr=subprocess.DEVNULL) as server:
            try:
                _wait(f"http://{base}/healthz")
                yield f"http://{base}/s/{token}", xform
            finally:
                server.terminate()


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address).close()  # noqa: S310
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nobody answers at {address}")
