"""JSON of the room."""

from __future__ import annotations

from flask_smorest import Blueprint

blueprint = Blueprint("surveys_api", __name__, description="surveys")
