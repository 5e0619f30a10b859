"""The catalogue workbook: one sheet for each table, a line that explains the columns, then the rows."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from app.indicators.catalogue_columns import SHEETS, Column
from app.workbooks.cells import CellValue
from app.workbooks.workbook_writing import SheetPlan, ValidationPlan, WorkbookPlan, write_workbook

Rows = Sequence[Mapping[str, Any]]
_VALIDATED_ROWS = 2000


@dataclass(frozen=True)
class CatalogueTables:
    """The tables of a catalogue, each a list of rows keyed by the column names of its sheet."""

    departments: Rows = ()
    dimensions: Rows = ()
    indicators: Rows = ()
    base_items: Rows = ()
    formulas: Rows = ()
    standards: Rows = ()
    plan_targets: Rows = ()
    benchmarks: Rows = ()
    equivalences: Rows = ()


def read_folder(folder: Path) -> CatalogueTables:
    """The tables of a folder of CSV files (UTF-8) named after them; a missing file is an empty table."""
    tables: dict[str, Rows] = {}
    for name in SHEETS:
        path = folder / f"{name}.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as lines:
                tables[name] = list(csv.DictReader(lines))
    return CatalogueTables(**tables)


def catalogue_workbook(tables: CatalogueTables) -> bytes:
    """Write the tables as a workbook that :func:`app.indicators.importing.import_catalogue` reads.

    Texts of numeric columns are written as numbers. Equal tables give equal bytes.
    """
    sheets = [_sheet(name, getattr(tables, name)) for name in SHEETS]
    return write_workbook(WorkbookPlan(sheets=tuple(sheets), protect_structure=False, title="CityExam"))


def _sheet(name: str, rows: Rows) -> SheetPlan:
    sheet = SHEETS[name]
    shown = [
        column for column in sheet.columns if column.required or any(row.get(column.name) for row in rows)
    ]
    body = [[_cell(row.get(column.name), column) for column in shown] for row in rows]
    return SheetPlan(
        name=sheet.name,
        rows=([column.label for column in shown], [column.name for column in shown], *body),
        widths={_letter(place): _width(column) for place, column in enumerate(shown)},
        frozen="B3",
        validations=tuple(
            ValidationPlan(
                cells=f"{_letter(place)}3:{_letter(place)}{_VALIDATED_ROWS}",
                kind="list",
                choices=column.choices,
            )
            for place, column in enumerate(shown)
            if column.choices
        ),
        header_rows=2,
    )


def _cell(value: Any, column: Column) -> CellValue:
    if value is None or value == "":
        return None
    if isinstance(value, str) and column.kind in ("number", "integer"):
        return _number(value)
    if isinstance(value, str) and column.kind == "date":
        return _day(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value  # type: ignore[no-any-return]


def _number(text: str) -> CellValue:
    # What cannot be read goes into the sheet as it is; reading the workbook tells its place.
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number):
        return text
    return int(number) if number.is_integer() else number


def _day(text: str) -> CellValue:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _width(column: Column) -> float:
    return 40 if column.longest >= 500 and column.kind == "text" else 18
