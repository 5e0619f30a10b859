"""Runs the numbered migrations on the application's own engine."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.db import Base, db


def _include(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    # The job queue keeps tables of its own beside ours and upgrades them itself.
    return not (kind == "table" and name is not None and name not in Base.metadata.tables)


def run() -> None:
    """Run inside one transaction; SQLite changes tables by copying them (batch mode)."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=_include,
            render_as_batch=sqlite,
            **{key: value for key, value in options.items() if key != "render_as_batch"},
        )
        if sqlite:
            # A table is changed by copying it and dropping the old one, which rows that point to it would forbid.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                _check_references(connection)
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if lost:
        raise RuntimeError(f"the migration leaves rows that point to nothing: {lost}")


run()
