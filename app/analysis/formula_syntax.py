"""The language of the indicators' formulas: text to a frozen tree and back.

The language knows numbers, names of base items, ``+ - * / ( )``, the unary minus, ``max``, ``min``,
``abs`` and ``prev(NAME)``, the item's value of the year before.  The signs Chinese keyboards type
(×÷（），－＋) mean the same. Nothing is handed to Python's own evaluator.  A wrong text is an error with
its position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

from app.analysis.refusals import Refusal

Operator = Literal["+", "-", "*", "/"]

_LONGEST_TEXT = 2000
_DEEPEST_NESTING = 40
_MOST_TOKENS = 400
_SAME_SIGN = str.maketrans("×÷（），－−＋＊／", "*/(),--+*/")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>[-+*/(),])"
)
# Fewest and most arguments.
_FUNCTIONS: dict[str, tuple[int, float]] = {"max": (2, inf), "min": (2, inf), "abs": (1, 1)}


class FormulaError(Refusal):
    """A formula text that cannot be read.

    ``position`` is the 0-based index into the text; it stands among the ``facts``, with what was found there.
    """

    def __init__(self, code: str, position: int, **facts: object) -> None:
        self.position = position
        super().__init__(code, position=position, **facts)


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Previous:
    """The value an item had in the year before."""

    name: str


@dataclass(frozen=True)
class Negation:
    operand: Expression


@dataclass(frozen=True)
class Operation:
    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Previous | Negation | Operation | Call


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(text: str) -> list[_Token]:
    if len(text) > _LONGEST_TEXT:
        raise FormulaError("formula-too-long", _LONGEST_TEXT, length=len(text), limit=_LONGEST_TEXT)
    plain = text.translate(_SAME_SIGN)
    tokens: list[_Token] = []
    position = 0
    while position < len(plain):
        if plain[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(plain, position)
        if match is None:
            raise FormulaError("formula-bad-character", position, found=text[position])
        kind = match.lastgroup or "sign"
        tokens.append(_Token(kind, match.group(), position))
        position = match.end()
        if kind == "number" and position < len(plain) and re.match(r"[A-Za-z0-9_.]", plain[position]):
            raise FormulaError("formula-bad-number", match.start(), found=text[match.start() : position + 1])
    if not tokens:
        raise FormulaError("formula-empty", 0)
    if len(tokens) > _MOST_TOKENS:
        raise FormulaError("formula-too-deep", tokens[_MOST_TOKENS].position, limit=_MOST_TOKENS)
    return [*tokens, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent; the nesting is bounded because each level takes frames of Python's own stack."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._sum()
        if self._peek().kind != "end":
            raise self._unexpected()
        return expression

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _unexpected(self) -> FormulaError:
        token = self._peek()
        if token.kind == "end":
            return FormulaError("formula-unexpected-end", token.position)
        return FormulaError("formula-unexpected", token.position, found=token.text)

    def _expect(self, sign: str) -> None:
        if self._peek().text != sign:
            raise self._unexpected()
        self._next += 1

    def _chain(self, signs: str, part: Callable[[], Expression]) -> Expression:
        left = part()
        while self._peek().kind == "sign" and self._peek().text in signs:
            operator = self._take().text
            left = Operation(operator, left, part())  # type: ignore[arg-type]
        return left

    def _sum(self) -> Expression:
        return self._chain("+-", self._product)

    def _product(self) -> Expression:
        return self._chain("*/", self._unary)

    def _unary(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST_NESTING:
            raise FormulaError("formula-too-deep", self._peek().position, limit=_DEEPEST_NESTING)
        if self._peek().text == "-":
            self._next += 1
            found: Expression = Negation(self._unary())
        else:
            found = self._atom()
        self._depth -= 1
        return found

    def _atom(self) -> Expression:
        token = self._peek()
        if token.kind == "number":
            self._next += 1
            return self._number(token)
        if token.kind == "name":
            self._next += 1
            return self._named(token)
        if token.text == "(":
            self._next += 1
            inner = self._sum()
            self._expect(")")
            return inner
        raise self._unexpected()

    @staticmethod
    def _number(token: _Token) -> Number:
        value = float(token.text)
        if not isfinite(value):
            raise FormulaError("formula-bad-number", token.position, found=token.text)
        return Number(value)

    def _named(self, token: _Token) -> Expression:
        called = self._peek().text == "("
        if not called:
            if token.text in _FUNCTIONS or token.text == "prev":
                raise FormulaError("formula-reserved-name", token.position, found=token.text)
            return Name(token.text)
        self._next += 1
        if token.text == "prev":
            return self._previous()
        if token.text not in _FUNCTIONS:
            raise FormulaError("formula-unknown-function", token.position, found=token.text)
        arguments = [self._sum()]
        while self._peek().text == ",":
            self._next += 1
            arguments.append(self._sum())
        self._expect(")")
        fewest, most = _FUNCTIONS[token.text]
        if not fewest <= len(arguments) <= most:
            raise FormulaError("formula-wrong-arity", token.position, found=token.text, count=len(arguments))
        return Call(token.text, tuple(arguments))

    def _previous(self) -> Previous:
        token = self._peek()
        if token.kind != "name":
            raise self._unexpected()
        if token.text in _FUNCTIONS or token.text == "prev":
            raise FormulaError("formula-reserved-name", token.position, found=token.text)
        self._next += 1
        self._expect(")")
        return Previous(token.text)


def parse(text: str) -> Expression:
    """The tree of a formula; raises :class:`FormulaError` with the position of what is wrong."""
    return _Parser(text).whole()


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    if isinstance(expression, Negation):
        return (expression.operand,)
    if isinstance(expression, Operation):
        return (expression.left, expression.right)
    return expression.arguments if isinstance(expression, Call) else ()


def _walk(expression: Expression) -> Iterator[Expression]:
    waiting = [expression]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(parts_of(found))


def names(expression: Expression) -> frozenset[str]:
    """The base items of this year that the formula asks for."""
    return frozenset(part.name for part in _walk(expression) if isinstance(part, Name))


def previous_names(expression: Expression) -> frozenset[str]:
    """The base items of the year before that the formula asks for, by ``prev(NAME)``."""
    return frozenset(part.name for part in _walk(expression) if isinstance(part, Previous))


def unparse(expression: Expression) -> str:
    """A text that parses to the same tree; brackets stand only where the tree needs them."""
    if isinstance(expression, Number):
        return repr(expression.value).removesuffix(".0")
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Previous):
        return f"prev({expression.name})"
    if isinstance(expression, Call):
        return f"{expression.function}({', '.join(unparse(part) for part in expression.arguments)})"
    if isinstance(expression, Negation):
        inner = unparse(expression.operand)
        return f"-({inner})" if isinstance(expression.operand, Operation) else f"-{inner}"
    left, right = unparse(expression.left), unparse(expression.right)
    product = expression.operator in "*/"
    if product and isinstance(expression.left, Operation) and expression.left.operator in "+-":
        left = f"({left})"
    if isinstance(expression.right, Operation) and (product or expression.right.operator in "+-"):
        right = f"({right})"
    return f"{left} {expression.operator} {right}"
