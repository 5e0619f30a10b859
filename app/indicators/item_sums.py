"""Figures of base items for every area of a tree: recorded there, or summed from the parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

from app.indicators.area_tree import AreaTree
from app.indicators.items import ItemFact

Standing = Literal["value", "missing", "not_applicable", "absent"]


@dataclass(frozen=True)
class Amount:
    """An item's figure in one area.

    ``rule`` is ``recorded`` or ``sum_of_parts``; ``ids`` are the rows it was made of. ``absent`` means
    that nothing was recorded for the area or anything in it; ``missing`` that something is lacking.
    """

    value: float | None
    standing: Standing
    rule: str = "recorded"
    ids: tuple[int, ...] = ()
    vintage: str = ""


ABSENT = Amount(None, "absent")


class ItemSums:
    """Looks up figures and sums them upwards; every sum is made once.

    ``facts`` by (item code, area id); items outside ``additive`` are never summed.
    """

    def __init__(self, tree: AreaTree, facts: Mapping[tuple[str, int], ItemFact], additive: set[str]) -> None:
        self._tree = tree
        self._facts = {key: fact for key, fact in facts.items() if key[1] in tree.areas}
        self._additive = additive
        self._made: dict[tuple[str, int], Amount] = {}
        self._below: set[tuple[str, int]] = set()
        for code, area_id in self._facts:
            self._below.update((code, above) for above in tree.above(area_id))
        self.recorded = {code for code, _area_id in self._facts}

    def amount(self, code: str, area_id: int) -> Amount:
        """The item's figure in the area: as recorded there, else the sum of the parts."""
        key = (code, area_id)
        if key not in self._made:
            self._made[key] = self._find(code, area_id)
        return self._made[key]

    def recorded_at(self, code: str, area_id: int) -> bool:
        """Whether the area itself has a figure of the item (or says it does not apply)."""
        fact = self._facts.get((code, area_id))
        return fact is not None and fact.state != "missing"

    def _find(self, code: str, area_id: int) -> Amount:
        fact = self._facts.get((code, area_id))
        if fact is not None and fact.state == "not_applicable":
            return Amount(None, "not_applicable", "recorded", (fact.id,), fact.vintage)
        if fact is not None and fact.value is not None:
            return Amount(fact.value, "value", "recorded", (fact.id,), fact.vintage)
        found = self._sum(code, area_id)
        if fact is not None and found.standing != "value":
            return Amount(None, "missing", "recorded", (fact.id,), fact.vintage)
        return found

    def _sum(self, code: str, area_id: int) -> Amount:
        if code not in self._additive or (code, area_id) not in self._below:
            return ABSENT
        return sum_of([self.amount(code, part) for part in self._tree.parts[area_id]])


def sum_of(parts: Sequence[Amount]) -> Amount:
    """The amounts of parts together."""
    ids = tuple(row for part in parts for row in part.ids)
    vintage = max((part.vintage for part in parts), default="")
    # A sum that leaves out a part would be too small without showing it.
    if any(part.standing in {"missing", "absent"} for part in parts):
        return Amount(None, "missing", "sum_of_parts", ids, vintage)
    values = [part.value for part in parts if part.value is not None]
    if not values:
        return Amount(None, "not_applicable", "sum_of_parts", ids, vintage)
    return Amount(fsum(values), "value", "sum_of_parts", ids, vintage)
