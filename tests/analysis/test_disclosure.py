"""Counts of persons too small to be shown."""

from __future__ import annotations

import numpy as np

from app.analysis.disclosure import is_enough, to_pool, to_pool_everywhere


def pooled(*counts: float) -> list[bool]:
    return to_pool(np.array(counts, dtype=float), fewest=10.0).tolist()


def test_large_counts_stay_single() -> None:
    assert pooled(10.0, 11.0) == [False, False]
    assert pooled() == []


def test_a_single_small_count_takes_the_next_larger_one_with_it() -> None:
    assert pooled(40.0, 3.0, 20.0) == [False, True, True]


def test_small_counts_together_need_no_other() -> None:
    assert pooled(6.0, 40.0, 5.0) == [True, False, True]
    assert pooled(2.0, 40.0, 1.0) == [True, True, True]


def everywhere(counts: list[float], *lists: list[int]) -> list[int]:
    places = [np.array(each, dtype=np.int64) for each in lists]
    return np.flatnonzero(to_pool_everywhere(np.array(counts), places, fewest=10.0)).tolist()


def test_what_is_withheld_already_needs_cover_whatever_its_size() -> None:
    counts, already = np.array([50.0, 20.0, 90.0]), np.array([True, False, False])
    assert to_pool(counts, fewest=10.0, pooled=already).tolist() == [True, True, False]


def test_the_cover_of_one_list_is_not_shown_in_another() -> None:
    # The first list takes 50 with 4; the second would show it, and alone less its total tell it.
    assert everywhere([4.0, 50.0, 100.0, 200.0], [0, 1, 2], [1, 2, 3]) == [0, 1, 2]
    assert everywhere([4.0, 50.0, 100.0], [0, 1], [2]) == [0, 1]
    assert everywhere([40.0, 50.0], [0, 1], [1]) == []
    # A cover found late in the round reaches back into an earlier list.
    assert everywhere([60.0, 50.0, 4.0, 90.0], [0, 1, 3], [1, 2]) == [0, 1, 2]


def test_a_sum_tells_when_it_is_of_one_or_of_few() -> None:
    told = [is_enough(np.array(each), fewest=10.0) for each in ([], [50.0], [3.0, 4.0], [3.0, 8.0])]
    assert told == [True, False, False, True]


def test_what_is_shown_never_tells_a_small_count() -> None:
    chance = np.random.default_rng(7)
    for size in range(1, 300):
        values = chance.uniform(0, 40, size % 12 + 1)
        hidden = to_pool(values, fewest=10.0)
        assert (values[~hidden] >= 10).all()
        assert hidden.any() == (values < 10).any()
        if hidden.any() and not hidden.all():
            assert hidden.sum() >= 2
            assert values[hidden].sum() >= 10
