"""What the compiler of XLSForm adds for ``or_other`` is told in the reader's language, wherever it stands."""

from __future__ import annotations

from flask_babel import gettext as _


def choice_words(value: str, label: str) -> str:
    """The label of a choice; "" where it has none."""
    return _("其他") if is_other(value, label) else label


def is_other(value: str, label: str) -> bool:
    """Whether a choice is the one that the compiler adds after all others."""
    return value == "other" and label == "Other"


def question_words(name: str, label: str) -> str:
    """The label of a question; "" where it has none."""
    return _("请具体说明") if label == "Specify other." and name.endswith("_other") else label
