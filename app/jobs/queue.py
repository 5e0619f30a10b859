"""The durable queue on dbos, and the inline way for tests and scripts."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig
from flask import Flask, current_app, flash, has_request_context
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit import acting_as, current_actor
from app.db import after_commit, db, unit_of_work, utcnow
from app.errors import Unavailable
from app.errors.edge import as_problem
from app.jobs.facts import plain_json
from app.jobs.leading import LeadsTo, register_leads
from app.jobs.locking import DatabaseLock, FileLock, WorkerLock, one_at_a_time
from app.jobs.models import Job
from app.jobs.progress import Progress
from app.jobs.wording import job_title

log = logging.getLogger(__name__)

JobFunction = Callable[..., dict[str, Any] | None]
_QUEUE_NAME = "cityexam"
#: Small messages to other machines, which may be slow: they wait for no long work, nor it for them.
ERRANDS = "cityexam-errands"
_ERRANDS_AT_ONCE = 4
_FINISHED = ("succeeded", "failed")
_FUNCTIONS: dict[str, JobFunction] = {}
_DAILY: list[str] = []
#: A machine may be off at any hour, so the worker asks every hour what is due.
_HOURLY = "15 * * * *"
_ALMOST_A_DAY = timedelta(hours=23)
_WORKER_APP: list[Flask] = []
_WORKER_LOCK: list[WorkerLock] = []


def init_jobs(app: Flask) -> None:
    """Prepare the queue; the worker itself is started by :func:`start_worker`."""
    app.extensions["cityexam_jobs"] = {"client": None}


def register_job(kind: str, function: JobFunction, *, leads_to: LeadsTo | None = None) -> None:
    """Name the function of a kind: ``function(progress, **arguments) -> facts of the result``.

    ``leads_to`` tells from the arguments and the result which pages show what was made.
    """
    known = _FUNCTIONS.setdefault(kind, function)
    if known is not function:
        raise ValueError(f"the job kind {kind!r} is registered twice")
    if leads_to is not None:
        register_leads(kind, leads_to)


def register_daily(kind: str, function: JobFunction) -> None:
    """Name a kind that takes no arguments and that the worker queues by itself once a day."""
    register_job(kind, function)
    if kind not in _DAILY:
        _DAILY.append(kind)


def enqueue_daily() -> None:
    """Queue the daily kinds that did not run within the last day, in the present transaction."""
    for kind in _DAILY:
        query = select(func.max(Job.created_at)).where(Job.kind == kind, Job.state != "failed")
        last = db.session.execute(query).scalar_one()
        if last is None or last < utcnow() - _ALMOST_A_DAY:
            enqueue(kind=kind)


def enqueue(*, kind: str, title: str = "", arguments: dict[str, Any] | None = None) -> Job:
    """Queue a job in the present transaction: it exists if and only if that commits.

    A kind with words of its own needs no ``title``. Where the very same work still waits, that job
    is returned, and who asked on a page is told.
    """
    if kind not in _FUNCTIONS:
        raise LookupError(f"no job kind {kind!r}")
    one_at_a_time(db.session(), kind)
    waiting = _waiting(kind, arguments or {})
    if waiting is not None:
        if has_request_context():
            flash(_("“%(title)s”已在等待，没有重复提交。", title=job_title(waiting)), "info")
        return waiting
    job = Job(
        kind=kind,
        title=title[:200],
        arguments=arguments or {},
        created_by=current_actor(),
        state="queued",
        progress=0.0,
    )
    db.session.add(job)
    db.session.flush()
    if current_app.config["SETTINGS"].jobs == "inline":
        job_id = job.id
        after_commit(lambda: _run(job_id))
    else:
        queue_workflow(_QUEUE_NAME, "run_job", f"job-{job.id}", job.id)
    return job


def queue_workflow(queue: str, workflow: str, name: str, *arguments: Any, delay_s: float = 0) -> None:
    """Queue a workflow in the present transaction, to begin after ``delay_s`` seconds at the earliest."""
    # The suffix keeps apart those of a database that was emptied while the queue's tables stayed.
    workflow_id = f"{name}-{secrets.token_hex(4)}"
    options: Any = {"queue_name": queue, "workflow_name": workflow, "workflow_id": workflow_id}
    if delay_s:
        options["delay_seconds"] = delay_s
    _client().enqueue_in_transaction(db.session(), options, *arguments)


def worker_app() -> Flask:
    """The application whose jobs this process works off."""
    return _WORKER_APP[0]


def _waiting(kind: str, arguments: dict[str, Any]) -> Job | None:
    """The job of this very work that waits: it will see all there is. One that runs may have read before."""
    if current_app.config["SETTINGS"].jobs == "inline":
        # It runs as soon as it is committed: one that waits was left behind by a crash and never runs.
        return None
    query = select(Job).where(Job.kind == kind, Job.state == "queued").order_by(Job.id)
    waiting = db.session.execute(query).scalars()
    return next((job for job in waiting if job.arguments == arguments), None)


def wait_for(job_id: int, *, seconds: float = 600.0) -> Job:
    """Wait until the job has ended; Unavailable ``job-unfinished`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    title = str(job_id)
    while time.monotonic() < deadline:
        db.session.rollback()
        job = db.session.get(Job, job_id)
        if job is not None and job.state in _FINISHED:
            return job
        title = job_title(job) if job is not None else title
        time.sleep(0.05)
    raise Unavailable("job-unfinished", title=title, seconds=round(seconds), retry_after=60)


def start_worker(app: Flask) -> bool:
    """Launch the durable executor in this process; unfinished jobs of a killed one resume.

    One executor works a queue off: False when another process of this installation does already, on
    this host or (on PostgreSQL) on any other. Two would both take up what the other is still busy with.
    """
    if _WORKER_APP:
        raise RuntimeError("this process works jobs off already")
    lock = _lock(app)
    if lock is None:
        return False
    config: DBOSConfig = {
        "name": "cityexam",
        "system_database_url": app.config["SETTINGS"].database_url,
        "application_version": "1",
        "executor_id": "local",
        "log_level": "WARNING",
        "notification_listener_polling_interval_sec": 1.0,
    }
    _WORKER_APP[:] = [app]
    _WORKER_LOCK[:] = [lock]
    try:
        DBOS(config=config)
        DBOS.launch()
        # One job at a time: jobs write much, and SQLite has one writer.
        DBOS.register_queue(_QUEUE_NAME, global_concurrency=1, polling_interval_sec=0.3)
        DBOS.register_queue(ERRANDS, global_concurrency=_ERRANDS_AT_ONCE, polling_interval_sec=1.0)
        DBOS.apply_schedules(
            [{"schedule_name": "daily", "workflow_fn": run_daily, "schedule": _HOURLY, "context": None}]
        )
    except BaseException:
        stop_worker()
        raise
    return True


def _lock(app: Flask) -> WorkerLock | None:
    """Where the jobs are, there is the lock: in PostgreSQL for all hosts, else beside the SQLite file."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            return DatabaseLock.taken(db.engine)
    return FileLock.taken(Path(app.config["SETTINGS"].instance_dir))


def stop_worker(*, wait_seconds: int = 20) -> None:
    """End the executor of this process, if it has one; a job still running then resumes elsewhere."""
    if not _WORKER_APP:
        return
    DBOS.destroy(destroy_registry=False, workflow_completion_timeout_sec=wait_seconds)
    _WORKER_APP.clear()
    _WORKER_LOCK.pop().release()


def prepare_queue(app: Flask) -> None:
    """Create or upgrade the queue's own tables (after the migrations of the house)."""
    if start_worker(app):
        stop_worker()


@DBOS.workflow(name="run_job")
def run_job(job_id: int) -> None:
    """The one durable workflow: its only step runs the job's function."""
    _step(job_id)


@DBOS.workflow(name="run_daily")
def run_daily(_at: datetime, _context: Any) -> None:
    """Queue what is due today."""
    _daily_step()


@DBOS.step(name="enqueue_daily")
def _daily_step() -> None:
    with _WORKER_APP[0].app_context(), acting_as("system:daily"), unit_of_work():
        enqueue_daily()


@DBOS.step(name="run_job_function")
def _step(job_id: int) -> None:
    with _WORKER_APP[0].app_context():
        _run(job_id)


def _client() -> DBOSClient:
    held = current_app.extensions["cityexam_jobs"]
    if held["client"] is None:
        held["client"] = DBOSClient(system_database_engine=db.engine)
    return held["client"]


def _run(job_id: int) -> None:
    """Run one job to its end. Running it again after a kill is safe: a finished one is left alone."""
    job = db.session.execute(select(Job).where(Job.id == job_id)).scalar_one()
    if job.state in _FINISHED:
        return
    kind, arguments = job.kind, dict(job.arguments)
    with unit_of_work():
        job.state, job.started_at, job.message = "running", utcnow(), None
    with acting_as(f"job:{job_id}"):
        try:
            # What the function wrote and that it has ended stand or fall together.
            with unit_of_work():
                result = _FUNCTIONS[kind](Progress(job_id), **arguments)
                _finish(job_id, state="succeeded", progress=1.0, result=plain_json(result))
        except Exception as error:
            _fail(job_id, kind, error)


def _fail(job_id: int, kind: str, error: Exception) -> None:
    problem = as_problem(error)
    with unit_of_work():
        if problem is None:
            log.error("job %s (%s) failed", job_id, kind, exc_info=error)
            trace = "".join(traceback.format_exception(error))
            _finish(job_id, state="failed", error_code="internal", error_trace=trace)
            return
        facts = plain_json(problem.facts)
        if problem.places:
            facts["places"] = [plain_json(asdict(place)) for place in problem.places]
        _finish(job_id, state="failed", error_code=problem.code, error_facts=facts)


def _finish(job_id: int, **changes: Any) -> None:
    job = db.session.get_one(Job, job_id)
    for name, value in {**changes, "finished_at": utcnow()}.items():
        setattr(job, name, value)
    db.session.flush()
