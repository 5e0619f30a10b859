"""Counts of persons too small to be shown: they are told together, never singly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def to_pool(
    counts: NDArray[np.float64], *, fewest: float, pooled: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Which counts (k,) may not be shown singly when every count under ``fewest`` is withheld.

    These are the small ones, and as many of the next larger ones as it takes for the pool to hold two
    counts and ``fewest`` persons: else the total less what is shown would tell a small count. All may be
    pooled and still not be enough (see ``is_enough``); then their sum is not to be shown either. ``pooled``
    (k,) are withheld already, whatever their size.
    """
    hidden = counts < fewest if pooled is None else (counts < fewest) | pooled
    if not hidden.any():
        return hidden
    order = np.lexsort((counts, ~hidden))
    running = np.cumsum(counts[order])
    enough = int(np.searchsorted(running, fewest)) + 1
    hidden[order[: max(enough, 2)]] = True
    return hidden


def to_pool_everywhere(
    counts: NDArray[np.float64], lists: Sequence[NDArray[np.int64]], *, fewest: float
) -> NDArray[np.bool_]:
    """Which counts (k,) are shown singly in none of the ``lists`` (indices of counts) that they stand in.

    What one list withholds another must not show; and withheld in the other, it needs cover there as well.
    """
    pooled = np.zeros(len(counts), dtype=bool)
    before = -1
    while before != (before := int(pooled.sum())):
        for rows in lists:
            pooled[rows] = to_pool(counts[rows], fewest=fewest, pooled=pooled[rows])
    return pooled


def is_enough(counts: NDArray[np.float64], *, fewest: float) -> bool:
    """Whether the sum of counts (k,) tells none of them: there are none, or two with ``fewest`` persons."""
    return len(counts) == 0 or (len(counts) > 1 and bool(counts.sum() >= fewest))
