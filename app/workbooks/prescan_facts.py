"""What a pre-scan may find and how much it lets through."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class PrescanBounds:
    """The most an uploaded workbook may hold. Rows and columns are the last filled ones of a sheet."""

    file_bytes: int = 50 * MEGABYTE
    entries: int = 2_000
    entry_bytes: int = 300 * MEGABYTE
    total_bytes: int = 500 * MEGABYTE
    ratio: float = 300.0
    sheets: int = 200
    rows: int = 200_000
    columns: int = 2_000
    cells: int = 2_000_000
    merged_cells: int = 200_000
    formula_errors: int = 100_000
    depth: int = 100
    token_bytes: int = 2 * MEGABYTE
    seconds: float = 20.0


@dataclass(frozen=True)
class SheetFacts:
    """One sheet as its XML really is; ``declared_dimension`` is only what the file claims.

    ``rows`` and ``cells`` count elements, empty ones too; ``last_row`` and ``last_column`` are the last that
    hold a value. ``merged_cells`` counts the cells under merged ranges and hyperlinks: a reader expands them.
    ``oddities`` holds error values, and `#UNCOMPUTED!` for formulas without a value, by (row, column);
    ``percents`` the cells shown in percent.
    """

    name: str
    part: str
    state: str
    rows: int
    cells: int
    filled_cells: int
    formulas: int
    last_row: int
    last_column: int
    merged_cells: int
    declared_dimension: str | None
    oddities: Mapping[tuple[int, int], str] = field(default_factory=dict, repr=False)
    percents: AbstractSet[tuple[int, int]] = field(default_factory=frozenset, repr=False)


@dataclass(frozen=True)
class PrescanReport:
    """What an accepted workbook is made of."""

    kind: Literal["xlsx", "xlsm"]
    entries: int
    total_bytes: int
    macros: bool
    external_links: bool
    sheets: tuple[SheetFacts, ...]

    @property
    def cells(self) -> int:
        """Number of cell elements in all sheets."""
        return sum(sheet.cells for sheet in self.sheets)

    @property
    def formulas(self) -> int:
        """Number of formulas in all sheets."""
        return sum(sheet.formulas for sheet in self.sheets)
