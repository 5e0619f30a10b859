"""The same question in several forms and versions: where it was asked, with which words and choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.xforms.definition import FormDefinition, Question
from app.xforms.differing import field_type
from app.xforms.in_names import label_in
from app.xforms.languages import pick_language


@dataclass(frozen=True)
class Asking:
    """One question in one version. ``source`` is whatever the caller gave with the form."""

    source: int
    path: str
    type: str
    label: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class QuestionHistory:
    """All askings of one name, oldest first, and what of it stayed the same."""

    name: str
    askings: Sequence[Asking]

    @property
    def same_type(self) -> bool:
        """Whether its answers can stand in one column."""
        return len({each.type for each in self.askings}) == 1

    @property
    def same_words(self) -> bool:
        """Whether it was asked with the same words in the reader's language."""
        return len({each.label for each in self.askings}) == 1

    @property
    def same_choices(self) -> bool:
        """Whether the same values were offered, however they were called."""
        return len({frozenset(each.choices) for each in self.askings}) == 1


def histories(forms: Iterable[tuple[int, FormDefinition]], code: str) -> list[QuestionHistory]:
    """The questions that residents answer, by name, in the order in which they first come.

    ``forms``: (any number of the caller's, definition), oldest first; ``code``: a language such as ``zh``.
    Names compare years, not paths: a question may move to another group.
    """
    found: dict[str, list[Asking]] = {}
    for source, form in forms:
        words = pick_language(form, code)
        for question in form.questions.values():
            if question.control is not None and question.kind != "note" and not question.heads_table:
                found.setdefault(question.name, []).append(_asking(source, question, words))
    return [QuestionHistory(name, askings) for name, askings in found.items()]


def _asking(source: int, question: Question, words: str) -> Asking:
    return Asking(
        source=source,
        path=question.path,
        type=field_type(question),
        label=label_in(question.label, words),
        choices={each.value: label_in(each.label, words) for each in question.choices},
    )
