"""Intervals of indicator, dimension and city scores, by Monte Carlo over the values' standard errors.

Each indicator draws from a stream of its own, made of the seed, a stream name (such as the area) and its
code. So the result is the same to the byte for the same inputs, does not depend on the order of the
indicators, and an indicator that joins the set leaves the draws of the others alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from app.analysis.composites import PostArrays, ScoringError, breach_arrays, composite_scores, score_arrays
from app.analysis.rules import RuleSet

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Estimate from the values themselves; bounds and standard error from the draws; in points 0-100."""

    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float | None


@dataclass(frozen=True)
class ScoreIntervals:
    """``with_error`` and ``without_error`` count the scored indicators with known and unknown standard error.

    An unknown error is drawn as none: where ``without_error`` is large the intervals are too narrow.
    """

    seed: int
    draws: int
    level: float
    stream: str
    with_error: int
    without_error: int
    city: Interval
    dimensions: dict[str, Interval]
    indicators: dict[str, Interval]


def _check(
    codes: Sequence[str], dimension_of: Sequence[str], values: Floats, errors: Floats, seed: int
) -> None:
    lengths = {len(codes), len(dimension_of), *values.shape, *errors.shape}
    if len(lengths) != 1 or values.ndim != 1 or errors.ndim != 1:
        raise ScoringError("lengths-differ", codes=len(codes), values=list(values.shape))
    if len(set(codes)) != len(codes):
        raise ScoringError("codes-repeat", codes=sorted({code for code in codes if codes.count(code) > 1}))
    if seed < 0:
        raise ScoringError("seed-negative", seed=seed)
    if np.any(errors < 0):
        raise ScoringError("standard-error-negative", columns=np.flatnonzero(errors < 0).tolist())


def _noise(seed: int, stream: str, code: str, draws: int, degrees: float) -> Floats:
    # The unit separator cannot stand in a code, so two different pairs never make the same key.
    key = blake2b(f"{seed}\x1f{stream}\x1f{code}".encode(), digest_size=16).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(key, "big")))
    return generator.standard_normal(draws) if np.isnan(degrees) else generator.standard_t(degrees, draws)


def _interval(estimate: float, drawn: Floats, level: float) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if np.isnan(estimate) or not known.size:
        return Interval(None, None, None, None)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(estimate), float(low), float(high), float(known.std(ddof=1)))


def _intervals(names: Sequence[str], estimates: Floats, drawn: Floats, level: float) -> dict[str, Interval]:
    return {name: _interval(estimates[i], drawn[:, i], level) for i, name in enumerate(names)}


def _drawn(
    codes: Sequence[str],
    values: Floats,
    errors: Floats,
    degrees: Floats | None,
    seed: int,
    stream: str,
    number: int,
) -> Floats:
    """The values (number, n) with their errors; those without a known error stay as they are."""
    if number < 2:
        raise ScoringError("too-few-draws", draws=number)
    drawn: Floats = np.tile(values, (number, 1))
    for column in np.flatnonzero((np.nan_to_num(errors) > 0) & ~np.isnan(values)):
        freedom = np.nan if degrees is None else float(degrees[column])
        noise = _noise(seed, stream, codes[int(column)], number, freedom)
        drawn[:, column] += errors[column] * noise
    return drawn


def score_intervals(
    *,
    codes: Sequence[str],
    dimension_of: Sequence[str],
    values: Floats,
    standard_errors: Floats,
    degrees_of_freedom: Floats | None = None,
    posts: PostArrays,
    breaches: NDArray[np.bool_],
    rules: RuleSet,
    seed: int,
    draws: int | None = None,
    stream: str = "",
) -> ScoreIntervals:
    """Intervals of one area and year from n indicators; errors are taken as independent.

    ``values`` and ``standard_errors`` (n,) are in the units given, NaN for none or unknown.  Errors are
    drawn from the t of their ``degrees_of_freedom`` (n,), as their intervals are; NaN is normal.
    ``breaches`` (n,) hold for the estimate.  :class:`ScoringError` on arrays that do not fit.
    """
    _check(codes, dimension_of, values, standard_errors, seed)
    number = rules.draws if draws is None else draws
    drawn = _drawn(codes, values, standard_errors, degrees_of_freedom, seed, stream, number)
    estimates, scores = score_arrays(values, posts), score_arrays(drawn, posts)
    whole = composite_scores(estimates, breaches, dimension_of, rules)
    broken = np.where(np.nan_to_num(standard_errors) > 0, breach_arrays(drawn, posts), breaches)
    sampled = composite_scores(scores, broken, dimension_of, rules)
    by_dimension = (whole.dimensions, whole.dimension_scores, sampled.dimension_scores)
    scored, known = ~np.isnan(estimates), ~np.isnan(standard_errors)
    return ScoreIntervals(
        seed=seed,
        draws=number,
        level=rules.level,
        stream=stream,
        with_error=int((scored & known).sum()),
        without_error=int((scored & ~known).sum()),
        city=_interval(float(whole.city), sampled.city, rules.level),
        dimensions=_intervals(*by_dimension, rules.level),
        indicators=_intervals(codes, estimates, scores, rules.level),
    )
