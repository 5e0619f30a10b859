"""What a version of a question holds, as plain values: to and from a question list, and how two differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.surveys.question_list import Choice, Question, QuestionList

#: Plain JSON: the fields of :class:`Question`, ``section_en``, and the ``choices`` that it offers.
Content = dict[str, Any]
#: A code with the content that it stands for.
Coded = tuple[str, Content]

_PLAIN = (
    "section",
    "type",
    "text_zh",
    "text_en",
    "hint_zh",
    "hint_en",
    "required",
    "constraint",
    "choice_filter",
    "parameters",
    "relevant",
    "scored",
    "note",
)
_CHOICE_TEXT = "choice_text"
#: Fields that residents read. Where one of them differs, answers of two years are answers to two wordings.
_WORDING = ("text_", "hint_", _CHOICE_TEXT)


@dataclass(frozen=True)
class Difference:
    """One field that differs; ``detail`` says which language or choice. None: not there at all."""

    field: str
    detail: str
    before: str | None
    after: str | None

    @property
    def is_wording(self) -> bool:
        """Whether residents read something else."""
        return self.field.startswith(_WORDING)


def coded(listed: QuestionList) -> list[Coded]:
    """The questions of a list in their order, each with everything that it needs."""
    return [(each.name, _content(each, listed)) for each in listed.questions]


def _content(question: Question, listed: QuestionList) -> Content:
    choices = listed.choices.get(question.list_name, ())
    return {
        **{name: getattr(question, name) for name in _PLAIN},
        "section_en": listed.sections.get(question.section, ""),
        "further": dict(question.further),
        "indicator_codes": list(question.indicator_codes),
        "choices": [
            {
                "value": each.value,
                "label_zh": each.label_zh,
                "label_en": each.label_en,
                "columns": dict(each.columns),
            }
            for each in choices
        ],
    }


def digest_of(content: Content) -> str:
    """SHA-256 of the content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def list_of(questions: Iterable[Coded]) -> QuestionList:
    """The question list of these contents; :func:`coded` is the way back.

    Versions of different years may offer different choices under one list name: the later in the order
    then gets a list of its own, named with a number.
    """
    made: list[Question] = []
    choices: dict[str, tuple[Choice, ...]] = {}
    sections: dict[str, str] = {}
    for code, content in questions:
        question = Question(
            name=code,
            indicator_codes=tuple(content["indicator_codes"]),
            further=content["further"],
            **{name: content[name] for name in _PLAIN},
        )
        offered = tuple(Choice(**each) for each in content["choices"])
        if offered:
            name = _free_name(question.list_name, offered, choices)
            choices[name] = offered
            question = replace(question, type=f"{question.kind} {name}")
        if content["section_en"]:
            sections[question.section] = content["section_en"]
        made.append(question)
    return QuestionList(tuple(made), choices, sections)


def _free_name(name: str, offered: tuple[Choice, ...], taken: Mapping[str, tuple[Choice, ...]]) -> str:
    found, number = name, 1
    while taken.get(found, offered) != offered:
        number += 1
        found = f"{name}_{number}"
    return found


def differences(before: Content, after: Content) -> list[Difference]:
    """What is different between two versions, field by field."""
    old, new = _flat(before), _flat(after)
    return [
        Difference(*key, before=old.get(key), after=new.get(key))
        for key in dict.fromkeys((*old, *new))
        if (old.get(key) or "") != (new.get(key) or "")
    ]


def _flat(content: Content) -> dict[tuple[str, str], str]:
    """Field and detail → text."""
    flat = {(name, ""): _text(content[name]) for name in _PLAIN}
    if content["choices"]:
        # The name of a list is no part of a question; the choices themselves are.
        flat["type", ""] = content["type"].partition(" ")[0]
    flat["section_en", ""] = content["section_en"]
    flat["indicator_codes", ""] = _listing(content["indicator_codes"])
    for column, text in content["further"].items():
        field, _line, language = column.partition("_")
        flat[f"{field}_further", language] = text
    flat["choice_values", ""] = _listing(each["value"] for each in content["choices"])
    for each in content["choices"]:
        flat[f"{_CHOICE_TEXT}_zh", each["value"]] = each["label_zh"]
        flat[f"{_CHOICE_TEXT}_en", each["value"]] = each["label_en"]
        for column, text in each["columns"].items():
            name = f"{_CHOICE_TEXT}_further" if column.startswith("label_") else "choice_column"
            flat[name, f"{each['value']} {column}"] = text
    return flat


def _text(value: Any) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else str(value)


def _listing(values: Iterable[str]) -> str:
    return " ".join(values)
