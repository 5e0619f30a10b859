"""Reading areas and population margins; all problems are told, nothing is half kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from app.areas.boundaries import Imported, import_boundaries
from app.areas.checking import area_places, membership_places, parent_code_of, predecessors_of, text_places
from app.areas.following import Tellings, Unfit, come_out_of, hang_on, succeed
from app.areas.models import LEVELS, Area, FunctionalMembership, MarginCell, MarginTable
from app.areas.queries import areas_by_code, descendants
from app.db import db
from app.errors import Conflict, Invalid, Place, table_places
from app.workbooks.tables import TableColumn, TableReading, TableRow, read_checked_table

__all__ = ["Imported", "import_areas", "import_boundaries", "import_margins", "import_memberships"]

AREA_COLUMNS = (
    TableColumn("code", ("代码", "区划代码"), kind="code", filled=True),
    TableColumn("name_zh", ("名称", "name"), kind="text", filled=True),
    TableColumn("name_en", ("英文名称",), required=False, kind="text"),
    TableColumn("level", ("级别",), kind="text", filled=True, choices=LEVELS),
    TableColumn("kind", ("类型",), required=False, kind="text"),
    TableColumn("parent_code", ("上级代码",), required=False, kind="code"),
    TableColumn("predecessor_codes", ("前身代码",), required=False, kind="code"),
    TableColumn("valid_from", ("生效日期",), required=False, kind="date"),
    TableColumn("valid_to", ("失效日期",), required=False, kind="date"),
    TableColumn("in_frame", ("进入抽样框",), required=False, kind="integer", minimum=0, maximum=1),
    TableColumn("source_note", ("来源",), required=False, kind="text"),
)
#: What a row may say of its area as it stands; its parent and whether it is in the frame are told besides.
_FACTS = ("name_zh", "name_en", "level", "kind", "valid_to", "source_note")
MARGIN_COLUMNS = (
    TableColumn("area_code", ("区划代码",), kind="code", filled=True),
    TableColumn("variable", ("变量",), kind="text", filled=True),
    TableColumn("category", ("类别",), kind="code", filled=True),
    TableColumn("persons", ("人数",), kind="number", filled=True, minimum=0, maximum=1e10),
)
MEMBERSHIP_COLUMNS = (
    TableColumn("functional_code", ("功能区代码",), kind="code", filled=True),
    TableColumn("member_code", ("区划代码", "area_code"), kind="code", filled=True),
    TableColumn("share", ("占比",), required=False, kind="number", minimum=0, maximum=1),
)
_MEMBERSHIP_CODES = ("functional_code", "member_code")


def import_areas(*, content: bytes, filename: str, valid_from: date) -> Imported:
    """Add or change the areas of a table (code, name, level, parent); Invalid ``area-table-invalid``.

    What is told of a later day than an area began is a new row: the earlier one ends the day before and
    keeps its facts. Otherwise the row is put right and keeps the day it began, and a city always is: all
    that was ever examined hangs on it.
    """
    reading = read_checked_table(content, columns=AREA_COLUMNS, filename=filename)
    rows = reading.table.rows
    _refuse(
        "area-table-invalid", table_places(reading.problems) + area_places(reading, valid_from=valid_from)
    )
    mentioned = {str(row["parent_code"]) for row in rows if row.get("parent_code")}
    known = areas_by_code({str(row["code"]) for row in rows} | mentioned)
    told = Tellings({str(row["code"]): predecessors_of(row) for row in rows if predecessors_of(row)})
    followed: list[tuple[Area, Area]] = []
    added = 0
    for row in rows:
        code, begins = str(row["code"]), row.get("valid_from") or valid_from
        held = known.get(code)
        if held is None:
            known[code] = Area(code=code, valid_from=begins)
            added += 1
        elif begins > held.valid_from and (_differs(held, row) or told.make_another(held, begins)):
            known[code] = succeed(held=held, begins=begins)
            followed.append((held, known[code]))
    for row in rows:
        _fill(known[str(row["code"])], row, known)
    db.session.add_all(known.values())
    db.session.flush()
    for earlier, later in followed:
        hang_on(earlier=earlier, later=later)
    comings = {known[code]: codes for code, codes in told.told.items()}
    unfit = come_out_of(told=comings, going_on=set(_codes(rows)))
    _refuse("area-table-invalid", _unfit_places(reading, unfit))
    return Imported(added, len(rows) - added)


def import_memberships(*, content: bytes, filename: str) -> Imported:
    """Say which areas the functional areas of a table lie over; what was said of those before is replaced.

    Raises Invalid ``membership-table-invalid`` with every place; nothing is changed then.
    """
    reading = read_checked_table(content, columns=MEMBERSHIP_COLUMNS, filename=filename)
    rows = reading.table.rows
    codes = {str(row[name]) for row in rows for name in _MEMBERSHIP_CODES if row.get(name)}
    known = areas_by_code(codes)
    _refuse(
        "membership-table-invalid", table_places(reading.problems) + membership_places(reading, known=known)
    )
    named = {known[str(row["functional_code"])].id for row in rows}
    removed = db.session.execute(
        delete(FunctionalMembership).where(FunctionalMembership.functional_area_id.in_(sorted(named)))
    )
    for row in rows:
        share = row.get("share")
        member = FunctionalMembership(
            functional_area_id=known[str(row["functional_code"])].id,
            member_id=known[str(row["member_code"])].id,
            share=1.0 if share is None else share,
        )
        db.session.add(member)
    db.session.flush()
    return Imported(len(rows), removed.rowcount)


def import_margins(
    *, content: bytes, filename: str, name: str, root: Area, reference_year: int, source_note: str
) -> MarginTable:
    """Keep a table of population margins (area, variable, category, persons) with its source note.

    Raises Invalid ``margin-source-missing``, ``margin-table-invalid`` with every place,
    ``margin-table-empty``, and Conflict ``margin-table-exists``.
    """
    if not source_note.strip():
        raise Invalid("margin-source-missing")
    if db.session.execute(select(MarginTable.id).where(MarginTable.name == name)).first():
        raise Conflict("margin-table-exists", found=name)
    reading = read_checked_table(content, columns=MARGIN_COLUMNS, filename=filename)
    known = {area.code: area for area in descendants(root)}
    _refuse("margin-table-invalid", table_places(reading.problems) + _margin_places(reading, known))
    if not reading.table.rows:
        raise Invalid("margin-table-empty")
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


def _codes(rows: Sequence[TableRow]) -> list[str]:
    return [str(row["code"]) for row in rows]


def _unfit_places(reading: TableReading, unfit: Sequence[Unfit]) -> list[Place]:
    numbers = {str(row["code"]): row.number for row in reading.table.rows}
    column = "predecessor_codes"
    return [
        Place(
            each.code,
            {"found": each.found, "later": each.later.code},
            row=numbers[each.later.code],
            column=column,
            cell=reading.table.cell_address(numbers[each.later.code], column),
        )
        for each in unfit
    ]


def _told(row: TableRow) -> dict[str, Any]:
    """What a row says of its area; a column that the table does not have says nothing."""
    told = {name: row[name] or None for name in _FACTS if name in row.values}
    if "in_frame" in row.values:
        told["in_frame"] = row["in_frame"] != 0
    return told


def _differs(area: Area, row: TableRow) -> bool:
    """Whether a row tells of another area of the same code: never a city, nor by an end or a note alone."""
    if area.level == "city":
        return False
    told = {name: value for name, value in _told(row).items() if name not in ("valid_to", "source_note")}
    moved = "parent_code" in row.values and parent_code_of(area) != str(row["parent_code"] or "")
    return moved or any(getattr(area, name) != value for name, value in told.items())


def _fill(area: Area, row: TableRow, known: Mapping[str, Area]) -> None:
    for name, value in _told(row).items():
        setattr(area, name, value)
    if "parent_code" in row.values:
        area.parent = known[str(row["parent_code"])] if row["parent_code"] else None


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
    return [*places, *_of_nobody(reading)]


def _of_nobody(reading: TableReading) -> Iterator[Place]:
    """Variables that count nobody: no answers can be weighted to them."""
    sums: dict[str, float] = {}
    first: dict[str, TableRow] = {}
    for row in reading.table.rows:
        variable, persons = row.get("variable"), row.get("persons")
        if variable and isinstance(persons, int | float):
            sums[str(variable)] = sums.get(str(variable), 0.0) + persons
            first.setdefault(str(variable), row)
    for variable, total in sums.items():
        if not total:
            number = first[variable].number
            cell = reading.table.cell_address(number, "persons")
            yield Place("margin-of-nobody", {"found": variable}, row=number, column="persons", cell=cell)


def _refuse(code: str, places: Sequence[Place]) -> None:
    if places:
        raise Invalid(code, places=places, count=len(places))
