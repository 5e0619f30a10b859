"""A workbook as plain values: what a bounded child hands back, and what readers of templates walk through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from app.workbooks.cells import CellValue, address, qualified, split_address, split_range
from app.workbooks.faults import UnreadableTable
from app.workbooks.percents import percent_text, shows_percent

SheetState = Literal["visible", "hidden", "veryHidden"]
_ERRORS = frozenset({"#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#N/A", "#GETTING_DATA"})


@dataclass(frozen=True, slots=True)
class CellContent:
    """One cell that holds something. A formula's ``value`` is the one last computed, or None."""

    row: int
    column: int
    value: CellValue
    formula: str | None = None
    number_format: str = "General"
    comment: str | None = None

    @property
    def address(self) -> str:
        """Address within the sheet, `C7`."""
        return address(self.row, self.column)

    @property
    def entered(self) -> CellValue:
        """The value as a person sees and types it: 0.125 in a percent format is the text `12.5%`."""
        return percent_text(self.value) if shows_percent(self.number_format) else self.value

    @property
    def is_uncomputed(self) -> bool:
        """Whether this is a formula whose file was never opened by a program that computes."""
        return self.formula is not None and self.value is None


@dataclass(frozen=True)
class SheetContent:
    """One sheet; ``cells`` by (row, column), both counted from one, holds only cells that are not empty."""

    name: str
    state: SheetState
    cells: dict[tuple[int, int], CellContent]
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[str] = field(default_factory=frozenset)
    last_row: int = 0
    last_column: int = 0

    def cell(self, place: str) -> CellContent | None:
        """The cell at `C7`, or None when it is empty."""
        return self.cells.get(split_address(place))

    def value(self, place: str) -> CellValue:
        """The value at `C7`, None when empty."""
        cell = self.cell(place)
        return cell.value if cell else None

    def row_values(self, row: int) -> tuple[CellValue, ...]:
        """The values of a row from column A to the sheet's last filled column."""
        found = (self.cells.get((row, column)) for column in range(1, self.last_column + 1))
        return tuple(cell.value if cell else None for cell in found)

    def anchor(self, place: str) -> str:
        """The top left address of the merged range that covers `C7`; `C7` itself where nothing is merged."""
        row, column = split_address(place)
        for span in self.merged:
            top, left, bottom, right = split_range(span)
            if top <= row <= bottom and left <= column <= right:
                return address(top, left)
        return address(row, column)

    def qualified(self, place: str) -> str:
        """Address with the sheet's name: `区县!C7`."""
        return qualified(self.name, place)


@dataclass(frozen=True)
class WorkbookContent:
    """A whole workbook, its sheets in their order, hidden ones included."""

    sheets: tuple[SheetContent, ...]
    macros: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all sheets in their order."""
        return tuple(sheet.name for sheet in self.sheets)

    def sheet(self, name: str) -> SheetContent:
        """The sheet of that name; raises UnreadableTable sheet-missing."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise UnreadableTable("sheet-missing", {"sheet": name, "found": list(self.names)})
