"""Composite scores over the years, each with what it stands on: a longer list makes another score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.analysis.common_basis import CommonBasis
from app.assessment.year_bases import YearBasis
from app.dashboard.choosing import here
from app.dashboard.figures import score_figure


def score_years_part(bases: Sequence[YearBasis]) -> dict[str, Any]:
    """A row for each year, newest first; the line holds only years that compare with the newest."""
    known = {each.year: each.score.score for each in bases if each.is_comparable}
    years = range(bases[0].year, bases[-1].year + 1) if bases else range(0)
    return {
        "rows": [_row(each) for each in reversed(bases)],
        "points": [{"year": year, "value": known.get(year)} for year in years] if len(known) > 1 else [],
        "all_comparable": len(known) == len(bases),
        "newest": bases[-1].year if bases else None,
    }


def _row(each: YearBasis) -> dict[str, Any]:
    explained = here("dashboard.explain", kind="score", key=f"{each.score.run_id}:{each.score.area_id}")
    return {
        "year": each.year,
        "figure": score_figure(each.score, href=explained),
        "basis": _(
            "%(scored)s / %(total)s 个指标，%(dimensions)s 个维度",
            scored=each.scored,
            total=each.total,
            dimensions=each.score.scored,
        ),
        "comparable": each.is_comparable,
        "common": None if each.common is None or each.common.is_same else _common(each.common),
    }


def _common(common: CommonBasis) -> str:
    if common.earlier is None or common.later is None:
        return _(
            "共同的只有 %(count)s 个指标、%(dimensions)s 个维度，太少，不算分",
            count=common.indicators,
            dimensions=common.dimensions,
        )
    return _(
        "共同的 %(count)s 个指标：%(earlier)s → %(later)s",
        count=common.indicators,
        earlier=f"{common.earlier:.1f}",
        later=f"{common.later:.1f}",
    )


def change_words(bases: Sequence[YearBasis]) -> str | None:
    """How the score moved since the exam before, on what both exams scored; None without an earlier one."""
    scored = [each for each in bases if each.score.score is not None]
    if len(scored) < 2 or scored[-1] is not bases[-1]:
        return None
    before = scored[-2]
    common = before.common
    if common is None or common.earlier is None or common.later is None:
        return _("与 %(year)s 年所依据的指标不同，不可比", year=before.year)
    change = common.later - common.earlier
    told = {"year": before.year, "sign": "+" if change >= 0 else "−", "change": f"{abs(change):.1f}"}
    if common.is_same:
        return _("比 %(year)s 年 %(sign)s%(change)s 分", **told)
    return _(
        "按共同的 %(count)s 个指标，比 %(year)s 年 %(sign)s%(change)s 分", count=common.indicators, **told
    )
