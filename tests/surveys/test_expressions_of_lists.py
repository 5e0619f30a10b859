"""An expression of a question list that does not parse is told at its own cell."""

from __future__ import annotations

import pytest

from app.areas.models import Area
from app.errors import Invalid
from app.surveys.designing import create_wave
from app.surveys.question_list import read_question_list


@pytest.mark.parametrize(
    ("relevant", "constraint", "cell", "column"),
    [("${q1} >> 3 and (", "", "F3", "relevant"), ("", ". >= 1 and (", "G3", "constraint")],
)
def test_an_expression_is_told_at_its_cell(
    small_city: Area, relevant: str, constraint: str, cell: str, column: str
) -> None:
    text = "name,dimension,type,text_zh,text_en,relevant,constraint\n"
    text += f"q1,甲,integer,多少？,How many?,,\nq2,甲,integer,几岁？,Age?,{relevant},{constraint}\n"
    listed = read_question_list(questions=(text.encode(), "q.csv"))
    with pytest.raises(Invalid) as refused:
        create_wave(
            exam_year=2024,
            root_id=small_city.id,
            name="w",
            form_id="w",
            title_zh="w",
            version="1",
            questions=listed,
        )
    assert refused.value.code == "question-list-invalid"
    (place,) = refused.value.places
    assert (place.code, place.row, place.cell, place.column) == (
        "question-expression-unreadable",
        3,
        cell,
        column,
    )
    assert place.facts["found"] == (relevant or constraint)
