"""Streets that merge or are split: each year's sums, values and histories are those of its own areas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.areas.models import Area
from app.areas.queries import area_by_code
from app.db import db
from app.indicators.adopted_values import adopted
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.exam_years import areas_of_exam, keep_exam_year
from app.indicators.history import history
from app.indicators.items import NewItem, record_items
from app.indicators.models import Value
from app.indicators.values import NewValue, record_many
from tests.areas.changing import tell

Rows = list[dict[str, Any]]
YEARS = (2023, 2024)


@pytest.fixture
def changed(areas: dict[str, int], catalogue_of: Callable[..., None]) -> Area:
    """In 2023 streets S11 and S12 of D1, S21 of D2; in 2024 S1 (of both), and S22, S23 (of S21)."""
    same = [{"from_year": "2023", "from_code": "", "to_year": "2024", "to_code": "", "relation": "same"}]
    equivalences: Rows = [{**row, "comparable": "yes", "note": ""} for row in same]
    for year in YEARS:
        catalogue_of(year, equivalences=equivalences if year == 2024 else [])
        keep_exam_year(year=year, data_date=date(year, 6, 30))
    tell(
        ("S1", "合并街道", "street", "D1", "S11 S12"),
        ("S22", "拆分甲街道", "street", "D2", "S21"),
        ("S23", "拆分乙街道", "street", "D2", "S21"),
    )
    return area_by_code("C")


def record(year: int, figures: dict[str, dict[str, float]]) -> None:
    """Figures by item and area code; the codes name the areas of the exam."""
    ids = {area.code: area.id for area in areas_of_exam(year, area_by_code("C"))}
    rows = [
        NewItem(
            item_code=item, area_id=ids[code], exam_year=year, source_kind="official", vintage=str(year),
            value=value, provenance=("report_version", 1),
        )
        for item, by_area in figures.items()
        for code, value in by_area.items()
    ]  # fmt: skip
    record_items(rows=rows)
    db.session.commit()


def examine(city: Area) -> None:
    """Both years with their figures: lacking places 8 and 4, then 10; 5, then 2 and 4."""
    record(
        2023,
        {
            "places_due": {"S11": 9, "S12": 9, "S21": 9},
            "places": {"S11": 1, "S12": 5, "S21": 4},
            "green": {"S11": 10, "S12": 30, "S21": 5},
            "built": {"S11": 50, "S12": 50, "S21": 10},
            "pupils": {"C": 100},
        },
    )
    record(
        2024,
        {
            "places_due": {"S1": 20, "S22": 5, "S23": 5},
            "places": {"S1": 10, "S22": 3, "S23": 1},
            "green": {"S1": 60, "S22": 1, "S23": 3},
            "built": {"S1": 100, "S22": 5, "S23": 5},
            "pupils": {"C": 110},
        },
    )
    for year in YEARS:
        derive(exam_year=year, root_id=city.id)
        cross_check_year(exam_year=year, root_id=city.id)
    db.session.commit()


def values(year: int, city: Area, code: str) -> dict[str, float | None]:
    """The adopted values of an indicator, by area code."""
    return {each.area_code: each.value for each in adopted(year, city.id, indicator_code=code)}


def test_each_exam_has_the_areas_of_its_data_date(changed: Area) -> None:
    found = {year: [area.code for area in areas_of_exam(year, changed, level="street")] for year in YEARS}
    assert found == {2023: ["S11", "S12", "S21"], 2024: ["S1", "S22", "S23"]}
    # By default an exam speaks of the last day of the year before: the change of that January comes later.
    keep_exam_year(year=2024, data_date=date(2023, 12, 31))
    assert [area.code for area in areas_of_exam(2024, changed, level="street")] == ["S11", "S12", "S21"]


def test_sums_take_the_children_of_their_year(changed: Area) -> None:
    examine(changed)
    assert values(2023, changed, "EC02") == {"C": 17, "D1": 12, "D2": 5, "S11": 8, "S12": 4, "S21": 5}
    assert values(2024, changed, "EC02") == {"C": 16, "D1": 10, "D2": 6, "S1": 10, "S22": 2, "S23": 4}
    assert values(2024, changed, "EC01") == pytest.approx(
        {"C": 64 / 1.1, "D1": 60, "D2": 40, "S1": 60, "S22": 20, "S23": 60}
    )


def test_last_years_figures_are_found_on_the_ground_of_now(changed: Area, catalogue_of: Any) -> None:
    examine(changed)
    growth = {"indicator_code": "EC02", "source_kind": "official", "formula": "places - prev(places)"}
    row = {**growth, "aggregation": "none", "level": "street", "survey_estimator": "", "note": ""}
    found = {}
    for level in ("street", "district", "city"):
        catalogue_of(2024, formulas=[{**row, "level": level}])
        derive(exam_year=2024, root_id=changed.id)
        kept = db.session.query(Value, Area.code).join(Area, Area.id == Value.area_id)
        kept = kept.filter(Value.exam_year == 2024, Value.is_current.is_(True), Area.level == level)
        found |= {code: value.value for value, code in kept.filter(Value.indicator_code == "EC02")}
    # S22 and S23 were one street: of each alone nothing is known, of their district everything.
    assert found == {"S1": 4, "S22": None, "S23": None, "D1": 4, "D2": 0, "C": 4}


def test_what_was_recorded_for_an_ended_street_is_none_of_the_later_exam(changed: Area) -> None:
    examine(changed)
    old = area_by_code("S11", on=date(2023, 6, 30))
    record_many(
        rows=[
            NewValue(
                indicator_code="EC02", area_id=old.id, exam_year=2024, source_kind="official", vintage="2024",
                value=99.0, state="reported", method="reported", provenance=("test", 1),
            )
        ]
    )  # fmt: skip
    cross_check_year(exam_year=2024, root_id=changed.id)
    derive(exam_year=2024, root_id=changed.id)
    assert values(2024, changed, "EC02")["C"] == 16
    assert "S11" not in values(2024, changed, "EC02")


def told(area: str, code: str) -> list[tuple[int, str, float | None, bool, str]]:
    """A history up to 2024: year, areas, value, whether comparable, change."""
    found = history(code, area_by_code(area).id, exam_year=2024)
    return [
        (each.year, " ".join(a.code for a in each.areas), each.value, each.comparable, each.change)
        for each in found
    ]


def test_the_history_of_merged_streets_adds_what_can_be_added(changed: Area) -> None:
    examine(changed)
    assert told("S1", "EC02") == [
        (2023, "S11 S12", 12, True, "merged"),
        (2024, "S1", 10, True, "same"),
    ]
    (before, now) = history("EC02", area_by_code("S1").id, exam_year=2024)
    assert (len(before.value_ids), len(now.value_ids)) == (2, 1)
    # A share is not added: both are shown and neither is compared.
    assert told("S1", "EC01") == [
        (2023, "S11", 20, False, "merged"),
        (2023, "S12", 60, False, "merged"),
        (2024, "S1", 60, True, "same"),
    ]


def test_the_history_of_a_split_street_is_shown_and_not_compared(changed: Area) -> None:
    examine(changed)
    assert told("S22", "EC02") == [(2023, "S21", 5, False, "split"), (2024, "S22", 2, True, "same")]
    assert told("D2", "EC02") == [(2023, "D2", 5, True, "same"), (2024, "D2", 6, True, "same")]


def test_one_of_merged_streets_without_a_value_leaves_no_sum(changed: Area) -> None:
    record(2023, {"places_due": {"S11": 9}, "places": {"S11": 1}})
    record(2024, {"places_due": {"S1": 9}, "places": {"S1": 1}})
    for year in YEARS:
        derive(exam_year=year, root_id=changed.id)
        cross_check_year(exam_year=year, root_id=changed.id)
    assert told("S1", "EC02")[0] == (2023, "S11", 8, False, "merged")


def test_a_renamed_street_keeps_its_history(areas: dict[str, int], app: Flask, changed: Area) -> None:
    examine(changed)
    tell(("S1", "再改名街道", "street", "D1", ""), on=date(2024, 7, 1))
    keep_exam_year(year=2024, data_date=date(2024, 12, 31))
    # The figures of 2024 hang on the row of June; the row of December is the same street.
    assert told("S1", "EC02") == [(2023, "S11 S12", 12, True, "merged")]
    keep_exam_year(year=2024, data_date=date(2024, 6, 30))
    assert [row[1:] for row in told("S1", "EC02")] == [
        ("S11 S12", 12, True, "merged"),
        ("S1", 10, True, "renamed"),
    ]
