"""Count one sheet's rows and cells from its elements, and note the cells whose value is not what it seems."""

from __future__ import annotations

from typing import Any

from app.workbooks.cells import LAST_COLUMN, LAST_ROW, split_address, split_range
from app.workbooks.faults import RefusedFile
from app.workbooks.prescan_facts import PrescanBounds

UNCOMPUTED = "#UNCOMPUTED!"
_CELL_WITH_ERROR = "e"


class SheetScan:
    """The true size of a sheet. Rows and columns count from one, whatever `<dimension>` claims.

    ``oddities`` holds, by (row, column), the text of error values, and UNCOMPUTED for formulas that have no
    value yet: fast readers show both as empty. ``percents`` holds the cells shown in percent.
    """

    def __init__(self, part: str, bounds: PrescanBounds, percent_styles: frozenset[str]) -> None:
        self.part = part
        self.bounds = bounds
        self.rows = self.cells = self.filled_cells = self.formulas = self.merged_cells = 0
        self.last_row = self.last_column = 0
        self.declared_dimension: str | None = None
        self.oddities: dict[tuple[int, int], str] = {}
        self.percents: set[tuple[int, int]] = set()
        self._percent_styles = percent_styles
        self._row = self._column = 0
        self._counted = True
        self._is_error = self._has_formula = self._has_value = False

    def element(self, local: str, attributes: dict[str, str]) -> None:
        """Take in the start of an element; raises RefusedFile when a bound is passed."""
        if local == "c":
            self.close_cell()
            self._cell(attributes)
        elif local in ("v", "is", "f"):
            self._content(local)
        elif local == "row":
            self.close_cell()
            self._start_row(attributes.get("r"))
        elif local in ("mergeCell", "hyperlink"):
            self._span(attributes.get("ref", ""))
        elif local == "dimension":
            self.declared_dimension = attributes.get("ref")

    def close_cell(self) -> None:
        """Note what is only known when a cell has ended: a formula without a value."""
        if self._has_formula and not self._has_value:
            self._note(UNCOMPUTED)
        elif self._is_error and self._has_value:
            self._note("#VALUE!")
        self._is_error = self._has_formula = self._has_value = False

    def _note(self, text: str) -> None:
        self.oddities[self._row, self._column] = text
        self._limit("too-many-formula-errors", len(self.oddities), self.bounds.formula_errors)

    def _content(self, local: str) -> None:
        if local == "f":
            self.formulas += 1
            self._has_formula = True
        else:
            self._has_value = True
        if self._counted:
            return
        self._counted = True
        self.filled_cells += 1
        if self._row > self.last_row:
            self.last_row = self._row
            self._limit("too-many-rows", self.last_row, self.bounds.rows)
        if self._column > self.last_column:
            self.last_column = self._column
            self._limit("too-many-columns", self.last_column, self.bounds.columns)

    def _start_row(self, number: str | None) -> None:
        self.rows += 1
        self._limit("too-many-rows", self.rows, self.bounds.rows)
        if number is None:
            self._row += 1
        elif number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= LAST_ROW:
            self._row = int(number[:9])
        else:
            raise self._outside(number[:40])
        self._column = 0

    def _cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        self._limit("too-many-cells", self.cells, self.bounds.cells)
        place = attributes.get("r")
        if place is None:
            self._column += 1
            if self._column > LAST_COLUMN:
                raise self._outside(self._column)
        else:
            try:
                self._row, self._column = split_address(place)
            except ValueError as error:
                raise self._outside(place[:40]) from error
        self._counted = False
        self._is_error = attributes.get("t") == _CELL_WITH_ERROR
        if attributes.get("s") in self._percent_styles:
            self.percents.add((self._row, self._column))

    def _span(self, ref: str) -> None:
        try:
            top, left, bottom, right = split_range(ref)
        except ValueError as error:
            raise self._outside(ref[:40]) from error
        self.merged_cells += (bottom - top + 1) * (right - left + 1)
        self._limit("too-many-merged-cells", self.merged_cells, self.bounds.merged_cells)

    def _limit(self, code: str, found: int, limit: int) -> None:
        if found > limit:
            raise RefusedFile(code, {"part": self.part, "found": found, "limit": limit})

    def _outside(self, found: Any) -> RefusedFile:
        return RefusedFile("cell-outside-sheet", {"part": self.part, "found": found})
