"""Reads of areas and margins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer

from app.areas.models import Area, FunctionalMembership, MarginCell, MarginTable
from app.db import db
from app.errors import Invalid, NotFound
from app.i18n import named

_CODES_AT_ONCE = 10_000


def in_force(root: Area, on: date, *, level: str | None = None) -> list[Area]:
    """The areas of a city (or under one of its areas) on a day, itself included, by code: one row a code.

    This is the rule by which every exam chooses its areas. ``on`` is the exam's data date, the day its
    figures speak of (by default 31 December of the year before): reports, big data, the survey and the
    assessment then speak of the same areas, whenever in the year each is made. What ended before that
    day or begins after it has no part in the exam. A city knows nothing of the time before its own first
    day, so for an earlier date the areas of that first day stand. Three statements at most, however
    large the city.
    """
    return descendants(root, level=level, on=reckoned(root, on))


def ids_in_force(root: Area, on: date) -> Select[tuple[int]]:
    """The ids of the same areas, for the statement of another room."""
    return select(Area.id).where(Area.code.in_(_codes_under([root.id])), is_in_force(reckoned(root, on)))


def reckoned(area: Area, on: date) -> date:
    """The day by which areas are chosen for a date: never before the first day of the area's city."""
    return max(on, city_of(area).valid_from)


def city_of(area: Area) -> Area:
    """The city that an area belongs to."""
    step = area
    while step.parent is not None:
        step = step.parent
    return step


def area_by_code(code: str, *, on: date | None = None) -> Area:
    """The area of this code valid on a day (today); raises NotFound ``unknown-area``."""
    day = on or date.today()  # noqa: DTZ011 - boundaries change by calendar day
    found = db.session.execute(
        select(Area).where(Area.code == code, is_in_force(day)).order_by(Area.valid_from.desc())
    ).scalars()
    area = found.first()
    if area is None:
        raise NotFound("unknown-area", found=code)
    return area


def city_by_code(code: str) -> Area:
    """The city of this code; NotFound ``unknown-area``, Invalid ``root-not-a-city`` for a part of one."""
    found = area_by_code(code)
    if found.level != "city":
        raise Invalid("root-not-a-city", found=found.code)
    return found


def areas_by_code(codes: Iterable[str], *, on: date | None = None) -> dict[str, Area]:
    """Areas of these codes, as they stood on a day (see :func:`standing`) or of the newest validity.

    Codes that are unknown are left out. One statement for every 10,000 codes, because databases bound
    the values of a statement.
    """
    wanted = sorted(set(codes))
    found: list[Area] = []
    for start in range(0, len(wanted), _CODES_AT_ONCE):
        some = wanted[start : start + _CODES_AT_ONCE]
        query = select(Area).where(Area.code.in_(some)).order_by(Area.code, Area.valid_from)
        found += db.session.execute(query).scalars()
    if on is not None:
        return {area.code: area for area in standing(found, on)}
    return {area.code: area for area in found}


def standing(areas: Iterable[Area], on: date) -> list[Area]:
    """One row for each code: the one valid on the day, else the newest before it, else the earliest."""
    found: dict[str, Area] = {}
    for area in sorted(areas, key=lambda each: (each.code, each.valid_from)):
        if area.code not in found or area.valid_from <= on:
            found[area.code] = area
    return list(found.values())


def roots() -> Sequence[Area]:
    """The cities, by code."""
    return (
        db.session.execute(select(Area).where(Area.parent_id.is_(None)).order_by(Area.code)).scalars().all()
    )


def root_name(root_id: int) -> str:
    """The city's name in the reader's language; NotFound ``unknown-area-id``."""
    found = db.session.get(Area, root_id)
    if found is None:
        raise NotFound("unknown-area-id", found=root_id)
    return named(found.name_zh, found.name_en)


def holds_demonstration() -> bool:
    """Whether a city of this database is invented."""
    return (
        db.session.execute(select(Area.id).where(Area.demonstration.is_(True)).limit(1)).first() is not None
    )


def areas_at(*levels: str) -> Sequence[Area]:
    """The areas of these levels in force today, by code: a street follows its district."""
    query = select(Area).where(Area.level.in_(levels), is_in_force(date.today()))  # noqa: DTZ011
    return db.session.execute(query.order_by(Area.code)).scalars().all()


def ids_within(area_ids: Iterable[int]) -> frozenset[int]:
    """Ids of these areas and of all below them, of every validity of their codes."""
    wanted = sorted(area_ids)
    if not wanted:
        return frozenset()
    return frozenset(db.session.execute(select_within(wanted)).scalars())


def select_within(area_ids: Sequence[int]) -> Select[tuple[int]]:
    """The same as a statement, for a condition inside another one."""
    return select(Area.id).where(Area.code.in_(_codes_under(area_ids)))


def _codes_under(area_ids: Sequence[int]) -> Select[tuple[str]]:
    """Codes of these areas and of all below: by code, because a part may hang on an earlier row."""
    tree = select(Area.code).where(Area.id.in_(area_ids)).cte("tree", recursive=True)
    above, below = aliased(Area), aliased(Area)
    # UNION, not UNION ALL: it comes to an end whatever the parents say.
    step = select(below.code).join(above, below.parent_id == above.id).join(tree, above.code == tree.c.code)
    return select(tree.union(step).c.code)


def is_in_force(day: date, of: Any = Area) -> ColumnElement[bool]:
    """The condition that a row (of an alias, if given) is in force on a day, for a statement."""
    found: ColumnElement[bool] = (of.valid_from <= day) & (of.valid_to.is_(None) | (of.valid_to >= day))
    return found


def rows_of_day(area_ids: Iterable[int], on: date) -> dict[int, Area]:
    """Id of any row of a code → the row of that code in force on a day; left out where there is none."""
    asked, there = aliased(Area), aliased(Area)
    query = select(asked.id, there).join(there, there.code == asked.code)
    query = query.where(asked.id.in_(sorted(area_ids)), is_in_force(on, there))
    found = db.session.execute(query.order_by(asked.id))
    return {row[0]: row[1] for row in found}


def children_of(area: Area) -> list[Area]:
    """The areas right under this one, by code. One statement."""
    query = select(Area).where(Area.parent_id == area.id).order_by(Area.code)
    return list(db.session.execute(query).scalars())


def descendants(root: Area, *, level: str | None = None, on: date | None = None) -> list[Area]:
    """All areas under ``root`` (itself included), by code; with ``on`` those valid on that day.

    One recursive statement, and one more for the parents' codes.
    """
    query = select(Area).where(Area.code.in_(_codes_under([root.id])))
    if level is not None:
        query = query.where(Area.level == level)
    if on is not None:
        query = query.where(is_in_force(on))
    parents = selectinload(Area.parent).load_only(Area.code)
    return list(db.session.execute(query.options(parents).order_by(Area.code, Area.valid_from)).scalars())


def shown_areas(root: Area) -> Sequence[Area]:
    """Every row under a city but its communities and grids, by code and validity. One statement."""
    query = select(Area).where(
        Area.code.in_(_codes_under([root.id])), Area.level.not_in(("community", "grid"))
    )
    return db.session.execute(query.order_by(Area.code, Area.valid_from)).scalars().all()


def lineage(areas: Sequence[Area]) -> dict[int, dict[str, int]]:
    """For each area id: level → id of its ancestor at that level (itself included).

    ``areas`` must hold whole branches with their parents, as :func:`in_force` and :func:`descendants` give
    them. Parents are found by their code, because a part hangs on the newest row of what holds it.
    """
    by_code = {area.code: area for area in areas}
    found: dict[int, dict[str, int]] = {}
    for area in areas:
        levels: dict[str, int] = {}
        step: Area | None = area
        while step is not None:
            levels[step.level] = step.id
            step = by_code.get(step.parent.code) if step.parent is not None else None
        found[area.id] = levels
    return found


def functional_areas() -> dict[str, int]:
    """Code of an area → id of the functional area that holds the largest share of it; the first by code.

    By code, because a membership outlives a change of the area's name or parent.
    """
    member, functional = aliased(Area), aliased(Area)
    query = (
        select(member.code, FunctionalMembership.functional_area_id)
        .join(member, member.id == FunctionalMembership.member_id)
        .join(functional, functional.id == FunctionalMembership.functional_area_id)
        .order_by(FunctionalMembership.share, functional.code.desc(), functional.id)
    )
    return {row.code: row.functional_area_id for row in db.session.execute(query)}


def members_of(functional: Area) -> list[tuple[Area, float]]:
    """The areas that a functional area lies across, by code, each with the share of it, as they were named.

    A member may have ended since. By the functional area's code, for it may have changed itself. One
    statement.
    """
    whole = aliased(Area)
    query = (
        select(Area, FunctionalMembership.share)
        .join(FunctionalMembership, FunctionalMembership.member_id == Area.id)
        .join(whole, whole.id == FunctionalMembership.functional_area_id)
        .where(whole.code == functional.code)
    )
    return [(area, share) for area, share in db.session.execute(query.order_by(Area.code))]


def margin_table(name: str) -> MarginTable:
    """The margin table of this name; raises NotFound ``unknown-margin-table``."""
    # No name has U+0000, and PostgreSQL takes no text that has.
    query = select(MarginTable).where(MarginTable.name == name)
    table = db.session.execute(query).scalar_one_or_none() if "\x00" not in name else None
    if table is None:
        raise NotFound("unknown-margin-table", found=name[:120])
    return table


def margin_tables() -> Sequence[MarginTable]:
    """All margin tables, newest reference year first."""
    query = (
        select(MarginTable)
        .options(joinedload(MarginTable.root))
        .order_by(MarginTable.reference_year.desc(), MarginTable.name)
    )
    return db.session.execute(query).scalars().all()


def margin(table: MarginTable, variable: str, *, level: str | None = None) -> dict[tuple[int, str], float]:
    """Persons by (area id, category) of one variable, optionally of the areas of one level."""
    query = (
        select(MarginCell.area_id, MarginCell.category, MarginCell.persons)
        .join(Area, Area.id == MarginCell.area_id)
        .where(MarginCell.table_id == table.id, MarginCell.variable == variable)
        .order_by(MarginCell.area_id, MarginCell.category)
    )
    if level is not None:
        query = query.where(Area.level == level)
    return {(area_id, category): persons for area_id, category, persons in db.session.execute(query)}


def shapes_of(areas: Iterable[Area]) -> dict[int, dict[str, Any]]:
    """The geometries (GeoJSON, WGS84) by area id; one statement for every 10,000 areas."""
    wanted = sorted({area.id for area in areas})
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(wanted), _CODES_AT_ONCE):
        some = wanted[start : start + _CODES_AT_ONCE]
        query = select(Area.id, Area.geometry).where(Area.id.in_(some), Area.geometry.is_not(None))
        found |= {area_id: shape for area_id, shape in db.session.execute(query) if shape is not None}
    return found


def load_shapes(areas: Iterable[Area]) -> None:
    """Load the geometries onto the areas themselves, so that each change of one need not ask for it."""
    wanted = sorted({area.id for area in areas})
    for start in range(0, len(wanted), _CODES_AT_ONCE):
        some = wanted[start : start + _CODES_AT_ONCE]
        db.session.execute(select(Area).where(Area.id.in_(some)).options(undefer(Area.geometry))).all()


def feature_collection(
    areas: Iterable[Area], properties: dict[int, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """GeoJSON (WGS84) of the areas that have a shape, with code, name and given properties."""
    held = [area for area in areas if area.has_shape]
    shapes = shapes_of(held)
    features = [
        {
            "type": "Feature",
            "id": area.code,
            "geometry": shapes[area.id],
            "properties": {
                "code": area.code,
                "name": area.name_zh,
                "level": area.level,
                "schematic": area.schematic,
                **((properties or {}).get(area.id, {})),
            },
        }
        for area in held
    ]
    return {"type": "FeatureCollection", "features": features}
