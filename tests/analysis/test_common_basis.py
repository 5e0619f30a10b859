"""Two years' scores on the indicators scored in both, by hand."""

from __future__ import annotations

import pytest

from app.analysis.common_basis import FEWEST_INDICATORS, ScoredIndicator, common_basis
from app.analysis.rules import RuleSet

RULES = RuleSet()


def _scored(dimension: str, *scores: float, breach: bool = False) -> dict[str, ScoredIndicator]:
    return {
        f"{dimension}{place:02d}": ScoredIndicator(dimension, score, breach)
        for place, score in enumerate(scores, start=1)
    }


def _same(codes: dict[str, ScoredIndicator]) -> dict[str, str]:
    return {code: code for code in codes}


def test_the_score_on_the_common_basis_is_the_one_worked_out_by_hand() -> None:
    earlier = _scored("EC", *([90.0] * 8)) | _scored("TR", 100.0, 60.0, 40.0)
    # Later there are more indicators, a dimension more, and TR03 means another thing.
    later = _scored("EC", *([80.0] * 8), 10.0, 20.0) | _scored("TR", 70.0, 50.0, 0.0) | _scored("SA", 30.0)
    counterparts = {code: code for code in _same(later) if code != "TR03"}
    found = common_basis(earlier, later, counterparts, RULES)
    assert (found.indicators, found.dimensions, found.is_same) == (10, 2, False)
    # EC 90, TR (100 + 60) / 2 = 80; then EC 80, TR (70 + 50) / 2 = 60.
    assert found.earlier == pytest.approx((90 + 80) / 2)
    assert found.later == pytest.approx((80 + 60) / 2)


def test_an_indicator_that_moved_counts_in_the_later_dimension_of_both_years() -> None:
    earlier = _scored("OL", 100.0, 0.0) | _scored("TR", *([50.0] * 9))
    later = _scored("EC", 80.0) | _scored("TR", *([60.0] * 9))
    found = common_basis(earlier, later, {**_same(_scored("TR", *([0.0] * 9))), "EC01": "OL01"}, RULES)
    assert (found.earlier, found.later) == (pytest.approx((100 + 50) / 2), pytest.approx((80 + 60) / 2))


def test_a_breach_caps_the_dimension_of_its_own_year_only() -> None:
    earlier = _scored("SA", *([90.0] * 10))
    later = _scored("SA", *([90.0] * 9)) | {"SA10": ScoredIndicator("SA", 90.0, breach=True)}
    found = common_basis(earlier, later, _same(later), RULES)
    assert (found.earlier, found.later, found.is_same) == (90.0, RULES.breach_cap, True)


def test_too_thin_a_basis_gives_no_score() -> None:
    few = FEWEST_INDICATORS - 1
    earlier, later = _scored("EC", *([90.0] * few)), _scored("EC", *([90.0] * few), 50.0)
    found = common_basis(earlier, later, _same(later), RULES)
    assert (found.indicators, found.earlier, found.later) == (few, None, None)
    wide = later | _scored("TR", 50.0) | _scored("SA", 50.0)
    ten = _scored("EC", *([90.0] * 10))
    assert common_basis(ten, wide, _same(wide), RULES).later is None, "one dimension of three"


def test_the_same_small_basis_compares_as_it_is() -> None:
    earlier, later = _scored("EC", 90.0), _scored("EC", 70.0)
    found = common_basis(earlier, later, _same(later), RULES)
    assert (found.is_same, found.earlier, found.later) == (True, 90.0, 70.0)


def test_a_year_with_an_indicator_in_another_dimension_is_not_the_same() -> None:
    earlier = _scored("EC", 90.0, 30.0) | _scored("TR", *([80.0] * 9))
    later = {**earlier, "EC02": ScoredIndicator("TR", 30.0, breach=False)}
    found = common_basis(earlier, later, _same(later), RULES)
    # The earlier year's own score is (60 + 80) / 2 = 70; in the later dimensions it is (90 + 75) / 2.
    assert (found.indicators, found.is_same) == (11, False)
    assert found.earlier == found.later == pytest.approx((90 + (9 * 80 + 30) / 10) / 2)


def test_two_indicators_with_one_counterpart_are_not_the_same_as_two() -> None:
    earlier = _scored("EC", 90.0, 10.0, *([50.0] * 8))
    later = _scored("EC", *([60.0] * 10))
    found = common_basis(earlier, later, {**_same(later), "EC02": "EC01"}, RULES)
    # The earlier year's own score is 50; EC01 counts for both of its successors.
    assert (found.indicators, found.is_same, found.later) == (10, False, 60.0)
    assert found.earlier == pytest.approx((2 * 90 + 8 * 50) / 10)


def test_nothing_in_common_is_thin() -> None:
    assert common_basis({}, _scored("EC", 70.0), {}, RULES).later is None
    assert common_basis({}, {}, {}, RULES).later is None
