"""One transaction per request, decided here and nowhere else.

An unsafe method that ends under 400 commits; everything else rolls back. Writers flush.
Scripts and jobs say ``with unit_of_work():``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, request

from app.db.registry import db
from app.errors.edge import before_answer

log = logging.getLogger(__name__)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Action = Callable[[], None]


def init_transactions(app: Flask) -> None:
    """Make the end of each request commit or roll back.

    The hook is registered among the first, so it runs after those of the rooms: nothing of theirs can
    change the response after the commit. A commit that fails is answered like any other problem.
    """
    # A session whose flush failed answers nothing until it is rolled back, and error pages read from it.
    before_answer(app, _roll_back)

    @app.after_request
    def end_transaction(response: Response) -> Response:
        if request.method in _SAFE or response.status_code >= 400:
            _roll_back()
            return response
        try:
            commit()
        except Exception as error:
            _roll_back()
            return app.make_response(app.handle_user_exception(error))
        return response

    @app.teardown_request
    def drop_pending(error: BaseException | None) -> None:
        if error is not None:
            _roll_back()


def after_commit(action: Action) -> None:
    """Run ``action`` once the present transaction is durable; forget it when it rolls back."""
    db.session.info.setdefault("after_commit", []).append(action)


def after_transaction(action: Action) -> None:
    """Run ``action`` when the present transaction has ended, however it ends."""
    db.session.info.setdefault("after_transaction", []).append(action)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit when the block ends well, roll back when it raises. For scripts and jobs."""
    try:
        yield
    except BaseException:
        _roll_back()
        raise
    try:
        commit()
    except BaseException:
        _roll_back()
        raise


def commit() -> None:
    """Make the present transaction durable and start what waited for it.

    For this module and the checkpoints of jobs alone.
    """
    db.session.commit()
    waiting = db.session.info.pop("after_commit", [])
    _end()
    for action in waiting:
        # The transaction stands whatever happens here, so its answer must not turn into a failure.
        try:
            action()
        except Exception:
            log.exception("an action after the commit failed")


def _roll_back() -> None:
    db.session.info.pop("after_commit", None)
    db.session.rollback()
    _end()


def _end() -> None:
    for action in db.session.info.pop("after_transaction", []):
        action()
