"""Answers: a nested dict that mirrors the groups of the form, JSON-able, without the root and meta."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.xforms.definition import FormDefinition, Group, Question, Repeat
from app.xforms.instances import Element, Submission
from app.xforms.typing_answers import UntypableText, text_of, type_text

__all__ = [
    "TypedAnswers",
    "TypingProblem",
    "UntypableText",
    "get_answer",
    "path_of",
    "put_answer",
    "read_answers",
    "text_of",
    "type_text",
]

MAX_ROWS = 10_000
_ROW = re.compile(r"\[(\d+)\]")
_STEP = re.compile(r"([^/\[\]]+)(?:\[(\d+)\])?\Z")


@dataclass(frozen=True)
class TypingProblem:
    """An answer that is kept as text because it has not the type of its question, or belongs to no
    question.
    """

    path: str
    place: str
    code: str
    found: str


class TypedAnswers(dict[str, Any]):
    """Answers, with the problems met on the way in ``problems``."""

    problems: tuple[TypingProblem, ...] = ()


def read_answers(form: FormDefinition, submission: Submission) -> TypedAnswers:
    """Return the typed answers of a submission.

    Nothing is refused: what cannot be typed stays text and is told.
    """
    problems: list[TypingProblem] = []
    answers = TypedAnswers(_read(form.root, submission.root, form.root.path, problems))
    answers.problems = tuple(problems)
    return answers


def _read(
    group: Group | Repeat, element: Element | None, place: str, problems: list[TypingProblem]
) -> dict[str, Any]:
    found: dict[str, list[Element]] = {}
    for child in element.children if element is not None else ():
        found.setdefault(child.name, []).append(child)
    answers: dict[str, Any] = {}
    for node in group.children:
        elements = found.pop(node.name, [])
        here = f"{place}/{node.name}"
        if isinstance(node, Question):
            text = elements[0].text if elements else ""
            try:
                answers[node.name] = type_text(node, text)
            except UntypableText as problem:
                answers[node.name] = text
                problems.append(TypingProblem(node.path, here, problem.code, text))
        elif isinstance(node, Repeat):
            rows = [row for row in elements if "template" not in row.attributes]
            answers[node.name] = [
                _read(node, row, f"{here}[{number}]", problems) for number, row in enumerate(rows, start=1)
            ]
        else:
            answers[node.name] = _read(node, elements[0] if elements else None, here, problems)
    for name, strangers in found.items():
        if name == "meta" and place.count("/") == 1:
            continue
        text = strangers[0].text
        problems.append(TypingProblem(f"{group.path}/{name}", f"{place}/{name}", "unknown-node", text))
    return answers


def path_of(place: str) -> str:
    """Return the path of a place: without the numbers of rows."""
    return _ROW.sub("", place)


def _steps(place: str) -> list[tuple[str, int | None]]:
    steps: list[tuple[str, int | None]] = []
    for part in place.split("/")[2:]:
        match = _STEP.match(part)
        if match is None:
            raise KeyError(place)
        steps.append((match[1], int(match[2]) if match[2] else None))
    return steps


def get_answer(answers: Mapping[str, Any], place: str) -> Any:
    """Return the answer at a place, or None. A repeat gives its list of rows, a group or row its dict."""
    found: Any = answers
    for name, number in _steps(place):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
        if number is not None:
            rows = found if isinstance(found, list) else []
            found = rows[number - 1] if 1 <= number <= len(rows) else None
    return found


def put_answer(form: FormDefinition, answers: dict[str, Any], place: str, value: Any) -> None:
    """Set the answer at a place, in place; groups and rows on the way are made.

    Raises KeyError for unknown places.
    """
    if path_of(place) not in form.nodes:
        raise KeyError(place)
    holder: Any = answers
    steps = _steps(place)
    for position, (name, number) in enumerate(steps):
        last = position == len(steps) - 1
        if number is None:
            if last:
                holder[name] = value
            elif not isinstance(holder.get(name), dict):
                holder[name] = {}
            holder = holder[name]
            continue
        if not 1 <= number <= MAX_ROWS:
            raise KeyError(place)
        rows = holder.get(name)
        if not isinstance(rows, list):
            rows = holder[name] = []
        rows.extend({} for _ in range(number - len(rows)))
        if last:
            rows[number - 1] = value
        holder = rows[number - 1]
