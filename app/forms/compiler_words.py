"""What pyxform says, in codes that have words: its common messages by their pattern."""

from __future__ import annotations

import re
from typing import Any

_NAMED = r"'(?P<found>[^']*)'"
#: Tried in this order; named groups become facts.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("form-name-invalid", r"Names must begin with a letter or underscore"),
    ("form-name-meta", r"The name 'meta' is reserved"),
    ("form-name-twice-repeat", rf"{_NAMED} value is invalid\. Repeat names must"),
    ("form-name-twice-repeat", r"'name' value '(?P<found>[^']*)' is invalid\. Repeat names must"),
    ("form-name-twice-somewhere", r"'name' value '(?P<found>[^']*)' is invalid\. Questions, groups"),
    ("form-reference-unknown", r"Could not find the name '(?P<found>[^']*)'"),
    ("form-reference-unknown", r"There is no survey element (?:with|named) (?:this name|'(?P<found>[^']*)')"),
    ("form-reference-ambiguous", r"The name '(?P<found>[^']*)' appears more than once"),
    ("form-reference-written", r"Reference variables must start with"),
    ("form-end-unmatched", r"Unmatched 'end_(?P<found>\w+)'|Unmatched end statement"),
    ("form-begin-unmatched", r"Unmatched 'begin_(?P<found>\w+)'|Unmatched begin statement"),
    ("form-type-unknown", rf"Unknown question type {_NAMED}"),
    ("form-type-missing", r"Question with no type"),
    ("form-name-missing", r"Question or group with no name"),
    ("form-label-missing", rf"element named {_NAMED} has no label or hint"),
    ("form-calculation-missing", r"Missing calculation"),
    ("form-list-missing", r"List name not in (?:external )?choices sheet: (?P<found>\S+)"),
    ("form-heading-twice", r"Duplicate column header: (?P<found>.+)"),
    ("form-heading-twice", r"different names for the same column were found: '[^']*', '(?P<found>[^']*)'"),
    ("form-headings-invalid", r"Invalid headers provided for sheet"),
    ("form-choice-heading", r"Column headers must not be empty and must not contain spaces"),
    ("form-choice-spaces", r"Choice names with spaces .*See \[(?P<found>[^\]]*)\] in \[(?P<list>[^\]]*)\]"),
    ("form-choice-unnamed", r"Choices must have a name"),
    (
        "form-parameters-invalid",
        r"'parameters' value is invalid|Parameter \S+ must|must be set to true or false",
    ),
)
_COMPILED = tuple((code, re.compile(pattern, re.DOTALL)) for code, pattern in _PATTERNS)


def told_code(detail: str) -> tuple[str, dict[str, Any]]:
    """The code of a message with its facts; ``form-compiler-says`` with the message where none fits."""
    for code, pattern in _COMPILED:
        if (match := pattern.search(detail)) is not None:
            facts = {name: value for name, value in match.groupdict().items() if value is not None}
            return code, {"found": "—", "list": "—", "first": "—", "expected": ["—"]} | facts
    return "form-compiler-says", {"detail": detail}
