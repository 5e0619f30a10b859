"""Long work of the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.areas.models import Area
from app.areas.queries import root_name
from app.assessment.judging import assess
from app.assessment.words import GRADE_TEXTS, WARNING_TEXTS, text_of
from app.db import db
from app.jobs import Link, Progress, register_job, register_words

ASSESS = "assessment.assess"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(ASSESS, _assess, leads_to=_leads_to)
    register_words(
        ASSESS,
        lambda facts: _(
            "评估 %(city)s %(year)s 年度", city=root_name(facts["root_id"]), year=facts["exam_year"]
        ),
        {
            "areas": _l("评价的地区"),
            "evaluations": _l("评价（指标 × 地区）"),
            "scored": _l("有得分的评价"),
            "grades": _l("全市指标的等级"),
            "warnings": _l("全市指标的预警"),
            "findings": _l("诊断出的问题"),
            "draws": _l("模拟次数"),
        },
        {
            "grades": lambda code: text_of(code, GRADE_TEXTS),
            "warnings": lambda code: text_of(code, WARNING_TEXTS),
        },
    )


def _assess(_progress: Progress, *, exam_year: int, root_id: int, seed: int | None = None) -> dict[str, Any]:
    run = assess(exam_year=exam_year, root_id=root_id, seed=seed)
    return {"run": run.id, **run.facts}


def _leads_to(arguments: Mapping[str, Any], result: Mapping[str, Any]) -> list[Link]:
    place = {"year": arguments["exam_year"], "area": db.session.get_one(Area, arguments["root_id"]).code}
    return [
        Link(_("概览"), url_for("dashboard.overview", **place)),
        Link(_("这次评价的记录"), url_for("assessment.run", run_id=result["run"], **place)),
        Link(_("下一步：排出重点片区"), url_for("renewal.priority_areas", **place), is_next=True),
    ]
