"""Whether the process lives and whether it can work."""

from __future__ import annotations

import logging

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db import db

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers too; 503 while it does not."""
    try:
        db.session.execute(text("select 1"))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return jsonify(status="no database"), 503
    return jsonify(status="ready")
