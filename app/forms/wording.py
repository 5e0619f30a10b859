"""Answers in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.forms.others import choice_words, question_words
from app.i18n import listing
from app.xforms.answers import text_of
from app.xforms.definition import FormDefinition, Group, Question, Repeat


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


@dataclass(frozen=True)
class Change:
    """What an edit made of one answer, in words; "" where there is none."""

    group: str
    label: str
    before: str
    after: str


def changes(before: list[AnswerLine], after: list[AnswerLine]) -> list[Change]:
    """The answers in which an edit differs from what it replaced, in the order of the form."""
    old = {line.place: line for line in before}
    new = {line.place: line for line in after}
    places = [*new, *(place for place in old if place not in new)]
    found = []
    for place in places:
        was, became = old.get(place), new.get(place)
        if was is None or became is None or was.value != became.value:
            group, label = next((each.group, each.label) for each in (became, was) if each is not None)
            found.append(Change(group, label, was.text if was else "", became.text if became else ""))
    return found


def value_text(question: Question, value: Any, language: str) -> str:
    """One answer in words: labels of choices, coordinates of points, else the text of the XForm."""
    if value in (None, "", []):
        return ""
    if question.choices and isinstance(value, str | list):
        labels = {
            each.value: choice_words(each.value, each.label.plain(language)) or each.value
            for each in question.choices
        }
        chosen = value if isinstance(value, list) else [value]
        return listing(labels.get(str(each), str(each)) for each in chosen)
    if isinstance(value, dict) and "lat" in value:
        return f"{value['lat']:.5f}, {value['lon']:.5f}"
    if question.kind == "acknowledge":
        return _("我已阅读")
    return text_of(question, value)


def _lines(
    group: Group | Repeat, answers: Mapping[str, Any], place: str, heading: str, language: str
) -> Iterator[AnswerLine]:
    for child in group.children:
        value = answers.get(child.name)
        here = f"{place}/{child.name}"
        if isinstance(child, Question):
            text = value_text(child, value, language)
            if text and child.control is not None:
                label = question_words(child.name, child.label.plain(language)) or child.name
                yield AnswerLine(child.path, here, heading, label, value, text)
            continue
        title = child.label.plain(language) or heading
        if isinstance(child, Group):
            yield from _lines(child, value or {}, here, title, language)
            continue
        for number, row in enumerate(value or [], start=1):
            yield from _lines(child, row, f"{here}[{number}]", f"{title} {number}".strip(), language)
