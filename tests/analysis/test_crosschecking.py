"""Comparing sources and adopting a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.crosschecking import (
    CrossCheckError,
    CrossCheckRules,
    SourceValue,
    compare_values,
    cross_check,
)

OFFICIAL = SourceValue("official", 100.0)


def _codes(found) -> list[str]:
    return [reason.code for reason in found.reasons]


@pytest.mark.parametrize(
    ("other", "agrees", "reason", "relative"),
    [
        (SourceValue("internet", 90.0), True, "within-relative-tolerance", 0.1),
        (SourceValue("internet", 89.0), False, "beyond-tolerance", 0.11),
        (SourceValue("survey", 80.0, 11.0), True, "within-error", 0.2),
        (SourceValue("survey", 80.0, 10.0), False, "beyond-tolerance", 0.2),
    ],
)
def test_a_pair_agrees_by_tolerance_or_by_error(other, agrees, reason, relative):
    found = compare_values(OFFICIAL, other, CrossCheckRules())
    assert (found.agrees, found.reason) == (agrees, reason)
    assert found.relative_difference == pytest.approx(relative)


def test_two_zeros_agree_and_a_small_count_by_the_absolute_tolerance():
    zeros = compare_values(SourceValue("official", 0.0), SourceValue("internet", 0.0), CrossCheckRules())
    assert (zeros.agrees, zeros.relative_difference) == (True, 0.0)
    pair = (SourceValue("official", 2.0), SourceValue("internet", 3.0))
    assert not compare_values(*pair, CrossCheckRules()).agrees
    assert compare_values(*pair, CrossCheckRules(absolute_tolerance=1.0)).agrees


def test_official_is_kept_against_one_that_differs_and_someone_must_look():
    found = cross_check([SourceValue("internet", 50.0), OFFICIAL], ["internet", "official"])
    assert (found.verdict, found.adopted, found.needs_decision) == ("differ", OFFICIAL, True)
    assert _codes(found) == ["official-preferred", "sources-differ"]


def test_two_others_that_agree_overrule_official_by_catalogue_order():
    values = [OFFICIAL, SourceValue("survey", 51.0), SourceValue("internet", 50.0)]
    found = cross_check(values, ["official", "internet", "survey"])
    assert found.adopted == SourceValue("internet", 50.0)
    assert found.reasons[0].code == "official-contradicted"
    assert found.reasons[0].facts["values"] == [50.0, 51.0]


def test_two_others_that_contradict_each_other_overrule_nothing():
    values = [OFFICIAL, SourceValue("survey", 30.0), SourceValue("internet", 50.0)]
    assert cross_check(values, ["official", "internet", "survey"]).adopted == OFFICIAL


def test_without_official_the_catalogue_order_decides():
    values = [
        SourceValue("survey", 31.0),
        SourceValue("mobile_signalling", 30.0),
        SourceValue("official", None),
    ]
    found = cross_check(values, ["mobile_signalling", "survey"])
    assert (found.verdict, found.needs_decision) == ("agree", False)
    assert found.adopted == SourceValue("mobile_signalling", 30.0)
    assert _codes(found) == ["first-in-catalogue-order"]


def test_rules_may_put_the_catalogue_before_official():
    rules = CrossCheckRules.from_dict({"prefer_official": False})
    found = cross_check([OFFICIAL, SourceValue("internet", 50.0)], ["internet", "official"], rules)
    assert found.adopted == SourceValue("internet", 50.0)
    assert CrossCheckRules.from_dict(rules.to_dict()) == rules


def test_one_source_or_none():
    single = cross_check([OFFICIAL], ["official"])
    assert (single.verdict, _codes(single)) == ("single_source", ["only-source"])
    nothing = cross_check([SourceValue("official", None)], ["official"])
    assert (nothing.verdict, nothing.adopted, _codes(nothing)) == ("no_value", None, ["no-value"])


def test_a_source_the_catalogue_does_not_name_is_last_and_said_so():
    found = cross_check([SourceValue("internet", 1.0), SourceValue("survey", 1.0)], ["survey"])
    assert found.adopted == SourceValue("survey", 1.0)
    assert _codes(found)[-1] == "source-kind-not-in-catalogue"


def test_unknown_and_repeated_kinds_are_refused():
    with pytest.raises(CrossCheckError, match="source-kind-unknown"):
        cross_check([SourceValue("rumour", 1.0)], ["official"])
    with pytest.raises(CrossCheckError, match="source-kind-repeats"):
        cross_check([OFFICIAL, OFFICIAL], ["official"])


KINDS = ["official", "field_survey", "internet", "survey"]


@given(st.lists(st.floats(0, 200), min_size=4, max_size=4), st.permutations(range(4)))
def test_the_order_of_the_values_does_not_matter(numbers, order):
    values = [SourceValue(kind, number) for kind, number in zip(KINDS, numbers, strict=True)]
    assert cross_check([values[i] for i in order], KINDS) == cross_check(values, KINDS)
