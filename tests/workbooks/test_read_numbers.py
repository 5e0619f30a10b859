"""Numbers as people type them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workbooks.numbers import read_integer, read_number


@pytest.mark.parametrize(
    ("typed", "value", "notes"),
    [
        ("12.5", 12.5, ()),
        ("１２.５％", 12.5, ("full-width", "percent-sign")),
        ("１２。５", 12.5, ("full-width",)),
        ("－5", -5.0, ("full-width",)),
        ("−5", -5.0, ()),
        ("1,234,567.8", 1234567.8, ("thousands-separators",)),
        ("１，２３４", 1234.0, ("full-width", "thousands-separators")),
        ("1 234", 1234.0, ("thousands-separators",)),
        ("  7 ", 7.0, ("spaces",)),
        ("1e5", 1e5, ("exponent",)),
        (12, 12.0, ()),
        (Decimal("0.1"), 0.1, ()),
    ],
)
def test_reads_the_number_meant(typed: object, value: float, notes: tuple[str, ...]) -> None:
    reading = read_number(typed)
    assert (reading.state, reading.value, reading.notes, reading.problem) == ("number", value, notes, None)


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        (None, "blank"),
        ("", "blank"),
        (" \u3000", "blank"),
        ("—", "missing-mark"),
        ("——", "missing-mark"),
        ("-", "missing-mark"),
        ("／", "missing-mark"),
        ("…", "missing-mark"),
        ("缺失", "missing-mark"),
        ("不适用", "not-applicable"),
        ("N/A", "not-applicable"),
    ],
)
def test_marks_for_nothing_are_kept_apart(typed: object, state: str) -> None:
    reading = read_number(typed)
    assert (reading.state, reading.value, reading.problem) == (state, None, None)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("约12", "not-a-number"),
        ("1.2.3", "not-a-number"),
        ("5²", "number-with-unit"),
        ("1/2", "not-a-number"),
        ("1,23", "bad-grouping"),
        ("12万", "number-with-unit"),
        ("3 公里", "number-with-unit"),
        ("无", "ambiguous-mark"),
        ("nan", "not-finite"),
        ("1e999", "not-finite"),
        (float("inf"), "not-finite"),
        (10**400, "not-finite"),
        ("#DIV/0!", "formula-error"),
        ("#N/A", "formula-error"),
        ("#UNCOMPUTED!", "formula-not-computed"),
        (True, "boolean-not-number"),
        (datetime.date(2024, 1, 2), "date-not-number"),
        ([1], "not-a-number"),
        ("9" * 100_000, "not-a-number"),
    ],
)
def test_what_is_no_number_is_named(typed: object, problem: str) -> None:
    reading = read_number(typed)
    assert (reading.state, reading.value, reading.problem) == ("problem", None, problem)


def test_percent_stays_in_percent_and_gives_a_share_when_asked() -> None:
    reading = read_number("12.5%")
    assert (reading.value, reading.percent, reading.share, reading.exact) == (
        12.5,
        True,
        0.125,
        Decimal("12.5"),
    )


def test_integers_may_be_written_with_zeros_after_the_point() -> None:
    assert read_integer("1,200.0").value == 1200
    assert read_integer("12.5").problem == "not-an-integer"
    assert read_integer("—").problem is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_its_own_text(number: float) -> None:
    assert read_number(repr(number)).value == number
    assert read_number(number).value == number


@given(st.text(max_size=80))
def test_no_text_makes_it_fail_and_every_reading_is_consistent(text: str) -> None:
    reading = read_number(text)
    assert (reading.state == "number") == (reading.value is not None)
    assert (reading.state == "problem") == (reading.problem is not None)
