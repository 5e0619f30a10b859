"""Reading areas, boundaries and population margins; all problems are told, nothing is half kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape

from app.analysis.spatial import geometry_to_wgs84
from app.areas.models import LEVELS, Area, MarginCell, MarginTable
from app.areas.queries import areas_by_code
from app.db import db
from app.errors import Invalid, Place, table_places
from app.workbooks.tables import TableColumn, TableReading, TableRow, read_checked_table

_AREA_COLUMNS = (
    TableColumn("code", ("代码", "区划代码"), kind="code", filled=True),
    TableColumn("name_zh", ("名称", "name"), kind="text", filled=True),
    TableColumn("name_en", ("英文名称",), required=False, kind="text"),
    TableColumn("level", ("级别",), kind="text", filled=True, choices=LEVELS),
    TableColumn("kind", ("类型",), required=False, kind="text"),
    TableColumn("parent_code", ("上级代码",), required=False, kind="code"),
    TableColumn("valid_from", ("生效日期",), required=False, kind="date"),
    TableColumn("valid_to", ("失效日期",), required=False, kind="date"),
    TableColumn("in_frame", ("进入抽样框",), required=False, kind="integer", minimum=0, maximum=1),
    TableColumn("source_note", ("来源",), required=False, kind="text"),
)
_MARGIN_COLUMNS = (
    TableColumn("area_code", ("区划代码",), kind="code", filled=True),
    TableColumn("variable", ("变量",), kind="text", filled=True),
    TableColumn("category", ("类别",), kind="code", filled=True),
    TableColumn("persons", ("人数",), kind="number", filled=True, minimum=0),
)


@dataclass(frozen=True)
class Imported:
    """How many rows an import added or changed."""

    added: int
    changed: int


def import_areas(*, content: bytes, filename: str, valid_from: date) -> Imported:
    """Add or change the areas of a table (code, name, level, parent); Invalid ``area-table-invalid``."""
    reading = read_checked_table(content, columns=_AREA_COLUMNS, filename=filename)
    rows = reading.table.rows
    places = table_places(reading.problems) + _code_places(reading)
    _refuse("area-table-invalid", places)
    known = areas_by_code(str(row["code"]) for row in rows)
    added = 0
    for row in rows:
        code = str(row["code"])
        area = known.get(code)
        if area is None:
            area = Area(code=code, valid_from=row.get("valid_from") or valid_from)
            known[code] = area
            added += 1
        _fill(area, row)
    parents = areas_by_code(str(row["parent_code"]) for row in rows if row.get("parent_code"))
    for row in rows:
        parent = row.get("parent_code")
        known[str(row["code"])].parent = (
            (known.get(str(parent)) or parents.get(str(parent))) if parent else None
        )
    db.session.add_all(known.values())
    db.session.flush()
    return Imported(added, len(rows) - added)


def import_boundaries(*, content: bytes, crs: str, schematic: bool) -> Imported:
    """Give areas their shapes from a GeoJSON FeatureCollection (``code`` or ``adcode`` names the area).

    The shapes are kept in WGS84; ``crs`` (asked for, never guessed) says what they come in.
    """
    if not crs:
        raise Invalid("boundary-crs-missing")
    features = _features(content)
    codes = [str(f["properties"].get("code") or f["properties"].get("adcode") or "") for f in features]
    known = areas_by_code(codes)
    places = [
        Place("unknown-area", {"found": code or "—"}, row=number)
        for number, code in enumerate(codes, start=1)
        if code not in known
    ]
    _refuse("area-table-invalid", places)
    for code, feature in zip(codes, features, strict=True):
        area = known[code]
        area.geometry = mapping(geometry_to_wgs84(shape(feature["geometry"]), crs))
        area.source_crs, area.schematic = crs, schematic
    db.session.flush()
    return Imported(0, len(features))


def import_margins(
    *, content: bytes, filename: str, name: str, root: Area, reference_year: int, source_note: str
) -> MarginTable:
    """Keep a table of population margins (area, variable, category, persons) with its source note."""
    if not source_note.strip():
        raise Invalid("margin-source-missing")
    reading = read_checked_table(content, columns=_MARGIN_COLUMNS, filename=filename)
    rows = reading.table.rows
    known = areas_by_code(str(row["area_code"]) for row in rows)
    places = table_places(reading.problems)
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        code, variable, category = str(row["area_code"]), str(row["variable"]), str(row["category"])
        cell = reading.table.cell_address(row.number, "area_code")
        if code not in known:
            places.append(Place("unknown-area", {"found": code}, row=row.number, cell=cell))
        if (code, variable, category) in seen:
            found = f"{code} {variable} {category}"
            places.append(Place("code-twice", {"found": found}, row=row.number, cell=cell))
        seen.add((code, variable, category))
    _refuse("margin-table-invalid", places)
    table = MarginTable(name=name, root=root, reference_year=reference_year, source_note=source_note)
    table.cells = [
        MarginCell(
            area_id=known[str(row["area_code"])].id,
            variable=str(row["variable"]),
            category=str(row["category"]),
            persons=row["persons"],
        )
        for row in rows
    ]
    db.session.add(table)
    db.session.flush()
    return table


def _fill(area: Area, row: TableRow) -> None:
    area.name_zh, area.name_en = str(row["name_zh"]), row.get("name_en") or None
    area.level, area.kind = str(row["level"]), row.get("kind") or None
    area.valid_to = row.get("valid_to")
    area.in_frame = row.get("in_frame") != 0
    area.source_note = row.get("source_note") or None


def _code_places(reading: TableReading) -> list[Place]:
    rows = reading.table.rows
    places: list[Place] = []
    codes: set[str] = set()
    for row in rows:
        code = str(row.get("code"))
        if code in codes:
            cell = reading.table.cell_address(row.number, "code")
            places.append(Place("code-twice", {"found": code}, row=row.number, cell=cell))
        codes.add(code)
    wanted = {str(row["parent_code"]) for row in rows if row.get("parent_code")}
    outside = areas_by_code(wanted - codes)
    for row in rows:
        parent = str(row.get("parent_code") or "")
        if parent and parent not in codes and parent not in outside:
            cell = reading.table.cell_address(row.number, "parent_code")
            places.append(Place("unknown-parent", {"found": parent}, row=row.number, cell=cell))
    return places


def _features(content: bytes) -> list[dict[str, Any]]:
    try:
        loaded = json.loads(content)
        features = list(loaded["features"])
        for feature in features:
            shape(feature["geometry"])
            dict(feature["properties"])
    except (ValueError, KeyError, TypeError, AttributeError, ShapelyError) as error:
        raise Invalid("boundary-file-invalid", detail=f"{type(error).__name__}: {error}") from error
    return features


def _refuse(code: str, places: Sequence[Place]) -> None:
    if places:
        raise Invalid(code, places=places, count=len(places))
