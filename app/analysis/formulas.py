"""Formulas of indicators: from the text to a number, for one area or for many.

The language itself stands in ``formula_syntax``.  Evaluating never raises on values: a missing item and a
division by zero are states of the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.analysis.formula_syntax import (
    Call,
    Expression,
    FormulaError,
    Name,
    Negation,
    Number,
    Operation,
    Operator,
    Previous,
    names,
    parse,
    parts_of,
    previous_names,
    unparse,
)

__all__ = [
    "Call",
    "Evaluation",
    "Expression",
    "FormulaError",
    "Name",
    "Negation",
    "Number",
    "Operation",
    "Previous",
    "Ratio",
    "evaluate",
    "names",
    "parse",
    "previous_names",
    "split",
    "unparse",
]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Reason = Literal["missing", "division-by-zero", "not-finite"]


@dataclass(frozen=True)
class Evaluation:
    """A number, or the reason why there is none; ``missing`` names the items without a value, sorted."""

    value: float | None
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    missing_previous: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ratio:
    """``factor * numerator / denominator``.

    ``additive`` says that both sides are linear in the items, so that the ratio of an upper area is the
    ratio of the sums of its parts.
    """

    factor: float
    numerator: Expression
    denominator: Expression
    additive: bool


def _is_missing(value: float | None) -> bool:
    return value is None or isnan(value)


def evaluate(
    expression: Expression,
    values: Mapping[str, float | None],
    previous: Mapping[str, float | None] | None = None,
) -> Evaluation:
    """Compute the formula; never raises on values.

    ``values`` holds the items of this year, ``previous`` those of the year before; ``None``, NaN and an
    absent key all mean missing.  The first obstacle in the order missing, division by zero, not finite is
    the reason.
    """
    earlier = previous or {}
    missing = tuple(sorted(name for name in names(expression) if _is_missing(values.get(name))))
    missing_previous = tuple(
        sorted(name for name in previous_names(expression) if _is_missing(earlier.get(name)))
    )
    if missing or missing_previous:
        return Evaluation(None, "missing", missing, missing_previous)
    try:
        value = _compute(expression, values, earlier)
    except ZeroDivisionError:
        return Evaluation(None, "division-by-zero")
    return Evaluation(value) if isfinite(value) else Evaluation(None, "not-finite")


def _compute(
    expression: Expression, values: Mapping[str, float | None], earlier: Mapping[str, float | None]
) -> float:
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, (Name, Previous)):
        found = (values if isinstance(expression, Name) else earlier)[expression.name]
        return float(found)  # type: ignore[arg-type]
    parts = [_compute(part, values, earlier) for part in parts_of(expression)]
    if isinstance(expression, Negation):
        return -parts[0]
    if isinstance(expression, Operation):
        return _combine(expression.operator, parts[0], parts[1])
    if expression.function == "abs":
        return abs(parts[0])
    return max(parts) if expression.function == "max" else min(parts)


def _combine(operator: Operator, left: float, right: float) -> float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    return left * right if operator == "*" else left / right


def split(expression: Expression) -> Ratio | None:
    """``factor * numerator / denominator`` when the top of the formula is one such chain, else ``None``.

    Constants anywhere in the chain (``a / b * 100``, ``100 * a / b``, ``a / (b / 10000)``) are gathered
    into the factor.  A chain with two varying factors on one side is not split, because sums of such
    products mean nothing.
    """
    above: list[Expression] = []
    below: list[Expression] = []
    if not _gather(expression, above, below):
        return None
    varying_above = [part for part in above if not _constant(part)]
    varying_below = [part for part in below if not _constant(part)]
    if len(varying_above) != 1 or len(varying_below) != 1:
        return None
    factor = 1.0
    for part in above:
        factor *= _number(part) if _constant(part) else 1.0
    for part in below:
        factor /= _number(part) if _constant(part) else 1.0
    additive = _linear(varying_above[0]) and _linear(varying_below[0])
    return Ratio(factor, varying_above[0], varying_below[0], additive)


def _gather(expression: Expression, above: list[Expression], below: list[Expression]) -> bool:
    """Sort the factors of a chain of products and quotients; False when a constant divisor is zero."""
    if isinstance(expression, Negation):
        above.append(Number(-1.0))
        return _gather(expression.operand, above, below)
    if isinstance(expression, Operation) and expression.operator == "*":
        return _gather(expression.left, above, below) and _gather(expression.right, above, below)
    if isinstance(expression, Operation) and expression.operator == "/":
        return _gather(expression.left, above, below) and _gather(expression.right, below, above)
    above.append(expression)
    return not _constant(expression) or evaluate(expression, {}).value not in {None, 0.0}


def _constant(expression: Expression) -> bool:
    return not names(expression) and not previous_names(expression)


def _number(expression: Expression) -> float:
    value = evaluate(expression, {}).value
    if value is None:
        raise AssertionError("a constant that cannot be computed is refused when it is gathered")
    return value


def _linear(expression: Expression) -> bool:
    """Whether the sum over areas of the expression is the expression of the sums (no constant term)."""
    if isinstance(expression, (Name, Previous)):
        return True
    if isinstance(expression, (Number, Call)):
        return False
    if isinstance(expression, Negation):
        return _linear(expression.operand)
    if expression.operator in "+-":
        return _linear(expression.left) and _linear(expression.right)
    if expression.operator == "*":
        return (_constant(expression.left) and _linear(expression.right)) or (
            _linear(expression.left) and _constant(expression.right)
        )
    return _linear(expression.left) and _constant(expression.right)
