"""The languages in which a resident may read a form: the interface's, and whatever else the form has."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, session

from app.i18n import LANGUAGES, language
from app.xforms.definition import FormDefinition
from app.xforms.languages import LanguageName, pick_language, read_language

#: A language calls itself so in every language.
_OWN_NAMES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True)
class Tongue:
    """A language to choose: ``value`` is what its button sends."""

    value: str
    label: str
    code: str


def form_language(definition: FormDefinition) -> str:
    """The form's own name of the language that the reader chose, else of the interface's."""
    wanted = request.args.get("words")
    if wanted is None and request.args.get("lang") in LANGUAGES:
        session.pop("words", None)
    if wanted in _further(definition) and session.get("words") != wanted:
        session["words"] = wanted
    chosen = session.get("words")
    return chosen if chosen in _further(definition) else pick_language(definition, language())


def other_tongues(definition: FormDefinition) -> list[Tongue]:
    """The languages that the reader may change to."""
    shown = form_language(definition)
    further = _further(definition)
    current = shown if shown in further else language()
    known = [Tongue(code, _OWN_NAMES[code], code) for code in LANGUAGES]
    known += [Tongue(name, found.label, found.code) for name, found in further.items()]
    return [each for each in known if each.value != current]


def spoken(definition: FormDefinition) -> LanguageName | None:
    """The language of the form's words where it is not the interface's."""
    return _further(definition).get(form_language(definition))


def _further(definition: FormDefinition) -> dict[str, LanguageName]:
    """The form's languages that are none of the interface's, by their names in the form."""
    told = {pick_language(definition, code) for code in LANGUAGES}
    found = {name: read_language(name) for name in definition.languages}
    return {
        name: each
        for name, each in found.items()
        if each.code.partition("-")[0] not in LANGUAGES and (name not in told or each.code)
    }
