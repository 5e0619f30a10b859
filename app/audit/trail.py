"""Writes the trail from what the session flushes, so no writer can forget it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session, UOWTransaction

from app.audit.actors import current_actor
from app.audit.models import AuditEntry
from app.db import db, utcnow

#: Values that must not stand in the trail: only that they changed.
_SECRET_WORDS = ("password", "secret", "token", "session_key")
_LONGEST_TEXT = 2000


def init_audit() -> None:
    """Listen to every session of the process (once)."""
    if not event.contains(Session, "after_flush", _after_flush):
        event.listen(Session, "after_flush", _after_flush)


def record_access(*, subject: str, subject_id: object, reason: str | None = None) -> None:
    """Note that the present actor looked at personal data; kept even if the request then fails."""
    _in_own_transaction(_row("access", subject, str(subject_id), None, None, reason))


def record_event(
    *, subject: str, subject_id: object, after: dict[str, Any] | None = None, reason: str | None = None
) -> None:
    """Note something that is no row change (a log-in, an import), in the present transaction."""
    row = _row("event", subject, str(subject_id), None, after, reason)
    db.session.execute(insert(AuditEntry), [row])


def _in_own_transaction(row: dict[str, Any]) -> None:
    with db.engine.begin() as connection:
        connection.execute(insert(AuditEntry), [row])


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    rows: list[dict[str, Any]] = []
    summaries: dict[str, list[str]] = {}
    for action, objects in (("insert", session.new), ("update", session.dirty), ("delete", session.deleted)):
        for each in objects:
            kind = getattr(each, "__audit__", "none")
            if kind == "none" or (action == "update" and not session.is_modified(each)):
                continue
            key = "/".join(str(part) for part in inspect(each).identity or ())
            if kind == "summary":
                summaries.setdefault(f"{each.__tablename__}:{action}", []).append(key)
                continue
            before, after = _before_and_after(each, action)
            rows.append(_row(action, each.__tablename__, key, before, after, None))
    for name, keys in summaries.items():
        table, _, action = name.partition(":")
        after = {"action": action, "rows": len(keys), "first": keys[0], "last": keys[-1]}
        rows.append(_row("summary", table, None, None, after, None))
    if rows:
        session.execute(insert(AuditEntry), rows)


def _row(
    action: str,
    subject: str,
    subject_id: str | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str | None,
) -> dict[str, Any]:
    return {
        "at": utcnow(),
        "actor": current_actor(),
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "before": before,
        "after": after,
        "reason": reason,
    }


def _before_and_after(each: Any, action: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(each)
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        history = state.attrs[name].history
        if action == "update" and not history.has_changes():
            continue
        if action != "insert":
            old = history.deleted[0] if history.deleted else getattr(each, name)
            before[name] = _plain(name, old)
        if action != "delete":
            after[name] = _plain(name, getattr(each, name))
    return (before or None), (after or None)


def _plain(name: str, value: Any) -> Any:
    if any(word in name for word in _SECRET_WORDS):
        return None if value is None else "***"
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[:_LONGEST_TEXT] + "…"
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)
