"""Words of the room: levels, states, units as a form names them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.i18n import LANGUAGES
from app.indicators.words import unit_in, unit_words

LEVEL_NAMES = {"city": _l("全市"), "district": _l("区县"), "street": _l("街道（镇、乡）")}
CAMPAIGN_STATE_NAMES = {"open": _l("填报进行中"), "closed": _l("填报已结束")}
CAMPAIGN_STATE_TONES = {"open": "accent", "closed": "neutral"}
STATUS_NAMES = {
    "not_started": _l("未提交"),
    "under_review": _l("审核中"),
    "returned": _l("已退回"),
    "withdrawn": _l("已撤回"),
    "accepted": _l("已通过"),
    "reopened": _l("已重新打开"),
}
STATUS_TONES = {
    "not_started": "neutral",
    "under_review": "accent",
    "returned": "bad",
    "withdrawn": "near",
    "accepted": "good",
    "reopened": "near",
}
EVENT_NAMES = {
    "submitted": _l("提交"),
    "resubmitted": _l("重新提交"),
    "returned": _l("退回"),
    "accepted": _l("通过"),
    "reopened": _l("重新打开"),
    "withdrawn": _l("撤回"),
}


def unit_name(unit: str) -> str:
    """The unit in the reader's language; a form names also what a sentence leaves out (a mere count)."""
    return unit_words(unit) or unit


def is_unit(text: str, unit: str) -> bool:
    """Whether a text is this unit, in either language."""
    return text.strip().lower() in {unit.lower(), *(unit_in(each, unit).lower() for each in LANGUAGES)}
