"""Figures of the year before, under this year's item codes and this year's areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.areas.models import Area
from app.db import db
from app.indicators.items import ItemFact, newest_items
from app.indicators.models import BaseItem, Equivalence
from app.indicators.queries import Catalogue, units_by_year


def previous_items(known: Catalogue, areas: Iterable[Area]) -> dict[tuple[str, int], ItemFact]:
    """By this year's item code and the id of one of ``areas``: what was recorded in the year before.

    Items are followed through the equivalence sheet, areas through their codes. A bounded number of
    statements.
    """
    facts = newest_items(known.exam_year.year - 1)
    if not facts:
        return {}
    present = {area.code: area.id for area in areas}
    used = sorted({area_id for _code, area_id in facts})
    named = db.session.execute(select(Area.id, Area.code).where(Area.id.in_(used)).order_by(Area.id))
    # A boundary change gives an area a new row; its code stays.
    moved: dict[int, int] = {area_id: present[code] for area_id, code in named if code in present}
    codes = _earlier_codes(known, {code for code, _area_id in facts})
    return {
        (code, moved[area_id]): facts[earlier, area_id]
        for code, earlier in codes.items()
        for area_id in used
        if (earlier, area_id) in facts and area_id in moved
    }


def _earlier_codes(known: Catalogue, recorded: set[str]) -> Mapping[str, str]:
    """This year's item code → the code of the year before.

    The equivalence sheet decides; an item it does not list is the same where code and unit agree.
    """
    year = known.exam_year.year
    listed = db.session.execute(
        select(Equivalence)
        .where(
            Equivalence.set_id == known.set.id, Equivalence.from_year == year - 1, Equivalence.to_year == year
        )
        .order_by(Equivalence.position)
    ).scalars()
    told = {each.to_code: each.from_code if each.comparable else "" for each in listed if each.to_code}
    units = units_by_year(BaseItem, {year - 1, year})
    same = {item.code: item.code for item in known.items if units.get((year - 1, item.code)) == item.unit}
    found = {item.code: told.get(item.code, same.get(item.code, "")) for item in known.items}
    return {code: earlier for code, earlier in found.items() if earlier in recorded}
