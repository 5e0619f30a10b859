"""Fill the input cells of a template of our own, as a person would in a spreadsheet program."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import openpyxl

from app.errors import Invalid
from app.reporting.template_sheets import AREA, ITEM, LEVEL
from app.workbooks.cells import CellValue


def fill(content: bytes, figures: Mapping[tuple[str, str], CellValue]) -> bytes:
    """The template with these figures, by (item code, area code), in its cells; others stay as they are.

    ``content`` must be our own template: it is opened in this process. Raises Invalid ``fill-cell-unknown``
    with the first pair the template does not ask for.
    """
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    cells: dict[tuple[str, str], Any] = {}
    for page in workbook.worksheets:
        _add_cells(page, cells)
    for (item_code, area_code), value in figures.items():
        if (item_code, area_code) not in cells:
            raise Invalid("fill-cell-unknown", item=item_code, area=area_code)
        cell = cells[item_code, area_code]
        cell.value = value
        if isinstance(value, str):
            # What a person types as text must never become a formula.
            cell.data_type = "s"
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def _add_cells(page: Any, cells: dict[tuple[str, str], Any]) -> None:
    mark = str(page["A1"].value or "")
    if not mark.startswith(LEVEL):
        return
    top = [(cell.column, str(cell.value or "")) for cell in page[1]]
    side = [(row, str(page.cell(row, 1).value or "")) for row in range(1, page.max_row + 1)]
    for column, above in top:
        for row, beside in side:
            if above.startswith(AREA) and beside.startswith(ITEM):
                cells[beside.removeprefix(ITEM), above.removeprefix(AREA)] = page.cell(row, column)
            elif above.startswith(ITEM) and beside.startswith(AREA):
                cells[above.removeprefix(ITEM), beside.removeprefix(AREA)] = page.cell(row, column)
