"""Years are compared through the equivalence sheets alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.errors import NotFound
from app.indicators import queries
from app.indicators.adopting import adopt_by_hand, cross_check_year
from app.indicators.history import EquivalenceTable, history
from app.indicators.values import record

Load = Callable[..., None]


def row(
    from_year: int, from_code: str, to_year: int, to_code: str, relation: str, comparable: str = "yes"
) -> Any:
    return {
        "from_year": from_year, "from_code": from_code, "to_year": to_year, "to_code": to_code,
        "relation": relation, "comparable": comparable, "note": "",
    }  # fmt: skip


def adopt(area_id: int, year: int, code: str, value: float) -> None:
    record(
        indicator_code=code, area_id=area_id, exam_year=year, source_kind="official", vintage=str(year - 1),
        value=value, state="reported", method="test", provenance=("test", 1),
    )  # fmt: skip
    cross_check_year(exam_year=year, root_id=area_id)


def seen(code: str, area_id: int, year: int) -> list[tuple[int, str, str, bool, float | None]]:
    found = history(code, area_id, exam_year=year)
    return [(each.year, each.indicator_code, each.relation, each.comparable, each.value) for each in found]


def test_a_code_the_sheet_does_not_list_is_the_same_where_it_speaks_of_the_years(
    areas: dict[str, int], catalogue_of: Load
) -> None:
    for year in (2023, 2024):
        catalogue_of(year)
        adopt(areas["C"], year, "EC01", float(year))
        adopt(areas["C"], year, "EC02", float(year))
    assert seen("EC01", areas["C"], 2024) == [
        (2023, "EC01", "same", True, 2023.0),
        (2024, "EC01", "same", True, 2024.0),
    ]
    assert seen("EC02", areas["C"], 2024)[0] == (2023, "EC02", "redefined", False, 2023.0)
    assert [each[0] for each in seen("EC01", areas["C"], 2023)] == [2023]


def test_a_renamed_indicator_is_followed_under_its_earlier_code(
    areas: dict[str, int], catalogue_of: Load
) -> None:
    catalogue_of(2023)
    changed = [row(2023, "EC03", 2024, "EC02", "renamed"), row(2023, "", 2024, "EC03", "new", "no")]
    catalogue_of(2024, equivalences=changed)
    adopt(areas["C"], 2023, "EC03", 7.0)
    adopt(areas["C"], 2023, "EC02", 8.0)
    adopt(areas["C"], 2024, "EC02", 9.0)
    adopt(areas["C"], 2024, "EC03", 10.0)
    assert seen("EC02", areas["C"], 2024)[0] == (2023, "EC03", "renamed", True, 7.0)
    assert seen("EC03", areas["C"], 2024) == [(2024, "EC03", "same", True, 10.0)]


def test_years_no_sheet_speaks_of_are_not_compared(areas: dict[str, int], catalogue_of: Load) -> None:
    catalogue_of(2023, equivalences=[])
    catalogue_of(2024, equivalences=[])
    adopt(areas["C"], 2023, "EC01", 1.0)
    adopt(areas["C"], 2024, "EC01", 2.0)
    assert seen("EC01", areas["C"], 2024) == [(2024, "EC01", "same", True, 2.0)]
    assert EquivalenceTable().earlier("EC01", 2023, 2024).relation == "undeclared"


def test_a_pair_can_be_declared_without_any_difference(areas: dict[str, int], catalogue_of: Load) -> None:
    catalogue_of(2023, equivalences=[])
    catalogue_of(2024, equivalences=[row(2023, "", 2024, "", "same")])
    adopt(areas["C"], 2023, "EC01", 1.0)
    adopt(areas["C"], 2024, "EC01", 2.0)
    assert [each[3] for each in seen("EC01", areas["C"], 2024)] == [True, True]


def test_yearly_sheets_are_followed_back_one_by_one(areas: dict[str, int], catalogue_of: Load) -> None:
    catalogue_of(2021, equivalences=[])
    catalogue_of(2022, equivalences=[row(2021, "EC03", 2022, "EC01", "renamed")])
    changed = [row(2022, "EC01", 2023, "EC02", "renamed"), row(2022, "EC02", 2023, "EC01", "redefined", "no")]
    catalogue_of(2023, equivalences=changed)
    for year, code, value in ((2021, "EC03", 1.0), (2022, "EC01", 2.0), (2023, "EC02", 3.0)):
        adopt(areas["C"], year, code, value)
    adopt(areas["C"], 2021, "EC02", 9.0)
    assert seen("EC02", areas["C"], 2023) == [
        (2021, "EC03", "renamed", True, 1.0),
        (2022, "EC01", "renamed", True, 2.0),
        (2023, "EC02", "same", True, 3.0),
    ]
    # One step that cannot be compared spoils the whole way.
    assert seen("EC01", areas["C"], 2023) == [(2021, "EC02", "redefined", False, 9.0)]


def test_a_sheet_that_speaks_of_a_pair_goes_before_the_years_between(
    areas: dict[str, int], catalogue_of: Load
) -> None:
    catalogue_of(2021, equivalences=[])
    catalogue_of(2022, equivalences=[row(2021, "", 2022, "", "same")])
    direct = [row(2021, "EC01", 2023, "EC01", "redefined", "no"), row(2022, "", 2023, "", "same")]
    catalogue_of(2023, equivalences=direct)
    adopt(areas["C"], 2021, "EC01", 1.0)
    assert seen("EC01", areas["C"], 2023) == [(2021, "EC01", "redefined", False, 1.0)]


def test_two_years_are_compared_through_a_later_one_that_both_are_declared_against(
    areas: dict[str, int], catalogue_of: Load
) -> None:
    catalogue_of(2022, equivalences=[])
    catalogue_of(2023, equivalences=[])
    catalogue_of(
        2024,
        equivalences=[
            row(2022, "EC03", 2024, "EC01", "renamed"),
            row(2022, "EC02", 2024, "EC02", "redefined", "no"),
            row(2023, "", 2024, "", "same"),
        ],
    )
    for code in ("EC02", "EC03"):
        adopt(areas["C"], 2022, code, 5.0)
    assert seen("EC01", areas["C"], 2023) == [(2022, "EC03", "renamed", True, 5.0)]
    assert seen("EC02", areas["C"], 2023) == [(2022, "EC02", "redefined", False, 5.0)]


def test_a_past_year_is_told_by_the_source_that_is_adopted_now(
    areas: dict[str, int], catalogue_of: Load
) -> None:
    for year in (2023, 2024, 2025):
        sheet = [row(year - 1, "", year, "", "same")]
        catalogue_of(year, equivalences=sheet if year > 2023 else [])
        adopt(areas["C"], year, "EC01", float(year))
    by_signals = {
        year: record(
            indicator_code="EC01", area_id=areas["C"], exam_year=year, source_kind="remote_sensing",
            vintage=str(year - 1), value=value, state="derived", method="test", provenance=("test", 1),
        )
        for year, value in ((2024, 14.0), (2025, 15.0))
    }  # fmt: skip
    adopt_by_hand(
        exam_year=2025, indicator_code="EC01", area_id=areas["C"], value_id=by_signals[2025].id, reason="核实"
    )
    found = history("EC01", areas["C"], exam_year=2025)
    told = [(each.year, each.source_kind, each.value, each.comparable) for each in found]
    assert told == [
        (2023, "official", 2023.0, False),
        (2024, "remote_sensing", 14.0, True),
        (2025, "remote_sensing", 15.0, True),
    ]
    assert [each.is_other_source for each in found] == [True, False, False]
    assert [each.adopted_kind for each in found] == ["official", "official", "remote_sensing"]
    # Looked at from the year before, when the official value counted, nothing has changed.
    assert [each.comparable for each in history("EC01", areas["C"], exam_year=2024)] == [True, True]


def test_a_year_without_a_set_has_no_history(city: dict[str, int]) -> None:
    with pytest.raises(NotFound, match="no-indicator-set"):
        history("EC01", city["C"], exam_year=2030)


def test_standards_count_by_the_exam_s_data_date(city: dict[str, int]) -> None:
    now = queries.standards_in_force(2024)
    assert [(each.kind, each.text) for each in now["EC01"]] == [
        ("national_standard", ">=38"),
        ("exemplary_standard", ">=45"),
    ]
    assert now["EC04"][0].text == "30..45"
    assert (now["EC04"][0].minimum, now["EC04"][0].maximum) == (30, 45)
    assert "EC02" not in now
    earlier = queries.standards_in_force(2024, on=date(2022, 6, 1))
    assert (earlier["EC02"][0].minimum, earlier["EC02"][0].maximum) == (None, 0)
    assert "EC04" not in queries.standards_in_force(2024, on=date(2026, 1, 1))
    assert queries.standards_in_force(2024, indicator_code="EC01").keys() == {"EC01"}


def test_plan_targets_are_those_of_the_year_and_benchmarks_keep_their_source(city: dict[str, int]) -> None:
    assert {code: each.text for code, each in queries.plan_targets(2024).items()} == {"EC01": ">=40"}
    (benchmark,) = queries.benchmarks(2024)["EC01"]
    assert (benchmark.place, benchmark.value, benchmark.year) == ("Meissen", 41.5, None)
