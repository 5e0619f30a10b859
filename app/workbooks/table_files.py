"""Several tables written row by row, in any turn, into one zip: of CSVs here, its making for other kinds too.

Rows lie in files of a folder until the end, so memory does not grow with them; equal rows give equal bytes.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from app.workbooks.cells import CellValue
from app.workbooks.column_plans import TablePlan
from app.workbooks.csv_writing import CsvLines

#: Answers repeat themselves: a faster level makes the file a tenth larger in a third of the time.
LEVEL = 4
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]')


def safe_name(name: str) -> str:
    """A name that every system takes for a file."""
    return _NOT_IN_NAMES.sub("_", name)


def zip_files(
    target: IO[bytes], files: Iterable[tuple[str, Path]], *, method: int = zipfile.ZIP_DEFLATED
) -> None:
    """A zip of files by their names in it, drawn one after the other."""
    with zipfile.ZipFile(target, "w", method, compresslevel=LEVEL) as archive:
        for name, path in files:
            # Opened by its name an entry has a fixed date, whatever the day.
            with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as entry:
                shutil.copyfileobj(file, entry, 1 << 20)


class CsvZip:
    """A zip with one CSV for each table."""

    def __init__(self, target: IO[bytes], folder: Path, plans: Sequence[TablePlan]) -> None:
        self._target, self._folder = target, folder
        self._names = [f"{safe_name(each.name)}.csv" for each in plans]
        self._parts = [CsvLines(each.header) for each in plans]

    @property
    def told(self) -> Mapping[str, int]:
        """Nothing is lost in files of this kind."""
        return {}

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""
        part = self._parts[table]
        part.add(row)
        if part.full:
            self._put_away(table)

    def close(self) -> None:
        """Put the file together."""
        zip_files(self._target, ((name, self._put_away(table)) for table, name in enumerate(self._names)))

    def abandon(self) -> None:
        """Nothing stays open between the rows."""

    def _put_away(self, table: int) -> Path:
        path = self._folder / f"part-{table}"
        with path.open("ab") as file:
            file.write(self._parts[table].take())
        return path
