"""What the room adds to the frame of every page."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.areas.queries import holds_demonstration
from app.web.setup import add_context


def init_areas(app: Flask) -> None:
    """Mark every page while the database holds an invented city."""
    add_context(app, _context)


def _context() -> dict[str, Any]:
    return {"is_demonstration": holds_demonstration()}
