"""What can be wrong in a table of areas: every problem with its place, before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from app.areas.models import LEVELS, Area
from app.areas.queries import areas_by_code, children_of
from app.errors import Place
from app.workbooks.tables import TableReading, TableRow

#: How deep a level lies. The official codes hang some committees under a development zone or a state
#: farm, in the place of a street: so a functional area may hold communities and grids.
_DEPTH = {level: float(depth) for depth, level in enumerate(LEVELS)} | {"functional": 2.5}
_BETWEEN_CODES = re.compile(r"[\s,，;；、]+")
#: Official codes are digits; functional areas and grids may have letters. No sign that a spreadsheet or
#: an address reads as something else.
_CODE = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
LONGEST = {"code": 40, "name_zh": 120, "name_en": 120, "kind": 40, "source_note": 300}


def area_places(reading: TableReading, *, valid_from: date) -> list[Place]:
    """Codes unusable or twice, unknown or unfit parents, crossed dates, texts too long."""
    rows = [row for row in reading.table.rows if row.get("code") and row.get("level")]
    codes = {str(row["code"]) for row in rows}
    mentioned = {str(row["parent_code"]) for row in rows if row.get("parent_code")}
    known = areas_by_code(codes.union(mentioned, *(predecessors_of(row) for row in rows)))
    levels = {area.parent.code: area.parent.level for area in known.values() if area.parent is not None}
    levels |= {code: area.level for code, area in known.items()}
    levels |= {str(row["code"]): str(row["level"]) for row in rows}
    seen: set[str] = set()
    places: list[Place] = []
    for row in rows:
        if str(row["code"]) in seen:
            places.append(_place(reading, row, "code", "code-twice", row["code"]))
        seen.add(str(row["code"]))
        if not _CODE.fullmatch(str(row["code"])):
            places.append(_place(reading, row, "code", "area-code-unusable", row["code"]))
        area = known.get(str(row["code"]))
        places.extend(_of_parent(reading, row, levels, area))
        places.extend(_of_predecessors(reading, row, levels))
        places.extend(_of_dates(reading, row, area, valid_from))
        places.extend(_of_children(reading, row, known, codes))
        places.extend(text_places(reading, row, LONGEST))
    return places


def membership_places(reading: TableReading, *, known: Mapping[str, Area]) -> list[Place]:
    """Codes that are unknown or of the wrong level, pairs told twice, shares of nothing."""
    places: list[Place] = []
    seen: set[tuple[str, str]] = set()
    for row in reading.table.rows:
        pair = str(row.get("functional_code") or ""), str(row.get("member_code") or "")
        if not all(pair):
            continue
        for column, code in zip(("functional_code", "member_code"), pair, strict=True):
            if code not in known:
                places.append(_place(reading, row, column, "unknown-area", code))
            elif (known[code].level == "functional") != (column == "functional_code"):
                places.append(_place(reading, row, column, f"membership-{column.replace('_', '-')}", code))
        if pair in seen:
            places.append(_place(reading, row, "member_code", "code-twice", " ".join(pair)))
        seen.add(pair)
        if row.get("share") == 0:
            places.append(_place(reading, row, "share", "membership-share", 0))
    return places


def text_places(reading: TableReading, row: TableRow, longest: Mapping[str, int]) -> Iterator[Place]:
    """Texts that no column can hold."""
    for column, limit in longest.items():
        if len(str(row.get(column) or "")) > limit:
            cell = reading.table.cell_address(row.number, column)
            yield Place("text-too-long", {"limit": limit}, row=row.number, column=column, cell=cell)


def predecessors_of(row: TableRow) -> list[str]:
    """The codes that a row names as those its area came out of."""
    return [code for code in _BETWEEN_CODES.split(str(row.get("predecessor_codes") or "")) if code]


def parent_code_of(area: Area) -> str:
    """Code of the area above; empty for a city."""
    return area.parent.code if area.parent is not None else ""


def _of_parent(
    reading: TableReading, row: TableRow, levels: Mapping[str, str], area: Area | None
) -> Iterator[Place]:
    level, parent = str(row["level"]), str(row.get("parent_code") or "")
    if area is not None and "parent_code" not in row.values:
        # A table that says nothing of parents leaves the area where it is.
        parent = parent_code_of(area)
    if area is not None and (area.level == "city") != (level == "city"):
        # A city that sinks or a part that rises would take all that hangs on it out of its tree.
        yield _place(reading, row, "level", "city-level", row["code"])
    elif level == "city":
        if parent:
            yield _place(reading, row, "parent_code", "city-with-parent", parent)
    elif not parent:
        yield _place(reading, row, "code", "parent-missing", row["code"])
    elif parent not in levels:
        yield _place(reading, row, "parent_code", "unknown-parent", parent)
    elif not _may_hold(levels[parent], level):
        # A parent is always of a coarser level, so no chain of parents can come back to itself.
        yield _place(reading, row, "parent_code", "parent-level", parent)


def _of_predecessors(reading: TableReading, row: TableRow, levels: Mapping[str, str]) -> Iterator[Place]:
    for code in predecessors_of(row):
        if code not in levels:
            yield _place(reading, row, "predecessor_codes", "unknown-predecessor", code)
        elif row["level"] == "city" or levels[code] != row["level"]:
            yield _place(reading, row, "predecessor_codes", "predecessor-level", code)


def _of_dates(reading: TableReading, row: TableRow, area: Area | None, valid_from: date) -> Iterator[Place]:
    begins = row.get("valid_from") or valid_from
    if area is not None and begins < area.valid_from:
        # The table speaks of an area that began later: its row is put right and keeps its day.
        begins = area.valid_from
    ends = row.get("valid_to")
    if isinstance(ends, date) and isinstance(begins, date) and ends < begins:
        yield _place(reading, row, "valid_to", "validity-order", ends)


def _of_children(
    reading: TableReading, row: TableRow, known: Mapping[str, Area], codes: set[str]
) -> Iterator[Place]:
    """A level may only change where the areas below, which the table does not mention, still fit."""
    area, level = known.get(str(row["code"])), str(row["level"])
    if area is None or area.level == level:
        return
    for child in children_of(area):
        if child.code not in codes and not _may_hold(level, child.level):
            yield _place(reading, row, "level", "child-level", child.code)


def _may_hold(parent: str, level: str) -> bool:
    return _DEPTH[parent] < _DEPTH[level]


def _place(reading: TableReading, row: TableRow, column: str, code: str, found: object) -> Place:
    cell = None
    if column in reading.table.places:
        cell = reading.table.cell_address(row.number, column)
    return Place(code, {"found": str(found)}, row=row.number, column=column, cell=cell)
