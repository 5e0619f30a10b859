"""The difference between the choices of two versions of a form, each list told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.xforms.definition import Choice, FormDefinition, Node, Question
from app.xforms.in_names import text_in_names

#: Code, name of the question, its path, facts.
ChoiceChange = tuple[str, str, str, Mapping[str, Any]]


def choice_changes(
    old: FormDefinition, new: FormDefinition, pairs: Mapping[str, Node], language: str
) -> Iterator[ChoiceChange]:
    """What was added to and removed from the choices of questions that both forms have.

    ``pairs``: path in the new form → the node of the old one. A list that several questions offer is told at
    the first of them. Codes: choice-added, choice-removed, choice-label-changed.
    """
    told: set[tuple[str, str]] = set()
    languages = [each for each in new.languages if each in old.languages] or [""]
    # The reader's language comes first: what was added and removed is named in it alone.
    languages.sort(key=lambda each: each != language)
    for path, now in new.questions.items():
        before = pairs.get(path)
        if not isinstance(before, Question) or not now.is_select:
            continue
        key = (_list_of(before), _list_of(now))
        if "" not in key and key in told:
            continue
        told.add(key)
        for code, facts in _changes(before.choice_by_value, now.choice_by_value, languages):
            yield code, now.name, path, facts | {"list": _list_of(now)}


def _list_of(question: Question) -> str:
    itemset = question.itemset
    return itemset.instance_id or "" if itemset is not None else ""


def _changes(
    before: Mapping[str, Choice], now: Mapping[str, Choice], languages: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for value, choice in now.items():
        if value not in before:
            yield "choice-added", {"value": value, "now": text_in_names(choice.label, languages[0])}
    for value, choice in before.items():
        if value not in now:
            yield "choice-removed", {"value": value, "before": text_in_names(choice.label, languages[0])}
            continue
        for language in languages:
            was = text_in_names(choice.label, language)
            is_now = text_in_names(now[value].label, language)
            if was != is_now:
                yield (
                    "choice-label-changed",
                    {"value": value, "language": language, "before": was, "now": is_now},
                )
