"""Cross-checking sources and adopting one value with reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.analysis.crosschecking import CrossCheckRules
from app.audit import acting_as
from app.audit.models import AuditEntry
from app.db import db
from app.errors import Invalid, NotFound
from app.indicators.adopting import adopt_by_hand, cross_check_year
from app.indicators.deriving import derive
from app.indicators.models import Adoption, Value
from app.indicators.queries import AdoptedValue, adopted, adoption_of, sources_of
from app.indicators.values import record


def put(area_id: int, value: float | None, source_kind: str = "official", **changes: Any) -> Value:
    facts: dict[str, Any] = {
        "indicator_code": "EC01", "area_id": area_id, "exam_year": 2024, "source_kind": source_kind,
        "vintage": "2023", "value": value, "state": "reported" if value is not None else "missing",
        "method": "test", "provenance": ("test", 1),
    }  # fmt: skip
    return record(**(facts | changes))


def only(year: int, root_id: int) -> AdoptedValue:
    (found,) = adopted(year, root_id)
    return found


def test_agreeing_sources_adopt_the_official_value(city: dict[str, int]) -> None:
    official, other = put(city["D1"], 40.0), put(city["D1"], 41.0, "internet")
    done = cross_check_year(exam_year=2024, root_id=city["C"])
    assert (done.checked, done.agree, done.needs_decision) == (1, 1, 0)
    found = only(2024, city["C"])
    assert (found.value_id, found.verdict, found.manner) == (official.id, "agree", "automatic")
    kept = adoption_of(2024, "EC01", city["D1"])
    assert kept is not None
    assert kept.considered == [official.id, other.id]
    assert kept.comparisons[0]["relative_difference"] == pytest.approx(1 / 41)


def test_differing_sources_ask_for_a_decision_and_say_why(city: dict[str, int]) -> None:
    put(city["D1"], 40.0)
    put(city["D1"], 60.0, "internet")
    done = cross_check_year(exam_year=2024, root_id=city["C"])
    assert (done.differ, done.needs_decision) == (1, 1)
    found = only(2024, city["C"])
    assert found.needs_decision
    assert "sources-differ" in {reason["code"] for reason in found.reasons}


def test_a_wider_tolerance_makes_the_same_sources_agree(city: dict[str, int]) -> None:
    put(city["D1"], 40.0)
    put(city["D1"], 60.0, "internet")
    wide = CrossCheckRules(relative_tolerance=0.5)
    assert cross_check_year(exam_year=2024, root_id=city["C"], rules=wide).agree == 1


def test_the_newest_vintage_of_a_source_is_compared(city: dict[str, int]) -> None:
    put(city["D1"], 10.0, vintage="2021")
    newest = put(city["D1"], 40.0, vintage="2023")
    cross_check_year(exam_year=2024, root_id=city["C"])
    assert only(2024, city["C"]).value_id == newest.id


def test_without_a_number_the_state_of_the_source_is_adopted(city: dict[str, int]) -> None:
    put(city["D1"], None, "internet")
    nothing = put(city["D1"], None, state="not_applicable")
    done = cross_check_year(exam_year=2024, root_id=city["C"])
    found = only(2024, city["C"])
    assert (done.no_value, found.state, found.value_id) == (1, "not_applicable", nothing.id)


def test_checking_again_changes_nothing_and_a_new_value_supersedes(city: dict[str, int]) -> None:
    put(city["D1"], 40.0)
    cross_check_year(exam_year=2024, root_id=city["C"])
    again = cross_check_year(exam_year=2024, root_id=city["C"])
    assert (again.recorded, again.unchanged) == (0, 1)
    put(city["D1"], 44.0)
    cross_check_year(exam_year=2024, root_id=city["C"])
    assert only(2024, city["C"]).value == 44.0
    assert db.session.execute(select(func.count()).select_from(Adoption)).scalar() == 2


def test_a_choice_by_hand_stays_until_the_chosen_value_differs(city: dict[str, int]) -> None:
    official, other = put(city["D1"], 40.0), put(city["D1"], 60.0, "internet")
    cross_check_year(exam_year=2024, root_id=city["C"])
    chosen = adopt_by_hand(
        exam_year=2024, indicator_code="EC01", area_id=city["D1"], value_id=other.id, reason=" 现场核实 "
    )
    assert (chosen.manner, chosen.verdict, chosen.reason_text) == ("by_hand", "differ", "现场核实")
    assert chosen.reasons[-1] == {"code": "decided-by-hand", "facts": {"instead_of": official.id}}
    put(city["D1"], 50.0, "survey")
    kept = cross_check_year(exam_year=2024, root_id=city["C"])
    assert (kept.by_hand_kept, kept.needs_decision) == (1, 0)
    assert only(2024, city["C"]).value_id == other.id
    put(city["D1"], 61.0, "internet")
    cross_check_year(exam_year=2024, root_id=city["C"])
    found = only(2024, city["C"])
    assert (found.manner, found.needs_decision) == ("automatic", True)
    assert found.reasons[-1]["code"] == "by-hand-choice-superseded"


def _decided(city: dict[str, int]) -> Adoption:
    put(city["D1"], 40.0, numerator=2.0, denominator=5.0)
    other = put(city["D1"], 60.0, "internet")
    cross_check_year(exam_year=2024, root_id=city["C"])
    with acting_as("staff:7"):
        return adopt_by_hand(
            exam_year=2024, indicator_code="EC01", area_id=city["D1"], value_id=other.id, reason="现场核实"
        )


def test_a_decision_follows_its_value_to_an_equal_row(city: dict[str, int]) -> None:
    held = _decided(city)
    before = held.value_id
    put(city["D1"], 40.0, numerator=2.0, denominator=5.0, method="anew")
    again = put(city["D1"], 60.0, "internet", method="anew")
    assert again.id != before
    kept = cross_check_year(exam_year=2024, root_id=city["C"])
    assert (kept.by_hand_kept, kept.needs_decision, kept.recorded) == (1, 0, 1)
    found = adoption_of(2024, "EC01", city["D1"])
    assert found is not None
    assert (found.manner, found.needs_decision, found.value_id) == ("by_hand", False, again.id)
    assert (found.reason_text, found.provenance_kind, found.provenance_id) == (
        "现场核实",
        "decision",
        "staff:7",
    )
    assert found.reasons[-1] == {"code": "decision-followed", "facts": {"instead_of": before}}
    assert only(2024, city["C"]).decided_by == "staff:7"
    told = db.session.execute(
        select(AuditEntry).where(AuditEntry.subject == "adoptions", AuditEntry.subject_id == str(held.id))
    ).scalars()
    assert {"value_id": again.id, "equal_to": before, "decided_by": "staff:7"} in [
        each.after for each in told
    ]
    assert cross_check_year(exam_year=2024, root_id=city["C"]).recorded == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"value": 40.0, "source_kind": "internet"},
        {"value": 60.0, "source_kind": "internet", "numerator": 6.0, "denominator": 10.0},
        {"value": 39.0, "source_kind": "official"},
        {"value": 39.0, "source_kind": "official", "vintage": "2024"},
    ],
)
def test_a_decision_is_asked_for_again_where_a_number_it_weighed_differs(
    city: dict[str, int], changed: dict[str, Any]
) -> None:
    _decided(city)
    put(city["D1"], changed.pop("value"), **changed)
    done = cross_check_year(exam_year=2024, root_id=city["C"])
    assert (done.by_hand_kept, done.needs_decision) == (0, 1)


def test_a_choice_by_hand_needs_a_reason_and_a_current_value_of_the_place(city: dict[str, int]) -> None:
    old = put(city["D1"], 40.0)
    put(city["D1"], 41.0)
    elsewhere = put(city["D2"], 50.0)
    facts = {"exam_year": 2024, "indicator_code": "EC01", "area_id": city["D1"]}
    with pytest.raises(Invalid, match="adoption-reason-missing"):
        adopt_by_hand(value_id=old.id, reason="  ", **facts)
    for value in (old, elsewhere):
        with pytest.raises(Invalid, match="value-not-of-place"):
            adopt_by_hand(value_id=value.id, reason="because", **facts)
    with pytest.raises(NotFound, match="unknown-value"):
        adopt_by_hand(value_id=10**6, reason="because", **facts)


def test_a_choice_by_hand_is_in_the_trail_with_its_reason(city: dict[str, int]) -> None:
    value = put(city["D1"], 40.0)
    adopt_by_hand(
        exam_year=2024, indicator_code="EC01", area_id=city["D1"], value_id=value.id, reason="签字件为准"
    )
    reasons = db.session.execute(select(AuditEntry.reason).where(AuditEntry.subject == "adoptions")).scalars()
    assert "签字件为准" in list(reasons)


def test_an_adoption_without_any_value_left_is_retired(
    areas: dict[str, int], catalogue_of: Callable[..., None], record_figures: Callable[..., None]
) -> None:
    catalogue_of(2024)
    record_figures({"cluster": {"D1": 12, "D2": 31}})
    derive(exam_year=2024, root_id=areas["C"])
    cross_check_year(exam_year=2024, root_id=areas["C"])
    assert len(adopted(2024, areas["C"], level="district")) == 2
    catalogue_of(2024, formulas=[])
    derive(exam_year=2024, root_id=areas["C"])
    cross_check_year(exam_year=2024, root_id=areas["C"])
    assert adopted(2024, areas["C"]) == []


def test_sources_come_in_the_order_of_the_catalogue(city: dict[str, int]) -> None:
    put(city["D1"], 41.0, "internet")
    put(city["D1"], 40.0)
    assert [value.source_kind for value in sources_of(2024, "EC01", city["D1"])] == ["official", "internet"]


def test_one_indicator_and_one_area_are_read_alone(city: dict[str, int]) -> None:
    for code in ("EC01", "EC02"):
        for area in ("C", "D1"):
            put(city[area], 40.0, indicator_code=code)
    cross_check_year(exam_year=2024, root_id=city["C"])
    found = adopted(2024, city["C"], indicator_code="EC02")
    assert [(each.indicator_code, each.area_id) for each in found] == [
        ("EC02", city["C"]),
        ("EC02", city["D1"]),
    ]
    found = adopted(2024, city["C"], area_ids=[city["D1"]])
    assert [(each.indicator_code, each.area_id) for each in found] == [
        ("EC01", city["D1"]),
        ("EC02", city["D1"]),
    ]
