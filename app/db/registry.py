"""The declarative base and the extension object that every room's models share."""

from __future__ import annotations

import sqlite3
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of all tables.

    ``__audit__`` says how the audit trail keeps a write of this table: ``full`` (values before
    and after, the default), ``summary`` (one line a transaction, for append-only facts that
    carry their own history) or ``none`` (tables of the trail itself and of sessions).
    """

    __audit__: ClassVar[str] = "full"

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def enforce_sqlite_rules() -> None:
    """Make SQLite as strict and as durable as PostgreSQL, on every connection of the process."""
    if not event.contains(Engine, "connect", _on_connect):
        event.listen(Engine, "connect", _on_connect)


def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    cursor = connection.cursor()
    # FULL makes a commit wait for the disk: a submission that was answered 201 survives power loss.
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
