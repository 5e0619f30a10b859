"""Finding the language of a form that suits a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.xforms.definition import FormDefinition

_CODE = re.compile(r"\(\s*([A-Za-z]{2,3})(?:[-_][\w-]+)?\s*\)\s*\Z")
_NAMES = {
    "zh": ("中文", "汉语", "简体", "普通话", "chinese", "mandarin"),
    "en": ("english", "英文", "英语"),
    "fr": ("français", "francais", "french"),
    "de": ("deutsch", "german"),
    "es": ("español", "espanol", "spanish"),
}


#: Languages that are written from right to left (BCP 47).
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_NAMED = re.compile(r"\s*(.*?)\s*\(\s*([A-Za-z]{2,3}(?:[-_][\w-]+)?)\s*\)\s*\Z")


@dataclass(frozen=True)
class LanguageName:
    """A language as a form names it: its own name, and its code ("" where the form tells none)."""

    label: str
    code: str

    @property
    def direction(self) -> str:
        """How it is written: ``ltr`` or ``rtl``."""
        written_in_arabic = "-arab" in self.code.lower()
        turned = self.code.lower().partition("-")[0] in _RIGHT_TO_LEFT or written_in_arabic
        return "rtl" if turned else "ltr"


def read_language(name: str) -> LanguageName:
    """Return what a form's name of a language says, such as ``日本語 (ja)``."""
    match = _NAMED.match(name)
    if match is None:
        return LanguageName(name.strip(), "")
    return LanguageName(match[1] or match[2], match[2].replace("_", "-"))


def pick_language(form: FormDefinition, code: str) -> str:
    """Return the form's own name of a language such as ``zh`` or ``zh-Hans``.

    Its default where it has no such.
    """
    wanted = re.split(r"[-_]", code.strip().lower())[0]
    for language in form.languages:
        match = _CODE.search(language)
        if (match[1].lower() if match else language.strip().lower()) == wanted:
            return language
    for language in form.languages:
        if any(name in language.lower() for name in _NAMES.get(wanted, ())):
            return language
    return form.default_language
