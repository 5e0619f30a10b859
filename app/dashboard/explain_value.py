"""Why this value? From the number back through its formula to the recorded figures."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import RESULTS, area_scope, permit_area
from app.areas.models import Area
from app.dashboard.choosing import here
from app.dashboard.cross_check_table import TONES, reason_words
from app.dashboard.figures import decimals_for, figure, unit_words
from app.errors import NotFound, whole_number
from app.i18n import named
from app.indicators.models import ItemValue, Value
from app.indicators.queries import catalogue
from app.indicators.tracing import Trace, TracedItem, TracedPart, trace
from app.indicators.words import EXPLAINED_ORIGINS, METHODS, RULES, SOURCE_KIND_NAMES, VERDICT_NAMES, word
from app.reporting.queries import resolve_figure
from app.sources.queries import resolve as resolve_measurement


def explain_value(key: str) -> dict[str, Any]:
    """The chain behind a value; NotFound ``unknown-value``."""
    value_id = whole_number(key)
    if value_id is None:
        raise NotFound("unknown-value", found=key[:40])
    chain = trace(value_id)
    permit_area(area_scope(RESULTS), chain.area.id)
    value = chain.value
    return {
        "title": _title(chain),
        "figure": figure(
            value.value,
            unit=value.unit,
            state=value.state,
            standard_error=value.standard_error,
            degrees_of_freedom=value.degrees_of_freedom,
        ),
        "state": value.state,
        "facts": _facts(chain),
        "formula": _formula(chain),
        "formula_codes": chain.formula,
        "items": [_item(each) for each in chain.items],
        "parts_rows": [_part(each, value) for each in chain.parts],
        "lacking": chain.lacking,
        "origin_href": origin_href(value.provenance_kind, value.provenance_id),
        "origin": _origin(value.provenance_kind, value.provenance_id),
        "adoption": _adoption(chain),
        "earlier": [_earlier(each) for each in chain.earlier],
        "indicator_href": here(
            "dashboard.indicator", year=value.exam_year, code=value.indicator_code, area=chain.area.code
        )
        if chain.indicator
        else None,
    }


def origin_href(kind: str, key: str, *, area: str | None = None) -> str | None:
    """The explanation of a provenance pair, where there is one; a measurement's tells the area's rows."""
    about = {"area": area} if kind == "measurement" else {}
    return here("dashboard.explain", kind=kind, key=key, **about) if kind in EXPLAINED_ORIGINS else None


def _title(chain: Trace) -> str:
    indicator = chain.indicator
    name = named(indicator.name_zh, indicator.name_en) if indicator else chain.value.indicator_code
    return _("%(area)s的%(indicator)s", area=named(chain.area.name_zh, chain.area.name_en), indicator=name)


def _facts(chain: Trace) -> list[dict[str, Any]]:
    value = chain.value
    rows = [
        {"term": _("体检年度"), "text": str(value.exam_year)},
        {"term": _("数据时期"), "text": value.vintage},
        {"term": _("来源"), "text": word(SOURCE_KIND_NAMES, value.source_kind)},
        {"term": _("算法"), "text": word(METHODS, value.method)},
    ]
    if value.numerator is not None and value.denominator is not None:
        rows.append({"term": _("分子与分母"), "text": f"{value.numerator:,.10g} / {value.denominator:,.10g}"})
    if value.standard_error is not None:
        rows.append({"term": _("标准误"), "text": f"{value.standard_error:.4g} {unit_words(value.unit)}"})
    if value.sample_size is not None:
        rows.append({"term": _("样本量"), "text": f"{value.sample_size:,}"})
    return rows


def _formula(chain: Trace) -> str:
    """The formula with the items' names in place of their codes."""
    names = {each.code: named(each.name_zh, each.name_en) for each in catalogue(chain.value.exam_year).items}
    text = re.sub(r"[a-z_]\w*", lambda found: names.get(found[0], found[0]), chain.formula)
    return text.replace("*", "×").replace("/", "÷")


def _item(item: TracedItem) -> dict[str, Any]:
    told = [_item_row(row, area) for row, area in item.rows]
    return {
        "name": named(item.name_zh, item.name_en) + (_("（上一年）") if item.previous_year else ""),
        "code": item.code,
        "figure": figure(item.value, unit=item.unit, decimals=decimals_for(item.unit, [item.value])),
        "rule": word(RULES, item.rule),
        "rows": told,
        "origin": _origin(item.rows[0][0].provenance_kind, item.rows[0][0].provenance_id)
        if item.rows
        else "",
    }


def _item_row(row: ItemValue, area: Area) -> dict[str, Any]:
    href = origin_href(row.provenance_kind, row.provenance_id, area=area.code)
    return {
        "area": named(area.name_zh, area.name_en),
        "figure": figure(row.value, unit=row.unit, state=row.state, href=href),
        "source": word(SOURCE_KIND_NAMES, row.source_kind),
        "vintage": row.vintage,
        "href": href,
    }


def _origin(kind: str, key: str) -> str:
    """Who brought it, in a line; an item's rows come from one department or one dataset."""
    if kind == "figure":
        source = resolve_figure(key)
        department = named(source.department_zh, source.department_en)
        return _("%(department)s，第 %(number)s 版填报", department=department, number=source.version_number)
    if kind == "measurement":
        _run, dataset = resolve_measurement(key)
        return _("数据“%(title)s”", title=dataset.title)
    if kind == "survey_estimate":
        return _("居民问卷的估计")
    if kind == "derivation":
        return _("按指标库的公式计算")
    return kind


def _part(part: TracedPart, value: Value) -> dict[str, Any]:
    href = here("dashboard.explain", kind="value", key=part.value_id) if part.value_id else None
    return {
        "area": named(part.area.name_zh, part.area.name_en),
        "figure": figure(part.value, unit=value.unit, href=href),
        "weight": figure(part.weight, decimals=0) if part.weight is not None else None,
    }


def _adoption(chain: Trace) -> dict[str, Any] | None:
    adoption = chain.adoption
    if adoption is None:
        return None
    return {
        "is_adopted": adoption.value_id == chain.value.id,
        "verdict": word(VERDICT_NAMES, adoption.verdict),
        "tone": TONES[adoption.verdict],
        "reasons": reason_words(adoption.reasons),
        "decision": adoption.reason_text,
    }


def _earlier(value: Value) -> dict[str, Any]:
    href = here("dashboard.explain", kind="value", key=value.id)
    return {
        "recorded_at": value.recorded_at,
        "figure": figure(value.value, unit=value.unit, state=value.state, href=href),
    }
