"""Finding the language of a form that suits a reader."""

from __future__ import annotations

import re

from app.xforms.definition import FormDefinition

_CODE = re.compile(r"\(\s*([A-Za-z]{2,3})(?:[-_][\w-]+)?\s*\)\s*\Z")
_NAMES = {
    "zh": ("中文", "汉语", "简体", "普通话", "chinese", "mandarin"),
    "en": ("english", "英文", "英语"),
    "fr": ("français", "francais", "french"),
    "de": ("deutsch", "german"),
    "es": ("español", "espanol", "spanish"),
}


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
