"""Reading areas and population margins; all problems are told, nothing is half kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from app.areas.boundaries import Imported, import_boundaries
from app.areas.checking import area_places, text_places
from app.areas.models import LEVELS, Area, MarginCell, MarginTable
from app.areas.queries import areas_by_code, descendants
from app.db import db
from app.errors import Conflict, Invalid, Place, table_places
from app.workbooks.tables import TableColumn, TableReading, TableRow, read_checked_table

__all__ = ["Imported", "import_areas", "import_boundaries", "import_margins"]

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


def import_areas(*, content: bytes, filename: str, valid_from: date) -> Imported:
    """Add or change the areas of a table (code, name, level, parent); Invalid ``area-table-invalid``.

    An area that is there already is brought up to date and keeps the day it began.
    """
    reading = read_checked_table(content, columns=_AREA_COLUMNS, filename=filename)
    rows = reading.table.rows
    _refuse(
        "area-table-invalid", table_places(reading.problems) + area_places(reading, valid_from=valid_from)
    )
    mentioned = {str(row["parent_code"]) for row in rows if row.get("parent_code")}
    known = areas_by_code({str(row["code"]) for row in rows} | mentioned)
    added = 0
    for row in rows:
        if str(row["code"]) not in known:
            known[str(row["code"])] = Area(
                code=str(row["code"]), valid_from=row.get("valid_from") or valid_from
            )
            added += 1
    for row in rows:
        _fill(known[str(row["code"])], row)
        parent = row.get("parent_code")
        known[str(row["code"])].parent = known[str(parent)] if parent else None
    db.session.add_all(known.values())
    db.session.flush()
    return Imported(added, len(rows) - added)


def import_margins(
    *, content: bytes, filename: str, name: str, root: Area, reference_year: int, source_note: str
) -> MarginTable:
    """Keep a table of population margins (area, variable, category, persons) with its source note.

    Raises Invalid ``margin-source-missing``, ``margin-table-invalid`` with every place, and Conflict
    ``margin-table-exists``.
    """
    if not source_note.strip():
        raise Invalid("margin-source-missing")
    if db.session.execute(select(MarginTable.id).where(MarginTable.name == name)).first():
        raise Conflict("margin-table-exists", found=name)
    reading = read_checked_table(content, columns=_MARGIN_COLUMNS, filename=filename)
    known = {area.code: area for area in descendants(root)}
    _refuse("margin-table-invalid", table_places(reading.problems) + _margin_places(reading, known))
    table = MarginTable(
        name=name[:120], root=root, reference_year=reference_year, source_note=source_note[:500]
    )
    table.cells = [
        MarginCell(
            area_id=known[str(row["area_code"])].id,
            variable=str(row["variable"]),
            category=str(row["category"]),
            persons=row["persons"],
        )
        for row in reading.table.rows
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


def _margin_places(reading: TableReading, known: Mapping[str, Area]) -> list[Place]:
    places: list[Place] = []
    seen: set[tuple[str, ...]] = set()
    for row in reading.table.rows:
        key = tuple(str(row.get(name) or "") for name in ("area_code", "variable", "category"))
        if not all(key):
            continue
        cell = reading.table.cell_address(row.number, "area_code")
        if key[0] not in known:
            places.append(Place("area-outside-root", {"found": key[0]}, row=row.number, cell=cell))
        if key in seen:
            places.append(Place("code-twice", {"found": " ".join(key)}, row=row.number, cell=cell))
        seen.add(key)
        places.extend(text_places(reading, row, {"variable": 40, "category": 60}))
    return places


def _refuse(code: str, places: Sequence[Place]) -> None:
    if places:
        raise Invalid(code, places=places, count=len(places))
