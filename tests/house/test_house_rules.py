"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.guards import EVERYBODY, TOKEN
from app.doors import DOORS, OPEN_ENDPOINTS, DoorTable

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for path in (ROOT / "app").rglob("*.py"))

#: Files over 400 lines and functions over 40, each with its reason.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "service", "misc"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_its_functions_stay_short_and_well_named(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400 or name in LONG_FILES
    assert path.stem not in EMPTY_NAMES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 40 or f"{name}:{node.name}" in LONG_FUNCTIONS, f"{node.name}: {length} lines"


def test_listed_exceptions_still_exist() -> None:
    for name in LONG_FILES:
        assert (ROOT / name).exists()
    for name in LONG_FUNCTIONS:
        assert (ROOT / name.partition(":")[0]).exists()


def test_every_route_has_a_door_with_an_audience(app: Flask) -> None:
    table = DoorTable(DOORS)
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            assert table.audience(rule.endpoint, method) is not None, rule.endpoint


def test_every_exception_in_the_doors_names_an_endpoint(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    for door in DOORS:
        for name in door.exceptions:
            assert f"{door.blueprint.name}.{name}" in endpoints


def test_nobody_enters_a_guarded_route_without_signing_in(app: Flask, client: FlaskClient) -> None:
    table = DoorTable(DOORS)
    checked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if table.audience(rule.endpoint, method) in (EVERYBODY, TOKEN):
                continue
            values = dict.fromkeys(rule.arguments, "1")
            address = rule.rule
            for argument in values:
                for converter in ("", "int:", "path:", "string:"):
                    address = address.replace(f"<{converter}{argument}>", "1")
            app.config["WTF_CSRF_ENABLED"] = False
            answer = client.open(address, method=method)
            app.config["WTF_CSRF_ENABLED"] = True
            assert answer.status_code in {302, 401}, f"{method} {address}: {answer.status}"
            if answer.status_code == 302:
                assert "/accounts/log-in" in answer.headers["Location"]
            checked += 1
    assert checked > 10


def test_every_writing_form_of_staff_carries_csrf_protection(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/accounts/log-in", data={"username": "a", "password": "b"})
    assert answer.status_code == 400


def test_layers_hold() -> None:
    done = subprocess.run(
        [str(Path(ROOT / ".venv/bin/lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
