"""What a table is to hold: its columns with their types, labels and choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.workbooks.cells import CellValue

#: ``choice`` is text out of a list, ``flag`` is 1 or 0; dates and times come as their ISO 8601 texts.
ColumnKind = Literal["text", "integer", "decimal", "boolean", "flag", "date", "moment", "choice"]


@dataclass(frozen=True)
class ColumnPlan:
    """One column; ``choices`` by value with their labels, ``missing`` those that count as no answer."""

    name: str
    kind: ColumnKind = "text"
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TablePlan:
    """Name and columns of a table."""

    name: str
    columns: Sequence[ColumnPlan]

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [each.name for each in self.columns]


def plain_columns(*names: str) -> list[ColumnPlan]:
    """Columns of text."""
    return [ColumnPlan(each) for each in names]


class TableFile(Protocol):
    """Takes the rows of several tables; the bytes are complete after ``close``."""

    @property
    def told(self) -> Mapping[str, int]:
        """What is to be told of the file, by name: what could not be kept as it was."""

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""

    def close(self) -> None:
        """Put the file together."""

    def abandon(self) -> None:
        """Let go of what is open, when there will be no file."""
