"""Survey estimators of an indicator set, and settings as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.errors import Invalid
from app.surveys.estimators import Estimator, estimator_column, near_mask, read_estimator
from app.surveys.response_table import AnswerTable, ResponseRow
from app.surveys.settings import (
    CITY_GROUPS,
    Group,
    Nearby,
    QualityRules,
    Settings,
    SurveyQuestion,
    read_settings,
)

QUESTIONS = (
    SurveyQuestion("tr_minutes", "/data/a/tr_minutes", "integer"),
    SurveyQuestion("in_share", "/data/a/in_share", "select_one"),
    SurveyQuestion("st_tour", "/data/a/st_tour", "select_one", scored="dimension", dimension="ST"),
    SurveyQuestion("st_benefit", "/data/a/st_benefit", "select_one", indicator_codes=("ST05",)),
)
SETTINGS = Settings(questions=QUESTIONS, groups=CITY_GROUPS)


def table(*answers: dict[str, Any]) -> AnswerTable:
    nothing = (None, False, "complete", None, None, None, None, None, {})
    return AnswerTable(
        [ResponseRow(i, *nothing, each, [], True, None, None) for i, each in enumerate(answers)]
    )


def column(text: str, *answers: dict[str, Any], per_cent: bool = False) -> list[float]:
    found = estimator_column(read_estimator(text), table(*answers), SETTINGS, per_cent=per_cent)
    assert found is not None
    return found.tolist()


def test_the_three_estimators_are_read() -> None:
    assert read_estimator("mean(tr_minutes)") == Estimator("mean", ("tr_minutes",))
    assert read_estimator("share(tr_mode in 1,2, 3)") == Estimator("share", ("tr_mode",), ("1", "2", "3"))
    assert read_estimator("score(st_tour, st_benefit)") == Estimator("score", ("st_tour", "st_benefit"))


@pytest.mark.parametrize("text", ["", "median(a)", "mean(a, b)", "share(a)", "share(a in )", "score()"])
def test_others_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_estimator(text)
    assert refused.value.code == "estimator-unreadable"


def test_nine_minutes_are_minutes_and_a_nine_among_codes_is_left_out() -> None:
    assert column("mean(tr_minutes)", {"tr_minutes": 9}, {"tr_minutes": 30}) == [9.0, 30.0]
    shares = column(
        "share(in_share in 4)", {"in_share": "4"}, {"in_share": "1"}, {"in_share": "9"}, per_cent=True
    )
    assert shares[:2] == [100.0, 0.0]
    assert np.isnan(shares[2])


def test_a_score_is_the_mean_of_what_could_be_judged() -> None:
    scores = column(
        "score(st_tour, st_benefit)",
        {"st_tour": "5", "st_benefit": "3"},
        {"st_tour": "9", "st_benefit": "2"},
        {"st_tour": "9", "st_benefit": "9"},
    )
    assert scores[:2] == [75.0, 25.0]
    assert np.isnan(scores[2])


def test_a_question_that_is_not_asked_has_no_value() -> None:
    assert estimator_column(read_estimator("mean(visits)"), table({}), SETTINGS, per_cent=False) is None


def test_residents_near_a_sight_are_found_by_the_place_they_marked() -> None:
    nearby = Nearby("home_point", 500.0, ((29.30, 117.20),))
    places = ([29.3040, 117.20], [29.3050, 117.20], None)
    rows = table(*({"home_point": place} if place else {} for place in places))
    assert near_mask(rows, nearby).tolist() == [1.0, 0.0, 0.0]


def test_settings_survive_their_json() -> None:
    changed = replace(
        SETTINGS,
        quality=QualityRules(fast_floor_seconds=60.0, not_used_together=(("too-fast", "wrong-area"),)),
        nearby={"ST05": Nearby("home_point", 500.0, ((29.3, 117.2),))},
        small_cell=20,
    )
    assert read_settings(changed.to_json()) == changed


def test_a_group_cuts_numbers_at_its_bounds_and_maps_codes() -> None:
    age = next(group for group in CITY_GROUPS if group.code == "age_band")
    assert [age.category(years) for years in (15, 16, 29, 30, 60, 99)] == [
        None,
        "16-29",
        "16-29",
        "30-44",
        "60+",
        "60+",
    ]
    sex = Group("sex", "性别", "Sex", "sex", {"1": "male"})
    assert [sex.category(code) for code in ("1", "2", None)] == ["male", None, None]


def test_the_rule_of_use_needs_all_flags_of_a_set() -> None:
    rules = QualityRules()
    assert rules.uses({"too-fast", "wrong-area"})
    assert not rules.uses({"too-fast", "attention-failed"})
    assert not rules.uses({"duplicate-unit"})
