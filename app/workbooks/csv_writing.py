"""Write CSV row by row, so that a spreadsheet opens it with the right letters and runs nothing in it."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from app.workbooks.cells import CellValue

_BOM = b"\xef\xbb\xbf"
# Spreadsheets with a Chinese keyboard take the full-width signs for formulas too.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?%?", re.ASCII)
# White space before the sign does not stop a spreadsheet.
_SPACES = " \u00a0\u3000"
_SUSPECT = frozenset((*_FORMULA_STARTS, *_SPACES))
_AS_THEY_ARE = frozenset((int, float, type(None)))
_BATCH_LETTERS = 64 * 1024


def safe_text(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before a sign that begins a formula, numbers excepted."""
    if text[:1] not in _SUSPECT:
        return text
    if text.lstrip(_SPACES).startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


class CsvLines:
    """Rows go in, bytes of a UTF-8 CSV come out (lines end in CR LF), with the mark that spreadsheets need
    to see it is UTF-8.

    Missing values are empty; moments are ISO 8601; truth values are `true` and `false`.
    """

    def __init__(self, columns: Sequence[str], *, bom: bool = True) -> None:
        self._buffer = io.StringIO("\ufeff" if bom else "", newline="")
        self._buffer.seek(0, io.SEEK_END)
        self._writer = csv.writer(self._buffer)
        self.add(columns)

    def add(self, row: Sequence[CellValue]) -> None:
        """Write a row."""
        # Most cells are written as they are, and asking so here spares a call for each.
        self._writer.writerow(
            [
                value
                if (kind := type(value)) in _AS_THEY_ARE or (kind is str and value[:1] not in _SUSPECT)  # type: ignore[index]
                else _field(value)
                for value in row
            ]
        )

    @property
    def full(self) -> bool:
        """Whether it is time to take what is written."""
        return self._buffer.tell() > _BATCH_LETTERS

    def take(self) -> bytes:
        """The bytes written since the last taking."""
        # Half of a surrogate pair has no bytes in UTF-8.
        taken = self._buffer.getvalue().encode("utf-8", "replace")
        self._buffer.seek(0)
        self._buffer.truncate()
        return taken


def stream_csv(
    rows: Iterable[Sequence[CellValue]], *, columns: Sequence[str], bom: bool = True
) -> Iterator[bytes]:
    """Pieces of a CSV, see ``CsvLines``; rows are drawn while pieces are taken."""
    lines = CsvLines(columns, bom=bom)
    for row in rows:
        lines.add(row)
        if lines.full:
            yield lines.take()
    yield lines.take()


def write_csv(rows: Iterable[Sequence[CellValue]], *, columns: Sequence[str], bom: bool = True) -> bytes:
    """A whole CSV in memory; see ``CsvLines``."""
    return b"".join(stream_csv(rows, columns=columns, bom=bom))


def _field(value: CellValue) -> str | int | float | None:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return value
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
