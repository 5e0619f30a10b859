"""Why a street has its numbers: everything that problem, potential, priority, kind and rank are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import url_for
from flask_babel import gettext as _

from app.analysis.prioritising import PASS, Quadrant, cut_of, ends_of, scaled_parts
from app.areas.models import Area
from app.i18n import named
from app.indicators.models import BaseItem, ItemValue
from app.indicators.tracing import item_rows, named_items
from app.indicators.words import EXPLAINED_ORIGINS, unit_words
from app.renewal.models import QUADRANTS, PriorityArea, PriorityRun
from app.renewal.queries import PriorityAreaDetail, priority_areas

_Rows = Mapping[int, tuple[ItemValue, Area]]


@dataclass(frozen=True)
class _Names:
    """Base items of the ranking's year, and the recorded figures that the parts were made of."""

    items: Mapping[str, BaseItem]
    rows: _Rows


def explanation(detail: PriorityAreaDetail) -> dict[str, Any]:
    """Every step from the recorded figures and scores to the street's place, for the template."""
    area, run = detail.priority_area, detail.run
    ranked = priority_areas(run.id)
    return {
        "problem": _problem(detail),
        "potential": _potential(area, run, ranked),
        "priority": _priority(area, run),
        "kind": _kind(area, ranked),
        "rank": _rank(area, ranked),
    }


def _problem(detail: PriorityAreaDetail) -> dict[str, Any]:
    """What each indicator under the pass lacks to it; the others lack nothing and only divide."""
    gaps = {each.id: PASS - (each.score or 0.0) for each in detail.evaluations}
    scored = detail.priority_area.scored
    return {"gaps": gaps, "sum": sum(gaps.values()), "scored": scored, "rest": scored - len(gaps)}


def _potential(area: PriorityArea, run: PriorityRun, ranked: Sequence[PriorityArea]) -> dict[str, Any]:
    """The parts with the figures behind them, the ends of their scales, and where the street lies on them."""
    used: list[str] = run.facts["parts_used"]
    values = [[_number(each.parts.get(code, {}).get("value")) for code in used] for each in ranked]
    table = np.array(values, dtype=float).reshape(len(ranked), len(used))
    place = next(number for number, each in enumerate(ranked) if each.id == area.id)
    columns = zip(*ends_of(table), scaled_parts(table)[place], strict=True)
    scales = {
        code: dict(zip(("low", "high", "scaled"), map(_known, column), strict=True))
        for code, column in zip(used, columns, strict=True)
    }
    names = _names(area, run)
    rows = [
        _part(part, area.parts.get(part["code"]), run, names) | scales.get(part["code"], {})
        for part in run.rules["parts"]
    ]
    scaled = [row["scaled"] for row in rows if row.get("scaled") is not None]
    return {"rows": rows, "scaled": scaled}


def _names(area: PriorityArea, run: PriorityRun) -> _Names:
    told = [each["items"] for each in area.parts.values()]
    codes = {code for each in told for code in each}
    codes |= {code for codes_missing in run.facts["parts_missing"].values() for code in codes_missing}
    ids = [row_id for each in told for row_id in each.values()]
    return _Names(named_items(run.exam_year, sorted(codes)), item_rows(ids))


def _part(
    part: Mapping[str, str], told: Mapping[str, Any] | None, run: PriorityRun, names: _Names
) -> dict[str, Any]:
    """One part: its formula, and each recorded figure with the way to where it came from."""
    return {
        "name": named(part["name_zh"], part["name_en"]),
        "reason": named(part["reason_zh"], part["reason_en"]),
        "formula": part["formula"].replace("*", "×").replace("/", "÷"),
        "value": told["value"] if told else None,
        "items": [
            _item(code, names.rows.get(row_id), names)
            for code, row_id in (told["items"] if told else {}).items()
        ],
        "missing": [_item_name(code, names) for code in run.facts["parts_missing"].get(part["code"], ())],
    }


def _item(code: str, found: tuple[ItemValue, Area] | None, names: _Names) -> dict[str, Any]:
    if found is None:
        return {"code": code, "name": _item_name(code, names), "value": None, "href": None}
    row, place = found
    item = names.items.get(code)
    return {
        "code": code,
        "name": _item_name(code, names),
        "value": row.value,
        "state": row.state,
        "unit": unit_words(row.unit),
        "decimals": item.decimals if item is not None else 2,
        "href": _origin(row, place),
    }


def _origin(row: ItemValue, place: Area) -> str | None:
    if row.provenance_kind not in EXPLAINED_ORIGINS:
        return None
    return url_for(
        "dashboard.explain",
        kind=row.provenance_kind,
        key=row.provenance_id,
        year=row.exam_year,
        area=place.code,
    )


def _item_name(code: str, names: _Names) -> str:
    item = names.items.get(code)
    return named(item.name_zh, item.name_en) if item is not None else code


def _priority(area: PriorityArea, run: PriorityRun) -> str:
    """The formula with this street's numbers."""
    if area.problem is None or area.priority is None:
        return _("没有得分，算不出优先度。")
    told = {"problem": f"{area.problem:.2f}", "result": f"{area.priority:.1f}"}
    if run.facts["potential"] != "known":
        return _("潜力未知，优先度就是问题占 60 分的百分比：%(problem)s ÷ 60 × 100 = %(result)s", **told)
    potential = "0" if area.potential is None else f"{area.potential:.2f}"
    return _(
        "问题占 60 分的百分比与潜力的几何平均数：√(%(problem)s ÷ 60 × 100 × %(potential)s) = %(result)s",
        potential=potential,
        **told,
    )


def _kind(area: PriorityArea, ranked: Sequence[PriorityArea]) -> list[str]:
    """Problem and potential against the medians of the ranking; the kind itself says which is high."""
    problems = np.array([_number(each.problem) for each in ranked])
    potentials = np.array([_number(each.potential) for each in ranked])
    is_bad = area.quadrant in (Quadrant.ACT, Quadrant.REMEDY)
    is_able = area.quadrant in (Quadrant.ACT, Quadrant.SEIZE)
    return [
        _compared(_("问题"), area.problem, cut_of(problems), is_high=is_bad),
        _compared(_("潜力"), area.potential, cut_of(potentials), is_high=is_able),
    ]


def _compared(name: str, own: float | None, cut: float, *, is_high: bool) -> str:
    if own is None:
        return _("%(name)s没有数，不算大", name=name)
    facts = {"name": name, "own": f"{own:.2f}", "cut": f"{cut:.2f}"}
    if is_high:
        return _("%(name)s %(own)s，不低于各街道的中位数 %(cut)s：大", **facts)
    if own == 0.0:
        return _("%(name)s为 0：小", name=name)
    return _("%(name)s %(own)s，低于各街道的中位数 %(cut)s：小", **facts)


def _rank(area: PriorityArea, ranked: Sequence[PriorityArea]) -> str:
    """How many stand before it by kind, and how many of its own kind."""
    own = QUADRANTS.index(area.quadrant)
    by_kind = sum(QUADRANTS.index(each.quadrant) < own for each in ranked)
    return _(
        "先按类型，再按优先度：前面的类型有 %(by_kind)s 个街道，同类型在前的有 %(before)s 个，排第 %(rank)s",
        by_kind=by_kind,
        before=area.rank - 1 - by_kind,
        rank=area.rank,
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
