"""Raking four margins (60 categories) of 100,000 answers, against one copy of its arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.analysis.raking import rake
from benchmarks.timing import cpu_seconds

ROWS = 100_000
SIZES = (4, 2, 5, 49)


def run() -> Iterator[str]:
    """Lines of the report."""
    chance = np.random.default_rng(1)
    codes = [chance.integers(0, size, ROWS).astype(np.int32) for size in SIZES]
    weights = chance.uniform(0.5, 2.0, ROWS)
    margins = []
    for number, column in enumerate(codes):
        totals = np.bincount(column) * chance.uniform(4.0, 9.0, int(column.max()) + 1)
        totals *= 1_600_000 / totals.sum()
        labels = {str(code): float(total) for code, total in enumerate(totals)}
        margins.append((f"margin {number}", column, labels))
    floor = cpu_seconds(lambda: [np.copy(each) for each in (*codes, weights, weights)])
    taken = cpu_seconds(lambda: rake(weights, margins))
    yield (
        f"raking {ROWS:,} rows, {sum(SIZES)} categories: {taken:.3f} CPU s, "
        f"{taken / floor:.0f} × one copy of the arrays"
    )
