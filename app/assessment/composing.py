"""Composite scores of the areas with their Monte Carlo intervals. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from app.analysis.composites import city_score, dimension_score, stack_posts
from app.analysis.goalposts import Goalposts, ScoreMethod
from app.analysis.rules import RuleSet
from app.analysis.scoring import Judgement, breach_limit
from app.analysis.uncertainty import Interval, score_intervals
from app.assessment.gathering import Case
from app.indicators.models import Indicator

_NO_POSTS = Goalposts(ScoreMethod.NONE)
_NO_INTERVAL = Interval(None, None, None, None)


@dataclass(frozen=True)
class ComposedDimension:
    """``with_error`` counts the scored indicators whose standard error is known."""

    code: str
    score: float | None
    low: float | None
    high: float | None
    scored: int
    total: int
    share: float
    capped: bool
    with_error: int


@dataclass(frozen=True)
class ComposedArea:
    """The scores of one area; ``indicators`` are the intervals of single scores, by code."""

    dimensions: tuple[ComposedDimension, ...]
    score: float | None
    low: float | None
    high: float | None
    scored: int
    with_error: int
    without_error: int
    indicators: dict[str, Interval]


@dataclass(frozen=True)
class _Column:
    """One applicable indicator of the area; ``case`` None where nothing was collected."""

    code: str
    dimension: str
    case: Case | None
    judgement: Judgement | None

    @property
    def score(self) -> float | None:
        return None if self.judgement is None else self.judgement.score

    @property
    def error(self) -> float | None:
        return None if self.case is None or self.score is None else self.case.evidence.standard_error

    @property
    def degrees(self) -> float | None:
        return None if self.case is None else self.case.evidence.degrees_of_freedom

    @property
    def breach(self) -> bool:
        return self.judgement is not None and self.judgement.breach


def compose(
    *,
    stream: str,
    indicators: Sequence[Indicator],
    judged: dict[str, tuple[Case, Judgement]],
    dimensions: Sequence[str],
    rules: RuleSet,
    seed: int,
) -> ComposedArea:
    """Scores of one area. ``indicators`` are those of its level, ``judged`` those judged in it, by code.

    ``stream`` (the area's code) keeps the draws of the areas apart; ``dimensions`` gives their order.
    """
    columns = _columns(indicators, judged)
    intervals, city = _intervals(columns, stream, rules, seed)
    composed = [
        _dimension(code, [each for each in columns if each.dimension == code], intervals, rules)
        for code in dimensions
    ]
    there = [each for each in composed if each.total]
    whole = city_score([each.score for each in there])
    known = sum(each.with_error for each in there)
    scored = sum(each.scored for each in there)
    return ComposedArea(
        dimensions=tuple(there),
        score=whole.score,
        low=city.low if known else None,
        high=city.high if known else None,
        scored=whole.scored,
        with_error=known,
        without_error=scored - known,
        indicators={each.code: intervals[each.code] for each in columns if each.error is not None},
    )


def _columns(indicators: Sequence[Indicator], judged: dict[str, tuple[Case, Judgement]]) -> list[_Column]:
    """The applicable indicators; what does not apply in the area is no gap in it."""
    columns = []
    for each in indicators:
        case, judgement = judged.get(each.code, (None, None))
        if case is None or case.absence != "not_applicable":
            columns.append(_Column(each.code, each.dimension_code, case, judgement))
    return columns


def _intervals(
    columns: Sequence[_Column], stream: str, rules: RuleSet, seed: int
) -> tuple[dict[str, Interval], Interval]:
    """Intervals by indicator and by dimension (their codes differ), and of the whole area."""
    if not any(each.error is not None for each in columns):
        # Drawing from no known error would only repeat the score.
        return {}, _NO_INTERVAL
    posts = [_NO_POSTS if each.judgement is None else each.judgement.goalposts for each in columns]
    limits = [None if each.case is None else breach_limit(each.case.evidence) for each in columns]
    values = [_number(None if each.case is None else each.case.evidence.value) for each in columns]
    found = score_intervals(
        codes=[each.code for each in columns],
        dimension_of=[each.dimension for each in columns],
        values=np.array(values, dtype=float),
        standard_errors=np.array([_number(each.error) for each in columns], dtype=float),
        degrees_of_freedom=np.array([_number(each.degrees) for each in columns], dtype=float),
        posts=stack_posts(posts, limits),
        breaches=np.array([each.breach for each in columns], dtype=bool),
        rules=rules,
        seed=seed,
        stream=stream,
    )
    return {**found.indicators, **{f"/{code}": each for code, each in found.dimensions.items()}}, found.city


def _dimension(
    code: str, columns: Sequence[_Column], intervals: dict[str, Interval], rules: RuleSet
) -> ComposedDimension:
    found = dimension_score([each.score for each in columns], [each.breach for each in columns], rules)
    known = sum(each.error is not None for each in columns)
    drawn = intervals.get(f"/{code}", _NO_INTERVAL) if known else _NO_INTERVAL
    return ComposedDimension(
        code, found.score, drawn.low, drawn.high, found.scored, found.total, found.share, found.capped, known
    )


def _number(value: float | None) -> float:
    return nan if value is None else value
