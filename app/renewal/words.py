"""Words for the codes of renewal, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

QUADRANT_TEXTS: Mapping[str, LazyString] = {
    "act": _l("优先实施：问题大、潜力大"),
    "remedy": _l("重点整治：问题大、潜力小"),
    "seize": _l("择机更新：问题小、潜力大"),
    "keep": _l("日常维护：问题小、潜力小"),
    "no_basis": _l("无法判断：没有得分"),
}

KIND_TEXTS: Mapping[str, LazyString] = {"reserve": _l("储备项目"), "planned": _l("年度计划")}

STATE_TEXTS: Mapping[str, LazyString] = {
    "proposed": _l("拟议"),
    "accepted": _l("入库"),
    "under_way": _l("实施中"),
    "done": _l("已完成"),
    "closed_out": _l("已销号"),
    "dropped": _l("已放弃"),
}

#: What the button says that takes a project into a state.
STEP_TEXTS: Mapping[str, LazyString] = {
    "proposed": _l("重新提出"),
    "accepted": _l("确认入库"),
    "under_way": _l("开始实施"),
    "done": _l("标记完成"),
    "closed_out": _l("销号"),
    "dropped": _l("放弃"),
}

_ALL = (QUADRANT_TEXTS, KIND_TEXTS, STATE_TEXTS)


def renewal_text(code: str | None) -> str:
    """The word of a code; a code without one is shown as it is."""
    for table in _ALL:
        if code is not None and code in table:
            return str(table[code])
    return code or ""
