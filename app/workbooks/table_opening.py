"""Open tables with the libraries that read their formats. Runs in a bounded child only."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

from app.workbooks.cells import CellValue
from app.workbooks.faults import UnreadableTable
from app.workbooks.percents import percent_text, shows_percent

Rows = list[tuple[int, list[CellValue]]]


def open_xlsx(data: bytes, sheet: str) -> Rows:
    """Rows of one sheet with their numbers, empty ones left out."""
    import python_calamine  # noqa: PLC0415 - a child loads only what it needs.

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = workbook.get_sheet_by_name(sheet).iter_rows()
        numbered = ((number, [_blank_to_none(value) for value in row]) for number, row in enumerate(rows, 1))
        return [(number, row) for number, row in numbered if any(value is not None for value in row)]
    except MemoryError:
        raise
    except Exception as error:  # The library has one error class for each format.
        raise _unreadable(error) from error


def list_xls(data: bytes) -> list[str]:
    """Names of the sheets of an .xls."""
    return [str(name) for name in _xls(data).sheet_names()]


def open_xls(data: bytes, sheet: str) -> Rows:
    """Rows of one sheet of an .xls; error values as their text, shares shown in percent as `12.5%`."""
    book = _xls(data)
    page = book.sheet_by_name(sheet)
    rows: Rows = []
    for number in range(page.nrows):
        values = [_xls_value(book, page, number, column) for column in range(page.row_len(number))]
        if any(value is not None for value in values):
            rows.append((number + 1, values))
    return rows


def open_parquet(data: bytes, rows: int, columns: int) -> tuple[list[str], Rows]:
    """Column names and records; the first record has number 1."""
    import pyarrow  # noqa: PLC0415
    import pyarrow.parquet  # noqa: PLC0415

    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data))
        _check_parquet(file.metadata, rows, columns)
        table = file.read(use_threads=False)
    except UnreadableTable:
        raise
    except MemoryError:
        raise
    except Exception as error:  # Damaged files fail in Arrow's own ways, OSError among them.
        raise _unreadable(error) from error
    names = [str(name) for name in table.column_names]
    lists = [[_plain(value, name) for value in table[name].to_pylist()] for name in names]
    return names, [(number, list(record)) for number, record in enumerate(zip(*lists, strict=True), 1)]


def _unreadable(error: Exception) -> UnreadableTable:
    reason = f"{type(error).__name__}: {error}"[:300]
    if "password" in reason.lower() or "encrypted" in reason.lower():
        return UnreadableTable("password-protected", {"reason": reason})
    return UnreadableTable("table-unreadable", {"reason": reason})


def _blank_to_none(value: Any) -> CellValue:
    found: CellValue = None if isinstance(value, str) and not value.strip() else value
    return found


def _xls(data: bytes) -> Any:
    import xlrd  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except MemoryError:
        raise
    except Exception as error:  # Damaged files make the library fail in any way there is.
        raise _unreadable(error) from error


def _xls_value(book: Any, page: Any, row: int, column: int) -> CellValue:
    import xlrd  # noqa: PLC0415

    cell = page.cell(row, column)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        form = book.format_map.get(book.xf_list[cell.xf_index].format_key)
        share = form is not None and shows_percent(form.format_str)
        return percent_text(cell.value) if share else float(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xls_moment(cell.value, book.datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
    return _blank_to_none(cell.value)


def _xls_moment(serial: float, datemode: int) -> CellValue:
    import xlrd  # noqa: PLC0415

    try:
        moment: datetime.datetime = xlrd.xldate_as_datetime(serial, datemode)
    except (ValueError, OverflowError):
        return serial
    return moment


def _check_parquet(metadata: Any, rows: int, columns: int) -> None:
    if metadata.num_rows > rows:
        raise UnreadableTable("too-many-rows", {"found": metadata.num_rows, "limit": rows})
    if metadata.num_columns > columns:
        raise UnreadableTable("too-many-columns", {"found": metadata.num_columns, "limit": columns})


def _plain(value: Any, column: str) -> CellValue:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(
        value, (str, int, float, datetime.date, datetime.time, datetime.timedelta)
    ):
        found: CellValue = _blank_to_none(value)
        return None if isinstance(found, float) and found != found else found  # noqa: PLR0124
    raise UnreadableTable("unsupported-column-type", {"column": column, "found": type(value).__name__})
