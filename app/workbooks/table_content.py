"""A table as read: columns, rows with their place in the file, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.workbooks.cells import CellValue, qualified

ColumnKind = Literal["any", "text", "code", "number", "integer", "date"]


@dataclass(frozen=True)
class TableBounds:
    """The most a table may hold, and what its reading may cost."""

    file_bytes: int = 50 << 20
    rows: int = 200_000
    columns: int = 500
    text_length: int = 32_767
    seconds: float = 30.0
    memory_mb: int = 2_048


@dataclass(frozen=True)
class TableColumn:
    """A column that a reader expects. ``filled``: every row must hold a value there."""

    name: str
    synonyms: tuple[str, ...] = ()
    required: bool = True
    kind: ColumnKind = "any"
    filled: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """One row; ``number`` is its row in the source file, counted from one."""

    number: int
    values: Mapping[str, CellValue]

    def __getitem__(self, column: str) -> CellValue:
        return self.values[column]

    def get(self, column: str, default: CellValue = None) -> CellValue:
        """The value of a column, or the default where the table has no such column."""
        return self.values.get(column, default)


@dataclass(frozen=True)
class Table:
    """A table; ``places`` gives each column's letters, ``header_row`` 0 means names that stand in no row."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    sheet: str | None = None
    header_row: int = 1
    places: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    repeated: tuple[str, ...] = ()

    def cell_address(self, row: int, column: str) -> str:
        """Address of a value: `区县!C7`, or `C7` where there are no sheets."""
        return qualified(self.sheet, f"{self.places[column]}{row}")


@dataclass(frozen=True)
class TableProblem:
    """One thing wrong at one place; the words for it stand in the rooms above."""

    code: str
    sheet: str | None
    row: int | None
    column: str | None
    cell: str | None
    found: Any = None
    expected: Any = None


@dataclass(frozen=True)
class TableReading:
    """A checked table and every problem found in it. A value with a problem is None in the table."""

    table: Table
    problems: tuple[TableProblem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
