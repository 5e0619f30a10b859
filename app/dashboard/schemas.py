"""Wire shapes of the results: explicit fields, codes instead of row ids."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.assessment.models import STANDINGS, WARNINGS


class PlaceArgs(Schema):
    """Which exam year and area; without them the newest assessed year and the first city."""

    year = fields.Integer(load_default=None, metadata={"description": "Exam year."})
    area = fields.String(load_default=None, metadata={"description": "Area code."})


class EvaluationArgs(PlaceArgs):
    """Filters of the evaluations."""

    dimension = fields.String(load_default=None)
    grade = fields.String(
        load_default=None,
        validate=validate.OneOf(STANDINGS),
        metadata={"description": "Where the indicator stands: its grade, or that it has no value."},
    )
    warning = fields.String(load_default=None, validate=validate.OneOf(WARNINGS))


class ScoreSchema(Schema):
    """A score of 0–100 with its 95 % interval; the interval is null where no error is known."""

    score = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    scored = fields.Integer()
    total = fields.Integer()


class SatisfactionSchema(Schema):
    """Satisfaction of 0–100 from the survey; ``suppressed``: too few answers to be shown."""

    mean = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    n = fields.Integer()
    suppressed = fields.Boolean()


class DimensionScoreSchema(ScoreSchema):
    """The score of a dimension, beside what residents say of it."""

    dimension = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    capped = fields.Boolean(metadata={"description": "A bottom-line breach holds the score at 59."})
    satisfaction = fields.Nested(SatisfactionSchema, allow_none=True)


class OverviewSchema(Schema):
    """The answer first."""

    year = fields.Integer()
    area = fields.String()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    assessed = fields.Boolean()
    score = fields.Nested(ScoreSchema, allow_none=True)
    grades = fields.Dict(keys=fields.String(), values=fields.Integer())
    warnings = fields.Dict(keys=fields.String(), values=fields.Integer())
    satisfaction = fields.Nested(SatisfactionSchema, allow_none=True)


class VerdictSchema(Schema):
    """One of the six yardsticks."""

    yardstick = fields.String()
    outcome = fields.String()
    reason = fields.String()
    threshold = fields.String(allow_none=True)
    margin = fields.Float(allow_none=True)


class EvaluationSchema(Schema):
    """An indicator judged in the area; ``absence`` says why there is no value."""

    indicator = fields.String(attribute="indicator_code")
    name_zh = fields.String(attribute="indicator.name_zh")
    name_en = fields.String(attribute="indicator.name_en")
    dimension = fields.String(attribute="indicator.dimension_code")
    area = fields.String(attribute="area.code")
    value = fields.Float(allow_none=True)
    unit = fields.String()
    state = fields.String()
    absence = fields.String(allow_none=True)
    standard_error = fields.Float(allow_none=True)
    degrees_of_freedom = fields.Float(allow_none=True)
    source_kind = fields.String(allow_none=True)
    vintage = fields.String(allow_none=True)
    grade = fields.String()
    grade_reason = fields.String()
    standing = fields.String(
        metadata={"description": "The grade; ``no_value`` or ``not_applicable`` where nothing was judged."}
    )
    score = fields.Float(allow_none=True)
    score_low = fields.Float(allow_none=True)
    score_high = fields.Float(allow_none=True)
    score_method = fields.String()
    warning = fields.String()
    warning_reasons = fields.List(fields.String())
    satisfaction = fields.Float(allow_none=True)
    satisfaction_suppressed = fields.Boolean(
        metadata={"description": "There were answers, but too few to show what they said."}
    )
    verdicts = fields.List(fields.Nested(VerdictSchema))


class WarningSchema(Schema):
    """A warning of the area."""

    indicator = fields.String(attribute="indicator_code")
    name_zh = fields.String(attribute="indicator.name_zh")
    name_en = fields.String(attribute="indicator.name_en")
    area = fields.String(attribute="area.code")
    warning = fields.String()
    warning_reasons = fields.List(fields.String())
    value = fields.Float(allow_none=True)
    unit = fields.String()
    grade = fields.String()
