"""Read a table from CSV, .xlsx, .xls or Parquet, whichever it is by its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.workbooks.bounded import run_bounded
from app.workbooks.cells import CellValue, column_letter
from app.workbooks.delimited import read_delimited
from app.workbooks.faults import RefusedFile, UnreadableTable
from app.workbooks.kinds import detect_kind
from app.workbooks.percents import percent_text
from app.workbooks.prescan import PrescanBounds, PrescanReport, SheetFacts, prescan
from app.workbooks.table_checks import check_table, heading_key, known_headings
from app.workbooks.table_content import (
    ColumnKind,
    Table,
    TableBounds,
    TableColumn,
    TableProblem,
    TableReading,
    TableRow,
)

__all__ = [
    "ColumnKind",
    "Table",
    "TableBounds",
    "TableColumn",
    "TableProblem",
    "TableReading",
    "TableRow",
    "check_table",
    "read_checked_table",
    "read_table",
    "sheet_names",
]

_Rows = list[tuple[int, list[CellValue]]]
_LOOKED_AT = 10
# A fast reader lays out the whole rectangle around the filled cells.
_LARGEST_RECTANGLE = 20_000_000
_OPENING = "app.workbooks.table_opening"


def read_table(
    data: bytes,
    *,
    filename: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    bounds: TableBounds | None = None,
) -> Table:
    """Read a table with its headings and values as they stand; the header is the first row that is not empty.

    ``sheet`` None means the first visible sheet. Raises RefusedFile, ChildFailed, and UnreadableTable
    (sheet-missing, no-header, encoding-unknown, malformed-text, too-many-rows, table-unreadable …).
    """
    return _read(data, (), filename, sheet, header_row, bounds or TableBounds())


def read_checked_table(
    data: bytes,
    *,
    columns: Sequence[TableColumn],
    filename: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    bounds: TableBounds | None = None,
) -> TableReading:
    """Read a table and check it against the expected columns; all problems are collected.

    The header is the row among the first ten that names most of the columns. Raises as ``read_table`` does.
    """
    table = _read(data, columns, filename, sheet, header_row, bounds or TableBounds())
    return check_table(table, columns)


def sheet_names(
    data: bytes, *, filename: str | None = None, bounds: TableBounds | None = None
) -> tuple[str, ...]:
    """Names of the sheets in their order; none for formats without sheets."""
    bounds = bounds or TableBounds()
    kind = _kind(data, filename, bounds)
    if kind in ("xlsx", "xlsm"):
        return tuple(facts.name for facts in _prescan(data, bounds).sheets)
    if kind == "xls":
        return tuple(_bounded("list_xls", bounds, data))
    return ()


def _kind(data: bytes, filename: str | None, bounds: TableBounds) -> str:
    if not data:
        raise RefusedFile("file-empty")
    if len(data) > bounds.file_bytes:
        raise RefusedFile("file-too-large", {"bytes": len(data), "limit": bounds.file_bytes})
    kind = detect_kind(data, filename)
    if kind == "encrypted":
        raise RefusedFile("password-protected", {"kind": kind})
    if kind not in ("xlsx", "xlsm", "xls", "parquet", "text"):
        raise RefusedFile("not-a-table", {"kind": kind})
    return kind


def _prescan(data: bytes, bounds: TableBounds) -> PrescanReport:
    limits = PrescanBounds(
        file_bytes=bounds.file_bytes, rows=bounds.rows + _LOOKED_AT, columns=bounds.columns, cells=10_000_000
    )
    return prescan(data, bounds=limits)


def _bounded(function: str, bounds: TableBounds, *arguments: Any) -> Any:
    return run_bounded(
        f"{_OPENING}:{function}", *arguments, seconds=bounds.seconds, memory_mb=bounds.memory_mb
    )


def _read(
    data: bytes,
    columns: Sequence[TableColumn],
    filename: str | None,
    sheet: str | None,
    header_row: int | None,
    bounds: TableBounds,
) -> Table:
    kind = _kind(data, filename, bounds)
    if kind == "parquet":
        names, records = _bounded("open_parquet", bounds, data, bounds.rows, bounds.columns)
        return _table(list(enumerate(names, 1)), records, None, 0, None)
    encoding = None
    if kind == "text":
        rows, encoding = read_delimited(
            data, rows=bounds.rows + _LOOKED_AT, columns=bounds.columns, text_length=bounds.text_length
        )
        sheet = None
    elif kind == "xls":
        sheet = _chosen_name(_bounded("list_xls", bounds, data), sheet)
        rows = _bounded("open_xls", bounds, data, sheet)
    else:
        facts = _chosen_sheet(_prescan(data, bounds), sheet)
        sheet, rows = facts.name, _xlsx_rows(data, facts, bounds)
    if not rows:
        raise UnreadableTable("no-header", {"sheet": sheet})
    return _headed(rows, _header_place(rows, columns, header_row, sheet), sheet, encoding, bounds)


def _chosen_name(names: Sequence[str], sheet: str | None) -> str:
    if sheet is None and names:
        return names[0]
    if sheet is None or sheet not in names:
        raise UnreadableTable("sheet-missing", {"sheet": sheet, "found": list(names)})
    return sheet


def _chosen_sheet(report: PrescanReport, sheet: str | None) -> SheetFacts:
    listed = [facts for facts in report.sheets if facts.state != "unlisted"]
    if sheet is None:
        visible = [facts for facts in listed if facts.state == "visible"]
        listed = visible or listed
    name = _chosen_name([facts.name for facts in listed], sheet)
    return next(facts for facts in listed if facts.name == name)


def _xlsx_rows(data: bytes, facts: SheetFacts, bounds: TableBounds) -> _Rows:
    rectangle = facts.last_row * facts.last_column
    if rectangle > _LARGEST_RECTANGLE:
        raise RefusedFile(
            "too-many-cells", {"part": facts.part, "found": rectangle, "limit": _LARGEST_RECTANGLE}
        )
    rows: dict[int, list[CellValue]] = dict(_bounded("open_xlsx", bounds, data, facts.name))
    # What the fast reader leaves empty or cannot know is set right from the pre-scan.
    for (row, column), mark in facts.oddities.items():
        values = rows.setdefault(row, [])
        values.extend([None] * (column - len(values)))
        if values[column - 1] is None:
            values[column - 1] = mark
    for row, column in facts.percents:
        if row in rows and column <= len(rows[row]):
            rows[row][column - 1] = percent_text(rows[row][column - 1])
    return sorted(rows.items())


def _header_place(
    rows: _Rows, columns: Sequence[TableColumn], header_row: int | None, sheet: str | None
) -> int:
    """Place in ``rows`` of the header."""
    if header_row is not None:
        for place, (number, _values) in enumerate(rows):
            if number == header_row:
                return place
        raise UnreadableTable("no-header", {"sheet": sheet, "row": header_row})
    known = known_headings(columns)

    def matches(place: int) -> int:
        return len({known.get(heading_key(str(value))) for value in rows[place][1] if value} - {None})

    return max(range(min(_LOOKED_AT, len(rows))), key=lambda place: (matches(place), -place))


def _headed(rows: _Rows, place: int, sheet: str | None, encoding: str | None, bounds: TableBounds) -> Table:
    number, header = rows[place]
    body = rows[place + 1 :]
    if len(body) > bounds.rows:
        raise UnreadableTable("too-many-rows", {"sheet": sheet, "found": len(body), "limit": bounds.rows})
    width = max((len(values) for _number, values in rows[place:]), default=0)
    used = [
        any(len(values) > column and values[column] is not None for _n, values in body)
        for column in range(width)
    ]
    headings: list[tuple[int, Any]] = []
    for column in range(width):
        heading = header[column] if column < len(header) else None
        if heading is not None or used[column]:
            headings.append((column + 1, heading))
    return _table(headings, body, sheet, number, encoding)


def _table(
    headings: Sequence[tuple[int, Any]], body: _Rows, sheet: str | None, header_row: int, encoding: str | None
) -> Table:
    """A table of numbered columns; one without a heading is named by its letters in brackets."""
    names: dict[str, int] = {}
    repeated: list[str] = []
    for column, heading in headings:
        name = "" if heading is None else " ".join(str(heading).split())
        if name in names:
            name = f"{name} [{column_letter(column)}]"
            repeated.append(name)
        names[name or f"[{column_letter(column)}]"] = column
    rows = tuple(
        TableRow(
            number,
            {name: values[column - 1] if column <= len(values) else None for name, column in names.items()},
        )
        for number, values in body
    )
    places = {name: column_letter(column) for name, column in names.items()}
    return Table(tuple(names), rows, sheet, header_row, places, encoding, tuple(repeated))
