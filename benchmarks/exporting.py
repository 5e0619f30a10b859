"""Submissions of the demonstration's 75-question form to each kind of table, in a process of its own.

Count: ``BENCHMARK_SUBMISSIONS`` (20,000). The floor is csv.writer over tuples that are ready.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, select

from app import create_app
from app.audit import acting_as
from app.config import Settings
from app.db import db, unit_of_work, utcnow
from app.demo.building import lay_ground
from app.demo.catalogues import year_workbook
from app.demo.phones import instance_xml
from app.demo.years import SMALL, Plan, filled_forms, open_wave
from app.forms.exporting import request_export
from app.forms.models import Export, Form, Submission
from app.indicators.importing import import_catalogue
from app.storage import storage
from app.surveys.models import Wave
from app.xforms.answers import read_answers
from app.xforms.instances import read_submission
from app.xforms.parsing import parse_form

YEAR = 2024
_BATCH = 1000


def run() -> Iterator[str]:
    """Lines of the report."""
    count = int(os.environ.get("BENCHMARK_SUBMISSIONS", "20000"))
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        app = _app(folder)
        with app.app_context():
            upgrade()
            _fill(count)
            db.session.remove()
            db.engine.dispose()
        command = [sys.executable, "-m", "benchmarks.exporting", folder]
        for kind in ("csv", "xlsx", "sav", "parquet"):
            told = subprocess.run([*command, kind], check=True, capture_output=True).stdout
            found = json.loads(told)
            yield (
                f"export of {count:,} submissions to {kind}: {count / found['wall']:,.0f} rows/s "
                f"({count / found['seconds']:,.0f} a CPU second), "
                f"peak {found['peak']:.0f} MB ({found['before']:.0f} MB before), {found['size']:.1f} MB; "
                f"{found['seconds'] / found['floor']:.1f} × csv.writer over ready tuples"
            )


def _app(folder: str) -> Flask:
    settings = Settings(environment="testing", instance_dir=folder, secret_key="x" * 40, jobs="inline")
    return create_app(settings.completed())


def _fill(count: int) -> None:
    """Publish the form of the demonstration's wave and give it ``count`` answers of its residents."""
    root_id = lay_ground()
    with unit_of_work(), acting_as("system:benchmark"):
        import_catalogue(content=year_workbook(YEAR), filename="catalogue.xlsx", exam_year=YEAR)
    plan = Plan(1, YEAR, YEAR, root_id, SMALL)
    wave_id, questions, _margins = open_wave(plan)
    face, filled = filled_forms(plan, wave_id, questions)
    form = db.session.get_one(Wave, wave_id).form
    version = form.versions[0]
    definition = parse_form(version.xform)
    bodies = [instance_xml(face, each, f"uuid:{uuid.UUID(int=n)}") for n, each in enumerate(filled)]
    answers = [dict(read_answers(definition, read_submission(body))) for body in bodies]
    facts = {
        "form_id": form.id,
        "version_id": version.id,
        "version_text": version.version,
        "disposition": "complete",
        "channel": "openrosa",
        "received_at": utcnow(),
        "flags": [],
        "findings": [],
        "review_state": "received",
    }
    for start in range(0, count, _BATCH):
        rows: list[dict[str, Any]] = [
            {
                **facts,
                "instance_id": f"uuid:{uuid.UUID(int=number)}",
                "xml": bodies[number % len(bodies)],
                "digest": hashlib.sha256(str(number).encode()).hexdigest(),
                "answers": answers[number % len(answers)],
            }
            for number in range(start, min(count, start + _BATCH))
        ]
        with unit_of_work():
            db.session.execute(insert(Submission), rows)


def _export(folder: str, kind: str) -> None:
    """One export in this process; prints the figures as JSON."""
    logging.disable(logging.INFO)
    with _app(folder).app_context():
        before, start, wall = _peak(), time.process_time(), time.perf_counter()
        with unit_of_work(), acting_as("system:benchmark"):
            form = db.session.execute(select(Form)).scalar_one()
            request_export(form=form, kind=kind, labels=False, split=True, naming="house")
        figures = {"wall": time.perf_counter() - wall, "seconds": time.process_time() - start}
        figures |= {"before": before, "peak": _peak()}
        made = db.session.execute(select(Export).order_by(Export.id.desc()).limit(1)).scalar_one()
        print(json.dumps({**figures, "size": made.size / 1e6, "floor": _floor(form)}))
        db.session.remove()
        db.engine.dispose()


def _floor(form: Form) -> float:
    """CPU seconds of csv.writer for the same rows, ready in memory."""
    with unit_of_work(), acting_as("system:benchmark"):
        request_export(form=form, kind="csv", labels=False, split=True, naming="house")
    made = db.session.execute(select(Export).order_by(Export.id.desc()).limit(1)).scalar_one()
    with zipfile.ZipFile(storage().path(made.sha256)) as archive, archive.open(archive.namelist()[0]) as file:
        lines = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
        ready = [tuple(line) for line in lines]
    with tempfile.TemporaryFile("w", newline="") as target:
        start = time.process_time()
        csv.writer(target).writerows(ready)
        target.flush()
        return time.process_time() - start


def _peak() -> float:
    """Most megabytes this process ever held (what getrusage tells begins with those of its parent)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


if __name__ == "__main__":
    _export(str(Path(sys.argv[1])), sys.argv[2])
