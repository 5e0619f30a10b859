"""CSV that opens with the right letters and runs nothing."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator

import pytest

from app.workbooks.csv_writing import safe_text, stream_csv, write_csv
from app.workbooks.tables import read_table


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x", " =1+1"])
def test_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["-12.5", "+3", "-1e5", "住建局", "a=b", "", "-12.5%"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


def test_values_are_written_plainly() -> None:
    data = write_csv(
        [["甲,乙", -1.5, None, True, datetime.date(2024, 1, 2), '说"好"\n行']],
        columns=["名", "b", "c", "d", "e", "f"],
    )
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1] == ["甲,乙", "-1.5", "", "true", "2024-01-02", '说"好"\n行']
    assert read_table(data).rows[0]["名"] == "甲,乙"
    assert not write_csv([], columns=["a"], bom=False).startswith(b"\xef")


def test_rows_are_drawn_while_pieces_are_taken() -> None:
    drawn = 0

    def rows() -> Iterator[list[str]]:
        nonlocal drawn
        for drawn in range(1, 100_001):  # noqa: B007
            yield ["x" * 50]

    pieces = stream_csv(rows(), columns=["a"])
    next(pieces)
    next(pieces)
    assert 0 < drawn < 10_000
    assert sum(len(piece) for piece in pieces) > 4_000_000


def test_half_a_letter_does_not_break_the_export() -> None:
    assert b"?" in write_csv([["\ud83d"]], columns=["a"])
