"""Counts of persons too small to be shown: they are told together, never singly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def to_pool(counts: NDArray[np.float64], *, fewest: float) -> NDArray[np.bool_]:
    """Which counts (k,) may not be shown singly when every count under ``fewest`` is withheld.

    These are the small ones, and as many of the next larger ones as it takes for the pool to hold two
    counts and ``fewest`` persons: else the total less what is shown would tell a small count. All may be
    pooled and their sum still be under ``fewest``; then the sum is not to be shown either.
    """
    pooled = np.zeros(len(counts), dtype=bool)
    order = np.argsort(counts, kind="stable")
    small = int(np.count_nonzero(counts < fewest))
    if not small:
        return pooled
    running = np.cumsum(counts[order])
    enough = int(np.searchsorted(running, fewest)) + 1
    pooled[order[: max(small, enough, 2)]] = True
    return pooled
