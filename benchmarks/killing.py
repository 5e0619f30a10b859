"""Workers killed under load (SIGKILL, ``BENCHMARK_KILLS``: 20): nothing answered 201 is lost or doubled.

Clients send submissions with a photograph, and send again what got no answer, as phones do; some give up
instead. In the end every 201 must be one row and one whole file, and whatever else is stored whole as well.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from app import create_app
from app.db import db
from app.forms.models import Submission, SubmissionFile
from app.storage import storage
from benchmarks.ingest import Survey
from benchmarks.posting import Post, send, together
from benchmarks.serving import Place, Server, place, postgres_runs, served

_CLIENTS = 8
_PHOTO = 20_000
_GIVES_UP_EVERY = 4
#: Answered before the next kill, so that each meets a server at work.
_ANSWERS_BETWEEN = 30


@dataclass
class _Load:
    """What the clients have sent, and what they were answered."""

    survey: Survey
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    sent: dict[str, Post] = field(default_factory=dict)
    created: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    given_up: set[str] = field(default_factory=set)
    refused: Counter[int] = field(default_factory=Counter)


def run() -> Iterator[str]:
    """Lines of the report; RuntimeError when anything was lost, doubled or left in parts."""
    logging.disable(logging.INFO)
    kills = int(os.environ.get("BENCHMARK_KILLS", "20"))
    for postgres in (True, False):
        name = "PostgreSQL, 2 workers" if postgres else "SQLite, 1 worker"
        if postgres and not postgres_runs():
            yield "PostgreSQL does not answer (CITYEXAM_TEST_DATABASE): left out"
            continue
        survey = Survey()
        with place(postgres=postgres, prepare=survey.prepare) as at:
            load = _Load(survey)
            with served(at, workers=2 if postgres else 1) as server:
                done = _under_load(server, load, kills)
            yield f"{name}: {done} kills, {_compare(at, load)}"


def _under_load(server: Server, load: _Load, kills: int) -> int:
    """Let the clients send while workers are killed; gives the number of kills."""
    done = 0

    def kill() -> None:
        nonlocal done
        try:
            while done < kills:
                _wait_for_answers(load)
                # A kill shall meet any moment of a request; the oldest worker is surely at work.
                time.sleep(random.uniform(0, 0.05))  # noqa: S311 - no secret.
                done += _kill(min(server.workers()))
            _wait_for_answers(load)
        finally:
            load.over.set()

    together([kill, *(lambda: _send_on(server, load) for _ in range(_CLIENTS))])
    return done


def _wait_for_answers(load: _Load) -> None:
    wanted = len(load.created) + _ANSWERS_BETWEEN
    ends = time.monotonic() + 120
    while len(load.created) < wanted:
        if time.monotonic() > ends:
            raise RuntimeError("the server did not come back after a kill")
        time.sleep(0.02)


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _send_on(server: Server, load: _Load) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    number = 0
    while not load.over.is_set():
        [post] = load.survey.posts(1, photo=_PHOTO)
        number += 1
        with load.lock:
            load.sent[post.instance_id] = post
        _send_one(connection, load, post, gives_up=number % _GIVES_UP_EVERY == 0)
    connection.close()


def _send_one(connection: http.client.HTTPConnection, load: _Load, post: Post, *, gives_up: bool) -> None:
    while True:
        try:
            status = send(connection, load.survey.path, post)
        except (OSError, http.client.HTTPException):
            connection.close()
            with load.lock:
                load.broken += 1
                if gives_up:
                    load.given_up.add(post.instance_id)
                    return
            time.sleep(0.05)
            continue
        with load.lock:
            if status == 201:
                load.created[post.instance_id] += 1
                return
            load.refused[status] += 1
        time.sleep(0.05)


def _compare(at: Place, load: _Load) -> str:
    app = create_app(at.settings)
    with app.app_context():
        rows = db.session.execute(select(Submission.id, Submission.instance_id, Submission.digest)).all()
        files = db.session.execute(select(SubmissionFile.submission_id, SubmissionFile.sha256)).all()
        kept = {sha256: storage().path(sha256) for _key, sha256 in files}
        whole = {
            sha256
            for sha256, path in kept.items()
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
        }
        strays = len(list(storage().root.glob("incoming-*")))
        db.session.remove()
        db.engine.dispose()
    stored = Counter(row.instance_id for row in rows)
    with_files = {row.id: [sha256 for key, sha256 in files if key == row.id] for row in rows}
    faults = {
        "lost": [each for each in load.created if stored[each] == 0],
        "doubled": [each for each, count in stored.items() if count > 1],
        "unknown": [each for each in stored if each not in load.sent],
        "changed": [row.instance_id for row in rows if row.digest != _digest(load.sent[row.instance_id].xml)],
        "in parts": [
            row.instance_id
            for row in rows
            if with_files[row.id] != [_digest(load.sent[row.instance_id].photo or b"")]
            or not whole.issuperset(with_files[row.id])
        ],
    }
    told = ", ".join(f"{name} {len(found)}" for name, found in faults.items())
    if any(faults.values()):
        raise RuntimeError(told)
    given_up = sum(stored[each] for each in load.given_up)
    refused = f", answered otherwise and sent again {dict(load.refused)}" if load.refused else ""
    return (
        f"{len(load.sent)} submissions with a photo sent, {len(load.created)} answered 201; "
        f"connections broken {load.broken}{refused}; given up {len(load.given_up)}, of them stored whole "
        f"{given_up}; rows {len(rows)}, unfinished files to be swept {strays}; {told}"
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
