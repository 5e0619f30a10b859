"""What the database refused, in words a reader can use. Everything else it says is an error of ours."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from app.errors.problems import Conflict, Invalid, Problem, Unavailable

_TAKEN = frozenset({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
_LINKED = frozenset({"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"})
_BUSY = frozenset({"40001", "40P01", "55P03", "SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"})
_WAIT_S = 5


def database_problem(error: DBAPIError | OverflowError) -> Problem | None:
    """Conflict for a key already taken or a link broken, Unavailable for a busy or unreachable server,
    Invalid for a value no column can hold; None where a rule of the tables was broken by our own code.
    """
    if isinstance(error, OverflowError):
        # SQLite's own driver says so before the statement is sent, where PostgreSQL answers DataError.
        return Invalid("value-unstorable") if "SQLite INTEGER" in str(error) else None
    name = _name(error.orig)
    if isinstance(error, IntegrityError):
        if name in _TAKEN:
            return Conflict("already-there")
        return Conflict("still-linked") if name in _LINKED else None
    if isinstance(error, DataError):
        return Invalid("value-unstorable")
    if isinstance(error, OperationalError) and (name in _BUSY or error.connection_invalidated):
        return Unavailable("busy", retry_after=_WAIT_S)
    return None


def _name(error: BaseException | None) -> str:
    """The server's own name of the fault: SQLSTATE, or SQLite's."""
    return str(getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or "")
