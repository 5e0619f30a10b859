"""One transaction per request, decided here and nowhere else.

An unsafe method that ends under 400 commits; everything else rolls back. Writers flush.
Scripts and jobs say ``with unit_of_work():``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, request

from app.db.registry import db

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_transactions(app: Flask) -> None:
    """Make the end of each request commit or roll back.

    The hook is registered first, so it runs last: nothing can change the response after the commit.
    """

    @app.after_request
    def end_transaction(response: Response) -> Response:
        if request.method not in _SAFE and response.status_code < 400:
            _commit()
        else:
            _roll_back()
        return response

    @app.teardown_request
    def drop_pending(error: BaseException | None) -> None:
        if error is not None:
            _roll_back()


def after_commit(action: Callable[[], None]) -> None:
    """Run ``action`` once the present transaction is durable; forget it when it rolls back."""
    db.session.info.setdefault("after_commit", []).append(action)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit when the block ends well, roll back when it raises. For scripts and jobs."""
    try:
        yield
    except BaseException:
        _roll_back()
        raise
    _commit()


def _commit() -> None:
    db.session.commit()
    actions = db.session.info.pop("after_commit", [])
    for action in actions:
        action()


def _roll_back() -> None:
    db.session.info.pop("after_commit", None)
    db.session.rollback()
