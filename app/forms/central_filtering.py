"""``$filter`` of OData as a condition of the database: for scripts and Power BI's incremental refresh."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, func, literal, not_, or_
from sqlalchemy.sql.sqltypes import NullType

from app.db import UtcDateTime, db, utcnow
from app.errors import Problem
from app.forms.central_actors import place_of_submitter
from app.forms.central_reading import Columns

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+)|(?P<word>[\w$@][\w$@./]*)|(?P<sign>[(),]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_PARTS = frozenset({"year", "month", "day", "hour", "minute", "second"})
#: In the tables of repeats the fields of the submission are named from the root.
_BEFORE_FIELDS = "$root/Submissions/"
_LONGEST, _DEEPEST = 2000, 20
_STATES = {"hasIssues": "has_issues"}
_NULL = object()


def condition(text: str, columns: Columns) -> ColumnElement[bool]:
    """The condition that a filter means; Problem ``odata-filter`` where it cannot be read.

    Fields: ``__system/`` submissionDate, updatedAt, reviewState, submitterId. Signs: lt le eq ne ge gt,
    and or not, brackets, now(), year() to second() (in UTC).
    """
    if len(text) > _LONGEST:
        raise Problem("odata-filter", found=text[:80])
    return _Reader(text, columns).whole()


class _Reader:
    """Reads a filter from left to right."""

    def __init__(self, text: str, columns: Columns) -> None:
        self._text, self._columns, self._depth = text, columns, 0
        self._tokens = list(self._split())
        self._at = 0

    def _split(self) -> list[tuple[str, str]]:
        found, position = [], 0
        while position < len(self._text.rstrip()):
            match = _TOKEN.match(self._text, position)
            if match is None:
                raise self._unreadable(self._text[position:])
            found.append((match.lastgroup or "", match[match.lastgroup or ""]))
            position = match.end()
        return found

    def whole(self) -> ColumnElement[bool]:
        """The condition of all that is written."""
        found = self._either()
        if self._at < len(self._tokens):
            raise self._unreadable(self._tokens[self._at][1])
        return found

    def _either(self) -> ColumnElement[bool]:
        found = [self._both()]
        while self._take("word", "or"):
            found.append(self._both())
        return or_(*found)

    def _both(self) -> ColumnElement[bool]:
        found = [self._single()]
        while self._take("word", "and"):
            found.append(self._single())
        return and_(*found)

    def _single(self) -> ColumnElement[bool]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._unreadable("(")
        try:
            if self._take("word", "not"):
                return not_(self._single())
            if self._take("sign", "("):
                found = self._either()
                self._need(")")
                return found
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> ColumnElement[bool]:
        left = self._operand()
        kind, word = self._next()
        if kind != "word" or word not in _COMPARISONS:
            raise self._unreadable(word)
        right = self._operand()
        return _compared(word, left, right) if _is_field(left) else _compared(_TURNED[word], right, left)

    def _operand(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "moment":
            return self._moment(text)
        if kind == "number":
            return int(text)
        if kind == "word":
            return self._word(text)
        raise self._unreadable(text)

    def _word(self, text: str) -> Any:
        if text == "null":
            return _NULL
        if text == "now":
            self._need("(")
            self._need(")")
            return utcnow()
        if text in _PARTS:
            self._need("(")
            inner = self._operand()
            self._need(")")
            if not isinstance(inner, ColumnElement) or not isinstance(inner.type, UtcDateTime):
                raise self._unreadable(text)
            return extract(text, _in_utc(inner))
        return self._field(text)

    def _field(self, text: str) -> Any:
        columns = self._columns
        known = {
            "__system/submissionDate": columns.submitted_at,
            "__system/updatedAt": columns.updated_at,
            "__system/reviewState": columns.review_state,
            "__system/submitterId": columns,
        }
        found = known.get(text.removeprefix(_BEFORE_FIELDS))
        if found is None:
            raise Problem("odata-field", found=text[:80], expected=list(known))
        return found

    def _moment(self, text: str) -> datetime:
        try:
            if "T" not in text:
                return datetime.combine(date.fromisoformat(text), time(), UTC)
            found = datetime.fromisoformat(text)
            # At the ends of the calendar a moment of another zone has no time in UTC.
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self._unreadable(text) from error

    def _take(self, kind: str, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == (kind, text):
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._take("sign", sign):
            raise self._unreadable(self._next()[1])

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._unreadable("")
        self._at += 1
        return self._tokens[self._at - 1]

    def _unreadable(self, where: str) -> Problem:
        return Problem("odata-filter", found=where[:80] or self._text[-80:])


_TURNED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


def _is_field(operand: Any) -> bool:
    return isinstance(operand, ColumnElement | Columns)


def _in_utc(column: ColumnElement[Any]) -> ColumnElement[Any]:
    # SQLite keeps UTC as it is; PostgreSQL would take the parts in the zone of the connection.
    return func.timezone("UTC", column) if db.engine.dialect.name == "postgresql" else column


def _compared(word: str, field: Any, value: Any) -> ColumnElement[bool]:
    if isinstance(field, Columns):
        return _by_submitter(word, field, value)
    if not isinstance(field, ColumnElement) or isinstance(value, ColumnElement | Columns):
        raise Problem("odata-filter", found=word)
    if value is _NULL and word not in {"eq", "ne"}:
        raise Problem("odata-filter", found="null")
    if isinstance(field.type, UtcDateTime):
        fits = isinstance(value, datetime) or value is _NULL
    elif isinstance(field.type, NullType) or field.type.python_type is int:
        fits = isinstance(value, int)
    else:
        fits = isinstance(value, str) or value is _NULL
        # Central knows no word for what nobody has looked at.
        value = (
            "received" if value is _NULL else _STATES.get(value, value) if isinstance(value, str) else value
        )
    if not fits:
        raise Problem("odata-filter", found=str(value)[:80])
    if value is _NULL:
        return field.is_(None) if word == "eq" else field.is_not(None)
    found: ColumnElement[bool] = _COMPARISONS[word](field, literal(value, type_=field.type))
    return found


def _by_submitter(word: str, columns: Columns, value: Any) -> ColumnElement[bool]:
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if word not in {"eq", "ne"} or not isinstance(number, int):
        raise Problem("odata-filter", found=str(value)[:80])
    name, key = place_of_submitter(number)
    column = getattr(columns, name)
    same = column.is_(None) if key is None else and_(column.is_not(None), column == key)
    if name == "link_id" and key is not None:
        same = and_(same, columns.app_user_id.is_(None))
    return same if word == "eq" else not_(same)
