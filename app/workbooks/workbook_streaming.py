"""Write large exports row by row in constant memory."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from app.workbooks.cells import LAST_ROW, CellValue, address
from app.workbooks.faults import UnwritableContent

_LONGEST_TEXT = 32_767
_EXACT_INTEGER = 10**15
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FIXED_MOMENT = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - workbook properties carry no zone.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class StreamedSheet:
    """One sheet of an export: a header, then rows that are produced while they are written."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[CellValue]]
    widths: Sequence[float] = ()


def stream_workbook(path: Path, sheets: Sequence[StreamedSheet]) -> None:
    """Write an .xlsx at ``path``; memory does not grow with the rows. Text is never a formula.

    Raises UnwritableContent too-many-rows or text-too-long where a sheet cannot hold what there is.
    """
    with xlsxwriter.Workbook(str(path), _OPTIONS) as workbook:
        workbook.set_properties({"created": _FIXED_MOMENT, "author": "CityExam"})
        header = workbook.add_format({"bold": True, "bottom": 1})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for column, width in enumerate(sheet.widths):
                page.set_column(column, column, width)
            for column, heading in enumerate(sheet.columns):
                page.write_string(0, column, heading, header)
            for number, row in enumerate(sheet.rows, start=1):
                if number >= LAST_ROW:
                    raise UnwritableContent("too-many-rows", {"sheet": sheet.name, "limit": LAST_ROW - 1})
                for column, value in enumerate(row):
                    _write(page, number, column, value, day, moment)


def _write(
    page: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    value: CellValue,
    day: xlsxwriter.format.Format,
    moment: xlsxwriter.format.Format,
) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, datetime.datetime) and value.tzinfo is None:
        page.write_datetime(row, column, value, moment)
    elif isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        page.write_datetime(row, column, value, day)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) < _EXACT_INTEGER):
        page.write_number(row, column, value)
    else:
        text = value.isoformat() if isinstance(value, (datetime.datetime, datetime.time)) else str(value)
        if len(text) > _LONGEST_TEXT:
            place = address(row + 1, column + 1)
            raise UnwritableContent("text-too-long", {"sheet": page.get_name(), "cell": place})
        page.write_string(row, column, _NOT_IN_XML.sub("\ufffd", text))
