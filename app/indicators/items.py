"""Recording and reading figures of base items."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.db import db
from app.indicators.models import BaseItem, IndicatorSet, ItemValue
from app.indicators.queries import codes_by_year, units_by_year
from app.indicators.recording_rules import columns_of, refuse_bad_facts, refuse_unknown_years
from app.indicators.superseding import Recorded, retire, supersede

__all__ = ["ItemFact", "NewItem", "Recorded", "item_values", "newest_items", "record_items", "retire_items"]


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """A figure to record. Its key is item, area, exam year, source kind and vintage.

    ``value`` is None exactly in the states not_applicable and missing; ``note`` then says why.
    """

    item_code: str
    area_id: int
    exam_year: int
    source_kind: str
    vintage: str
    value: float | None
    provenance: tuple[str, object]
    state: str = "reported"
    unit: str | None = None
    note: str = ""


@dataclass(frozen=True)
class ItemFact:
    """What computing needs of a recorded figure."""

    id: int
    value: float | None
    state: str
    vintage: str
    source_kind: str


def record_items(*, rows: Sequence[NewItem]) -> Recorded:
    """Record figures in few statements; nothing is recorded when one of them is refused.

    Raises Invalid ``unknown-base-item`` and the codes of ``values.record``; NotFound ``unknown-exam-year``.
    """
    years = {row.exam_year for row in rows}
    refuse_unknown_years(years)
    refuse_bad_facts(
        rows,
        code_of=lambda row: row.item_code,
        known_codes=codes_by_year(BaseItem, years),
        unknown="unknown-base-item",
    )
    units = units_by_year(BaseItem, years)
    return supersede(table=ItemValue, rows=[_columns(row, units) for row in rows])


def retire_items(*, exam_year: int, kind: str, origins: Collection[str]) -> int:
    """Take out of force what these origins (provenance ids of one kind) brought; returns how many figures.

    Called after :func:`record_items`, it leaves what was replaced alone and ends what the newer delivery
    no longer yields. A read, and one update for each 500 figures.
    """
    query = select(ItemValue.id, ItemValue.provenance_id).where(
        ItemValue.exam_year == exam_year, ItemValue.is_current.is_(True), ItemValue.provenance_kind == kind
    )
    standing = db.session.execute(query.order_by(ItemValue.id))
    ended = [row_id for row_id, origin in standing if origin in origins]
    retire(table=ItemValue, successors=dict.fromkeys(ended))
    return len(ended)


def item_values(
    exam_year: int,
    *,
    area_ids: Collection[int] | None = None,
    item_codes: Collection[str] | None = None,
    source_kind: str | None = None,
) -> list[ItemValue]:
    """Current figures, by item, area, source kind and vintage. One statement."""
    query = select(ItemValue).where(ItemValue.exam_year == exam_year, ItemValue.is_current.is_(True))
    if area_ids is not None:
        query = query.where(ItemValue.area_id.in_(sorted(area_ids)))
    if item_codes is not None:
        query = query.where(ItemValue.item_code.in_(sorted(item_codes)))
    if source_kind is not None:
        query = query.where(ItemValue.source_kind == source_kind)
    order = (ItemValue.item_code, ItemValue.area_id, ItemValue.source_kind, ItemValue.vintage)
    return list(db.session.execute(query.order_by(*order)).scalars())


def newest_items(
    exam_year: int, *, area_ids: Collection[int] | None = None
) -> dict[tuple[str, int], ItemFact]:
    """One figure for each item and area: the catalogue's source kind first, then the newest vintage.

    Vintages are compared as texts (2023 < 2023-09 < 2024). Two statements.
    """
    own = select(BaseItem.code, BaseItem.source_kind).join(IndicatorSet, IndicatorSet.id == BaseItem.set_id)
    own = own.where(IndicatorSet.exam_year == exam_year, IndicatorSet.is_current.is_(True))
    kinds = dict(db.session.execute(own.order_by(BaseItem.position)).all())
    query = select(
        ItemValue.item_code,
        ItemValue.area_id,
        ItemValue.id,
        ItemValue.value,
        ItemValue.state,
        ItemValue.vintage,
        ItemValue.source_kind,
    ).where(ItemValue.exam_year == exam_year, ItemValue.is_current.is_(True))
    if area_ids is not None:
        query = query.where(ItemValue.area_id.in_(sorted(area_ids)))
    best: dict[tuple[str, int], ItemFact] = {}
    for code, area_id, row_id, value, state, vintage, kind in db.session.execute(
        query.order_by(ItemValue.id)
    ):
        fact = ItemFact(row_id, value, state, vintage, kind)
        held = best.get((code, area_id))
        if held is None or _rank(fact, kinds.get(code)) > _rank(held, kinds.get(code)):
            best[code, area_id] = fact
    return best


def _rank(fact: ItemFact, own_kind: str | None) -> tuple[bool, str, str]:
    return (fact.source_kind == own_kind, fact.vintage, fact.source_kind)


def _columns(row: NewItem, units: Mapping[tuple[int, str], str]) -> dict[str, Any]:
    shared = columns_of(row, usual_unit=units[row.exam_year, row.item_code])
    return {"item_code": row.item_code, **shared, "note": row.note}
