"""Priority areas: problem space (shortfall of scores) against renewal potential, ranked reproducibly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.analysis.goalposts import SCORES
from app.analysis.refusals import Refusal

Floats = NDArray[np.float64]
PASS = SCORES[1]


class PrioritisingError(Refusal):
    """Arrays that cannot be ranked; ``code`` is stable, ``facts`` give the shapes or codes."""


class Quadrant(StrEnum):
    """ACT: problem and potential high; REMEDY: problem high; SEIZE: potential high; KEEP: both low."""

    ACT = "act"
    REMEDY = "remedy"
    SEIZE = "seize"
    KEEP = "keep"
    NO_BASIS = "no_basis"


#: Quadrants of the areas where something is to be done first.
ACTING = (Quadrant.ACT, Quadrant.REMEDY)


@dataclass(frozen=True)
class PriorityArea:
    """``rank`` starts at 1; ``below_pass`` are the columns of scores under 60, the worst first.

    ``priority`` (0-100) is the geometric mean of problem and potential, both as shares of their scales,
    or the problem alone on its scale when no potential is known for any area.
    """

    code: str
    rank: int
    problem: float | None
    potential: float | None
    priority: float | None
    quadrant: Quadrant
    scored: int
    below_pass: tuple[int, ...]


def _weighted_mean(values: Floats, weights: Floats | None) -> Floats:
    """Mean over the last axis of what is there, NaN where nothing is."""
    if values.ndim != 2:
        raise PrioritisingError("not-a-table", shape=list(values.shape))
    each = np.ones(values.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    if each.shape != values.shape[1:] or np.any(~np.isfinite(each)) or np.any(each < 0):
        raise PrioritisingError("weights-unfit", shape=list(each.shape), columns=values.shape[1])
    there = np.where(np.isnan(values), 0.0, each)
    total = there.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, (np.nan_to_num(values) * there).sum(axis=1) / total, np.nan)


def problem_index(scores: Floats, *, weights: Floats | None = None) -> Floats:
    """Mean of (60 - score)+ over the indicators with a score: 0 (none under 60) to 60 (all at the floor).

    ``scores`` (areas, n) with NaN for no basis; ``weights`` (n,), equal by default.  NaN for an area
    without any.
    """
    return _weighted_mean(np.maximum(0.0, PASS - scores), weights)


def potential_index(parts: Floats, *, weights: Floats | None = None) -> Floats:
    """Renewal potential 0-100 from ``parts`` (areas, p), each scaled between its least and greatest area.

    A part that is the same everywhere tells areas not apart and is left out; NaN for an area without any
    part.
    """
    if parts.ndim != 2:
        raise PrioritisingError("not-a-table", shape=list(parts.shape))
    if not parts.size:
        return np.full(parts.shape[0], np.nan)
    return _weighted_mean(scaled_parts(parts), weights)


def ends_of(parts: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest area of each part (p,), of ``parts`` (areas, p) with at least one area."""
    low = np.where(np.isnan(parts), np.inf, parts).min(axis=0)
    return low, np.where(np.isnan(parts), -np.inf, parts).max(axis=0)


def scaled_parts(parts: Floats) -> Floats:
    """Each part (areas, p) from 0 at its least to 100 at its greatest area; NaN where all are the same."""
    low, high = ends_of(parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled: Floats = np.where(high > low, (parts - low) / (high - low) * 100.0, np.nan)
    return scaled


def cut_of(values: Floats, given: float | None = None) -> float:
    """The given cut, else the median of the areas (n,) that have a value; NaN where none has."""
    known = values[~np.isnan(values)]
    return given if given is not None else float(np.median(known)) if known.size else np.nan


def _quadrant(problem: float, potential: float, problem_cut: float, potential_cut: float) -> Quadrant:
    if np.isnan(problem):
        return Quadrant.NO_BASIS
    # An area without any shortfall has no problem, whatever the median of the others is.
    bad = problem > 0 and problem >= problem_cut
    able = not np.isnan(potential) and potential >= potential_cut
    if bad:
        return Quadrant.ACT if able else Quadrant.REMEDY
    return Quadrant.SEIZE if able else Quadrant.KEEP


def _priority(problem: Floats, potential: Floats | None) -> Floats:
    share = problem / PASS * 100.0
    if potential is None or np.isnan(potential).all():
        return share
    # An area whose potential is unknown counts with none rather than dropping out of the list.
    return np.sqrt(share * np.nan_to_num(potential))


def _below(scores: Floats) -> tuple[int, ...]:
    columns = np.flatnonzero(scores < PASS)
    return tuple(int(column) for column in sorted(columns, key=lambda column: (scores[column], column)))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _place(area: PriorityArea) -> tuple[int, float, float, str]:
    quadrant = list(Quadrant).index(area.quadrant)
    return quadrant, -(area.priority or 0.0), -(area.problem or 0.0), area.code


def _check(codes: Sequence[str], scores: Floats, potential: Floats) -> None:
    if len(set(codes)) != len(codes):
        raise PrioritisingError(
            "codes-repeat", codes=sorted({code for code in codes if codes.count(code) > 1})
        )
    if scores.ndim != 2 or len(scores) != len(codes) or potential.shape != (len(codes),):
        raise PrioritisingError("lengths-differ", codes=len(codes), scores=list(scores.shape))
    if np.any((potential < 0) | (potential > 100)):
        raise PrioritisingError("potential-out-of-range", low=0, high=100)


def rank_areas(
    codes: Sequence[str],
    scores: Floats,
    *,
    potential: Floats | None = None,
    weights: Floats | None = None,
    problem_cut: float | None = None,
    potential_cut: float | None = None,
) -> tuple[PriorityArea, ...]:
    """Rank areas by quadrant (act, remedy, seize, keep, no basis), then priority, problem, and code.

    ``scores`` (areas, n) and ``potential`` (areas,) use NaN for none.  A cut is the least value that
    counts as high, the median of the areas unless given.  The order of the input does not matter.
    """
    chance = np.full(len(codes), np.nan) if potential is None else np.asarray(potential, dtype=float)
    _check(codes, scores, chance)
    problem = problem_index(scores, weights=weights)
    priority = _priority(problem, chance)
    cuts = (cut_of(problem, problem_cut), cut_of(chance, potential_cut))
    areas = [
        PriorityArea(
            code=code,
            rank=0,
            problem=_known(problem[i]),
            potential=_known(chance[i]),
            priority=_known(priority[i]),
            quadrant=_quadrant(problem[i], chance[i], *cuts),
            scored=int((~np.isnan(scores[i])).sum()),
            below_pass=_below(scores[i]),
        )
        for i, code in enumerate(codes)
    ]
    return tuple(replace(area, rank=rank) for rank, area in enumerate(sorted(areas, key=_place), start=1))
