"""Weighting: replay a recipe of steps over the columns of a sample, with diagnostics of every step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import numpy.typing as npt

from app.analysis.cells import CELL_JOINER, FloatArray, SurveyError, float_column, label_cells, weight_column
from app.analysis.designs import Calibration
from app.analysis.nonresponse import Merge, adjust_for_nonresponse, adjust_for_unknown
from app.analysis.raking import Method, calibrate, margin_columns, rake
from app.analysis.weight_steps import (
    BaseStep,
    CalibrateStep,
    Margin,
    NonresponseStep,
    PostStratifyStep,
    RakeStep,
    Recipe,
    Step,
    TrimStep,
    UnknownStep,
    recipe_from_dicts,
    recipe_to_dicts,
)

__all__ = [
    "BaseStep",
    "CalibrateStep",
    "Margin",
    "Merge",
    "NonresponseStep",
    "PostStratifyStep",
    "RakeStep",
    "Recipe",
    "Step",
    "StepDiagnostics",
    "SurveyError",
    "TrimStep",
    "UnknownStep",
    "WeightResult",
    "WeightSummary",
    "recipe_from_dicts",
    "recipe_to_dicts",
    "replay",
    "weight_summary",
]

Columns = Mapping[str, npt.ArrayLike]
_TIE = 1e-9
_ROUNDING = 1e-14
_MOST_ROUNDS = 10_000


@dataclass(frozen=True)
class WeightSummary:
    """Of the positive weights: count, sum, least, greatest, Kish's effective n and design effect."""

    n: int
    total: float
    minimum: float
    maximum: float
    kish_n: float
    design_effect: float


@dataclass(frozen=True)
class StepDiagnostics:
    """What a step did; ``largest_gap`` is relative, the figures speak of the weights after the step."""

    kind: str
    converged: bool
    iterations: int
    largest_gap: float
    n: int
    total: float
    minimum: float
    maximum: float
    kish_n: float
    design_effect: float
    changes: tuple[Merge, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The diagnostics as a JSON-able dict; an infinite factor (a cell without takers) becomes None."""
        data: dict[str, object] = asdict(self)
        data["notes"] = list(self.notes)
        data["changes"] = [
            {**asdict(merge), "factor": merge.factor if np.isfinite(merge.factor) else None}
            for merge in self.changes
        ]
        return data


@dataclass(frozen=True, eq=False)
class WeightResult:
    """Weights (n,) in the rows' order, diagnostics of the steps, the last calibration, SHA-256 digests."""

    weights: FloatArray
    diagnostics: tuple[StepDiagnostics, ...]
    calibration: Calibration | None
    recipe_digest: str
    weights_digest: str


@dataclass(frozen=True, eq=False)
class _Outcome:
    """A step's weights (n,) with what is to be told about it."""

    weights: FloatArray
    iterations: int = 0
    largest_gap: float = 0.0
    calibration: Calibration | None = None
    changes: tuple[Merge, ...] = ()
    notes: tuple[str, ...] = field(default=())


def weight_summary(weights: npt.ArrayLike) -> WeightSummary:
    """Summary of the positive weights among ``weights`` (n,); Kish: (Σw)² / Σw² and n Σw² / (Σw)²."""
    positive = weight_column(weights)
    positive = positive[positive > 0]
    total, squares = float(positive.sum()), float((positive**2).sum())
    kish = total**2 / squares
    return WeightSummary(
        len(positive), total, float(positive.min()), float(positive.max()), kish, len(positive) / kish
    )


def _base(step: BaseStep, data: Columns, n: int) -> _Outcome:
    if step.probability is None:
        return _Outcome(np.ones(n), notes=("no_probability_sample",))
    probability = float_column(data[step.probability], name=step.probability, n=n)
    wrong = ~((probability > 0) & (probability <= 1))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        facts = {"column": step.probability, "row": row, "value": float(probability[row])}
        raise SurveyError("probability-out-of-range", f"row {row}: {probability[row]}", facts)
    return _Outcome(1 / probability)


def _post_stratify(step: PostStratifyStep, data: Columns, weights: FloatArray) -> _Outcome:
    cell, labels = label_cells([data[name] for name in step.cells], len(weights))
    joined = [CELL_JOINER.join(label) for label in labels]
    texts = np.array([*joined, ""], dtype=object)[cell]
    totals = {CELL_JOINER.join(label): total for label, total in step.totals}
    name = CELL_JOINER.join(step.cells)
    result = rake(weights, [(name, texts, totals)])
    calibration = Calibration(margins=(texts,), weights_before=weights)
    return _Outcome(result.weights, result.iterations, result.largest_gap, calibration)


def _named_margins(
    margins: Sequence[Margin], data: Columns, total: float | None
) -> list[tuple[str, npt.ArrayLike, dict[str, float]]]:
    named = []
    for margin in margins:
        totals = dict(margin.totals)
        if not sum(totals.values()) > 0:
            raise SurveyError(
                "margin-empty", f"{margin.variable!r} sums to zero", {"margin": margin.variable}
            )
        if total is not None:
            scale = total / sum(totals.values())
            totals = {label: value * scale for label, value in totals.items()}
        named.append((margin.variable, data[margin.variable], totals))
    return named


def _rake(step: RakeStep, data: Columns, weights: FloatArray) -> _Outcome:
    margins = _named_margins(step.margins, data, step.total)
    result = rake(
        weights, margins, tolerance=step.tolerance, max_iterations=step.max_iterations, bounds=step.bounds
    )
    calibration = Calibration(margins=tuple(column for _, column, _ in margins), weights_before=weights)
    return _Outcome(result.weights, result.iterations, result.largest_gap, calibration)


def _calibrate(step: CalibrateStep, data: Columns, weights: FloatArray) -> _Outcome:
    margins = _named_margins(step.margins, data, None)
    parts: list[FloatArray] = []
    targets: list[float] = []
    names: list[object] = []
    if margins:
        dummies, totals, pairs = margin_columns(weights, margins)
        parts.append(dummies)
        targets.extend(totals)
        names.extend(pairs)
    numeric = []
    for name, total in step.numeric:
        column = float_column(data[name], name=name, n=len(weights))
        if np.isnan(column[weights > 0]).any():
            raise SurveyError("margin-code-missing", f"{name!r} has missing values", {"margin": name})
        numeric.append(np.where(weights > 0, column, 0.0))
        parts.append(numeric[-1][:, None])
        targets.append(total)
        names.append(name)
    result = calibrate(
        weights,
        np.column_stack(parts),
        targets,
        names=names,
        method=_method(step.method),
        bounds=step.bounds,
        tolerance=step.tolerance,
        max_iterations=step.max_iterations,
    )
    calibration = Calibration(tuple(column for _, column, _ in margins), tuple(numeric), weights)
    notes = ("negative_weights",) if (result.weights < 0).any() else ()
    return _Outcome(result.weights, result.iterations, result.largest_gap, calibration, notes=notes)


def _method(name: str) -> Method:
    if name == "linear":
        return "linear"
    if name == "raking":
        return "raking"
    if name == "logit":
        return "logit"
    raise SurveyError("method-unknown", f"no method {name!r}", {"method": name})


def _trim_bounds(step: TrimStep, positive: FloatArray) -> tuple[float, float]:
    if step.unit not in ("absolute", "median_ratio"):
        raise SurveyError("recipe-step-invalid", f"no unit {step.unit!r}", {"field": "unit"})
    unit = float(np.median(positive)) if step.unit == "median_ratio" else 1.0
    low = 0.0 if step.lower is None else step.lower * unit
    high = np.inf if step.upper is None else step.upper * unit
    mean = float(positive.mean())
    if not low <= mean <= high:
        facts = {"lower": low, "upper": high, "mean": mean}
        raise SurveyError("trim-impossible", "the mean weight lies outside the bounds", facts)
    return low, high


def _trim(step: TrimStep, weights: FloatArray) -> _Outcome:
    used = weights > 0
    now = weights[used]
    low, high = _trim_bounds(step, now)
    trimmed = np.zeros(len(now), dtype=np.bool_)
    rounds = 0
    while True:
        # A weight that entered equal to a bound, but for rounding, is not cut: it would get no share.
        slack = _ROUNDING if rounds else _TIE
        outside = (now < low * (1 - slack)) | (now > high * (1 + slack))
        if not outside.any() or (rounds and not step.strict):
            break
        if outside.all() or rounds == _MOST_ROUNDS:
            raise SurveyError("trim-impossible", "no weight is left to share", {"lower": low, "upper": high})
        trimmed |= outside
        cut = np.clip(now, low, high)
        cut[~outside] += (now - cut).sum() / (~outside).sum()
        now = cut
        rounds += 1
    final = weights.copy()
    final[used] = now
    return _Outcome(final, rounds, notes=(f"trimmed: {int(trimmed.sum())}",))


def _run_step(step: Step, data: Columns, weights: FloatArray) -> _Outcome:
    if isinstance(step, BaseStep):
        return _base(step, data, len(weights))
    if isinstance(step, UnknownStep | NonresponseStep):
        adjusted = (
            adjust_for_unknown(step, data, weights)
            if isinstance(step, UnknownStep)
            else adjust_for_nonresponse(step, data, weights)
        )
        return _Outcome(adjusted.weights, changes=tuple(adjusted.changes), notes=tuple(adjusted.notes))
    if isinstance(step, PostStratifyStep):
        return _post_stratify(step, data, weights)
    if isinstance(step, RakeStep):
        return _rake(step, data, weights)
    if isinstance(step, CalibrateStep):
        return _calibrate(step, data, weights)
    return _trim(step, weights)


def _needed_columns(step: Step) -> list[str]:
    if isinstance(step, BaseStep):
        return [] if step.probability is None else [step.probability]
    if isinstance(step, UnknownStep | NonresponseStep):
        return [step.disposition, *step.parent, *step.cells]
    if isinstance(step, PostStratifyStep):
        return list(step.cells)
    if isinstance(step, RakeStep):
        return [margin.variable for margin in step.margins]
    if isinstance(step, CalibrateStep):
        return [*(margin.variable for margin in step.margins), *(name for name, _ in step.numeric)]
    return []


def _row_count(recipe: Sequence[Step], data: Columns) -> int:
    """The one length of all columns; missing columns and differing lengths are refused by name."""
    if not recipe or not isinstance(recipe[0], BaseStep):
        raise SurveyError("recipe-without-base", "a recipe begins with its base step")
    for index, step in enumerate(recipe):
        for name in _needed_columns(step):
            if name not in data:
                facts = {"column": name, "step": index, "kind": step.kind}
                raise SurveyError("column-missing", f"step {index} needs the column {name!r}", facts)
    lengths = {name: len(np.asarray(column)) for name, column in data.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise SurveyError(
            "column-length", f"columns differ in length or are empty: {lengths}", {"lengths": lengths}
        )
    return next(iter(lengths.values()))


def _diagnose(step: Step, outcome: _Outcome) -> StepDiagnostics:
    summary = weight_summary(np.maximum(outcome.weights, 0.0))
    return StepDiagnostics(
        kind=step.kind,
        converged=True,
        iterations=outcome.iterations,
        largest_gap=outcome.largest_gap,
        changes=outcome.changes,
        notes=outcome.notes,
        **asdict(replace(summary, minimum=_least(outcome.weights))),
    )


def _least(weights: FloatArray) -> float:
    return float(weights[weights != 0].min())


def replay(recipe: Sequence[Step], data: Columns) -> WeightResult:
    """Run a recipe over columns (name → array (n,)); the same recipe and data give the same bytes each
    time.

    Rows keep their order; non-respondents, unknown and ineligible units end at weight 0. A step that
    does not reach its aim raises SurveyError, so ``converged`` is true in every diagnosis that is
    handed out. Linear calibration may give negative weights: they are noted, and refused by
    ``make_design``.
    """
    weights = np.ones(_row_count(recipe, data))
    diagnostics = []
    calibration = None
    for step in recipe:
        outcome = _run_step(step, data, weights)
        weights = outcome.weights
        calibration = outcome.calibration or calibration
        diagnostics.append(_diagnose(step, outcome))
    text = json.dumps(recipe_to_dicts(recipe), sort_keys=True, ensure_ascii=False)
    return WeightResult(
        weights,
        tuple(diagnostics),
        calibration,
        hashlib.sha256(text.encode()).hexdigest(),
        hashlib.sha256(np.ascontiguousarray(weights, dtype="<f8").tobytes()).hexdigest(),
    )
