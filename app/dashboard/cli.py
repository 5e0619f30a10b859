"""`flask exam …`."""

from __future__ import annotations

from flask.cli import AppGroup

group = AppGroup("exam", help="The examination's results.")
