"""Who acts: an opaque id like ``user:3``, ``link:17``, ``job:5`` or ``system:demo``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import Flask, request

_ACTOR: ContextVar[str] = ContextVar("cityexam_actor", default="system")
_TOKEN = "cityexam.actor"  # noqa: S105 - a key of the request's environment, no secret


def init_actors(app: Flask) -> None:
    """Begin each request with nobody: a server's thread serves many, one after the other."""

    @app.before_request
    def begin() -> None:
        request.environ[_TOKEN] = _ACTOR.set("visitor")

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        token = request.environ.pop(_TOKEN, None)
        if token is not None:
            _ACTOR.reset(token)


def current_actor() -> str:
    """The actor of this request, job or script."""
    return _ACTOR.get()


def set_actor(actor: str) -> None:
    """Name the actor of what follows in this request."""
    _ACTOR.set(actor)


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Name the actor of a block."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)
