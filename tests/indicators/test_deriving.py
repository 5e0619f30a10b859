"""Values derived from figures, against sums done by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event

from app.areas.models import Area, MarginCell, MarginTable
from app.db import db
from app.indicators.deriving import derive
from app.indicators.items import NewItem, record_items
from app.indicators.models import Value
from app.indicators.queries import values_of
from app.indicators.tracing import trace
from app.indicators.values import record

Figures = Callable[..., None]


def found(code: str, area_id: int, source_kind: str = "official", year: int = 2024) -> Value:
    (value,) = values_of(year, indicator_code=code, area_ids=[area_id], source_kind=source_kind)
    return value


def test_a_ratio_goes_up_through_summed_numerators_and_denominators(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures({"green": {"S11": 10, "S12": 30, "S21": 5}, "built": {"S11": 50, "S12": 60, "S21": 20}})
    derive(exam_year=2024, root_id=city["C"])
    street, district, whole = (found("EC01", city[code]) for code in ("S11", "D1", "C"))
    assert street.value == pytest.approx(20.0)
    assert district.value == pytest.approx(100 * 40 / 110)
    assert whole.value == pytest.approx(100 * 45 / 130)
    assert (whole.numerator, whole.denominator) == (45, 130)
    assert (street.method, whole.method) == ("formula", "formula-on-sums")
    assert whole.state == "derived"
    assert whole.vintage == "2023"


def test_a_sum_adds_shortfalls_so_that_a_surplus_elsewhere_does_not_cancel_them(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures(
        {
            "places_due": {"S11": 100, "S12": 50, "S21": 70},
            "places": {"S11": 80, "S12": 90, "S21": 60},
        }
    )
    derive(exam_year=2024, root_id=city["C"])
    assert [found("EC02", city[code]).value for code in ("S11", "S12", "S21", "D1", "D2", "C")] == [
        20, 0, 10, 20, 10, 30,
    ]  # fmt: skip
    assert found("EC02", city["C"]).method == "sum-of-parts"


def test_the_largest_part_stands_for_the_city(city: dict[str, int], record_figures: Figures) -> None:
    record_figures({"cluster": {"D1": 12, "D2": 31}})
    derive(exam_year=2024, root_id=city["C"])
    assert found("EC03", city["C"]).value == 31
    assert not values_of(2024, indicator_code="EC03", area_ids=[city["S11"]])


def test_a_mean_is_weighted_by_the_population_of_the_parts(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures({"age": {"D1": 40, "D2": 30}, "pop_resident": {"S11": 100, "S12": 200, "S21": 100}})
    derive(exam_year=2024, root_id=city["C"])
    whole = found("EC04", city["C"])
    assert whole.value == pytest.approx((40 * 300 + 30 * 100) / 400)
    assert whole.method == "mean-weighted-by-item"
    assert [part["weight"] for part in whole.inputs["parts"]] == [300, 100]


def test_a_mean_is_weighted_by_the_margin_table_when_no_population_is_recorded(
    city: dict[str, int], record_figures: Figures
) -> None:
    table = MarginTable(name="2020", root_id=city["C"], reference_year=2020, source_note="census")
    db.session.add(table)
    for code, persons in (("D1", 100), ("D2", 300)):
        for category, share in (("women", 0.75), ("men", 0.25)):
            cell = {"variable": "total", "category": category, "persons": persons * share}
            table.cells.append(MarginCell(area_id=city[code], **cell))
    table.cells.append(MarginCell(area_id=city["D1"], variable="sex", category="women", persons=9))
    # A newer table that does not tell the whole population is passed over.
    partial = MarginTable(name="2021", root_id=city["C"], reference_year=2021, source_note="yearbook")
    partial.cells.append(MarginCell(area_id=city["D1"], variable="sex", category="women", persons=9))
    db.session.add(partial)
    db.session.commit()
    record_figures({"age": {"D1": 40, "D2": 30}})
    derive(exam_year=2024, root_id=city["C"])
    whole = found("EC04", city["C"])
    assert whole.value == pytest.approx(32.5)
    assert whole.method == "mean-weighted-by-margin"


def test_a_mean_without_any_population_is_missing(city: dict[str, int], record_figures: Figures) -> None:
    record_figures({"age": {"D1": 40, "D2": 30}})
    derive(exam_year=2024, root_id=city["C"])
    assert (found("EC04", city["C"]).state, found("EC04", city["C"]).method) == ("missing", "weights-missing")


def test_a_formula_without_aggregation_uses_summed_items_at_its_own_level_alone(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures({"tunnel": {"C": 3}, "road": {"S11": 20, "S12": 30, "S21": 50}})
    derive(exam_year=2024, root_id=city["C"])
    assert found("EC05", city["C"]).value == pytest.approx(3.0)
    assert [value.area_id for value in values_of(2024, indicator_code="EC05")] == [city["C"]]


def test_the_year_before_is_read_for_prev(
    city: dict[str, int], catalogue_of: Callable[..., None], record_figures: Figures
) -> None:
    catalogue_of(2023)
    record_figures({"pupils": {"C": 200}}, year=2023)
    record_figures({"pupils": {"C": 220}})
    derive(exam_year=2024, root_id=city["C"])
    derive(exam_year=2023, root_id=city["C"])
    value = found("EC06", city["C"])
    assert value.value == pytest.approx(10.0)
    assert value.inputs["previous"]["pupils"]["value"] == 200
    first_year = found("EC06", city["C"], year=2023)
    assert (first_year.state, first_year.inputs["missing"]) == ("missing", ["prev(pupils)"])


def test_an_item_declared_not_comparable_gives_no_prev(
    areas: dict[str, int], catalogue_of: Callable[..., None], record_figures: Figures
) -> None:
    row = {
        "from_year": 2023, "from_code": "pupils", "to_year": 2024, "to_code": "pupils",
        "relation": "redefined", "comparable": "no", "note": "",
    }  # fmt: skip
    catalogue_of(2023)
    catalogue_of(2024, equivalences=[row])
    record_figures({"pupils": {"C": 200}}, year=2023)
    record_figures({"pupils": {"C": 220}})
    derive(exam_year=2024, root_id=areas["C"])
    assert found("EC06", areas["C"]).state == "missing"


def test_a_renamed_item_is_read_under_its_earlier_code(
    areas: dict[str, int], catalogue_of: Callable[..., None], record_figures: Figures
) -> None:
    row = {
        "from_year": 2023, "from_code": "tunnel", "to_year": 2024, "to_code": "pupils",
        "relation": "renamed", "comparable": "yes", "note": "",
    }  # fmt: skip
    catalogue_of(2023)
    catalogue_of(2024, equivalences=[row])
    record_figures({"tunnel": {"C": 100}, "pupils": {"C": 999}}, year=2023)
    record_figures({"pupils": {"C": 110}})
    derive(exam_year=2024, root_id=areas["C"])
    assert found("EC06", areas["C"]).value == pytest.approx(10.0)


def test_missing_not_applicable_zero_and_not_collected_are_four_things(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures(
        {
            "green": {"S11": 0, "S12": None, "S21": "na"},
            "built": {"S11": 50, "S12": 60, "S21": 20},
        }
    )
    done = derive(exam_year=2024, root_id=city["C"])
    states = {code: found("EC01", city[code]) for code in ("S11", "S12", "S21", "D1", "D2", "C")}
    assert (states["S11"].value, states["S11"].state) == (0, "derived")
    assert (states["S12"].value, states["S12"].state) == (None, "missing")
    assert (states["S21"].value, states["S21"].state) == (None, "not_applicable")
    assert [states[code].state for code in ("D1", "D2", "C")] == ["missing", "not_applicable", "missing"]
    assert states["S12"].inputs["missing"] == ["green"]
    assert not values_of(2024, indicator_code="EC03")
    assert "EC03/official" in done.not_collected
    assert (done.with_value, done.missing, done.not_applicable) == (1, 3, 2)


def test_a_zero_denominator_is_not_applicable_and_adds_nothing_above(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures({"green": {"S11": 10, "S12": 0, "S21": 5}, "built": {"S11": 50, "S12": 0, "S21": 20}})
    derive(exam_year=2024, root_id=city["C"])
    assert (found("EC01", city["S12"]).state, found("EC01", city["S12"]).method) == (
        "not_applicable",
        "zero-denominator",
    )
    assert found("EC01", city["D1"]).value == pytest.approx(20.0)


def test_a_figure_recorded_for_the_larger_area_goes_before_the_sum_of_its_parts(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures(
        {"green": {"S11": 10, "S12": 30, "S21": 5, "C": 65}, "built": {"S11": 50, "S12": 60, "S21": 20}}
    )
    derive(exam_year=2024, root_id=city["C"])
    assert found("EC01", city["C"]).value == pytest.approx(50.0)


def test_deriving_again_changes_nothing_and_new_figures_supersede(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures({"cluster": {"D1": 12, "D2": 31}})
    derive(exam_year=2024, root_id=city["C"])
    first = found("EC03", city["C"])
    again = derive(exam_year=2024, root_id=city["C"])
    assert (again.recorded, again.unchanged) == (0, 3)
    record_figures({"cluster": {"D2": 9}})
    derive(exam_year=2024, root_id=city["C"])
    db.session.expire_all()
    newest = found("EC03", city["C"])
    assert newest.value == 12
    assert (first.value, first.is_current, first.superseded_by_id) == (31, None, newest.id)


def test_a_result_under_a_new_vintage_takes_the_place_of_the_old_one(city: dict[str, int]) -> None:
    for vintage, value in (("2022", 5.0), ("2023", 8.0)):
        rows = [
            NewItem(
                item_code="cluster", area_id=city[code], exam_year=2024, source_kind="official",
                vintage=vintage, value=value, provenance=("report_version", 1),
            )
            for code in ("D1", "D2")
        ]  # fmt: skip
        record_items(rows=rows)
        done = derive(exam_year=2024, root_id=city["C"])
    assert done.retired == 3
    assert [(value.vintage, value.value) for value in values_of(2024, indicator_code="EC03")] == [
        ("2023", 8.0)
    ] * 3


def test_a_value_recorded_directly_is_never_replaced_by_a_derived_one(
    city: dict[str, int], record_figures: Figures
) -> None:
    direct = record(
        indicator_code="EC03", area_id=city["C"], exam_year=2024, source_kind="official", vintage="2023",
        value=99.0, state="reported", method="certified survey", provenance=("document", 4),
    )  # fmt: skip
    record_figures({"cluster": {"D1": 12, "D2": 31}})
    done = derive(exam_year=2024, root_id=city["C"])
    assert done.kept_direct == 1
    assert found("EC03", city["C"]).id == direct.id


def test_a_value_is_followed_back_to_the_recorded_figures(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures(
        {
            "green": {"S11": 10, "S12": 30, "S21": 5},
            "built": {"S11": 50, "S12": 60, "S21": 20},
            "places_due": {"S11": 9, "S12": 9, "S21": 9},
            "places": {"S11": 1, "S12": 2, "S21": 3},
        }
    )
    derive(exam_year=2024, root_id=city["C"])
    traced = trace(found("EC01", city["D1"]).id)
    green = next(item for item in traced.items if item.code == "green")
    assert [(area.code, row.value) for row, area in green.rows] == [("S11", 10), ("S12", 30)]
    assert ("report_version", "7") in [(each.kind, each.id) for each in traced.provenance]
    parts = trace(found("EC02", city["C"]).id).parts
    assert [(part.area.code, part.value) for part in parts] == [("D1", 15), ("D2", 6)]
    assert parts[0].value_id == found("EC02", city["D1"]).id


def test_an_area_of_a_new_boundary_is_counted_once(city: dict[str, int], record_figures: Figures) -> None:
    old = db.session.get_one(Area, city["S21"])
    old.valid_to = date(2021, 12, 31)
    newer = Area(code="S21", name_zh="S21", level="street", parent_id=city["D2"], valid_from=date(2022, 1, 1))
    db.session.add(newer)
    db.session.commit()
    record_figures({"green": {"S11": 1, "S12": 1}, "built": {"S11": 2, "S12": 2}})
    rows = [
        NewItem(
            item_code=code, area_id=newer.id, exam_year=2024, source_kind="official", vintage="2023",
            value=value, provenance=("report_version", 1),
        )
        for code, value in (("green", 2.0), ("built", 4.0))
    ]  # fmt: skip
    record_items(rows=rows)
    derive(exam_year=2024, root_id=city["C"])
    assert (found("EC01", city["C"]).numerator, found("EC01", city["C"]).denominator) == (4, 8)


def test_deriving_takes_few_statements_whatever_the_number_of_values(
    city: dict[str, int], record_figures: Figures
) -> None:
    record_figures(
        {
            code: {"S11": 10, "S12": 30, "S21": 5}
            for code in ("green", "built", "places", "places_due", "pop_resident", "road")
        }
    )
    statements: list[str] = []
    listener = lambda *arguments: statements.append(arguments[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    derive(exam_year=2024, root_id=city["C"])
    event.remove(db.engine, "before_cursor_execute", listener)
    assert len(statements) < 50
