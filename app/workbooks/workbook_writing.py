"""Write a declared workbook: text stays text, equal plans give equal bytes, only inputs may be typed into."""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from copy import copy
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.workbooks.cells import CellValue, qualified, split_address, split_range
from app.workbooks.faults import UnreadableTable, UnwritableContent
from app.workbooks.workbook_content import WorkbookContent
from app.workbooks.workbook_plan import (
    METADATA_SHEET,
    CellPlan,
    CellStyle,
    Formula,
    SheetPlan,
    ValidationKind,
    ValidationPlan,
    WorkbookMetadata,
    WorkbookPlan,
)
from app.workbooks.workbook_styles import LOOKS, UNLOCKED, alignment
from app.workbooks.workbook_validation import LISTS_SHEET, ChoiceLists, add_validations

__all__ = [
    "METADATA_SHEET",
    "CellPlan",
    "CellStyle",
    "Formula",
    "SheetPlan",
    "ValidationKind",
    "ValidationPlan",
    "WorkbookMetadata",
    "WorkbookPlan",
    "read_metadata",
    "write_workbook",
]

_FIXED_MOMENT = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - workbook properties carry no zone.
_FIXED_ZIP_MOMENT = (2000, 1, 1, 0, 0, 0)
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
EXACT_INTEGER = 10**15
_BAD_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_METADATA_KEYS = ("template_id", "version", "checksum")
_OWN_SHEETS = {METADATA_SHEET.lower(), LISTS_SHEET.lower()}


class SeenLooks(dict[tuple[CellStyle, str | None, bool, bool | None], Any]):
    """The looks a workbook already has: style, number format, unlocked, wrapped → the cell's style."""


def write_workbook(plan: WorkbookPlan) -> bytes:
    """Bytes of an .xlsx; equal plans give equal bytes.

    Raises UnwritableContent (bad-sheet-name, sheet-twice, no-visible-sheet, text-too-long, number-not-finite,
    moment-with-zone, unwritable-value, bad-address) whose facts name sheet and cell.
    """
    _check_names(plan)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    lists, seen = ChoiceLists(), SeenLooks()
    for sheet in plan.sheets:
        _write_sheet(workbook.create_sheet(sheet.name), sheet, lists, seen)
    lists.write(workbook)
    if plan.metadata:
        _write_metadata(workbook.create_sheet(METADATA_SHEET), plan.metadata)
    workbook.active = next(place for place, sheet in enumerate(plan.sheets) if not sheet.hidden)
    if plan.protect_structure:
        workbook.security = WorkbookProtection(lockStructure=True)
    properties = workbook.properties
    properties.creator, properties.title = plan.creator, plan.title or None
    properties.created = _FIXED_MOMENT
    return _fixed_bytes(workbook)


def read_metadata(content: WorkbookContent) -> WorkbookMetadata:
    """The metadata a template was written with.

    Raises UnreadableTable: metadata-missing (not one of our templates), metadata-altered (checksum differs).
    """
    if METADATA_SHEET not in content.names:
        raise UnreadableTable("metadata-missing", {"sheet": METADATA_SHEET})
    sheet = content.sheet(METADATA_SHEET)
    found = {
        str(cell.value): "" if (beside := sheet.cells.get((row, 2))) is None else str(beside.value)
        for (row, column), cell in sheet.cells.items()
        if column == 1
    }
    absent = [key for key in _METADATA_KEYS if key not in found]
    if absent:
        raise UnreadableTable("metadata-missing", {"sheet": METADATA_SHEET, "absent": absent})
    values = {key.removeprefix("value:"): value for key, value in found.items() if key.startswith("value:")}
    metadata = WorkbookMetadata(found["template_id"], found["version"], values)
    if metadata.checksum != found["checksum"]:
        raise UnreadableTable("metadata-altered", {"sheet": METADATA_SHEET, "version": found["version"]})
    return metadata


def _check_names(plan: WorkbookPlan) -> None:
    seen = set(_OWN_SHEETS)
    for sheet in plan.sheets:
        if not sheet.name or len(sheet.name) > LONGEST_NAME or _BAD_NAME.search(sheet.name):
            raise UnwritableContent("bad-sheet-name", {"sheet": sheet.name})
        if sheet.name.lower() in seen:
            raise UnwritableContent("sheet-twice", {"sheet": sheet.name})
        seen.add(sheet.name.lower())
    if all(sheet.hidden for sheet in plan.sheets):
        raise UnwritableContent("no-visible-sheet")


def _write_sheet(page: Worksheet, plan: SheetPlan, lists: ChoiceLists, seen: SeenLooks) -> None:
    for row, values in enumerate(plan.rows, start=1):
        for column, value in enumerate(values, start=1):
            cell_plan = value if isinstance(value, CellPlan) else CellPlan(value)
            if row <= plan.header_rows and cell_plan.style == "plain":
                cell_plan = CellPlan(cell_plan.value, "header", comment=cell_plan.comment)
            if cell_plan != CellPlan():
                _write_cell(page, page.cell(row, column), cell_plan, seen)
    for letters, width in plan.widths.items():
        page.column_dimensions[letters].width = width
    for number, height in plan.heights.items():
        page.row_dimensions[number].height = height
    _check_places(plan)
    for span in plan.merged:
        page.merge_cells(span)
    add_validations(page, plan.validations, lists)
    page.freeze_panes = plan.frozen
    page.sheet_state = "hidden" if plan.hidden else "visible"
    if plan.landscape:
        page.page_setup.orientation = "landscape"
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if plan.protected:
        page.protection.sheet = True
        page.protection.formatColumns = False
        page.protection.formatRows = False


def _check_places(plan: SheetPlan) -> None:
    spans = [*plan.merged, *(part for rule in plan.validations for part in rule.cells.split())]
    try:
        for span in spans:
            split_range(span)
        if plan.frozen:
            split_address(plan.frozen)
    except ValueError as error:
        raise UnwritableContent("bad-address", {"sheet": plan.name, "reason": str(error)}) from error


def _write_cell(page: Worksheet, cell: Any, plan: CellPlan, seen: SeenLooks) -> None:
    place = qualified(page.title, cell.coordinate)
    key = (plan.style, plan.number_format, plan.unlocked or plan.style == "input", plan.wrap)
    if key in seen:
        cell._style = copy(seen[key])
    else:
        _dress(cell, plan)
        seen[key] = copy(cell._style)
    _set_value(cell, plan.value, place)
    if plan.comment:
        cell.comment = Comment(clean_text(plan.comment, place), "CityExam", width=260, height=120)


def _dress(cell: Any, plan: CellPlan) -> None:
    """Give a cell its look part by part: slow, so it is done once for each look of a workbook."""
    look = LOOKS[plan.style]
    cell.font = look.font
    if look.fill:
        cell.fill = look.fill
    if look.border:
        cell.border = look.border
    cell.alignment = alignment(look, plan.wrap)
    if plan.number_format:
        cell.number_format = plan.number_format
    if plan.unlocked or plan.style == "input":
        cell.protection = UNLOCKED


def _set_value(cell: Cell | MergedCell, value: CellValue | Formula, place: str) -> None:
    if isinstance(value, Formula):
        cell.value = value.text
    elif isinstance(value, str):
        _set_text(cell, clean_text(value, place))
    elif isinstance(value, bool) or value is None:
        cell.value = value
    elif isinstance(value, float) and not math.isfinite(value):
        raise UnwritableContent("number-not-finite", {"cell": place})
    elif isinstance(value, int) and abs(value) >= EXACT_INTEGER:
        # A spreadsheet keeps fifteen digits of a number; longer ones are codes and keep every digit as text.
        _set_text(cell, str(value))
    elif isinstance(value, (datetime.datetime, datetime.time)) and value.tzinfo is not None:
        raise UnwritableContent("moment-with-zone", {"cell": place})
    elif isinstance(value, (int, float, datetime.date, datetime.time, datetime.timedelta)):
        cell.value = value
    else:
        raise UnwritableContent("unwritable-value", {"cell": place, "found": type(value).__name__})


def _set_text(cell: Cell | MergedCell, text: str) -> None:
    cell.value = text
    # The library guesses a formula or an error from the first sign; a person's text is neither.
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        # The mark a person sets with an apostrophe: editing the cell does not turn it into a formula either.
        cell.quotePrefix = True


def clean_text(text: str, place: str) -> str:
    """Text that XML can hold: control characters from a phone's keyboard become the replacement sign."""
    if len(text) > LONGEST_TEXT:
        raise UnwritableContent("text-too-long", {"cell": place, "found": len(text), "limit": LONGEST_TEXT})
    return _NOT_IN_XML.sub("\ufffd", text)


def _write_metadata(page: Worksheet, metadata: WorkbookMetadata) -> None:
    told = {
        "template_id": metadata.template_id,
        "version": metadata.version,
        "checksum": metadata.checksum,
        **{f"value:{key}": value for key, value in sorted(metadata.values.items())},
    }
    for row, (key, value) in enumerate(told.items(), start=1):
        for column, text in ((1, key), (2, value)):
            cell = page.cell(row, column)
            _set_text(cell, clean_text(text, qualified(METADATA_SHEET, cell.coordinate)))
    # Only a program can show a sheet that is very hidden: nobody edits it by accident.
    page.sheet_state = "veryHidden"
    page.protection.sheet = True


def _fixed_bytes(workbook: openpyxl.Workbook) -> bytes:
    """Save, then write the parts again with fixed times: a file's digest then tells whether it changed."""
    saved = io.BytesIO()
    workbook.save(saved)
    workbook.properties.modified = _FIXED_MOMENT
    core: Any = openpyxl.xml.functions.tostring(workbook.properties.to_tree())
    written = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _FIXED_ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, core if name == "docProps/core.xml" else source.read(name))
    return written.getvalue()
