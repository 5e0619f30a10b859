"""JSON of the areas."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.areas.models import LEVELS, Area
from app.areas.queries import area_by_code, descendants, feature_collection

blueprint = Blueprint("areas_api", __name__, description="Areas: city, district, street, community")


class AreaSchema(Schema):
    """One area; ``parent_code`` is empty for a city."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(allow_none=True)
    level = fields.String(required=True)
    kind = fields.String(allow_none=True)
    parent_code = fields.Function(lambda area: area.parent.code if area.parent else None)
    schematic = fields.Boolean(metadata={"description": "The shape is a sketch, no boundary."})


class ShapesSchema(Schema):
    """A GeoJSON FeatureCollection."""

    type = fields.String(required=True)
    features = fields.List(fields.Dict(), required=True)


class LevelArgs(Schema):
    """Filter of the list."""

    level = fields.String(load_default=None, validate=validate.OneOf(LEVELS))
    on = fields.Date(load_default=None, metadata={"description": "The day of the areas; today by default."})


def _under(args: dict[str, Any], code: str) -> list[Area]:
    day = args["on"] or date.today()  # noqa: DTZ011 - boundaries change by calendar day
    return descendants(area_by_code(code, on=day), level=args["level"], on=day)


@blueprint.get("/<code>/tree")
@blueprint.arguments(LevelArgs, location="query")
@blueprint.response(200, AreaSchema(many=True))
def tree(args: dict[str, Any], code: str) -> Any:
    """The area and all areas under it, by code."""
    return _under(args, code)


@blueprint.get("/<code>/shapes")
@blueprint.arguments(LevelArgs, location="query")
@blueprint.response(200, ShapesSchema)
def shapes(args: dict[str, Any], code: str) -> Any:
    """GeoJSON (WGS84) of the areas under this one that have a shape."""
    return feature_collection(_under(args, code))
