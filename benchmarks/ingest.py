"""Submissions through the OpenRosa door: gunicorn of two workers on PostgreSQL that commits synchronously.

CPU is that of the whole server: gunicorn, the database's own processes and those of its cluster that write.
The floor is the same server with a bare endpoint (``benchmarks.bare``). Counts: ``BENCHMARK_POSTS`` (800).
"""

from __future__ import annotations

import logging
import os
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import text

from app.db import db, unit_of_work
from benchmarks.posting import Post, post_of, publish_survey, send_all
from benchmarks.serving import Place, Server, place, postgres_runs, served

_CLIENTS = (1, 8, 32)
_PHOTO = 200_000
_MOST_CPU_MS = {0: 8.0, _PHOTO: 13.0}


@dataclass
class Survey:
    """What a phone knows of the measured form."""

    path: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Publish the form, and make the table of the bare endpoint."""
        with unit_of_work():
            link = publish_survey()
            self.path = f"/k/{link.token}/submission?deviceID=collect%3Abenchmark"
            self.facts = {"form_id": link.form.form_id, "version": link.form.versions[0].version}
        key = "integer primary key" if db.engine.dialect.name == "sqlite" else "bigserial primary key"
        kind = "blob" if db.engine.dialect.name == "sqlite" else "bytea"
        with unit_of_work():
            db.session.execute(text(f"create table bare (id {key}, xml {kind} not null)"))

    def posts(self, count: int, *, photo: int = 0) -> list[Post]:
        """So many different ones."""
        return [post_of(photo=photo, **self.facts) for _ in range(count)]


def run() -> Iterator[str]:
    """Lines of the report."""
    count = int(os.environ.get("BENCHMARK_POSTS", "800"))
    logging.disable(logging.INFO)
    if postgres_runs():
        survey = Survey()
        with place(postgres=True, prepare=survey.prepare) as at:
            for photo in (0, _PHOTO):
                yield from _on_postgres(at, survey, count // 2 if photo else count, photo=photo)
    else:
        yield "PostgreSQL does not answer (CITYEXAM_TEST_DATABASE): left out"
    survey = Survey()
    with place(postgres=False, prepare=survey.prepare) as at, served(at) as server:
        yield _measure(server, survey.path, survey.posts(count), 32, "SQLite").line


def _on_postgres(at: Place, survey: Survey, count: int, *, photo: int) -> Iterator[str]:
    most = _MOST_CPU_MS[photo]
    with served(at, application="benchmarks.bare:app") as server:
        floor = _measure(server, "/submission", survey.posts(count, photo=photo), 8, "floor")
    yield floor.line
    with served(at) as server:
        for clients in _CLIENTS:
            found = _measure(server, survey.path, survey.posts(count, photo=photo), clients, "PostgreSQL")
            mark = "met" if found.cpu_ms <= most else "missed"
            yield f"{found.line}; {found.cpu_ms / floor.cpu_ms:.1f} × floor; mark {most:.0f} ms {mark}"


@dataclass(frozen=True)
class _Found:
    cpu_ms: float
    line: str


def _measure(server: Server, path: str, posts: list[Post], clients: int, name: str) -> _Found:
    warm, measured = posts[: len(posts) // 8], posts[len(posts) // 8 :]
    send_all(server.host, server.port, path, warm, clients=16)
    before = server.cpu_seconds()
    answered = send_all(server.host, server.port, path, measured, clients=clients)
    own, database = (
        (after - earlier) / len(measured) * 1000
        for earlier, after in zip(before, server.cpu_seconds(), strict=True)
    )
    failed = len(measured) - sum(status == 201 for status in answered.statuses.values())
    if failed:
        raise RuntimeError(f"{name}, {clients} clients: {failed} of {len(measured)} were not answered 201")
    what = f"{len(posts[0].xml) / 1000:.1f} kB" + (" and a photo of 200 kB" if posts[0].photo else "")
    middle = statistics.median(answered.seconds) * 1000
    slow = statistics.quantiles(answered.seconds, n=20)[-1] * 1000
    rate = len(measured) / (sum(answered.seconds) / clients)
    return _Found(
        own + database,
        f"{name}, {what}, {clients} clients: {own + database:.2f} ms of CPU each "
        f"(gunicorn {own:.2f}, database {database:.2f}), {rate:.0f} a second, "
        f"median {middle:.0f} ms, 95 % {slow:.0f} ms, all {len(measured)} answered 201",
    )
