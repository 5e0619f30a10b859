"""Submissions of the demonstration's 75-question form to each kind of table, in a process of its own.

Count: ``BENCHMARK_SUBMISSIONS`` (20,000). The floor is csv.writer over tuples that are ready.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app.audit import acting_as
from app.db import db, unit_of_work
from app.forms.exporting import request_export
from app.forms.models import Export, Form
from app.storage import storage
from benchmarks.filling import app_in, filled_folder
from benchmarks.timing import peak_megabytes


def run() -> Iterator[str]:
    """Lines of the report."""
    count = int(os.environ.get("BENCHMARK_SUBMISSIONS", "20000"))
    logging.disable(logging.INFO)
    with filled_folder(count) as folder:
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


def _export(folder: str, kind: str) -> None:
    """One export in this process; prints the figures as JSON."""
    logging.disable(logging.INFO)
    with app_in(folder).app_context():
        before, start, wall = peak_megabytes(), time.process_time(), time.perf_counter()
        with unit_of_work(), acting_as("system:benchmark"):
            form = db.session.execute(select(Form)).scalar_one()
            request_export(form=form, kind=kind, labels=False, split=True, naming="house")
        figures = {"wall": time.perf_counter() - wall, "seconds": time.process_time() - start}
        figures |= {"before": before, "peak": peak_megabytes()}
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


if __name__ == "__main__":
    _export(str(Path(sys.argv[1])), sys.argv[2])
