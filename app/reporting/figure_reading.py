"""Read one cell of a template as the figure of an item in an area."""

from __future__ import annotations

from dataclasses import dataclass

from app.areas.models import Area
from app.errors import Place
from app.indicators.models import BaseItem
from app.reporting.asking import area_name, item_name
from app.reporting.sheet_codes import CodedSheet, Position
from app.reporting.templates import bounds_text
from app.reporting.wording import is_unit, unit_name
from app.workbooks.cells import address
from app.workbooks.numbers import NumberReading, read_integer, read_number
from app.workbooks.workbook_reading import CellContent

#: Comments of our own begin with it; what a person wrote before stands behind the second mark.
COMMENT_MARK = "〔系统〕"
OWN_MARK = "〔填报说明〕"
_LONGEST_NOTE = 500
_STATES = {"number": "reported", "missing-mark": "missing", "not-applicable": "not_applicable"}


@dataclass(frozen=True)
class ReadFigure:
    """A figure as read. ``is_total``: the city's own figure beside those of its parts."""

    item_code: str
    area_id: int
    value: float | None
    state: str
    sheet: str
    cell: str
    note: str
    is_total: bool


def read_cell(
    sheet: CodedSheet, where: Position, item: BaseItem, area: Area, *, is_total: bool
) -> ReadFigure | Place | None:
    """The figure at a cell, what is wrong with it, or None for a total that was left out."""
    cell = sheet.content.cells.get(where)
    entered = cell.entered if cell else None
    if cell is not None and cell.is_uncomputed:
        return _problem(sheet, where, item, area, "figure-formula-not-computed", cell.formula)
    reading = read_integer(entered) if item.decimals == 0 else read_number(entered)
    if reading.state == "blank":
        return None if is_total else _problem(sheet, where, item, area, "figure-blank", "")
    fault = reading.problem or _fault(reading, item)
    if fault is not None:
        return _problem(sheet, where, item, area, f"figure-{fault}", entered)
    return ReadFigure(
        item_code=item.code,
        area_id=area.id,
        value=reading.value,
        state=_STATES[reading.state],
        sheet=sheet.content.name,
        cell=address(*where),
        note=_note(cell),
        is_total=is_total,
    )


def unit_problems(sheet: CodedSheet, item: BaseItem) -> list[Place]:
    """Whether somebody wrote another unit over the template's: the figures would be off by a factor."""
    cell = sheet.unit_cell(item.code)
    text = str(cell.value) if cell is not None and cell.value is not None else ""
    if not text or is_unit(text, item.unit):
        return []
    return [
        Place(
            "report-unit-changed",
            {"item": item_name(item), "found": text, "expected": unit_name(item.unit)},
            sheet=sheet.content.name,
            cell=cell.address if cell else None,
        )
    ]


def stray_numbers(sheet: CodedSheet, taken: set[Position]) -> list[Place]:
    """Numbers in the columns of figures that were read as none: they would be lost silently."""
    columns = {column for _row, column in taken}
    return [
        sheet.place("report-figure-outside", place, found=cell.value)
        for place, cell in sheet.content.cells.items()
        if place[1] in columns
        and place not in taken
        and isinstance(cell.value, int | float)
        and not isinstance(cell.value, bool)
    ]


def _fault(reading: NumberReading, item: BaseItem) -> str | None:
    if reading.value is None:
        return None
    if reading.percent and item.unit != "%":
        return "percent"
    if item.minimum is not None and reading.value < item.minimum:
        return "below-minimum"
    if item.maximum is not None and reading.value > item.maximum:
        return "above-maximum"
    return None


def _problem(
    sheet: CodedSheet, where: Position, item: BaseItem, area: Area, code: str, found: object
) -> Place:
    expected = f"{bounds_text(item.minimum, item.maximum)} {unit_name(item.unit)}".strip()
    return sheet.place(
        code, where, item=item_name(item), area=area_name(area), found=str(found), expected=expected
    )


def _note(cell: CellContent | None) -> str:
    text = (cell.comment or "").strip() if cell else ""
    if text.startswith(COMMENT_MARK):
        text = text.partition(OWN_MARK)[2].strip()
    return text[:_LONGEST_NOTE]
