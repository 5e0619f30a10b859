"""What a phone loads for a survey of 36 questions, all of it, compressed."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app.db import unit_of_work
from app.forms.compiling import compile_form
from app.forms.publishing import publish
from app.web.packs import PACKS, is_current
from tests.forms.conftest import link_of

#: With the scripts of its questions (a place, photos, a slider, an order).
_MOST_BYTES = 25_600
#: As residents come: what is said of unencrypted pages is not sent.
_BASE = "https://localhost"


def test_packs_are_made_from_the_present_sources() -> None:
    assert [name for name in PACKS if not is_current(name)] == [], "run scripts/pack_frontend.py"


def test_the_survey_of_36_questions_is_small(app: Flask, client: FlaskClient, forms_folder: Path) -> None:
    workbook = (forms_folder / "satisfaction_36.xlsx").read_bytes()
    xform = compile_form(workbook, "xlsx", "survey").xform.encode()
    with unit_of_work():
        version = publish(content=xform, filename="survey.xml")
    start = f"/s/{link_of(version.form, 'open').token}"
    loaded: dict[str, int] = {}
    waiting = [start, "/s/worker.js"]
    while waiting:
        address = waiting.pop()
        if address in loaded:
            continue
        answer = client.get(address, base_url=_BASE, headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
        loaded[address] = len(answer.data)
        if address == start:
            plain = client.get(address, base_url=_BASE).get_data(as_text=True)
            waiting += re.findall(r'(?:src|href)="(/s/pack/[^"]+)"', plain)
    assert len(loaded) == 5
    assert sum(loaded.values()) <= _MOST_BYTES, loaded
