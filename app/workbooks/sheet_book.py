"""An .xlsx written row by row by XlsxWriter: text stays text and is never a formula."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.workbooks.cells import LAST_COLUMN, LAST_ROW, CellValue, address
from app.workbooks.column_plans import TablePlan
from app.workbooks.faults import UnwritableContent
from app.workbooks.workbook_writing import (
    EXACT_INTEGER,
    FORMULA_STARTS,
    LONGEST_NAME,
    LONGEST_TEXT,
    clean_text,
)

_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
#: Equal rows give equal bytes, whatever the day.
_FIXED_MOMENT = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - workbook properties carry no zone.


class SheetBook:
    """An .xlsx with one sheet for each table; the first row is the header and stays in sight.

    Rows lie in files of the folder until the end, so memory does not grow with them.
    Raises UnwritableContent: too-many-rows, too-many-columns, text-too-long.
    """

    def __init__(self, target: IO[bytes], folder: Path, plans: Sequence[TablePlan]) -> None:
        self._names = [each.name for each in plans]
        for each in plans:
            if len(each.columns) > LAST_COLUMN:
                facts = {"sheet": each.name, "found": len(each.columns), "limit": LAST_COLUMN}
                raise UnwritableContent("too-many-columns", facts)
        options = {"constant_memory": True, "tmpdir": str(folder), "use_zip64": True}
        self._book = Workbook(target, options)
        self._book.set_properties({"created": _FIXED_MOMENT})
        self._quoted = self._book.add_format({"quote_prefix": True})
        header = self._book.add_format({"bold": True})
        self._sheets = [self._book.add_worksheet(name) for name in sheet_names(self._names)]
        self._next = [0] * len(plans)
        for table, each in enumerate(plans):
            self._sheets[table].freeze_panes(1, 0)
            self._add(table, each.header, header)

    @property
    def told(self) -> Mapping[str, int]:
        """Nothing is lost in files of this kind."""
        return {}

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""
        self._add(table, row, None)

    def close(self) -> None:
        """Put the file together."""
        self._book.close()

    def abandon(self) -> None:
        """Let go of what is open, when there will be no file."""
        for each in self._sheets:
            each.row_data_fh.close()
        self._book.fileclosed = True

    def _add(self, table: int, row: Sequence[CellValue], look: Format | None) -> None:
        number, sheet = self._next[table], self._sheets[table]
        if number >= LAST_ROW:
            raise UnwritableContent("too-many-rows", {"sheet": self._names[table], "limit": LAST_ROW})
        self._next[table] += 1
        for column, value in enumerate(row):
            if value is not None and value != "":
                self._put(sheet, number, column, value, look)

    def _put(self, sheet: Worksheet, row: int, column: int, value: CellValue, look: Format | None) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, look)
        # A spreadsheet keeps fifteen digits of a number; longer ones are codes and keep every digit as text.
        elif (isinstance(value, int) and abs(value) < EXACT_INTEGER) or (
            isinstance(value, float) and math.isfinite(value)
        ):
            sheet.write_number(row, column, value, look)
        else:
            text = str(value)
            if not text.isprintable() or len(text) > LONGEST_TEXT:
                text = clean_text(text, address(row + 1, column + 1))
            if look is None and text.startswith(FORMULA_STARTS):
                look = self._quoted
            # Within a cell a line ends in LF; the other ends would stand there as letters.
            sheet.write_string(row, column, text.replace("\r\n", "\n").replace("\r", "\n"), look)


def sheet_names(names: Sequence[str]) -> list[str]:
    """Names that a workbook takes: short, without signs of its own, each once whatever the case."""
    given: dict[str, str] = {}
    for name in names:
        plain = clean_text(_BAD_IN_NAME.sub("_", name), name)[:LONGEST_NAME] or "_"
        made, number = plain, 1
        while made.lower() in given:
            number += 1
            made = f"{plain[: LONGEST_NAME - len(str(number)) - 1]}~{number}"
        given[made.lower()] = made
    return list(given.values())
