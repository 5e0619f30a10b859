"""Parquet: a typed file for each table in a zip, in row groups, so memory does not grow with the rows."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.workbooks.cells import CellValue
from app.workbooks.column_plans import ColumnKind, ColumnPlan, TablePlan
from app.workbooks.table_files import safe_name, zip_files
from app.workbooks.typed_cells import NotOfType, typed_cell

#: Rows of a group times its columns: a group of any width has about this many cells.
_CELLS_OF_A_GROUP = 400_000
#: Where values stand that are not of their column's type: JSON, name of the column to the value.
UNTYPED = "_untyped"
_TYPES: dict[ColumnKind, Any] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "flag": pa.int8(),
    "date": pa.date32(),
    "moment": pa.timestamp("ms", tz="UTC"),
    "choice": pa.dictionary(pa.int32(), pa.string()),
}


class ParquetZip:
    """A zip (stored: the files are compressed) of Parquet files.

    Labels of columns and choices stand in the fields' metadata (``label``; ``choices`` as JSON).
    """

    def __init__(self, target: IO[bytes], folder: Path, plans: Sequence[TablePlan]) -> None:
        self._target = target
        self._names = [f"{safe_name(each.name)}.parquet" for each in plans]
        self._parts = [_Part(folder / f"part-{table}", each) for table, each in enumerate(plans)]

    @property
    def told(self) -> Mapping[str, int]:
        """Nothing is lost in files of this kind."""
        return {}

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""
        self._parts[table].add(row)

    def close(self) -> None:
        """Put the file together."""
        files = [(name, part.end()) for name, part in zip(self._names, self._parts, strict=True)]
        zip_files(self._target, files, method=zipfile.ZIP_STORED)

    def abandon(self) -> None:
        """Let go of what is open, when there will be no file."""
        for part in self._parts:
            part.end()


class _Part:
    """The rows of one table."""

    def __init__(self, path: Path, plan: TablePlan) -> None:
        self._path, self._columns = path, plan.columns
        self._schema = pa.schema([*map(_field, plan.columns), pa.field(UNTYPED, pa.string())])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows = max(1, _CELLS_OF_A_GROUP // (len(plan.columns) + 1))
        self._held: list[list[CellValue]] = [[] for _ in range(len(plan.columns) + 1)]

    def add(self, row: Sequence[CellValue]) -> None:
        untyped: dict[str, CellValue] = {}
        for column, plan, value in zip(self._held, self._columns, row, strict=False):
            try:
                column.append(typed_cell(plan.kind, value))
            except NotOfType:
                column.append(None)
                untyped[plan.name] = value
        self._held[-1].append(json.dumps(untyped, ensure_ascii=False, default=str) if untyped else None)
        if len(self._held[-1]) >= self._rows:
            self._put_away()

    def end(self) -> Path:
        self._put_away()
        self._writer.close()
        return self._path

    def _put_away(self) -> None:
        arrays = [
            pa.array([_whole(each) for each in column], field.type)
            for column, field in zip(self._held, self._schema, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        for column in self._held:
            column.clear()


def _whole(value: CellValue) -> CellValue:
    """Half of a surrogate pair has no bytes in UTF-8."""
    return (
        value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
    )


def _field(plan: ColumnPlan) -> Any:
    told = {
        "label": plan.label,
        "choices": json.dumps(plan.choices, ensure_ascii=False) if plan.choices else "",
    }
    return pa.field(
        plan.name, _TYPES[plan.kind], metadata={name: text for name, text in told.items() if text}
    )
