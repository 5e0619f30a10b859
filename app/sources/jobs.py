"""Long work of the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.areas.models import Area
from app.db import db
from app.jobs import Link, Progress, register_job, register_words
from app.sources.measuring import measure

MEASURE = "sources.measure"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(MEASURE, _measure, leads_to=_leads_to)
    register_words(
        MEASURE,
        lambda facts: _("计算 %(year)s 年大数据", year=facts["exam_year"]),
        {
            "recorded": _l("新记录或改变的数据项"),
            "unchanged": _l("没有变化的数据项"),
            "retired": _l("不再成立的数据项"),
            "items_not_in_set": _l("指标库里没有的数据项"),
        },
    )


def _measure(_progress: Progress, *, exam_year: int, root_id: int) -> dict[str, Any]:
    run = measure(exam_year=exam_year, root=db.session.get_one(Area, root_id))
    return {"measurement": run.id, **run.facts}


def _leads_to(arguments: Mapping[str, Any], _result: Mapping[str, Any]) -> list[Link]:
    year = arguments["exam_year"]
    return [
        Link(_("大数据与测算记录"), url_for("sources.index", year=year)),
        Link(_("下一步：计算与校核"), url_for("indicators.catalogue", year=year), is_next=True),
    ]
