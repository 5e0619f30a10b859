"""Read delimited text: which encoding, which separator, and every record with its number."""

from __future__ import annotations

import csv
import io

from app.workbooks.cells import CellValue
from app.workbooks.faults import UnreadableTable

_SEPARATORS = ",\t;|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode_text(data: bytes) -> tuple[str, str]:
    """Text and encoding: UTF-8 with or without a mark, UTF-16 with a mark, else GB18030.

    Chinese spreadsheet programs save CSV in GB18030 (GBK, GB2312 are parts of it) unless told otherwise.
    Raises UnreadableTable encoding-unknown with the place of the first byte that fits neither.
    """
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
        else:
            if "\0" in text:
                raise UnreadableTable("binary-content", {"place": text.index("\0")})
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise UnreadableTable("encoding-unknown", {"byte": place, "line": data.count(b"\n", 0, place) + 1})


def read_delimited(
    data: bytes, *, rows: int, columns: int, text_length: int
) -> tuple[list[tuple[int, list[CellValue]]], str]:
    """Records with their number (a line break inside quotes does not count), and the encoding.

    Empty records are left out; an empty field is None. Raises UnreadableTable encoding-unknown,
    binary-content, malformed-text, too-many-rows, too-many-columns, text-too-long.
    """
    text, encoding = decode_text(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    found: list[tuple[int, list[CellValue]]] = []
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            values: list[CellValue] = [field if field.strip() else None for field in record]
            if not any(value is not None for value in values):
                continue
            _check_record(number, record, columns, text_length)
            found.append((number, values))
            if len(found) > rows + 1:
                raise UnreadableTable("too-many-rows", {"limit": rows})
    except csv.Error as error:
        facts = {"row": number + 1, "line": reader.line_num, "reason": str(error)}
        raise UnreadableTable("malformed-text", facts) from error
    return found, encoding


def _check_record(number: int, record: list[str], columns: int, text_length: int) -> None:
    if len(record) > columns:
        raise UnreadableTable("too-many-columns", {"row": number, "found": len(record), "limit": columns})
    for place, field in enumerate(record, start=1):
        if len(field) > text_length:
            facts = {"row": number, "column": place, "found": len(field), "limit": text_length}
            raise UnreadableTable("text-too-long", facts)


def _separator(text: str) -> str:
    """The sign that parts the first line that is not empty, counted outside quotes; a comma when in doubt."""
    line = next((line for line in io.StringIO(text[:100_000]) if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)
