"""Quality flags of responses: each has a code and the fact behind it; a flag never deletes a response.

Sources: Greszki, Meyer & Schoen (2015) for speed, Curran (2016) for longstring and attention checks,
Kuriakose & Robbins (2016) for near-duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.analysis.cells import FloatArray, IntArray, SurveyError, float_column, label_codes

_BLOCK = 256


@dataclass(frozen=True)
class Flag:
    """A flag on the response in row ``row`` (from 0); ``facts`` are JSON-able."""

    row: int
    code: str
    facts: Mapping[str, object]


Flags = tuple[Flag, ...]


def _matrix(items: npt.ArrayLike) -> FloatArray:
    matrix = np.asarray(items, dtype=np.float64)
    if matrix.ndim != 2:
        raise SurveyError("column-shape", "items are a table (n, k)", {"shape": list(matrix.shape)})
    return matrix


def flag_too_fast(
    durations: npt.ArrayLike,
    *,
    median_share: float = 1 / 3,
    floor_seconds: float | None = None,
    reference_median: float | None = None,
) -> Flags:
    """Flag durations (n,; seconds, nan unknown) under ``median_share`` of the median or under the
    floor.

    The median is that of the known durations unless ``reference_median`` gives one. Code ``too-fast``.
    """
    seconds = float_column(durations, name="durations")
    known = ~np.isnan(seconds)
    if not known.any():
        return ()
    median = float(np.median(seconds[known])) if reference_median is None else reference_median
    limit = max(median * median_share, floor_seconds if floor_seconds is not None else 0.0)
    return tuple(
        Flag(
            int(row),
            "too-fast",
            {"seconds": float(seconds[row]), "limit_seconds": limit, "median_seconds": median},
        )
        for row in np.flatnonzero(known & (seconds < limit))
    )


def flag_straight_lining(items: npt.ArrayLike, *, minimum_items: int = 5) -> Flags:
    """Flag rows whose answered items of a block (n, k; nan = not answered) are all the same.

    Rows with fewer than ``minimum_items`` answers are not judged. Code ``straight-lining``.
    """
    matrix = _matrix(items)
    answered = (~np.isnan(matrix)).sum(axis=1)
    low = np.where(np.isnan(matrix), np.inf, matrix).min(axis=1, initial=np.inf)
    high = np.where(np.isnan(matrix), -np.inf, matrix).max(axis=1, initial=-np.inf)
    return tuple(
        Flag(int(row), "straight-lining", {"answer": float(low[row]), "items": int(answered[row])})
        for row in np.flatnonzero((answered >= minimum_items) & (low == high))
    )


def _longest_runs(matrix: FloatArray) -> tuple[IntArray, FloatArray]:
    """Longest run (n,) of equal neighbouring answers and its answer; unanswered items are passed over."""
    n = len(matrix)
    longest, answer = np.zeros(n, dtype=np.int64), np.full(n, np.nan)
    run, last = np.zeros(n, dtype=np.int64), np.full(n, np.nan)
    for column in matrix.T:
        given = ~np.isnan(column)
        run = np.where(given, np.where(column == last, run + 1, 1), run)
        last = np.where(given, column, last)
        better = given & (run > longest)
        longest, answer = np.where(better, run, longest), np.where(better, column, answer)
    return longest, answer


def flag_longstring(items: npt.ArrayLike, *, limit: int) -> Flags:
    """Flag rows with ``limit`` or more equal answers running, in the items' order. Code ``longstring``."""
    longest, answer = _longest_runs(_matrix(items))
    return tuple(
        Flag(int(row), "longstring", {"run": int(longest[row]), "answer": float(answer[row]), "limit": limit})
        for row in np.flatnonzero(longest >= limit)
    )


def flag_attention(answers: npt.ArrayLike, *, expected: float) -> Flags:
    """Flag answers (n,) to an attention item other than ``expected``; nan (not answered) is not flagged."""
    given = float_column(answers, name="answers")
    return tuple(
        Flag(int(row), "attention-failed", {"answer": float(given[row]), "expected": float(expected)})
        for row in np.flatnonzero(~np.isnan(given) & (given != expected))
    )


def _answer_codes(answers: npt.ArrayLike) -> IntArray:
    """Answers (n, k) of any kind as integer codes, -1 where not answered."""
    table = np.asarray(answers)
    if table.ndim != 2:
        raise SurveyError("column-shape", "answers are a table (n, k)", {"shape": list(table.shape)})
    if not table.shape[1]:
        return np.zeros(table.shape, dtype=np.int64)
    return np.column_stack([label_codes(column)[0] for column in table.T])


def _likest_earlier(rows: IntArray, codes: IntArray, minimum: int) -> list[tuple[int, int, float, int]]:
    """For each row of one device: (row, likest earlier row, share of equal answers, items compared)."""
    found = []
    group = codes[rows]
    answered = group >= 0
    for i in range(1, len(rows)):
        best = (-1, -1.0, 0)
        for low in range(0, i, _BLOCK):
            others = slice(low, min(low + _BLOCK, i))
            both = answered[others] & answered[i]
            compared = both.sum(axis=1)
            equal = (both & (group[others] == group[i])).sum(axis=1)
            share = np.where(compared >= minimum, equal / np.maximum(compared, 1), -1.0)
            at = int(np.argmax(share))
            if share[at] > best[1]:
                best = (low + at, float(share[at]), int(compared[at]))
        if best[0] >= 0:
            found.append((int(rows[i]), int(rows[best[0]]), best[1], best[2]))
    return found


def flag_duplicates(
    answers: npt.ArrayLike, *, devices: npt.ArrayLike, near_share: float = 0.95, minimum_items: int = 10
) -> Flags:
    """Flag rows that repeat an earlier row of the same device; the later row gets the flag.

    ``answers`` (n, k) may be numbers or texts; only items that both rows answered are compared, at
    least ``minimum_items``. ``duplicate``: the two rows are the same throughout, unanswered items
    included; ``near-duplicate``: at least ``near_share`` of the compared answers are equal. Rows
    without a device are not compared.
    """
    codes = _answer_codes(answers)
    device, labels = label_codes(devices)
    if len(device) != len(codes):
        raise SurveyError("column-length", "devices and answers differ in length", {"column": "devices"})
    flags = []
    order = np.argsort(device, kind="stable")
    starts = np.searchsorted(device[order], np.arange(len(labels) + 1))
    for low, high in pairwise(starts):
        for row, earlier, share, compared in _likest_earlier(order[low:high], codes, minimum_items):
            same = bool((codes[row] == codes[earlier]).all())
            if same or share >= near_share:
                facts = {"same_as": earlier, "equal_share": share, "items": compared}
                flags.append(Flag(row, "duplicate" if same else "near-duplicate", facts))
    return tuple(sorted(flags, key=lambda flag: flag.row))


def flag_dont_knows(
    items: npt.ArrayLike, *, code: float = 9, limit_share: float = 0.3, minimum_items: int = 5
) -> Flags:
    """Flag rows where more than ``limit_share`` of the answered items (n, k; nan = not answered) are
    ``code``.

    Rows with fewer than ``minimum_items`` answers are not judged. Code ``too-many-dont-knows``.
    """
    matrix = _matrix(items)
    answered = (~np.isnan(matrix)).sum(axis=1)
    unknown = (matrix == code).sum(axis=1)
    share = unknown / np.maximum(answered, 1)
    return tuple(
        Flag(
            int(row),
            "too-many-dont-knows",
            {"share": float(share[row]), "items": int(answered[row]), "limit_share": limit_share},
        )
        for row in np.flatnonzero((answered >= minimum_items) & (share > limit_share))
    )


def flags_by_row(n: int, *groups: Flags) -> tuple[Flags, ...]:
    """All flags of each of n rows, in the order of the groups."""
    rows: list[list[Flag]] = [[] for _ in range(n)]
    for group in groups:
        for flag in group:
            rows[flag.row].append(flag)
    return tuple(tuple(flags) for flags in rows)
