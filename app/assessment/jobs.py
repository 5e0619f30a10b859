"""Long work of the room."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.areas.queries import root_name
from app.assessment.judging import assess
from app.assessment.words import GRADE_TEXTS, WARNING_TEXTS, text_of
from app.jobs import Progress, register_job, register_words


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job("assessment.assess", _assess)
    register_words(
        "assessment.assess",
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
