"""Reads of runs and what they found; each with an order and a bounded number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.areas.models import Area
from app.areas.predecessors import Predecessors
from app.assessment.models import (
    LEVELS,
    OUTCOMES,
    STANDINGS,
    WARNINGS,
    YARDSTICKS,
    AreaScore,
    AssessmentRun,
    DimensionScore,
    Evaluation,
    Finding,
    Verdict,
    standing,
)
from app.db import db
from app.errors import NotFound
from app.indicators.models import (
    Benchmark,
    Dimension,
    ExamYear,
    Indicator,
    PlanTarget,
    Satisfaction,
    Standard,
    Value,
)

BasisRow = Standard | PlanTarget | Benchmark | Value | Satisfaction
_BASIS_TABLES: dict[str, type[Any]] = {
    "standard": Standard,
    "plan_target": PlanTarget,
    "benchmark": Benchmark,
    "value": Value,
    "satisfaction": Satisfaction,
}


@dataclass(frozen=True)
class VerdictDetail:
    """A verdict with the rows it was held against."""

    verdict: Verdict
    basis: tuple[BasisRow, ...]


@dataclass(frozen=True)
class EvaluationDetail:
    """An evaluation with its six verdicts, in the order of the yardsticks."""

    evaluation: Evaluation
    verdicts: tuple[VerdictDetail, ...]


@dataclass(frozen=True)
class FindingRow:
    """A finding with what it speaks of; ``where`` are the worst parts, worst first."""

    finding: Finding
    evaluation: Evaluation
    indicator: Indicator
    area: Area
    where: tuple[Area, ...]


@dataclass(frozen=True)
class ScoresMatrix:
    """``scores`` (areas, indicators), NaN for none; ``evaluation_ids`` by (area id, indicator code)."""

    areas: tuple[Area, ...]
    indicators: tuple[Indicator, ...]
    scores: NDArray[np.float64]
    evaluation_ids: dict[tuple[int, str], int]


def _ranked(column: Any, order: Sequence[str]) -> ColumnElement[int]:
    return case({value: place for place, value in enumerate(order)}, value=column)


def current_run(exam_year: int, root_id: int) -> AssessmentRun | None:
    """The run in force of a city and year."""
    query = select(AssessmentRun).where(
        AssessmentRun.exam_year == exam_year,
        AssessmentRun.root_id == root_id,
        AssessmentRun.is_current.is_(True),
    )
    return db.session.execute(query).scalar_one_or_none()


def run_by_id(run_id: int) -> AssessmentRun:
    """A run, in force or superseded; NotFound ``unknown-assessment``."""
    found = db.session.get(AssessmentRun, run_id)
    if found is None:
        raise NotFound("unknown-assessment", found=run_id)
    return found


def runs(*, exam_year: int | None = None, root_id: int | None = None) -> list[AssessmentRun]:
    """All runs, newest first."""
    query = select(AssessmentRun).options(joinedload(AssessmentRun.root), joinedload(AssessmentRun.rules))
    if exam_year is not None:
        query = query.where(AssessmentRun.exam_year == exam_year)
    if root_id is not None:
        query = query.where(AssessmentRun.root_id == root_id)
    return list(db.session.execute(query.order_by(AssessmentRun.id.desc())).scalars())


def scored_years(root_ids: Collection[int]) -> frozenset[int]:
    """The exam years in which the run in force gave one of these cities a score."""
    query = (
        select(AssessmentRun.exam_year)
        .join(
            AreaScore, (AreaScore.run_id == AssessmentRun.id) & (AreaScore.area_id == AssessmentRun.root_id)
        )
        .where(
            AssessmentRun.root_id.in_(sorted(root_ids)),
            AssessmentRun.is_current.is_(True),
            AreaScore.score.is_not(None),
        )
    )
    return frozenset(db.session.execute(query).scalars())


def evaluations(
    run_id: int,
    *,
    level: str | None = None,
    area_id: int | None = None,
    indicator_code: str | None = None,
    dimension_code: str | None = None,
    with_verdicts: bool = False,
) -> list[Evaluation]:
    """Evaluations in the catalogue's order, then city, districts, streets by code. One or two statements."""
    query = _evaluations(run_id, level, area_id)
    if indicator_code is not None:
        query = query.where(Evaluation.indicator_code == indicator_code)
    if dimension_code is not None:
        query = query.where(Indicator.dimension_code == dimension_code)
    if with_verdicts:
        query = query.options(selectinload(Evaluation.verdicts))
    order = (Indicator.position, _ranked(Evaluation.level, LEVELS), Area.code)
    return list(db.session.execute(query.order_by(*order)).scalars())


def _evaluations(run_id: int, level: str | None, area_id: int | None) -> Any:
    query = (
        select(Evaluation)
        .join(Evaluation.indicator)
        .join(Evaluation.area)
        .options(contains_eager(Evaluation.indicator), contains_eager(Evaluation.area))
        .where(Evaluation.run_id == run_id)
    )
    if level is not None:
        query = query.where(Evaluation.level == level)
    return query if area_id is None else query.where(Evaluation.area_id == area_id)


def evaluations_by_id(ids: Collection[int]) -> dict[int, Evaluation]:
    """Evaluations with indicator, area and verdicts, by id. Two statements."""
    query = (
        select(Evaluation)
        .where(Evaluation.id.in_(sorted(ids)))
        .options(
            joinedload(Evaluation.indicator), joinedload(Evaluation.area), selectinload(Evaluation.verdicts)
        )
        .order_by(Evaluation.id)
    )
    return {each.id: each for each in db.session.execute(query).scalars()}


def evaluation(run_id: int, indicator_code: str, area_id: int) -> EvaluationDetail:
    """One evaluation with everything it was judged by; NotFound ``unknown-evaluation``."""
    found = evaluations(run_id, area_id=area_id, indicator_code=indicator_code, with_verdicts=True)
    if not found:
        raise NotFound("unknown-evaluation", found=indicator_code)
    verdicts = found[0].verdicts
    rows = _basis_rows(verdicts)
    return EvaluationDetail(
        found[0],
        tuple(
            VerdictDetail(each, tuple(rows[each.basis_kind or "", basis_id] for basis_id in each.basis_ids))
            for each in verdicts
        ),
    )


def _basis_rows(verdicts: Sequence[Verdict]) -> dict[tuple[str, int], BasisRow]:
    wanted: dict[str, set[int]] = {}
    for each in verdicts:
        wanted.setdefault(each.basis_kind or "", set()).update(each.basis_ids)
    rows: dict[tuple[str, int], BasisRow] = {}
    for kind, table in _BASIS_TABLES.items():
        if wanted.get(kind):
            query = select(table).where(table.id.in_(sorted(wanted[kind]))).order_by(table.id)
            rows |= {(kind, row.id): row for row in db.session.execute(query).scalars()}
    return rows


def dimension_scores(
    run_id: int, area_id: int | None = None, *, level: str | None = None
) -> list[DimensionScore]:
    """Scores by level, area and dimension, of one area or all. One statement."""
    query = (
        select(DimensionScore)
        .join(DimensionScore.dimension)
        .join(DimensionScore.area)
        .options(contains_eager(DimensionScore.dimension), contains_eager(DimensionScore.area))
        .where(DimensionScore.run_id == run_id)
    )
    if area_id is not None:
        query = query.where(DimensionScore.area_id == area_id)
    if level is not None:
        query = query.where(DimensionScore.level == level)
    order = (_ranked(DimensionScore.level, LEVELS), Area.code, Dimension.position)
    return list(db.session.execute(query.order_by(*order)).scalars())


def area_scores(run_id: int, *, level: str | None = None) -> list[AreaScore]:
    """Scores of the city, the districts and the streets, by code. One statement."""
    query = (
        select(AreaScore)
        .join(AreaScore.area)
        .options(contains_eager(AreaScore.area))
        .where(AreaScore.run_id == run_id)
    )
    if level is not None:
        query = query.where(AreaScore.level == level)
    return list(db.session.execute(query.order_by(_ranked(AreaScore.level, LEVELS), Area.code)).scalars())


def area_score(run_id: int, area_id: int) -> AreaScore | None:
    """The score of one area."""
    query = select(AreaScore).where(AreaScore.run_id == run_id, AreaScore.area_id == area_id)
    return db.session.execute(query).scalar_one_or_none()


def score_history(root_id: int, area_id: int) -> list[tuple[int, AreaScore]]:
    """The scores of an area in the runs in force, earliest year first; under its earlier names as well.

    Of years in which it was several areas, or a part of one, there is none: scores cannot be added.
    """
    days = select(AssessmentRun.exam_year, ExamYear.data_date).join(
        ExamYear, ExamYear.year == AssessmentRun.exam_year
    )
    of_city = (AssessmentRun.root_id == root_id, AssessmentRun.is_current.is_(True))
    known = Predecessors([area_id])
    pasts = {
        row.exam_year: known.on(area_id, row.data_date) for row in db.session.execute(days.where(*of_city))
    }
    was = {year: past.areas[0].id for year, past in pasts.items() if past.is_whole and len(past.areas) == 1}
    query = (
        select(AssessmentRun.exam_year, AreaScore)
        .join(AreaScore, AreaScore.run_id == AssessmentRun.id)
        .where(*of_city, AreaScore.area_id.in_(sorted(set(was.values()))))
        .order_by(AssessmentRun.exam_year)
    )
    found = db.session.execute(query)
    return [(year, score) for year, score in found if score.area_id == was.get(year)]


def warnings(run_id: int, *, level: str | None = None, area_id: int | None = None) -> list[Evaluation]:
    """Evaluations that warn, red first, then as :func:`evaluations`. One statement."""
    query = _evaluations(run_id, level, area_id).where(Evaluation.warning != WARNINGS[-1])
    order = (
        _ranked(Evaluation.warning, WARNINGS),
        Indicator.position,
        _ranked(Evaluation.level, LEVELS),
        Area.code,
    )
    return list(db.session.execute(query.order_by(*order)).scalars())


def findings(
    run_id: int, *, area_id: int | None = None, level: str | None = None, kind: str | None = None
) -> list[FindingRow]:
    """Findings in the order of the list, with the names of the worst places. Two statements."""
    query = (
        select(Finding)
        .where(Finding.run_id == run_id)
        .options(joinedload(Finding.area), joinedload(Finding.evaluation).joinedload(Evaluation.indicator))
    )
    for column, wanted in ((Finding.area_id, area_id), (Finding.level, level), (Finding.kind, kind)):
        if wanted is not None:
            query = query.where(column == wanted)
    found = list(db.session.execute(query.order_by(Finding.position)).scalars())
    ids = sorted({area for each in found for area in each.where_ids})
    areas = db.session.execute(select(Area).where(Area.id.in_(ids)).order_by(Area.code)).scalars()
    by_id = {area.id: area for area in areas}
    return [
        FindingRow(
            each,
            each.evaluation,
            each.evaluation.indicator,
            each.area,
            tuple(by_id[area] for area in each.where_ids),
        )
        for each in found
    ]


def standings_by_area(run_id: int, area_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """The same for each of these areas; those that were not judged are left out. One statement."""
    query = (
        select(Evaluation.area_id, Evaluation.grade, Evaluation.absence, func.count())
        .where(Evaluation.run_id == run_id, Evaluation.area_id.in_(sorted(area_ids)))
        .group_by(Evaluation.area_id, Evaluation.grade, Evaluation.absence)
        .order_by(Evaluation.area_id)
    )
    found: dict[int, dict[str, int]] = {}
    for area_id, grade, absence, count in db.session.execute(query):
        found.setdefault(area_id, dict.fromkeys(STANDINGS, 0))[standing(grade, absence)] += count
    return found


def standings_count(run_id: int, area_id: int) -> dict[str, int]:
    """How many indicators stand where in an area (:data:`STANDINGS`); always all six."""
    return standings_by_area(run_id, [area_id]).get(area_id) or dict.fromkeys(STANDINGS, 0)


def warning_counts(run_id: int, area_id: int) -> dict[str, int]:
    """How many indicators warn at each level in an area; always all three."""
    return _counts(Evaluation.warning, WARNINGS, run_id, area_id)


def _counts(column: Any, values: Sequence[str], run_id: int, area_id: int) -> dict[str, int]:
    query = (
        select(column, func.count())
        .where(Evaluation.run_id == run_id, Evaluation.area_id == area_id)
        .group_by(column)
        .order_by(column)
    )
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return {value: found.get(value, 0) for value in values}


def yardstick_summary(run_id: int, area_id: int) -> dict[str, dict[str, int]]:
    """How many indicators have each outcome under each yardstick in an area; always six times four."""
    query = (
        select(Verdict.yardstick, Verdict.outcome, func.count())
        .join(Evaluation, Evaluation.id == Verdict.evaluation_id)
        .where(Evaluation.run_id == run_id, Evaluation.area_id == area_id)
        .group_by(Verdict.yardstick, Verdict.outcome)
        .order_by(Verdict.yardstick, Verdict.outcome)
    )
    found = {(yardstick, outcome): count for yardstick, outcome, count in db.session.execute(query)}
    return {
        yardstick: {outcome: found.get((yardstick, outcome), 0) for outcome in OUTCOMES}
        for yardstick in YARDSTICKS
    }


def scores_matrix(run_id: int, level: str = "street") -> ScoresMatrix:
    """The scores of all areas of a level and the indicators judged there. One statement."""
    found = evaluations(run_id, level=level)
    areas = {each.area_id: each.area for each in sorted(found, key=lambda each: each.area.code)}
    indicators = {each.indicator_code: each.indicator for each in found}
    rows = {area_id: place for place, area_id in enumerate(areas)}
    columns = {code: place for place, code in enumerate(indicators)}
    scores = np.full((len(rows), len(columns)), np.nan)
    for each in found:
        if each.score is not None:
            scores[rows[each.area_id], columns[each.indicator_code]] = each.score
    ids = {(each.area_id, each.indicator_code): each.id for each in found}
    return ScoresMatrix(tuple(areas.values()), tuple(indicators.values()), scores, ids)
