"""Submissions of the demonstration's 75-question form through the OpenRosa door on SQLite.

The floor is a bare endpoint's work: parse the XML, insert the bytes, commit durably.
"""

from __future__ import annotations

import logging
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from flask_migrate import upgrade
from lxml import etree

from app import create_app
from app.audit import acting_as
from app.config import Settings
from app.db import db, unit_of_work
from app.demo.building import lay_ground
from app.demo.catalogues import year_workbook
from app.demo.phones import FormFace, instance_xml
from app.demo.residents import Filled
from app.demo.years import SMALL, Plan, filled_forms, open_wave
from app.indicators.importing import import_catalogue

YEAR = 2024


def run() -> Iterator[str]:
    """Lines of the report."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(environment="testing", instance_dir=folder, secret_key="x" * 40, jobs="inline")
        app = create_app(settings.completed())
        with app.app_context():
            upgrade()
            root_id = lay_ground()
            with unit_of_work(), acting_as("system:benchmark"):
                import_catalogue(content=year_workbook(YEAR), filename="catalogue.xlsx", exam_year=YEAR)
            plan = Plan(1, YEAR, YEAR, root_id, SMALL)
            wave_id, questions, _margins = open_wave(plan)
            face, filled = filled_forms(plan, wave_id, questions)
            bodies = _bodies(face, filled)
            floor = _floor(Path(folder) / "floor.sqlite", [body for _address, body in bodies])
            start, wall = time.process_time(), time.perf_counter()
            client = app.test_client()
            for address, body in bodies:
                data = {"xml_submission_file": (BytesIO(body), "submission.xml")}
                if client.post(address, data=data).status_code != 201:
                    raise RuntimeError("refused")
            taken = (time.process_time() - start) / len(bodies)
            rate = len(bodies) / (time.perf_counter() - wall)
            db.session.remove()
            db.engine.dispose()
    size = sum(len(body) for _address, body in bodies) / len(bodies)
    yield (
        f"ingest, {size / 1000:.1f} kB XML: {taken * 1000:.1f} CPU ms, "
        f"{taken / floor:.1f} × parse, insert, fsync ({floor * 1000:.2f} ms); {rate:.0f} a second, one client"
    )


def _bodies(face: FormFace, filled: list[Filled]) -> list[tuple[str, bytes]]:
    return [
        (f"/k/{each.unit.token}/submission?deviceID=x", instance_xml(face, each, f"uuid:{number}"))
        for number, each in enumerate(filled)
    ]


def _floor(path: Path, bodies: list[bytes]) -> float:
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("create table s (id integer primary key, xml blob)")
    start = time.process_time()
    for body in bodies:
        etree.fromstring(body)
        connection.execute("insert into s (xml) values (?)", (body,))
        connection.commit()
    taken = (time.process_time() - start) / len(bodies)
    connection.close()
    return taken
