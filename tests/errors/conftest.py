"""Doors of each manner that raise what rooms raise."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask, abort, request
from flask.testing import FlaskClient
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields
from sqlalchemy import text

from app.analysis.rasters import RasterError
from app.api import api
from app.db import db
from app.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Place, TooMany, Unavailable
from app.web.setup import csrf
from app.workbooks.faults import ChildFailed

PLACES = [
    Place("value-missing", sheet="区县", cell="C7"),
    Place("not-a-number", {"found": "十"}, row=8, column="面积"),
    Place("unknown-code-of-ours", {"a": 1}, field_name="x"),
]
RAISED: dict[str, Exception] = {
    "invalid": Invalid("file-missing", places=PLACES),
    "not-found": NotFound("not-found"),
    "conflict": Conflict("already-there"),
    "gone": Gone("still-linked"),
    "forbidden": Forbidden("forbidden"),
    "too-many": TooMany("too-many-attempts", retry_after=30),
    "unavailable": Unavailable("busy", retry_after=5),
    "pure": RasterError("raster-many-bands", bands=3),
    "pure-secret": ChildFailed("crashed", {"stderr": "/root/secret/path", "code": "inner", "places": 1}),
    "unshown": Invalid(
        "dataset-kind-unknown",
        found="a\ud800\x00b",
        places=[Place("not-a-number", {"found": "\udfff"}, sheet="\x07", column="c\ud83d")],
    ),
    "crash": RuntimeError("internals at /root/secret/path"),
}


class Body(Schema):
    """A small body."""

    name = fields.String(required=True)
    number = fields.Integer()


def doors(name: str) -> Blueprint:
    """One door that raises on demand."""
    blueprint = Blueprint(f"raising{name.replace('/', '_')}", __name__)

    @blueprint.route("/<what>", methods=["GET", "POST"])
    def fail(what: str) -> Any:
        if what == "null":
            db.session.execute(text("insert into departments (id) values (1)"))
        if what.isdecimal():
            abort(int(what))
        if what == "read":
            return request.get_data()
        if what == "parts":
            return str(len(request.files))
        raise RAISED[what]

    csrf.exempt(blueprint)
    return blueprint


@pytest.fixture
def raising(app: Flask) -> FlaskClient:
    """A client that meets the answers of production."""
    app.testing = False
    app.config["MAX_CONTENT_LENGTH"] = 1000
    for prefix in ("/staff", "/api/v1/raising", "/k/raising", "/s/raising"):
        app.register_blueprint(doors(prefix), url_prefix=prefix)
    checked = ApiBlueprint("checked", __name__)

    @checked.post("/")
    @checked.arguments(Body)
    def take(body: dict[str, Any]) -> Any:
        return body

    csrf.exempt(checked)
    api.register_blueprint(checked, url_prefix="/api/v1/checked")
    return app.test_client()
