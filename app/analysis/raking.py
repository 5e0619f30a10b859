"""Raking to one-way margins and calibration to totals.

Sources: Deming & Stephan (1940) for raking; Deville & Särndal (1992), Deville, Särndal & Sautory
(1993) for the calibration functions (linear, raking, logit and bounded linear).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
import numpy.typing as npt

from app.analysis.cells import (
    FloatArray,
    IntArray,
    SurveyError,
    combine_codes,
    group_sums,
    label_codes,
    weight_column,
)

Method = Literal["linear", "raking", "logit"]
Bounds = tuple[float, float]
Ratio = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Calibrated weights (n,), iterations taken, largest relative gap left between a sum and its total."""

    weights: FloatArray
    iterations: int
    largest_gap: float


class _Limits(TypedDict):
    tolerance: float
    max_iterations: int


@dataclass(frozen=True, eq=False)
class _CodedMargin:
    name: str
    labels: tuple[str, ...]
    codes: IntArray
    totals: FloatArray


def _coded_margin(
    name: str, column: npt.ArrayLike, totals: Mapping[str, float], weights: FloatArray
) -> _CodedMargin:
    """Check one margin: every weighted row has a category with a total, every category has weighted rows."""
    codes, labels = label_codes(column)
    if len(codes) != len(weights):
        raise SurveyError("column-length", f"margin {name!r} has the wrong length", {"column": name})
    weighted = weights > 0
    if (codes[weighted] < 0).any():
        rows = int((codes[weighted] < 0).sum())
        row = int(np.flatnonzero(weighted & (codes < 0))[0])
        facts: dict[str, object] = {"margin": name, "rows": rows, "first_row": row}
        raise SurveyError("margin-code-missing", f"{rows} rows have no category of {name!r}", facts)
    sums = group_sums(codes[weighted], weights[weighted], len(labels))
    present = {label for label, total in zip(labels, sums, strict=True) if total > 0}
    for label, total in totals.items():
        facts = {"margin": name, "category": label, "total": float(total)}
        if not (np.isfinite(total) and total >= 0) or (total == 0 and label in present):
            raise SurveyError("margin-total-not-positive", f"{name!r} {label!r}: total {total}", facts)
        if total > 0 and label not in present:
            raise SurveyError("margin-category-empty", f"{name!r} {label!r} has no respondents", facts)
    for label in sorted(present - set(totals)):
        facts = {"margin": name, "category": label}
        raise SurveyError("margin-category-unknown", f"{name!r} {label!r} has no total", facts)
    targets = np.array([float(totals[label]) if label in present else 0.0 for label in labels])
    return _CodedMargin(name, labels, codes, targets)


def _check_sums(margins: Sequence[_CodedMargin], tolerance: float) -> None:
    sums = {margin.name: float(margin.totals.sum()) for margin in margins}
    low, high = min(sums.values()), max(sums.values())
    if high - low > max(tolerance, 1e-12) * high:
        raise SurveyError("margin-totals-disagree", f"margins sum to {sums}", {"sums": sums})


def _largest_gap(
    margins: Sequence[_CodedMargin], cells: Sequence[IntArray], mass: FloatArray
) -> tuple[float, str, str]:
    """The largest relative gap of the cells' mass (c,) to a total, with its margin and category."""
    worst = (-1.0, "", "")
    for margin, codes in zip(margins, cells, strict=True):
        sums = group_sums(codes, mass, len(margin.labels))
        used = margin.totals > 0
        gaps = np.where(used, np.abs(sums - margin.totals) / np.where(used, margin.totals, 1.0), 0.0)
        at = int(np.argmax(gaps))
        if gaps[at] > worst[0]:
            worst = (float(gaps[at]), margin.name, margin.labels[at])
    return worst


def _sweep_cells(
    margins: Sequence[_CodedMargin],
    cells: Sequence[IntArray],
    mass: FloatArray,
    *,
    tolerance: float,
    max_iterations: int,
) -> tuple[FloatArray, int, float]:
    """Iterative proportional fitting of the cells' mass (c,) to the margins."""
    gap, name, category = _largest_gap(margins, cells, mass)
    for iteration in range(max_iterations):
        if gap <= tolerance:
            return mass, iteration, gap
        for margin, codes in zip(margins, cells, strict=True):
            sums = group_sums(codes, mass, len(margin.labels))
            mass = mass * np.divide(margin.totals, sums, out=np.zeros_like(sums), where=sums > 0)[codes]
        gap, name, category = _largest_gap(margins, cells, mass)
    if gap <= tolerance:
        return mass, max_iterations, gap
    facts = {"margin": name, "category": category, "gap": gap, "iterations": max_iterations}
    raise SurveyError("raking-not-converged", f"{name!r} {category!r} is off by {gap:.3g}", facts)


def rake(
    weights: npt.ArrayLike,
    margins: Sequence[tuple[str, npt.ArrayLike, Mapping[str, float]]],
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
    bounds: Bounds | None = None,
) -> Calibrated:
    """Rake weights (n,) to one-way margins, each a name, a code column (n,) and the totals by category.

    Works on the unique combinations of categories, so its cost hardly depends on n. ``tolerance`` is
    the largest relative gap allowed. With ``bounds`` on final/entering weight the logit calibration is
    used, which meets the margins and keeps strictly inside. Rows of weight 0 stay 0 and may lack
    categories. Raises SurveyError naming the margin and category: empty, unknown, without a positive
    total, or not converged.
    """
    entering = weight_column(weights)
    if not margins:
        raise SurveyError("margins-missing", "raking needs at least one margin")
    coded = [_coded_margin(name, column, totals, entering) for name, column, totals in margins]
    _check_sums(coded, tolerance)
    used = np.flatnonzero(entering > 0)
    cell = combine_codes([margin.codes[used] for margin in coded], len(used))
    _, first = np.unique(cell, return_index=True)
    cells = [margin.codes[used][first] for margin in coded]
    mass = group_sums(cell, entering[used], int(cell.max()) + 1)
    limits: _Limits = {"tolerance": tolerance, "max_iterations": max_iterations}
    if bounds is None:
        raked, iterations, gap = _sweep_cells(coded, cells, mass, **limits)
    else:
        x, totals, names = _margin_matrix(coded, cells)
        bounded = calibrate(mass, x, totals, names=names, method="logit", bounds=bounds, **limits)
        raked, iterations, gap = bounded.weights, bounded.iterations, bounded.largest_gap
    final = entering.copy()
    final[used] = entering[used] * (raked / mass)[cell]
    return Calibrated(final, iterations, gap)


def _margin_matrix(
    margins: Sequence[_CodedMargin], cells: Sequence[IntArray]
) -> tuple[FloatArray, FloatArray, list[tuple[str, str]]]:
    """Dummies (c, k) of all categories in use, their totals (k,) and their names."""
    columns, totals, names = [], [], []
    for margin, codes in zip(margins, cells, strict=True):
        for code in np.flatnonzero(margin.totals > 0):
            columns.append((codes == code).astype(np.float64))
            totals.append(float(margin.totals[code]))
            names.append((margin.name, margin.labels[code]))
    return np.column_stack(columns), np.array(totals), names


def margin_columns(
    weights: npt.ArrayLike, margins: Sequence[tuple[str, npt.ArrayLike, Mapping[str, float]]]
) -> tuple[FloatArray, FloatArray, list[tuple[str, str]]]:
    """Dummies (n, k) of the margins' categories, their totals (k,), and (margin, category) names, checked."""
    entering = weight_column(weights)
    coded = [_coded_margin(name, column, totals, entering) for name, column, totals in margins]
    return _margin_matrix(coded, [margin.codes for margin in coded])


def _ratio_function(method: Method, bounds: Bounds | None) -> Ratio:
    """The ratio final/entering weight and its slope, as functions of the linear predictor."""
    if bounds is not None and not 0 <= bounds[0] < 1 < bounds[1]:
        raise SurveyError("bounds-invalid", "bounds stand around 1", {"bounds": list(bounds)})
    if method == "logit":
        if bounds is None:
            raise SurveyError("bounds-missing", "the logit method needs bounds")
        return _logit_ratio(*bounds)
    low, high = bounds if bounds is not None else (-np.inf, np.inf)

    def clipped(eta: FloatArray) -> tuple[FloatArray, FloatArray]:
        value = 1 + eta if method == "linear" else np.exp(np.clip(eta, -500, 500))
        slope = np.ones_like(eta) if method == "linear" else value
        return np.clip(value, low, high), np.where((value > low) & (value < high), slope, 0.0)

    if method not in ("linear", "raking"):
        raise SurveyError("method-unknown", f"no method {method!r}", {"method": method})
    return clipped


def _logit_ratio(low: float, high: float) -> Ratio:
    steep = (high - low) / ((1 - low) * (high - 1))

    def ratio(eta: FloatArray) -> tuple[FloatArray, FloatArray]:
        share = 1 / (1 + (high - 1) / (1 - low) * np.exp(np.clip(-steep * eta, -500, 500)))
        return low + (high - low) * share, (high - low) * steep * share * (1 - share)

    return ratio


def _orthonormal(x: FloatArray, totals: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Columns (n, r) orthonormal under the weights that span x, and the totals (r,) they must reach."""
    size = np.maximum(np.sqrt(weights @ x**2), 1e-300).astype(np.float64)
    root = np.sqrt(weights)
    _, singular, right = np.linalg.svd((x / size) * root[:, None], full_matrices=False)
    keep = singular > 1e-9 * singular[0]
    turn = (right[keep].T / singular[keep]) / size[:, None]
    reached = right[keep].T @ (right[keep] @ (totals / size))
    if np.abs(reached - totals / size).max() > 1e-8 * np.abs(totals / size).max():
        raise SurveyError(
            "margin-totals-disagree", "totals of dependent columns contradict", {"columns": x.shape[1]}
        )
    return x @ turn, totals @ turn


def _step(z: FloatArray, weights: FloatArray, slope: FloatArray, missing: FloatArray) -> FloatArray:
    jacobian = (z * (weights * slope)[:, None]).T @ z
    return np.asarray(np.linalg.lstsq(jacobian, missing, rcond=1e-12)[0], dtype=np.float64)


def calibrate(
    weights: npt.ArrayLike,
    x: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    names: Sequence[object],
    method: Method = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> Calibrated:
    """Calibrate weights (n,) so that the weighted sums of ``x`` (n, k) reach ``totals`` (k,), by
    Newton steps.

    ``method``: ``linear`` (may go negative), ``raking`` (positive), ``logit`` (strictly inside
    ``bounds`` on the ratio final/entering); linear and raking with bounds are truncated. The intercept
    is not implied: give its column or all dummies of a margin. Raises SurveyError("calibration-not-
    converged") naming the worst column.
    """
    entering, matrix = weight_column(weights), np.asarray(x, dtype=np.float64)
    targets = np.asarray(totals, dtype=np.float64)
    if matrix.shape != (len(entering), len(targets)) or len(names) != len(targets):
        raise SurveyError("column-length", "x, totals and names do not fit", {"shape": list(matrix.shape)})
    if not (np.isfinite(matrix).all() and np.isfinite(targets).all()):
        raise SurveyError("values-invalid", "calibration columns must be finite", {"column": "x"})
    ratio = _ratio_function(method, bounds)
    z, reach = _orthonormal(matrix, targets, entering)
    scale = np.where(targets != 0, np.abs(targets), np.maximum(entering @ np.abs(matrix), 1e-300))
    best = _newton(entering, z, reach, matrix, targets, scale, ratio, tolerance, max_iterations)
    final, iterations, gaps = best
    if gaps.max() > tolerance:
        at = int(np.argmax(gaps))
        facts: dict[str, object] = {"column": names[at], "gap": float(gaps[at]), "iterations": iterations}
        name = names[at]
        if isinstance(name, tuple):
            facts.update(margin=name[0], category=name[1])
        raise SurveyError("calibration-not-converged", f"{names[at]!r} is off by {gaps[at]:.3g}", facts)
    return Calibrated(final, iterations, float(gaps.max()))


def _newton(
    weights: FloatArray,
    z: FloatArray,
    reach: FloatArray,
    x: FloatArray,
    totals: FloatArray,
    scale: FloatArray,
    ratio: Ratio,
    tolerance: float,
    max_iterations: int,
) -> tuple[FloatArray, int, FloatArray]:
    """Damped Newton steps; gives the weights, the iterations and the relative gaps (k,) they leave."""
    parameters = np.zeros(z.shape[1])
    value, slope = ratio(z @ parameters)
    missing = reach - (weights * value) @ z
    gaps = np.abs(x.T @ (weights * value) - totals) / scale
    for iteration in range(max_iterations):
        if gaps.max() <= tolerance:
            return weights * value, iteration, gaps
        step = _step(z, weights, slope, missing)
        for _ in range(30):
            value, slope = ratio(z @ (parameters + step))
            left = reach - (weights * value) @ z
            if np.linalg.norm(left) < np.linalg.norm(missing):
                break
            step = step / 2
        else:
            return weights * value, iteration + 1, gaps
        parameters, missing = parameters + step, left
        gaps = np.abs(x.T @ (weights * value) - totals) / scale
    return weights * value, max_iterations, gaps
