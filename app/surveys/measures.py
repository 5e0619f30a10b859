"""What is estimated of each resident: points and top answers of questions, dimensions and the whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.surveys.response_table import AnswerTable, FloatArray
from app.surveys.settings import Settings

#: Code of the whole where no question asks for it: the mean of a resident's dimensions.
ALL_DIMENSIONS = "all_dimensions"


@dataclass(frozen=True)
class Measured:
    """A measure of every response (n,): points 0–100, share of top answers 0–1, "don't know" 0/1 or None."""

    measure: str
    code: str
    points: FloatArray
    top: FloatArray
    dont_know: FloatArray | None


def measured(table: AnswerTable, settings: Settings) -> list[Measured]:
    """All measures in the form's order: questions, dimensions, the whole.

    A resident's points in a dimension are the mean of those of its items that he or she could judge;
    nan where there is none. Means over residents come after that, so everybody counts once.
    """
    questions = [
        Measured(
            "question",
            each.name,
            table.points(each.name, settings),
            table.top(each.name, settings),
            table.dont_know(each.name, settings),
        )
        for each in settings.scored
    ]
    by_name = {each.code: each for each in questions}
    dimensions = []
    for code, items in settings.dimensions.items():
        parts = [by_name[item.name] for item in items]
        points, top = row_means(p.points for p in parts), row_means(p.top for p in parts)
        dimensions.append(Measured("dimension", code, points, top, None))
    return [*questions, *dimensions, *_whole(settings, by_name, dimensions)]


def row_means(columns: Iterable[FloatArray]) -> FloatArray:
    """The mean (n,) of each row over the columns (n,), nan left out; nan where all are."""
    table = np.column_stack(list(columns))
    with warnings.catch_warnings():
        # A row of nothing but nan is what it says: nothing was judged.
        warnings.simplefilter("ignore", RuntimeWarning)
        means: FloatArray = np.nanmean(table, axis=1)
    return means


def _whole(
    settings: Settings, by_name: dict[str, Measured], dimensions: Sequence[Measured]
) -> list[Measured]:
    asked = [by_name[each.name] for each in settings.scored if each.scored == "overall"]
    if asked:
        return [Measured("overall", each.code, each.points, each.top, each.dont_know) for each in asked]
    if not dimensions:
        return []
    points, top = row_means(d.points for d in dimensions), row_means(d.top for d in dimensions)
    return [Measured("overall", ALL_DIMENSIONS, points, top, None)]
