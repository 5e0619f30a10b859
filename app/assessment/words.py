"""Words for the codes of judgement, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.indicators.words import unit_words

YARDSTICK_TEXTS: Mapping[str, LazyString] = {
    "benchmark_city": _l("对标城市"),
    "plan_target": _l("规划目标"),
    "national_standard": _l("国家标准"),
    "exemplary_standard": _l("优秀示范标准"),
    "past_years": _l("历年对比"),
    "satisfaction": _l("满意度"),
}

OUTCOME_TEXTS: Mapping[str, LazyString] = {
    "met": _l("达到"),
    "not_met": _l("未达到"),
    "cannot_tell": _l("无法判定"),
    "no_basis": _l("无依据"),
}

#: Where indicators stand, as counts tell it: the middle one holds what met a standard and what no standard
#: decided. What lacks a value is not said to lack a standard.
GRADE_TEXTS: Mapping[str, LazyString] = {
    "strength": _l("优势"),
    "meets": _l("达标或未见短板"),
    "shortfall": _l("短板"),
    "no_basis": _l("无标准"),
    "no_value": _l("无数据"),
    "not_applicable": _l("不适用"),
}

WARNING_TEXTS: Mapping[str, LazyString] = {
    "red": _l("红色预警"),
    "yellow": _l("黄色预警"),
    "none": _l("无预警"),
}

METHOD_TEXTS: Mapping[str, LazyString] = {
    "goalposts": _l("按标准值分段计分"),
    "trapezoid": _l("按适宜区间计分"),
    "step": _l("零容忍：达到为满分，否则为零"),
    "target_ratio": _l("按规划目标完成比例计分"),
    "past_place": _l("按本区域历年数值中的位置计分"),
    "none": _l("不计分"),
}

ABSENCE_TEXTS: Mapping[str, LazyString] = {
    "not_applicable": _l("不适用"),
    "suppressed": _l("答卷太少，不公布"),
    "missing": _l("应填未填"),
    "not_collected": _l("未采集"),
    "undecided": _l("各来源不一致，尚未裁定"),
}

FINDING_TEXTS: Mapping[str, LazyString] = {
    "bottom_line_breach": _l("突破底线"),
    "national_standard_failed": _l("未达国家标准"),
    "worse_two_years": _l("连续两年变差"),
    "dissatisfied": _l("居民不满意"),
    "shortfall_in_parts": _l("整体不是短板，局部是短板"),
}


def rules_name(valid_from_year: int, version: int) -> str:
    """A version of the rules by its key; the first rules count from ever."""
    if valid_from_year == 0 and version == 1:
        return _("初始规则")
    return _("%(year)s 年起第 %(version)s 版", year=valid_from_year, version=version)


RULE_TEXTS: Mapping[str, LazyString] = {
    "z": _l("无法判定：差距小于数值误差的这一倍数（正态分位数，1.96 即 95%）"),
    "floor_span": _l("零分处距第一个已知界限的距离（界限的倍数）"),
    "ratio_at_target": _l("没有标准时，恰好达到规划目标的得分"),
    "past_fewest_years": _l("按历年位置计分所需的最少年数"),
    "past_worst_score": _l("与历年最差值相同的得分（更差的沿同一直线继续，最低 0 分）"),
    "past_best_score": _l("与历年最好值相同的得分（更好的沿同一直线继续，最高 100 分）"),
    "past_smallest_width": _l("历年最好与最差的最小间距（均值的比例）"),
    "satisfaction_pass": _l("满意度达到要求的分数"),
    "red_ratio": _l("红色预警：低于国家标准的这一比例"),
    "worse_steps": _l("黄色预警：连续变差的年数"),
    "breach_cap": _l("突破底线时所在维度的最高分"),
    "draws": _l("区间的模拟次数"),
    "level": _l("得分区间的置信水平"),
    "natural_bounds": _l("数值不能超出的上下限（按单位）"),
    "other_lower_bound": _l("其他单位的下限"),
    "most_named": _l("城市病清单里最多点名的地方数"),
    "part_share": _l("局部短板：至少占下级地区的这一比例"),
}

#: Words for a single judgement: the two of the middle grade, and one that is not published.
_SINGLE_TEXTS: Mapping[str, LazyString] = {
    "meets": _l("达标"),
    "no_shortfall": _l("未见短板"),
    "suppressed": _l("样本过少"),
}

REASON_TEXTS: Mapping[str, LazyString] = {
    "met": _l("达到要求"),
    "not-met": _l("未达到要求"),
    "margin-within-error": _l("与界限的差距小于数值的误差"),
    "error-unknown": _l("抽样误差无法估计，不能下结论"),
    "value-missing": _l("没有数值"),
    "value-not-applicable": _l("该指标在此不适用"),
    "too-few-answers": _l("答卷太少，不公布"),
    "no-standard": _l("没有标准"),
    "standard-against-direction": _l("标准的方向与指标相反"),
    "no-target": _l("没有规划目标"),
    "no-benchmark": _l("没有可比的对标城市数值"),
    "no-past-year": _l("没有可比的往年数值"),
    "past-other-source": _l("来源不同，不可比"),
    "range-without-standard": _l("区间型指标没有标准区间"),
    "no-satisfaction": _l("问卷没有对应的满意度题"),
    "whole-city-only": _l("该界限针对全市总量，不用于分区"),
    "national-standard-met": _l("达到国家标准"),
    "bottom-line-breach": _l("突破底线"),
    "national-standard-not-met": _l("未达国家标准"),
    "both-standards-met": _l("国家标准和优秀示范标准均达到"),
    "satisfaction-mismatch": _l("标准均达到，但居民不满意"),
    "nothing-decides": _l("没有决定性的标准"),
    "no-yardstick": _l("六把标尺均无依据"),
    "too-few-past-years": _l("没有标准和目标，往年数值也不足"),
    "past-values-all-zero": _l("往年数值全部为零"),
    "under-red-ratio": _l("低于国家标准的九成"),
    "under-standard": _l("低于国家标准，差距在一成以内"),
    "under-standard-uncertain": _l("低于国家标准，但差距在误差之内"),
    "worse-two-years-running": _l("连续两年变差"),
}

_ALL: tuple[Mapping[str, LazyString], ...] = (
    REASON_TEXTS,
    METHOD_TEXTS,
    YARDSTICK_TEXTS,
    OUTCOME_TEXTS,
    GRADE_TEXTS,
    WARNING_TEXTS,
    ABSENCE_TEXTS,
    FINDING_TEXTS,
)


#: What the badge of a judgement says where the reason says more than the grade.
_SHOWN: Mapping[tuple[str, str | None], str] = {
    ("meets", "nothing-decides"): "no_shortfall",
    ("no_basis", "value-missing"): "no_value",
    ("no_basis", "value-not-applicable"): "not_applicable",
    ("no_basis", "too-few-answers"): "suppressed",
}


def shown_grade(grade: str, reason: str | None) -> str:
    """The grade of one judgement as its badge shows it.

    Only what met a standard is said to meet one, and only what has a value is said to have no standard.
    """
    return _SHOWN.get((grade, reason), grade)


def grade_name(standing: str) -> str:
    """Where indicators stand, as a count of them is called."""
    return str(GRADE_TEXTS[standing])


def grade_words(grade: str, reason: str | None) -> str:
    """The grade of one judgement in words."""
    shown = shown_grade(grade, reason)
    return str(_SINGLE_TEXTS.get(shown) or GRADE_TEXTS[shown])


def method_note(method: str, rules: Mapping[str, Any]) -> str:
    """What the method's name leaves open, by the numbers of the rules a run judged by."""
    if method != "past_place":
        return ""
    return _(
        "历年最差值得 %(worst)s 分，最好值得 %(best)s 分，其间按直线计算；比历年都好或都差时沿同一直线继续，"
        "最高 100 分，最低 0 分。",
        worst=f"{rules['past_worst_score']:g}",
        best=f"{rules['past_best_score']:g}",
    )


def text_of(code: str | None, texts: Mapping[str, LazyString] | None = None) -> str:
    """The word of a code, from one table or from all; a code without one is shown as it is."""
    for table in (texts,) if texts is not None else _ALL:
        if code is not None and code in table:
            return str(table[code])
    return code or ""


def _short(number: str) -> str:
    """A bound computed from other values with four digits; one that was written by people as it is."""
    return number if len(number.partition(".")[2]) <= 2 else f"{float(number):.4g}"


def threshold_words(text: str | None, unit: str | None = None) -> str:
    """A bound as people read it: ``>=8`` is ≥ 8, ``1.1..1.3`` is 1.1–1.3."""
    if not text:
        return ""
    shown = re.sub(r"\d+(\.\d+)?", lambda found: _short(found[0]), text)
    shown = shown.replace("..", "–").replace(">=", "≥ ").replace("<=", "≤ ")
    return f"{shown} {unit_words(unit)}".strip()
