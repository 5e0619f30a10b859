"""Writes the trail from what the session writes, so no writer can forget it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask import Flask
from sqlalchemy import Column, event, insert, inspect
from sqlalchemy.orm import (
    ColumnProperty,
    InstanceState,
    Mapper,
    ORMExecuteState,
    QueryableAttribute,
    Session,
    UOWTransaction,
)

from app.audit.actors import current_actor, init_actors
from app.audit.models import AuditEntry
from app.audit.values import digest, plain
from app.db import Base, db, utcnow
from app.db.transactions import after_transaction

Row = dict[str, Any]

_GONE = "cityexam_before_delete"
#: Rows of one table that a flush may edit with their values in the trail; what is beyond is summed up.
_MOST_IN_FULL = 500


def init_audit(app: Flask) -> None:
    """Listen to every session of the process (once), and begin each request with nobody acting."""
    init_actors(app)
    if event.contains(Session, "after_flush", _after_flush):
        return
    event.listen(Session, "after_flush", _after_flush)
    event.listen(Session, "do_orm_execute", _on_execute)
    event.listen(Mapper, "before_delete", _before_delete)


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _keep_old_values(class_: type[Base], _key: str, attribute: QueryableAttribute[Any]) -> None:
    # Without this an attribute set before it was loaded would not know the value it replaces.
    if class_.__audit__ != "none" and isinstance(attribute.property, ColumnProperty):
        event.listen(attribute, "set", _nothing, active_history=True)


def _nothing(*_arguments: Any) -> None:
    """Listening is all that is wanted."""


def record_access(*, subject: str, subject_id: object, reason: str | None = None) -> None:
    """Note that the present actor looked at personal data; kept even if the request then fails.

    It is written in a transaction of its own, now, or where SQLite's one writer is this very
    session, as soon as the present transaction has ended.
    """
    row = _row("access", subject, str(subject_id), None, None, reason)
    if _holds_the_only_writer():
        after_transaction(lambda: _in_own_transaction(row))
    else:
        _in_own_transaction(row)


def record_event(
    *, subject: str, subject_id: object, after: dict[str, Any] | None = None, reason: str | None = None
) -> None:
    """Note something that is no row change (a log-in, an import), in the present transaction."""
    row = _row("event", subject, str(subject_id), None, plain("", after), reason)
    db.session.execute(insert(AuditEntry), [row])


def _holds_the_only_writer() -> bool:
    if not db.session().in_transaction():
        return False
    raw = db.session.connection().connection.dbapi_connection
    return isinstance(raw, sqlite3.Connection) and raw.in_transaction


def _in_own_transaction(row: Row) -> None:
    with db.engine.begin() as connection:
        connection.execute(insert(AuditEntry), [row])


def _before_delete(_mapper: Mapper[Any], _connection: Any, each: Any) -> None:
    # After the flush the row is gone, and what was not loaded by then would be lost.
    if getattr(each, "__audit__", "none") != "none":
        state = inspect(each)
        state.info[_GONE] = {name: _kept(state, name, _former(state, name)) for name in _columns(state)}


def _after_flush(session: Session, context: UOWTransaction) -> None:
    rows: list[Row] = []
    summaries: dict[tuple[str, str], list[str]] = {}
    edited: Counter[str] = Counter()
    # The flush's own list knows orphans and rows changed by a relationship; the session's does not.
    for state, (is_delete, only_listed) in sorted(context.states.items(), key=_place_in_table):
        each = state.obj()
        audit = getattr(each, "__audit__", "none")
        if only_listed or each is None or audit == "none":
            continue
        action = "delete" if is_delete else "update" if state.key else "insert"
        if action == "update" and not _changed(state):
            continue
        key = "/".join(str(part) for part in state.mapper.primary_key_from_instance(each))
        edited[each.__tablename__] += action != "insert"
        if audit == "summary" and (action == "insert" or edited[each.__tablename__] > _MOST_IN_FULL):
            state.info.pop(_GONE, None)
            summaries.setdefault((each.__tablename__, action), []).append(key)
            continue
        before, after = _before_and_after(state, action)
        rows.append(_row(action, each.__tablename__, key, before, after, None))
    for (table, action), keys in summaries.items():
        after = {"action": action, "rows": len(keys), "first": keys[0], "last": keys[-1]}
        rows.append(_row("summary", table, None, None, after, None))
    if rows:
        session.execute(insert(AuditEntry), rows)


def _place_in_table(entry: tuple[InstanceState[Any], Any]) -> tuple[str, list[str]]:
    """By table and key, so that equal writes leave equal trails."""
    state = entry[0]
    key = state.mapper.primary_key_from_instance(state.obj())
    return str(state.mapper.local_table), [str(part).zfill(20) for part in key]


def _on_execute(execution: ORMExecuteState) -> Any:
    """Statements over many rows pass the flush by; the trail has a summary of each."""
    mapper = execution.bind_mapper
    if not (execution.is_insert or execution.is_update or execution.is_delete) or mapper is None:
        return None
    if getattr(mapper.class_, "__audit__", "none") == "none":
        return None
    action = "insert" if execution.is_insert else "update" if execution.is_update else "delete"
    given = execution.parameters
    result = execution.invoke_statement()
    rows = len(given) if isinstance(given, list) else max(0, getattr(result, "rowcount", 0))
    if rows:
        after = {"action": action, "rows": rows}
        entry = _row("summary", mapper.class_.__tablename__, None, None, after, None)
        execution.session.execute(insert(AuditEntry), [entry])
    return result


def _row(
    action: str,
    subject: str,
    subject_id: str | None,
    before: Row | None,
    after: Row | None,
    reason: str | None,
) -> Row:
    return {
        "at": utcnow(),
        "actor": current_actor()[:80],
        "action": action,
        "subject": subject[:80],
        "subject_id": None if subject_id is None else subject_id[:80],
        "before": before,
        "after": after,
        "reason": reason if reason is None else reason[:500],
    }


def _changed(state: InstanceState[Any]) -> bool:
    return any(state.attrs[name].history.has_changes() for name in _columns(state))


def _columns(state: InstanceState[Any]) -> Iterable[str]:
    # What is computed from other tables is nobody's write here.
    return [a.key for a in state.mapper.column_attrs if isinstance(a.columns[0], Column)]


def _former(state: InstanceState[Any], name: str) -> Any:
    history = state.attrs[name].history
    return history.deleted[0] if history.deleted else getattr(state.obj(), name)


def _kept(state: InstanceState[Any], name: str, value: Any) -> Any:
    """The value as the trail keeps it; of what is too large to be loaded unasked, a digest."""
    return digest(value) if state.mapper.column_attrs[name].deferred else plain(name, value)


def _before_and_after(state: InstanceState[Any], action: str) -> tuple[Row | None, Row | None]:
    if action == "delete":
        return state.info.pop(_GONE, None), None
    before: Row = {}
    after: Row = {}
    for name in _columns(state):
        if action == "update" and not state.attrs[name].history.has_changes():
            continue
        if action == "update":
            before[name] = _kept(state, name, _former(state, name))
        after[name] = _kept(state, name, getattr(state.obj(), name))
    return (before or None), (after or None)
