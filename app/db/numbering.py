"""Rows of which the newest is in force: runs, plans. Each has a number in its line, and one is current."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError

from app.db.registry import db
from app.errors import Problem


def add_newest(*, row: Any, line: Sequence[ColumnElement[bool]], meanwhile: Problem) -> None:
    """Add a row as the newest of its line (the rows that ``line`` holds for) and the one in force.

    The row has ``number`` and ``is_current``. Raises ``meanwhile`` when another transaction added one at
    the same time. Two statements and the flush.
    """
    table = type(row)
    latest = db.session.execute(select(func.max(table.number)).where(*line)).scalar() or 0
    db.session.execute(update(table).where(*line, table.is_current.is_(True)).values(is_current=None))
    row.number, row.is_current = latest + 1, True
    db.session.add(row)
    flush_or(meanwhile=meanwhile)


def take_turn(*, under: Any) -> None:
    """Let those who add under the same row go on one after the other, each until its transaction ends.

    A write that changes nothing: it holds the row on PostgreSQL, and on SQLite, where FOR UPDATE does
    nothing, the database. What is read afterwards is what those before have committed. One statement.
    """
    table = type(under).__table__
    db.session.execute(update(table).where(table.c.id == under.id).values(id=table.c.id))


def flush_or(*, meanwhile: Problem) -> None:
    """Write what waits; raise ``meanwhile`` when a unique key says that somebody else was first."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise meanwhile from error
