"""Streets merge, are split and get other codes; what each was on an earlier day is told from the table."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from app.areas.models import Area, Succession
from app.areas.predecessors import Predecessors
from app.areas.queries import area_by_code, descendants, in_force, lineage
from app.db import db
from app.errors import Invalid
from tests.areas.changing import CHANGE, tell

BEFORE = date(2023, 12, 31)
START = date(2020, 1, 1)


@pytest.fixture
def city(app: Flask) -> Area:
    """One city, two districts, streets A, B, C in the first and E in the second; each with a community."""
    tell(
        ("36", "市", "city", "", ""),
        ("361", "东区", "district", "36", ""),
        ("362", "西区", "district", "36", ""),
        *((code, f"{code}街道", "street", "361", "") for code in ("A", "B", "C")),
        ("E", "E街道", "street", "362", ""),
        *((f"{code}1", f"{code}社区", "community", code, "") for code in ("A", "B", "C", "E")),
        on=START,
    )
    return area_by_code("36")


def past(code: str, day: date = BEFORE) -> tuple[list[str], str]:
    """Codes and change of what the area of today was."""
    area = area_by_code(code)
    found = Predecessors([area.id]).on(area.id, day)
    return [each.code for each in found.areas], found.change


def streets(city: Area, day: date) -> dict[str, list[str]]:
    """Street → its communities on a day."""
    found = in_force(city, day)
    lines, codes = lineage(found), {area.id: area.code for area in found}
    kept: dict[str, list[str]] = {area.code: [] for area in found if area.level == "street"}
    for area in found:
        if area.level == "community":
            kept[codes[lines[area.id]["street"]]].append(area.code)
    return kept


def test_merged_streets_end_and_their_communities_go_over(city: Area) -> None:
    tell(("AB", "新街道", "street", "361", "A, B"))
    assert streets(city, BEFORE) == {"A": ["A1"], "B": ["B1"], "C": ["C1"], "E": ["E1"]}
    assert streets(city, CHANGE) == {"AB": ["A1", "B1"], "C": ["C1"], "E": ["E1"]}
    assert past("AB") == (["A", "B"], "merged")
    assert past("A1") == (["A1"], "same")
    assert area_by_code("A", on=BEFORE).valid_to == BEFORE


def test_a_street_that_takes_another_in_is_another_from_that_day_on(city: Area) -> None:
    tell(("A", "A街道", "street", "361", "B"))
    assert past("A") == (["A", "B"], "merged")
    assert streets(city, CHANGE) == {"A": ["A1", "B1"], "C": ["C1"], "E": ["E1"]}
    rows = db.session.query(Area).count()
    # The same table of the next year, and of the same day once more, tells nothing new.
    tell(("A", "A街道", "street", "361", "B"), on=date(2025, 1, 1))
    tell(("A", "A街道", "street", "361", "B"))
    assert (db.session.query(Area).count(), db.session.query(Succession).count()) == (rows, 1)


def test_a_split_street_leaves_its_communities_to_the_table(city: Area) -> None:
    parts = [("A2", "甲街道", "street", "361", "A"), ("A3", "乙街道", "street", "361", "A")]
    with pytest.raises(Invalid) as caught:
        tell(*parts)
    assert [(place.code, place.facts["found"]) for place in caught.value.places] == [
        ("part-without-parent", "A1")
    ]
    db.session.rollback()
    tell(*parts, ("A1", "A社区", "community", "A3", ""))
    assert streets(city, CHANGE) == {"A2": [], "A3": ["A1"], "B": ["B1"], "C": ["C1"], "E": ["E1"]}
    assert streets(city, BEFORE)["A"] == ["A1"]
    assert (past("A2"), past("A3")) == ((["A"], "split"), (["A"], "split"))


def test_a_street_that_gave_a_part_goes_on_as_another(city: Area) -> None:
    tell(("A9", "新街道", "street", "361", "A"), ("A", "A街道", "street", "361", ""))
    assert (past("A9"), past("A")) == ((["A"], "split"), (["A"], "split"))
    assert streets(city, CHANGE)["A"] == ["A1"]
    rows = db.session.query(Area).count()
    tell(("A9", "新街道", "street", "361", "A"), ("A", "A街道", "street", "361", ""), on=date(2025, 1, 1))
    assert db.session.query(Area).count() == rows


def test_another_code_or_name_is_the_same_ground(city: Area) -> None:
    tell(("A0", "甲街道", "street", "361", "A"), ("B", "乙街道", "street", "361", ""))
    assert (past("A0"), past("B"), past("C")) == ((["A"], "renamed"), (["B"], "renamed"), (["C"], "same"))


def test_parts_taken_together_are_whole_again(city: Area) -> None:
    tell(
        ("A2", "甲街道", "street", "361", "A"),
        ("A3", "乙街道", "street", "362", "A"),
        ("A1", "A社区", "community", "A3", ""),
    )
    both = [area_by_code("A2").id, area_by_code("A3").id]
    known = Predecessors(both)
    assert [known.on(each, BEFORE).change for each in (both, both[:1])] == ["renamed", "split"]
    tell(("AX", "合街道", "street", "361", "A2 A3"), on=date(2025, 1, 1))
    assert past("AX") == (["A"], "renamed")
    assert past("AX", date(2024, 6, 1)) == (["A2", "A3"], "merged")
    old = area_by_code("A", on=BEFORE).id
    later = Predecessors([old])
    assert [[area.code for area in later.since(old, day)] for day in (CHANGE, date(2025, 1, 1))] == [
        ["A2", "A3"],
        ["AX"],
    ]


def test_before_the_city_began_stands_what_it_began_with(city: Area) -> None:
    tell(("AB", "新街道", "street", "361", "A B"))
    assert list(streets(city, date(2010, 1, 1))) == ["A", "B", "C", "E"]
    assert [area.code for area in in_force(area_by_code("362"), date(2010, 1, 1))] == ["362", "E", "E1"]
    assert len(descendants(city)) == len(in_force(city, BEFORE)) + 3


def test_predecessors_that_cannot_be_are_told(city: Area) -> None:
    for row, problem in (
        (("X", "新", "street", "361", "nowhere"), ("unknown-predecessor", "E2", "nowhere")),
        (("X", "新", "street", "361", "A1"), ("predecessor-level", "E2", "A1")),
        (("36", "市", "city", "", "A"), ("predecessor-level", "E2", "A")),
    ):
        with pytest.raises(Invalid) as caught:
            tell(row)
        assert [(place.code, place.cell, place.facts["found"]) for place in caught.value.places] == [problem]
        db.session.rollback()
    with pytest.raises(Invalid) as caught:
        tell(("X", "新", "street", "361", "A"), on=START)
    assert [(place.code, place.cell) for place in caught.value.places] == [("predecessor-later", "E2")]
