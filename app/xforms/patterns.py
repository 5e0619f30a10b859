"""Regular expressions that a short answer can make run without end, found before a form is published."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from app.xforms import xpath
from app.xforms.definition import Expression, FormDefinition
from app.xforms.problems import XFormProblem
from app.xforms.xpath.java_patterns import compile_pattern

#: A good pattern needs microseconds for an answer as long as these.
_SECONDS = 0.3
_LENGTH = 200
_SAMPLES = ("a", "A", "0", " ", "中", "aA0", ".", "-", "a0 ")


def refuse_slow_patterns(form: FormDefinition) -> None:
    """Raise XFormProblem ``slow-pattern`` (path, detail: the pattern) for the first that is tried too long.

    Each pattern that is written out in the form meets long answers that nearly match it.
    """
    seen: set[str] = set()
    for path, node in form.nodes.items():
        for pattern in _patterns(each for each in vars(node).values() if isinstance(each, Expression)):
            if pattern not in seen and _is_slow(pattern):
                raise XFormProblem("slow-pattern", {"path": path, "detail": pattern[:200]})
            seen.add(pattern)


def _patterns(expressions: Iterator[Expression]) -> Iterator[str]:
    for expression in expressions:
        for call in xpath.calls_in(expression.tree):
            text = xpath.literal_text(call.arguments[1]) if call.name == "regex" else None
            if text is not None:
                yield text


def _is_slow(pattern: str) -> bool:
    compiled = compile_pattern(pattern)
    literal = regex.sub(r"\\.|[^\w\s]|[{\[].*?[}\]]", "", pattern)[:20]
    for sample in dict.fromkeys((*_SAMPLES, *literal, literal)):
        text = (sample * _LENGTH)[:_LENGTH] + "\x00"
        try:
            compiled.fullmatch(text, timeout=_SECONDS, concurrent=True)
        except TimeoutError:
            return True
    return False
