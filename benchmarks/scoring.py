"""Scoring 134 indicators of 2,000 areas once, against one pass over the same matrix."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.analysis.composites import score_arrays, stack_posts
from app.analysis.rules import RuleSet
from app.analysis.scoring import goalposts
from app.analysis.yardsticks import Direction, Evidence, Standard
from benchmarks.timing import cpu_seconds

AREAS, INDICATORS = 2000, 134


def run() -> Iterator[str]:
    """Lines of the report."""
    rules = RuleSet()
    chance = np.random.default_rng(2)
    values = chance.uniform(0.0, 120.0, (AREAS, INDICATORS))
    evidence = [
        Evidence(
            direction=Direction.POSITIVE,
            year=2024,
            value=50.0,
            national=Standard(float(bound), None),
            upper_bound=100.0,
        )
        for bound in chance.uniform(20.0, 90.0, INDICATORS)
    ]
    posts = stack_posts([goalposts(each, rules) for each in evidence], [None] * INDICATORS)
    floor = cpu_seconds(lambda: values * 2.0 + 1.0)
    taken = cpu_seconds(lambda: score_arrays(values, posts))
    ratio = taken / floor
    yield f"scoring {INDICATORS} × {AREAS:,}: {taken:.3f} CPU s, {ratio:.0f} × one pass over the matrix"
