"""A worker process of the tests, with jobs of its own: ``python -m tests.jobs.worker_process work``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from app import create_app
from app.accounts.models import Department
from app.audit import current_actor
from app.db import db, unit_of_work
from app.errors import Invalid, Place
from app.jobs import (
    Progress,
    queue_errand,
    register_errand,
    register_job,
    start_worker,
    stop_worker,
)

SECONDS = 120.0


def slow(_progress: Progress, *, folder: str) -> dict[str, Any]:
    """Write a row, say that it has begun, and end when it may."""
    db.session.add(Department(code="half", name_zh="半", name_en="half"))
    db.session.flush()
    with Path(folder, "begun").open("a") as handle:
        handle.write(f"{os.getpid()}\n")
    deadline = time.monotonic() + SECONDS
    while not Path(folder, "go").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return {"rows": 1}


def refuse(_progress: Progress) -> dict[str, Any]:
    """Write a row and refuse."""
    db.session.add(Department(code="refused", name_zh="拒", name_en="refused"))
    db.session.flush()
    raise Invalid("area-table-invalid", count=1, places=[Place("value-missing", sheet="区县", cell="C7")])


def errand(key: int) -> None:
    """Leave a row, and come again a second later until there are three."""
    with unit_of_work():
        found = db.session.query(Department).count()
        db.session.add(Department(code=f"{key}-{found}", name_zh=f"{found}", name_en=current_actor()))
        if found < 2:
            queue_errand(kind="test.errand", key=key, delay_s=1)


register_errand("test.errand", errand)
register_job("test.slow", slow)
register_job("test.refuse", refuse)


def main() -> int:
    """Work jobs off until the folder says stop; exit status 3 where another process does already."""
    app = create_app()
    if not start_worker(app):
        return 3
    if sys.argv[1] == "twice":
        try:
            start_worker(app)
        except RuntimeError:
            stop_worker()
            return 0 if start_worker(app) else 4
        return 5
    folder = Path(os.environ["TEST_FOLDER"])
    Path(folder, "working").touch()
    deadline = time.monotonic() + SECONDS
    while not Path(folder, "stop").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    stop_worker()
    return 0


if __name__ == "__main__":
    status = main()
    stop_worker()
    sys.exit(status)
