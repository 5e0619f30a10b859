"""Scores by goalposts, grades and warnings of one indicator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.rules import RuleSet
from app.analysis.scoring import Grade, ScoreMethod, WarningLevel, goalposts, judge, score
from app.analysis.yardsticks import Direction, Evidence, PastValue, Standard

RULES = RuleSet()
UP, DOWN, RANGE = Direction.POSITIVE, Direction.NEGATIVE, Direction.RANGE


def _evidence(direction: Direction = UP, value: float | None = None, **facts) -> Evidence:
    return Evidence(direction=direction, year=2024, value=value, **facts)


def _points(value: float, direction: Direction, **facts) -> float | None:
    return score(value, goalposts(_evidence(direction, value, **facts), RULES))


@pytest.mark.parametrize(
    ("value", "points"), [(0, 0), (4, 30), (8, 60), (9, 70), (10, 80), (11, 90), (12, 100), (20, 100)]
)
def test_four_known_goalposts_of_a_positive_indicator(value, points):
    facts = {
        "national": Standard(minimum=8),
        "plan_target": Standard(minimum=10),
        "exemplary": Standard(minimum=12),
    }
    assert _points(value, UP, **facts) == pytest.approx(points)


@pytest.mark.parametrize(
    ("value", "points"), [(25, 0), (18, 0), (13.5, 30), (9, 60), (6, 80), (3, 100), (0, 100)]
)
def test_a_negative_indicator_with_a_pass_alone(value, points):
    # Floor at 2 × 9; the slope of 60 points per 9 goes on to 100 points at 3.
    assert _points(value, DOWN, national=Standard(maximum=9)) == pytest.approx(points)


def test_a_pass_alone_goes_on_with_its_slope_but_not_past_the_natural_bound():
    assert goalposts(_evidence(national=Standard(minimum=6)), RULES).lower == pytest.approx((0, 6, 8, 10))
    bounded = goalposts(_evidence(national=Standard(minimum=87.5), upper_bound=100.0), RULES)
    assert bounded.lower == pytest.approx((0, 87.5, 93.75, 100))


def test_a_standard_at_the_natural_bound_is_full_points_there_and_fails_just_below():
    facts = {"national": Standard(minimum=100), "upper_bound": 100.0}
    assert _points(100, UP, **facts) == 100
    assert _points(99, UP, **facts) == pytest.approx(59.4)
    assert _points(100 - 1e-11, UP, **facts) == pytest.approx(100)


def test_zero_tolerance_is_a_step():
    posts = goalposts(_evidence(DOWN, national=Standard(maximum=0)), RULES)
    assert posts.method is ScoreMethod.STEP
    assert [score(value, posts) for value in (0.0, 1.0, 0.001)] == [100, 0, 0]


def test_a_range_is_a_trapezoid():
    facts = {"national": Standard(1.1, 1.3)}
    assert goalposts(_evidence(RANGE, **facts), RULES).method is ScoreMethod.TRAPEZOID
    found = [_points(value, RANGE, **facts) for value in (0, 0.55, 1.1, 1.2, 1.3, 1.95, 2.6, 3)]
    assert found == pytest.approx([0, 50, 100, 100, 100, 50, 0, 0])


def test_a_range_inside_a_range_has_its_own_post():
    facts = {"national": Standard(10.0, 30.0), "exemplary": Standard(15.0, 25.0)}
    found = [_points(value, RANGE, **facts) for value in (5, 10, 12.5, 15, 20, 27.5, 30, 45, 60)]
    assert found == pytest.approx([30, 60, 80, 100, 100, 80, 60, 30, 0])


def test_without_a_standard_the_ratio_to_the_plan_target_counts():
    target = {"plan_target": Standard(minimum=50)}
    assert goalposts(_evidence(**target), RULES).method is ScoreMethod.TARGET_RATIO
    assert [_points(value, UP, **target) for value in (0, 20, 50, 70)] == pytest.approx([0, 40, 100, 100])
    over = [_points(value, DOWN, plan_target=Standard(maximum=50)) for value in (50, 60, 100)]
    assert over == pytest.approx([100, 80, 0])


def test_an_exemplary_standard_alone_anchors_a_hundred():
    assert _points(42.5, UP, exemplary=Standard(minimum=85)) == pytest.approx(50)


def test_a_plan_target_under_the_national_standard_is_left_out():
    facts = {
        "national": Standard(minimum=8),
        "plan_target": Standard(minimum=7),
        "exemplary": Standard(minimum=12),
    }
    assert goalposts(_evidence(**facts), RULES).lower == pytest.approx((0, 8, 10, 12))


def test_without_any_standard_the_place_within_the_own_past_counts():
    past = tuple(PastValue(year, value) for year, value in ((2021, 10.0), (2022, 14.0), (2023, 12.0)))
    assert goalposts(_evidence(past=past), RULES).method is ScoreMethod.PAST_PLACE
    found = [_points(value, UP, past=past) for value in (6, 10, 12, 14, 16, 20)]
    assert found == pytest.approx([0, 40, 60, 80, 100, 100])
    found = [_points(value, DOWN, past=past) for value in (14, 12, 10)]
    assert found == pytest.approx([40, 60, 80])


def test_a_flat_past_gives_the_middle_and_noise_does_not_swing_it():
    past = tuple(PastValue(year, 100.0) for year in (2021, 2022, 2023))
    assert _points(100, UP, past=past) == pytest.approx(60)
    assert _points(101, UP, past=past) == pytest.approx(68)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "too-few-past-years"),
        ({"past": (PastValue(2022, 1.0), PastValue(2023, 2.0), PastValue(2024, 3.0))}, "too-few-past-years"),
        ({"past": tuple(PastValue(year, 0.0) for year in (2021, 2022, 2023))}, "past-values-all-zero"),
        ({"direction": RANGE}, "range-without-standard"),
        ({"national": Standard(minimum=8), "value": None}, "value-missing"),
        ({"value": None}, "value-missing"),
        ({"national": Standard(minimum=8), "value": None, "state": "not_applicable"}, "value-not-applicable"),
    ],
)
def test_no_basis_is_no_score_and_not_zero(facts, reason):
    found = judge(_evidence(**({"value": 5.0} | facts)), RULES)
    assert (found.score, found.score_method, found.score_reason) == (None, ScoreMethod.NONE, reason)


bounds = st.floats(0.01, 1e4)


@given(
    st.lists(bounds, min_size=3, max_size=3),
    st.lists(st.floats(-1e4, 3e4), min_size=2, max_size=6),
    st.booleans(),
)
def test_a_better_value_never_scores_less(anchors, values, positive):
    low, middle, high = sorted(anchors, reverse=not positive)
    make = (lambda bound: Standard(minimum=bound)) if positive else (lambda bound: Standard(maximum=bound))
    facts = {"national": make(low), "plan_target": make(middle), "exemplary": make(high)}
    direction = UP if positive else DOWN
    found = [_points(value, direction, **facts) for value in sorted(values, reverse=not positive)]
    assert found == sorted(found)
    assert all(0 <= points <= 100 for points in found)


@given(bounds, st.floats(0, 2e4), st.booleans())
def test_sixty_points_and_the_national_standard_go_together(bound, value, positive):
    standard = Standard(minimum=bound) if positive else Standard(maximum=bound)
    points = _points(value, UP if positive else DOWN, national=standard)
    met = standard.margin(value) >= 0
    assert points >= 60 - 1e-4 if met else points < 60


def _satisfied(score: float) -> dict[str, float]:
    return {"satisfaction": score, "satisfaction_standard_error": 1.0}


def test_grades_by_hand():
    both = {"national": Standard(minimum=8), "exemplary": Standard(minimum=12)}
    cases = [
        ((13.0, both), Grade.STRENGTH, "both-standards-met"),
        ((13.0, both | _satisfied(70.0)), Grade.STRENGTH, "both-standards-met"),
        ((13.0, both | _satisfied(55.0)), Grade.MEETS, "satisfaction-mismatch"),
        ((9.0, both), Grade.MEETS, "national-standard-met"),
        ((7.0, both), Grade.SHORTFALL, "national-standard-not-met"),
        ((7.0, both | {"standard_error": 1.0}), Grade.MEETS, "nothing-decides"),
        ((7.0, both | {"bottom_line": True}), Grade.SHORTFALL, "bottom-line-breach"),
        ((7.0, {}), Grade.NO_BASIS, "no-yardstick"),
        ((7.0, {"benchmarks": (6.0,)}), Grade.MEETS, "nothing-decides"),
        ((None, both | _satisfied(80.0)), Grade.NO_BASIS, "value-missing"),
    ]
    for (value, facts), grade, reason in cases:
        found = judge(_evidence(UP, value, **facts), RULES)
        assert (found.grade, found.grade_reason) == (grade, reason)
        assert found.satisfaction_mismatch == (reason == "satisfaction-mismatch")


def test_satisfaction_within_its_error_takes_no_strength_down():
    facts = {"national": Standard(minimum=8), "exemplary": Standard(minimum=12), "satisfaction": 58.0}
    assert judge(_evidence(UP, 13.0, satisfaction_standard_error=1.5, **facts), RULES).grade is Grade.STRENGTH


def test_warnings_by_hand():
    national = {"national": Standard(minimum=10)}
    cases = [
        (UP, 8.9, national, WarningLevel.RED, ("under-red-ratio",)),
        (UP, 9.0, national, WarningLevel.YELLOW, ("under-standard",)),
        (UP, 10.0, national, WarningLevel.NONE, ()),
        (UP, 8.9, national | {"standard_error": 1.0}, WarningLevel.YELLOW, ("under-standard-uncertain",)),
        (
            UP,
            9.5,
            national | {"bottom_line": True},
            WarningLevel.RED,
            ("bottom-line-breach", "under-standard"),
        ),
        (DOWN, 11.0, {"national": Standard(maximum=10)}, WarningLevel.YELLOW, ("under-standard",)),
        (DOWN, 11.1, {"national": Standard(maximum=10)}, WarningLevel.RED, ("under-red-ratio",)),
        (DOWN, 1.0, {"national": Standard(maximum=0)}, WarningLevel.RED, ("under-red-ratio",)),
        (UP, 1.0, {}, WarningLevel.NONE, ()),
    ]
    for direction, value, facts, level, reasons in cases:
        found = judge(_evidence(direction, value, **facts), RULES)
        assert (found.warning, found.warning_reasons) == (level, reasons)


@pytest.mark.parametrize(
    ("past", "worse"),
    [
        (((2022, 12.0), (2023, 11.0)), True),
        (((2022, 11.0), (2023, 11.0)), False),
        (((2021, 12.0), (2023, 11.0)), False),
        (((2023, 11.0),), False),
    ],
)
def test_worse_two_years_running_is_yellow(past, worse):
    found = judge(_evidence(UP, 10.0, past=tuple(PastValue(*pair) for pair in past)), RULES)
    assert (found.warning is WarningLevel.YELLOW) == worse


def test_a_bottom_line_without_a_national_standard_is_held_to_its_plan_target():
    found = judge(_evidence(DOWN, 3.0, bottom_line=True, plan_target=Standard(maximum=2)), RULES)
    assert (found.breach, found.grade, found.warning) == (True, Grade.SHORTFALL, WarningLevel.RED)
