"""Reading JSON that strangers wrote: bounded size, depth and count, and nothing that no text can hold."""

from __future__ import annotations

import json
import math
from typing import Any

from app.xforms.problems import XFormProblem

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 100_000


def parse_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises XFormProblem: too-large, malformed-json (NaN and numbers without end are no JSON), too-deep,
    too-many-nodes, half-characters (half of a surrogate pair, which no encoding can write).
    """
    if len(text) > MAX_CHARACTERS:
        raise XFormProblem("too-large", {"limit": MAX_CHARACTERS})
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise XFormProblem("too-deep", {"limit": MAX_DEPTH}) from error
    except ValueError as error:
        # Also what the reader says of numbers with thousands of digits.
        raise XFormProblem("malformed-json", {"detail": str(error)[:200]}) from error
    _look_through(value)
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _look_through(value: Any) -> None:
    """Check every value without recursion, so that no depth can exhaust the stack."""
    waiting, level, seen = [value], 0, 0
    while waiting:
        level += 1
        seen += len(waiting)
        if level > MAX_DEPTH:
            raise XFormProblem("too-deep", {"limit": MAX_DEPTH})
        if seen > MAX_VALUES:
            raise XFormProblem("too-many-nodes", {"limit": MAX_VALUES})
        below: list[Any] = []
        for each in waiting:
            if isinstance(each, dict):
                below.extend(each.values())
                for name in each:
                    _check_text(name)
            elif isinstance(each, list):
                below.extend(each)
            elif isinstance(each, str):
                _check_text(each)
            elif isinstance(each, float) and not math.isfinite(each):
                raise XFormProblem("malformed-json", {"detail": "Infinity"})
        waiting = below


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise XFormProblem("half-characters", {"found": ascii(text[error.start : error.end])[:40]}) from error
