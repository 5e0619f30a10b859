"""What an area was on an earlier day: itself, one of another name, several that merged, a part of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import or_, select

from app.areas.models import Area, Succession
from app.db import db

#: ``same``: the area itself; ``renamed``: one area of another name or code became it and nothing else;
#: ``merged``: several became it and nothing else; ``split``: it is a part of what one area was;
#: ``redrawn``: it was put together from several of which some became other areas as well.
Change = Literal["same", "renamed", "merged", "split", "redrawn"]
_AT_ONCE = 10_000
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Past:
    """The areas that some areas came out of, by code, and how."""

    areas: tuple[Area, ...]
    change: Change

    @property
    def is_whole(self) -> bool:
        """Whether the earlier areas covered the same ground, so that figures can be compared."""
        return self.change in ("same", "renamed", "merged")


class Predecessors:
    """Who followed whom, of some areas. Two statements (more for tens of thousands of areas)."""

    def __init__(self, area_ids: Iterable[int]) -> None:
        self._areas = _related(sorted(set(area_ids)))
        self._before: dict[int, set[int]] = defaultdict(set)
        self._after: dict[int, set[int]] = defaultdict(set)
        known = select(Succession.earlier_id, Succession.later_id).order_by(
            Succession.later_id, Succession.earlier_id
        )
        for earlier_id, later_id in db.session.execute(known):
            self._join(earlier_id, later_id)
        self._join_rows_of_a_code()

    def on(self, area_ids: int | Collection[int], day: date) -> Past:
        """What one area, or several taken together, were on a day: areas in force then.

        An area without predecessors is its own past, even if it began after the day.
        """
        asked = {area_ids} if isinstance(area_ids, int) else set(area_ids)
        reached, found = self._walk(asked, day, self._before, ended=False)
        whole = all(self._after.get(each, set()) <= reached for each in reached - asked)
        areas = tuple(sorted((self._areas[each] for each in found), key=lambda each: each.code))
        return Past(areas, _change(asked, found, self._areas, whole=whole))

    def since(self, area_id: int, day: date) -> tuple[Area, ...]:
        """What became of an area by a later day, by code; itself when nothing followed it."""
        _reached, found = self._walk({area_id}, day, self._after, ended=True)
        return tuple(sorted((self._areas[each] for each in found), key=lambda each: each.code))

    def _walk(
        self, asked: Collection[int], day: date, steps: Mapping[int, set[int]], *, ended: bool
    ) -> tuple[set[int], set[int]]:
        """All rows reached, and those at which the way ends: in force on the day, or with no step further."""
        reached, found, waiting = set(asked), set(), list(asked)
        while waiting:
            each = waiting.pop()
            area = self._areas[each]
            arrived = (area.valid_to is None or area.valid_to >= day) if ended else area.valid_from <= day
            further = set() if arrived else steps.get(each, set())
            if not further:
                found.add(each)
            waiting += further - reached
            reached |= further
        return reached, found

    def _join(self, earlier_id: int, later_id: int) -> None:
        self._before[later_id].add(earlier_id)
        self._after[earlier_id].add(later_id)

    def _join_rows_of_a_code(self) -> None:
        """A code that begins again the day after its row ended means the same area."""
        begun = {(area.code, area.valid_from): area.id for area in self._areas.values()}
        for area in self._areas.values():
            later = begun.get((area.code, area.valid_to + _DAY)) if area.valid_to is not None else None
            if later is not None:
                self._join(area.id, later)


def _change(asked: Collection[int], found: set[int], areas: Mapping[int, Area], *, whole: bool) -> Change:
    if not whole:
        return "split" if len(found) == 1 else "redrawn"
    if found == set(asked):
        return "same"
    if len(found) > 1:
        return "merged"
    names = {(areas[each].code, areas[each].name_zh) for each in (*asked, *found)}
    return "renamed" if len(names) > 1 else "same"


def _related(wanted: list[int]) -> dict[int, Area]:
    """The areas with every row of their codes, and of the codes of all that ever followed another."""
    followed = select(Area.code).join(
        Succession, or_(Succession.later_id == Area.id, Succession.earlier_id == Area.id)
    )
    found: dict[int, Area] = {}
    for start in range(0, max(len(wanted), 1), _AT_ONCE):
        own = select(Area.code).where(Area.id.in_(wanted[start : start + _AT_ONCE]))
        query = select(Area).where(or_(Area.code.in_(own), Area.code.in_(followed))).order_by(Area.id)
        found |= {area.id: area for area in db.session.execute(query).scalars()}
    return found


def named_predecessors() -> dict[int, list[Area]]:
    """Id of an area → the areas it is said to have come out of, by code. One statement."""
    query = select(Succession.later_id, Area).join(Area, Area.id == Succession.earlier_id)
    found: dict[int, list[Area]] = defaultdict(list)
    for later_id, area in db.session.execute(query.order_by(Area.code, Area.id)):
        found[later_id].append(area)
    return found
