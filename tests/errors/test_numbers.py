"""Whole numbers as a reader may write them, and what happens to one that no column holds."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.errors.database import database_problem
from app.errors.numbers import LARGEST_KEY, whole_number
from app.indicators.models import ExamYear


@pytest.mark.parametrize(
    "text", [None, "", " 1", "1 ", "+1", "-1", "1.0", "²", "９", "x", str(LARGEST_KEY + 1), "9" * 5000]
)
def test_what_is_no_key_is_none(text: str | None) -> None:
    assert whole_number(text) is None


def test_numbers_up_to_the_largest_key_are_read() -> None:
    assert [whole_number(text) for text in ("0", "2024", str(LARGEST_KEY))] == [0, 2024, LARGEST_KEY]


def test_a_number_sqlite_cannot_hold_is_the_sender_s_fault(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL says DataError or finds nothing")
    with pytest.raises(OverflowError) as caught:
        db.session.execute(select(ExamYear).where(ExamYear.year == 2**70))
    problem = database_problem(caught.value)
    assert problem is not None
    assert (problem.code, problem.status) == ("value-unstorable", 422)
    assert database_problem(OverflowError("math range error")) is None


def test_the_edge_answers_it(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL says DataError or finds nothing")

    @app.get("/api/v1/overflowing")
    def overflowing() -> str:
        db.session.execute(select(ExamYear).where(ExamYear.year == 2**70))
        return ""

    assert app.test_client().get("/api/v1/overflowing").status_code == 422
