"""Find the codes of a filled template wherever its rows and columns have gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.errors import Place
from app.reporting.asking import AskedLevel, area_name, item_name
from app.reporting.template_sheets import AREA, ITEM, LEVEL, UNIT, sheet_name
from app.workbooks.cells import address, split_range
from app.workbooks.workbook_reading import CellContent, SheetContent, WorkbookContent

Position = tuple[int, int]


@dataclass
class CodedSheet:
    """A sheet of the template with the places of its codes, both counted from one."""

    content: SheetContent
    level: str
    items: dict[str, Position] = field(default_factory=dict)
    areas: dict[str, Position] = field(default_factory=dict)
    unit: Position | None = None
    problems: list[Place] = field(default_factory=list)

    @property
    def items_down(self) -> bool:
        """Whether the items stand below each other (the sheet of the city)."""
        return self.level == "city"

    def position(self, item_code: str, area_code: str) -> Position | None:
        """Where the figure of an item in an area stands; None when a code is lost."""
        item, area = self.items.get(item_code), self.areas.get(area_code)
        if item is None or area is None:
            return None
        return (item[0], area[1]) if self.items_down else (area[0], item[1])

    def unit_cell(self, item_code: str) -> CellContent | None:
        """The cell that names the unit of an item."""
        item = self.items.get(item_code)
        if item is None or self.unit is None:
            return None
        place = (item[0], self.unit[1]) if self.items_down else (self.unit[0], item[1])
        return self.content.cells.get(place)

    def inputs(self) -> set[Position]:
        """All places where a figure may stand."""
        found = (self.position(item, area) for item in self.items for area in self.areas)
        return {place for place in found if place is not None}

    def place(self, code: str, where: Position | None, **facts: object) -> Place:
        """A problem at a cell of this sheet."""
        cell = address(*where) if where else None
        return Place(code, dict(facts), sheet=self.content.name, cell=cell)


def coded_sheets(
    workbook: WorkbookContent, levels: Iterable[AskedLevel]
) -> tuple[dict[str, CodedSheet], list[Place]]:
    """The template's sheets by level, and what is wrong with their codes.

    Problems: report-sheet-missing, report-sheet-twice, report-code-missing, report-code-twice,
    report-code-unknown, report-cells-merged.
    """
    found: dict[str, CodedSheet] = {}
    problems: list[Place] = []
    for content in workbook.sheets:
        sheet = _read_codes(content)
        if sheet is None:
            continue
        if sheet.level in found:
            first = found[sheet.level].content.name
            problems.append(Place("report-sheet-twice", {"found": first}, sheet=content.name))
            continue
        found[sheet.level] = sheet
    for level in levels:
        if level.level not in found:
            problems.append(Place("report-sheet-missing", {"expected": sheet_name(level.level)}))
            continue
        sheet = found[level.level]
        problems += sheet.problems + _code_problems(sheet, level) + _merged_problems(sheet)
    return found, problems


def _read_codes(content: SheetContent) -> CodedSheet | None:
    texts = [(place, cell.value) for place, cell in content.cells.items() if isinstance(cell.value, str)]
    level = next((text.removeprefix(LEVEL) for _place, text in texts if text.startswith(LEVEL)), None)
    if level is None:
        return None
    sheet = CodedSheet(content, level)
    for place, text in texts:
        if text == UNIT:
            sheet.unit = place
        for prefix, kept in ((ITEM, sheet.items), (AREA, sheet.areas)):
            if not text.startswith(prefix):
                continue
            code = text.removeprefix(prefix)
            if code in kept:
                sheet.problems.append(sheet.place("report-code-twice", place, found=code))
            kept.setdefault(code, place)
    return sheet


def _code_problems(sheet: CodedSheet, level: AskedLevel) -> list[Place]:
    items = {item.code: item_name(item) for item in level.items}
    areas = {area.code: area_name(area) for area in level.areas}
    problems = [
        sheet.place("report-code-missing", None, expected=name)
        for wanted, kept in ((items, sheet.items), (areas, sheet.areas))
        for code, name in wanted.items()
        if code not in kept
    ]
    problems += [
        sheet.place("report-code-unknown", place, found=code)
        for code, place in sheet.items.items()
        if code not in items
    ]
    return problems


def _merged_problems(sheet: CodedSheet) -> list[Place]:
    inputs = sheet.inputs()
    problems = []
    for span in sheet.content.merged:
        top, left, bottom, right = split_range(span)
        covered = {place for place in inputs if top <= place[0] <= bottom and left <= place[1] <= right}
        if covered:
            problems.append(sheet.place("report-cells-merged", min(covered), found=span))
    return problems
