"""Functions of texts and of lists of chosen values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import zlib
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

import regex

from app.xforms.problems import XFormProblem
from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_all_values, of_values
from app.xforms.xpath.state import Context
from app.xforms.xpath.tree import Literal, Node
from app.xforms.xpath.values import Scalar, to_boolean, to_number, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

# Java's names of character classes, as Python's re knows them.
_JAVA_CLASSES = {
    "L": "a-zA-Z\u00aa-\u02af\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufdff\uff21-\uffdc",
    "IsHan": "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "N": "0-9",
    "Nd": "0-9",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Upper": "A-Z",
    "Lower": "a-z",
    "Lu": "A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f",
    "Ll": "a-z\u00df-\u00ff\u03b1-\u03c9\u0430-\u044f",
    "Punct": r"!-/:-@\[-`{-~",
    "Space": r"\s",
}
_JAVA_CLASS = re.compile(r"\\p\{(?:script=|sc=|In)?(\w+)\}|\\p([LN])")
_DIGESTS = {"MD5": hashlib.md5, "SHA-1": hashlib.sha1, "SHA-256": hashlib.sha256, "SHA-384": hashlib.sha384}
_DIGESTS |= {"SHA-512": hashlib.sha512}
_MAX_MATCHED = 20_000


def items_of(value: Scalar) -> list[str]:
    """Return the chosen values of a list joined by spaces."""
    return to_text(value).split()


def _substr(text: Scalar, start: Scalar, end: Scalar = math.inf) -> Scalar:
    whole = to_text(text)
    first, last = to_number(start), to_number(end)
    return whole[_offset(first, len(whole)) : _offset(last, len(whole))]


def _offset(place: float, length: int) -> int:
    if math.isnan(place):
        return 0
    whole = length if place >= length else int(place)
    return max(0, whole + length) if whole < 0 else whole


def _substring(text: Scalar, start: Scalar, count: Scalar = math.inf) -> Scalar:
    first = math.floor(to_number(start) + 0.5) if math.isfinite(to_number(start)) else to_number(start)
    last = first + (
        math.floor(to_number(count) + 0.5) if math.isfinite(to_number(count)) else to_number(count)
    )
    return "".join(sign for place, sign in enumerate(to_text(text), start=1) if first <= place < last)


def _selected_at(chosen: Scalar, place: Scalar) -> Scalar:
    items, index = items_of(chosen), to_number(place)
    return items[int(index)] if 0 <= index < len(items) else ""


@lru_cache(maxsize=2048)
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile a regular expression written for Java. Raises regex.error."""

    def replace(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in _JAVA_CLASSES:
            raise regex.error(f"character class {name}")
        before = pattern[: match.start()]
        inside = before.count("[") - before.count("\\[") > before.count("]") - before.count("\\]")
        return _JAVA_CLASSES[name] if inside else f"[{_JAVA_CLASSES[name]}]"

    return regex.compile(_JAVA_CLASS.sub(replace, pattern))


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
    content, name = to_text(text).encode(), to_text(algorithm).upper()
    if name == "CRC32":
        raw = f"{zlib.crc32(content):x}".encode()
        return base64.b64encode(raw).decode() if to_text(encoding).lower() == "base64" else raw.decode()
    if name not in _DIGESTS:
        return ""
    digest = _DIGESTS[name](content)
    return (
        digest.hexdigest()
        if to_text(encoding).lower() == "hex"
        else base64.b64encode(digest.digest()).decode()
    )


def _base64_decode(text: Scalar) -> Scalar:
    try:
        return base64.b64decode(to_text(text), validate=True).decode("utf-8", errors="replace")
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
    least, most = to_number(values[0]), to_number(values[1])
    count = sum(1 for value in values[2:] if to_boolean(value))
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _weighted_checklist(values: list[Scalar]) -> Scalar:
    least, most = to_number(values[0]), to_number(values[1])
    weight = sum(to_number(w) for v, w in zip(values[2::2], values[3::2], strict=False) if to_boolean(v))
    return least <= weight <= most


def _from_string(value: Scalar) -> Scalar:
    return to_text(value).lower() in {"true", "1"}


def _string_of(convert_with: str) -> FunctionSpec:
    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        value: Evaluate = compiler.value(arguments[0]) if arguments else lambda context: context.node.value
        if convert_with == "string":
            return lambda context: to_text(value(context))
        if convert_with == "string-length":
            return lambda context: float(len(to_text(value(context))))
        if convert_with == "normalize-space":
            return lambda context: " ".join(to_text(value(context)).split())
        return lambda context: to_number(value(context))

    return FunctionSpec(convert_with, 0, 1, build)


TEXT_FUNCTIONS = (
    _string_of("string"),
    _string_of("string-length"),
    _string_of("normalize-space"),
    _string_of("number"),
    of_all_values("concat", 0, lambda values: "".join(to_text(value) for value in values)),
    of_all_values("join", 1, _join),
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
    of_values("selected", 2, 2, lambda a, b: to_text(b).strip() in items_of(a)),
    of_values("is-selected", 2, 2, lambda a, b: to_text(b).strip() in items_of(a)),
    of_values("selected-at", 2, 2, _selected_at),
    of_values("count-selected", 1, 1, lambda a: float(len(items_of(a)))),
    FunctionSpec("regex", 2, 2, _regex),
    of_values("digest", 2, 3, _digest),
    of_values("base64-decode", 1, 1, _base64_decode),
    of_values("boolean-from-string", 1, 1, _from_string),
    of_all_values("checklist", 2, _checklist),
    of_all_values("weighted-checklist", 2, _weighted_checklist),
)
