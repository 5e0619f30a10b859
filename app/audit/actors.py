"""Who acts: an opaque id like ``user:3``, ``link:17``, ``job:5`` or ``system:demo``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ACTOR: ContextVar[str] = ContextVar("cityexam_actor", default="system")


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
