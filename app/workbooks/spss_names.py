"""Names and labels as SPSS takes them: short in bytes, of certain letters, each once whatever the case."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_NAME = 64
LONGEST_LABEL = 256
LONGEST_VALUE_LABEL = 120
LONGEST_TEXT = 32_767
_NOT_IN_NAMES = re.compile(r"[^\w.$#@]", re.UNICODE)
_RESERVED = {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}


def cut(text: str, most: int) -> str:
    """The text within ``most`` bytes of UTF-8, cut between letters."""
    raw = text.encode("utf-8", "replace")
    return raw[:most].decode("utf-8", "ignore")


def variable_names(names: Sequence[str]) -> list[str]:
    """A name of a variable for each column."""
    given: dict[str, str] = {}
    for name in names:
        plain = _NOT_IN_NAMES.sub("_", name).rstrip("._")
        if not plain or not plain[0].isalpha() or plain.upper() in _RESERVED:
            plain = f"v_{plain}"
        made, number = cut(plain, LONGEST_NAME), 1
        while made.lower() in given:
            number += 1
            end = f"_{number}"
            made = cut(plain, LONGEST_NAME - len(end)) + end
        given[made.lower()] = made
    return list(given.values())
