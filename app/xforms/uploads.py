"""The files that answers name, and to which question each belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.xforms.definition import FormDefinition, Group, Question, Repeat


def named_files(definition: FormDefinition, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place of the question below the form's root (``person[2]/photo``) and the name of its file."""
    yield from _named(definition.root, answers, "")


def _named(group: Group | Repeat, answers: Mapping[str, Any], below: str) -> Iterator[tuple[str, str]]:
    for child in group.children:
        value, place = answers.get(child.name), f"{below}/{child.name}".lstrip("/")
        if isinstance(child, Question):
            if child.is_upload and isinstance(value, str) and value:
                yield place, value
        elif isinstance(child, Repeat):
            for number, row in enumerate(value if isinstance(value, list) else (), start=1):
                if isinstance(row, dict):
                    yield from _named(child, row, f"{place}[{number}]")
        elif isinstance(value, dict):
            yield from _named(child, value, place)
