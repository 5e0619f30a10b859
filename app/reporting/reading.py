"""Read a filled template: tolerant about where things stand, strict about what they say."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import Department
from app.areas.models import Area
from app.errors import Invalid, Place, describe
from app.indicators.models import BaseItem
from app.reporting.asking import TEMPLATE_ID, Asked, AskedLevel, asked_of
from app.reporting.figure_reading import ReadFigure, read_cell, stray_numbers, unit_problems
from app.reporting.figure_rules import sum_problems
from app.reporting.models import Campaign
from app.reporting.second_looks import warnings_of
from app.reporting.sheet_codes import CodedSheet, Position, coded_sheets
from app.reporting.template_sheets import has_total
from app.workbooks.faults import UnreadableTable, WorkbookFault
from app.workbooks.workbook_reading import WorkbookContent, read_workbook
from app.workbooks.workbook_writing import read_metadata

__all__ = ["ReadFigure", "ReportReading", "read_report"]

#: So many problems are listed; more would be no help, their number is told.
MOST_TOLD = 500
_OPENING_PROBLEMS = frozenset({"file-empty", "file-too-large", "old-format", "password-protected"})


@dataclass(frozen=True)
class ReportReading:
    """The figures of a workbook without a problem, and what is worth a second look."""

    asked: Asked
    figures: tuple[ReadFigure, ...]
    warnings: tuple[Place, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many asked cells there are and hold what; totals of the city are counted apart."""
        counts = {"expected": self.asked.cells, "reported": 0, "missing": 0, "not_applicable": 0}
        for figure in self.figures:
            if not figure.is_total:
                counts[figure.state] += 1
        return counts | {"totals": sum(figure.is_total for figure in self.figures)}


def read_report(content: bytes, filename: str, campaign: Campaign, department: Department) -> ReportReading:
    """Read a department's workbook of a campaign; it changes nothing.

    Rows, columns and sheets may have moved: codes are looked for. Raises Invalid: ``report-file-*``
    (cannot be opened), ``template-*`` (not the template of this campaign and department) or
    ``report-invalid`` with a place for every single problem (500 at most, ``count`` says how many there are).
    """
    asked = asked_of(campaign, department)
    workbook = _open(content, filename)
    _refuse_other_template(workbook, asked)
    sheets, problems = coded_sheets(workbook, asked.levels)
    figures: list[ReadFigure] = []
    for level in asked.levels:
        sheet = sheets.get(level.level)
        if sheet is not None:
            _read_level(sheet, level, asked.root, figures, problems)
    problems += sum_problems(figures, asked)
    if problems:
        raise Invalid(
            "report-invalid",
            places=problems[:MOST_TOLD],
            count=len(problems),
            listed=min(len(problems), MOST_TOLD),
        )
    return ReportReading(asked, tuple(figures), tuple(warnings_of(figures, asked)))


def _open(content: bytes, filename: str) -> WorkbookContent:
    try:
        return read_workbook(content)
    except WorkbookFault as fault:
        code = f"report-file-{fault.code}" if fault.code in _OPENING_PROBLEMS else "report-file-refused"
        facts = {key: value for key, value in fault.facts.items() if key in ("found", "limit")}
        raise Invalid(code, filename=filename, reason=describe(fault.code, fault.facts), **facts) from fault


def _refuse_other_template(workbook: WorkbookContent, asked: Asked) -> None:
    try:
        metadata = read_metadata(workbook)
    except UnreadableTable as fault:
        raise Invalid(
            "template-altered" if fault.code == "metadata-altered" else "template-missing"
        ) from fault
    if metadata.template_id != TEMPLATE_ID:
        raise Invalid("template-missing")
    for mark, expected in asked.marks.items():
        found = metadata.values.get(mark)
        if found != expected and mark != "campaign":
            raise Invalid(f"template-other-{mark.replace('_', '-')}", found=found or "—", expected=expected)
    if metadata.values.get("campaign") != asked.marks["campaign"] or metadata.version != asked.fingerprint:
        raise Invalid("template-outdated")


def _read_level(
    sheet: CodedSheet, level: AskedLevel, root: Area, figures: list[ReadFigure], problems: list[Place]
) -> None:
    taken: set[Position] = set()
    for item in level.items:
        problems += unit_problems(sheet, item)
        for area, is_total in _places_of(item, level, root):
            where = sheet.position(item.code, area.code)
            if where is None:
                # The lost code itself is told once, not once for each of its cells.
                continue
            taken.add(where)
            outcome = read_cell(sheet, where, item, area, is_total=is_total)
            if isinstance(outcome, ReadFigure):
                figures.append(outcome)
            elif outcome is not None:
                problems.append(outcome)
    problems += stray_numbers(sheet, taken)


def _places_of(item: BaseItem, level: AskedLevel, root: Area) -> list[tuple[Area, bool]]:
    """The areas an item is asked for in, each with whether it is the city's total beside its parts."""
    places = [(area, False) for area in level.areas]
    return [(root, True), *places] if level.level != "city" and has_total(item) else places
