"""Words for the codes that stand in the tables, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.i18n import language

#: How a value was made; other rooms may also write a text of their own.
METHODS: Mapping[str, LazyString] = {
    "formula": _l("按公式由本区域填报的数据项计算"),
    "formula-on-sums": _l("先将下级区域的数据项相加，再按公式计算"),
    "sum-of-parts": _l("下级区域的指标值相加"),
    "largest-part": _l("取下级区域指标值的最大值"),
    "mean-weighted-by-item": _l("下级区域的指标值按常住人口（数据项）加权平均"),
    "mean-weighted-by-margin": _l("下级区域的指标值按常住人口（人口边际表）加权平均"),
    "items-missing": _l("缺少计算所需的数据项"),
    "parts-missing": _l("有下级区域缺少指标值，不作部分汇总"),
    "weights-missing": _l("缺少加权所需的常住人口"),
    "item-not-applicable": _l("所需的数据项不适用"),
    "parts-not-applicable": _l("所有下级区域均不适用"),
    "zero-denominator": _l("分母为零，指标不适用"),
    "not-finite": _l("计算结果超出可表示的范围"),
}

RULES: Mapping[str, LazyString] = {
    "recorded": _l("填报"),
    "sum_of_parts": _l("下级相加"),
}

SOURCE_KIND_NAMES: Mapping[str, LazyString] = {
    "official": _l("部门填报"),
    "field_survey": _l("现场调查"),
    "remote_sensing": _l("遥感"),
    "mobile_signalling": _l("手机信令"),
    "internet": _l("互联网"),
    "survey": _l("居民问卷"),
}

VERDICT_NAMES: Mapping[str, LazyString] = {
    "agree": _l("各来源一致"),
    "differ": _l("各来源不一致"),
    "single_source": _l("只有一个来源"),
    "no_value": _l("没有数值"),
}

REASONS: Mapping[str, LazyString] = {
    "only-source": _l("只有一个来源有数值"),
    "official-preferred": _l("优先采用部门填报"),
    "first-in-catalogue-order": _l("按指标库的来源顺序取第一个"),
    "official-contradicted": _l("部门填报与另外两个互相一致的来源矛盾"),
    "sources-differ": _l("来源之间的差异超出容许范围"),
    "source-kind-not-in-catalogue": _l("指标库没有列出这个来源"),
    "no-value": _l("没有来源给出数值"),
    "decided-by-hand": _l("由体检办人工决定"),
    "decision-followed": _l("所采用的数值重新记录后没有变化，原决定沿用"),
    "by-hand-choice-superseded": _l("人工决定所依据的数值已经变化，请重新决定"),
}

DIRECTION_NAMES: Mapping[str, LazyString] = {
    "positive": _l("越大越好"),
    "negative": _l("越小越好"),
    "range": _l("区间最好"),
}

NATURE_NAMES: Mapping[str, LazyString] = {"guiding": _l("导向指标"), "bottom_line": _l("底线指标")}

ORIGIN_NAMES: Mapping[str, LazyString] = {"official": _l("部委名录"), "proposal": _l("自拟")}

CERTAINTY_NAMES: Mapping[str, LazyString] = {
    "definition published": _l("口径已公布"),
    "name published": _l("仅名称已公布"),
    "unverified": _l("口径待核"),
    "": _l("未知"),
}

STANDARD_KIND_NAMES: Mapping[str, LazyString] = {
    "national_standard": _l("国家标准"),
    "exemplary_standard": _l("优秀示范标准"),
}

STATUS_NAMES: Mapping[str, LazyString] = {
    "verified_text": _l("引文已核对"),
    "to_check": _l("待核"),
    "invented_for_demonstration": _l("演示用虚构"),
    "found": _l("已找到来源"),
}

AGGREGATION_NAMES: Mapping[str, LazyString] = {
    "ratio": _l("分子分母分别相加后再算"),
    "sum": _l("指标值相加"),
    "max": _l("取最大值"),
    "weighted_mean": _l("按常住人口加权平均"),
    "none": _l("不汇总"),
}

RELATION_NAMES: Mapping[str, LazyString] = {
    "same": _l("相同"),
    "renamed": _l("更名"),
    "redefined": _l("口径改变"),
    "new": _l("新增"),
    "dropped": _l("取消"),
    "split": _l("拆分"),
    "merged": _l("合并"),
    "undeclared": _l("没有年度对照"),
}

#: Parts of units as the catalogue writes them → in Chinese, in English. Pairs, not texts of the catalogue of
#: texts: a filled form is read back in either language, and what counts things is left out in English.
UNITS: Mapping[str, tuple[str, str]] = {
    "count": ("个", ""),
    "persons": ("人", "persons"),
    "person": ("人", "person"),
    "1k persons": ("千人", "1k persons"),
    "1,000 persons": ("千人", "1,000 persons"),
    "10k persons": ("万人", "10k persons"),
    "10,000 persons": ("万人", "10,000 persons"),
    "100k persons": ("十万人", "100k persons"),
    "100,000 persons": ("十万人", "100,000 persons"),
    "10k vehicles": ("万车", "10k vehicles"),
    "10,000 vehicles": ("万车", "10,000 vehicles"),
    "visits": ("人次", "visits"),
    "10k visits": ("万人次", "10k visits"),
    "trips": ("次", "trips"),
    "buildings": ("栋", "buildings"),
    "bays": ("个车位", "bays"),
    "beds": ("张床", "beds"),
    "places": ("个", "places"),
    "unit": ("处", "unit"),
    "min": ("分钟", "min"),
    "h": ("小时", "h"),
    "d": ("日", "d"),
    "days": ("天", "days"),
    "month": ("月", "month"),
    # The only figures in years are ages.
    "years": ("岁", "years"),
    "m": ("米", "m"),
    "km": ("公里", "km"),
    "m2": ("平方米", "m²"),
    "km2": ("平方公里", "km²"),
    "m3": ("立方米", "m³"),
    "t": ("吨", "t"),
    "CNY": ("元", "CNY"),
    "10k CNY": ("万元", "10k CNY"),
    "100M CNY": ("亿元", "100M CNY"),
    "ratio": ("", ""),
    "score": ("分", "points"),
}


#: Where a recorded number came from.
#: What a recorded number came from, by the kind of its provenance.
PROVENANCE_NAMES: Mapping[str, LazyString] = {
    "figure": _l("部门填报"),
    "measurement": _l("大数据测算"),
    "survey_estimate": _l("居民问卷的估计"),
    "derivation": _l("按指标库的公式计算"),
}
#: Those that have a page of their own.
EXPLAINED_ORIGINS = frozenset({"figure", "measurement", "survey_estimate"})


def unit_in(spoken: str, unit: str) -> str:
    """A unit in a language (zh or en), part by part around its slash: ``/km²`` counts by area."""
    place = int(spoken != "zh")
    return "/".join(UNITS.get(part, (part, part))[place] for part in unit.split("/"))


def unit_words(unit: str | None) -> str:
    """The unit in the reader's language."""
    return unit_in(language(), unit or "")


def word(names: Mapping[str, LazyString], code: str | None) -> str:
    """The word of a code; a code without one (a text of another room) is shown as it is."""
    return str(names.get(code or "", code or ""))
