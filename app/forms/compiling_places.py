"""Where in the sheets pyxform's messages mean: it writes rows and columns into its sentences."""

from __future__ import annotations

import re
from typing import Any

LONGEST_DETAIL = 1_000
MOST_PLACES = 50
_ROW = re.compile(r"\[row\s*:\s*(\d+)\]")
_SHEET = re.compile(r"On the '([^']+)' sheet")
_COLUMN = re.compile(r"(?:, the|the) '([^']+)' (?:value|column|name)")


def places_of(message: str) -> list[dict[str, Any]]:
    """Split pyxform's message into its places; a message without a row is one place without one."""
    starts = [match.start() for match in _ROW.finditer(message)]
    if not starts:
        return [place_of(message)]
    bounds = [*starts, len(message)]
    places = [place_of(message[bounds[i] : bounds[i + 1]]) for i in range(len(starts))]
    return places[:MOST_PLACES]


def place_of(text: str) -> dict[str, Any]:
    """What pyxform says (``detail``) and, where it says so, ``sheet``, ``row`` and ``column``."""
    row, sheet, column = _ROW.search(text), _SHEET.search(text), _COLUMN.search(text)
    place: dict[str, Any] = {"detail": _ROW.sub("", text).strip()[:LONGEST_DETAIL]}
    if row:
        place["row"] = int(row[1])
        place["sheet"] = sheet[1] if sheet else "survey"
    elif sheet:
        place["sheet"] = sheet[1]
    if column:
        place["column"] = column[1]
    return place
