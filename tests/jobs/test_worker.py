"""The durable queue, in processes of its own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask, get_flashed_messages

from app import create_app
from app.accounts.models import Department
from app.config import Settings
from app.db import db, unit_of_work
from app.jobs import enqueue, queue_errand, wait_for
from app.jobs.models import Job
from app.jobs.queue import _client
from tests.conftest import ROOT
from tests.jobs import worker_process  # the same kinds of jobs in both processes

POSTGRES = os.environ.get("CITYEXAM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
SECONDS = worker_process.SECONDS


@dataclass
class Installation:
    """An application that queues, and the environment its worker processes run in."""

    app: Flask
    folder: Path
    environment: dict[str, str]

    def worker(self, command: str = "work") -> subprocess.Popen[bytes]:
        """Start a worker process."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.worker_process", command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def begun(self) -> list[str]:
        """Ids of the processes the slow job has begun in."""
        path = self.folder / "begun"
        return path.read_text().split() if path.exists() else []


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/jobs.sqlite"
        return
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server answers at CITYEXAM_TEST_POSTGRES: {error}")
    name = f"cityexam_jobs_{os.getpid()}"
    server.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[arg-type]
    server.execute(f'create database "{name}"')  # type: ignore[arg-type]
    yield f"{POSTGRES.rpartition('/')[0]}/{name}"
    server.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[arg-type]
    server.close()


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation with prepared tables whose jobs are worked off by other processes."""
    variables = {
        "CITYEXAM_ENVIRONMENT": "testing",
        "CITYEXAM_INSTANCE": str(tmp_path / "instance"),
        "CITYEXAM_DATABASE_URL": database,
        "CITYEXAM_SECRET_KEY": "a key for tests alone, never used elsewhere",
        "CITYEXAM_JOBS": "worker",
    }
    environment = {**os.environ, **variables, "TEST_FOLDER": str(tmp_path)}
    made = create_app(Settings.from_environment(variables))
    with made.app_context():
        db.create_all()
        prepared = made.test_cli_runner().invoke(args=["jobs", "prepare"])
        assert prepared.exit_code == 0, prepared.output
        yield Installation(made, tmp_path, environment)
        (tmp_path / "stop").touch()
        db.session.remove()
        db.engine.dispose()


def until(said: Callable[[], object], process: subprocess.Popen[bytes], seconds: float = SECONDS) -> None:
    """Wait for something a process does."""
    deadline = time.monotonic() + seconds
    while not said():
        assert process.poll() is None, process.communicate()[0].decode()[-3000:]
        assert time.monotonic() < deadline, "the worker did not come so far"
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], installation: Installation) -> None:
    """Let a worker stop and see that it stopped well."""
    (installation.folder / "stop").touch()
    output = process.communicate(timeout=SECONDS)[0].decode()
    assert process.returncode == 0, output[-3000:]


def test_killed_job_is_taken_up_again_and_done_once(installation: Installation) -> None:
    with unit_of_work():
        job_id = enqueue(kind="test.slow", title="慢", arguments={"folder": str(installation.folder)}).id
        refused_id = enqueue(kind="test.refuse", title="拒").id
    first = installation.worker()
    until(lambda: len(installation.begun()) == 1, first)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=30)
    db.session.rollback()
    assert db.session.get_one(Job, job_id).state == "running"
    assert db.session.query(Department).count() == 0
    (installation.folder / "go").touch()
    second = installation.worker()
    job = wait_for(job_id, seconds=SECONDS)
    assert (job.state, job.progress, job.result) == ("succeeded", 1.0, {"rows": 1})
    assert job.started_at is not None
    assert job.finished_at is not None
    assert installation.begun() == [str(first.pid), str(second.pid)]
    assert db.session.query(Department).count() == 1
    refused = wait_for(refused_id, seconds=SECONDS)
    assert (refused.state, refused.error_code) == ("failed", "area-table-invalid")
    assert refused.error_facts is not None
    assert refused.error_facts["count"] == 1
    assert refused.error_facts["places"][0]["cell"] == "C7"
    assert db.session.query(Department).count() == 1
    end(second, installation)


def test_job_exists_only_if_its_transaction_commits(installation: Installation) -> None:
    with pytest.raises(RuntimeError, match="no"), unit_of_work():
        enqueue(kind="test.refuse", title="拒")
        raise RuntimeError("no")
    assert db.session.query(Job).count() == 0
    assert _client().list_workflows() == []
    with unit_of_work():
        job_id = enqueue(kind="test.refuse", title="拒").id
    (workflow,) = _client().list_workflows()
    assert workflow.workflow_id.startswith(f"job-{job_id}-")


def test_errand_begins_after_its_commit_and_comes_again_in_its_time(installation: Installation) -> None:
    with pytest.raises(RuntimeError, match="no"), unit_of_work():
        queue_errand(kind="test.errand", key=6)
        raise RuntimeError("no")
    with unit_of_work():
        queue_errand(kind="test.errand", key=7)
    worker = installation.worker()

    def rows() -> list[str]:
        db.session.rollback()
        return [each.code for each in db.session.query(Department).order_by(Department.id)]

    until(lambda: len(rows()) == 3, worker)
    assert rows() == ["7-0", "7-1", "7-2"]
    assert {each.name_en for each in db.session.query(Department)} == {"system:test.errand"}
    end(worker, installation)


def test_one_executor_a_process_and_one_process_an_installation(installation: Installation) -> None:
    first = installation.worker()
    until((installation.folder / "working").exists, first)
    if installation.environment["CITYEXAM_DATABASE_URL"].startswith("postgresql"):
        # Another host has a folder of its own and the same database.
        installation.environment["CITYEXAM_INSTANCE"] = str(installation.folder / "other_host")
    second = installation.worker()
    output = second.communicate(timeout=SECONDS)[0].decode()
    assert second.returncode == 3, output
    work = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    refused = subprocess.run(
        work,
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert refused.returncode == 1
    assert "another process" in refused.stderr
    end(first, installation)
    twice = installation.worker("twice")
    output = twice.communicate(timeout=SECONDS)[0].decode()
    assert twice.returncode == 0, output


def test_another_installation_is_not_hindered(tmp_path: Path) -> None:
    from app.jobs.locking import FileLock

    held = FileLock.taken(tmp_path / "one")
    assert held is not None
    assert FileLock.taken(tmp_path / "one") is None
    other = FileLock.taken(tmp_path / "two")
    assert other is not None
    held.release()
    again = FileLock.taken(tmp_path / "one")
    assert again is not None
    again.release()
    other.release()


def test_settings_of_the_installation_are_those_of_its_workers(installation: Installation) -> None:
    settings: Settings = installation.app.config["SETTINGS"]
    assert replace(settings, jobs="worker") == settings
    assert Settings.from_environment(installation.environment) == settings


def test_work_that_waits_is_not_queued_again_and_work_that_runs_may_be(installation: Installation) -> None:
    with unit_of_work():
        first = enqueue(kind="test.slow", title="试", arguments={"folder": "a"}).id
        other = enqueue(kind="test.slow", title="试", arguments={"folder": "b"}).id
    with unit_of_work():
        assert enqueue(kind="test.slow", title="试", arguments={"folder": "a"}).id == first
    with installation.app.test_request_context(), unit_of_work():
        assert enqueue(kind="test.slow", title="试", arguments={"folder": "a"}).id == first
        assert "没有重复提交" in get_flashed_messages()[0]
    with unit_of_work():
        # What runs may have read its facts before they changed.
        db.session.get_one(Job, first).state = "running"
    with unit_of_work():
        assert enqueue(kind="test.slow", title="试", arguments={"folder": "a"}).id not in {first, other}


def test_four_clicks_at_once_queue_one_job(installation: Installation) -> None:
    def click(_number: int) -> int:
        with installation.app.app_context(), unit_of_work():
            return enqueue(kind="test.slow", title="试", arguments={"folder": "a"}).id

    with ThreadPoolExecutor(4) as clicks:
        assert len(set(clicks.map(click, range(4)))) == 1
