"""Answers as tables: groups, nested repeats, choices, versions, names."""

from __future__ import annotations

from typing import Any

import pytest
from pyxform.xls2xform import convert

from app.xforms.definition import FormDefinition
from app.xforms.parsing import parse_form
from app.xforms.tabling import CENTRAL, Tabling, unique_names

HOUSEHOLD = """
| settings |
| | form_id | version | default_language |
| | household | 1 | 中文 (zh) |
| survey |
| | type | name | label::中文 (zh) | label::English (en) |
| | begin_group | home | 住处 | Home |
| | geopoint | place | 位置 | Place |
| | select_multiple trouble | troubles | 问题 | Troubles |
| | end_group | | | |
| | begin_repeat | person | 家人 | People |
| | text | name | 姓名 | Name |
| | begin_group | work | 工作 | Work |
| | begin_repeat | trip | 出行 | Trips |
| | integer | minutes | 分钟 | Minutes |
| | select_multiple mode | modes | 方式 | Modes |
| | end_repeat | | | |
| | end_group | | | |
| | end_repeat | | | |
| | select_one yn | again | 再来 | Again |
| choices |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | trouble | z | 停车 | Parking |
| | trouble | a | 内涝 | Flooding |
| | mode | bus | 公交 | Bus |
| | mode | foot | 步行 | Walk |
| | yn | 1 | 是 | Yes |
| | yn | 0 | 否 | No |
"""
ANSWERS: dict[str, Any] = {
    "home": {
        "place": {"lat": 29.3, "lon": 117.2, "altitude": None, "accuracy": 8.0},
        "troubles": ["a", "other"],
    },
    "person": [
        {"name": "甲", "work": {"trip": [{"minutes": 20, "modes": ["foot"]}, {"minutes": 5, "modes": None}]}},
        {"name": None, "work": {"trip": []}},
        {"name": "丙", "work": {"trip": [{"minutes": 0, "modes": ["bus", "foot"]}]}},
    ],
    "again": "0",
}


def form(**changes: str) -> FormDefinition:
    text = HOUSEHOLD
    for old, new in changes.items():
        text = text.replace(f"| {old} |", f"| {new} |")
    return parse_form(convert(text, pretty_print=False, file_type=".md").xform.encode())


@pytest.fixture(scope="module")
def household() -> FormDefinition:
    return form()


def named_rows(tabling: Tabling, number: int, answers: dict[str, Any], version: int | None = 0) -> list[Any]:
    names = [each.name for each in tabling.tables[number].columns]
    found = tabling.rows(answers, key="uuid:1", version=version)
    return [dict(zip(names, row.cells, strict=True)) for row in found if row.table == number]


def test_each_repeat_is_a_table_and_its_rows_name_the_row_that_holds_them(household: FormDefinition) -> None:
    tabling = Tabling([household])
    assert [(each.path, each.name) for each in tabling.tables] == [
        ("", "household"),
        ("/data/person", "person"),
        ("/data/person/work/trip", "trip"),
    ]
    rows = list(tabling.rows(ANSWERS, key="uuid:1", version=0))
    assert [(each.table, each.parent_key, each.key) for each in rows] == [
        (0, "", "uuid:1"),
        (1, "uuid:1", "uuid:1/person[1]"),
        (2, "uuid:1/person[1]", "uuid:1/person[1]/work/trip[1]"),
        (2, "uuid:1/person[1]", "uuid:1/person[1]/work/trip[2]"),
        (1, "uuid:1", "uuid:1/person[2]"),
        (1, "uuid:1", "uuid:1/person[3]"),
        (2, "uuid:1/person[3]", "uuid:1/person[3]/work/trip[1]"),
    ]
    assert [each["name"] for each in named_rows(tabling, 1, ANSWERS)] == ["甲", None, "丙"]


def test_choices_have_columns_in_the_order_of_the_form_whatever_was_chosen(household: FormDefinition) -> None:
    tabling = Tabling([household])
    [main] = named_rows(tabling, 0, ANSWERS)
    assert main == {
        "home/place.lat": 29.3,
        "home/place.lon": 117.2,
        "home/place.altitude": None,
        "home/place.accuracy": 8.0,
        "home/troubles": "a other",
        "home/troubles/z": 0,
        "home/troubles/a": 1,
        "again": "0",
    }
    assert list(main)[4:7] == ["home/troubles", "home/troubles/z", "home/troubles/a"]
    trips = named_rows(tabling, 2, ANSWERS)
    assert [tuple(each.values()) for each in trips] == [
        (20, "foot", 0, 1),
        (5, None, None, None),
        (0, "bus foot", 1, 1),
    ]
    whole = Tabling([household], split=False)
    assert [each.name for each in whole.tables[2].columns] == ["minutes", "modes"]


def test_labels_are_in_the_language_that_was_asked_for(household: FormDefinition) -> None:
    [main] = named_rows(Tabling([household], labels=True, language="en"), 0, ANSWERS)
    assert (main["home/troubles"], main["again"]) == ("Flooding; other", "No")
    assert (main["home/troubles/z"], main["home/troubles/a"]) == (0, 1)
    columns = Tabling([household], labels=True, language="en").tables[0].columns
    assert {each.name: each.label for each in columns}["home/troubles/z"] == "Troubles / Parking"
    [main] = named_rows(Tabling([household], labels=True, language="zh-Hans"), 0, ANSWERS)
    assert main["again"] == "否"


def test_names_of_central(household: FormDefinition) -> None:
    tabling = Tabling([household], naming=CENTRAL)
    assert [each.name for each in tabling.tables[0].columns] == [
        "home-place-Latitude",
        "home-place-Longitude",
        "home-place-Altitude",
        "home-place-Accuracy",
        "home-troubles",
        "home-troubles/z",
        "home-troubles/a",
        "again",
    ]
    assert list(unique_names(["a", "b", "a"])) == ["a~1", "b", "a~2"]


def test_versions_share_columns_those_of_the_newest_first(household: FormDefinition) -> None:
    newer = form(again="later", trip="ride", z="y")
    tabling = Tabling([household, newer])
    assert [each.name for each in tabling.tables[0].columns][4:] == [
        "home/troubles",
        "home/troubles/y",
        "home/troubles/a",
        "later",
        "home/troubles/z",
        "again",
    ]
    assert [each.name for each in tabling.tables] == ["household", "person", "ride", "trip"]
    [old] = named_rows(tabling, 0, ANSWERS, version=0)
    assert (old["again"], old["later"]) == ("0", None)
    assert (old["home/troubles/z"], old["home/troubles/y"]) == (0, None)
    assert len(named_rows(tabling, 3, ANSWERS, version=0)) == 3
    assert named_rows(tabling, 3, ANSWERS, version=1) == []
    # The answers to a version that nobody knows are looked for in all of them, each row once.
    [unknown] = named_rows(tabling, 0, {**ANSWERS, "later": "1"}, version=None)
    assert (unknown["again"], unknown["later"], unknown["home/troubles/a"]) == ("0", "1", 1)
    assert len(named_rows(tabling, 1, ANSWERS, version=None)) == 3
    assert len(named_rows(tabling, 3, ANSWERS, version=None)) == 3


def test_answers_of_another_shape_are_kept_as_text(household: FormDefinition) -> None:
    answers = {"home": {"place": "somewhere", "troubles": "a"}, "person": "none", "again": ["0", "1"]}
    [main] = named_rows(Tabling([household]), 0, answers)
    assert (main["home/place.lat"], main["home/troubles"], main["again"]) == ("somewhere", "a", "0 1")
    assert named_rows(Tabling([household]), 1, answers) == []
