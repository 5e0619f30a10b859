"""Reads a catalogue workbook into checked tables, with every problem of every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import Place, table_places
from app.indicators.catalogue_columns import SHEETS, Sheet
from app.workbooks.cells import CellValue, column_letter
from app.workbooks.table_checks import check_table
from app.workbooks.table_content import Table, TableRow
from app.workbooks.workbook_reading import SheetContent, read_workbook

_LOOKED_AT = 10


@dataclass(frozen=True)
class ReadCatalogue:
    """The tables by name (those that are there) and what is wrong with single cells."""

    tables: Mapping[str, Table]
    places: list[Place]

    def rows(self, name: str) -> tuple[TableRow, ...]:
        """The rows of a table; none when the sheet is not there."""
        return self.tables[name].rows if name in self.tables else ()

    def place(self, table: str, row: TableRow, column: str, code: str, **facts: object) -> Place:
        """A problem at one cell of a table."""
        read = self.tables[table]
        letters = read.places.get(column)
        cell = f"{letters}{row.number}" if letters else None
        facts.setdefault("found", row.get(column) if row.get(column) is not None else "")
        return Place(code, dict(facts), sheet=read.sheet, cell=cell, row=row.number, column=column)


def read_catalogue(content: bytes) -> ReadCatalogue:
    """Read every sheet of the catalogue.

    Raises the exceptions of ``workbooks.read_workbook`` when the file cannot be opened at all.
    """
    book = read_workbook(content)
    tables: dict[str, Table] = {}
    places: list[Place] = []
    for name, sheet in SHEETS.items():
        if sheet.name not in book.names:
            if not sheet.optional:
                places.append(Place("catalogue-sheet-missing", {"found": sheet.name}, sheet=sheet.name))
            continue
        reading = check_table(
            _table(book.sheet(sheet.name), sheet), [column.expected for column in sheet.columns]
        )
        tables[name] = reading.table
        places.extend(table_places(reading.problems))
        places.extend(_too_long(reading.table, sheet))
    return ReadCatalogue(tables, places)


def _table(content: SheetContent, sheet: Sheet) -> Table:
    """The sheet as a table under its heading row; empty rows are left out."""
    header = _header_row(content, sheet)
    headings: dict[str, int] = {}
    repeated: list[str] = []
    for column in range(1, content.last_column + 1):
        cell = content.cells.get((header, column))
        if cell is None or cell.value is None:
            continue
        name = " ".join(str(cell.value).split())
        if name in headings:
            name = f"{name} [{column_letter(column)}]"
            repeated.append(name)
        headings[name] = column
    rows = [
        TableRow(number, _values(content, number, headings))
        for number in range(header + 1, content.last_row + 1)
    ]
    filled = tuple(row for row in rows if any(value not in (None, "") for value in row.values.values()))
    letters = {name: column_letter(column) for name, column in headings.items()}
    return Table(tuple(headings), filled, sheet.name, header, letters, None, tuple(repeated))


def _header_row(content: SheetContent, sheet: Sheet) -> int:
    """The row that names most columns; column names go before labels, so the explaining line is passed."""
    names = {column.name for column in sheet.columns}
    labels = {column.label for column in sheet.columns}

    def matches(row: int) -> tuple[int, int, int]:
        found = {str(value).strip() for value in content.row_values(row) if value is not None}
        return (len(found & names), len(found & labels), -row)

    return max(range(1, min(_LOOKED_AT, max(content.last_row, 1)) + 1), key=matches)


def _values(content: SheetContent, number: int, headings: Mapping[str, int]) -> dict[str, CellValue]:
    cells = {name: content.cells.get((number, column)) for name, column in headings.items()}
    return {name: _entered(cell) for name, cell in cells.items()}


def _entered(cell: object) -> CellValue:
    if cell is None:
        return None
    if getattr(cell, "is_uncomputed", False):
        return "#UNCOMPUTED!"
    return cell.entered  # type: ignore[attr-defined,no-any-return]


def _too_long(table: Table, sheet: Sheet) -> list[Place]:
    read = ReadCatalogue({"this": table}, [])
    return [
        read.place("this", row, column.name, "catalogue-text-too-long", found=len(text), limit=column.longest)
        for row in table.rows
        for column in sheet.columns
        if isinstance(text := row.get(column.name), str) and len(text) > column.longest
    ]
