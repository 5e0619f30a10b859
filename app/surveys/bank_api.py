"""JSON of the question bank: the questions of a city, one question with its versions and their uses."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.accounts.guards import city_scope, permit_area
from app.areas.queries import city_by_code
from app.surveys import bank_queries as queries

blueprint = Blueprint("question_bank_api", __name__, description="The question bank: questions and versions")


class BankArgs(Schema):
    """Which questions: of which city, as of which exam year, of which section, holding which text."""

    root = fields.String(required=True, metadata={"description": "Code of the city."})
    year = fields.Integer(load_default=None, metadata={"description": "As of this exam year."})
    dimension = fields.String(load_default="")
    text = fields.String(load_default="")
    retired = fields.Boolean(load_default=False, metadata={"description": "Retired questions too."})


class BankVersionSchema(Schema):
    """A version; it is never changed."""

    number = fields.Integer()
    valid_from = fields.Integer(metadata={"description": "The first exam year that may ask it."})
    reason = fields.String()
    made_at = fields.DateTime()
    made_by = fields.String()
    digest = fields.String(metadata={"description": "SHA-256 of the content."})
    content = fields.Dict(
        keys=fields.String(), metadata={"description": "Type, wording, choices, links and rules."}
    )


class BankQuestionSchema(Schema):
    """A question with its newest version."""

    id = fields.Integer(attribute="question.id")
    code = fields.String(attribute="question.code")
    retired_from = fields.Integer(attribute="question.retired_from", allow_none=True)
    version = fields.Nested(BankVersionSchema, attribute="version")


class BankUseSchema(Schema):
    """That a wave's form asked a version."""

    exam_year = fields.Integer(attribute="wave.exam_year")
    wave_id = fields.Integer()
    wave = fields.String(attribute="wave.name")
    form_id = fields.String(attribute="wave.form.form_id")
    version = fields.Integer(attribute="version.number")


class BankHistorySchema(Schema):
    """A question with all its versions, newest first, and the waves that asked it, oldest first."""

    id = fields.Integer(attribute="question.id")
    code = fields.String(attribute="question.code")
    retired_from = fields.Integer(attribute="question.retired_from", allow_none=True)
    versions = fields.List(fields.Nested(BankVersionSchema))
    uses = fields.List(fields.Nested(BankUseSchema))


@blueprint.get("/")
@blueprint.arguments(BankArgs, location="query")
@blueprint.response(200, BankQuestionSchema(many=True))
def questions(args: dict[str, Any]) -> Any:
    """The questions of a city in their order, each in its newest version of the year."""
    city = city_by_code(args["root"])
    permit_area(city_scope(), city.id)
    every = queries.newest_versions(city.id, year=args["year"], retired=args["retired"])
    found = queries.matching(every, section=args["dimension"], text=args["text"])
    return [{"question": each.question, "version": each} for each in found]


@blueprint.get("/<int:question_id>")
@blueprint.response(200, BankHistorySchema)
def question(question_id: int) -> Any:
    """One question with its versions, and which wave asked which."""
    found = queries.bank_question(question_id)
    permit_area(city_scope(), found.root_id)
    return {
        "question": found,
        "versions": queries.versions_of(question_id),
        "uses": queries.uses_of(question_id),
    }
