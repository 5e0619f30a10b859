"""Several tables written row by row, in any turn, into one file: a zip of CSVs or an .xlsx.

Rows lie in files of a folder until the end, so memory does not grow with them; equal rows give equal bytes.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from app.workbooks.cells import CellValue
from app.workbooks.csv_writing import CsvLines
from app.workbooks.sheet_parts import SheetPart, book_parts

#: Answers repeat themselves: a faster level makes the file a tenth larger in a third of the time.
_LEVEL = 4
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


@dataclass(frozen=True)
class TablePlan:
    """Name and columns of a table."""

    name: str
    columns: Sequence[str]


class TableFile(Protocol):
    """Takes the rows of several tables; the bytes are complete after ``close``."""

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""

    def close(self) -> None:
        """Put the file together."""


class _Part(Protocol):
    """The rows of one table on their way into bytes."""

    @property
    def full(self) -> bool: ...

    def add(self, row: Sequence[CellValue]) -> None: ...

    def take(self) -> bytes: ...


class _Zip:
    """A zip whose large entries are written side by side in a folder and put in at the end."""

    def __init__(self, target: IO[bytes], folder: Path, parts: Sequence[tuple[str, _Part]]) -> None:
        self._target, self._folder, self._parts = target, folder, parts

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""
        part = self._parts[table][1]
        part.add(row)
        if part.full:
            self._put_away(table)

    def close(self) -> None:
        """Put the file together."""
        with zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            for name, content in self._small_parts():
                with archive.open(name, "w") as entry:
                    entry.write(content)
            for table, (name, _part) in enumerate(self._parts):
                # Opened by its name an entry has a fixed date, whatever the day.
                with (
                    self._put_away(table).open("rb") as file,
                    archive.open(name, "w", force_zip64=True) as entry,
                ):
                    shutil.copyfileobj(file, entry, 1 << 20)

    def _put_away(self, table: int) -> Path:
        path = self._folder / f"part-{table}"
        with path.open("ab") as file:
            file.write(self._parts[table][1].take())
        return path

    def _small_parts(self) -> Iterator[tuple[str, bytes]]:
        yield from ()


class CsvZip(_Zip):
    """A zip with one CSV for each table."""

    def __init__(self, target: IO[bytes], folder: Path, plans: Sequence[TablePlan]) -> None:
        names = [f"{_NOT_IN_NAMES.sub('_', each.name)}.csv" for each in plans]
        parts = zip(names, (CsvLines(each.columns) for each in plans), strict=True)
        super().__init__(target, folder, list(parts))


class SheetBook(_Zip):
    """An .xlsx with one sheet for each table.

    Raises UnwritableContent: too-many-rows, too-many-columns, text-too-long.
    """

    def __init__(self, target: IO[bytes], folder: Path, plans: Sequence[TablePlan]) -> None:
        self._names = [each.name for each in plans]
        parts: list[tuple[str, _Part]] = [
            (f"xl/worksheets/sheet{number}.xml", SheetPart(each.name, each.columns))
            for number, each in enumerate(plans, start=1)
        ]
        super().__init__(target, folder, parts)

    def close(self) -> None:
        """Put the file together."""
        for _name, part in self._parts:
            if isinstance(part, SheetPart):
                part.end()
        super().close()

    def _small_parts(self) -> Iterator[tuple[str, bytes]]:
        yield from book_parts(self._names)
