"""Cells as values of their column's type; what is of another type is told apart and never lost."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

from app.workbooks.cells import CellValue
from app.workbooks.column_plans import ColumnKind

#: Files keep integers in 64 bits.
_LARGEST = 2**63


class NotOfType(ValueError):
    """A cell that its column's type cannot hold."""


def typed_cell(kind: ColumnKind, value: CellValue) -> CellValue:  # noqa: PLR0911 - one branch for each kind
    """The value for a column of this kind: None for an empty cell. Raises NotOfType.

    A moment becomes UTC; one without a zone counts as UTC.
    """
    if value is None or value == "":
        return None
    match kind:
        case "text" | "choice":
            return value if isinstance(value, str) else _number_text(value)
        case "integer" | "flag":
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
                return value
        case "decimal":
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                return float(value)
        case "boolean":
            if isinstance(value, bool):
                return value
        case "date":
            return _date(value)
        case "moment":
            return _moment(value)
    raise NotOfType(value)


def _number_text(value: CellValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _date(value: CellValue) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as problem:
        raise NotOfType(value) from problem


def _moment(value: CellValue) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise NotOfType(value) from problem
