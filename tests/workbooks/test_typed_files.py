"""SPSS and Parquet: what was written is read back by readers of others, whatever the slices."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyreadstat
import pytest

from app.workbooks import parquet_zip, spss_zip
from app.workbooks.column_plans import ColumnPlan, TablePlan, plain_columns
from app.workbooks.parquet_zip import ParquetZip
from app.workbooks.spss_names import variable_names
from app.workbooks.spss_zip import CUT_TEXTS, SpssZip

STEPS = {"1": "很差", "5": "很好", "9": "不了解"}
COLUMNS = [
    ColumnPlan("basic/age", "integer", "年龄"),
    ColumnPlan("BASIC.AGE", "decimal", "面积"),
    ColumnPlan("park", "choice", "公园", STEPS, frozenset({"9"})),
    ColumnPlan("street", "choice", "街道", {"s1": "珠山", "一二三四五": "长代码"}),
    ColumnPlan("worst/a", "flag", "停车", {"1": "选中", "0": "未选"}),
    ColumnPlan("moved", "date", "搬入"),
    ColumnPlan("at", "moment", "时间"),
    ColumnPlan("told", "text", "=建议"),
    ColumnPlan("again", "boolean", "再来"),
]
ROW: list[Any] = [45, 2.5, "5", "s1", 1, "2024-02-29", "2024-02-29T08:30:00.000+08:00", "=1+1", True]
PLANS = [TablePlan("甲/乙", COLUMNS), TablePlan("person", plain_columns("key", "name"))]


def written(kind: Any, folder: Path, tables: list[list[list[Any]]]) -> zipfile.ZipFile:
    """The zip of these rows of each table."""
    folder.mkdir()
    target = io.BytesIO()
    file = kind(target, folder, PLANS)
    for table, rows in enumerate(tables):
        for row in rows:
            file.write(table, row)
    file.close()
    return zipfile.ZipFile(target)


def sav(archive: zipfile.ZipFile, name: str, folder: Path) -> tuple[Any, Any]:
    path = folder / "read.sav"
    path.write_bytes(archive.read(name))
    return pyreadstat.read_sav(path, user_missing=True)


def test_sav_has_types_labels_and_missing_values(tmp_path: Path) -> None:
    rows = [ROW, [None] * 9, [0, 1, "9", "一二三四五", 0, None, None, "长" * 100, False]]
    archive = written(SpssZip, tmp_path / "w", [rows, [["uuid:1/person[1]", "甲"]]])
    assert archive.namelist() == ["甲_乙.sav", "person.sav"]
    frame, meta = sav(archive, "甲_乙.sav", tmp_path)
    names = ["basic_age", "BASIC.AGE", "park", "street", "worst_a", "moved", "at", "told", "again"]
    assert list(frame) == names
    first, second, third = frame.itertuples(index=False)
    assert list(first)[:5] == [45, 2.5, 5, "s1", 1]
    assert (first.moved, first.at) == (date(2024, 2, 29), datetime(2024, 2, 29, 0, 30))  # noqa: DTZ001
    assert (first.told, first.again, third.told, third.street) == ("=1+1", 1, "长" * 100, "一二三四五")
    assert np.isnan(second.park) and second.street == "" and second.told == ""
    assert meta.column_names_to_labels["park"] == "公园"
    assert meta.variable_value_labels["park"] == {1: "很差", 5: "很好", 9: "不了解"}
    assert meta.variable_value_labels["street"]["一二三四五"] == "长代码"
    assert meta.variable_value_labels["worst_a"] == {1: "选中", 0: "未选"}
    assert meta.missing_ranges == {"park": [{"lo": 9, "hi": 9}]}
    assert meta.variable_measure["park"] == "nominal" and meta.variable_measure["basic_age"] == "scale"
    people, _meta = sav(archive, "person.sav", tmp_path)
    assert people.values.tolist() == [["uuid:1/person[1]", "甲"]]


def test_sav_of_many_slices_is_one_file_and_memory_does_not_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spss_zip, "_SLICE", 20_000)
    rows = [[n, n / 4, "15"[n % 2], "s1", n % 2, None, None, "长" * (n % 300), None] for n in range(700)]
    frame, meta = sav(written(SpssZip, tmp_path / "w", [rows, []]), "甲_乙.sav", tmp_path)
    assert meta.number_rows == 700
    assert frame["basic_age"].tolist() == list(range(700))
    assert frame["BASIC.AGE"].tolist() == [n / 4 for n in range(700)]
    assert frame["told"].tolist() == ["长" * (n % 300) for n in range(700)]
    assert [int(each) for each in frame["park"]] == [1, 5] * 350


def test_rows_wait_outside_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spss_zip, "_SLICE", 200_000)
    monkeypatch.setattr(parquet_zip, "_CELLS_OF_A_GROUP", 10_000)
    for kind in (SpssZip, ParquetZip):
        folder = tmp_path / kind.__name__
        folder.mkdir()
        with (tmp_path / "target").open("w+b") as target:
            file: Any = kind(target, folder, [TablePlan("a", plain_columns(*(f"x{n}" for n in range(20))))])
            tracemalloc.start()
            for number in range(5_000):
                file.write(0, [f"{number} of many answers"] * 20)
            file.close()
            _now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        # The rows as texts of Python are about 8 MB.
        assert peak < 4_000_000, kind


def test_text_too_long_for_a_variable_is_cut_between_letters_and_listed(tmp_path: Path) -> None:
    rows = [[*ROW[:7], text, None] for text in ("长" * 20_000, "好")]
    archive = written(SpssZip, tmp_path / "w", [rows, []])
    frame, _meta = sav(archive, "甲_乙.sav", tmp_path)
    assert frame["told"].tolist() == ["长" * 10_922, "好"]
    [listed] = csv.DictReader(io.StringIO(archive.read(CUT_TEXTS).decode("utf-8-sig")))
    assert listed == {"file": "甲_乙.sav", "row": "1", "variable": "told", "bytes": "60000", "limit": "32767"}


def test_what_is_no_number_makes_a_variable_of_text_and_nothing_is_lost(tmp_path: Path) -> None:
    rows = [ROW, ["about 40", "x", "other", "s1", 1, "soon", "later", "", True], [2**60, *ROW[1:]]]
    frame, meta = sav(written(SpssZip, tmp_path / "w", [rows, []]), "甲_乙.sav", tmp_path)
    assert frame["basic_age"].tolist() == ["45", "about 40", str(2**60)]
    assert frame["park"].tolist() == ["5", "other", "5"] and frame["moved"].tolist()[1] == "soon"
    assert meta.variable_value_labels["park"] == STEPS
    assert meta.missing_ranges == {"park": [{"lo": "9", "hi": "9"}]}


def test_empty_table_is_a_sav_without_rows(tmp_path: Path) -> None:
    frame, meta = sav(written(SpssZip, tmp_path / "w", [[], []]), "甲_乙.sav", tmp_path)
    assert (len(frame), meta.number_rows) == (0, 0) and "park" in frame


def test_names_of_variables_are_short_allowed_and_single() -> None:
    assert variable_names(["a/b", "A_B", "1st", "by", "满意/公园", "", "长" * 40]) == [
        "a_b",
        "A_B_2",
        "v_1st",
        "v_by",
        "满意_公园",
        "v_",
        "长" * 21,
    ]


def test_parquet_is_typed_grouped_and_keeps_what_has_another_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_zip, "_CELLS_OF_A_GROUP", 20)
    odd = ["about 40", None, "other", None, None, "soon", None, "\ud83d!", None]
    rows = [ROW, [None] * 9, odd]
    archive = written(ParquetZip, tmp_path / "w", [rows, [["uuid:1/person[1]", "甲"]]])
    assert archive.namelist() == ["甲_乙.parquet", "person.parquet"]
    assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
    file = pq.ParquetFile(io.BytesIO(archive.read("甲_乙.parquet")))
    assert file.metadata.num_row_groups == 2
    table = file.read()
    assert [str(each.type) for each in table.schema] == [
        *("int64", "double", "dictionary<values=string, indices=int32, ordered=0>"),
        *("dictionary<values=string, indices=int32, ordered=0>", "int8", "date32[day]"),
        *("timestamp[ms, tz=UTC]", "string", "bool", "string"),
    ]
    first, empty, third = table.to_pylist()
    moment = datetime(2024, 2, 29, 0, 30, tzinfo=UTC)
    assert list(first.values()) == [45, 2.5, "5", "s1", 1, date(2024, 2, 29), moment, "=1+1", True, None]
    assert not any(empty.values())
    assert (third["park"], third["told"]) == ("other", "?!")
    assert third["_untyped"] == '{"basic/age": "about 40", "moved": "soon"}'
    park = table.schema.field("park").metadata
    assert park[b"label"].decode() == "公园" and '"9": "不了解"' in park[b"choices"].decode()
