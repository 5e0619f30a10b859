"""A small city and a small catalogue, small enough to compute by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from flask import Flask

from app.areas.models import Area
from app.db import db
from app.indicators import reading
from app.indicators.importing import import_catalogue
from app.indicators.items import NewItem, record_items
from app.indicators.workbook import CatalogueTables, catalogue_workbook
from app.workbooks.workbook_opening import open_workbook

START = date(2020, 1, 1)


def _rows(columns: str, *lines: str) -> list[dict[str, Any]]:
    names = columns.split(",")
    return [dict(zip(names, line.split("|"), strict=True)) for line in lines]


@pytest.fixture(autouse=True)
def quick_reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opens these tests' own small workbooks in the same process; ``bounded`` asks for the real way."""
    if "bounded" not in request.fixturenames:
        monkeypatch.setattr(
            reading, "read_workbook", lambda data: open_workbook(data, formulas=False, macros=False)
        )


@pytest.fixture
def bounded() -> None:
    """The workbook is opened as an uploaded one is: scanned first, then in a child process."""


@cache
def small_workbook() -> bytes:
    """The small catalogue as a workbook."""
    return catalogue_workbook(small_tables())


def small_tables(**changes: Any) -> CatalogueTables:
    """A catalogue of seven indicators; ``changes`` replaces whole tables."""
    tables: dict[str, Any] = {
        "departments": _rows("code,name_zh,name_en", "stats|市统计局|Statistics", "housing|市住建局|Housing"),
        "dimensions": _rows(
            "code,name_zh,name_en,kind", "EC|生态宜居|Ecology|common", "SP|保护与传承|Heritage|special"
        ),
        "indicators": [
            _indicator("EC01", "绿化覆盖率", "%", kinds="official;internet"),
            _indicator("EC02", "学位缺口", "places", direction="negative"),
            _indicator("EC03", "最大组团", "km2", direction="negative", level="district"),
            _indicator("EC04", "平均年龄", "years", direction="range", level="district"),
            _indicator("EC05", "道路配建率", "%", level="city"),
            _indicator("EC06", "新生增长率", "%", level="city"),
            _indicator("SP01", "居民评价", "score", kinds="survey", dimension="SP"),
        ],
        "base_items": [
            _item("green", "绿化面积"),
            _item("built", "建成区面积"),
            _item("places", "现有学位"),
            _item("places_due", "应配学位"),
            _item("cluster", "最大组团面积", level="district"),
            _item("age", "年龄中位数", level="district", kind_of_value="mean"),
            _item("pop_resident", "常住人口"),
            _item("tunnel", "管廊道路", level="city"),
            _item("road", "道路长度"),
            _item("pupils", "入学人数", level="city"),
            _item("green_poi", "绿地（兴趣点）", source="internet", department=""),
        ],
        "formulas": _rows(
            "indicator_code,source_kind,formula,aggregation,level,survey_estimator,note",
            "EC01|official|green / built * 100|ratio|street||",
            "EC01|internet|green_poi / built * 100|ratio|street||",
            "EC02|official|max(0, places_due - places)|sum|street||",
            "EC03|official|cluster|max|district||",
            "EC04|official|age|weighted_mean|district||",
            "EC05|official|tunnel / road * 100|none|city||",
            "EC06|official|(pupils / prev(pupils) - 1) * 100|none|city||",
            "SP01|survey||none|district|mean(q1)|",
        ),
        "standards": _rows(
            "indicator_code,kind,op,value,value_high,citation,valid_from,valid_to,status,note",
            "EC01|exemplary_standard|>=|45||示范标准（待核）|2020-01-01||to_check|",
            "EC01|national_standard|>=|38||国家标准甲|||verified_text|",
            "EC02|national_standard|<=|0||目标|2021-01-01|2022-12-31|verified_text|",
            "EC04|national_standard|range|30|45|区间||2025-12-31|verified_text|",
        ),
        "plan_targets": _rows(
            "indicator_code,exam_year,op,value,value_high,status,note",
            "EC01|2023|>=|39||invented_for_demonstration|",
            "EC01|2024|>=|40||invented_for_demonstration|",
        ),
        "benchmarks": _rows(
            "place,indicator_code,value,year,source,status", "Meissen|EC01|41.5||statistics|found"
        ),
        "equivalences": _rows(
            "from_year,from_code,to_year,to_code,relation,comparable,note",
            "2023|EC02|2024|EC02|redefined|no|口径改变",
        ),
    }
    return CatalogueTables(**(tables | changes))


def _indicator(
    code: str,
    name: str,
    unit: str,
    *,
    kinds: str = "official",
    direction: str = "positive",
    level: str = "street",
    dimension: str = "生态宜居",
) -> dict[str, Any]:
    return {
        "code": code,
        "dimension": dimension,
        "name_zh": name,
        "name_en": f"Indicator {code}",
        "unit": unit,
        "direction": direction,
        "source_kinds": kinds,
        "responsible_department_zh": "市统计局；市住建局",
        "spatial_level": level,
        "formula": "文字口径",
        "nature": "guiding",
        "origin": "proposal",
        "official_years": "",
        "certainty": "",
        "note": "",
    }


def _item(
    code: str,
    name: str,
    *,
    level: str = "street",
    source: str = "official",
    department: str = "市统计局",
    kind_of_value: str = "count",
) -> dict[str, Any]:
    return {
        "code": code,
        "name_zh": name,
        "name_en": f"Item {code}",
        "unit": "1",
        "source_kind": source,
        "department_zh": department,
        "collect_level": level,
        "value_type": kind_of_value,
        "decimals": "2",
        "min": "0",
        "max": "",
        "definition_zh": "",
    }


@pytest.fixture
def tables() -> Callable[..., CatalogueTables]:
    """Makes the small catalogue, with whole tables replaced."""
    return small_tables


@pytest.fixture
def workbook() -> bytes:
    """The small catalogue as a workbook."""
    return small_workbook()


@pytest.fixture
def areas(app: Flask) -> dict[str, int]:
    """Ids by code: city C, districts D1 (streets S11, S12) and D2 (street S21), functional area F."""
    ids: dict[str, int] = {}
    for code, level, parent in (
        ("C", "city", None),
        ("D1", "district", "C"),
        ("D2", "district", "C"),
        ("F", "functional", "C"),
        ("S11", "street", "D1"),
        ("S12", "street", "D1"),
        ("S21", "street", "D2"),
    ):
        area = Area(
            code=code,
            name_zh=f"{code}区",
            name_en=f"Area {code}",
            level=level,
            parent_id=ids[parent] if parent else None,
            valid_from=START,
        )
        db.session.add(area)
        db.session.flush()
        ids[code] = area.id
    db.session.commit()
    return ids


@pytest.fixture
def catalogue_of(app: Flask) -> Callable[..., None]:
    """Imports the small catalogue for a year."""

    def load(year: int, **changes: Any) -> None:
        content = catalogue_workbook(small_tables(**changes)) if changes else small_workbook()
        import_catalogue(content=content, filename="small.xlsx", exam_year=year)
        db.session.commit()

    return load


@pytest.fixture
def city(areas: dict[str, int], catalogue_of: Callable[..., None]) -> dict[str, int]:
    """The small city with the catalogue of 2024."""
    catalogue_of(2024)
    return areas


@pytest.fixture
def record_figures(areas: dict[str, int]) -> Callable[..., None]:
    """Records figures: ``{"green": {"S11": 10, "S12": None}}``; None is missing, "na" not applicable."""

    def record(
        figures: dict[str, dict[str, Any]], *, year: int = 2024, source_kind: str = "official"
    ) -> None:
        rows = [
            NewItem(
                item_code=code,
                area_id=areas[area],
                exam_year=year,
                source_kind=source_kind,
                vintage=str(year - 1),
                value=None if value in (None, "na") else float(value),
                state={None: "missing", "na": "not_applicable"}.get(value, "reported"),
                provenance=("report_version", 7),
            )
            for code, by_area in figures.items()
            for area, value in by_area.items()
        ]
        record_items(rows=rows)
        db.session.commit()

    return record
