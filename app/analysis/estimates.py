"""Means, totals, proportions and ratios of the whole and of many domains, with linearised standard
errors.

Source: Särndal, Swensson & Wretman (1992), ch. 5 and 10; Korn & Graubard (1998) for the beta interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

# scipy.stats has these quantiles from here, and takes a second to load, which every command would wait for.
from scipy import special

from app.analysis.cells import (
    BoolArray,
    FloatArray,
    IntArray,
    SurveyError,
    float_column,
    group_sums,
    label_codes,
)
from app.analysis.designs import Design, domain_variances

Interval = Literal["wald", "logit", "asin", "beta"]


@dataclass(frozen=True)
class EstimateRow:
    """One domain of ``Estimates`` as plain scalars."""

    label: str
    estimate: float
    se: float
    low: float
    high: float
    deff: float
    df: float
    n: int
    weighted_n: float
    psus: int
    state: str


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates of D domains; every array has the shape (D,), D = 1 and the label ``""`` for the whole.

    ``state`` is ``ok``; ``one_psu``: the domain stands on a single PSU, its error cannot be estimated
    (se nan); ``lonely``: all its PSUs lie in lonely strata that were removed (se nan); ``empty``: no
    row with a value; ``zero_denominator``: a ratio with nothing below the line. ``df`` is PSUs minus
    strata where the domain has rows; the t interval takes at least 1. ``deff`` is against simple
    random sampling without replacement of as many rows. ``n`` counts rows with a value and positive
    weight.
    """

    statistic: str
    level: float
    labels: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    deff: FloatArray
    df: FloatArray
    n: IntArray
    weighted_n: FloatArray
    psus: IntArray
    state: tuple[str, ...]
    lonely_psu: str
    lonely_strata: tuple[str, ...]

    def row(self, label: str = "") -> EstimateRow:
        """The domain of this label; SurveyError("domain-unknown") when there is none."""
        if label not in self.labels:
            raise SurveyError("domain-unknown", f"no domain {label!r}", {"domain": label})
        i = self.labels.index(label)
        return EstimateRow(
            label=label,
            estimate=float(self.estimate[i]),
            se=float(self.se[i]),
            low=float(self.low[i]),
            high=float(self.high[i]),
            deff=float(self.deff[i]),
            df=float(self.df[i]),
            n=int(self.n[i]),
            weighted_n=float(self.weighted_n[i]),
            psus=int(self.psus[i]),
            state=self.state[i],
        )


@dataclass(frozen=True, eq=False)
class _Domains:
    """Which rows count for which domain, and what each domain stands on."""

    labels: tuple[str, ...]
    code: IntArray
    n: IntArray
    weighted_n: FloatArray
    psus: IntArray
    strata: IntArray
    only_lonely: BoolArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums (D,) of values (n,) over the domains."""
        used = self.code >= 0
        return group_sums(self.code[used], values[used], len(self.labels))

    def spread(self, values: FloatArray) -> FloatArray:
        """Each row's domain value (n,), 0 for rows in no domain."""
        result: FloatArray = np.where(self.code >= 0, values[np.maximum(self.code, 0)], 0.0)
        return result


def _domains(design: Design, present: BoolArray, domains: npt.ArrayLike | None) -> _Domains:
    if domains is None:
        labels: tuple[str, ...] = ("",)
        code = np.zeros(design.n, dtype=np.int64)
    else:
        code, labels = label_codes(domains)
        if len(code) != design.n:
            raise SurveyError("column-length", "domains and design differ in length", {"column": "domains"})
    code = np.where(present & (design.weights > 0), code, -1)
    used, count = code >= 0, len(labels)
    n = np.bincount(code[used], minlength=count).astype(np.int64)
    weighted = group_sums(code[used], design.weights[used], count)
    pairs = np.unique(code[used] * design.psu_count + design.psu[used])
    of, stratum = pairs // design.psu_count, design.psu_stratum[pairs % design.psu_count]
    psus = np.bincount(of, minlength=count).astype(np.int64)
    strata_pairs = np.unique(of * design.stratum_count + stratum)
    strata = np.bincount(strata_pairs // design.stratum_count, minlength=count).astype(np.int64)
    usable = group_sums(of, ~design.lonely[stratum], count)
    only_lonely = (usable == 0) & (psus > 0) & (design.lonely_psu == "remove")
    return _Domains(labels, code, n, weighted, psus, strata, only_lonely)


def _divide(above: FloatArray, below: FloatArray) -> FloatArray:
    result: FloatArray = np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
    return result


def _srs_variance(design: Design, domains: _Domains, values: FloatArray) -> FloatArray:
    """Variance (D,) of the mean of values (n,) under simple random sampling of the same size, or nan."""
    weighted, n = domains.weighted_n, domains.n.astype(np.float64)
    mean = _divide(domains.sums(design.weights * values), weighted)
    centred = values - domains.spread(mean)
    spread = _divide(domains.sums(design.weights * centred**2), weighted) * _divide(n, n - 1)
    result = spread * _divide(weighted - n, weighted * n)
    variance: FloatArray = np.where(weighted > n, result, np.nan)
    return variance


def _states(domains: _Domains, zero_denominator: BoolArray | None) -> tuple[str, ...]:
    nothing_below = np.zeros(len(domains.n), dtype=np.bool_) if zero_denominator is None else zero_denominator
    chosen = np.select(
        [domains.n == 0, nothing_below, domains.psus < 2, domains.only_lonely],
        ["empty", "zero_denominator", "one_psu", "lonely"],
        default="ok",
    )
    return tuple(str(state) for state in chosen)


def _finish(
    design: Design,
    domains: _Domains,
    *,
    statistic: str,
    level: float,
    estimate: FloatArray,
    scores: FloatArray,
    srs: FloatArray,
    zero_denominator: BoolArray | None = None,
) -> Estimates:
    if not 0 < level < 1:
        raise SurveyError("level-out-of-range", "the level lies between 0 and 1", {"level": level})
    count = len(domains.labels)
    states = _states(domains, zero_denominator)
    ok = np.array([state == "ok" for state in states], dtype=np.bool_)
    variance = np.where(ok, domain_variances(design, scores, domains.code, count), np.nan)
    se = np.sqrt(variance)
    df = np.where(domains.n > 0, (domains.psus - domains.strata).astype(np.float64), np.nan)
    half = special.stdtrit(np.maximum(df, 1), 0.5 + level / 2) * se
    return Estimates(
        statistic=statistic,
        level=level,
        labels=domains.labels,
        estimate=estimate,
        se=se,
        low=estimate - half,
        high=estimate + half,
        deff=np.where(ok, _divide(variance, srs), np.nan),
        df=df,
        n=domains.n,
        weighted_n=domains.weighted_n,
        psus=domains.psus,
        state=states,
        lonely_psu=design.lonely_psu,
        lonely_strata=design.lonely_strata,
    )


def _mean(
    design: Design, y: npt.ArrayLike, domains: npt.ArrayLike | None, level: float, statistic: str
) -> Estimates:
    values = float_column(y, name="y", n=design.n)
    groups = _domains(design, ~np.isnan(values), domains)
    values = np.where(groups.code >= 0, values, 0.0)
    mean = _divide(groups.sums(design.weights * values), groups.weighted_n)
    below = groups.spread(groups.weighted_n)
    scores = np.divide(values - groups.spread(mean), below, out=np.zeros(design.n), where=below > 0)
    srs = _srs_variance(design, groups, values)
    return _finish(design, groups, statistic=statistic, level=level, estimate=mean, scores=scores, srs=srs)


def estimate_mean(
    design: Design, y: npt.ArrayLike, *, domains: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimates:
    """Weighted means of ``y`` (n,), in y's unit. Rows with a nan value are left out, the design stays
    whole.

    ``domains`` (n,) is a code column; rows with a missing code belong to no domain. Raises SurveyError
    for columns of the wrong length or infinite values.
    """
    return _mean(design, y, domains, level, "mean")


def estimate_total(
    design: Design, y: npt.ArrayLike, *, domains: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimates:
    """Weighted totals of ``y`` (n,), in y's unit; arguments as in ``estimate_mean``.

    A missing value adds nothing to the total, as in R's ``na.rm=TRUE``: where values are missing the
    total is one of the answered rows only.
    """
    values = float_column(y, name="y", n=design.n)
    groups = _domains(design, ~np.isnan(values), domains)
    values = np.where(groups.code >= 0, values, 0.0)
    total = np.where(groups.n > 0, groups.sums(design.weights * values), np.nan)
    srs = _srs_variance(design, groups, values) * groups.weighted_n**2
    return _finish(design, groups, statistic="total", level=level, estimate=total, scores=values, srs=srs)


def estimate_ratio(
    design: Design,
    y: npt.ArrayLike,
    x: npt.ArrayLike,
    *,
    domains: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimates:
    """Ratios of the totals of ``y`` (n,) and ``x`` (n,); rows where either is nan are left out."""
    above, below = float_column(y, name="y", n=design.n), float_column(x, name="x", n=design.n)
    groups = _domains(design, ~np.isnan(above) & ~np.isnan(below), domains)
    above, below = np.where(groups.code >= 0, above, 0.0), np.where(groups.code >= 0, below, 0.0)
    denominator = groups.sums(design.weights * below)
    ratio = _divide(groups.sums(design.weights * above), denominator)
    spread = groups.spread(denominator)
    residual = above - groups.spread(np.nan_to_num(ratio)) * below
    scores = np.divide(residual, spread, out=np.zeros(design.n), where=spread != 0)
    srs = _srs_variance(design, groups, scores) * groups.weighted_n**2
    return _finish(
        design,
        groups,
        statistic="ratio",
        level=level,
        estimate=ratio,
        scores=scores,
        srs=srs,
        zero_denominator=(denominator == 0) & (groups.n > 0),
    )


def _logit_interval(p: FloatArray, se: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    centre, half = np.log(safe / (1 - safe)), t * se / (safe * (1 - safe))
    low, high = 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _asin_interval(p: FloatArray, se: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    centre, half = np.arcsin(np.sqrt(safe)), t * se / (2 * np.sqrt(safe * (1 - safe)))
    low = np.sin(np.clip(centre - half, 0, np.pi / 2)) ** 2
    high = np.sin(np.clip(centre + half, 0, np.pi / 2)) ** 2
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _beta_interval(result: Estimates) -> tuple[FloatArray, FloatArray]:
    """Korn and Graubard's interval: Clopper–Pearson with the design's effective sample size."""
    p, tail = result.estimate, 0.5 - result.level / 2
    rows = np.maximum(result.n - 1, 1)
    shrink = (special.stdtrit(rows, tail) / special.stdtrit(np.maximum(result.df, 1), tail)) ** 2
    effective = _divide(p * (1 - p), result.se**2) * shrink
    usable = np.isfinite(effective) & (p > 0) & (p < 1)
    k, rest = np.where(usable, effective * p, 1.0), np.where(usable, effective * (1 - p), 1.0)
    low, high = special.betaincinv(k, rest + 1, tail), special.betaincinv(k + 1, rest, 1 - tail)
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)


def _interval(result: Estimates, interval: Interval) -> tuple[FloatArray, FloatArray]:
    quantile = special.stdtrit(np.maximum(result.df, 1), 0.5 + result.level / 2)
    t: FloatArray = np.asarray(quantile, dtype=np.float64)
    if interval == "wald":
        return result.low, result.high
    if interval == "logit":
        return _logit_interval(result.estimate, result.se, t)
    if interval == "asin":
        return _asin_interval(result.estimate, result.se, t)
    if interval == "beta":
        return _beta_interval(result)
    raise SurveyError("interval-unknown", f"no interval {interval!r}", {"interval": interval})


def estimate_proportion(
    design: Design,
    indicator: npt.ArrayLike,
    *,
    domains: npt.ArrayLike | None = None,
    level: float = 0.95,
    interval: Interval = "wald",
) -> Estimates:
    """Proportions of rows where ``indicator`` (n,; bool or 0/1, nan = missing) holds, from 0 to 1.

    ``interval``: ``wald`` (symmetric, may leave 0 … 1), ``logit``, ``asin``, or ``beta`` (Korn and
    Graubard). The last three stay inside 0 … 1 and are nan where the estimate is 0 or 1.
    """
    values = float_column(indicator, name="indicator", n=design.n)
    wrong = ~np.isnan(values) & (values != 0) & (values != 1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise SurveyError("indicator-not-binary", f"row {row} is neither 0 nor 1", {"row": row})
    result = _mean(design, values, domains, level, "proportion")
    low, high = _interval(result, interval)
    return replace(result, low=low, high=high)


def estimate_proportions(
    design: Design,
    categories: npt.ArrayLike,
    *,
    domains: npt.ArrayLike | None = None,
    level: float = 0.95,
    interval: Interval = "wald",
) -> dict[str, Estimates]:
    """Proportions of every category of a code column (n,), by label; missing codes are left out."""
    codes, labels = label_codes(categories)
    missing = np.where(codes < 0, np.nan, 0.0)
    return {
        label: estimate_proportion(
            design, missing + (codes == code), domains=domains, level=level, interval=interval
        )
        for code, label in enumerate(labels)
    }
