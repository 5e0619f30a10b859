"""Array scores, composite scores, and their uncertainty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.composites import (
    ScoringError,
    breach_arrays,
    city_score,
    composite_scores,
    dimension_score,
    score_arrays,
    stack_posts,
)
from app.analysis.goalposts import Goalposts, ScoreMethod
from app.analysis.rules import RuleSet
from app.analysis.scoring import breach_limit, goalposts, score
from app.analysis.uncertainty import score_intervals
from app.analysis.yardsticks import Direction, Evidence, Standard

RULES = RuleSet()
NO_POSTS = Goalposts(ScoreMethod.NONE)
EVIDENCES = [
    Evidence(Direction.POSITIVE, 2024, 10.0, national=Standard(minimum=8), exemplary=Standard(minimum=12)),
    Evidence(Direction.NEGATIVE, 2024, 10.0, national=Standard(maximum=9)),
    Evidence(Direction.RANGE, 2024, 1.0, national=Standard(1.1, 1.3)),
    Evidence(Direction.NEGATIVE, 2024, 0.0, national=Standard(maximum=0), bottom_line=True),
    Evidence(Direction.POSITIVE, 2024, 5.0),
]
POSTS = [goalposts(evidence, RULES) for evidence in EVIDENCES]
STACKED = stack_posts(POSTS, [breach_limit(evidence) for evidence in EVIDENCES])


@given(st.lists(st.floats(-5, 30) | st.just(0.0), min_size=5, max_size=5))
def test_arrays_score_as_single_values_do(values):
    found = score_arrays(np.array([values, values]), STACKED)
    expected = [score(value, posts) for value, posts in zip(values, POSTS, strict=True)]
    for row in found:
        assert [None if np.isnan(points) else points for points in row] == pytest.approx(expected)


def test_a_missing_value_has_no_points_and_breaches_nothing():
    values = np.full(5, np.nan)
    assert np.isnan(score_arrays(values, STACKED)).all()
    assert not breach_arrays(values, STACKED).any()
    assert breach_arrays(np.array([0, 99, 9, 1.0, 0]), STACKED).tolist() == [False, False, False, True, False]


def test_composites_by_hand():
    scores = np.array([[80.0, 60.0, np.nan, 90.0, np.nan], [np.nan, np.nan, np.nan, 50.0, np.nan]])
    breaches = np.array([[True, False, False, False, False], [False, False, False, True, False]])
    found = composite_scores(scores, breaches, ["A", "A", "A", "B", "C"], RULES)
    assert found.dimensions == ("A", "B", "C")
    np.testing.assert_allclose(found.dimension_scores, [[59, 90, np.nan], [np.nan, 50, np.nan]])
    np.testing.assert_allclose(found.shares, [[2 / 3, 1, 0], [0, 1, 0]])
    assert found.capped.tolist() == [[True, False, False], [False, False, False]]
    np.testing.assert_allclose(found.city, [74.5, 50])


def test_what_does_not_apply_leaves_the_share():
    scores = np.array([80.0, np.nan, np.nan])
    applies = np.array([True, True, False])
    found = composite_scores(scores, np.zeros(3, bool), ["A"] * 3, RULES, applies)
    assert found.shares.tolist() == [0.5]


def test_an_area_without_any_score_has_no_city_score():
    found = composite_scores(np.full(2, np.nan), np.zeros(2, bool), ["A", "B"], RULES)
    assert np.isnan(found.city)


def test_single_dimension_and_city():
    found = dimension_score([80.0, None, 60.0], [False, False, True], RULES)
    assert (found.score, found.scored, found.total, found.capped) == (59.0, 2, 3, True)
    assert dimension_score([None], [False], RULES).score is None
    assert city_score([70.0, None, 50.0]).score == 60
    assert city_score([]).score is None


@given(st.permutations(range(6)))
def test_the_order_of_indicators_does_not_matter(order):
    scores = np.array([10.0, 35.5, np.nan, 71.25, 99.0, 60.0])
    breaches = np.array([False, False, True, False, False, False])
    dimension_of = ["A", "A", "B", "B", "B", "C"]
    plain = composite_scores(scores, breaches, dimension_of, RULES)
    mixed = composite_scores(scores[order], breaches[order], [dimension_of[i] for i in order], RULES)
    assert dict(zip(mixed.dimensions, mixed.dimension_scores.tolist(), strict=True)) == pytest.approx(
        dict(zip(plain.dimensions, plain.dimension_scores.tolist(), strict=True))
    )
    assert mixed.city == pytest.approx(plain.city)


def _intervals(order=range(5), seed=7, **changes):
    order = list(order)
    facts = {
        "codes": [f"X{i}" for i in order],
        "dimension_of": ["AABBB"[i] for i in order],
        "values": np.array([10.0, 8.0, 1.0, 0.0, 5.0])[order],
        "standard_errors": np.array([0.5, 0.4, np.nan, np.nan, 1.0])[order],
        "posts": stack_posts([POSTS[i] for i in order], [breach_limit(EVIDENCES[i]) for i in order]),
        "breaches": np.zeros(5, bool),
        "rules": RULES,
        "seed": seed,
    }
    return score_intervals(**(facts | changes))


def test_intervals_are_the_same_to_the_byte_and_change_with_seed_and_stream():
    assert _intervals() == _intervals()
    assert repr(_intervals()) == repr(_intervals())
    assert _intervals().city != _intervals(seed=8).city
    assert _intervals().city != _intervals(stream="360203").city


def test_intervals_do_not_depend_on_the_order_of_indicators():
    plain, mixed = _intervals(), _intervals([4, 2, 0, 3, 1])
    assert mixed.indicators == plain.indicators
    assert mixed.city.low == pytest.approx(plain.city.low)


def test_an_interval_agrees_with_the_normal_theory_where_the_score_is_linear():
    # Between pass 8 and exemplary 12 the slope is 10 points per unit: 80 ± 1.96 · 5.
    found = _intervals(draws=40_000).indicators["X0"]
    assert found.estimate == pytest.approx(80)
    assert found.standard_error == pytest.approx(5, rel=0.02)
    assert (found.low, found.high) == (pytest.approx(70.2, abs=0.25), pytest.approx(89.8, abs=0.25))


def test_few_degrees_of_freedom_widen_the_interval_of_a_score():
    # 80 ± qt(0.975, 4) · 5; what has no degrees of freedom keeps its draws.
    degrees = np.array([4.0, np.nan, np.nan, np.nan, np.nan])
    found = _intervals(draws=40_000, degrees_of_freedom=degrees)
    narrow = found.indicators["X0"]
    assert (narrow.low, narrow.high) == (pytest.approx(66.1, abs=0.5), pytest.approx(93.9, abs=0.5))
    assert found.indicators["X1"] == _intervals(draws=40_000).indicators["X1"]


def test_known_and_unknown_errors_are_counted_among_the_scored():
    found = _intervals()
    assert (found.with_error, found.without_error) == (2, 2)
    assert found.indicators["X4"].estimate is None
    exact = found.indicators["X3"]
    assert (exact.low, exact.high, exact.standard_error) == (100, 100, 0)


def test_a_bottom_line_close_to_its_limit_caps_some_draws_only():
    evidence = Evidence(
        Direction.POSITIVE,
        2024,
        10.0,
        national=Standard(minimum=9.8),
        exemplary=Standard(minimum=10),
        bottom_line=True,
    )
    found = score_intervals(
        codes=["BL"],
        dimension_of=["A"],
        values=np.array([10.0]),
        standard_errors=np.array([0.2]),
        posts=stack_posts([goalposts(evidence, RULES)], [breach_limit(evidence)]),
        breaches=np.array([False]),
        rules=RULES,
        seed=1,
    )
    assert found.dimensions["A"].low <= 59 < found.dimensions["A"].high


def test_a_thousand_draws_of_134_indicators_take_well_under_a_second():
    count = 134
    found = score_intervals(
        codes=[f"I{i}" for i in range(count)],
        dimension_of=[f"D{i % 14}" for i in range(count)],
        values=np.linspace(5, 15, count),
        standard_errors=np.full(count, 0.5),
        posts=stack_posts([POSTS[0]] * count, [None] * count),
        breaches=np.zeros(count, bool),
        rules=RULES,
        seed=3,
    )
    assert len(found.dimensions) == 14


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"codes": ["X"] * 5}, "codes-repeat"),
        ({"values": np.zeros(4)}, "lengths-differ"),
        ({"standard_errors": np.full(5, -1.0)}, "standard-error-negative"),
        ({"seed": -1}, "seed-negative"),
        ({"draws": 1}, "too-few-draws"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, code):
    with pytest.raises(ScoringError) as caught:
        _intervals(**changes)
    assert caught.value.code == code
