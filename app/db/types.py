"""Column types with one meaning on every database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from werkzeug.routing import IntegerConverter, Map

from app.errors.numbers import LARGEST_KEY


def key_of(text: str) -> int | None:
    """The key that a text names; None where it names none that a column can hold."""
    if not text.isdecimal() or len(text) > len(str(LARGEST_KEY)) or int(text) > LARGEST_KEY:
        return None
    return int(text)


def utcnow() -> datetime:
    """The present instant, with its zone."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored as UTC, always read back with its zone; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone, store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back (SQLite forgets it)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class BoundedInteger(IntegerConverter):
    """A number in an address that a key column can hold; a larger one is no address of ours."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(map, *arguments, **{"max": LARGEST_KEY, **options})
