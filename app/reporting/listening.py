"""What the room wants to hear from below."""

from __future__ import annotations

from flask import Flask


def listen(app: Flask) -> None:
    """Register the room's handlers of events."""
