"""Addresses and values of cells: `C7` is column 3, row 7, both counted from one."""

from __future__ import annotations

import datetime
import re

CellValue = (
    str | int | float | bool | datetime.datetime | datetime.date | datetime.time | datetime.timedelta | None
)

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_NEEDS_QUOTES = re.compile(r"[\s'!\[\]:]")


def column_letter(column: int) -> str:
    """Letters of a column counted from one: 1 is A, 27 is AA."""
    if column < 1:
        raise ValueError(f"columns are counted from one, not {column}")
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Number of a column counted from one; raises ValueError for anything but Latin letters."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"not a column: {letters!r}")
        number = number * 26 + ord(letter) - 64
    if not number:
        raise ValueError("an empty column name")
    return number


def address(row: int, column: int) -> str:
    """Address of a cell, row and column counted from one: (7, 3) is C7."""
    return f"{column_letter(column)}{row}"


def split_address(text: str) -> tuple[int, int]:
    """Row and column of an address such as `C7` or `$C$7`; raises ValueError outside a sheet's limits."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        raise ValueError(f"not a cell address: {text!r}")
    row, column = int(found[2]), column_number(found[1])
    if not (1 <= row <= LAST_ROW and column <= LAST_COLUMN):
        raise ValueError(f"outside a sheet: {text!r}")
    return row, column


def split_range(text: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of `B2:D9` or of a single cell."""
    first, _, last = text.partition(":")
    top, left = split_address(first)
    bottom, right = split_address(last) if last else (top, left)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def qualified(sheet: str | None, place: str) -> str:
    """Address with the sheet's name, quoted as a spreadsheet does where the name needs it: `区县!C7`."""
    if not sheet:
        return place
    if _NEEDS_QUOTES.search(sheet):
        sheet = "'" + sheet.replace("'", "''") + "'"
    return f"{sheet}!{place}"
