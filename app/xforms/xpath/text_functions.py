"""Functions of texts and of lists of chosen values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from time import perf_counter
from typing import TYPE_CHECKING

import regex

from app.xforms.problems import XFormProblem
from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_all_values, of_values
from app.xforms.xpath.java_patterns import compile_pattern
from app.xforms.xpath.number_functions import whole_number
from app.xforms.xpath.state import Context
from app.xforms.xpath.tree import Literal, Node
from app.xforms.xpath.values import Scalar, to_boolean, to_number, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

_DIGESTS = {"MD5": hashlib.md5, "SHA-1": hashlib.sha1, "SHA-256": hashlib.sha256, "SHA-384": hashlib.sha384}
_DIGESTS |= {"SHA-512": hashlib.sha512}
_MAX_MATCHED = 20_000
_CONTROLS = "".join(map(chr, range(33)))
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_NOT_BASE64 = re.compile("[^A-Za-z0-9+/=]")


def items_of(value: Scalar) -> list[str]:
    """Return the chosen values of a list joined by spaces."""
    return [item for item in to_text(value).split(" ") if item]


def _substr(text: Scalar, start: Scalar, end: Scalar = math.inf) -> Scalar:
    units = _units(to_text(text))
    length = len(units) // 2
    first, last = (_offset(whole_number(to_number(place)), length) for place in (start, end))
    cut = units[2 * first : 2 * last].decode("utf-16-le", "surrogatepass")
    # Half of a sign outside the basic plane is written as a question mark.
    return cut.encode(errors="replace").decode()


def _units(text: str) -> bytes:
    """Return a text in the units that Java and JavaScript count: a sign outside the basic plane has two."""
    return text.encode("utf-16-le", "surrogatepass")


def _offset(place: int, length: int) -> int:
    return min(max(0, place + length if place < 0 else place), length)


def _selected(chosen: Scalar, wanted: Scalar) -> Scalar:
    return f" {to_text(wanted).strip(_CONTROLS)} " in f" {to_text(chosen)} "


def _substring(text: Scalar, start: Scalar, count: Scalar = math.inf) -> Scalar:
    first = math.floor(to_number(start) + 0.5) if math.isfinite(to_number(start)) else to_number(start)
    last = first + (
        math.floor(to_number(count) + 0.5) if math.isfinite(to_number(count)) else to_number(count)
    )
    return "".join(sign for place, sign in enumerate(to_text(text), start=1) if first <= place < last)


def _selected_at(chosen: Scalar, place: Scalar) -> Scalar:
    items, index = items_of(chosen), whole_number(to_number(place))
    return items[index] if 0 <= index < len(items) else ""


def _regex(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    text, pattern = compiler.value(arguments[0]), compiler.value(arguments[1])
    if isinstance(arguments[1], Literal):
        try:
            compile_pattern(to_text(arguments[1].value))
        except regex.error as error:
            raise XFormProblem("expression-syntax", {"function": "regex", "detail": str(error)}) from error

    def match(context: Context) -> Scalar:
        try:
            found = compile_pattern(to_text(pattern(context)))
        except regex.error:
            return False
        return _matches(found, to_text(text(context))[:_MAX_MATCHED], context)

    return match


def _matches(pattern: regex.Pattern[str], text: str, context: Context) -> bool:
    """Whether the whole text matches; false, and counted as undecided, when the form's time for it is over.

    A pattern with repeats inside repeats takes twice as long for each further letter. Other threads go on
    meanwhile.
    """
    world = context.world
    if world.seconds_to_match <= 0:
        world.undecided += 1
        return False
    began = perf_counter()
    try:
        return pattern.fullmatch(text, timeout=world.seconds_to_match, concurrent=True) is not None
    except TimeoutError:
        world.undecided += 1
        return False
    finally:
        world.seconds_to_match -= perf_counter() - began


def _digest(text: Scalar, algorithm: Scalar, encoding: Scalar = "base64") -> Scalar:
    name, written = to_text(algorithm).upper(), to_text(encoding).lower()
    if name not in _DIGESTS or written not in {"hex", "base64"}:
        return ""
    digest = _DIGESTS[name](to_text(text).encode())
    return digest.hexdigest() if written == "hex" else base64.b64encode(digest.digest()).decode()


def _base64_decode(text: Scalar) -> Scalar:
    signs = _NOT_BASE64.sub("", to_text(text))
    try:
        return base64.b64decode(signs).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _join(values: list[Scalar]) -> Scalar:
    return to_text(values[0]).join(to_text(value) for value in values[1:])


def _translate(text: Scalar, old: Scalar, new: Scalar) -> Scalar:
    replacements = to_text(new)
    table: dict[int, str | None] = {}
    for place, sign in enumerate(to_text(old)):
        table.setdefault(ord(sign), replacements[place] if place < len(replacements) else None)
    return to_text(text).translate(table)


def _checklist(values: list[Scalar]) -> Scalar:
    least, most = (whole_number(to_number(value)) for value in values[:2])
    count = sum(1 for value in values[2:] if to_boolean(value))
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _weighted_checklist(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    least, most = compiler.value(arguments[0]), compiler.value(arguments[1])
    factors = [compiler.values(argument) for argument in arguments[2::2]]
    weights = [compiler.values(argument) for argument in arguments[3::2]]
    if len(factors) != len(weights):
        raise XFormProblem(
            "wrong-argument-count", {"function": "weighted-checklist", "found": len(arguments)}
        )

    def weigh(context: Context) -> Scalar:
        held = [value for factor in factors for value in factor(context)]
        heavy = [to_number(value) for weight in weights for value in weight(context)]
        total = sum(weight for value, weight in zip(held, heavy, strict=False) if to_boolean(value))
        return to_number(least(context)) <= total <= to_number(most(context))

    return weigh


def _from_string(value: Scalar) -> Scalar:
    return to_text(value).lower() in {"true", "1"}


def _string_of(convert_with: str) -> FunctionSpec:
    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        value: Evaluate = compiler.value(arguments[0]) if arguments else lambda context: context.node.value
        if convert_with == "string":
            return lambda context: to_text(value(context))
        if convert_with == "string-length":
            return lambda context: len(_units(to_text(value(context)))) / 2
        if convert_with == "normalize-space":
            return lambda context: _SPACES.sub(" ", to_text(value(context)).strip(_CONTROLS))
        return lambda context: to_number(value(context))

    return FunctionSpec(convert_with, 0, 1, build)


TEXT_FUNCTIONS = (
    _string_of("string"),
    _string_of("string-length"),
    _string_of("normalize-space"),
    _string_of("number"),
    of_all_values("concat", 0, lambda values: "".join(to_text(value) for value in values)),
    of_all_values("join", 1, _join, before=1),
    of_values("substr", 2, 3, _substr),
    of_values("substring", 2, 3, _substring),
    of_values("substring-before", 2, 2, lambda a, b: to_text(a)[: max(to_text(a).find(to_text(b)), 0)]),
    of_values(
        "substring-after",
        2,
        2,
        lambda a, b: to_text(a).partition(to_text(b))[2] if to_text(b) else to_text(a),
    ),
    of_values("contains", 2, 2, lambda a, b: to_text(b) in to_text(a)),
    of_values("starts-with", 2, 2, lambda a, b: to_text(a).startswith(to_text(b))),
    of_values("ends-with", 2, 2, lambda a, b: to_text(a).endswith(to_text(b))),
    of_values("translate", 3, 3, _translate),
    of_values("selected", 2, 2, _selected),
    of_values("is-selected", 2, 2, _selected),
    of_values("selected-at", 2, 2, _selected_at),
    of_values("count-selected", 1, 1, lambda a: float(len(items_of(a)))),
    FunctionSpec("regex", 2, 2, _regex),
    of_values("digest", 2, 3, _digest),
    of_values("base64-decode", 1, 1, _base64_decode),
    of_values("boolean-from-string", 1, 1, _from_string),
    of_all_values("checklist", 2, _checklist, before=2),
    FunctionSpec("weighted-checklist", 2, None, _weighted_checklist),
)
