"""Whole numbers as addresses, queries and forms write them: keys, years, pages."""

from __future__ import annotations

#: What an integer column holds on every database.
LARGEST_KEY = 2**31 - 1


def whole_number(text: str | None) -> int | None:
    """The number written in plain digits, from 0 to what a key column holds; None for anything else.

    ``str.isdigit`` alone is true of ``²``, which is no number, and of any length.
    """
    if not text or not text.isascii() or not text.isdigit():
        return None
    number = int(text) if len(text) <= len(str(LARGEST_KEY)) else LARGEST_KEY + 1
    return number if number <= LARGEST_KEY else None
