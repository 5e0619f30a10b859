"""What a figure of satisfaction is put together from, so that anybody can work it out again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.areas.models import Area
from app.surveys.models import WeightRun
from app.surveys.response_table import AnswerTable, weighted_rows
from app.surveys.settings import Settings


@dataclass(frozen=True)
class QuestionPart:
    """A question's part in a dimension: the dimension is the sum of ``share`` × ``mean`` over its questions.

    A resident who judged k of the questions lends each of them a k-th of the own weight. ``share`` (0-1)
    is the question's part of all the weight lent, ``mean`` (0-100) its points under those weights.
    """

    code: str
    n: int
    share: float
    mean: float


@dataclass(frozen=True)
class AnswerPart:
    """An answer's part in a question: its mean is the sum of ``share`` × ``points`` over its answers."""

    code: str
    points: float
    n: int
    share: float


def dimension_parts(run: WeightRun, area: Area, settings: Settings, dimension: str) -> list[QuestionPart]:
    """The questions of a dimension in an area of the run's city, in the form's order. One statement.

    Questions that nobody there judged are left out.
    """
    questions = settings.dimensions.get(dimension, ())
    rows, weights = weighted_rows(run.id, area)
    table = AnswerTable(rows)
    if not questions or not rows:
        return []
    points = np.column_stack([table.points(each.name, settings) for each in questions])
    judged = ~np.isnan(points)
    lent = np.where(judged, (weights / np.maximum(judged.sum(axis=1), 1))[:, np.newaxis], 0.0)
    total = lent.sum()
    return [
        QuestionPart(
            code=question.name,
            n=int(judged[:, place].sum()),
            share=float(lent[:, place].sum() / total),
            mean=float((lent[:, place] * np.nan_to_num(points[:, place])).sum() / lent[:, place].sum()),
        )
        for place, question in enumerate(questions)
        if lent[:, place].sum() > 0
    ]


def answer_parts(run: WeightRun, area: Area, settings: Settings, question: str) -> list[AnswerPart]:
    """The scored answers to a question in an area of the run's city, the best first. One statement."""
    rows, weights = weighted_rows(run.id, area)
    given = AnswerTable(rows).numbers(question)
    marks = {code: given == float(code) for code in settings.score_map}
    total = sum(float(weights[each].sum()) for each in marks.values())
    if not total:
        return []
    return [
        AnswerPart(code, settings.score_map[code], int(each.sum()), float(weights[each].sum()) / total)
        for code, each in sorted(marks.items(), key=lambda pair: -settings.score_map[pair[0]])
    ]
