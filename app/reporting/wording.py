"""Words of the room in both languages: units, levels, states."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.i18n import named

#: Units as the catalogue writes them, with what people read.
_UNITS_ZH = {
    "%": "%",
    "count": "个",
    "persons": "人",
    "km": "公里",
    "km2": "平方公里",
    "m": "米",
    "m2": "平方米",
    "m3": "立方米",
    "m3/d": "立方米/日",
    "m3/h": "立方米/小时",
    "t": "吨",
    "t/10k CNY": "吨/万元",
    "100M CNY": "亿元",
    "CNY": "元",
    "CNY/month": "元/月",
    "buildings": "栋",
    "visits": "人次",
    "trips": "次",
    "bays": "个（车位）",
    "beds": "张（床）",
    "places": "个（位）",
    "days": "天",
    "h": "小时",
    "years": "岁",
}

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
    """The unit in the reader's language."""
    return named(_UNITS_ZH.get(unit, unit), unit)


def is_unit(text: str, unit: str) -> bool:
    """Whether a text is this unit, in either language."""
    return text.strip().lower() in {unit.lower(), _UNITS_ZH.get(unit, unit).lower()}
