"""Labels of answer codes, as the published form words them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from app.errors import NotFound
from app.forms.definitions import definition_of
from app.forms.queries import published_version
from app.i18n import language
from app.surveys.models import Wave
from app.surveys.settings import Group, Settings

_LANGUAGE_WORDS = {"zh": ("zh", "中文"), "en": ("en", "english")}
#: Categories that settings make of answers, where no choice of the form has their name.
_MADE = {"male": _l("男"), "female": _l("女")}


class ChoiceWords:
    """The labels of a wave's form in the reader's language; codes without a label stay codes."""

    def __init__(self, wave: Wave, settings: Settings) -> None:
        self._settings = settings
        self._labels: dict[str, Mapping[str, str]] = {}
        try:
            definition = definition_of(published_version(wave.form))
        except NotFound:
            return
        wanted = _language(definition.languages, definition.default_language)
        for question in definition.questions.values():
            if question.is_select:
                labels = {choice.value: choice.label.plain(wanted) for choice in question.choices}
                self._labels.setdefault(question.name, labels)

    def answer(self, question: str, code: str) -> str:
        """The label of an answer."""
        return self._labels.get(question, {}).get(code) or code

    def category(self, variable: str, category: str) -> str:
        """The label of a group's category; bands of a number are worded as they stand."""
        group: Group | None = next((each for each in self._settings.groups if each.code == variable), None)
        if category in _MADE:
            return str(_MADE[category])
        if group is None or group.bounds:
            return category
        codes = [code for code, made in group.mapping.items() if made == category] or [category]
        return self.answer(group.question, codes[0])


def _language(languages: tuple[str, ...], default: str) -> str:
    """The form's own name of the reader's language."""
    marks = _LANGUAGE_WORDS[language()]
    found = (name for name in languages if any(mark in name.lower() for mark in marks))
    return next(found, default)
