"""The demonstration's 75-question form read at ``/v1`` (OData, list, CSV), in a process of its own.

Count: ``BENCHMARK_SUBMISSIONS`` (20,000).
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import event, select

from app.accounts.managing import Grant, add_user
from app.accounts.signing_in import sign_in
from app.audit import acting_as
from app.db import db, unit_of_work
from app.forms.models import Form
from benchmarks.filling import app_in, filled_folder
from benchmarks.timing import peak_megabytes

_PASSWORD = "a benchmark's own"  # noqa: S105 - of an account that lives for a minute.
_ASKED = {
    "the whole table by OData": ".svc/Submissions",
    "a page of 250 by OData": ".svc/Submissions?$top=250&$count=true",
    "the list of submissions": "/submissions",
    "CSV": "/submissions.csv",
    "CSV of all tables": "/submissions.csv.zip",
}


def run() -> Iterator[str]:
    """Lines of the report."""
    count = int(os.environ.get("BENCHMARK_SUBMISSIONS", "20000"))
    logging.disable(logging.INFO)
    with filled_folder(count) as folder:
        with app_in(folder).app_context():
            with unit_of_work(), acting_as("system:benchmark"):
                add_user(username="b", display_name="b", password=_PASSWORD, grants=[Grant("analyst")])
            db.session.remove()
            db.engine.dispose()
        for name, path in _ASKED.items():
            command = [sys.executable, "-m", "benchmarks.central", folder, path]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            rows = 250 if "page" in name else count
            yield (
                f"{name}, {count:,} submissions: {rows / found['wall']:,.0f} rows/s, "
                f"first byte after {found['first']:.2f} s, {found['size']:.1f} MB, {found['statements']} "
                f"statements, peak {found['peak']:.0f} MB ({found['before']:.0f} MB before)"
            )


def _read(folder: str, path: str) -> None:
    """One reading in this process; prints the figures as JSON."""
    logging.disable(logging.INFO)
    app = app_in(folder)
    with app.app_context():
        form = db.session.execute(select(Form)).scalar_one()
        with unit_of_work():
            signed_in = sign_in(username="b", password=_PASSWORD, address="")
        address = f"/v1/projects/{form.root_id or 1}/forms/{form.form_id}{path}"
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    before, start, size, first = peak_megabytes(), time.perf_counter(), 0, 0.0
    header = {"Authorization": f"Bearer {signed_in.session_key}"}
    answer = app.test_client().get(address, headers=header, buffered=False)
    assert answer.status_code == 200, answer.text
    for piece in answer.iter_encoded():
        first = first or time.perf_counter() - start
        size += len(piece)
    figures = {"wall": time.perf_counter() - start, "first": first, "size": size / 1e6}
    answer.close()
    print(json.dumps({**figures, "before": before, "peak": peak_megabytes(), "statements": len(statements)}))


if __name__ == "__main__":
    _read(str(Path(sys.argv[1])), sys.argv[2])
