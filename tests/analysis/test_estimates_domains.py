"""Domains, lonely PSUs, second stages and refusals of the estimates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.designs import Calibration, SurveyError, make_design
from app.analysis.estimates import (
    estimate_mean,
    estimate_proportion,
    estimate_proportions,
    estimate_ratio,
    estimate_total,
)
from app.analysis.weights import BaseStep, Margin, RakeStep, replay


def two_stage(seed: int = 5, n: int = 240) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    psu = np.arange(n) // 10
    return {
        "weights": rng.uniform(1, 6, n),
        "psu": psu,
        "strata": psu // 6,
        "y": rng.normal(60, 10, n) + psu,
        "domain": rng.choice(["a", "b", "c"], n),
    }


def design_of(data, **more):
    return make_design(weights=data["weights"], strata=data["strata"], psu=data["psu"], **more)


def code_of(action) -> str:
    with pytest.raises(SurveyError) as caught:
        action()
    return caught.value.code


def test_a_domain_is_a_mean_of_zeroed_scores_over_the_whole_design() -> None:
    data = two_stage()
    found = estimate_mean(design_of(data), data["y"], domains=data["domain"])
    for label in "abc":
        member = data["domain"] == label
        ratio = estimate_ratio(design_of(data), data["y"] * member, member.astype(float))
        row = found.row(label)
        assert (row.estimate, row.se) == (
            pytest.approx(ratio.estimate[0], rel=1e-12),
            pytest.approx(ratio.se[0], rel=1e-10),
        )
    assert found.df.tolist() == [20.0, 20.0, 20.0]


def test_a_domain_on_one_psu_has_no_error_and_says_so() -> None:
    data = two_stage()
    domain = np.where(data["psu"] == 3, "only", "rest")
    row = estimate_mean(design_of(data), data["y"], domains=domain).row("only")
    assert row.state == "one_psu" and row.psus == 1 and row.n == 10
    assert np.isnan([row.se, row.low, row.high, row.deff]).all() and np.isfinite(row.estimate)


def test_a_domain_without_values_is_empty_not_zero() -> None:
    data = two_stage()
    y = np.where(data["domain"] == "b", np.nan, data["y"])
    for estimate in (estimate_mean, estimate_total):
        row = estimate(design_of(data), y, domains=data["domain"]).row("b")
        assert (row.state, row.n) == ("empty", 0) and np.isnan([row.estimate, row.se]).all()
    zero = estimate_ratio(design_of(data), data["y"], np.zeros(240))
    assert zero.state == ("zero_denominator",) and np.isnan(zero.se[0])


def test_rows_of_no_domain_stay_in_the_design() -> None:
    data = two_stage()
    domain = data["domain"].astype(object)
    domain[domain == "c"] = None
    part = estimate_total(design_of(data), data["y"], domains=domain)
    full = estimate_total(design_of(data), data["y"], domains=data["domain"])
    assert part.labels == ("a", "b")
    np.testing.assert_allclose(part.se, full.se[:2], rtol=1e-12)


def test_a_row_of_weight_zero_keeps_its_psu_in_the_design() -> None:
    weights, psu, y = [1.0, 1.0, 1.0, 0.0], [1, 2, 3, 4], [1.0, 2.0, 3.0, np.nan]
    found = estimate_total(make_design(weights=weights, psu=psu), y)
    assert found.n[0] == 3
    assert found.se[0] == pytest.approx(np.sqrt(4 / 3 * np.sum((np.array([1, 2, 3, 0]) - 1.5) ** 2)))
    assert make_design(weights=weights, psu=psu).df == 2


def test_the_lonely_psu_rule_is_explicit_and_recorded() -> None:
    weights, strata, psu = np.ones(6), ["x", "x", "x", "x", "y", "y"], [1, 1, 2, 2, 3, 3]
    y = np.array([1.0, 2.0, 4.0, 5.0, 9.0, 7.0])
    adjusted = estimate_total(make_design(weights=weights, strata=strata, psu=psu), y)
    assert (adjusted.lonely_psu, adjusted.lonely_strata) == ("adjust", ("y",))
    between = 2 * ((3 - 6) ** 2 + (9 - 6) ** 2)
    assert adjusted.se[0] == pytest.approx(np.sqrt(between + (16 - 28 / 3) ** 2))
    removed = make_design(weights=weights, strata=strata, psu=psu, lonely_psu="remove")
    assert estimate_total(removed, y).se[0] == pytest.approx(np.sqrt(between))
    with pytest.raises(SurveyError) as caught:
        make_design(weights=weights, strata=strata, psu=psu, lonely_psu="fail")
    assert (caught.value.code, caught.value.facts) == ("lonely-psu", {"stratum": "y"})


def test_removing_every_stratum_of_a_domain_never_gives_a_zero_error() -> None:
    design = make_design(weights=np.ones(4), strata=[1, 2, 3, 4], lonely_psu="remove")
    found = estimate_mean(design, [1.0, 2.0, 3.0, 4.0])
    assert found.state == ("lonely",) and np.isnan(found.se[0])


def test_a_certainty_stratum_is_not_lonely() -> None:
    design = make_design(weights=np.ones(3), strata=["c", "s", "s"], psu_population=[1, 10, 10])
    assert design.lonely_strata == ()


def test_the_second_stage_adds_its_variance_by_hand() -> None:
    psu, y = np.repeat([0, 1], 3), np.array([1.0, 2.0, 3.0, 5.0, 6.0, 10.0])
    population = {"psu_population": np.full(6, 4), "unit_population": np.repeat([6, 9], 3)}
    weights = np.repeat([4 / 2 * 6 / 3, 4 / 2 * 9 / 3], 3)
    found = estimate_total(make_design(weights=weights, psu=psu, **population), y)
    totals = np.array([weights[:3] @ y[:3], weights[3:] @ y[3:]])
    first = (1 - 2 / 4) * 2 / 1 * ((totals - totals.mean()) ** 2).sum()
    inner = [
        (1 - 3 / m) * 3 / 2 * ((w * part - (w * part).mean()) ** 2).sum()
        for m, w, part in ((6, 4.0, y[:3]), (9, 6.0, y[3:]))
    ]
    assert found.se[0] == pytest.approx(np.sqrt(first + 2 / 4 * sum(inner)), rel=1e-12)


def test_second_stage_and_calibration_work_together_in_every_domain() -> None:
    data = two_stage()
    margins = Calibration(margins=(data["domain"],), weights_before=data["weights"])
    more = {"psu_population": np.full(240, 6), "unit_population": np.full(240, 10), "calibration": margins}
    census = estimate_mean(design_of(data, **more), data["y"], domains=data["domain"])
    np.testing.assert_allclose(census.se, 0, atol=1e-9)
    more["unit_population"] = np.full(240, 40)
    sampled = estimate_mean(design_of(data, **more), data["y"], domains=data["domain"])
    assert (sampled.se > 0.1).all()


def test_raking_takes_its_gain_into_the_error() -> None:
    data = two_stage()
    data["probability"] = 1 / data["weights"]
    totals = tuple((label, 300.0) for label in "abc")
    raked = replay([BaseStep(), RakeStep((Margin("domain", totals),))], data)
    y = np.select([data["domain"] == "a", data["domain"] == "b"], [10.0, 50.0], 90.0) + data["y"] / 100
    known = {**data, "weights": raked.weights}
    with_residuals = estimate_mean(design_of(known, calibration=raked.calibration), y).se[0]
    assert with_residuals < estimate_mean(design_of(known), y).se[0] / 5
    count = estimate_total(design_of(known, calibration=raked.calibration), data["domain"] == "a")
    assert (count.estimate[0], count.se[0]) == (pytest.approx(300.0), pytest.approx(0.0, abs=1e-9))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1000))
def test_estimates_do_not_depend_on_row_order_or_scale_of_weights(seed: int, scale: float) -> None:
    data = two_stage(seed, 120)
    found = estimate_mean(design_of(data), data["y"], domains=data["domain"])
    order = np.random.default_rng(seed).permutation(120)
    mixed = {name: column[order] for name, column in data.items()}
    mixed["weights"] = mixed["weights"] * scale
    again = estimate_mean(design_of(mixed), mixed["y"], domains=mixed["domain"])
    np.testing.assert_allclose(again.estimate, found.estimate, rtol=1e-10)
    np.testing.assert_allclose(again.se, found.se, rtol=1e-8)
    assert again.state == found.state


def test_proportions_sum_to_one_and_intervals_stay_inside() -> None:
    data = two_stage()
    parts = estimate_proportions(design_of(data), data["domain"])
    assert sum(part.estimate[0] for part in parts.values()) == pytest.approx(1.0)
    rare = (np.arange(240) % 80 == 0).astype(float)
    for interval in ("logit", "asin", "beta"):
        row = estimate_proportion(design_of(data), rare, interval=interval).row()  # type: ignore[arg-type]
        assert 0 <= row.low < row.estimate < row.high < 1


def test_bad_columns_are_refused() -> None:
    data = two_stage()
    design = design_of(data)
    assert code_of(lambda: estimate_mean(design, [1.0])) == "column-length"
    assert code_of(lambda: estimate_mean(design, np.full(240, np.inf))) == "values-invalid"
    assert code_of(lambda: estimate_proportion(design, data["y"])) == "indicator-not-binary"
    assert code_of(lambda: make_design(weights=[1.0, -1.0])) == "weights-invalid"
    assert code_of(lambda: make_design(weights=[1.0, 1.0], strata=["a", None])) == "design-code-missing"
    assert code_of(lambda: make_design(weights=[1.0, 1.0], psu_population=[1, 1])) == "population-too-small"
    assert code_of(lambda: make_design(weights=[1.0, 1.0], psu_population=[3, 4])) == "population-varies"
    assert code_of(lambda: estimate_mean(design, data["y"]).row("nowhere")) == "domain-unknown"


def test_many_domains_of_a_large_sample_take_seconds() -> None:
    rng = np.random.default_rng(1)
    n = 100_000
    psu = rng.integers(0, 400, n)
    margins = (rng.integers(0, 12, n), rng.integers(0, 2, n))
    weights = rng.uniform(5, 20, n)
    calibration = Calibration(margins=margins, weights_before=weights)
    design = make_design(weights=weights, strata=psu // 20, psu=psu, calibration=calibration)
    found = estimate_mean(design, rng.normal(70, 12, n), domains=rng.integers(0, 718, n))
    assert found.state == ("ok",) * 718
