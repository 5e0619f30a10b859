"""One executor for one installation, and one asker at a time: locks that die with their holder."""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)

#: Any number that nothing else in the database locks: the letters "city" and "exam".
_KEYS = {"house": 0x63697479, "worker": 0x6578616D}


def one_at_a_time(session: Session, kind: str) -> None:
    """Wait until nobody else is queuing work of this kind; held until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        keys = {"house": _KEYS["house"], "kind": kind}
        session.execute(text("select pg_advisory_xact_lock(:house, hashtext(:kind))"), keys)
    else:
        # SQLite has one writer, and a savepoint makes this transaction the one.
        session.connection().begin_nested().commit()


class WorkerLock(Protocol):
    """What the worker holds while it works."""

    def release(self) -> None:
        """Let another process take it."""


class FileLock:
    """An exclusive lock on a file of the instance folder, held while its descriptor is open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def taken(cls, folder: Path) -> FileLock | None:
        """The lock, or None when another process holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    def release(self) -> None:
        """Let another process take it."""
        os.close(self._descriptor)


class DatabaseLock:
    """An advisory lock of a PostgreSQL session, held while its connection is open, whatever the host."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def taken(cls, engine: Engine) -> DatabaseLock | None:
        """The lock, or None when another process holds it."""
        # In no transaction, or the queue's own tables would wait for it; and never lent to others again.
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        found = connection.execute(text("select pg_try_advisory_lock(:house, :worker)"), _KEYS).scalar_one()
        if not found:
            connection.close()
            return None
        return cls(connection)

    def release(self) -> None:
        """Let another process take it."""
        try:
            # The server notices a closed connection in its own time; who asks next must not wait for that.
            self._connection.execute(text("select pg_advisory_unlock(:house, :worker)"), _KEYS)
        except OperationalError as error:
            logger.warning("the worker's lock went with its connection: %s", error)
        finally:
            self._connection.close()
