"""Tables from CSV, workbooks old and new, and Parquet."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import making_files as made
import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from app.workbooks.faults import RefusedFile, UnreadableTable
from app.workbooks.tables import (
    TableBounds,
    TableColumn,
    TableProblem,
    read_checked_table,
    read_table,
    sheet_names,
)

COLUMNS = (
    TableColumn("area_code", ("编码", "区划代码"), kind="code", filled=True),
    TableColumn("value", ("数值", "指标值"), kind="number", minimum=0),
    TableColumn("day", ("日期",), required=False, kind="date"),
)


def xlsx(rows: list[list[object]], title: str = "区县") -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = title
    for row in rows:
        page.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def codes(problems: tuple[TableProblem, ...]) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.cell) for problem in problems]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_reads_csv_in_the_encodings_offices_use(encoding: str, named: str) -> None:
    data = "编码,数值\r\n360202,１２.５％\r\n\r\n360203,—\r\n".encode(encoding)
    reading = read_checked_table(data, columns=COLUMNS, filename="a.csv")
    assert reading.ok
    assert reading.table.encoding == named
    assert [(row.number, row["area_code"], row["value"]) for row in reading.table.rows] == [
        (2, "360202", 12.5),
        (4, "360203", None),
    ]


def test_tabs_and_semicolons_part_too() -> None:
    assert read_table(b"a;b\n1;2,5\n").rows[0].values == {"a": "1", "b": "2,5"}
    assert read_table(b"a\tb\n1\t2\n").columns == ("a", "b")


def test_csv_that_cannot_be_read_names_the_place() -> None:
    with pytest.raises(UnreadableTable) as unknown:
        read_table("编码\n甲".encode("gb18030") + b"\xff\xff")
    assert (unknown.value.code, unknown.value.facts["line"]) == ("encoding-unknown", 2)
    with pytest.raises(UnreadableTable) as open_quote:
        read_table(b'a,b\n1,"2\n3,4\n')
    assert (open_quote.value.code, open_quote.value.facts["row"]) == ("malformed-text", 2)
    with pytest.raises(UnreadableTable) as empty:
        read_table(b"\n \n")
    assert empty.value.code == "no-header"


def test_csv_bounds_hold() -> None:
    data = b"a\n" + b"1\n" * 40
    with pytest.raises(UnreadableTable) as caught:
        read_table(data, bounds=TableBounds(rows=20))
    assert caught.value.code == "too-many-rows"
    with pytest.raises(RefusedFile) as large:
        read_table(data, bounds=TableBounds(file_bytes=10))
    assert large.value.code == "file-too-large"


def test_a_title_above_the_header_is_passed_over() -> None:
    data = xlsx([["城市体检数据表"], [], ["序号", "区划代码*", "指标值"], [1, 360202, 3.5]])
    reading = read_checked_table(data, columns=COLUMNS)
    assert reading.ok
    assert reading.table.header_row == 3
    assert reading.table.columns == ("序号", "area_code", "value")
    row = reading.table.rows[0]
    assert (row.number, row["area_code"], row["value"], row["序号"]) == (4, "360202", 3.5, 1)


def test_every_problem_is_collected_with_its_place() -> None:
    data = xlsx(
        [
            ["编码", "数值", "日期"],
            [None, "约3", "2024-02-30"],
            [360202, -1, datetime.date(2024, 3, 1)],
            [3.6e17, "12万", "2024年3月1日"],
        ]
    )
    reading = read_checked_table(data, columns=COLUMNS)
    assert codes(reading.problems) == [
        ("value-missing", "区县!A2"),
        ("not-a-number", "区县!B2"),
        ("not-a-date", "区县!C2"),
        ("below-minimum", "区县!B3"),
        ("code-lost-digits", "区县!A4"),
        ("number-with-unit", "区县!B4"),
    ]
    below = reading.problems[3]
    assert (below.found, below.expected, below.column, below.row) == (-1, 0, "value", 3)
    assert [row["day"] for row in reading.table.rows] == [
        None,
        datetime.date(2024, 3, 1),
        datetime.date(2024, 3, 1),
    ]


def test_missing_and_doubled_columns_are_named() -> None:
    reading = read_checked_table("指标值,数值,备注,备注\n1,2,x,y\n".encode(), columns=COLUMNS)
    assert codes(reading.problems) == [
        ("column-twice", "B1"),
        ("heading-twice", "D1"),
        ("column-missing", None),
    ]
    assert reading.problems[2].expected == ["area_code", "编码", "区划代码"]


def test_choices_are_checked() -> None:
    columns = [TableColumn("等级", choices=("优", "良"), kind="text")]
    reading = read_checked_table("等级\n优\n差\n".encode(), columns=columns)
    assert codes(reading.problems) == [("not-a-choice", "A3")]


def test_a_false_dimension_loses_no_rows() -> None:
    rows = f'<row r="1">{made.text_cell("A1", "编码")}{made.text_cell("B1", "数值")}</row>' + "".join(
        f'<row r="{row}">{made.number_cell(f"A{row}", 360200 + row)}{made.number_cell(f"B{row}", row)}</row>'
        for row in range(2, 52)
    )
    reading = read_checked_table(made.workbook(rows, dimension="A1:A1"), columns=COLUMNS)
    assert len(reading.table.rows) == 50
    assert reading.table.rows[-1]["value"] == 51


def test_errors_and_formulas_without_values_are_not_taken_for_blanks() -> None:
    data = made.workbook(
        f'<row r="1">{made.text_cell("A1", "编码")}{made.text_cell("B1", "数值")}</row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><f>1+1</f></c></row>'
    )
    reading = read_checked_table(data, columns=COLUMNS)
    assert codes(reading.problems) == [("formula-error", "区县!B2"), ("formula-not-computed", "区县!B3")]


def test_shares_shown_in_percent_are_read_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["编码", "数值"])
    page.append(["360202", 0.287])
    page["B2"].number_format = "0.0%"
    page.append(["360203", 0.287])
    written = io.BytesIO()
    book.save(written)
    reading = read_checked_table(written.getvalue(), columns=COLUMNS)
    assert [row["value"] for row in reading.table.rows] == [28.7, 0.287]


def test_reads_old_workbooks() -> None:
    data = made.old_workbook(
        [["编码", "数值", "日期"], ["360202", (0.125, 1), (45352, 2)], [360203, ZeroDivisionError, None]]
    )
    assert sheet_names(data) == ("区县",)
    reading = read_checked_table(data, columns=COLUMNS)
    first, second = reading.table.rows
    assert (first["area_code"], first["value"], first["day"]) == ("360202", 12.5, datetime.date(2024, 3, 1))
    assert second["area_code"] == "360203"
    assert codes(reading.problems) == [("formula-error", "区县!B3")]


def test_reads_parquet() -> None:
    written = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"编码": ["360202", "360203"], "数值": [1.5, float("nan")]}), written
    )
    reading = read_checked_table(written.getvalue(), columns=COLUMNS)
    assert reading.ok
    assert [(row.number, row["value"]) for row in reading.table.rows] == [(1, 1.5), (2, None)]
    with pytest.raises(UnreadableTable) as caught:
        read_table(written.getvalue(), bounds=TableBounds(rows=1))
    assert caught.value.code == "too-many-rows"


def test_damaged_and_foreign_files_are_named() -> None:
    for data, code in (
        (b"PAR1 nothing", "table-unreadable"),
        (made.old_workbook([["a"]])[:1600], "table-unreadable"),
    ):
        with pytest.raises(UnreadableTable) as unreadable:
            read_table(data)
        assert unreadable.value.code == code
    for data, code in (
        (b"", "file-empty"),
        (made.ole_file("EncryptedPackage", b""), "password-protected"),
        (b"\x7fELF\x00\x01", "not-a-table"),
    ):
        with pytest.raises(RefusedFile) as refused:
            read_table(data)
        assert refused.value.code == code


def test_sheets_are_chosen_by_name_and_hidden_ones_passed_over() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "说明"
    book.worksheets[0].sheet_state = "hidden"
    page = book.create_sheet("数据")
    page.append(["编码"])
    page.append(["x"])
    written = io.BytesIO()
    book.save(written)
    data = written.getvalue()
    assert sheet_names(data) == ("说明", "数据")
    assert read_table(data).sheet == "数据"
    with pytest.raises(UnreadableTable) as caught:
        read_table(data, sheet="街道")
    assert caught.value.facts == {"sheet": "街道", "found": ["说明", "数据"]}


def test_reads_the_reference_catalogue(shared: Path) -> None:
    table = read_table((shared / "reference" / "indicators.csv").read_bytes(), filename="indicators.csv")
    assert len(table.rows) == 134


def test_reads_sheets_of_real_forms_old_and_new(shared: Path) -> None:
    for path in sorted((shared / "reference" / "forms").glob("*.xls*")):
        data = path.read_bytes()
        assert "survey" in sheet_names(data)
        table = read_table(data, sheet="survey")
        assert {"type", "name"} <= set(table.columns)
        assert table.rows[0].number > table.header_row
