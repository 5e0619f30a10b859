"""Errands: small messages to other machines, durable like jobs, but not shown among them.

An errand is known by its kind and the key of the row that says what is to be done and what became of it.
"""

from __future__ import annotations

from collections.abc import Callable

from dbos import DBOS
from flask import current_app

from app.audit import acting_as
from app.db import after_commit
from app.jobs.queue import ERRANDS, queue_workflow, worker_app

ErrandFunction = Callable[[int], None]
_FUNCTIONS: dict[str, ErrandFunction] = {}


def register_errand(kind: str, function: ErrandFunction) -> None:
    """Name the function of a kind: ``function(key)``. It opens and ends its transactions itself.

    After a kill it is run again with the same key, so it must bear that.
    """
    known = _FUNCTIONS.setdefault(kind, function)
    if known is not function:
        raise ValueError(f"the errand kind {kind!r} is registered twice")


def queue_errand(*, kind: str, key: int, delay_s: float = 0) -> None:
    """Queue an errand in the present transaction; it begins after the commit and ``delay_s`` seconds.

    Where jobs run inline, one without delay runs right after the commit, and one with a delay never.
    """
    if kind not in _FUNCTIONS:
        raise LookupError(f"no errand kind {kind!r}")
    if current_app.config["SETTINGS"].jobs != "inline":
        queue_workflow(ERRANDS, "run_errand", f"errand-{kind}-{key}", kind, key, delay_s=delay_s)
    elif not delay_s:
        after_commit(lambda: _run(kind, key))


@DBOS.workflow(name="run_errand")
def run_errand(kind: str, key: int) -> None:
    """The durable workflow of an errand."""
    _step(kind, key)


@DBOS.step(name="run_errand_function")
def _step(kind: str, key: int) -> None:
    with worker_app().app_context():
        _run(kind, key)


def _run(kind: str, key: int) -> None:
    with acting_as(f"system:{kind}"):
        _FUNCTIONS[kind](key)
