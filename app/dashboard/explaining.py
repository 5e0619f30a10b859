"""What can be explained, and by which page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.dashboard.explain_judgement import explain_evaluation, explain_score
from app.dashboard.explain_measured import explain_measurement
from app.dashboard.explain_origin import (
    explain_figure,
    explain_responses,
    explain_survey_estimate,
)
from app.dashboard.explain_rows import explain_rows
from app.dashboard.explain_satisfaction import explain_dimension, explain_estimate
from app.dashboard.explain_value import explain_value
from app.errors import NotFound

#: Kind → the page that shows it and how it is read.
_KINDS: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "value": ("value", explain_value),
    "evaluation": ("evaluation", explain_evaluation),
    "score": ("score", explain_score),
    "figure": ("origin", explain_figure),
    "measurement": ("origin", explain_measurement),
    "survey_estimate": ("origin", explain_survey_estimate),
    "dimension": ("satisfaction", explain_dimension),
    "estimate": ("satisfaction", explain_estimate),
}
#: Lists of several pages; each has a page of its own name.
_LISTS: dict[str, Callable[[str, int], dict[str, Any]]] = {
    "responses": explain_responses,
    "rows": explain_rows,
}


def template_of(kind: str) -> str:
    """The page of a kind; NotFound ``unknown-explanation``."""
    if kind in _LISTS:
        return kind
    if kind not in _KINDS:
        raise NotFound("unknown-explanation", found=kind[:40])
    return _KINDS[kind][0]


def explain(kind: str, key: str, *, page: int) -> dict[str, Any]:
    """What the page of this kind shows of this key."""
    if kind in _LISTS:
        return _LISTS[kind](key, page)
    return _KINDS[kind][1](key)
