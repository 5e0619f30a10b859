"""JSON of waves and their results; no single answers."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.accounts.guards import ANALYSTS, area_scope, city_scope, is_within, permit_area
from app.surveys import queries

blueprint = Blueprint("surveys_api", __name__, description="Surveys: waves and their results")


class YearArgs(Schema):
    """The exam year asked for; all without one."""

    year = fields.Integer(load_default=None)


class ResultArgs(Schema):
    """Which results: of what, where, and as what."""

    measure = fields.String(
        load_default="question", validate=validate.OneOf(["question", "dimension", "overall"])
    )
    level = fields.String(load_default="district", validate=validate.OneOf(["city", "district", "street"]))
    statistic = fields.String(load_default="mean", validate=validate.OneOf(["mean", "top2"]))


class WaveSchema(Schema):
    """A wave."""

    id = fields.Integer()
    exam_year = fields.Integer()
    name = fields.String()
    design = fields.String()
    form_id = fields.String(attribute="form.form_id")
    area_code = fields.String(attribute="root.code")


class ResultSchema(Schema):
    """A result with its error; figures of small cells are left out and marked ``suppressed``."""

    measure = fields.String()
    code = fields.String()
    label_zh = fields.String()
    label_en = fields.String()
    dimension = fields.String()
    area_code = fields.String()
    area_level = fields.String()
    statistic = fields.String()
    estimate = fields.Float(allow_none=True)
    se = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    n = fields.Integer()
    deff = fields.Float(allow_none=True)
    state = fields.String()
    dont_know_share = fields.Float(allow_none=True)
    suppressed = fields.Boolean()


class SummarySchema(Schema):
    """How a wave stands."""

    wave = fields.Nested(WaveSchema)
    received = fields.Integer(attribute="counts.received")
    complete = fields.Integer(attribute="counts.complete")
    refused = fields.Integer(attribute="counts.refused")
    ineligible = fields.Integer(attribute="counts.ineligible")
    duplicates = fields.Integer(attribute="counts.duplicates")
    flagged = fields.Integer(attribute="counts.flagged")
    used = fields.Integer(attribute="counts.used")
    sample_size = fields.Integer()
    response_rate = fields.Float(allow_none=True)
    by_flag = fields.Dict(keys=fields.String(), values=fields.Integer())
    city = fields.Nested(ResultSchema, allow_none=True)
    districts = fields.List(fields.Nested(ResultSchema))


@blueprint.get("/")
@blueprint.arguments(YearArgs, location="query")
@blueprint.response(200, WaveSchema(many=True))
def waves(args: dict[str, Any]) -> Any:
    """The waves of the reader's cities, newest exam first."""
    cities = city_scope()
    return [each for each in queries.waves(args["year"]) if is_within(cities, each.root_id)]


@blueprint.get("/<int:wave_id>")
@blueprint.response(200, SummarySchema)
def wave(wave_id: int) -> Any:
    """Counts and overall satisfaction of one wave; of the city for readers of the whole city."""
    _permit(wave_id)
    return queries.wave_summary(wave_id, area_ids=area_scope(ANALYSTS))


@blueprint.get("/<int:wave_id>/results")
@blueprint.arguments(ResultArgs, location="query")
@blueprint.response(200, ResultSchema(many=True))
def results(args: dict[str, Any], wave_id: int) -> Any:
    """Results by area, in the form's order, then by area code."""
    _permit(wave_id)
    return queries.results(wave_id, **args, area_ids=area_scope(ANALYSTS))


def _permit(wave_id: int) -> None:
    """Forbidden to readers of other cities."""
    permit_area(city_scope(), queries.wave_by_id(wave_id).root_id)
