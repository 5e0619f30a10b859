"""Open a workbook with openpyxl. Runs in a bounded child only: this library believes what a file says."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import openpyxl

from app.workbooks.cells import CellValue, column_letter
from app.workbooks.faults import UnreadableTable
from app.workbooks.workbook_content import CellContent, SheetContent, WorkbookContent

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def open_workbook(data: bytes, *, formulas: bool, macros: bool) -> WorkbookContent:
    """Read all sheets of a pre-scanned workbook; ``formulas`` tells whether it holds any.

    Raises UnreadableTable workbook-unreadable or no-sheets.
    """
    try:
        # A formula and the value it had are never read together, so a workbook with formulas is read twice.
        computed = _load(data, data_only=True)
        written = _load(data, data_only=False) if formulas else computed
        sheets = tuple(
            _sheet(sheet, written[sheet.title] if formulas else None) for sheet in computed.worksheets
        )
    except MemoryError:
        raise
    except Exception as error:  # A malformed workbook makes the library fail in any way there is.
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableTable("workbook-unreadable", {"reason": reason[:300]}) from error
    if not sheets:
        raise UnreadableTable("no-sheets")
    return WorkbookContent(sheets=sheets, macros=macros)


def _load(data: bytes, *, data_only: bool) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        # Parts of a workbook we do not read (extensions, print settings) are no concern of a reader's.
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, keep_links=False)


def _sheet(sheet: Worksheet, written: Any) -> SheetContent:
    cells: dict[tuple[int, int], CellContent] = {}
    # The cells that exist are walked, not the rectangle around them, which may be a thousand times larger.
    stored: dict[tuple[int, int], Any] = sheet._cells
    for (row, column), cell in sorted(stored.items(), key=lambda item: item[0]):
        formula = _formula(written._cells.get((row, column))) if written is not None else None
        comment = cell.comment.text if cell.comment else None
        if cell.value is None and formula is None and comment is None:
            continue
        value: CellValue = cell.value
        cells[row, column] = CellContent(row, column, value, formula, cell.number_format, comment)
    filled = [place for place, cell in cells.items() if cell.value is not None or cell.formula]
    return SheetContent(
        name=sheet.title,
        state=sheet.sheet_state,
        cells=cells,
        merged=tuple(sorted(str(span) for span in sheet.merged_cells.ranges)),
        hidden_rows=frozenset(row for row, shape in sheet.row_dimensions.items() if shape.hidden),
        hidden_columns=_hidden_columns(sheet),
        last_row=max((row for row, _column in filled), default=0),
        last_column=max((column for _row, column in filled), default=0),
    )


def _formula(cell: Any) -> str | None:
    if cell is None or cell.data_type != "f":
        return None
    # An array formula or a data table is an object that carries its text.
    text = getattr(cell.value, "text", cell.value)
    return str(text) if text else "="


def _hidden_columns(sheet: Worksheet) -> frozenset[str]:
    hidden: set[str] = set()
    for shape in sheet.column_dimensions.values():
        if shape.hidden:
            first, last = shape.min or 1, min(shape.max or 1, 16_384)
            hidden.update(column_letter(column) for column in range(first, last + 1))
    return frozenset(hidden)
