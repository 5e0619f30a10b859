"""A real server for measuring: gunicorn on a database of its own, and what both cost in CPU."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask_migrate import upgrade
from psycopg import sql

from app import create_app
from app.audit import acting_as
from app.config import Settings
from app.db import db

POSTGRES = os.environ.get("CITYEXAM_TEST_DATABASE", "postgresql://postgres@127.0.0.1:5432/postgres")
# The key signs nothing that is kept.
_KEY = "a key of measurements alone, used nowhere else"
#: Processes of the cluster that work for every database.
_FOR_ALL = ("walwriter", "checkpointer", "background writer")


@dataclass(frozen=True)
class Place:
    """Where a measured application keeps its things."""

    folder: Path
    database_url: str

    @property
    def settings(self) -> Settings:
        """Settings of this process for looking at them."""
        return Settings(
            environment="testing",
            instance_dir=str(self.folder),
            database_url=self.database_url,
            secret_key=_KEY,
        ).completed()

    @property
    def database(self) -> str | None:
        """The name of the PostgreSQL database; None for SQLite."""
        is_file = self.database_url.startswith("sqlite")
        return None if is_file else self.database_url.rpartition("/")[2]


@dataclass(frozen=True)
class Server:
    """A running gunicorn."""

    host: str
    port: int
    pid: int
    place: Place

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        return _children(self.pid)

    def cpu_seconds(self) -> tuple[float, float]:
        """CPU that gunicorn and that the database's processes have used so far."""
        served = sum(_cpu(pid) for pid in [self.pid, *self.workers()])
        database = self.place.database
        return served, sum(_cpu(pid) for pid in _postgres(database)) if database is not None else 0.0


def postgres_runs() -> bool:
    """Whether there is a PostgreSQL server to measure with."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def place(*, postgres: bool, prepare: Callable[[], None]) -> Iterator[Place]:
    """A migrated database, SQLite's or PostgreSQL's, in which ``prepare()`` has made what is measured."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"cityexam_benchmark_{uuid.uuid4().hex[:8]}"
        address = f"sqlite:///{folder}/benchmark.sqlite"
        if postgres:
            _on_server("create database {}", name)
            address = (
                POSTGRES.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"
            )
        made = Place(Path(folder), address)
        try:
            app = create_app(made.settings)
            with app.app_context(), acting_as("system:benchmark"):
                upgrade()
                prepare()
                db.session.remove()
                db.engine.dispose()
            yield made
        finally:
            if postgres:
                _on_server("drop database if exists {} with (force)", name)


@contextmanager
def served(at: Place, *, application: str = "wsgi:app", workers: int = 2) -> Iterator[Server]:
    """Gunicorn with the service's own configuration, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "CITYEXAM_ENVIRONMENT": "production",
        "CITYEXAM_INSTANCE": str(at.folder),
        "CITYEXAM_DATABASE_URL": at.database_url,
        "CITYEXAM_SECRET_KEY": _KEY,
        "WEB_CONCURRENCY": str(workers),
    }
    command = [sys.executable, "-m", "gunicorn", "--log-level", "critical"]
    # Another application brings its own configuration.
    own = "gunicorn.conf.py" if application == "wsgi:app" else f"python:{application.partition(':')[0]}"
    command += ["--config", own]
    command += ["--bind", f"127.0.0.1:{port}", application]
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            _await(f"http://127.0.0.1:{port}/healthz", process)
            yield Server("127.0.0.1", port, process.pid, at)
        finally:
            process.send_signal(signal.SIGTERM)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < ends:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - an address of this machine.
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start: {address}")


def _on_server(statement: str, name: str) -> None:
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL(statement).format(sql.Identifier(name)))  # type: ignore[arg-type]


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in listed]


def _postgres(database: str) -> list[int]:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            title = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if title.startswith("postgres:") and (database in title or any(name in title for name in _FOR_ALL)):
            found.append(int(each.parent.name))
    return found


def _cpu(pid: int) -> float:
    """Seconds that the threads of a process have run so far; 0 when it is gone.

    The kernel counts nanoseconds here; the ticks of its other files would lose most of a short query.
    """
    total = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(each.read_text().split()[0])
        except OSError:
            continue
    return total / 1e9
