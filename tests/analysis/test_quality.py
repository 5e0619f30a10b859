"""Quality flags carry a code and the fact behind them, and delete nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app.analysis.quality import (
    flag_attention,
    flag_dont_knows,
    flag_duplicates,
    flag_longstring,
    flag_straight_lining,
    flag_too_fast,
    flags_by_row,
)

NAN = np.nan


def rows(flags) -> list[int]:
    return [flag.row for flag in flags]


def test_too_fast_is_under_a_third_of_the_median_or_under_the_floor() -> None:
    seconds = [600, 660, 190, 220, NAN, 900, 600]
    flags = flag_too_fast(seconds)
    assert rows(flags) == [2]
    assert flags[0].facts == {"seconds": 190.0, "limit_seconds": 200.0, "median_seconds": 600.0}
    assert rows(flag_too_fast(seconds, floor_seconds=240)) == [2, 3]
    assert rows(flag_too_fast([100, 120], reference_median=600)) == [0, 1]
    assert flag_too_fast([NAN, NAN]) == ()


def test_straight_lining_needs_enough_equal_answers() -> None:
    items = [[3, 3, 3, 3, 3], [3, 3, NAN, 3, 3], [3, 3, 3, 3, 4], [5, 5, NAN, NAN, NAN], [NAN] * 5]
    flags = flag_straight_lining(items, minimum_items=4)
    assert rows(flags) == [0, 1]
    assert flags[1].facts == {"answer": 3.0, "items": 4}


def test_longstring_counts_the_longest_run_over_unanswered_items() -> None:
    items = [[1, 2, 2, NAN, 2, 2, 3], [1, 2, 1, 2, 1, 2, 1], [4, 4, 4, 1, 4, 4, 4]]
    flags = flag_longstring(items, limit=4)
    assert rows(flags) == [0]
    assert flags[0].facts == {"run": 4, "answer": 2.0, "limit": 4}
    assert rows(flag_longstring(items, limit=3)) == [0, 2]


def test_a_failed_attention_item_is_flagged_an_unanswered_one_is_not() -> None:
    flags = flag_attention([4, 5, NAN], expected=4)
    assert [(flag.row, flag.code, flag.facts["answer"]) for flag in flags] == [(1, "attention-failed", 5.0)]


def test_duplicates_need_the_same_device_and_the_same_answers() -> None:
    base = [str(i % 5) for i in range(40)]
    near = [*base[:-1], "9"]
    far = [str((i + 1) % 5) for i in range(40)]
    answers = [base, base, near, far, base, base]
    flags = flag_duplicates(answers, devices=["d1", "d1", "d1", "d1", "d2", None])
    assert [(f.row, f.code, f.facts["same_as"]) for f in flags] == [
        (1, "duplicate", 0),
        (2, "near-duplicate", 0),
    ]
    assert flags[1].facts["equal_share"] == pytest.approx(39 / 40)


def test_too_few_common_answers_make_no_duplicate() -> None:
    answers = np.full((2, 30), NAN)
    answers[:, :5] = 3
    assert flag_duplicates(answers, devices=["d", "d"]) == ()
    assert rows(flag_duplicates(answers, devices=["d", "d"], minimum_items=5)) == [1]


def test_too_many_dont_knows_are_a_share_of_the_answered() -> None:
    items = [[9, 9, 1, 2, 3], [9, 1, 1, 2, 3], [9, 9, NAN, NAN, NAN]]
    flags = flag_dont_knows(items)
    assert rows(flags) == [0]
    assert flags[0].facts == {"share": 0.4, "items": 5, "limit_share": 0.3}


def test_flags_are_gathered_by_row_and_are_json_able() -> None:
    gathered = flags_by_row(3, flag_attention([4, 1, 4], expected=4), flag_too_fast([90, 10, 100]))
    assert [[flag.code for flag in flags] for flags in gathered] == [[], ["attention-failed", "too-fast"], []]
    assert json.loads(json.dumps([dict(flag.facts) for flag in gathered[1]]))[0]["expected"] == 4.0


def test_a_busy_device_is_compared_within_seconds() -> None:
    answers = np.random.default_rng(4).integers(1, 6, (2000, 49))
    assert flag_duplicates(answers, devices=["kiosk"] * 2000) == ()
