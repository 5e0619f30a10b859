"""JSON of the results, for other systems of the city: the same figures as the pages."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from app.accounts.guards import RESULTS, area_scope
from app.assessment import queries as assessment
from app.assessment.models import AssessmentRun
from app.dashboard.choosing import Chosen, choose
from app.dashboard.overview import results_of
from app.dashboard.schemas import (
    DimensionScoreSchema,
    EvaluationArgs,
    EvaluationSchema,
    OverviewSchema,
    PlaceArgs,
    WarningSchema,
)
from app.dashboard.wave_results import opinion
from app.errors import NotFound
from app.surveys.queries import ResultRow

blueprint = Blueprint("dashboard_api", __name__, description="Results of the examination")


@blueprint.get("/overview")
@blueprint.arguments(PlaceArgs, location="query")
@blueprint.response(200, OverviewSchema)
def overview(args: dict[str, Any]) -> Any:
    """Score, grades, warnings and satisfaction of an area."""
    choice = _chosen(args)
    found = results_of(choice)
    return {
        "year": choice.year,
        "area": choice.area.code,
        "name_zh": choice.area.name_zh,
        "name_en": choice.area.name_en,
        "assessed": found.run is not None,
        "score": found.score,
        "grades": found.grades,
        "warnings": found.warnings,
        "satisfaction": _satisfaction(found.opinion.overall if found.opinion is not None else None),
    }


@blueprint.get("/evaluations")
@blueprint.arguments(EvaluationArgs, location="query")
@blueprint.response(200, EvaluationSchema(many=True))
def evaluations(args: dict[str, Any]) -> Any:
    """All judged indicators of an area with their six verdicts, in the catalogue's order."""
    choice = _chosen(args)
    run = _run(choice)
    rows = assessment.evaluations(
        run.id,
        area_id=choice.area.id,
        dimension_code=args["dimension"],
        with_verdicts=True,
    )
    return [
        row
        for row in rows
        if args["warning"] in (None, row.warning) and args["grade"] in (None, row.standing)
    ]


@blueprint.get("/dimension-scores")
@blueprint.arguments(PlaceArgs, location="query")
@blueprint.response(200, DimensionScoreSchema(many=True))
def dimension_scores(args: dict[str, Any]) -> Any:
    """Scores of the dimensions, in the catalogue's order, beside residents' satisfaction with them."""
    choice = _chosen(args)
    said = opinion(choice)
    by_code = said.dimensions if said is not None else {}
    return [
        {
            "dimension": row.dimension_code,
            "name_zh": row.dimension.name_zh,
            "name_en": row.dimension.name_en,
            "score": row.score,
            "low": row.low,
            "high": row.high,
            "scored": row.scored,
            "total": row.total,
            "capped": row.capped,
            "satisfaction": _satisfaction(by_code.get(row.dimension_code)),
        }
        for row in assessment.dimension_scores(_run(choice).id, choice.area.id)
    ]


@blueprint.get("/warnings")
@blueprint.arguments(PlaceArgs, location="query")
@blueprint.response(200, WarningSchema(many=True))
def warnings(args: dict[str, Any]) -> Any:
    """Warnings of an area, red first."""
    choice = _chosen(args)
    return assessment.warnings(_run(choice).id, area_id=choice.area.id)


def _chosen(args: dict[str, Any]) -> Chosen:
    choice = choose(args["year"], args["area"], scope=area_scope(RESULTS))
    if choice is None:
        raise NotFound("no-results-yet")
    return choice


def _run(choice: Chosen) -> AssessmentRun:
    run = assessment.current_run(choice.year, choice.root.id)
    if run is None:
        raise NotFound("not-assessed", year=choice.year)
    return run


def _satisfaction(row: ResultRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "mean": row.estimate,
        "low": row.low,
        "high": row.high,
        "n": row.n,
        "suppressed": row.suppressed,
    }
