"""Writes what a run found, in bulk: one statement for each table and batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, insert, select

from app.analysis.scoring import Goalposts, Judgement
from app.analysis.uncertainty import Interval
from app.analysis.yardsticks import Outcome, Yardstick
from app.assessment.composing import ComposedArea
from app.assessment.finding import Found
from app.assessment.gathering import Case, Material
from app.assessment.models import AreaScore, AssessmentRun, DimensionScore, Evaluation, Finding, Verdict
from app.audit import record_event
from app.db import db
from app.indicators.models import STATES_WITHOUT_VALUE

_NO_INTERVAL = Interval(None, None, None, None)


def store(
    *,
    run: AssessmentRun,
    material: Material,
    judged: Sequence[tuple[Case, Judgement]],
    composed: Mapping[int, ComposedArea],
    findings: Sequence[Found],
) -> None:
    """Write everything below a run."""
    rows = [
        evaluation_row(
            run.id, case, judgement, composed[case.area.id].indicators.get(case.indicator.code, _NO_INTERVAL)
        )
        for case, judgement in judged
    ]
    _add(Evaluation, rows)
    # Read back by key: SQLite gives ids in the order of the rows only at one statement a row.
    query = select(Evaluation.indicator_code, Evaluation.area_id, Evaluation.id)
    found = db.session.execute(query.where(Evaluation.run_id == run.id).order_by(Evaluation.id))
    id_of = {(code, area_id): evaluation_id for code, area_id, evaluation_id in found}
    verdicts = [
        row
        for case, judgement in judged
        for row in verdict_rows(id_of[case.indicator.code, case.area.id], case, judgement)
    ]
    _add(Verdict, verdicts)
    _add(DimensionScore, _dimension_rows(run.id, material, composed))
    _add(AreaScore, [_area_row(run.id, material, area_id, each) for area_id, each in composed.items()])
    _add(
        Finding,
        [_finding_row(run.id, place, each, id_of) for place, each in enumerate(findings, start=1)],
    )
    # Bulk statements pass the trail by, so what happened is noted in one line.
    record_event(
        subject="assessment_runs",
        subject_id=run.id,
        after={"evaluations": len(rows), "findings": len(findings), "results_digest": run.results_digest},
    )


def _add(table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        # The table, not the class: that would make a statement for each pattern of empty columns.
        db.session.execute(insert(cast(Table, table.__table__)), list(rows))


def evaluation_row(run_id: int, case: Case, judgement: Judgement, interval: Interval) -> dict[str, Any]:
    """The columns of an evaluation."""
    adopted, satisfaction = case.adopted, case.satisfaction
    state = "missing" if adopted is None else adopted.state
    return {
        "run_id": run_id,
        "indicator_id": case.indicator.id,
        "indicator_code": case.indicator.code,
        "area_id": case.area.id,
        "level": case.area.level,
        "adoption_id": None if adopted is None else adopted.adoption_id,
        "value_id": None if adopted is None else adopted.value_id,
        "value": None if state in STATES_WITHOUT_VALUE else case.evidence.value,
        "unit": case.indicator.unit if adopted is None else adopted.unit,
        "standard_error": case.evidence.standard_error,
        "degrees_of_freedom": case.evidence.degrees_of_freedom,
        "source_kind": None if adopted is None else adopted.source_kind,
        "vintage": None if adopted is None else adopted.vintage,
        "state": state,
        "absence": case.absence,
        "score": judgement.score,
        "score_low": interval.low,
        "score_high": interval.high,
        "score_method": str(judgement.score_method),
        "score_reason": judgement.score_reason,
        "goalposts": _posts(judgement.goalposts),
        "breach": judgement.breach,
        "grade": str(judgement.grade),
        "grade_reason": judgement.grade_reason,
        "satisfaction_id": None if satisfaction is None else satisfaction.id,
        "satisfaction": None if satisfaction is None else satisfaction.score,
        "satisfaction_error": None if satisfaction is None else satisfaction.standard_error,
        "satisfaction_degrees": None if satisfaction is None else satisfaction.degrees_of_freedom,
        "satisfaction_n": None if satisfaction is None else satisfaction.sample_size,
        "mismatch": judgement.satisfaction_mismatch,
        "warning": str(judgement.warning),
        "warning_reasons": list(judgement.warning_reasons),
    }


def _posts(posts: Goalposts) -> dict[str, list[float] | None] | None:
    if posts.lower is None and posts.upper is None:
        return None
    return {
        "lower": None if posts.lower is None else list(posts.lower),
        "upper": None if posts.upper is None else list(posts.upper),
    }


def verdict_rows(evaluation_id: int, case: Case, judgement: Judgement) -> list[dict[str, Any]]:
    """The six verdicts of an evaluation with the rows they were held against."""
    rows = []
    for position, yardstick in enumerate(Yardstick, start=1):
        verdict = judgement.verdicts[yardstick]
        kind, ids = case.basis.get(yardstick, (None, ()))
        withheld = yardstick in case.withheld and verdict.outcome is Outcome.NO_BASIS
        has_value = case.absence is None
        rows.append(
            {
                "evaluation_id": evaluation_id,
                "yardstick": str(yardstick),
                "position": position,
                "outcome": str(verdict.outcome),
                "reason": "whole-city-only" if withheld and has_value else verdict.reason,
                "margin": verdict.margin,
                "relative_margin": verdict.relative_margin,
                "standard_error": verdict.standard_error,
                "threshold": verdict.threshold,
                "basis_kind": kind,
                "basis_ids": list(ids),
            }
        )
    return rows


def _dimension_rows(
    run_id: int, material: Material, composed: Mapping[int, ComposedArea]
) -> list[dict[str, Any]]:
    level_of = {area.id: area.level for area in material.areas}
    id_of = {each.code: each.id for each in material.catalogue.dimensions}
    return [
        {
            "run_id": run_id,
            "area_id": area_id,
            "level": level_of[area_id],
            "dimension_id": id_of[each.code],
            "dimension_code": each.code,
            "score": each.score,
            "low": each.low,
            "high": each.high,
            "scored": each.scored,
            "total": each.total,
            "share": each.share,
            "capped": each.capped,
            "with_error": each.with_error,
        }
        for area_id, area in composed.items()
        for each in area.dimensions
    ]


def _area_row(run_id: int, material: Material, area_id: int, composed: ComposedArea) -> dict[str, Any]:
    level = next(area.level for area in material.areas if area.id == area_id)
    return {
        "run_id": run_id,
        "area_id": area_id,
        "level": level,
        "score": composed.score,
        "low": composed.low,
        "high": composed.high,
        "scored": composed.scored,
        "total": len(composed.dimensions),
        "with_error": composed.with_error,
        "without_error": composed.without_error,
    }


def _finding_row(
    run_id: int, position: int, found: Found, id_of: Mapping[tuple[str, int], int]
) -> dict[str, Any]:
    code, area = found.case.indicator.code, found.case.area
    return {
        "run_id": run_id,
        "evaluation_id": id_of[code, area.id],
        "indicator_code": code,
        "area_id": area.id,
        "level": area.level,
        "kind": found.kind,
        "severity": found.severity,
        "position": position,
        "facts": found.facts,
        "where_ids": list(found.where_ids),
    }
