"""The pages of two other form clients: built from npm, served compressed and from memory."""

from __future__ import annotations

import gzip
import mimetypes
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from waitress.server import create_server

SOURCES = Path(__file__).parent / "peers"
BUILDS = Path(__file__).parent.parent / "build" / "peers"
_ENKETO_PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>enketo-core</title>
<link rel="stylesheet" href="page.css"></head>
<body><div class="main"><article class="paper">{form}</article></div>
<script type="text/xml" id="model">{model}</script><script src="page.js" defer></script></body></html>"""


def missing() -> str | None:
    """Why the peers cannot be built here; None when they can."""
    return None if shutil.which("npm") else "no npm on this machine: the peers are left out"


def build_enketo(browser: Browser, xform: str) -> Path:
    """The page of enketo-core with its own transformation of the form; its folder."""
    folder = _installed("enketo")
    target = BUILDS / "enketo"
    _command(["node", "build.mjs", str(target)], folder)
    page = browser.new_page()
    page.goto("about:blank")
    page.add_script_tag(path=target / "transform.js")
    made: dict[str, str] = page.evaluate("xform => window.transformForm(xform)", xform)
    page.close()
    (target / "transform.js").unlink()
    (target / "index.html").write_text(_ENKETO_PAGE.format(form=made["form"], model=made["model"]))
    return target


def build_web_forms(xform: str) -> Path:
    """The page of ODK Web Forms; its folder."""
    folder = _installed("webforms")
    target = BUILDS / "webforms"
    _command(["node_modules/.bin/vite", "build", "--emptyOutDir", "--outDir", str(target)], folder)
    (target / "form.xml").write_text(xform)
    return target


def _installed(name: str) -> Path:
    """The folder of a peer with its packages."""
    folder = BUILDS / f"{name}-source"
    shutil.copytree(SOURCES / name, folder, dirs_exist_ok=True)
    if not (folder / "node_modules").exists():
        _command(["npm", "install", "--no-audit", "--no-fund", "--silent"], folder)
        _command(["node", "node_modules/esbuild/install.js"], folder)
    return folder


def _command(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder's files while the block runs; the address."""
    files = {
        f"/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    packed = {name: gzip.compress(content, 9) for name, content in files.items()}

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        name = environ["PATH_INFO"]
        name = "/index.html" if name == "/" else name
        if name not in packed:
            start("404 Not Found", [])
            return [b""]
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        start("200 OK", [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Encoding", "gzip")])
        return [packed[name]]

    server = create_server(application, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/"
    finally:
        server.close()
