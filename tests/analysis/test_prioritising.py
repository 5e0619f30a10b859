"""Problem and potential indices, quadrants and ranks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.prioritising import (
    PrioritisingError,
    Quadrant,
    potential_index,
    problem_index,
    rank_areas,
)

NAN = np.nan
SCORES = np.array([[20.0, 50, NAN], [60, 90, 70], [0, 60, 30], [NAN, NAN, NAN], [55, 55, 55]])
CODES = ["a", "b", "c", "d", "e"]


def test_the_problem_index_by_hand():
    np.testing.assert_allclose(problem_index(SCORES), [25, 0, 30, NAN, 5])
    np.testing.assert_allclose(problem_index(SCORES[:1], weights=np.array([3.0, 1, 5])), [32.5])


def test_the_potential_index_scales_each_part_and_leaves_flat_ones_out():
    parts = np.array([[0.0, 5, 1], [10, 5, NAN], [5, 5, 3]])
    np.testing.assert_allclose(potential_index(parts), [0, 100, 75])
    assert np.isnan(potential_index(np.ones((2, 2)))).all()


def test_quadrants_and_ranks_by_hand():
    found = rank_areas(CODES, SCORES, potential=np.array([80.0, 90, 10, 50, 20]))
    assert [(area.code, area.rank, area.quadrant) for area in found] == [
        ("a", 1, Quadrant.ACT),
        ("c", 2, Quadrant.REMEDY),
        ("b", 3, Quadrant.SEIZE),
        ("e", 4, Quadrant.KEEP),
        ("d", 5, Quadrant.NO_BASIS),
    ]
    assert found[0].priority == pytest.approx((25 / 60 * 100 * 80) ** 0.5)
    assert (found[1].below_pass, found[1].scored) == ((0, 2), 3)
    assert found[4].problem is None


def test_without_potential_the_problem_alone_ranks():
    found = rank_areas(CODES, SCORES)
    assert [area.code for area in found] == ["c", "a", "e", "b", "d"]
    assert [area.quadrant for area in found[:2]] == [Quadrant.REMEDY, Quadrant.REMEDY]
    assert found[0].priority == pytest.approx(50)


def test_a_given_cut_moves_the_quadrants():
    found = {area.code: area.quadrant for area in rank_areas(CODES, SCORES, problem_cut=5.0)}
    assert (found["e"], found["b"]) == (Quadrant.REMEDY, Quadrant.KEEP)
    assert {area.quadrant for area in rank_areas(["x", "y"], np.full((2, 1), 80.0))} == {Quadrant.KEEP}


@given(st.permutations(range(5)))
def test_the_order_of_areas_does_not_matter_and_ties_go_by_code(order):
    scores = np.array([[30.0], [30], [30], [70], [10]])
    potential = np.array([50.0, 50, 50, 50, 50])
    plain = rank_areas(CODES, scores, potential=potential)
    mixed = rank_areas([CODES[i] for i in order], scores[order], potential=potential[order])
    assert mixed == plain
    assert [area.code for area in plain] == ["e", "a", "b", "c", "d"]


@given(st.lists(st.floats(0, 100), min_size=3, max_size=3), st.integers(0, 2), st.floats(0, 100))
def test_a_worse_score_never_lowers_the_problem(scores, column, drop):
    worse = list(scores)
    worse[column] = max(0.0, worse[column] - drop)
    before, after = problem_index(np.array([scores, worse]))
    assert after >= before


@pytest.mark.parametrize(
    ("codes", "scores", "facts", "code"),
    [
        (["a", "a"], np.ones((2, 1)), {}, "codes-repeat"),
        (["a"], np.ones((2, 1)), {}, "lengths-differ"),
        (["a"], np.ones((1, 1)), {"potential": np.array([101.0])}, "potential-out-of-range"),
        (["a"], np.ones((1, 1)), {"weights": np.array([1.0, 2])}, "weights-unfit"),
    ],
)
def test_unfit_input_is_refused(codes, scores, facts, code):
    with pytest.raises(PrioritisingError) as caught:
        rank_areas(codes, scores, **facts)
    assert caught.value.code == code
