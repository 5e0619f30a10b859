"""What the pre-scan lets through, counts and refuses."""

from __future__ import annotations

import struct
import time
import zipfile

import making_files as made
import pytest

from app.workbooks.faults import RefusedFile
from app.workbooks.prescan import PrescanBounds, detect_kind, prescan

ROWS = f'<row r="1">{made.text_cell("A1", "编码")}{made.text_cell("B1", "数值")}</row>'


def refusal(data: bytes, **bounds: float) -> RefusedFile:
    with pytest.raises(RefusedFile) as caught:
        prescan(data, bounds=PrescanBounds(**bounds))  # type: ignore[arg-type]
    return caught.value


def test_counts_the_rows_that_are_there_and_not_the_dimension_claimed() -> None:
    rows = "".join(f'<row r="{row}">{made.number_cell(f"C{row}", row)}</row>' for row in range(1, 51))
    sheet = prescan(made.workbook(rows, dimension="A1:A1")).sheets[0]
    assert (sheet.name, sheet.rows, sheet.cells, sheet.last_row, sheet.last_column) == ("区县", 50, 50, 50, 3)
    assert sheet.declared_dimension == "A1:A1"


def test_a_dimension_that_claims_a_million_rows_costs_nothing() -> None:
    sheet = prescan(made.workbook(ROWS, dimension="A1:XFD1048576")).sheets[0]
    assert (sheet.last_row, sheet.filled_cells) == (1, 2)


def test_cells_without_addresses_are_placed_by_order() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c/><c><v>3</v></c></row>"
    sheet = prescan(made.workbook(rows)).sheets[0]
    assert (sheet.last_row, sheet.last_column, sheet.cells, sheet.filled_cells) == (2, 3, 5, 3)


def test_empty_formatted_cells_do_not_count_as_filled() -> None:
    sheet = prescan(made.workbook(ROWS + '<row r="1048576"><c r="A1048576" s="0"/></row>')).sheets[0]
    assert (sheet.last_row, sheet.cells) == (1, 3)


@pytest.mark.parametrize(
    ("rows", "after", "code"),
    [
        (f'<row r="1048576">{made.number_cell("A1048576", 1)}</row>', "", "too-many-rows"),
        (f'<row r="1">{made.number_cell("XFD1", 1)}</row>', "", "too-many-columns"),
        (f'<row r="1">{made.number_cell("XFD1048576", 1)}</row>', "", "too-many-rows"),
        (f'<row r="1">{made.number_cell("A9999999", 1)}</row>', "", "cell-outside-sheet"),
        ('<row r="99999999999999"/>', "", "cell-outside-sheet"),
        (ROWS, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', "too-many-merged-cells"),
        (ROWS, '<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>', "too-many-merged-cells"),
        (ROWS, "<a>" * 200 + "</a>" * 200, "xml-too-deep"),
        (ROWS, "<a></b>", "xml-malformed"),
    ],
)
def test_small_files_with_large_claims_are_refused_at_once(rows: str, after: str, code: str) -> None:
    data = made.workbook(rows, after=after)
    begun = time.monotonic()
    assert refusal(data).code == code
    assert len(data) < 4_000
    assert time.monotonic() - begun < 2


def test_entities_are_refused_before_any_is_expanded() -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY a{step} "{f"&a{step - 1 if step else str()};" * 10}">' for step in range(10)
    )
    fault = refusal(made.replaced(made.workbook(ROWS), "xl/sharedStrings.xml", laughs + "]><sst>&a9;</sst>"))
    assert (fault.code, fault.facts["part"]) == ("forbidden-doctype", "xl/sharedStrings.xml")


def test_a_document_type_is_found_in_utf_16_and_under_any_name() -> None:
    hidden = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")
    assert (
        refusal(made.replaced(made.workbook(ROWS), "xl/media/image1.png", hidden)).code == "forbidden-doctype"
    )


def test_a_zip_bomb_is_refused_by_ratio_and_by_size() -> None:
    bomb = made.replaced(made.workbook(ROWS), "xl/media/zeros.bin", b"\0" * 30_000_000)
    assert len(bomb) < 40_000
    assert refusal(bomb).code == "suspicious-ratio"
    assert refusal(bomb, ratio=1e9, entry_bytes=10_000_000).code == "too-much-data"
    assert refusal(bomb, total_bytes=10_000_000).code == "too-much-data"


def test_a_size_that_lies_does_not_help() -> None:
    honest = made.replaced(made.workbook(ROWS), "xl/media/zeros.bin", b"\0" * 1_000_000)
    lying = honest.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))
    assert lying != honest
    assert refusal(lying).code == "damaged-archive"


def test_an_endless_attribute_is_refused() -> None:
    data = made.workbook(ROWS, after=f'<x y="{"a" * 5_000_000}"/>')
    assert refusal(data, ratio=1e9).code == "xml-token-too-long"


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/passwd", "xl\\evil.xml", "c:evil.xml", "xl/../../a.xml"]
)
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    fault = refusal(made.replaced(made.workbook(ROWS), name, "<a/>"))
    assert (fault.code, fault.facts["entry"]) == ("unsafe-entry-name", name)


def test_two_entries_of_one_name_are_refused() -> None:
    assert refusal(made.replaced(made.workbook(ROWS), "XL/workbook.xml", "<a/>")).code == "duplicate-entry"


def test_too_many_entries_are_refused_before_the_archive_is_opened() -> None:
    data = made.archive({f"{number}.xml": "<a/>" for number in range(60)})
    assert refusal(data, entries=50).code == "too-many-entries"


def test_foreign_compression_is_refused() -> None:
    data = made.archive(made.parts_of(made.sheet_xml(ROWS)), compression=zipfile.ZIP_LZMA)
    assert refusal(data).code == "unknown-compression"


def test_other_files_are_told_apart() -> None:
    assert refusal(b"").code == "file-empty"
    assert refusal(made.ole_file("EncryptedPackage", b"secret")).code == "password-protected"
    assert refusal(made.old_workbook([["a"]])).code == "old-format"
    assert refusal(b"%PDF-1.7\n").code == "not-a-workbook"
    assert refusal(b"PK\x03\x04 cut off").code == "damaged-archive"
    assert refusal(made.workbook(ROWS)[:-200]).code == "damaged-archive"
    assert refusal(made.workbook(ROWS), file_bytes=100).code == "file-too-large"


def test_kinds_are_told_by_bytes() -> None:
    assert detect_kind(made.workbook(ROWS), "notes.csv") == "xlsx"
    assert detect_kind("编码,数值".encode("gb18030"), "book.xlsx") == "text"
    assert detect_kind(b"PAR1....") == "parquet"
    assert detect_kind(made.archive({"content.xml": "<a/>", "mimetype": "x"})) == "ods"
    assert detect_kind(b"\x00\x01\x02") == "unknown"
    assert detect_kind(b"", "empty.csv") == "text"


def test_macros_are_noted_and_do_not_refuse() -> None:
    report = prescan(made.replaced(made.workbook(ROWS), "xl/vbaProject.bin", b"\xd0\xcf"))
    assert (report.kind, report.macros) == ("xlsm", True)
    assert prescan(made.workbook(ROWS)).kind == "xlsx"


def test_errors_and_formulas_without_values_are_noted() -> None:
    rows = (
        '<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1"><f>1+1</f></c>'
        '<c r="C1"><f>1+1</f><v>2</v></c></row>'
    )
    sheet = prescan(made.workbook(rows)).sheets[0]
    assert sheet.formulas == 3
    assert sheet.oddities == {(1, 1): "#VALUE!", (1, 2): "#UNCOMPUTED!"}


def test_a_scan_that_takes_too_long_is_stopped() -> None:
    assert refusal(made.workbook(ROWS), seconds=-1.0).code == "scan-too-slow"
