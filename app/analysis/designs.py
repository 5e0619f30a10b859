"""Sampling designs and the linearised variance of weighted sums under them.

Sources: Särndal, Swensson & Wretman (1992), ch. 4 and 5.5; Deville & Särndal (1992) for residuals of
calibrated weights; Lumley (2010) for the treatment of domains and of strata with a single primary
sampling unit (PSU).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.analysis.cells import (
    FloatArray,
    IntArray,
    SurveyError,
    combine_codes,
    float_column,
    group_sums,
    label_codes,
    weight_column,
)

__all__ = ["Calibration", "Design", "LonelyRule", "SurveyError", "domain_variances", "make_design"]

LonelyRule = Literal["fail", "adjust", "remove"]
_CERTAIN = 1e-7
_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the weights were calibrated to, so that errors are taken from residuals.

    ``margins``: code columns (n,), one per margin (post-stratification: one column of cells);
    ``numeric``: float columns (n,); ``weights_before`` (n,): the weights as they entered the
    calibration.
    """

    margins: tuple[npt.ArrayLike, ...] = ()
    numeric: tuple[npt.ArrayLike, ...] = ()
    weights_before: npt.ArrayLike = ()


@dataclass(frozen=True, eq=False)
class Design:
    """A sampling design, made by ``make_design``; n rows, P PSUs, H strata."""

    weights: FloatArray
    psu: IntArray
    psu_stratum: IntArray
    stratum_labels: tuple[str, ...]
    stratum_psus: IntArray
    fraction: FloatArray
    psu_rows: IntArray
    unit_fraction: FloatArray | None
    basis: FloatArray | None
    root_before: FloatArray | None
    lonely: npt.NDArray[np.bool_]
    lonely_psu: LonelyRule

    @property
    def n(self) -> int:
        """Rows of the design, those of weight zero included."""
        return len(self.weights)

    @property
    def psu_count(self) -> int:
        """Number of PSUs in the sample."""
        return len(self.psu_stratum)

    @property
    def stratum_count(self) -> int:
        """Number of strata in the sample."""
        return len(self.stratum_labels)

    @property
    def lonely_strata(self) -> tuple[str, ...]:
        """Labels of strata that stand on one PSU and are not taken with certainty."""
        return tuple(self.stratum_labels[h] for h in np.flatnonzero(self.lonely))

    @property
    def df(self) -> int:
        """Degrees of freedom: PSUs minus strata, counted where some weight is positive."""
        psus = np.unique(self.psu[self.weights > 0])
        return len(psus) - len(np.unique(self.psu_stratum[psus]))


def _strata(strata: npt.ArrayLike | None, n: int) -> tuple[IntArray, tuple[str, ...]]:
    if strata is None:
        return np.zeros(n, dtype=np.int64), ("",)
    codes, labels = label_codes(strata)
    _check_codes(codes, n, "strata")
    return codes, labels


def _check_codes(codes: IntArray, n: int, name: str) -> None:
    if len(codes) != n:
        raise SurveyError(
            "column-length", f"{name} has {len(codes)} rows, not {n}", {"column": name, "expected": n}
        )
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise SurveyError(
            "design-code-missing", f"{name} is missing in row {row}", {"column": name, "row": row}
        )


def _psus(psu: npt.ArrayLike | None, stratum: IntArray, n: int) -> IntArray:
    if psu is None:
        return np.arange(n, dtype=np.int64)
    codes, _ = label_codes(psu)
    _check_codes(codes, n, "psu")
    return combine_codes([stratum, codes], n)


def _constant_within(values: FloatArray, groups: IntArray, count: int, name: str) -> FloatArray:
    """The value of each group; a value that varies inside a group is refused."""
    first = np.full(count, np.nan)
    first[groups[::-1]] = values[::-1]
    wrong = ~np.isclose(values, first[groups], rtol=1e-9, atol=0.0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise SurveyError(
            "population-varies", f"{name} varies or is missing at row {row}", {"column": name, "row": row}
        )
    return first


def _fractions(
    population: npt.ArrayLike | None, sampled: IntArray, groups: IntArray, name: str
) -> FloatArray:
    if population is None:
        return np.zeros(len(sampled))
    values = float_column(population, name=name, n=len(groups), infinite=True)
    per_group = _constant_within(values, groups, len(sampled), name)
    if (per_group < sampled * (1 - 1e-9)).any():
        at = int(np.flatnonzero(per_group < sampled * (1 - 1e-9))[0])
        facts = {"column": name, "group": at, "population": float(per_group[at]), "sampled": int(sampled[at])}
        raise SurveyError("population-too-small", f"{name} is smaller than the sample in group {at}", facts)
    result: FloatArray = np.minimum(sampled / per_group, 1.0)
    return result


def _calibration_basis(calibration: Calibration, n: int) -> tuple[FloatArray, FloatArray]:
    """An orthonormal basis (n, r) of the auxiliaries under the weights before, and the weights' roots."""
    root = np.sqrt(weight_column(calibration.weights_before, n=n))
    columns: list[FloatArray] = []
    for margin in calibration.margins:
        codes, labels = label_codes(margin)
        if len(codes) != n:
            raise SurveyError("column-length", "a calibration margin has the wrong length", {"expected": n})
        columns.extend((codes == code).astype(np.float64) for code in range(len(labels)))
    for values in calibration.numeric:
        column = float_column(values, name="numeric", n=n)
        columns.append(np.where(root > 0, column, 0.0))
    if not columns:
        raise SurveyError("calibration-empty", "a calibration needs margins or numeric columns")
    scaled = np.column_stack(columns) * root[:, None]
    scaled /= np.maximum(np.sqrt((scaled**2).sum(axis=0)), 1e-300)
    # One pass over the small Gram matrix finds the rank, a second one restores full orthogonality.
    return _orthogonal(_orthogonal(scaled)), root


def _orthogonal(columns: FloatArray) -> FloatArray:
    """Orthonormal columns (n, r) with the span of the columns (n, k), dependent directions left out."""
    squares, turn = np.linalg.eigh(columns.T @ columns)
    keep = squares > 1e-12 * squares[-1]
    return np.asarray(columns @ (turn[:, keep] / np.sqrt(squares[keep])), dtype=np.float64)


def _lonely_strata(
    psus: IntArray, fraction: FloatArray, labels: tuple[str, ...], rule: LonelyRule
) -> npt.NDArray[np.bool_]:
    lonely: npt.NDArray[np.bool_] = (psus == 1) & (1 - fraction > _CERTAIN)
    if rule not in ("fail", "adjust", "remove"):
        raise SurveyError("lonely-rule-unknown", f"no rule {rule!r}", {"rule": rule})
    if rule == "fail" and lonely.any():
        name = labels[int(np.flatnonzero(lonely)[0])]
        raise SurveyError("lonely-psu", f"stratum {name!r} stands on one PSU", {"stratum": name})
    return lonely


def make_design(
    *,
    weights: npt.ArrayLike,
    strata: npt.ArrayLike | None = None,
    psu: npt.ArrayLike | None = None,
    psu_population: npt.ArrayLike | None = None,
    unit_population: npt.ArrayLike | None = None,
    calibration: Calibration | None = None,
    lonely_psu: LonelyRule = "adjust",
) -> Design:
    """Describe a one- or two-stage design; every column has one entry per row (n,).

    ``psu`` codes are nested in ``strata``; without ``psu`` every row is a PSU of its own.
    ``psu_population`` is the number of PSUs in the stratum's population (None or inf: drawn with
    replacement, or as if). ``unit_population`` is the number of units in the PSU; rows are then the
    units and the second stage adds its own variance, which needs ``psu_population`` to have any
    effect. A PSU taken with certainty is entered as a stratum of its own whose units are the PSUs. A
    row of weight 0 stays in the design and out of the estimates.

    A stratum with one PSU that is not taken with certainty is lonely: ``fail`` refuses the design,
    ``adjust`` centres its PSU at the grand mean of the PSU totals, ``remove`` leaves its variance out.
    Raises SurveyError.
    """
    final = weight_column(weights)
    n = len(final)
    stratum, labels = _strata(strata, n)
    unit = _psus(psu, stratum, n)
    psu_rows = np.bincount(unit).astype(np.int64)
    psu_stratum = np.zeros(len(psu_rows), dtype=np.int64)
    psu_stratum[unit] = stratum
    psus = np.bincount(psu_stratum, minlength=len(labels)).astype(np.int64)
    fraction = _fractions(psu_population, psus, stratum, "psu_population")
    units = None
    if unit_population is not None:
        units = _fractions(unit_population, psu_rows, unit, "unit_population")
    basis, root = (None, None) if calibration is None else _calibration_basis(calibration, n)
    lonely = _lonely_strata(psus, fraction, labels, lonely_psu)
    sizes = (psu_stratum, labels, psus, fraction, psu_rows, units)
    return Design(final, unit, *sizes, basis, root, lonely, lonely_psu)


def _first_stage(design: Design, totals: FloatArray) -> FloatArray:
    """Variance (D,) between PSU totals (P, D), added over strata."""
    order = np.argsort(design.psu_stratum, kind="stable")
    starts = np.concatenate(([0], np.cumsum(design.stratum_psus)[:-1]))
    means = np.add.reduceat(totals[order], starts, axis=0) / design.stratum_psus[:, None]
    if design.lonely_psu == "adjust" and design.lonely.any():
        means[design.lonely] = totals.mean(axis=0)
    count = design.stratum_psus.astype(np.float64)
    scale = (1 - design.fraction) * np.where(count > 1, count / np.maximum(count - 1, 1), 1.0)
    if design.lonely_psu == "remove":
        scale = np.where(design.lonely, 0.0, scale)
    centred = totals - means[design.psu_stratum]
    result: FloatArray = scale[design.psu_stratum] @ centred**2
    return result


def _second_stage(design: Design, rows: FloatArray, unit_fraction: FloatArray) -> FloatArray:
    """Variance (D,) between the weighted scores (n, D) of units inside their PSUs."""
    order = np.argsort(design.psu, kind="stable")
    starts = np.concatenate(([0], np.cumsum(design.psu_rows)[:-1]))
    means = np.add.reduceat(rows[order], starts, axis=0) / design.psu_rows[:, None]
    lonely = (design.psu_rows == 1) & (1 - unit_fraction > _CERTAIN)
    if design.lonely_psu == "fail" and lonely.any():
        raise SurveyError("lonely-psu", "a PSU stands on one unit", {"psus": int(lonely.sum())})
    means[lonely] = 0.0
    count = design.psu_rows.astype(np.float64)
    scale = (1 - unit_fraction) * np.where(count > 1, count / np.maximum(count - 1, 1), 1.0)
    if design.lonely_psu == "remove":
        scale = np.where(lonely, 0.0, scale)
    scale = scale * design.fraction[design.psu_stratum]
    result: FloatArray = scale[design.psu] @ (rows - means[design.psu]) ** 2
    return result


def _psu_totals(design: Design, scores: FloatArray, domain: IntArray, width: int) -> FloatArray:
    """PSU totals (P, width) of weighted scores, residuals of the calibration where there is one."""
    used = np.flatnonzero(domain >= 0)
    count = design.psu_count
    place = domain[used] * count + design.psu[used]
    flat = group_sums(place, design.weights[used] * scores[used], width * count)
    totals: FloatArray = flat.reshape(width, count).T
    if design.basis is None or design.root_before is None:
        return totals
    coefficients = _coefficients(design.basis, design.root_before, scores, domain, width)
    ratio = _final_over_root(design)
    per_psu = np.column_stack([group_sums(design.psu, ratio * column, count) for column in design.basis.T])
    residual_totals: FloatArray = totals - per_psu @ coefficients
    return residual_totals


def _final_over_root(design: Design) -> FloatArray:
    root = design.root_before
    assert root is not None  # noqa: S101 - callers have looked.
    return np.divide(design.weights, root, out=np.zeros(design.n), where=root > 0)


def _coefficients(
    basis: FloatArray, root: FloatArray, scores: FloatArray, domain: IntArray, width: int
) -> FloatArray:
    """Coefficients (r, width) of the domains' scores on the basis."""
    used = np.flatnonzero(domain >= 0)
    rooted = root[used] * scores[used]
    return np.stack([group_sums(domain[used], basis[used, j] * rooted, width) for j in range(basis.shape[1])])


def _row_scores(design: Design, scores: FloatArray, domain: IntArray, width: int) -> FloatArray:
    """Weighted scores (n, width) of single rows, residuals of the calibration where there is one."""
    rows = np.zeros((design.n, width))
    used = np.flatnonzero(domain >= 0)
    rows[used, domain[used]] = design.weights[used] * scores[used]
    if design.basis is None or design.root_before is None:
        return rows
    coefficients = _coefficients(design.basis, design.root_before, scores, domain, width)
    residuals: FloatArray = rows - _final_over_root(design)[:, None] * (design.basis @ coefficients)
    return residuals


def domain_variances(design: Design, scores: FloatArray, domain: IntArray, count: int) -> FloatArray:
    """Variances (count,) of the weighted sums of ``scores`` (n,) over each domain.

    ``domain`` (n,) holds codes 0 … count-1, or -1 for rows in no domain; those stay in the design with
    score 0.
    """
    tall = design.psu_count if design.unit_fraction is None else max(design.psu_count, design.n)
    width = max(1, min(count, _CHUNK // tall))
    variances = np.zeros(count)
    for low in range(0, count, width):
        high = min(low + width, count)
        local = np.where((domain >= low) & (domain < high), domain - low, -1)
        part = _first_stage(design, _psu_totals(design, scores, local, high - low))
        if design.unit_fraction is not None:
            part = part + _second_stage(
                design, _row_scores(design, scores, local, high - low), design.unit_fraction
            )
        variances[low:high] = part
    return variances
