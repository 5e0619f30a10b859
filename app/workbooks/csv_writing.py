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
_BATCH_BYTES = 64 * 1024


def safe_text(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before a sign that begins a formula, numbers excepted."""
    # White space before the sign does not stop a spreadsheet.
    if text.lstrip(" \u00a0\u3000").startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def stream_csv(
    rows: Iterable[Sequence[CellValue]], *, columns: Sequence[str], bom: bool = True
) -> Iterator[bytes]:
    """Pieces of a UTF-8 CSV (lines end in CR LF), with the mark that spreadsheets need to see it is UTF-8.

    Missing values are empty; moments are ISO 8601; truth values are `true` and `false`.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if bom:
        yield _BOM
    writer.writerow([safe_text(column) for column in columns])
    for row in rows:
        writer.writerow([_field(value) for value in row])
        if buffer.tell() > _BATCH_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_csv(rows: Iterable[Sequence[CellValue]], *, columns: Sequence[str], bom: bool = True) -> bytes:
    """A whole CSV in memory; see ``stream_csv``."""
    return b"".join(stream_csv(rows, columns=columns, bom=bom))


def _field(value: CellValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    # Half of a surrogate pair has no bytes in UTF-8.
    return safe_text(value.encode("utf-8", "replace").decode()) if isinstance(value, str) else str(value)
