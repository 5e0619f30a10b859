"""What the pages of the room show: reads turned into the shapes of the shared macros."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.accounts.wording import actor_name
from app.areas.models import Area
from app.areas.queries import roots
from app.areas.words import LEVEL_NAMES
from app.db import db
from app.i18n import aside, listing, named
from app.indicators import queries, words
from app.indicators.models import Formula, Indicator, PlanTarget, Standard
from app.indicators.queries import Catalogue
from app.indicators.tracing import Trace
from app.indicators.words import unit_words, word


def catalogue_page(year: int, years: list[int]) -> dict[str, Any]:
    """The set of a year by dimension, its versions, and the cities that can be computed."""
    known = queries.catalogue(year)
    standards = queries.standards_in_force(year)
    return {
        "year": year,
        "known": known,
        "versions": queries.set_versions(year),
        "tabs": [
            {"label": str(each), "href": url_for(".catalogue", year=each), "active": each == year}
            for each in years
        ],
        "facts": [
            {"label": _("指标"), "value": len(known.indicators), "decimals": 0},
            {"label": _("基础数据项"), "value": len(known.items), "decimals": 0},
            {"label": _("有现行标准的指标"), "value": len(standards), "decimals": 0},
            {"label": _("数据日期"), "value": known.exam_year.data_date.isoformat()},
        ],
        "dimensions": [
            (dimension, _indicator_rows(known, dimension.code, standards)) for dimension in known.dimensions
        ],
        "roots": [{"value": root.code, "label": named(root.name_zh, root.name_en)} for root in roots()],
    }


def _indicator_rows(
    known: Catalogue, dimension_code: str, standards: dict[str, list[Standard]]
) -> list[dict[str, Any]]:
    year = known.exam_year.year
    return [
        {
            "code": each.code,
            "href": url_for(".definition", year=year, code=each.code),
            "name": named(each.name_zh, each.name_en),
            "unit": words.unit_words(each.unit),
            "direction": word(words.DIRECTION_NAMES, each.direction),
            "nature": word(words.NATURE_NAMES, each.nature),
            "sources": listing(word(words.SOURCE_KIND_NAMES, kind) for kind in each.source_kinds),
            "level": word(LEVEL_NAMES, each.spatial_level),
            "standard": "; ".join(_standard_text(one) for one in standards.get(each.code, [])) or "—",
            "origin": word(words.ORIGIN_NAMES, each.origin),
            "certainty": word(words.CERTAINTY_NAMES, each.certainty),
        }
        for each in known.indicators
        if each.dimension_code == dimension_code
    ]


def bound_text(bound: Standard | PlanTarget) -> str:
    """A bound as people write it, with the digits they read: ``≥ 2.5237``, ``1.1–1.3``."""
    low = f"{bound.value:.5g}"
    if bound.op == "range":
        return f"{low}–{bound.value_high:.5g}"
    return f"{'≥' if bound.op == '>=' else '≤'} {low}"


def _standard_text(standard: Standard) -> str:
    text = bound_text(standard)
    if standard.status != "to_check":
        return text
    return aside(text, word(words.STATUS_NAMES, standard.status))


def definition_page(year: int, code: str, area_ids: frozenset[int] | None) -> dict[str, Any]:
    """One indicator with all that defines it and the values of the year, those of a scope if given."""
    known = queries.catalogue(year)
    indicator = known.indicator(code)
    formulas = known.formulas_of(code)
    target = queries.plan_targets(year).get(code)
    in_force = {each.id for each in queries.standards_in_force(year, indicator_code=code).get(code, [])}
    standards = queries.all_standards(year, code)
    return {
        "year": year,
        "indicator": indicator,
        "name": named(indicator.name_zh, indicator.name_en),
        "terms": _terms(known, indicator),
        "formulas": [_formula_row(each) for each in formulas],
        "items": _item_rows(known, formulas),
        "standards": [_standard_row(each, in_force=each.id in in_force) for each in standards],
        "target": target,
        "target_text": f"{bound_text(target)} {words.unit_words(indicator.unit)}" if target else "",
        "target_status": word(words.STATUS_NAMES, target.status) if target else "",
        "benchmarks": [
            {
                "place": each.place,
                "value": each.value,
                "year": str(each.year) if each.year else _("年份不详"),
                "source": each.source,
            }
            for each in queries.benchmarks(year).get(code, [])
        ],
        "values": _value_rows(year, code, area_ids),
    }


def _terms(known: Catalogue, indicator: Indicator) -> list[tuple[str, str]]:
    dimension = known.dimension(indicator.dimension_code)
    sources = [word(words.SOURCE_KIND_NAMES, kind) for kind in indicator.source_kinds]
    return [
        (_("维度"), named(dimension.name_zh, dimension.name_en)),
        (_("口径"), indicator.definition_zh),
        (_("单位"), words.unit_words(indicator.unit)),
        (_("方向"), word(words.DIRECTION_NAMES, indicator.direction)),
        (_("性质"), word(words.NATURE_NAMES, indicator.nature)),
        (_("评价的最细层级"), word(LEVEL_NAMES, indicator.spatial_level)),
        (_("数据来源（按优先顺序）"), listing(sources)),
        (_("责任部门"), _department(indicator)),
        (_("出处"), word(words.ORIGIN_NAMES, indicator.origin)),
        (_("列入部委名录的年份"), indicator.official_years or "—"),
        (_("口径可靠程度"), word(words.CERTAINTY_NAMES, indicator.certainty)),
        (_("备注"), indicator.note or "—"),
    ]


def _department(indicator: Indicator) -> str:
    """Who answers for the indicator: as the catalogue writes it, or in English by the department's name."""
    held = indicator.department
    written = indicator.departments_zh or (held.name_zh if held else "")
    return named(written, held.name_en if held else None) or "—"


def _formula_row(formula: Formula) -> dict[str, Any]:
    return {
        "source": word(words.SOURCE_KIND_NAMES, formula.source_kind),
        "text": formula.text or formula.survey_estimator or _("没有公式，也没有问卷题目"),
        "aggregation": word(words.AGGREGATION_NAMES, formula.aggregation),
        "level": word(LEVEL_NAMES, formula.level),
        "note": formula.note or "—",
    }


def _item_rows(known: Catalogue, formulas: list[Formula]) -> list[dict[str, Any]]:
    used = queries.items_in([formula.text for formula in formulas])
    return [
        {
            "code": item.code,
            "name": named(item.name_zh, item.name_en),
            "unit": item.unit,
            "source": word(words.SOURCE_KIND_NAMES, item.source_kind),
            "department": named(item.department.name_zh, item.department.name_en) if item.department else "—",
            "level": word(LEVEL_NAMES, item.collect_level),
            "definition": item.definition_zh or "—",
        }
        for item in known.items
        if item.code in used
    ]


def _standard_row(standard: Standard, *, in_force: bool) -> dict[str, Any]:
    return {
        "kind": word(words.STANDARD_KIND_NAMES, standard.kind),
        "text": bound_text(standard),
        "citation": standard.citation,
        "validity": f"{standard.valid_from or _('不详')} – {standard.valid_to or ''}",
        "in_force": _("现行") if in_force else _("当日不适用"),
        "status": word(words.STATUS_NAMES, standard.status),
        "note": standard.note or "—",
    }


def _value_rows(year: int, code: str, area_ids: frozenset[int] | None) -> list[dict[str, Any]]:
    found = queries.adopted_of(year, code, area_ids)
    ids = [each.area_id for each in found]
    areas = {area.id: area for area in db.session.query(Area).where(Area.id.in_(ids)).order_by(Area.code)}
    return [
        {
            "area": named(areas[each.area_id].name_zh, areas[each.area_id].name_en),
            "level": word(LEVEL_NAMES, each.area_level),
            "value": {
                "value": each.value,
                "unit": unit_words(each.unit),
                "state": each.state,
                "decimals": 2,
            },
            "state": each.state,
            "source": word(words.SOURCE_KIND_NAMES, each.source_kind) or "—",
            "verdict": word(words.VERDICT_NAMES, each.verdict),
            "decision": _("待决定") if each.needs_decision else "—",
            "href": url_for(".explain", value_id=each.value_id) if each.value_id else None,
        }
        for each in found
    ]


def explanation(traced: Trace) -> dict[str, Any]:
    """The chain behind a value."""
    value = traced.value
    indicator = traced.indicator
    title = named(indicator.name_zh, indicator.name_en) if indicator else value.indicator_code
    adoption = traced.adoption
    return {
        "trace": traced,
        "value": value,
        "title": title,
        "area": named(traced.area.name_zh, traced.area.name_en),
        "method": word(words.METHODS, value.method),
        "source": word(words.SOURCE_KIND_NAMES, value.source_kind),
        "items": [_traced_item(each) for each in traced.items],
        "parts": [
            {
                "area": named(part.area.name_zh, part.area.name_en),
                "value": part.value,
                "weight": part.weight,
                "href": url_for(".explain", value_id=part.value_id) if part.value_id else None,
            }
            for part in traced.parts
        ],
        "reasons": [word(words.REASONS, each["code"]) for each in adoption.reasons] if adoption else [],
        "verdict": word(words.VERDICT_NAMES, adoption.verdict) if adoption else "",
        "decided_by": actor_name(adoption.provenance_id) if adoption and adoption.manner == "by_hand" else "",
        "rivals": _rivals(traced),
        "explained_href": url_for("dashboard.explain", kind="value", key=value.id),
        "weighted": any(part.weight is not None for part in traced.parts),
    }


def _traced_item(item: Any) -> dict[str, Any]:
    return {
        "code": f"prev({item.code})" if item.previous_year else item.code,
        "name": named(item.name_zh, item.name_en),
        "value": {"value": item.value, "unit": unit_words(item.unit), "decimals": 2},
        "rule": word(words.RULES, item.rule),
        "rows": [
            {
                "area": named(area.name_zh, area.name_en),
                "value": row.value,
                "state": row.state,
                "vintage": row.vintage,
                "origin": word(words.PROVENANCE_NAMES, row.provenance_kind),
                "href": origin_href(row.provenance_kind, row.provenance_id),
            }
            for row, area in item.rows
        ],
    }


def origin_href(kind: str, key: str) -> str | None:
    """The page that tells where a recorded number came from; None where the kind has none."""
    return url_for("dashboard.explain", kind=kind, key=key) if kind in words.EXPLAINED_ORIGINS else None


def _rivals(traced: Trace) -> list[dict[str, Any]]:
    """The current values of all sources of the same indicator and area."""
    value = traced.value
    found = queries.values_of(value.exam_year, indicator_code=value.indicator_code, area_ids=[value.area_id])
    chosen = traced.adoption.value_id if traced.adoption else None
    return [
        {
            "id": each.id,
            "source": word(words.SOURCE_KIND_NAMES, each.source_kind),
            "value": {
                "value": each.value,
                "unit": unit_words(each.unit),
                "state": each.state,
                "decimals": 2,
            },
            "vintage": each.vintage,
            "adopted": _("采用") if each.id == chosen else "—",
            "href": url_for(".explain", value_id=each.id),
        }
        for each in found
    ]
