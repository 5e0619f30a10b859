"""Workbooks written by declaration, read back through the bounded child."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import making_files as made
import openpyxl
import pytest

from app.workbooks.faults import ChildFailed, RefusedFile, UnreadableTable, UnwritableContent
from app.workbooks.workbook_reading import read_workbook
from app.workbooks.workbook_writing import (
    METADATA_SHEET,
    CellPlan,
    Formula,
    SheetPlan,
    ValidationPlan,
    WorkbookMetadata,
    WorkbookPlan,
    read_metadata,
    write_workbook,
)

METADATA = WorkbookMetadata("department-report", "3", {"exam": "2024", "部门": "住建局"})
LONG = tuple(f"选项{number}" for number in range(100))


def plan() -> WorkbookPlan:
    sheet = SheetPlan(
        "区县",
        rows=[
            ["编码", "指标", "数值", "说明"],
            [
                "360202",
                CellPlan("建成区绿化率", "label", comment="口径见目录"),
                CellPlan(None, "input"),
                "=cmd|' /C calc'!A0",
            ],
            ["360203", "@SUM(A1)", CellPlan(0.125, "input", number_format="0.0%"), datetime.date(2024, 3, 1)],
            ["合计", None, Formula("=SUM(C2:C3)"), 123456789012345678],
        ],
        widths={"B": 30},
        heights={1: 28},
        frozen="C2",
        merged=("A6:C6",),
        validations=(
            ValidationPlan("C2:C3", "decimal", minimum=0, maximum=100, error="请填 0 到 100"),
            ValidationPlan("D2", "list", choices=("优", "良")),
            ValidationPlan("D3", "list", choices=LONG),
            ValidationPlan("E2", "date", minimum=datetime.date(2024, 1, 1)),
        ),
        protected=True,
        header_rows=1,
    )
    return WorkbookPlan((sheet, SheetPlan("隐藏", [["x"]], hidden=True)), METADATA, title="上报表")


def test_what_is_written_is_read_back() -> None:
    content = read_workbook(write_workbook(plan()))
    sheet = content.sheet("区县")
    assert content.names == ("区县", "隐藏", "_lists", METADATA_SHEET)
    assert [page.state for page in content.sheets] == ["visible", "hidden", "hidden", "veryHidden"]
    assert sheet.row_values(1) == ("编码", "指标", "数值", "说明")
    assert sheet.value("D3") == datetime.datetime(2024, 3, 1)  # noqa: DTZ001
    assert sheet.value("D4") == "123456789012345678"
    assert (sheet.merged, sheet.anchor("C6"), sheet.qualified("C7")) == (("A6:C6",), "A6", "区县!C7")
    label = sheet.cell("B2")
    assert label is not None
    assert (label.comment, label.address) == ("口径见目录", "B2")
    share = sheet.cell("C3")
    assert share is not None
    assert (share.value, share.number_format, share.entered) == (0.125, "0.0%", "12.5%")
    total = sheet.cell("C4")
    assert total is not None
    assert (total.formula, total.is_uncomputed) == ("=SUM(C2:C3)", True)
    assert sheet.cell("C2") is None


def test_text_never_becomes_a_formula() -> None:
    data = write_workbook(plan())
    sheet = read_workbook(data).sheet("区县")
    for place, text in (("D2", "=cmd|' /C calc'!A0"), ("B3", "@SUM(A1)")):
        cell = sheet.cell(place)
        assert cell is not None
        assert (cell.value, cell.formula) == (text, None)
    written = openpyxl.load_workbook(io.BytesIO(data))["区县"]["D2"]
    assert written.quotePrefix


def test_only_inputs_are_unlocked_and_the_structure_is_protected() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(plan())))
    page = book["区县"]
    assert page.protection.sheet
    assert book.security.lockStructure
    unlocked = [cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked]
    assert unlocked == ["C2", "C3"]
    assert (page.freeze_panes, page.column_dimensions["B"].width, page["A1"].font.bold) == ("C2", 30, True)
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules["D2"].formula1 == '"优,良"'
    assert rules["D3"].formula1 == "'_lists'!$A$1:$A$100"
    assert rules["E2"].formula1 == "45292"
    assert (rules["C2:C3"].operator, rules["C2:C3"].error) == ("between", "请填 0 到 100")


def test_equal_plans_give_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_workbook(plan())
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_moment: datetime.datetime(2033, 5, 18).timetuple())  # noqa: DTZ001
    assert write_workbook(plan()) == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {entry.date_time[0] for entry in parts.infolist()} == {2000}
        assert b"2000-01-01" in parts.read("docProps/core.xml")


def test_metadata_comes_back_and_changes_are_noticed() -> None:
    data = write_workbook(plan())
    assert read_metadata(read_workbook(data)) == METADATA
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[METADATA_SHEET]["B2"] = "4"
    changed = io.BytesIO()
    book.save(changed)
    with pytest.raises(UnreadableTable) as altered:
        read_metadata(read_workbook(changed.getvalue()))
    assert altered.value.code == "metadata-altered"
    with pytest.raises(UnreadableTable) as missing:
        read_metadata(read_workbook(made.workbook("")))
    assert missing.value.code == "metadata-missing"


@pytest.mark.parametrize(
    ("sheet", "code", "cell"),
    [
        (SheetPlan("a/b", []), "bad-sheet-name", None),
        (SheetPlan("长" * 32, []), "bad-sheet-name", None),
        (SheetPlan("x", [], hidden=True), "no-visible-sheet", None),
        (SheetPlan(METADATA_SHEET, []), "sheet-twice", None),
        (SheetPlan("x", [["a" * 40_000]]), "text-too-long", "x!A1"),
        (SheetPlan("x", [[1], [float("nan")]]), "number-not-finite", "x!A2"),
        (SheetPlan("x", [[datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)]]), "moment-with-zone", "x!A1"),
        (SheetPlan("x", [], merged=("A0:B1",)), "bad-address", None),
        (SheetPlan("x", [], validations=(ValidationPlan("A1", "list"),)), "no-choices", "A1"),
    ],
)
def test_what_a_workbook_cannot_hold_is_refused(sheet: SheetPlan, code: str, cell: str | None) -> None:
    with pytest.raises(UnwritableContent) as caught:
        write_workbook(WorkbookPlan([sheet]))
    assert (caught.value.code, caught.value.facts.get("cell")) == (code, cell)


def test_control_characters_do_not_break_the_file() -> None:
    sheet = read_workbook(write_workbook(WorkbookPlan([SheetPlan("x", [["a\x00b\x1fc\n\td"]])]))).sheet("x")
    assert sheet.value("A1") == "a\ufffdb\ufffdc\n\td"


def test_hidden_rows_columns_and_cached_values_are_read() -> None:
    rows = (
        f'<row r="1">{made.text_cell("A1", "a")}</row><row r="2" hidden="1">{made.number_cell("A2", 1)}</row>'
        '<row r="3"><c r="A3"><f>A2+1</f><v>2</v></c><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    xml = made.sheet_xml(rows).replace(
        "<sheetData>", '<cols><col min="3" max="5" width="9" hidden="1"/></cols><sheetData>'
    )
    sheet = read_workbook(made.archive(made.parts_of(xml))).sheet("区县")
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {"C", "D", "E"})
    computed, failed = sheet.cell("A3"), sheet.cell("B3")
    assert computed is not None
    assert (computed.value, computed.formula) == (2, "=A2+1")
    assert failed is not None
    assert (failed.value, failed.formula) == ("#DIV/0!", "=1/0")


def test_hostile_workbooks_are_refused_or_stopped() -> None:
    with pytest.raises(RefusedFile) as claimed:
        read_workbook(
            made.workbook('<row r="1"/>', after='<mergeCells><mergeCell ref="A1:XFD99"/></mergeCells>')
        )
    assert claimed.value.code == "too-many-merged-cells"
    many = "".join(f'<row r="{row}">{made.number_cell(f"A{row}", row)}</row>' for row in range(1, 20_000))
    with pytest.raises(ChildFailed) as slow:
        read_workbook(made.workbook(many), seconds=0.3)
    assert slow.value.code == "time-limit"
    broken = made.replaced(
        made.workbook('<row r="1"/>'), "xl/workbook.xml", f'<workbook xmlns="{made.MAIN}"/>'
    )
    with pytest.raises(UnreadableTable):
        read_workbook(broken)


def test_reads_reference_forms(shared: Path) -> None:
    found = sorted((shared / "reference" / "forms").rglob("*.xlsx"))[:3]
    assert found
    for path in found:
        assert "survey" in read_workbook(path.read_bytes()).names
