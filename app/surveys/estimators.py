"""The survey estimators of an indicator set: ``mean(q)``, ``share(q in 1,2)``, ``score(q, …)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from app.errors import Invalid
from app.surveys.measures import row_means
from app.surveys.response_table import AnswerTable, FloatArray
from app.surveys.settings import Nearby, Settings

_CALL = re.compile(r"\s*(mean|share|score)\s*\(\s*(.*?)\s*\)\s*")
_SHARE = re.compile(r"(\w+)\s+in\s+(\w+(?:\s*,\s*\w+)*)")
_NAMES = re.compile(r"\w+(?:\s*,\s*\w+)*")
_EARTH_M = 6_371_008.8


@dataclass(frozen=True)
class Estimator:
    """One estimator as read: what is done with which questions (and codes, for a share)."""

    kind: str
    questions: tuple[str, ...]
    codes: tuple[str, ...] = ()


def read_estimator(text: str) -> Estimator:
    """Parse an estimator; Invalid ``estimator-unreadable``."""
    call = _CALL.fullmatch(text)
    if call is None:
        raise Invalid("estimator-unreadable", found=text)
    kind, inside = call.groups()
    if kind == "share":
        share = _SHARE.fullmatch(inside)
        if share is None:
            raise Invalid("estimator-unreadable", found=text)
        return Estimator(kind, (share[1],), tuple(re.split(r"\s*,\s*", share[2])))
    names = tuple(re.split(r"\s*,\s*", inside)) if _NAMES.fullmatch(inside) else ()
    if not names or (kind == "mean" and len(names) > 1):
        raise Invalid("estimator-unreadable", found=text)
    return Estimator(kind, names)


def estimator_column(
    estimator: Estimator, table: AnswerTable, settings: Settings, *, per_cent: bool
) -> FloatArray | None:
    """The estimator's value of every response (n,), nan where left out; None when a question is not asked.

    A code of "don't know" is left out wherever codes are answered; a number is a number. A share is 0
    or 1, in per cent 0 or 100.
    """
    asked = [settings.question(name) for name in estimator.questions]
    if not all(asked):
        return None
    name = estimator.questions[0]
    if estimator.kind == "mean":
        numbers = table.numbers(name)
        if asked[0] is not None and asked[0].type == "select_one":
            numbers = np.where(
                np.isin(numbers, [float(code) for code in settings.dont_know]), np.nan, numbers
            )
        return numbers
    if estimator.kind == "share":
        unit = 100.0 if per_cent else 1.0
        codes = table.codes(name)
        known = [code is not None and code not in settings.dont_know for code in codes]
        marks = [unit * (code in estimator.codes) for code in codes]
        return np.where(known, marks, np.nan)
    return row_means(table.points(each, settings) for each in estimator.questions)


def near_mask(table: AnswerTable, nearby: Nearby) -> FloatArray:
    """1 for residents who marked a place within reach of one of the points, else 0 (n,)."""
    marks = np.zeros(len(table))
    points = np.radians(np.array(nearby.points, dtype=np.float64))
    for i, row in enumerate(table.rows):
        place = row.answers.get(nearby.question)
        if place is None or not len(points):
            continue
        lat, lon = np.radians(place)
        half = np.sin((points[:, 0] - lat) / 2) ** 2
        half = half + np.cos(lat) * np.cos(points[:, 0]) * np.sin((points[:, 1] - lon) / 2) ** 2
        marks[i] = float((2 * _EARTH_M * np.arcsin(np.sqrt(half))).min() <= nearby.metres)
    return marks
