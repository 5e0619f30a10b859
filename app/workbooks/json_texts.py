"""JSON files from outside: read strictly, and refused where a text in them can be neither kept nor shown."""

from __future__ import annotations

import json
import re
from typing import Any

from app.workbooks.faults import UnreadableTable

#: Only an escape can bring half a surrogate pair or U+0000 into a text that is good UTF.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def read_json(content: bytes) -> Any:
    """The value of a JSON file in UTF-8, -16 or -32.

    Raises ValueError or RecursionError for what is no JSON, UnreadableTable
    ``json-text-unusable`` with the place (such as ``features[3].properties.name``) of a text with U+0000 or
    half a surrogate pair.
    """
    text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    value = json.loads(text)
    if _SUSPECT.search(text):
        place = _unusable_place(value)
        if place is not None:
            raise UnreadableTable("json-text-unusable", {"found": place[:200]})
    return value


def _unusable_place(value: Any) -> str | None:
    """Where the first unusable text stands; None where all can be used."""
    left: list[tuple[str, Any]] = [("", value)]
    while left:
        place, found = left.pop()
        if isinstance(found, str) and _UNUSABLE.search(found):
            return place or "$"
        if isinstance(found, list):
            left.extend((f"{place}[{number}]", each) for number, each in enumerate(found))
        elif isinstance(found, dict):
            for name, each in found.items():
                below = f"{place}.{_UNUSABLE.sub('�', name)}".removeprefix(".")
                if _UNUSABLE.search(name):
                    return below
                left.append((below, each))
    return None
