"""Functions of numbers and truth values."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_all_values, of_context, of_values
from app.xforms.xpath.state import Context
from app.xforms.xpath.tree import Node
from app.xforms.xpath.values import NAN, Scalar, to_boolean, to_number, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler


def _guarded(function: Callable[..., float]) -> Callable[..., Scalar]:
    def calculate(*values: Scalar) -> Scalar:
        numbers = [to_number(value) for value in values]
        try:
            return float(function(*numbers))
        except ValueError:
            return NAN
        except OverflowError:
            return math.inf
        except ZeroDivisionError:
            return math.inf

    return calculate


def _log(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)


def _log10(value: float) -> float:
    return -math.inf if value == 0 else math.log10(value)


def _truncate(value: Scalar) -> Scalar:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def round_number(value: Scalar, digits: Scalar = 0.0) -> Scalar:
    """Round half up (towards positive infinity without digits), as JavaRosa does; NaN stays NaN."""
    number, places = to_number(value), to_number(digits)
    if not math.isfinite(number) or math.isnan(places) or abs(places) > 30:
        return number if math.isfinite(places) else NAN
    mode = ROUND_HALF_UP if number >= 0 else ROUND_HALF_DOWN
    if places < 1:
        scaled = Decimal(repr(number)).scaleb(int(places))
        return float(scaled.quantize(Decimal(1), rounding=mode).scaleb(-int(places)))
    exponent = Decimal(1).scaleb(-int(places))
    if abs(number) > 1e20:
        return number
    return float(Decimal(repr(number)).quantize(exponent, rounding=mode))


def _whole(function: Callable[[float], int]) -> Callable[[Scalar], Scalar]:
    def calculate(value: Scalar) -> Scalar:
        number = to_number(value)
        return float(function(number)) if math.isfinite(number) else number

    return calculate


def _numbers(values: list[Scalar]) -> list[float]:
    return [number for number in map(to_number, values) if not math.isnan(number)]


def _minimum(values: list[Scalar]) -> Scalar:
    return min(_numbers(values), default=NAN)


def _maximum(values: list[Scalar]) -> Scalar:
    return max(_numbers(values), default=NAN)


def _if(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    condition, yes, no = (compiler.value(argument) for argument in arguments)
    return lambda context: yes(context) if to_boolean(condition(context)) else no(context)


def _coalesce(values: list[Scalar]) -> Scalar:
    return next((value for value in values if to_text(value) != ""), "")


def _once(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    first = compiler.value(arguments[0])
    return lambda context: first(context) if context.node.value == "" else context.node.value


def _random(context: Context) -> Scalar:
    return context.world.chance.random()


def _uuid(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    if not arguments:
        return lambda _context: str(uuid.uuid4())
    length = compiler.value(arguments[0])
    signs = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def draw(context: Context) -> Scalar:
        wanted = to_number(length(context))
        count = int(wanted) if 0 <= wanted <= 1000 else 0
        return "".join(context.world.chance.choice(signs) for _ in range(count))

    return draw


NUMBER_FUNCTIONS = (
    of_values("boolean", 1, 1, to_boolean),
    of_values("not", 1, 1, lambda a: not to_boolean(a)),
    FunctionSpec("true", 0, 0, lambda _compiler, _arguments: lambda _context: True),
    FunctionSpec("false", 0, 0, lambda _compiler, _arguments: lambda _context: False),
    FunctionSpec("if", 3, 3, _if),
    of_all_values("coalesce", 1, _coalesce),
    FunctionSpec("once", 1, 1, _once, lasting=False),
    of_values("depend", 1, None, lambda first, *_others: first),
    of_all_values("sum", 1, lambda values: float(sum(_numbers(values)))),
    of_all_values("min", 0, _minimum),
    of_all_values("max", 0, _maximum),
    of_values("int", 1, 1, _truncate),
    of_values("round", 1, 2, round_number),
    of_values("floor", 1, 1, _whole(math.floor)),
    of_values("ceiling", 1, 1, _whole(math.ceil)),
    of_values("abs", 1, 1, _guarded(abs)),
    of_values("pow", 2, 2, _guarded(math.pow)),
    of_values("sqrt", 1, 1, _guarded(math.sqrt)),
    of_values("log", 1, 1, _guarded(_log)),
    of_values("log10", 1, 1, _guarded(_log10)),
    of_values("exp", 1, 1, _guarded(math.exp)),
    of_values("exp10", 1, 1, _guarded(lambda a: math.pow(10.0, a))),
    of_values("sin", 1, 1, _guarded(math.sin)),
    of_values("cos", 1, 1, _guarded(math.cos)),
    of_values("tan", 1, 1, _guarded(math.tan)),
    of_values("asin", 1, 1, _guarded(math.asin)),
    of_values("acos", 1, 1, _guarded(math.acos)),
    of_values("atan", 1, 1, _guarded(math.atan)),
    of_values("atan2", 2, 2, _guarded(math.atan2)),
    FunctionSpec("pi", 0, 0, lambda _compiler, _arguments: lambda _context: math.pi),
    of_context("random", _random),
    FunctionSpec("uuid", 0, 1, _uuid, lasting=False),
)
