"""Filling and checking: relevance, calculations, choices, messages, pages, rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest

from app.xforms.definition import FormDefinition, Text
from app.xforms.filling import (
    add_row,
    check_answers,
    open_filling,
    remove_row,
    take_fields,
)
from app.xforms.paging import next_page, pages, previous_page
from app.xforms.patterns import refuse_slow_patterns
from app.xforms.problems import XFormProblem
from app.xforms.sizing import MOST_ROWS

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def codes(form: FormDefinition, answers: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.place, problem.code) for problem in check_answers(form, answers, now=NOW)]


def test_right_answers_have_no_problems(trial: FormDefinition, answered: dict[str, Any]) -> None:
    assert codes(trial, answered) == []


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("age", None, "required"),
        ("age", 12, "constraint"),
        ("age", "40", "type"),
        ("age", True, "type"),
        ("community", "c21", "choice-not-offered"),
        ("street", "s9", "choice-not-offered"),
        ("point", {"lat": 200, "lon": 0}, "type"),
    ],
)
def test_each_wrong_answer_is_told(
    trial: FormDefinition, answered: dict[str, Any], place: str, value: object, code: str
) -> None:
    answered["home"][place] = value
    assert (f"/data/home/{place}", code) in codes(trial, answered)


def test_an_answer_where_none_is_asked_is_told(trial: FormDefinition, answered: dict[str, Any]) -> None:
    answered["problems"] = ["park"]
    assert codes(trial, answered) == [("/data/other", "irrelevant")]


def test_rows_are_told_by_number(trial: FormDefinition, answered: dict[str, Any]) -> None:
    answered["person"][1]["born"] = "2030-01-01"
    assert codes(trial, answered) == [("/data/person[2]/born", "constraint")]


def test_the_message_of_the_form_comes_with_the_problem(
    trial: FormDefinition, answered: dict[str, Any]
) -> None:
    answered["home"]["age"] = 12
    message = check_answers(trial, answered)[0].facts["message"]
    assert isinstance(message, Text)
    assert message.plain("English (en)") == "Between 16 and 110"


def test_a_filling_calculates_and_speaks_the_language(
    trial: FormDefinition, answered: dict[str, Any]
) -> None:
    answered["home"] |= {"per_year": None}
    filling = open_filling(trial, answered, language="English (en)", now=NOW)
    assert filling.answers["home"]["per_year"] == "2.3"
    assert filling.field("/data/home/told").label == "2.3 m² a year"
    assert filling.field("/data/person[1]/photo").label == "Photo of 甲"
    community = filling.field("/data/home/community")
    assert [(choice.value, choice.label) for choice in community.choices] == [
        ("c11", "First"),
        ("c12", "Second"),
    ]
    assert filling.problems() == []


def test_a_new_form_gets_rows_and_preloaded_values(trial: FormDefinition) -> None:
    filling = open_filling(trial, {}, now=NOW, first=True)
    assert filling.answers["start"] == "2026-03-01T08:00:00.000Z"
    assert filling.answers["person"] == []
    agreed = open_filling(trial, {"consent": "y"}, now=NOW, first=True)
    assert len(agreed.answers["person"]) == 1


def test_consent_stands_alone_and_refusal_ends_the_form(trial: FormDefinition) -> None:
    assert pages(trial)[0].questions == ("/data/consent",)
    refused = open_filling(trial, {"consent": "n"})
    assert next_page(trial, refused, 0) == 1
    assert next_page(trial, refused, 1) is None
    agreed = open_filling(trial, {"consent": "y"}, first=True)
    assert next_page(trial, agreed, 1) == 2
    assert previous_page(trial, agreed, 2) == 1


def test_no_page_needs_a_script(trial: FormDefinition) -> None:
    on_page = {path: page.number for page in pages(trial) for path in page.questions}
    assert on_page["/data/home/community"] > on_page["/data/home/street"]
    assert on_page["/data/home/told"] > on_page["/data/home/area"] >= on_page["/data/home/age"]
    assert on_page["/data/other"] > on_page["/data/problems"]
    # The label of the photo shows the name: the rows are asked in two rounds.
    assert on_page["/data/person/photo"] == on_page["/data/person/name"] + 1
    opened = [page.repeats_opened for page in pages(trial) if page.repeats_opened]
    assert opened == [("/data/person",)]


def test_blocks_follow_the_form(trial: FormDefinition, answered: dict[str, Any]) -> None:
    filling = open_filling(trial, answered)
    page = next(page for page in pages(trial) if "/data/person/name" in page.questions)
    (repeat,) = filling.blocks(page)
    assert (repeat.kind, repeat.may_add, len(repeat.children)) == ("repeat", True, 2)
    row = repeat.children[1]
    assert (row.kind, row.field.place, row.may_remove) == ("row", "/data/person[2]", True)
    assert [block.field.place for block in row.children] == ["/data/person[2]/name", "/data/person[2]/born"]


def test_posted_fields_become_answers(trial: FormDefinition, answered: dict[str, Any]) -> None:
    page = next(page for page in pages(trial) if "/data/home/age" in page.questions)
    fields = {
        "/data/home/age": ["abc"],
        "/data/home/community": ["c11"],
        "/data/home/area": ["70.5"],
        "/data/other": ["not on this page"],
    }
    taken, problems = take_fields(trial, answered, page, fields)
    assert (taken["home"]["community"], taken["home"]["area"]) == ("c11", 70.5)
    assert taken["other"] == "噪声"
    assert [(problem.place, problem.code) for problem in problems] == [("/data/home/age", "type")]
    assert taken["home"]["age"] == "abc"
    assert answered["home"]["community"] == "c12"


def test_a_point_is_posted_as_one_text_or_two(trial: FormDefinition, answered: dict[str, Any]) -> None:
    page = next(page for page in pages(trial) if "/data/home/point" in page.questions)
    split = {"/data/home/point#lat": ["29.5"], "/data/home/point#lon": ["117.5"]}
    for fields in ({"/data/home/point": ["29.5 117.5"]}, split):
        taken, problems = take_fields(trial, answered, page, fields)
        assert problems == []
        assert taken["home"]["point"] == {"lat": 29.5, "lon": 117.5, "altitude": None, "accuracy": None}


def test_an_empty_post_clears_a_select(trial: FormDefinition, answered: dict[str, Any]) -> None:
    page = next(page for page in pages(trial) if "/data/problems" in page.questions)
    taken, _ = take_fields(trial, answered, page, {})
    assert taken["problems"] is None


def test_rows_are_added_and_removed(trial: FormDefinition, answered: dict[str, Any]) -> None:
    more = add_row(trial, answered, "/data/person")
    assert [row["name"] for row in more["person"]] == ["甲", "乙", None]
    assert open_filling(trial, more).answers["people"] == "3"
    fewer = remove_row(trial, more, "/data/person[1]")
    assert [row["name"] for row in fewer["person"]] == ["乙", None]
    assert len(answered["person"]) == 2
    with pytest.raises(KeyError):
        remove_row(trial, answered, "/data/person[7]")


REPEATS = """
| survey | | | | | | | |
| | type | name | label | calculation | repeat_count | relevant | trigger |
| | integer | n | How many | | | | |
| | begin_repeat | child | Child | | ${n} | | |
| | text | name | Name | | | | |
| | calculate | place | | position(..) | | | |
| | note | hello | Child ${place}: ${name} | | | | |
| | end_repeat | | | | | | |
| | text | first | First | | | | |
| | dateTime | seen | | now() | | | ${first} |
| | calculate | all | | join(', ', ${name}) | | | |
| | calculate | second | | indexed-repeat(${name}, ${child}, 2) | | | |
"""


def test_a_count_makes_and_cuts_rows(form_of: Callable[[str], FormDefinition]) -> None:
    form = form_of(REPEATS)
    filling = open_filling(form, {"n": 3, "child": [{"name": "a"}, {"name": "b"}]})
    assert [row["name"] for row in filling.answers["child"]] == ["a", "b", None]
    assert [row["place"] for row in filling.answers["child"]] == ["1", "2", "3"]
    assert filling.field("/data/child[2]/hello").label == "Child 2: b"
    assert (filling.answers["all"], filling.answers["second"]) == ("a, b, ", "b")
    assert len(open_filling(form, {"n": 1, "child": filling.answers["child"]}).answers["child"]) == 1
    problems = check_answers(form, {"n": 3, "child": [{"name": "a"}]})
    assert [(problem.code, problem.facts["expected"]) for problem in problems] == [("too-few-rows", 3)]


def test_a_changed_question_triggers_its_actions(form_of: Callable[[str], FormDefinition]) -> None:
    form = form_of(REPEATS)
    page = next(page for page in pages(form) if "/data/first" in page.questions)
    taken, _ = take_fields(form, {"n": 0}, page, {"/data/first": ["x"]})
    assert taken["seen"]
    again, _ = take_fields(form, taken, page, {"/data/first": ["x"]})
    assert again["seen"] == taken["seen"]


def test_the_order_of_randomized_choices_is_that_of_every_client(
    form_of: Callable[[str], FormDefinition],
) -> None:
    form = form_of("""
| survey | | | | |
| | type | name | label | parameters |
| | select_one l | q | Q | randomize=true, seed=42 |
| choices | | | |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | l | c | C |
| | l | d | D |
""")
    state = open_filling(form, {}).field("/data/q")
    assert [choice.value for choice in state.choices] == ["a", "d", "c", "b"]


@pytest.fixture(scope="module")
def slow(form_of: Callable[[str], FormDefinition]) -> FormDefinition:
    return form_of("""
| survey | | | | |
| | type | name | label | constraint |
| | text | first | First | regex(., '(a\\|aa)+') |
| | text | second | Second | regex(., '[a-z]+') |
""")


def test_a_pattern_without_end_is_told_and_the_answer_kept(slow: FormDefinition) -> None:
    answers = {"first": "a" * 200 + "!", "second": "b"}
    began = perf_counter()
    filling = open_filling(slow, answers)
    told = {problem.place: problem.code for problem in filling.problems()}
    assert told["/data/first"] == "unchecked"
    assert filling.answers["first"] == answers["first"]
    assert perf_counter() - began < 5
    assert codes(slow, {"first": "aaa", "second": "b"}) == []


def test_a_pattern_without_end_is_found_before_publishing(
    slow: FormDefinition, trial: FormDefinition
) -> None:
    with pytest.raises(XFormProblem) as refusal:
        refuse_slow_patterns(slow)
    assert refusal.value.facts == {"path": "/data/first", "detail": "(a|aa)+"}
    refuse_slow_patterns(trial)


def test_counts_in_rows_do_not_multiply_without_bound(form_of: Callable[[str], FormDefinition]) -> None:
    form = form_of("""
| survey | | | | |
| | type | name | label | repeat_count |
| | integer | n | How many | |
| | begin_repeat | outer | Outer | ${n} |
| | begin_repeat | inner | Inner | ${n} |
| | text | said | Said | |
| | end_repeat | | | |
| | end_repeat | | | |
""")
    filling = open_filling(form, {"n": 900})
    rows = filling.answers["outer"]
    assert len(rows) + sum(len(row["inner"]) for row in rows) == MOST_ROWS
    (page,) = [page for page in pages(form) if "/data/n" in page.questions]
    assert ("/data/n", "too-large-form") in {(each.place, each.code) for each in filling.problems(page)}
    fits = open_filling(form, {"n": 30})
    assert sum(len(row["inner"]) for row in fits.answers["outer"]) == 900
    assert fits.problems() == []
