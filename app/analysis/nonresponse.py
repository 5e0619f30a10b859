"""Adjustment of weights inside cells for units of unknown eligibility and for non-response.

Source: Valliant, Dever & Kreuter (2018), ch. 13. The rule by which cells merge is stated at
UnknownStep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.analysis.cells import CELL_JOINER, BoolArray, FloatArray, IntArray, SurveyError, label_cells
from app.analysis.weight_steps import NonresponseStep, UnknownStep

DISPOSITIONS = ("respondent", "nonrespondent", "unknown", "ineligible")


@dataclass(frozen=True)
class Merge:
    """One merging of cells: labels, the failing cell's takers and factor, and the reason."""

    parent: str
    cell: str
    into: str
    respondents: int
    factor: float
    reason: str


@dataclass
class _Group:
    """Cells that are adjusted together."""

    parent: str
    label: str
    cells: list[int]
    takers: int
    taking: float
    giving: float

    @property
    def factor(self) -> float:
        if self.giving == 0:
            return 1.0
        return (self.taking + self.giving) / self.taking if self.taking > 0 else float("inf")

    def failing(self, minimum: int, bound: float) -> str:
        """Why this group should merge, or an empty text; a group with nothing to share out never fails."""
        if self.giving == 0:
            return ""
        if self.takers < minimum:
            return "too_few_respondents"
        return "factor_over_bound" if self.factor > bound else ""


@dataclass
class CellAdjustment:
    """Adjusted weights (n,), the merges, and notes on cells that stayed over a rule."""

    weights: FloatArray
    changes: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _dispositions(
    data: Mapping[str, npt.ArrayLike], step: UnknownStep | NonresponseStep
) -> npt.NDArray[np.str_]:
    column = np.asarray(data[step.disposition]).astype(str)
    unknown = ~np.isin(column, DISPOSITIONS)
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        facts = {"column": step.disposition, "row": row, "value": str(column[row])}
        raise SurveyError("disposition-unknown", f"row {row}: {column[row]!r}", facts)
    return column


def _groups(
    step: UnknownStep | NonresponseStep,
    data: Mapping[str, npt.ArrayLike],
    weights: FloatArray,
    giver: BoolArray,
    taker: BoolArray,
) -> tuple[IntArray, list[_Group]]:
    """Cell codes (n,) and one group per cell, in code order inside each parent."""
    columns = [*step.parent, *(name for name in step.cells if name not in step.parent)]
    cell, labels = label_cells([data[name] for name in columns], len(weights))
    needed = (giver | taker) & (weights > 0)
    if (cell[needed] < 0).any():
        row = int(np.flatnonzero(needed & (cell < 0))[0])
        facts = {"columns": columns, "row": row}
        raise SurveyError("cell-code-missing", f"row {row} has no code for its cell", facts)
    depth, groups = len(step.parent), []
    for code, label in enumerate(labels):
        gives, takes = giver & (cell == code), taker & (cell == code) & (weights > 0)
        groups.append(
            _Group(
                parent=CELL_JOINER.join(label[:depth]),
                label=CELL_JOINER.join(label),
                cells=[code],
                takers=int(takes.sum()),
                taking=float(weights[takes].sum()),
                giving=float(weights[gives].sum()),
            )
        )
    return cell, groups


def _merge_once(groups: list[_Group], minimum: int, bound: float) -> Merge | None:
    """Merge the first failing group that has a neighbour in its parent; None when there is none."""
    for i, group in enumerate(groups):
        reason = group.failing(minimum, bound)
        if not reason:
            continue
        neighbours = [j for j in (i + 1, i - 1) if 0 <= j < len(groups) and groups[j].parent == group.parent]
        if not neighbours:
            continue
        other = groups[neighbours[0]]
        merge = Merge(group.parent, group.label, other.label, group.takers, group.factor, reason)
        first, second = (group, other) if neighbours[0] > i else (other, group)
        groups[min(i, neighbours[0])] = _Group(
            parent=group.parent,
            label=f"{first.label}+{second.label}",
            cells=first.cells + second.cells,
            takers=first.takers + second.takers,
            taking=first.taking + second.taking,
            giving=first.giving + second.giving,
        )
        del groups[max(i, neighbours[0])]
        return merge
    return None


def _share_out(
    step: UnknownStep | NonresponseStep,
    data: Mapping[str, npt.ArrayLike],
    weights: FloatArray,
    giver: BoolArray,
    taker: BoolArray,
) -> CellAdjustment:
    cell, groups = _groups(step, data, weights, giver, taker)
    result = CellAdjustment(weights.copy())
    while (merge := _merge_once(groups, step.min_respondents, step.max_factor)) is not None:
        result.changes.append(merge)
    for group in groups:
        if group.giving > 0 and group.taking == 0:
            facts = {"parent": group.parent, "cell": group.label, "weight": group.giving}
            raise SurveyError("nonresponse-cell-empty", f"cell {group.label!r} has no respondents", facts)
        reason = group.failing(step.min_respondents, step.max_factor)
        if reason:
            result.notes.append(f"{reason}: {group.label}: {group.takers} takers, factor {group.factor:.6g}")
        rows = np.isin(cell, group.cells) & taker
        result.weights[rows] *= group.factor
    result.weights[giver] = 0.0
    return result


def adjust_for_unknown(
    step: UnknownStep, data: Mapping[str, npt.ArrayLike], weights: FloatArray
) -> CellAdjustment:
    """Move the weight (n,) of units of unknown eligibility to the known units of their cell."""
    disposition = _dispositions(data, step)
    giver: BoolArray = disposition == "unknown"
    return _share_out(step, data, weights, giver, ~giver)


def adjust_for_nonresponse(
    step: NonresponseStep, data: Mapping[str, npt.ArrayLike], weights: FloatArray
) -> CellAdjustment:
    """Move the weight (n,) of non-respondents to the respondents of their cell; ineligible units end
    at 0.

    Units of unknown eligibility that no earlier step resolved count as non-respondents, which is noted.
    """
    disposition = _dispositions(data, step)
    giver: BoolArray = (disposition == "nonrespondent") | (disposition == "unknown")
    unresolved = int(((disposition == "unknown") & (weights > 0)).sum())
    result = _share_out(step, data, weights, giver, disposition == "respondent")
    if unresolved:
        result.notes.append(f"unknown_as_nonrespondent: {unresolved} units")
    result.weights[disposition == "ineligible"] = 0.0
    return result
