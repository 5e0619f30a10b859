"""Functions of numbers and truth values."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from decimal import Context as Precision
from typing import TYPE_CHECKING

from app.xforms.xpath.function_spec import (
    Evaluate,
    FunctionSpec,
    of_all_values,
    of_context,
    of_nodes,
    of_values,
)
from app.xforms.xpath.state import Context
from app.xforms.xpath.tree import Node
from app.xforms.xpath.values import EPOCH, NAN, Scalar, fractional_days, to_boolean, to_number

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler


def _of_numbers(name: str, count: int, function: Callable[..., float]) -> FunctionSpec:
    """Describe a function of mathematics: NaN where it is not defined, infinite where it is too large."""

    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        parts = [_exact_number(compiler, argument) for argument in arguments]

        def calculate(context: Context) -> Scalar:
            numbers = [part(context) for part in parts]
            try:
                return float(function(*numbers))
            except ValueError:
                return NAN
            except OverflowError:
                return math.inf

        return calculate

    return FunctionSpec(name, count, count, build)


def _exact_number(compiler: Compiler, argument: Node) -> Callable[[Context], float]:
    """Return a function that gives a number; of a moment that was worked out, the part of the day too."""
    value = compiler.value(argument)
    if compiler.gives_nodes(argument):
        return lambda context: to_number(value(context))

    def read(context: Context) -> float:
        found = value(context)
        if not isinstance(found, datetime):
            return to_number(found)
        zone = context.world.now.tzinfo
        return fractional_days(found, zone) - fractional_days(EPOCH, zone)

    return read


def _power(base: float, exponent: float) -> float:
    # Java gives NaN where C, and so Python, gives 1.
    if math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)):
        return NAN
    if base == 0 and exponent < 0:
        return math.inf
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


def _log(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)


def _log10(value: float) -> float:
    return -math.inf if value == 0 else math.log10(value)


def _truncate(value: Scalar) -> Scalar:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def round_number(value: Scalar, digits: Scalar = 0.0) -> Scalar:
    """Round half up (towards positive infinity), as JavaRosa does; NaN beyond 30 digits."""
    number, wanted = to_number(value), to_number(digits)
    places = whole_number(wanted)
    if not math.isfinite(number):
        return number
    if abs(places) > 30:
        return NAN
    if places >= 0:
        mode = ROUND_HALF_UP if number >= 0 else ROUND_HALF_DOWN
        exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), mode, Precision(prec=400))
        return float(exact)
    return float(Decimal(int(number * 10.0**places + 0.5)).scaleb(-places))


def _whole(function: Callable[[float], int]) -> Callable[[Scalar], Scalar]:
    def calculate(value: Scalar) -> Scalar:
        number = to_number(value)
        return float(function(number)) if math.isfinite(number) else number

    return calculate


def _numbers(values: list[Scalar]) -> list[float]:
    return [number for number in map(to_number, values) if not math.isnan(number)]


def whole_number(number: float) -> int:
    """Return the whole number that Java makes of a number: 0 of NaN, the outermost one beyond 32 bits."""
    return 0 if math.isnan(number) else int(max(-(2.0**31), min(2.0**31 - 1, number)))


def _minimum(values: list[Scalar]) -> Scalar:
    return min(_numbers(values), default=NAN)


def _maximum(values: list[Scalar]) -> Scalar:
    return max(_numbers(values), default=NAN)


def _if(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    condition, yes, no = (compiler.value(argument) for argument in arguments)
    return lambda context: yes(context) if to_boolean(condition(context)) else no(context)


def _coalesce(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    first, second = (compiler.value(argument) for argument in arguments)

    def choose(context: Context) -> Scalar:
        value = first(context)
        nothing = value == "" or (isinstance(value, float) and math.isnan(value))
        return second(context) if nothing else value

    return choose


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
    FunctionSpec("coalesce", 2, 2, _coalesce),
    FunctionSpec("once", 1, 1, _once, lasting=False),
    of_values("depend", 1, None, lambda first, *_others: first),
    of_nodes("sum", lambda nodes: float(sum(_numbers([node.value for node in nodes])))),
    of_all_values("min", 0, _minimum),
    of_all_values("max", 0, _maximum),
    of_values("int", 1, 1, _truncate),
    of_values("round", 1, 2, round_number),
    of_values("floor", 1, 1, _whole(math.floor)),
    of_values("ceiling", 1, 1, _whole(math.ceil)),
    _of_numbers("abs", 1, abs),
    _of_numbers("pow", 2, _power),
    _of_numbers("sqrt", 1, math.sqrt),
    _of_numbers("log", 1, _log),
    _of_numbers("log10", 1, _log10),
    _of_numbers("exp", 1, math.exp),
    _of_numbers("exp10", 1, lambda a: _power(10.0, a)),
    _of_numbers("sin", 1, math.sin),
    _of_numbers("cos", 1, math.cos),
    _of_numbers("tan", 1, math.tan),
    _of_numbers("asin", 1, math.asin),
    _of_numbers("acos", 1, math.acos),
    _of_numbers("atan", 1, math.atan),
    _of_numbers("atan2", 2, math.atan2),
    FunctionSpec("pi", 0, 0, lambda _compiler, _arguments: lambda _context: math.pi),
    of_context("random", _random),
    FunctionSpec("uuid", 0, 1, _uuid, lasting=False),
)
