"""Questions over the years: in which published versions each was asked, and whether answers compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.forms.definitions import definition_of
from app.forms.models import Form, FormVersion
from app.forms.question_words import type_word
from app.i18n import language
from app.xforms.question_history import QuestionHistory, histories

#: More would be parsed than a page may take; whoever has more chooses a form.
MOST_VERSIONS = 60


@dataclass(frozen=True)
class Histories:
    """The questions with the versions they speak of; ``left_out``: versions beyond the bound."""

    questions: Sequence[QuestionHistory]
    versions: Sequence[FormVersion]
    left_out: int

    def version(self, source: int) -> FormVersion:
        """The version of an asking."""
        return self.versions[source]

    def type_word(self, kind: str) -> str:
        """A type in the reader's words."""
        return type_word(kind)


def question_histories(forms: Sequence[Form], *, search: str = "") -> Histories:
    """The questions of the published versions of these forms; ``search``: part of a name or of its words."""
    published = [each for form in forms for each in form.versions if not each.is_draft]
    published.sort(key=lambda each: (each.published_at, each.id))
    taken = published[-MOST_VERSIONS:]
    found = histories(((number, definition_of(each)) for number, each in enumerate(taken)), language())
    wanted = search.lower()
    kept = [
        each
        for each in found
        if wanted in each.name.lower() or any(wanted in one.label.lower() for one in each.askings)
    ]
    return Histories(kept, taken, len(published) - len(taken))
