"""How a lower room tells a higher one, or asks it: a registry that ``create_app`` fills.

Handlers run at once, in the transaction of the publisher, in the order of registration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app

Handler = Callable[..., None]


def init_events(app: Flask) -> None:
    """Give the application an empty registry."""
    app.extensions["cityexam_events"] = {}


def subscribe(app: Flask, event: str, handler: Handler) -> None:
    """Call ``handler(**facts)`` whenever ``event`` is published."""
    app.extensions["cityexam_events"].setdefault(event, []).append(handler)


def publish(event: str, **facts: Any) -> None:
    """Tell everybody who registered; an exception of a handler stops the transaction."""
    for handler in current_app.extensions["cityexam_events"].get(event, []):
        handler(**facts)


def ask(question: str, **facts: Any) -> list[Any]:
    """What everybody who registered for the question answers; who has no answer gives None, left out."""
    handlers = current_app.extensions["cityexam_events"].get(question, [])
    return [answer for handler in handlers if (answer := handler(**facts)) is not None]
