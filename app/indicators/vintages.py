"""Vintages: the period a figure speaks of, as a year, a month or a day (2023, 2023-09, 2023-09-15)."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

_FIRST_YEAR = 1949
_VINTAGE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def read_vintage(text: str, *, exam_year: int) -> str | None:
    """The vintage somebody typed, in plain digits; None for no period of the calendar.

    The examination of a year looks back: no figure of it speaks of a later year.
    """
    plain = normalize("NFKC", text).strip()
    found = _VINTAGE.fullmatch(plain)
    if found is None:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        date(year, month, day)
    except ValueError:
        return None
    return plain if _FIRST_YEAR <= year <= exam_year else None
