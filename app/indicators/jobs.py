"""Long work of the room."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.jobs import Progress, register_job, register_words

DERIVE = "indicators.derive"


def register_jobs() -> None:
    """Name the room's job kinds."""
    register_job(DERIVE, derive_and_cross_check)
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


def derive_and_cross_check(_progress: Progress, *, exam_year: int, root_id: int) -> dict[str, Any]:
    """Derive the year's values, then compare the sources and adopt."""
    derived = derive(exam_year=exam_year, root_id=root_id)
    checked = cross_check_year(exam_year=exam_year, root_id=root_id)
    return {
        "derived": asdict(derived) | {"not_collected": list(derived.not_collected)},
        "checked": asdict(checked),
    }
