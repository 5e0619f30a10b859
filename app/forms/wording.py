"""Answers in words, and answers in flat columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.i18n import listing
from app.xforms.answers import text_of
from app.xforms.definition import FormDefinition, Group, Question, Repeat

CellValue = str | int | float | bool | None


@dataclass(frozen=True)
class AnswerLine:
    """One answer: where, under which heading, to which question, as kept and in words."""

    path: str
    place: str
    group: str
    label: str
    value: Any
    text: str


def answer_lines(definition: FormDefinition, answers: Mapping[str, Any], language: str) -> list[AnswerLine]:
    """Every answer that was given to what the form asks, in its order, in words of ``language``.

    What it notes by itself (times, calculations) is no answer.
    """
    return list(_lines(definition.root, answers, definition.root.path, "", language))


def value_text(question: Question, value: Any, language: str) -> str:
    """One answer in words: labels of choices, coordinates of points, else the text of the XForm."""
    if value in (None, "", []):
        return ""
    if question.choices and isinstance(value, str | list):
        labels = {each.value: each.label.plain(language) or each.value for each in question.choices}
        chosen = value if isinstance(value, list) else [value]
        return listing(labels.get(str(each), str(each)) for each in chosen)
    if isinstance(value, dict) and "lat" in value:
        return f"{value['lat']:.5f}, {value['lon']:.5f}"
    return text_of(question, value)


def flat_columns(definitions: Sequence[FormDefinition]) -> list[str]:
    """Stable columns of the answers to versions of a form (oldest first): those of the newest, in its order,
    then what earlier ones had besides.

    A point has two columns, a multiple choice one more for each choice. Rows of a repeat stand together in
    one column as JSON.
    """
    names = (name for each in reversed(definitions) for name, _value in _flat(each.root, {}, "", None))
    return list(dict.fromkeys(names))


def flat_cells(
    definition: FormDefinition, answers: Mapping[str, Any], *, language: str | None = None
) -> dict[str, CellValue]:
    """The cells of one submission by column; with a ``language``, choices by their labels."""
    return dict(_flat(definition.root, answers, "", language))


def _lines(
    group: Group | Repeat, answers: Mapping[str, Any], place: str, heading: str, language: str
) -> Iterator[AnswerLine]:
    for child in group.children:
        value = answers.get(child.name)
        here = f"{place}/{child.name}"
        if isinstance(child, Question):
            text = value_text(child, value, language)
            if text and child.control is not None:
                label = child.label.plain(language) or child.name
                yield AnswerLine(child.path, here, heading, label, value, text)
            continue
        title = child.label.plain(language) or heading
        if isinstance(child, Group):
            yield from _lines(child, value or {}, here, title, language)
            continue
        for number, row in enumerate(value or [], start=1):
            yield from _lines(child, row, f"{here}[{number}]", f"{title} {number}".strip(), language)


def _flat(
    group: Group, answers: Mapping[str, Any], prefix: str, language: str | None
) -> Iterator[tuple[str, CellValue]]:
    for child in group.children:
        value = answers.get(child.name)
        name = f"{prefix}{child.name}"
        if isinstance(child, Group):
            yield from _flat(child, value if isinstance(value, dict) else {}, f"{name}/", language)
        elif isinstance(child, Repeat):
            yield name, json.dumps(value, ensure_ascii=False) if value else None
        elif child.control is not None or child.calculate is not None or child.preload is not None:
            yield from _cells(child, value, name, language)


def _cells(
    question: Question, value: Any, name: str, language: str | None
) -> Iterator[tuple[str, CellValue]]:
    if question.kind == "geopoint":
        point = value if isinstance(value, dict) else {}
        yield f"{name}.lat", point.get("lat")
        yield f"{name}.lon", point.get("lon")
        return
    if language is not None and question.is_select:
        yield name, value_text(question, value, language) or None
    elif isinstance(value, int | float):
        yield name, value
    else:
        yield name, (text_of(question, value) if value is not None else None) or None
    if question.kind == "select_multiple":
        chosen = value if isinstance(value, list) else []
        for choice in question.choices:
            yield f"{name}/{choice.value}", (int(choice.value in chosen) if value is not None else None)
