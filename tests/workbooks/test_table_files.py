"""Several tables in one file, row by row: what was written is read back, text stays text."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.workbooks.column_plans import TablePlan, plain_columns
from app.workbooks.faults import UnwritableContent
from app.workbooks.point_features import PointFeatures
from app.workbooks.sheet_book import SheetBook
from app.workbooks.table_files import CsvZip
from app.workbooks.workbook_reading import read_workbook

PLANS = [TablePlan("a/b", plain_columns("k", "n")), TablePlan("A_B", plain_columns("x"))]
ROWS: list[tuple[int, list[Any]]] = [
    (0, ["=1+1", 1]),
    (1, ["一行\r\n两行 <&>"]),
    (0, [None, 2.5]),
    (1, [True]),
    (0, ["@x", 10**17]),
    (1, [" \x01\ud83d#N/A"]),
]


def written(kind: type[CsvZip] | type[SheetBook], folder: Path) -> bytes:
    folder.mkdir()
    target = io.BytesIO()
    file = kind(target, folder, PLANS)
    for table, row in ROWS:
        file.write(table, row)
    file.close()
    return target.getvalue()


def test_zip_holds_a_csv_for_each_table_and_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    content = written(CsvZip, tmp_path / "one")
    assert content == written(CsvZip, tmp_path / "two")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a_b.csv", "A_B.csv"]
        tables = [
            list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        ]
    assert tables[0] == [["k", "n"], ["'=1+1", "1"], ["", "2.5"], ["'@x", str(10**17)]]
    assert tables[1] == [["x"], ["一行\r\n两行 <&>"], ["true"], [" \x01?#N/A"]]


def test_workbook_holds_a_sheet_for_each_table_and_no_formula(tmp_path: Path) -> None:
    content = written(SheetBook, tmp_path / "one")
    assert content == written(SheetBook, tmp_path / "two")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["a_b", "A_B~2"]
    first, second = book.worksheets
    assert list(first.values) == [("k", "n"), ("=1+1", 1), (None, 2.5), ("@x", str(10**17))]
    assert [first[place].data_type for place in ("A2", "A4", "B2")] == ["s", "s", "n"]
    assert first["A2"].quotePrefix and first.freeze_panes == "A2" and first["A1"].font.b
    assert [row[0] for row in second.values] == ["x", "一行\n两行 <&>", True, " \ufffd\ufffd#N/A"]
    assert read_workbook(content).sheet("a_b").cells[2, 1].value == "=1+1"


@pytest.mark.parametrize("kind", [CsvZip, SheetBook])
def test_memory_does_not_grow_with_the_rows(kind: type[CsvZip] | type[SheetBook], tmp_path: Path) -> None:
    with (tmp_path / "target").open("w+b") as target:
        file = kind(target, tmp_path, [TablePlan("a", plain_columns(*"x" * 20))])
        tracemalloc.start()
        for number in range(10_000):
            file.write(0, [f"{number} of many"] * 20)
        file.close()
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # The rows themselves are about 3 MB as CSV and 12 MB as a sheet.
    assert peak < 2_500_000


def test_what_a_sheet_cannot_hold_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnwritableContent) as refused:
        SheetBook(io.BytesIO(), tmp_path, [TablePlan("a", plain_columns(*"x" * 16_385))])
    assert (refused.value.code, refused.value.facts["limit"]) == ("too-many-columns", 16_384)
    book = SheetBook(io.BytesIO(), tmp_path, [TablePlan("a", plain_columns("x"))])
    with pytest.raises(UnwritableContent) as refused:
        book.write(0, ["长" * 32_768])
    assert (refused.value.code, refused.value.facts["cell"]) == ("text-too-long", "A2")
    for _ in range(1_048_574):
        book.write(0, [None])
    with pytest.raises(UnwritableContent) as refused:
        book.write(0, [None])
    assert refused.value.code == "too-many-rows"
    book.abandon()


def test_points_become_features() -> None:
    target = io.BytesIO()
    features = PointFeatures(target, ["id", "lat", "lon"], longitude=2, latitude=1)
    features.write(0, ["甲", 29.3, 117.2])
    features.write(1, ["a repeat's row is left out"])
    features.write(0, ["乙", None, None])
    features.close()
    found = json.loads(target.getvalue())
    assert found["type"] == "FeatureCollection"
    assert [each["geometry"] for each in found["features"]] == [
        {"type": "Point", "coordinates": [117.2, 29.3]},
        None,
    ]
    assert found["features"][0]["properties"] == {"id": "甲", "lat": 29.3, "lon": 117.2}
    empty = io.BytesIO()
    PointFeatures(empty, ["id"], longitude=0, latitude=0).close()
    assert json.loads(empty.getvalue())["features"] == []
