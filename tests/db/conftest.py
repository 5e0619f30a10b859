"""A small room with doors of every kind, on tables of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, request, stream_with_context
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.accounts.models import Department
from app.config import Settings
from app.db import after_commit, db
from app.errors import Conflict, Invalid
from app.web.setup import csrf

Called = list[str]


def department(code: str) -> Department:
    """One row to write."""
    return Department(code=code, name_zh=f"部门{code}", name_en=code)


def add_doors(made: Flask, called: Called) -> None:
    """The doors of the small room."""
    blueprint = Blueprint("small", __name__)

    @blueprint.route("/small/write/<int:status>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def write(status: int) -> Any:
        db.session.add(department(request.args.get("code", "new")))
        db.session.flush()
        after_commit(lambda: called.append("after commit"))
        return "written", status

    @blueprint.post("/small/<what>")
    def fail(what: str) -> Any:
        db.session.add(department("half"))
        db.session.flush()
        after_commit(lambda: called.append("after commit"))
        if what == "nothing-flushed":
            db.session.add(department("late"))
            return "later"
        if what == "twice":
            # The second row is refused by the database when the request's end commits.
            db.session.add(department("half"))
            return "fine so far"
        if what == "flush-twice":
            db.session.add(department("half"))
            db.session.flush()
        if what == "stream":

            def rows() -> Iterator[str]:
                yield str(db.session.execute(select(func.count()).select_from(Department)).scalar_one())
                db.session.add(department("in the stream"))
                db.session.flush()
                yield " end"

            return Response(stream_with_context(rows()))
        if what == "action-fails":
            after_commit(lambda: called[99].upper() and None)
            after_commit(lambda: called.append("the next one"))
            return "done"
        raise {"invalid": Invalid("file-missing"), "conflict": Conflict("already-there")}.get(
            what, RuntimeError("secret internals")
        )

    csrf.exempt(blueprint)
    made.register_blueprint(blueprint)


@pytest.fixture
def called() -> Called:
    """What ran after commits."""
    return []


@pytest.fixture
def small(app: Flask, called: Called) -> FlaskClient:
    """A client of an application with the small room, answering as in production."""
    app.testing = False
    add_doors(app, called)
    return app.test_client()


@pytest.fixture
def codes(app: Flask) -> Callable[[], list[str]]:
    """The codes of the departments that are really kept."""

    def read() -> list[str]:
        with db.engine.connect() as connection:
            return list(connection.execute(select(Department.code).order_by(Department.code)).scalars())

    return read


@pytest.fixture
def second_app(settings: Settings) -> Flask:
    """Another application of the same process on the same database."""
    return create_app(settings)
