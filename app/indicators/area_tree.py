"""The areas of one city as a tree, as they stand on the data date of an exam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from app.areas.models import Area
from app.areas.queries import in_force
from app.db import db
from app.errors import NotFound

#: From the whole city down; functional areas lie across the tree and are no parts of anything.
RANKS: Mapping[str, int] = {"city": 0, "district": 1, "street": 2, "community": 3, "grid": 4}


class AreaTree:
    """The areas by id, one row a code, with their parts in the order of the codes."""

    def __init__(self, areas: Sequence[Area]) -> None:
        chosen = {area.code: area for area in areas if area.level in RANKS}
        self.areas = {area.id: area for area in sorted(chosen.values(), key=lambda each: each.code)}
        self.parents: dict[int, int] = {}
        self.parts: dict[int, list[int]] = {area_id: [] for area_id in self.areas}
        self._ranks: dict[int, list[int]] = {rank: [] for rank in RANKS.values()}
        for area in self.areas.values():
            self._ranks[RANKS[area.level]].append(area.id)
            # By code, because a part may hang on another year's row of what holds it.
            parent = chosen.get(area.parent.code) if area.parent is not None else None
            if parent is not None:
                self.parents[area.id] = parent.id
                self.parts[parent.id].append(area.id)

    def rank(self, area_id: int) -> int:
        """0 for the city, larger for finer levels."""
        return RANKS[self.areas[area_id].level]

    def at_rank(self, rank: int) -> list[int]:
        """Ids of the areas of one level, by code."""
        return self._ranks[rank]

    def above(self, area_id: int) -> list[int]:
        """Ids of the areas that contain this one, nearest first."""
        found = []
        step = self.parents.get(area_id)
        while step is not None:
            found.append(step)
            step = self.parents.get(step)
        return found


def tree_of(root_id: int, *, on: date) -> AreaTree:
    """The tree under an area of what is in force on a day; NotFound ``unknown-area-id``."""
    root = db.session.get(Area, root_id)
    if root is None:
        raise NotFound("unknown-area-id", found=root_id)
    return AreaTree(in_force(root, on))
