"""Why this number? From a value back to the recorded figures, whatever brought them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.areas.models import Area
from app.db import db
from app.indicators.adopted_values import adoption_of
from app.indicators.models import Adoption, BaseItem, Indicator, IndicatorSet, ItemValue, Value
from app.indicators.queries import value_by_id

_BATCH = 500


@dataclass(frozen=True, order=True)
class Provenance:
    """What something came from; the room of that kind can find it again by its id."""

    kind: str
    id: str


@dataclass(frozen=True)
class TracedItem:
    """A base item as it entered the value, with the rows it was made of."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    value: float | None
    rule: str
    previous_year: bool
    rows: list[tuple[ItemValue, Area]]


@dataclass(frozen=True)
class TracedPart:
    """A part of the area, with the value it brought in."""

    area: Area
    value: float | None
    weight: float | None
    value_id: int | None


@dataclass(frozen=True)
class Trace:
    """All that stands behind a value."""

    value: Value
    area: Area
    indicator: Indicator | None
    formula: str
    lacking: list[str]
    items: list[TracedItem]
    parts: list[TracedPart]
    earlier: list[Value]
    adoption: Adoption | None
    provenance: list[Provenance] = field(default_factory=list)


def trace(value_id: int) -> Trace:
    """The chain behind a value, in a bounded number of statements; NotFound ``unknown-value``.

    For a value put together from parts, the items of the parts are found by tracing these.
    """
    value = value_by_id(value_id)
    inputs: dict[str, Any] = value.inputs or {}
    items = _items(value, inputs)
    origins = {Provenance(value.provenance_kind, value.provenance_id)}
    origins |= {
        Provenance(row.provenance_kind, row.provenance_id) for item in items for row, _area in item.rows
    }
    return Trace(
        value=value,
        area=db.session.get_one(Area, value.area_id),
        indicator=_indicator(value),
        formula=inputs.get("formula", ""),
        lacking=list(inputs.get("missing", [])),
        items=items,
        parts=_parts(inputs),
        earlier=_earlier(value),
        adoption=adoption_of(value.exam_year, value.indicator_code, value.area_id),
        provenance=sorted(origins),
    )


def _indicator(value: Value) -> Indicator | None:
    """The indicator as the set in force has it; None when the set has dropped it since."""
    query = (
        select(Indicator)
        .join(IndicatorSet, IndicatorSet.id == Indicator.set_id)
        .where(
            IndicatorSet.exam_year == value.exam_year,
            IndicatorSet.is_current.is_(True),
            Indicator.code == value.indicator_code,
        )
    )
    return db.session.execute(query).scalar_one_or_none()


def _items(value: Value, inputs: dict[str, Any]) -> list[TracedItem]:
    used = [
        (code, told, group == "previous")
        for group in ("items", "previous")
        for code, told in inputs.get(group, {}).items()
    ]
    rows = item_rows(row_id for _code, told, _previous in used for row_id in told["ids"])
    known = named_items(value.exam_year, [code for code, _told, _previous in used])
    traced = []
    for code, told, previous in used:
        item = known.get(code)
        traced.append(
            TracedItem(
                code=code,
                name_zh=item.name_zh if item else code,
                name_en=item.name_en if item else code,
                unit=item.unit if item else "",
                value=told["value"],
                rule=told["rule"],
                previous_year=previous,
                rows=[rows[row_id] for row_id in told["ids"] if row_id in rows],
            )
        )
    return traced


def named_items(exam_year: int, codes: list[str]) -> dict[str, BaseItem]:
    """Base items of the year's set in force, by code."""
    query = (
        select(BaseItem)
        .join(IndicatorSet, IndicatorSet.id == BaseItem.set_id)
        .where(
            IndicatorSet.exam_year == exam_year, IndicatorSet.is_current.is_(True), BaseItem.code.in_(codes)
        )
        .order_by(BaseItem.position)
    )
    return {item.code: item for item in db.session.execute(query).scalars()}


def items_brought_by(origin: Provenance) -> list[tuple[ItemValue, Area]]:
    """All figures, in force or not, that an origin brought, by item and area. One statement."""
    query = (
        select(ItemValue, Area)
        .join(Area, Area.id == ItemValue.area_id)
        .where(ItemValue.provenance_kind == origin.kind, ItemValue.provenance_id == origin.id)
        .order_by(ItemValue.item_code, Area.code, ItemValue.id)
    )
    return [(row, area) for row, area in db.session.execute(query)]


def item_rows(ids: Iterable[int]) -> dict[int, tuple[ItemValue, Area]]:
    wanted = sorted(set(ids))
    found: dict[int, tuple[ItemValue, Area]] = {}
    for start in range(0, len(wanted), _BATCH):
        query = (
            select(ItemValue, Area)
            .join(Area, Area.id == ItemValue.area_id)
            .where(ItemValue.id.in_(wanted[start : start + _BATCH]))
            .order_by(ItemValue.id)
        )
        found |= {row.id: (row, area) for row, area in db.session.execute(query)}
    return found


def _parts(inputs: dict[str, Any]) -> list[TracedPart]:
    told = inputs.get("parts", [])
    ids = sorted({each["area_id"] for each in told})
    query = select(Area).where(Area.id.in_(ids)).order_by(Area.code)
    areas = {area.id: area for area in db.session.execute(query).scalars()} if ids else {}
    parts = [
        TracedPart(areas[each["area_id"]], each["value"], each["weight"], each["value_id"]) for each in told
    ]
    return sorted(parts, key=lambda part: part.area.code)


def _earlier(value: Value) -> list[Value]:
    """Superseded values of the same indicator, area, year and source, newest first."""
    query = select(Value).where(
        Value.indicator_code == value.indicator_code,
        Value.area_id == value.area_id,
        Value.exam_year == value.exam_year,
        Value.source_kind == value.source_kind,
        Value.id < value.id,
    )
    return list(db.session.execute(query.order_by(Value.id.desc())).scalars())
