"""Long work of the room."""

from __future__ import annotations


def register_jobs() -> None:
    """Name the room's job kinds."""
