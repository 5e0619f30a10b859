"""JSON of the catalogue and its values."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.accounts.guards import RESULTS, area_scope, permit_area
from app.areas.models import Area
from app.areas.queries import areas_by_code
from app.errors import NotFound
from app.indicators import queries
from app.indicators.exam_years import exam_year_of

blueprint = Blueprint("indicators_api", __name__, description="Indicators: the catalogue of a year, values")


class YearArgs(Schema):
    """The exam year asked for."""

    year = fields.Integer(required=True)


class ValueArgs(YearArgs):
    """The exam year, and the area (with all areas under it) by its code."""

    area = fields.String(required=True)


class IndicatorSchema(Schema):
    """One indicator of the set in force."""

    code = fields.String()
    dimension_code = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    unit = fields.String()
    direction = fields.String()
    source_kinds = fields.List(fields.String())
    spatial_level = fields.String()
    definition_zh = fields.String()
    nature = fields.String()
    origin = fields.String(metadata={"description": "official: in the ministry's lists; proposal: drafted."})
    official_years = fields.String()
    certainty = fields.String(metadata={"description": "Blank is unknown."})
    note = fields.String()


class AdoptedValueSchema(Schema):
    """The value that counts; ``value`` is null in the states missing, suppressed and not_applicable."""

    area_code = fields.String()
    area_level = fields.String()
    value = fields.Float(allow_none=True)
    state = fields.String()
    unit = fields.String()
    standard_error = fields.Float(allow_none=True)
    degrees_of_freedom = fields.Float(allow_none=True)
    sample_size = fields.Integer(allow_none=True)
    source_kind = fields.String(allow_none=True)
    vintage = fields.String(allow_none=True)
    value_id = fields.Integer(allow_none=True)
    verdict = fields.String()
    needs_decision = fields.Boolean()
    manner = fields.String()


@blueprint.get("/")
@blueprint.arguments(YearArgs, location="query")
@blueprint.response(200, IndicatorSchema(many=True))
def indicators(args: dict[str, Any]) -> Any:
    """The indicators of a year's set, in the catalogue's order."""
    return queries.catalogue(args["year"]).indicators


@blueprint.get("/<code>/values")
@blueprint.arguments(ValueArgs, location="query")
@blueprint.response(200, AdoptedValueSchema(many=True))
def values(args: dict[str, Any], code: str) -> Any:
    """The adopted values of one indicator in an area and all areas under it, by area code.

    Who is limited to other areas gets none of them: 403.
    """
    queries.indicator(args["year"], code)
    root, scope = _area_then(args["area"], args["year"]), area_scope(RESULTS)
    permit_area(scope, root.id)
    return queries.adopted(args["year"], root.id, indicator_code=code, area_ids=scope)


def _area_then(code: str, year: int) -> Area:
    """The area as it stood on the exam's data date; NotFound ``unknown-area``."""
    found = areas_by_code([code], on=exam_year_of(year).data_date).get(code)
    if found is None:
        raise NotFound("unknown-area", found=code)
    return found
