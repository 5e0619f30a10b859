"""Question lists: what is read, and every problem at its place."""

from __future__ import annotations

import pytest

from app.errors import Invalid
from app.surveys.form_rows import SurveyDesign, survey_rows
from app.surveys.question_list import read_question_list

CHOICES = """list_name,name,label_zh,label_en
sat5,5,很满意,Very satisfied
sat5,1,很不满意,Very dissatisfied
sat5,9,不了解,Don't know
"""


def read(questions: str, choices: str = CHOICES) -> object:
    return read_question_list(questions=(questions.encode(), "q.csv"), choices=(choices.encode(), "c.csv"))


def test_a_list_is_read_with_its_links_and_scores() -> None:
    text = "name,dimension,type,text_zh,text_en,required,scored,indicator_codes\n"
    text += "ec_park,生态宜居,select_one sat5,公园？,Parks?,yes,dimension,EC08;EC09\n"
    found = read_question_list(questions=(text.encode(), "q.csv"), choices=(CHOICES.encode(), "c.csv"))
    question = found.questions[0]
    assert (question.type, question.kind, question.list_name) == ("select_one sat5", "select_one", "sat5")
    assert question.required
    assert question.indicator_codes == ("EC08", "EC09")
    assert [each.value for each in found.choices["sat5"]] == ["5", "1", "9"]


def test_every_problem_is_told_with_its_cell() -> None:
    text = "name,dimension,type,text_zh,text_en,scored\n"
    text += "1bad,甲,integer,多少？,How many?,\n"
    text += "a,甲,select_one nowhere,哪？,Which?,\n"
    text += "a,甲,guess,猜？,Guess?,twice\n"
    text += "b,甲,integer,,,dimension\n"
    with pytest.raises(Invalid) as refused:
        read(text)
    told = [(place.code, place.row, place.cell) for place in refused.value.places]
    assert refused.value.code == "question-list-invalid"
    assert told == [
        ("question-name-invalid", 2, "A2"),
        ("choice-list-missing", 3, "C3"),
        ("question-twice", 4, "A4"),
        ("question-type-unknown", 4, "C4"),
        ("scored-unknown", 4, "F4"),
        ("question-text-missing", 5, "D5"),
        ("scored-not-five-point", 5, "F5"),
    ]


def test_a_scored_question_needs_five_points() -> None:
    text = "name,dimension,type,text_zh,text_en,scored\na,甲,select_one size,大？,Large?,dimension\n"
    choices = "list_name,name,label_zh,label_en\nsize,L,大,Large\nsize,L,大,Large\n"
    with pytest.raises(Invalid) as refused:
        read(text, choices)
    assert {place.code for place in refused.value.places} == {"choice-twice", "scored-not-five-point"}


def test_a_list_of_scales_in_one_language_is_scored_throughout() -> None:
    text = "name,group,scale,text_en\nq1,City,poor..excellent,to live in\nq2,Police,satisfaction,effort\n"
    found = read_question_list(questions=(text.encode(), "q.csv"))
    assert [each.scored for each in found.questions] == ["dimension", "dimension"]
    assert [each.list_name for each in found.questions] == ["poor_excellent", "satisfaction"]
    assert set(found.choices) == {"poor_excellent", "satisfaction"}


def test_only_scales_are_marked_as_such_whatever_their_codes() -> None:
    text = "name,dimension,type,text_zh,text_en,scored\n"
    text += "home,甲,select_one home,住房？,Home?,\n"
    text += "park,甲,select_one sat5,公园？,Parks?,dimension\nattn,甲,select_one sat5,核对,Check,\n"
    homes = "".join(f"home,{code},住房{code},Home {code}\n" for code in range(1, 6))
    found = read_question_list(
        questions=(text.encode(), "q.csv"), choices=((CHOICES + homes).encode(), "c.csv")
    )
    head, *rows = survey_rows(SurveyDesign("x", "题", "1", found, metadata=False))
    marked = {row[head.index("name")]: row[head.index("appearance")] for row in rows}
    assert (marked["home"], marked["park"], marked["attn"]) == ("", "likert", "likert")
