"""Scores of many indicators, areas or draws at once, and the composite scores of dimensions and the city.

Arrays have the indicators on the last axis; leading axes (areas, draws) broadcast.  NaN is "no value" or
"no score". Dimension: mean of its scored indicators with equal weights, with the share that has a score;
a bottom-line breach caps it.  City: mean of the dimensions that have a score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.goalposts import SCORES, Goalposts, Posts
from app.analysis.refusals import Refusal
from app.analysis.rules import RuleSet
from app.analysis.yardsticks import ROUNDING, Standard

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class ScoringError(Refusal):
    """Arrays that do not belong together; ``code`` is stable, ``facts`` give the shapes."""


@dataclass(frozen=True)
class PostArrays:
    """Goalposts of n indicators: ``lower``/``upper`` (…, n, 4), ``breach_lower``/``breach_upper`` (…, n).

    NaN where a side or a limit is not there.
    """

    lower: Floats
    upper: Floats
    breach_lower: Floats
    breach_upper: Floats


@dataclass(frozen=True)
class CompositeArrays:
    """``dimension_scores``, ``shares``, ``capped``: (…, d) in the order of ``dimensions``; ``city``: (…)."""

    dimensions: tuple[str, ...]
    dimension_scores: Floats
    shares: Floats
    capped: Mask
    city: Floats


@dataclass(frozen=True)
class DimensionScore:
    """``share`` is scored / total, 0 when the dimension has no indicator."""

    score: float | None
    scored: int
    total: int
    share: float
    capped: bool


@dataclass(frozen=True)
class CityScore:
    score: float | None
    scored: int
    total: int


def stack_posts(posts: Sequence[Goalposts], limits: Sequence[Standard | None]) -> PostArrays:
    """Goalposts and bottom-line limits of n indicators as arrays."""
    if len(posts) != len(limits):
        raise ScoringError("lengths-differ", posts=len(posts), limits=len(limits))
    gap: Posts = (np.nan, np.nan, np.nan, np.nan)
    count = len(posts)
    bounds = [(None, None) if limit is None else (limit.minimum, limit.maximum) for limit in limits]
    return PostArrays(
        lower=np.array([post.lower or gap for post in posts], dtype=float).reshape(count, 4),
        upper=np.array([post.upper or gap for post in posts], dtype=float).reshape(count, 4),
        breach_lower=np.array([low for low, _ in bounds], dtype=float),
        breach_upper=np.array([high for _, high in bounds], dtype=float),
    )


def _climb(values: Floats, posts: Floats) -> Floats:
    points: Floats = np.zeros(np.broadcast_shapes(values.shape, posts.shape[:-1]))
    for step in range(3):
        start, width = posts[..., step], posts[..., step + 1] - posts[..., step]
        slack = ROUNDING * np.maximum(1.0, np.abs(start))
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = np.clip((values - start) / width, 0.0, 1.0)
        share = np.where(width > 0, rising, values >= start - slack)
        points = points + (SCORES[step + 1] - SCORES[step]) * share
    return np.where(np.isnan(posts[..., 0]), np.inf, points)


def score_arrays(values: Floats, posts: PostArrays) -> Floats:
    """Points 0-100 of values (…, n); NaN without value or posts; as the scalar score, cell by cell."""
    points = np.minimum(_climb(values, posts.lower), _climb(-values, -posts.upper))
    return np.where(np.isinf(points) | np.isnan(values), np.nan, points)


def breach_arrays(values: Floats, posts: PostArrays) -> Mask:
    """Where values (…, n) lie beyond a bottom-line limit; no limit or no value is no breach."""

    def slack(bound: Floats) -> Floats:
        return ROUNDING * np.maximum(1.0, np.abs(bound))

    under = values < posts.breach_lower - slack(posts.breach_lower)
    over = values > posts.breach_upper + slack(posts.breach_upper)
    return np.asarray(under | over)


def _mean(total: Floats, count: NDArray[np.int64] | Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, total / count, np.nan)


def composite_scores(
    scores: Floats,
    breaches: Mask,
    dimension_of: Sequence[str],
    rules: RuleSet,
    applicable: Mask | None = None,
) -> CompositeArrays:
    """Composite scores from scores (…, n) and breaches (…, n), n at least 1.

    ``dimension_of`` names each indicator's dimension; the dimensions come out in order of first appearance.
    ``applicable`` (…, n) takes indicators that do not apply in an area out; by default all apply.
    """
    if not dimension_of or scores.shape[-1:] != (len(dimension_of),):
        raise ScoringError("lengths-differ", scores=list(scores.shape), dimensions=len(dimension_of))
    counts = np.broadcast_to(np.bool_(True) if applicable is None else applicable, scores.shape)
    scored = ~np.isnan(scores) & counts
    points = np.where(scored, scores, 0.0)
    broken = np.broadcast_to(breaches, scores.shape) & counts
    dimensions = tuple(dict.fromkeys(dimension_of))
    columns = [np.flatnonzero([name == wanted for name in dimension_of]) for wanted in dimensions]
    # Sums, not a matrix product: the result must not depend on the linear algebra library of the machine.
    number = np.stack([scored[..., column].sum(axis=-1) for column in columns], axis=-1)
    total = np.stack([counts[..., column].sum(axis=-1) for column in columns], axis=-1)
    means = _mean(np.stack([points[..., column].sum(axis=-1) for column in columns], axis=-1), number)
    breached = np.stack([broken[..., column].any(axis=-1) for column in columns], axis=-1)
    capped = breached & (means > rules.breach_cap)
    means = np.where(capped, rules.breach_cap, means)
    city = _mean(np.nansum(means, axis=-1), (~np.isnan(means)).sum(axis=-1))
    shares = np.nan_to_num(_mean(number.astype(float), total))
    return CompositeArrays(dimensions, means, shares, capped, city)


def dimension_score(
    scores: Sequence[float | None], breaches: Sequence[bool], rules: RuleSet
) -> DimensionScore:
    """``scores`` are those of its applicable indicators, ``None`` without a score."""
    if len(scores) != len(breaches):
        raise ScoringError("lengths-differ", scores=len(scores), breaches=len(breaches))
    known = [points for points in scores if points is not None]
    if not known:
        return DimensionScore(None, 0, len(scores), 0.0, False)
    mean = sum(known) / len(known)
    capped = any(breaches) and mean > rules.breach_cap
    share = len(known) / len(scores)
    return DimensionScore(rules.breach_cap if capped else mean, len(known), len(scores), share, capped)


def city_score(dimension_scores: Sequence[float | None]) -> CityScore:
    """Mean of the dimensions that have a score."""
    known = [points for points in dimension_scores if points is not None]
    return CityScore(sum(known) / len(known) if known else None, len(known), len(dimension_scores))
