"""Regular expressions as Java reads them, for an engine that can be stopped."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

import regex

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
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|\Z)", re.DOTALL)
_NAMED = re.compile(r"\(\?<(?![=!])")
# A class in which a sign must be of two others, or of one and not of another.
_BOTH = re.compile(r"\[((?:[^\[\]\\]|\\.)+)&&\[(\^?)((?:[^\[\]\\]|\\.)+)\]\]")

# Signs that mean themselves, classes of such, numbers of times, escaped signs.
_PLAIN = re.compile(
    r"(?:[\w @#%&,:;'\"=<>!~/-]|\\[d.+*?()|]|\[\^?(?:[\w @#%,.:;+*=/]|\w-\w)+\]"
    r"|\((?!\?)|[)|^$]|(?:[*+?]|\{\d+(?:,\d*)?\})(?![*+?{]))*"
)


def is_plain(pattern: str) -> bool:
    """Whether an expression that Java takes is read by browsers, with the flag u, as Java reads it."""
    return _PLAIN.fullmatch(pattern) is not None


@lru_cache(maxsize=2048)
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile an expression written for Java, where \\d, \\w and \\s are of ASCII. Raises regex.error."""
    text = _QUOTED.sub(lambda match: re.escape(match[1]), pattern)
    text = _BOTH.sub(lambda match: f"(?:(?{'!' if match[2] else '='}[{match[3]}])[{match[1]}])", text)
    text = _JAVA_CLASS.sub(_class, _NAMED.sub("(?P<", text))
    with warnings.catch_warnings():
        # The engine warns of what may once mean something else in a class.
        warnings.simplefilter("ignore", FutureWarning)
        return regex.compile(text, regex.ASCII)


def _class(match: re.Match[str]) -> str:
    name = match[1] or match[2]
    if name not in _JAVA_CLASSES:
        raise regex.error(f"character class {name}")
    before = match.string[: match.start()]
    inside = before.count("[") - before.count("\\[") > before.count("]") - before.count("\\]")
    return _JAVA_CLASSES[name] if inside else f"[{_JAVA_CLASSES[name]}]"
