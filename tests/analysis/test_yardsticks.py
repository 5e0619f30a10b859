"""Standards and the six yardsticks."""

from __future__ import annotations

import json

import pytest

from app.analysis.precision import Precision, half_width
from app.analysis.rules import RuleSet, RuleSetError
from app.analysis.yardsticks import (
    Direction,
    Evidence,
    Outcome,
    PastValue,
    Standard,
    StandardUnreadable,
    Yardstick,
    judge_yardsticks,
    target_standard,
)

RULES = RuleSet()


def _judge(direction: Direction = Direction.POSITIVE, value: float | None = 10.0, **facts):
    return judge_yardsticks(Evidence(direction=direction, year=2024, value=value, **facts), RULES)


def _satisfied(score: float, error: float = 1.0) -> dict[str, float]:
    return {"satisfaction": score, "satisfaction_standard_error": error}


def test_a_standard_is_written_by_its_bounds():
    assert [each.text for each in (Standard(minimum=8), Standard(maximum=9.5), Standard(1.1, 1.3))] == [
        ">=8",
        "<=9.5",
        "1.1..1.3",
    ]


def test_an_empty_range_is_refused():
    with pytest.raises(StandardUnreadable) as caught:
        Standard(3, 2)
    assert caught.value.code == "standard-empty-range"


def test_margins_by_hand():
    assert Standard(minimum=8).margin(10) == 2
    assert Standard(maximum=9).margin(10) == -1
    assert Standard(1.0, 3.0).margin(2.5) == 0.5
    assert Standard(1.0, 3.0).margin(3.5) == -0.5
    assert Standard(minimum=8).relative_margin(6) == -0.25
    assert Standard(maximum=0).relative_margin(1) is None
    assert Standard(minimum=0.3).margin(0.1 + 0.2 - 1e-16) == 0


def test_all_six_are_judged_in_order_and_without_anything_have_no_basis():
    verdicts = _judge()
    assert list(verdicts) == list(Yardstick)
    assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.NO_BASIS}
    assert [verdict.reason for verdict in verdicts.values()] == [
        "no-benchmark",
        "no-target",
        "no-standard",
        "no-standard",
        "no-past-year",
        "no-satisfaction",
    ]


def test_a_full_set_of_evidence_by_hand():
    verdicts = _judge(
        benchmarks=(9.0, 11.0, 40.0),
        plan_target=Standard(minimum=12),
        national=Standard(minimum=8),
        exemplary=Standard(minimum=10),
        past=(PastValue(2022, 12.0), PastValue(2023, 9.0), PastValue(2025, 99.0)),
        satisfaction=59.0,
        satisfaction_standard_error=0.1,
    )
    found = [(verdict.outcome.value, verdict.margin) for verdict in verdicts.values()]
    assert found == [
        ("not_met", -1.0),
        ("not_met", -2.0),
        ("met", 2.0),
        ("met", 0.0),
        ("met", 1.0),
        ("not_met", -1.0),
    ]


def test_a_margin_inside_the_error_cannot_tell():
    for value, outcome in ((8.97, Outcome.CANNOT_TELL), (7.03, Outcome.CANNOT_TELL), (9.97, Outcome.MET)):
        verdict = _judge(value=value, standard_error=1.0, national=Standard(minimum=8))
        assert verdict[Yardstick.NATIONAL_STANDARD].outcome is outcome
    negative = _judge(Direction.NEGATIVE, 12.0, standard_error=1.0, national=Standard(maximum=8))
    assert negative[Yardstick.NATIONAL_STANDARD].outcome is Outcome.NOT_MET


def test_few_degrees_of_freedom_widen_what_cannot_be_told():
    # A street on two PSUs: one degree of freedom, 12.7 standard errors each way.
    facts = {"standard_error": 1.0, "national": Standard(minimum=8)}
    assert _judge(value=4.0, **facts)[Yardstick.NATIONAL_STANDARD].outcome is Outcome.NOT_MET
    few = _judge(value=4.0, degrees_of_freedom=1.0, **facts)
    assert few[Yardstick.NATIONAL_STANDARD].outcome is Outcome.CANNOT_TELL
    many = _judge(value=4.0, degrees_of_freedom=60.0, **facts)
    assert many[Yardstick.NATIONAL_STANDARD].outcome is Outcome.NOT_MET
    opinion = _judge(satisfaction_degrees_of_freedom=1.0, **_satisfied(52.0))
    assert opinion[Yardstick.SATISFACTION].outcome is Outcome.CANNOT_TELL
    assert _judge(**_satisfied(52.0))[Yardstick.SATISFACTION].outcome is Outcome.NOT_MET


def test_widths_are_those_of_r():
    # R: qnorm(0.975) * 2, qt(0.975, 1) * 2, qt(0.975, 10) * 2; fewer than one count as one.
    widths = [half_width(2.0, df) for df in (None, 1.0, 10.0, 0.0)]
    assert widths == pytest.approx([3.919928, 25.412409, 4.456278, 25.412409], abs=1e-5)


def test_the_difference_of_two_estimates_has_the_degrees_of_welch():
    # R: Satterthwaite of errors 3 and 4 on 5 and 8: 25^2 / (81/5 + 256/8).
    found = Precision(3.0, 5.0).of_difference(Precision(4.0, 8.0))
    assert (found.standard_error, found.degrees_of_freedom) == (5.0, pytest.approx(625 / 48.2))
    assert Precision(3.0, 5.0).of_difference(Precision()).degrees_of_freedom == pytest.approx(5.0)
    assert Precision(3.0).of_difference(Precision(4.0)).degrees_of_freedom is None


def test_an_unknown_sampling_error_is_not_no_error():
    reported = _judge(value=4.0, national=Standard(minimum=8))
    assert reported[Yardstick.NATIONAL_STANDARD].outcome is Outcome.NOT_MET
    past = (PastValue(2023, 9.0),)
    sampled = _judge(value=4.0, sampled=True, national=Standard(minimum=8), satisfaction=20.0, past=past)
    for yardstick in (Yardstick.NATIONAL_STANDARD, Yardstick.SATISFACTION, Yardstick.PAST_YEARS):
        assert sampled[yardstick].outcome is Outcome.CANNOT_TELL
        assert sampled[yardstick].reason == "error-unknown"
    earlier = _judge(value=4.0, past=(PastValue(2023, 9.0, Precision(sampled=True)),))
    assert earlier[Yardstick.PAST_YEARS].reason == "error-unknown"


def test_the_error_of_the_past_year_counts_too():
    past = (PastValue(2023, 12.0, Precision(0.8)),)
    alone = _judge(value=10.0, standard_error=0.6, past=(PastValue(2023, 12.0),))
    both = _judge(value=10.0, standard_error=0.8, past=past)
    assert alone[Yardstick.PAST_YEARS].outcome is Outcome.NOT_MET
    assert both[Yardstick.PAST_YEARS].outcome is Outcome.CANNOT_TELL
    assert both[Yardstick.PAST_YEARS].standard_error == pytest.approx(1.131, abs=1e-3)


def test_no_value_keeps_satisfaction_and_says_why_for_the_rest():
    missing = _judge(value=None, state="missing", national=Standard(minimum=8), **_satisfied(80.0))
    assert missing[Yardstick.NATIONAL_STANDARD].reason == "value-missing"
    assert missing[Yardstick.SATISFACTION].outcome is Outcome.MET
    not_applicable = _judge(value=None, state="not_applicable", national=Standard(minimum=8))
    assert not_applicable[Yardstick.NATIONAL_STANDARD].reason == "value-not-applicable"


def test_a_standard_that_points_the_other_way_is_no_basis():
    verdict = _judge(Direction.POSITIVE, national=Standard(maximum=8))[Yardstick.NATIONAL_STANDARD]
    assert (verdict.outcome, verdict.reason) == (Outcome.NO_BASIS, "standard-against-direction")


def test_a_range_is_compared_by_its_distance_from_the_standard():
    facts = {"national": Standard(1.1, 1.3), "benchmarks": (1.5,)}
    nearer = _judge(Direction.RANGE, 1.4, **facts)[Yardstick.BENCHMARK_CITY]
    farther = _judge(Direction.RANGE, 0.8, **facts)[Yardstick.BENCHMARK_CITY]
    inside = _judge(Direction.RANGE, 1.2, **facts)[Yardstick.BENCHMARK_CITY]
    assert [verdict.outcome.value for verdict in (nearer, farther, inside)] == ["met", "not_met", "met"]
    without = _judge(Direction.RANGE, 1.2, benchmarks=(1.5,))[Yardstick.BENCHMARK_CITY]
    assert without.reason == "range-without-standard"


def test_a_bare_target_follows_the_direction():
    assert target_standard(5, Direction.POSITIVE) == Standard(minimum=5)
    assert target_standard(5, Direction.NEGATIVE) == Standard(maximum=5)
    assert target_standard(5, Direction.RANGE) == Standard(5, 5)


def test_rules_travel_through_json():
    rules = RuleSet(z=1.645, past_fewest_years=4)
    assert RuleSet.from_dict(json.loads(json.dumps(rules.to_dict()))) == rules
    assert RuleSet.from_dict({"red_ratio": 0.8}).red_ratio == 0.8


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"zz": 1}', "rule-unknown"),
        ('{"z": "1.96"}', "rule-not-a-number"),
        ('{"z": NaN}', "rule-not-a-number"),
        ('{"z": -1}', "rule-out-of-range"),
        ('{"draws": 10.5}', "rule-not-whole"),
        ('{"past_worst_score": 90}', "rule-out-of-range"),
    ],
)
def test_unusable_rules_are_refused(text, code):
    with pytest.raises(RuleSetError) as caught:
        RuleSet.from_dict(json.loads(text))
    assert caught.value.code == code
