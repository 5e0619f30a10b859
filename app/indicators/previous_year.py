"""Figures of the year before, under this year's item codes and this year's areas."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import select

from app.areas.models import Area
from app.areas.predecessors import Past, Predecessors
from app.db import db
from app.indicators.area_tree import AreaTree, tree_of
from app.indicators.item_sums import ABSENT, Amount, ItemSums, sum_of
from app.indicators.items import ItemFact, newest_items
from app.indicators.models import BaseItem, Equivalence, ExamYear
from app.indicators.queries import Catalogue, units_by_year


def previous_items(known: Catalogue, areas: Iterable[Area]) -> dict[tuple[str, int], ItemFact]:
    """By this year's item code and the id of one of ``areas``: what was recorded in the year before.

    Items are followed through the equivalence sheet, areas to the one area that they were; what merged,
    was split or redrawn since has none. A bounded number of statements.
    """
    day = _day_before(known)
    facts = _facts(known) if day is not None else {}
    if day is None or not facts:
        return {}
    ids = [area.id for area in areas]
    predecessors = Predecessors(ids)
    pasts = {area_id: predecessors.on(area_id, day) for area_id in ids}
    codes = {code for code, _area_id in facts}
    return {
        (code, area_id): facts[code, past.areas[0].id]
        for area_id, past in pasts.items()
        for code in codes
        if past.is_whole and len(past.areas) == 1 and (code, past.areas[0].id) in facts
    }


class PreviousSums:
    """Last year's figures for the ground of this year's areas: summed over the areas of last year."""

    def __init__(self, known: Catalogue, tree: AreaTree, root_id: int, additive: Collection[str]) -> None:
        self._tree = tree
        self._additive = additive
        self._day = _day_before(known)
        self._sums: ItemSums | None = None
        self._pasts: dict[int, tuple[Past, Past | None]] = {}
        facts = _facts(known) if self._day is not None else {}
        if self._day is not None and facts:
            self._sums = ItemSums(tree_of(root_id, on=self._day), facts, set(additive))
            self._predecessors = Predecessors(tree.areas)

    def amount(self, code: str, area_id: int) -> Amount:
        """What was recorded for what the area was, else the sum over what its parts were.

        ``absent`` where the ground of then cannot be told from that of other areas of now.
        """
        if self._sums is None or self._day is None:
            return ABSENT
        own, parts = self._past(area_id, self._day)
        is_told = own.is_whole and all(self._sums.recorded_at(code, area.id) for area in own.areas)
        past = own if is_told or parts is None else parts
        if not past.is_whole:
            return ABSENT
        amounts = [self._sums.amount(code, area.id) for area in past.areas]
        if len(amounts) == 1:
            return amounts[0]
        if code not in self._additive or all(each.standing == "absent" for each in amounts):
            return ABSENT
        return sum_of(amounts)

    def _past(self, area_id: int, day: date) -> tuple[Past, Past | None]:
        """What the area was, and what its parts together were; kept, for every item asks."""
        if area_id not in self._pasts:
            parts = self._tree.parts[area_id]
            together = self._predecessors.on(parts, day) if parts else None
            self._pasts[area_id] = (self._predecessors.on(area_id, day), together)
        return self._pasts[area_id]


def _day_before(known: Catalogue) -> date | None:
    """The data date of the exam before; None when there was none."""
    before = db.session.get(ExamYear, known.exam_year.year - 1)
    return before.data_date if before is not None else None


def _facts(known: Catalogue) -> dict[tuple[str, int], ItemFact]:
    """What was recorded in the year before, by this year's item code and the area of then."""
    facts = newest_items(known.exam_year.year - 1)
    codes = _earlier_codes(known, {code for code, _area_id in facts}) if facts else {}
    later: dict[str, list[str]] = {}
    for code, earlier in codes.items():
        later.setdefault(earlier, []).append(code)
    return {(code, area_id): fact for (each, area_id), fact in facts.items() for code in later.get(each, ())}


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
