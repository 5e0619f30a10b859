"""Cutting an XPath expression into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.xforms.problems import XFormProblem

MAX_LENGTH = 40_000
_NAME = r"[^\W\d][\w.\-·]*"
_PATTERN = re.compile(
    rf"""\s*(?:
    (?P<string>"[^"]*"|'[^']*')
  | (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<name>{_NAME}(?::(?:{_NAME}|\*))?(?!:(?!:)))
  | (?P<symbol>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*$])
)""",
    re.VERBOSE,
)
_SPACES = re.compile(r"\s*\Z")
_OPERATOR_NAMES = frozenset({"and", "or", "div", "mod"})
# After one of these (or at the start) a name is a name and ``*`` a wildcard; after anything else they are
# operators.
_BEFORE_OPERAND = frozenset(
    {"@", "::", "(", "[", ",", "/", "//", "|", "+", "-", "=", "!=", "<", "<=", ">", ">="}
)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is string, number, name, operator (and, or, div, mod, ``*``) or symbol.

    The last one is ``end``.
    """

    kind: str
    text: str
    position: int


def tokenize(expression: str) -> list[Token]:
    """Cut an expression into tokens, closed by one of kind ``end``. Raises XFormProblem expression-syntax."""
    if len(expression) > MAX_LENGTH:
        raise XFormProblem("expression-syntax", {"detail": "too long", "limit": MAX_LENGTH, "position": 0})
    tokens: list[Token] = []
    position = 0
    while not _SPACES.match(expression, position):
        match = _PATTERN.match(expression, position)
        if match is None or match.lastgroup is None:
            raise XFormProblem("expression-syntax", {"expression": expression, "position": position})
        text = match.group(match.lastgroup)
        tokens.append(Token(_kind(match.lastgroup, text, tokens), text, match.start(match.lastgroup)))
        position = match.end()
    tokens.append(Token("end", "", len(expression)))
    return tokens


def _kind(group: str, text: str, before: list[Token]) -> str:
    operand_expected = not before or before[-1].kind == "operator" or before[-1].text in _BEFORE_OPERAND
    if before and before[-1].kind in {"string", "name", "number"}:
        operand_expected = False
    if not operand_expected and (text == "*" or text in _OPERATOR_NAMES):
        return "operator"
    return group
