"""Reading the trail as it is really kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.db import db

Entries = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def entries(app: Flask) -> Entries:
    """Entries of a subject (and action), oldest first, through a connection of their own."""

    def read(subject: str, action: str | None = None) -> list[dict[str, Any]]:
        table = AuditEntry.__table__
        query = select(table).where(table.c.subject == subject).order_by(table.c.id)
        if action is not None:
            query = query.where(table.c.action == action)
        with db.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    return read
