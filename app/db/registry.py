"""The declarative base and the extension object that every room's models share."""

from __future__ import annotations

import sqlite3
import time
from typing import Any, ClassVar

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, Pool

_IDLE_SINCE = "cityexam_idle_since"
_ASKED_AFTER_S = 1.0


class Base(DeclarativeBase):
    """Base of all tables.

    ``__audit__`` says how the audit trail keeps a write of this table: ``full`` (values before
    and after, the default), ``summary`` (of what is added one line a transaction, for facts that come
    by the thousand; what is edited or deleted is kept as in ``full``) or ``none`` (tables of the trail
    itself and of sessions).
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


def engine_options(address: str) -> dict[str, Any]:
    """How the pool of an address behaves: a server may restart, and a trail entry takes a second
    connection while the request holds its own.
    """
    # Whether a connection still lives is asked at check-out, as below.
    if address.startswith("sqlite"):
        return {}
    return {"pool_size": 10, "max_overflow": 20}


def enforce_sqlite_rules() -> None:
    """Make SQLite as strict and as durable as PostgreSQL, on every connection of the process."""
    if not event.contains(Engine, "connect", _on_connect):
        event.listen(Engine, "connect", _on_connect)
        event.listen(Engine, "savepoint", _before_savepoint)
        event.listen(Pool, "checkin", _on_checkin)
        event.listen(Pool, "checkout", _on_checkout)


def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    cursor = connection.cursor()
    # FULL makes a commit wait for the disk: a submission that was answered 201 survives power loss.
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_IDLE_SINCE] = time.monotonic()


def _on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that has been idle whether its server is still there; the pool then makes another.

    One that was used just now is not asked: two more messages for each request of a busy server would be
    to no purpose, for no server restarts so quickly.
    """
    if isinstance(connection, psycopg.Connection):
        idle = time.monotonic() - record.info.get(_IDLE_SINCE, 0.0)
        if idle > _ASKED_AFTER_S and not _is_alive(connection):
            raise DisconnectionError


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error:
        return False
    return True


def _before_savepoint(connection: Connection, _name: str) -> None:
    # The driver begins a transaction at the first write only. A savepoint before that would be the
    # transaction itself: its release would commit, and a refusal later could not take it back.
    raw = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
