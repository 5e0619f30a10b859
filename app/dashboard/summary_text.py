"""The summary as a page of text for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from app.analysis.prioritising import ACTING
from app.areas.words import LEVEL_NAMES
from app.assessment.words import GRADE_TEXTS, WARNING_TEXTS, text_of
from app.indicators.words import SOURCE_KIND_NAMES, VERDICT_NAMES, word

_BAR = 24


def summary_text(facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Short lines under headings; ``names`` gives the names of areas, dimensions and indicators by code."""
    sections = [
        _head(facts, names),
        _collected(facts),
        _checked(facts),
        *_judged(facts, names),
        _renewed(facts, names),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def _head(facts: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    title = _(
        "%(city)s %(year)s 年度城市体检", city=names.get(facts["city"], facts["city"]), year=facts["year"]
    )
    areas = _list((f"{word(LEVEL_NAMES, level)} {count:,}" for level, count in facts["areas"].items()))
    return [title, "═" * width(title), _pair(_("地区"), areas), _pair(_("指标"), _indicator_line(facts))]


def _indicator_line(facts: Mapping[str, Any]) -> str:
    states = facts["indicators"]["by_state"]
    held = sum(states[name] for name in ("reported", "derived", "modelled"))
    return _(
        "共 %(total)s 项，有数值 %(held)s，不适用 %(na)s，待决定 %(open)s，缺失 %(missing)s，未采集 %(none)s",
        total=facts["indicators"]["total"],
        held=held,
        na=states["not_applicable"],
        open=states["undecided"],
        missing=states["missing"],
        none=states["not_collected"],
    )


def _collected(facts: Mapping[str, Any]) -> list[str]:
    lines = [_("数据收集")]
    for wave in facts["waves"]:
        lines += _wave_lines(wave)
    reports = facts["reports"]
    if reports is not None:
        said = _(
            "%(departments)s 个部门，提交 %(submitted)s，退回 %(returned)s 次，通过 %(accepted)s",
            **{name: reports[name] for name in ("departments", "submitted", "returned", "accepted")},
        )
        lines.append(_pair(_("填报"), said))
    values = _list(
        f"{word(SOURCE_KIND_NAMES, kind)} {count['total']:,}" for kind, count in facts["values"].items()
    )
    return [*lines, _pair(_("指标值"), values or _("还没有"))]


def _wave_lines(wave: Mapping[str, Any]) -> list[str]:
    said = _(
        "%(name)s：收到 %(received)s 份，有标记 %(flagged)s，有效 %(used)s",
        name=wave["name"],
        received=f"{wave['received']:,}",
        flagged=f"{wave['flagged']:,}",
        used=f"{wave['used']:,}",
    )
    lines = [_pair(_("问卷"), said)]
    weights = wave["weights"]
    if weights is not None:
        state = _("收敛") if weights["converged"] else _("未收敛")
        ratio = f"{weights['ratio']:.1f}" if weights["ratio"] else "—"
        effect = f"{weights['design_effect']:.2f}"
        said = _(
            "%(state)s，最大/最小 %(ratio)s，设计效应 %(effect)s", state=state, ratio=ratio, effect=effect
        )
        lines.append(_pair(_("权数"), said))
    if wave["satisfaction"] is not None and wave["satisfaction"].get("mean") is not None:
        lines.append(_pair(_("满意度"), _points(wave["satisfaction"], "mean")))
    return lines


def _checked(facts: Mapping[str, Any]) -> list[str]:
    city = facts["cross_check"].get("city")
    if city is None:
        return []
    said = _list(
        f"{word(VERDICT_NAMES, name)} {count}" for name, count in city.items() if name in VERDICT_NAMES
    )
    return [_("校核（全市）"), f"  {said}", _pair(_("待决定"), str(city["needs_decision"]))]


def _judged(facts: Mapping[str, Any], names: Mapping[str, str]) -> list[list[str]]:
    told = facts["assessment"]
    if told is None:
        return [[_("还没有评价。")]]
    grades = _list(f"{text_of(name, GRADE_TEXTS)} {count}" for name, count in told["grades"].items())
    warnings = _list(
        f"{text_of(name, WARNING_TEXTS)} {count}"
        for name, count in told["warnings"].items()
        if name != "none"
    )
    columns = max(width(names.get(code, code)) for code in (*told["scores"], *told["dimensions"]))
    scores = [_score_line(code, row, names, columns) for code, row in told["scores"].items()]
    dimensions = [_score_line(code, row, names, columns) for code, row in told["dimensions"].items()]
    return [
        [_("评价"), _pair(_("等级"), grades), _pair(_("预警"), warnings)],
        [_("综合得分"), *scores],
        [_("维度得分"), *dimensions],
    ]


def _renewed(facts: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    told = facts["renewal"]
    if told is None:
        return []
    acting = [row for row in told["areas"] if row["quadrant"] in ACTING][:5]
    listed = [f"  {row['rank']:>3}. {names.get(row['area'], row['area'])}" for row in acting]
    return [_("重点片区"), *listed, _pair(_("项目"), str(told["projects"]))]


def _score_line(code: str, row: Mapping[str, Any], names: Mapping[str, str], columns: int) -> str:
    """Name, bar, how many of how many have a score, the score with its interval."""
    name = _padded(names.get(code, code), columns)
    share = f"{row['scored']}/{row['total']}"
    return f"  {name}  {_bar(row['score'])}  {share:>6}  {_points(row, 'score')}"


def _points(row: Mapping[str, Any], name: str) -> str:
    """A score with its interval, if it has them."""
    if row.get(name) is None:
        return _("无数据")
    if row.get("low") is None or row.get("high") is None:
        return f"{row[name]:5.1f}"
    return f"{row[name]:5.1f}  ({row['low']:.1f}–{row['high']:.1f})"


def _bar(score: float | None) -> str:
    filled = round((score or 0) / 100 * _BAR)
    return "█" * filled + "·" * (_BAR - filled)


def _pair(label: str, text: str) -> str:
    return f"  {_padded(label, 13)} {text}"


def _list(texts: Iterable[str]) -> str:
    return _("，").join(texts)


def _padded(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def width(text: str) -> int:
    """Columns of a terminal: Chinese signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
