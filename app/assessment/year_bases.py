"""What the scores of several years stand on, and whether they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.analysis.common_basis import CommonBasis, ScoredIndicator, common_basis
from app.assessment.models import AreaScore, DimensionScore, Evaluation
from app.assessment.queries import run_by_id
from app.db import db
from app.indicators.history import EquivalenceTable
from app.indicators.models import Indicator


@dataclass(frozen=True)
class YearBasis:
    """A year's score, the ``scored`` of ``total`` applicable indicators it is a mean of, and what it has in
    common with the last of the years; None for that year itself."""

    year: int
    score: AreaScore
    scored: int
    total: int
    common: CommonBasis | None

    @property
    def is_comparable(self) -> bool:
        """Whether the score compares with the last year's as it stands."""
        return self.common is None or self.common.is_same


def year_bases(history: Sequence[tuple[int, AreaScore]]) -> list[YearBasis]:
    """What each year of a score history stands on, held against the last of them. Five statements."""
    if not history:
        return []
    runs = {score.run_id: score.area_id for _year, score in history}
    counts = _counts(runs)
    scored = _scored(runs)
    last, newest = history[-1]
    rules, sheets = run_by_id(newest.run_id).rules.rule_set, EquivalenceTable()
    later = scored.get(newest.run_id, {})
    bases = []
    for year, score in history:
        common = None
        if year != last:
            told = {code: sheets.earlier(code, year, last) for code in later}
            same = {code: each.code for code, each in told.items() if each.code and each.comparable}
            common = common_basis(scored.get(score.run_id, {}), later, same, rules)
        bases.append(YearBasis(year, score, *counts.get(score.run_id, (0, 0)), common))
    return bases


def _counts(runs: dict[int, int]) -> dict[int, tuple[int, int]]:
    """Scored and applicable indicators of one area of each run."""
    query = (
        select(
            DimensionScore.run_id,
            DimensionScore.area_id,
            func.sum(DimensionScore.scored),
            func.sum(DimensionScore.total),
        )
        .where(
            DimensionScore.run_id.in_(sorted(runs)), DimensionScore.area_id.in_(sorted(set(runs.values())))
        )
        .group_by(DimensionScore.run_id, DimensionScore.area_id)
        .order_by(DimensionScore.run_id)
    )
    found = db.session.execute(query)
    return {run: (int(scored), int(total)) for run, area, scored, total in found if runs[run] == area}


def _scored(runs: dict[int, int]) -> dict[int, dict[str, ScoredIndicator]]:
    """The scored indicators of one area of each run, by code."""
    query = (
        select(
            Evaluation.run_id,
            Evaluation.area_id,
            Evaluation.indicator_code,
            Indicator.dimension_code,
            Evaluation.score,
            Evaluation.breach,
        )
        .join(Evaluation.indicator)
        .where(
            Evaluation.run_id.in_(sorted(runs)),
            Evaluation.area_id.in_(sorted(set(runs.values()))),
            Evaluation.score.is_not(None),
        )
        .order_by(Evaluation.run_id, Evaluation.id)
    )
    found: dict[int, dict[str, ScoredIndicator]] = {}
    for run, area, code, dimension, score, breach in db.session.execute(query):
        if runs[run] == area:
            found.setdefault(run, {})[code] = ScoredIndicator(dimension, score, breach)
    return found
