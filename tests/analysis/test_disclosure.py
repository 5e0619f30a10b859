"""Counts of persons too small to be shown."""

from __future__ import annotations

import numpy as np

from app.analysis.disclosure import to_pool


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
