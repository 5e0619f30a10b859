"""Cities whose areas lack a level: no communities, no streets, nothing but the city."""

from __future__ import annotations

from typing import Any

import pytest

from app.areas.models import Area
from app.db import db
from app.errors import Invalid
from app.surveys.designing import create_wave
from app.surveys.models import Response, Wave
from app.surveys.question_list import QuestionList, read_question_list
from app.surveys.wave_settings import current_settings
from tests.surveys.conftest import CHOICES, QUESTIONS, Send, add_area, answer, catalogue_of, dice

_NO_COMMUNITY = "\n".join(line for line in QUESTIONS.splitlines() if not line.startswith("community,"))


def _listed(questions: str = QUESTIONS, choices: str = CHOICES) -> QuestionList:
    return read_question_list(questions=(questions.encode(), "q.csv"), choices=(choices.encode(), "c.csv"))


def _city(levels: int) -> Area:
    catalogue_of(2024)
    city = add_area("3602", "小城", "city", None)
    if levels > 1:
        district = add_area("360201", "第1区", "district", city)
    if levels > 2:
        add_area("360201001", "一街道", "street", district)
        add_area("360201002", "二街道", "street", district, in_frame=False)
    return city


def _wave(city: Area, questions: QuestionList, design: str = "open") -> Wave:
    return create_wave(
        exam_year=2024,
        root_id=city.id,
        name="居民调查",
        form_id="small_survey",
        title_zh="居民调查",
        version="1",
        questions=questions,
        design=design,
    )


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        (3, [("question-without-community", 6, "C6", "type")]),
        (
            2,
            [
                ("question-without-community", 6, "C6", "type"),
            ],
        ),
        (1, [("question-without-community", 6, "C6", "type")]),
    ],
)
def test_a_question_for_a_community_is_refused_at_its_cell(app: Any, levels: int, told: list[Any]) -> None:
    with pytest.raises(Invalid) as refused:
        _wave(_city(levels), _listed())
    assert refused.value.code == "question-list-invalid"
    assert [(each.code, each.row, each.cell, each.column) for each in refused.value.places] == told
    assert db.session.query(Wave).count() == 0


def test_a_question_for_a_street_is_refused_in_a_city_of_districts(app: Any) -> None:
    with pytest.raises(Invalid) as refused:
        _wave(_city(2), _listed(_NO_COMMUNITY))
    assert [(each.code, each.cell) for each in refused.value.places] == [("question-without-street", "C5")]


def test_streets_that_a_list_brings_are_offered_where_the_city_has_none(app: Any) -> None:
    wave = _wave(_city(2), _listed(_NO_COMMUNITY, CHOICES + "street,360201,第1区,First\n"))
    assert [each.value for each in _choices(wave, "street")] == ["360201"]


def test_a_list_with_streets_alone_works_without_communities(app: Any, send: Send) -> None:
    wave = _wave(_city(3), _listed(_NO_COMMUNITY))
    assert [each.value for each in _choices(wave, "street")] == ["360201001"]
    assert current_settings(wave).area.question == "street"
    given = answer(dice(1), "360201001001")
    given.pop("community")
    send(wave, given, 1)
    kept = db.session.query(Response).one()
    assert db.session.get_one(Area, kept.street_id).code == "360201001"
    assert (kept.community_id, kept.usable) == (None, True)


def _choices(wave: Wave, name: str) -> Any:
    from app.forms.definitions import definition_of
    from app.forms.queries import published_version

    question = definition_of(published_version(wave.form)).named(name)
    assert question is not None
    return question.choices
