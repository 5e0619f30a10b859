"""Submissions and answers: reading, writing, typing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trial_forms import SURVEY, compile_markdown

from app.xforms.answers import get_answer, put_answer, read_answers
from app.xforms.checking import check_answers
from app.xforms.definition import FormDefinition
from app.xforms.instances import read_submission, referenced_files, write_submission
from app.xforms.parsing import parse_form
from app.xforms.problems import XFormProblem

FORM = parse_form(compile_markdown(SURVEY))


def test_written_answers_are_read_back(trial: FormDefinition, answered: dict[str, Any]) -> None:
    xml = write_submission(trial, answered, instance_id="uuid:1", deprecated_id="uuid:0")
    submission = read_submission(xml)
    assert (submission.form_id, submission.version) == ("trial", "7")
    assert (submission.instance_id, submission.deprecated_id) == ("uuid:1", "uuid:0")
    answers = read_answers(trial, submission)
    assert answers.problems == ()
    assert answers == answered
    assert referenced_files(trial, submission) == ["a.jpg"]


def test_answers_that_are_not_relevant_are_left_out(trial: FormDefinition, answered: dict[str, Any]) -> None:
    xml = write_submission(trial, answered | {"consent": "n"}, instance_id="uuid:1")
    assert b"<home" not in xml
    assert b"<person" not in xml
    kept = write_submission(trial, answered | {"consent": "n"}, instance_id="uuid:1", keep_irrelevant=True)
    assert b"<home" in kept


def test_a_submission_is_read_by_local_names() -> None:
    xml = """<?xml version='1.0' ?><trial xmlns:orx="http://openrosa.org/xforms" id="trial" orx:version="6"
      xmlns="http://example.org/x"><consent>y</consent><person><name>甲</name></person>
      <person><name/></person>      <stray>1</stray><orx:meta>
      <orx:instanceID>uuid:9</orx:instanceID><orx:instanceName> N </orx:instanceName>
      </orx:meta></trial>"""
    submission = read_submission(xml.encode())
    assert (submission.instance_id, submission.instance_name, submission.version) == ("uuid:9", "N", "6")
    answers = read_answers(FORM, submission)
    assert [row["name"] for row in answers["person"]] == ["甲", None]
    assert [(problem.code, problem.place) for problem in answers.problems] == [
        ("unknown-node", "/data/stray")
    ]


@pytest.mark.parametrize(
    ("element", "text", "code"),
    [
        ("age", "4x", "not-an-integer"),
        ("area", "inf", "not-a-decimal"),
        ("point", "91 0", "not-a-geopoint"),
        ("point", "29.1", "not-a-geopoint"),
    ],
)
def test_an_answer_of_the_wrong_type_is_kept_as_text_and_told(element: str, text: str, code: str) -> None:
    xml = f'<trial id="trial"><consent>y</consent><home><{element}>{text}</{element}></home></trial>'
    answers = read_answers(FORM, read_submission(xml.encode()))
    assert answers["home"][element] == text
    problem = answers.problems[0]
    assert (problem.code, problem.path, problem.found) == (code, f"/data/home/{element}", text)
    assert "type" in [found.code for found in check_answers(FORM, answers)]


def test_what_names_no_form_is_no_submission() -> None:
    with pytest.raises(XFormProblem) as caught:
        read_submission(b"<data><a/></data>")
    assert caught.value.code == "not-a-submission"


def test_answers_are_reached_by_place(trial: FormDefinition, answered: dict[str, Any]) -> None:
    assert get_answer(answered, "/data/person[2]/name") == "乙"
    assert get_answer(answered, "/data/person[3]/name") is None
    answers: dict[str, Any] = {}
    put_answer(trial, answers, "/data/person[2]/name", "丙")
    assert answers == {"person": [{}, {"name": "丙"}]}
    with pytest.raises(KeyError):
        put_answer(trial, answers, "/data/nobody", 1)


_texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=40)
_points = st.fixed_dictionaries(
    {
        "lat": st.floats(-90, 90),
        "lon": st.floats(-180, 180),
        "altitude": st.floats(-500, 9000),
        "accuracy": st.floats(0, 1000),
    }
)
_homes = st.fixed_dictionaries(
    {
        "street": st.sampled_from(["s1", "s2", None]),
        "community": st.sampled_from(["c11", "c21", None]),
        "age": st.none() | st.integers(-(10**15), 10**15),
        "area": st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
        "point": st.none() | _points,
    }
)
_persons = st.fixed_dictionaries(
    {
        "name": st.none() | _texts,
        "born": st.none() | st.dates().map(lambda day: day.isoformat()),
        "photo": st.none(),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    _homes,
    st.lists(_persons, max_size=4),
    st.lists(st.sampled_from(["park", "flood"]), unique=True, min_size=1),
)
def test_any_answers_survive_writing_and_reading(
    home: dict[str, Any], persons: list[dict[str, Any]], problems: list[str]
) -> None:
    answers = {"consent": "y", "home": home, "problems": problems, "person": persons}
    read = read_answers(FORM, read_submission(write_submission(FORM, answers, instance_id="uuid:1")))
    assert read.problems == ()
    assert {name: read["home"][name] for name in home} == home
    assert read["person"] == persons
    assert read["problems"] == problems
    assert read["people"] == str(len(persons))
