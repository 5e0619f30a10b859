"""Recorded facts are only ever added; a later one of the same key supersedes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEntry
from app.db import db
from app.errors import Invalid, NotFound
from app.indicators.items import NewItem, item_values, newest_items, record_items
from app.indicators.models import ItemValue, Satisfaction, Value
from app.indicators.queries import values_of
from app.indicators.satisfaction import record_satisfaction, satisfactions
from app.indicators.values import NewValue, record, record_many


def new_value(area_id: int, value: float | None = 40.0, **changes: object) -> NewValue:
    facts = NewValue(
        indicator_code="EC01", area_id=area_id, exam_year=2024, source_kind="official", vintage="2023",
        value=value, state="reported", method="as reported", provenance=("report_version", 1),
    )  # fmt: skip
    return replace(facts, **changes)  # type: ignore[arg-type]


def new_item(area_id: int, value: float | None = 5.0, **changes: object) -> NewItem:
    facts = NewItem(
        item_code="green", area_id=area_id, exam_year=2024, source_kind="official", vintage="2023",
        value=value, provenance=("report_version", 1),
    )  # fmt: skip
    return replace(facts, **changes)  # type: ignore[arg-type]


def test_a_later_record_supersedes_and_keeps_the_earlier_row(city: dict[str, int]) -> None:
    first = record(**vars(new_value(city["C"], 40.0)))
    second = record(**vars(new_value(city["C"], 41.0)))
    assert (first.value, first.is_current, first.superseded_by_id) == (40.0, None, second.id)
    assert (second.is_current, second.superseded_by_id) == (True, None)
    assert second.unit == "%"
    assert [value.id for value in values_of(2024)] == [second.id]


def test_exactly_the_same_again_keeps_its_row_and_another_provenance_does_not(city: dict[str, int]) -> None:
    facts = new_value(city["C"], inputs={"items": {"green": {"ids": [1, 2]}}})
    first = record_many(rows=[facts])
    again = record_many(rows=[facts])
    other = record_many(rows=[replace(facts, provenance=("report_version", 2))])
    assert (again.recorded, again.unchanged, again.ids) == (0, 1, first.ids)
    assert other.recorded == 1
    assert other.ids != first.ids


def test_sources_and_vintages_stand_side_by_side(city: dict[str, int]) -> None:
    record_many(
        rows=[
            new_value(city["C"]),
            new_value(city["C"], source_kind="internet"),
            new_value(city["C"], vintage="2022"),
        ]
    )
    assert len(values_of(2024)) == 3


def test_the_database_itself_refuses_two_current_rows(city: dict[str, int]) -> None:
    record_many(rows=[new_value(city["C"])])
    columns = [column for column in Value.__table__.columns if column.name != "id"]
    twin = dict(db.session.execute(select(*columns)).mappings().one())
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Value), [twin])
    db.session.rollback()


def test_rows_can_neither_be_changed_nor_removed_through_the_session(city: dict[str, int]) -> None:
    value = record(**vars(new_value(city["C"])))
    value.value = 1.0
    with pytest.raises(ValueError, match="append-only"):
        db.session.flush()
    db.session.rollback()
    kept = record(**vars(new_value(city["C"])))
    db.session.delete(kept)
    with pytest.raises(ValueError, match="append-only"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"indicator_code": "XX99"}, "unknown-indicator"),
        ({"source_kind": "rumour"}, "unknown-source-kind"),
        ({"area_id": 999_999}, "unknown-area-id"),
        ({"state": "missing"}, "value-state"),
        ({"value": None}, "value-state"),
        ({"state": "guessed"}, "unknown-state"),
        ({"value": math.nan}, "value-not-finite"),
        ({"value": math.inf}, "value-not-finite"),
        ({"vintage": ""}, "vintage-unreadable"),
        ({"standard_error": -1.0}, "bad-precision"),
        ({"standard_error": math.nan}, "bad-precision"),
        ({"sample_size": -1}, "bad-precision"),
    ],
)
def test_a_faulty_value_is_refused_and_nothing_of_the_batch_is_kept(
    city: dict[str, int], changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        record_many(rows=[new_value(city["D1"]), replace(new_value(city["C"]), **changes)])  # type: ignore[arg-type]
    assert refused.value.code == code
    assert [place.row for place in refused.value.places] == [2]
    assert values_of(2024) == []


def test_one_key_twice_in_a_batch_is_refused(city: dict[str, int]) -> None:
    with pytest.raises(Invalid, match="value-twice"):
        record_many(rows=[new_value(city["C"], 1.0), new_value(city["C"], 2.0)])


def test_a_year_without_an_exam_is_refused(city: dict[str, int]) -> None:
    with pytest.raises(NotFound, match="unknown-exam-year"):
        record_many(rows=[new_value(city["C"], exam_year=1999)])


def test_not_applicable_and_missing_are_kept_apart_from_zero(city: dict[str, int]) -> None:
    record_many(
        rows=[
            new_value(city["D1"], None, state="missing"),
            new_value(city["D2"], None, state="not_applicable"),
            new_value(city["C"], 0.0),
        ]
    )
    found = {value.area_id: (value.value, value.state) for value in values_of(2024)}
    assert found == {
        city["D1"]: (None, "missing"),
        city["D2"]: (None, "not_applicable"),
        city["C"]: (0.0, "reported"),
    }


def test_numbers_of_arrays_are_stored_as_numbers(city: dict[str, int]) -> None:
    row = new_value(int(city["C"]), np.float64(3.5), sample_size=np.int64(12), standard_error=np.float64(0.1))
    record_many(rows=[replace(row, area_id=np.int64(city["C"]))])
    (value,) = values_of(2024)
    assert (value.value, value.sample_size, value.standard_error) == (3.5, 12, 0.1)


def test_figures_supersede_each_other_and_the_newest_vintage_counts(city: dict[str, int]) -> None:
    record_items(rows=[new_item(city["S11"], 5.0), new_item(city["S12"], None, state="missing", note="late")])
    record_items(rows=[new_item(city["S11"], 6.0)])
    record_items(rows=[new_item(city["S11"], 9.0, vintage="2023-06")])
    record_items(rows=[new_item(city["S11"], 99.0, vintage="2024", source_kind="internet")])
    assert [(row.vintage, row.value) for row in item_values(2024, area_ids=[city["S11"]])] == [
        ("2024", 99.0),
        ("2023", 6.0),
        ("2023-06", 9.0),
    ]
    newest = newest_items(2024)
    assert newest["green", city["S11"]].value == 9.0
    assert newest["green", city["S12"]].state == "missing"
    assert db.session.execute(select(func.count()).select_from(ItemValue)).scalar() == 5


def test_an_unknown_item_is_refused(city: dict[str, int]) -> None:
    with pytest.raises(Invalid, match="unknown-base-item"):
        record_items(rows=[new_item(city["S11"], item_code="nothing")])


def test_recording_leaves_one_line_in_the_trail(city: dict[str, int]) -> None:
    db.session.execute(delete(AuditEntry))
    record_items(rows=[new_item(city[code]) for code in ("S11", "S12", "S21")])
    (entry,) = db.session.execute(select(AuditEntry)).scalars()
    assert (entry.subject, entry.after["rows"]) == ("item_values", 3)


def test_satisfaction_is_recorded_beside_the_value_and_supersedes(city: dict[str, int]) -> None:
    facts = {
        "indicator_code": "EC01", "area_id": city["D1"], "exam_year": 2024, "sample_size": 120,
        "method": "weighted mean", "provenance": ("estimate", 3),
    }  # fmt: skip
    first = record_satisfaction(score=71.0, standard_error=1.5, **facts)
    second = record_satisfaction(score=68.0, standard_error=1.4, **facts)
    assert satisfactions(2024) == {("EC01", city["D1"]): second}
    assert db.session.get_one(Satisfaction, first.id).superseded_by_id == second.id
    assert values_of(2024) == []
    with pytest.raises(Invalid, match="score-out-of-range"):
        record_satisfaction(score=101.0, **facts)
