"""Long work of the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.areas.models import Area
from app.db import db
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.queries import current_set
from app.jobs import Link, Progress, enqueue, register_job, register_words
from app.jobs.models import Job

DERIVE = "indicators.derive"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(DERIVE, derive_and_cross_check, leads_to=_leads_to)
    register_words(
        DERIVE,
        lambda facts: _("%(year)s 年度指标计算与校核", year=facts["exam_year"]),
        {
            "derived.with_value": _l("算出数值的指标（各地区合计）"),
            "derived.missing": _l("缺数据项，算不出"),
            "derived.not_applicable": _l("不适用"),
            "derived.recorded": _l("新记录或改变的数值"),
            "derived.unchanged": _l("没有变化的数值"),
            "derived.retired": _l("不再成立的数值"),
            "derived.not_collected": _l("没有数据来源的指标"),
            "checked.checked": _l("校核的指标（各地区合计）"),
            "checked.agree": _l("各来源一致"),
            "checked.differ": _l("各来源不一致"),
            "checked.single_source": _l("只有一个来源"),
            "checked.no_value": _l("没有数值"),
            "checked.needs_decision": _l("需要决定"),
            "checked.by_hand_kept": _l("保留的人工决定"),
        },
    )


def enqueue_derivation(year: int, root: Area) -> Job:
    """Queue the derivation and cross-check of a year's values; NotFound ``no-indicator-set``."""
    current_set(year)
    return enqueue(
        kind=DERIVE,
        arguments={"exam_year": year, "root_id": root.id},
    )


def derive_and_cross_check(_progress: Progress, *, exam_year: int, root_id: int) -> dict[str, Any]:
    """Derive the year's values, then compare the sources and adopt."""
    derived = derive(exam_year=exam_year, root_id=root_id)
    checked = cross_check_year(exam_year=exam_year, root_id=root_id)
    return {
        "derived": asdict(derived) | {"not_collected": list(derived.not_collected)},
        "checked": asdict(checked),
    }


def _leads_to(arguments: Mapping[str, Any], _result: Mapping[str, Any]) -> list[Link]:
    place = {"year": arguments["exam_year"], "area": db.session.get_one(Area, arguments["root_id"]).code}
    return [
        Link(_("指标的数值"), url_for("dashboard.indicators", **place)),
        Link(_("各来源的校核"), url_for("dashboard.cross_check", **place)),
        Link(_("下一步：评价"), url_for("assessment.index", **place), is_next=True),
    ]
