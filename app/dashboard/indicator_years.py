"""An indicator's values over the years, with what the area was in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.areas.models import Area
from app.areas.predecessors import Change
from app.dashboard.choosing import Chosen, area_name, here
from app.dashboard.figures import decimals_for, measured_figure, unit_words
from app.i18n import listing
from app.indicators import words as indicator_words
from app.indicators.exam_years import exam_year_of
from app.indicators.history import YearValue
from app.indicators.words import word


def years_part(choice: Chosen, years: Sequence[YearValue], unit: str) -> dict[str, Any]:
    """History over all years of the series: gaps are shown, incomparable years and predecessors are named."""
    if not years:
        return {"points": [], "rows": [], "unit": "", "decimals": 1, "all_comparable": True, "begun": None}
    # Of areas that merged there may be several values in a year; none of these can be compared.
    known = {each.year: each for each in years if each.comparable}
    decimals = decimals_for(unit, [each.value for each in years])
    first, last = years[0].year, years[-1].year
    return {
        "points": [
            {"year": year, "value": known[year].value if year in known else None}
            for year in range(first, last + 1)
        ],
        "rows": [_row(each, decimals) for each in sorted(years, key=lambda each: -each.year)],
        "unit": unit_words(unit),
        "decimals": decimals,
        "all_comparable": len(known) == len(years),
        "begun": _begun(choice, first),
    }


def _row(each: YearValue, decimals: int) -> dict[str, Any]:
    single = len(each.value_ids) == 1
    href = here("dashboard.explain", kind="value", key=each.value_ids[0]) if single else None
    return {
        "year": each.year,
        "figure": measured_figure(each, decimals=decimals, href=href),
        "comparable": each.comparable,
        "relation": word(indicator_words.RELATION_NAMES, each.relation) if each.relation != "same" else "",
        "other_source": each.is_other_source,
        "change": change_words(each.change, each.areas),
        "code": each.indicator_code,
        "source": word(indicator_words.SOURCE_KIND_NAMES, each.source_kind),
        "adopted": _adopted_words(each),
    }


def _adopted_words(each: YearValue) -> str:
    """That another source counted in that year; empty where the value shown is the one that counted."""
    if each.adopted_kind == each.source_kind:
        return ""
    source = word(indicator_words.SOURCE_KIND_NAMES, each.adopted_kind)
    return _("当年采用的是%(source)s", source=source)


def change_words(change: Change, areas: Sequence[Area]) -> str:
    """Which areas of then a value is of, and what became of them; empty for the area itself."""
    names = listing(area_name(area) for area in areas)
    if change == "renamed":
        return _("原为%(names)s", names=names)
    if change == "merged" and len(areas) > 1:
        return _("%(names)s之和（后合并为本地区）", names=names)
    if change == "merged":
        return _("%(names)s（后与其他地区合并为本地区，不能相加）", names=names)
    if change == "split":
        return _("%(names)s（后拆分，只有一部分是本地区）", names=names)
    if change == "redrawn":
        return _("%(names)s（后重新划分，只有一部分是本地区）", names=names)
    return ""


def _begun(choice: Chosen, first: int) -> str | None:
    """That the series begins with the area itself: there are earlier exams, and nothing is before it."""
    earlier = [year for year in choice.years if year < first]
    if choice.is_city or not earlier or choice.area.valid_from <= exam_year_of(earlier[-1]).data_date:
        return None
    day = choice.area.valid_from.isoformat()
    return _("%(name)s自 %(day)s 起生效，此前没有数据。", name=area_name(choice.area), day=day)
