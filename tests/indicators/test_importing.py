"""A catalogue comes in whole or not at all, and every problem is told with its cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Department
from app.db import db
from app.errors import Invalid, Place, describe, describe_place
from app.errors.messages import registered_codes
from app.indicators.catalogue_columns import SHEETS, Sheet
from app.indicators.exporting import tables_of
from app.indicators.importing import import_catalogue
from app.indicators.models import Benchmark, ExamYear, Indicator, IndicatorSet, Standard
from app.indicators.queries import catalogue, set_versions
from app.indicators.workbook import CatalogueTables, catalogue_workbook, read_folder
from app.storage import storage

Tables = Callable[..., CatalogueTables]
CATALOGUE = Path(__file__).parents[2] / "app" / "demo" / "data" / "catalogue"


def load(tables: CatalogueTables, year: int = 2024) -> IndicatorSet:
    made = import_catalogue(content=catalogue_workbook(tables), filename="set.xlsx", exam_year=year)
    db.session.commit()
    return made


def problems(tables: CatalogueTables) -> list[Place]:
    with pytest.raises(Invalid) as refused:
        import_catalogue(content=catalogue_workbook(tables), filename="set.xlsx", exam_year=2024)
    assert refused.value.code == "catalogue-invalid"
    assert refused.value.facts["count"] == len(refused.value.places)
    return list(refused.value.places)


def changed(rows: Any, number: int, **changes: Any) -> list[dict[str, Any]]:
    return [dict(row) | (changes if place == number else {}) for place, row in enumerate(rows)]


def test_a_catalogue_is_kept_with_its_marks(app: Any, tables: Tables) -> None:
    made = load(tables())
    known = catalogue(2024)
    assert (made.version, known.exam_year.data_date.isoformat(), known.exam_year.vintage) == (
        1, "2023-12-31", "2023",
    )  # fmt: skip
    first = known.indicator("EC01")
    assert (first.dimension_code, first.source_kinds, first.origin, first.certainty) == (
        "EC", ["official", "internet"], "proposal", "",
    )  # fmt: skip
    assert first.department is not None
    assert first.department.code == "stats"
    assert known.item("green").department_code == "stats"
    assert known.item("green_poi").department_code is None
    assert not known.item("age").additive
    assert [each.code for each in known.indicators] == [
        "EC01",
        "EC02",
        "EC03",
        "EC04",
        "EC05",
        "EC06",
        "SP01",
    ]
    assert storage().get(made.sha256)


def test_importing_again_makes_a_new_version_and_keeps_the_old_one(app: Any, tables: Tables) -> None:
    first = load(tables())
    fewer = tables()
    second = load(CatalogueTables(**(vars(fewer) | {"benchmarks": [], "plan_targets": [], "standards": []})))
    assert [(each.version, each.is_current) for each in set_versions(2024)] == [(2, True), (1, None)]
    kept = select(func.count()).select_from(Indicator).where(Indicator.set_id == first.id)
    assert db.session.execute(kept).scalar() == 7
    assert catalogue(2024).set.id == second.id


def test_years_have_sets_of_their_own(app: Any, tables: Tables) -> None:
    load(tables(), 2023)
    load(tables(), 2024)
    assert [(each.exam_year, each.version) for each in (catalogue(2023).set, catalogue(2024).set)] == [
        (2023, 1),
        (2024, 1),
    ]


def test_what_is_downloaded_can_be_uploaded_and_is_the_same(app: Any, tables: Tables) -> None:
    load(tables())
    first = tables_of(2024)
    load(first)
    assert tables_of(2024) == first
    assert catalogue_workbook(first) == catalogue_workbook(tables_of(2024))


def test_every_problem_is_told_with_its_cell_and_nothing_is_kept(app: Any, tables: Tables) -> None:
    good = tables()
    bad = tables(
        indicators=changed(good.indicators, 1, direction="upward", unit=""),
        base_items=changed(good.base_items, 0, decimals="two"),
    )
    found = {(place.sheet, place.cell, place.column, place.code) for place in problems(bad)}
    assert found == {
        ("指标", "F4", "direction", "not-a-choice"),
        ("指标", "E4", "unit", "value-missing"),
        ("基础数据项", "I3", "decimals", "not-a-number"),
    }
    for table in (ExamYear, IndicatorSet, Department):
        assert db.session.execute(select(func.count()).select_from(table)).scalar() == 0


def one_problem(tables: CatalogueTables) -> tuple[str | None, str | None, str]:
    (place,) = problems(tables)
    return place.sheet, place.cell, place.code


def formula(text: str, **changes: Any) -> dict[str, Any]:
    row = {
        "indicator_code": "EC01", "source_kind": "official", "formula": text, "aggregation": "ratio",
        "level": "street", "survey_estimator": "", "note": "",
    }  # fmt: skip
    return row | changes


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        (formula("green / / built"), "C3", "formula-unexpected"),
        (formula("green / grass"), "C3", "formula-unknown-item"),
        (formula("green + built"), "D3", "formula-no-ratio"),
        (formula("max(0, green) / built"), "D3", "formula-no-ratio"),
        (formula(""), "C3", "value-missing"),
        (formula("green / built", indicator_code="EC99"), "A3", "indicator-not-listed"),
        (formula("green / built", source_kind="survey"), "B3", "source-kind-not-of-indicator"),
        (formula("tunnel / built"), "E3", "item-too-coarse"),
        (
            formula("green", indicator_code="SP01", source_kind="survey", aggregation="none"),
            "C3",
            "survey-formula",
        ),
    ],
)
def test_a_faulty_formula_is_told_with_its_cell(
    app: Any, tables: Tables, row: dict[str, Any], cell: str, code: str
) -> None:
    found = problems(tables(formulas=[row]))
    assert ("公式", cell, code) in {(place.sheet, place.cell, place.code) for place in found}


def test_breaches_between_the_sheets_are_told(app: Any, tables: Tables) -> None:
    good = tables()
    assert one_problem(tables(indicators=changed(good.indicators, 0, dimension="别的"))) == (
        "指标", "B3", "unknown-dimension-cell",
    )  # fmt: skip
    assert one_problem(tables(indicators=changed(good.indicators, 6, source_kinds="survey;hearsay"))) == (
        "指标", "G9", "source-kinds-unreadable",
    )  # fmt: skip
    elsewhere = changed(good.indicators, 0, responsible_department_zh="市某局")
    assert one_problem(tables(indicators=elsewhere)) == ("指标", "H3", "unknown-department-name")
    assert one_problem(tables(base_items=changed(good.base_items, 0, department_zh=""))) == (
        "基础数据项", "F3", "item-without-department",
    )  # fmt: skip
    assert one_problem(tables(standards=changed(good.standards, 3, value_high=""))) == (
        "标准", "E6", "range-incomplete",
    )  # fmt: skip
    assert one_problem(tables(standards=changed(good.standards, 3, value_high="20"))) == (
        "标准", "E6", "bounds-crossed",
    )  # fmt: skip
    assert one_problem(tables(plan_targets=[*good.plan_targets, good.plan_targets[0]])) == (
        "规划目标", "A5", "catalogue-row-twice",
    )  # fmt: skip
    assert one_problem(tables(standards=[*good.standards, good.standards[0]])) == (
        "标准", "A7", "catalogue-row-twice",
    )  # fmt: skip
    assert one_problem(tables(standards=[*good.standards, {**good.standards[1], "value": "39"}])) == (
        "标准", "A7", "catalogue-row-twice",
    )  # fmt: skip
    assert one_problem(tables(benchmarks=[*good.benchmarks, good.benchmarks[0]])) == (
        "对标", "B4", "catalogue-row-twice",
    )  # fmt: skip
    assert one_problem(tables(equivalences=changed(good.equivalences, 0, from_year=2025))) == (
        "年度对照", "C3", "years-crossed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("standard", {}),
        ("standard", {"valid_from": None}),
        ("standard", {"op": "range", "value_high": 1.0, "kind": "exemplary_standard"}),
        ("benchmark", {"year": 2023}),
        ("benchmark", {"year": None}),
    ],
)
def test_the_database_keeps_one_bound_of_a_key_and_no_empty_range(
    app: Any, tables: Tables, kind: str, changes: dict[str, Any]
) -> None:
    made = load(tables())
    facts: dict[str, Any] = {"set_id": made.id, "indicator_code": "EC02", "value": 5.0, "status": "found"}
    if kind == "standard":
        facts |= {"kind": "national_standard", "op": "<=", "citation": "x", "valid_from": date(2020, 1, 1)}
    else:
        facts |= {"place": "Meissen", "source": "x"}
    table = Standard if kind == "standard" else Benchmark
    twins = 1 if "value_high" in changes else 2
    db.session.add_all([table(**facts | changes, position=90 + place) for place in range(twins)])
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_standard_written_beside_the_indicator_alone_is_not_lost_silently(app: Any, tables: Tables) -> None:
    good = tables()
    beside = changed(good.indicators, 2, national_standard="<=50 | 指标解释")
    assert one_problem(tables(indicators=beside)) == ("指标", "P5", "standard-not-listed")


def test_a_text_longer_than_its_column_is_told(app: Any, tables: Tables) -> None:
    long = changed(tables().indicators, 0, name_zh="长" * 161)
    assert one_problem(tables(indicators=long)) == ("指标", "C3", "catalogue-text-too-long")


def test_a_missing_sheet_and_an_empty_one_are_told(app: Any, tables: Tables, tmp_path: Path) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("indicators", "formulas", "standards", "plan_targets", "benchmarks", "equivalences"), ()
    )
    assert one_problem(tables(**nothing)) == ("指标", None, "catalogue-empty")
    path = tmp_path / "set.xlsx"
    path.write_bytes(catalogue_workbook(tables()))
    book = load_workbook(path)
    del book["公式"]
    book.save(path)
    with pytest.raises(Invalid) as refused:
        import_catalogue(content=path.read_bytes(), filename="set.xlsx", exam_year=2024)
    assert [place.code for place in refused.value.places] == ["catalogue-sheet-missing"]


@pytest.mark.parametrize("sheet", ["标准", "规划目标", "对标", "年度对照"])
def test_a_sheet_is_not_lost_unnoticed_but_may_be_emptied(
    app: Any, tables: Tables, tmp_path: Path, sheet: str
) -> None:
    path = tmp_path / "set.xlsx"
    path.write_bytes(catalogue_workbook(tables()))
    book = load_workbook(path)
    rows = book[sheet].max_row - 2
    del book[sheet]
    book.save(path)
    load(tables())
    with pytest.raises(Invalid) as refused:
        import_catalogue(content=path.read_bytes(), filename="set.xlsx", exam_year=2024)
    lost = {"found": sheet, "count": rows}
    assert [(place.code, place.sheet, place.facts) for place in refused.value.places] == [
        ("catalogue-sheet-lost", sheet, lost)
    ]
    # Another year has nothing to lose, and a sheet with its heading alone says that there is none.
    import_catalogue(content=path.read_bytes(), filename="set.xlsx", exam_year=2025)
    book.create_sheet(sheet).append([column.name for column in sheet_of(sheet).columns])
    book.save(path)
    assert import_catalogue(content=path.read_bytes(), filename="set.xlsx", exam_year=2024).version == 2


def sheet_of(name: str) -> Sheet:
    return next(sheet for sheet in SHEETS.values() if sheet.name == name)


def test_a_department_s_name_cannot_move_to_another_code(app: Any, tables: Tables) -> None:
    load(tables())
    renamed = changed(tables().departments, 0, code="statistics")
    assert one_problem(tables(departments=renamed)) == ("部门", "B3", "department-name-taken")


def test_chinese_headings_alone_are_understood(app: Any, tables: Tables, tmp_path: Path) -> None:
    path = tmp_path / "set.xlsx"
    path.write_bytes(catalogue_workbook(tables()))
    book = load_workbook(path)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.delete_rows(2)
    book.save(path)
    import_catalogue(content=path.read_bytes(), filename="set.xlsx", exam_year=2024)
    assert len(catalogue(2024).indicators) == 7


def test_problems_have_words_in_the_readers_language(app: Any, tables: Tables) -> None:
    (place,) = problems(tables(formulas=[formula("green / / built")]))
    with app.test_request_context():
        assert describe_place(place) == "工作表“公式”，单元格 C3"
        assert describe(place.code, place.facts) == "公式第 9 个字符处不应出现“/”。"


def test_every_code_of_a_catalogue_problem_has_words(app: Any) -> None:
    source = (Path(__file__).parents[2] / "app" / "indicators" / "checking.py").read_text(encoding="utf-8")
    told = {part.split('"')[0] for part in source.split('"') if part.count("-") >= 1 and part.islower()}
    codes = {code for code in told if code.replace("-", "").isalpha()} - {"value-missing"}
    assert codes
    assert codes <= registered_codes()


def test_the_catalogue_of_the_demonstration_is_whole(app: Any, bounded: None) -> None:
    load(read_folder(CATALOGUE))
    known = catalogue(2024)
    assert len(known.indicators) == 134
    assert len(known.dimensions) == 14
    assert {each.indicator_code for each in known.formulas} == {each.code for each in known.indicators}
