"""Expressions and texts of a compiled form as an author wrote them: by the names of questions."""

from __future__ import annotations

import re

from app.xforms.definition import Text

#: What pyxform writes where a language has no text.
NO_WORDS = ("-",)
_SPACES = re.compile(r"[ \t\n]+")


def in_names(expression: str, root_name: str) -> str:
    """An expression with ``${name}`` for the absolute paths of the form, as XLSForm writes it."""
    path = re.compile(rf"\s?(?<![\w./])/{re.escape(root_name)}(?:/[\w.\-]+)*/([\w.\-]+)\s?")
    return _SPACES.sub(" ", path.sub(lambda match: f" ${{{match[1]}}} ", expression)).strip()


def text_in_names(text: Text, language: str) -> str:
    """The words in a language (in any where it is ""), with ``${name}`` where an answer is shown."""
    parts = text.parts.get(language, ()) if language else text.parts_in()
    if parts == NO_WORDS:
        return ""
    return "".join(
        part if isinstance(part, str) else f"${{{part.expression.text.strip().rpartition('/')[2]}}}"
        for part in parts
    )


def label_in(text: Text, language: str) -> str:
    """The words in a language, else in the form's own: what somebody who reads the form's outline sees."""
    return text_in_names(text, language) or text_in_names(text, "")
