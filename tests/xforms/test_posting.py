"""What people type is read as they mean it."""

from __future__ import annotations

from typing import Any

import pytest

from app.xforms.definition import Question
from app.xforms.posting import posted_text, shown_text

P = "/d/q"


def asked(kind: str, data_type: str = "string", appearance: str = "") -> Question:
    return Question(P, "q", data_type, "input", kind, appearance=appearance)


@pytest.mark.parametrize(
    ("question", "typed", "text"),
    [
        (asked("integer", "int"), "１，２３４", "1234"),
        (asked("integer", "int"), "1,23", "1,23"),
        (asked("decimal", "decimal"), "12'345.5", "12345.5"),
        (asked("date", "date"), "1958年3月9日", "1958-03-09"),
        (asked("date", "date"), "1958/3/9", "1958-03-09"),
        (asked("date", "date"), "19580309", "1958-03-09"),
        (asked("date", "date", "year"), "1958", "1958-01-01"),
        (asked("date", "date", "month-year"), "1958-03", "1958-03-01"),
        (asked("date", "date"), "去年", "去年"),
        (asked("geotrace", "geotrace"), "29，117\r\n30 118", "29 117; 30 118"),
        (asked("geotrace", "geotrace"), "29 117", "29, 117"),
        (asked("geoshape", "geoshape"), "1 1;2 2;3 1", "1 1; 2 2; 3 1; 1 1"),
        (asked("geoshape", "geoshape"), "1 1;2 2;3 1;1 1", "1 1; 2 2; 3 1; 1 1"),
        (asked("geoshape", "geoshape"), "", ""),
        (asked("text"), " 1,234 \r\n二 ", "1,234 \n二"),
        (asked("select_one"), " a ", "a"),
    ],
)
def test_texts_are_read_as_people_write_them(question: Question, typed: str, text: str) -> None:
    assert posted_text(question, P, {P: [typed]}) == text


@pytest.mark.parametrize(
    ("question", "answer", "shown"),
    [
        (asked("datetime", "dateTime"), "2024-02-29T08:30:15.000+08:00", "2024-02-29T08:30"),
        (asked("time", "time"), "08:30:00.000+08:00", "08:30"),
        (asked("date", "date", "year"), "1958-03-09", "1958"),
        (asked("date", "date", "month-year"), "1958-03-09", "1958-03"),
        (asked("integer", "int"), 1234, "1234"),
        (
            asked("geotrace", "geotrace"),
            [
                {"lat": 1.0, "lon": 2.0, "altitude": None, "accuracy": None},
                {"lat": 1.5, "lon": 2.0, "altitude": 3.0, "accuracy": None},
            ],
            "1, 2\n1.5, 2 3",
        ),
    ],
)
def test_a_field_shows_an_answer_and_posting_it_unchanged_changes_nothing(
    question: Question, answer: Any, shown: str
) -> None:
    assert shown_text(question, answer) == shown
    again = posted_text(question, P, {P: [shown_text(question, answer)]}, answer)
    assert shown_text(question, again) == shown_text(question, answer) or ";" in str(again)
    if isinstance(answer, str):
        assert again == answer


def test_height_and_accuracy_stay_with_the_place_they_were_measured_at() -> None:
    kept = {"lat": 29.29, "lon": 117.2, "altitude": 30.0, "accuracy": 5.0}
    point = asked("geopoint", "geopoint")
    fields = {f"{P}#lat": ["29.29"], f"{P}#lon": ["117.2"], f"{P}#alt": ["30.0"], f"{P}#acc": ["5.0"]}
    assert posted_text(point, P, fields, kept) == "29.29 117.2 30.0 5.0"
    assert posted_text(point, P, {**fields, f"{P}#lat": ["29.5"]}, kept) == "29.5 117.2"
    measured = {**fields, f"{P}#lat": ["29.5"], f"{P}#alt": [""], f"{P}#acc": ["8"]}
    assert posted_text(point, P, measured, kept) == "29.5 117.2 0 8"
    assert posted_text(point, P, {f"{P}#lat": [""], f"{P}#lon": [""]}, kept) == ""
