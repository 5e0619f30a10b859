"""Weighting recipes: margins met, merges recorded, refusals by name, the same bytes each time."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.designs import SurveyError
from app.analysis.raking import calibrate, rake
from app.analysis.weights import (
    BaseStep,
    CalibrateStep,
    Margin,
    NonresponseStep,
    PostStratifyStep,
    RakeStep,
    TrimStep,
    UnknownStep,
    recipe_from_dicts,
    recipe_to_dicts,
    replay,
    weight_summary,
)

SEX = Margin("sex", (("f", 520.0), ("m", 480.0)))
AGE = Margin("age", (("16-34", 300.0), ("35-59", 450.0), ("60+", 250.0)))
FULL = (
    BaseStep(),
    UnknownStep(cells=("stratum",)),
    NonresponseStep(cells=("stratum", "age"), parent=("stratum",), min_respondents=3, max_factor=3.0),
    RakeStep((SEX, AGE)),
    TrimStep(lower=0.3, upper=3.0, unit="median_ratio"),
    PostStratifyStep(("sex",), ((("f",), 520.0), (("m",), 480.0))),
    CalibrateStep((SEX,), (("income", 5000.0),), "raking"),
)


def sample(n: int = 400, seed: int = 7) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "probability": rng.uniform(0.05, 0.9, n),
        "stratum": rng.choice(["A", "B", "C"], n),
        "sex": rng.choice(["f", "m"], n),
        "age": rng.choice(["16-34", "35-59", "60+"], n),
        "disposition": rng.choice(
            ["respondent", "nonrespondent", "unknown", "ineligible"], n, p=[0.7, 0.15, 0.1, 0.05]
        ),
        "income": rng.uniform(1, 10, n),
    }


def refusal(recipe, data) -> SurveyError:
    with pytest.raises(SurveyError) as caught:
        replay(recipe, data)
    return caught.value


def test_a_recipe_survives_json_and_replays_to_the_same_bytes() -> None:
    read = recipe_from_dicts(json.loads(json.dumps(recipe_to_dicts(FULL))))
    assert read == FULL
    one, two = replay(FULL, sample()), replay(read, sample())
    assert one.weights.tobytes() == two.weights.tobytes()
    assert (one.recipe_digest, one.weights_digest) == (two.recipe_digest, two.weights_digest)
    assert [entry.kind for entry in one.diagnostics] == [step.kind for step in FULL]
    assert json.loads(json.dumps([entry.to_dict() for entry in one.diagnostics]))[3]["converged"] is True


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"kind": "melt"}, "kind"),
        ({"kind": "rake"}, "margins"),
        ({"kind": "rake", "margins": [{"variable": "sex", "totals": [["f", "many"]]}]}, "margins"),
        ({"kind": "trim", "upper": "3"}, "upper"),
        ({"kind": "base", "weight": "w"}, "weight"),
        ({"kind": "unknown", "min_respondents": 2.5}, "min_respondents"),
        ("rake", ""),
    ],
)
def test_a_broken_step_is_refused_with_its_place_and_field(broken: object, field: str) -> None:
    with pytest.raises(SurveyError) as caught:
        recipe_from_dicts([{"kind": "base"}, broken])
    assert (caught.value.code, caught.value.facts) == ("recipe-step-invalid", {"step": 1, "field": field})


def test_base_weights_are_inverse_probabilities_and_bad_ones_name_the_row() -> None:
    result = replay([BaseStep()], {"probability": [0.5, 0.25, 1.0]})
    np.testing.assert_array_equal(result.weights, [2.0, 4.0, 1.0])
    error = refusal([BaseStep()], {"probability": [0.5, 0.0]})
    assert (error.code, error.facts["row"]) == ("probability-out-of-range", 1)


def test_nonresponse_keeps_the_weight_of_eligible_units_and_zeroes_the_others() -> None:
    data = sample()
    base = 1 / data["probability"]
    unknown = replay(FULL[:2], data).weights
    assert unknown.sum() == pytest.approx(base.sum(), rel=1e-12)
    final = replay(FULL[:3], data).weights
    eligible = np.isin(data["disposition"], ["respondent", "nonrespondent"])
    assert final.sum() == pytest.approx(unknown[eligible].sum(), rel=1e-12)
    assert (final[data["disposition"] != "respondent"] == 0).all()
    assert (final[data["disposition"] == "respondent"] > 0).all()


def test_a_thin_cell_merges_with_its_neighbour_of_the_same_parent_and_says_so() -> None:
    data = {
        "probability": np.full(12, 0.5),
        "district": ["D1"] * 6 + ["D2"] * 6,
        "street": ["a", "b", "b", "b", "b", "c", "d", "d", "d", "e", "e", "e"],
        "disposition": ["nonrespondent"] + ["respondent"] * 10 + ["nonrespondent"],
    }
    step = NonresponseStep(cells=("street",), parent=("district",), min_respondents=2, max_factor=2.0)
    result = replay([BaseStep(), step], data)
    changes = result.diagnostics[1].changes
    assert [(c.parent, c.cell, c.into, c.respondents, c.reason) for c in changes] == [
        ("D1", "D1|a", "D1|b", 0, "too_few_respondents")
    ]
    np.testing.assert_allclose(result.weights, [0, 2.5, 2.5, 2.5, 2.5, 2, 2, 2, 2, 3, 3, 0])
    assert result.diagnostics[1].to_dict()["changes"][0]["factor"] is None


def test_a_factor_over_the_bound_merges_and_the_last_cell_takes_the_one_before() -> None:
    data = {
        "probability": np.ones(8),
        "cell": ["a"] * 4 + ["b"] * 4,
        "disposition": ["respondent"] * 5 + ["nonrespondent"] * 3,
    }
    step = NonresponseStep(cells=("cell",), min_respondents=1, max_factor=3.0)
    result = replay([BaseStep(), step], data)
    assert [(c.cell, c.into, c.factor, c.reason) for c in result.diagnostics[1].changes] == [
        ("b", "a", 4.0, "factor_over_bound")
    ]
    np.testing.assert_allclose(result.weights, [1.6] * 5 + [0] * 3)


def test_a_parent_without_any_respondent_is_refused() -> None:
    data = {"probability": [0.5, 0.5], "disposition": ["nonrespondent", "nonrespondent"]}
    error = refusal([BaseStep(), NonresponseStep()], data)
    assert (error.code, error.facts["weight"]) == ("nonresponse-cell-empty", 4.0)


def test_a_cell_that_cannot_merge_is_kept_and_noted() -> None:
    data = {"probability": [1.0, 1.0, 1.0], "disposition": ["respondent", "unknown", "nonrespondent"]}
    result = replay([BaseStep(), NonresponseStep(min_respondents=2)], data)
    np.testing.assert_array_equal(result.weights, [3.0, 0.0, 0.0])
    notes = result.diagnostics[1].notes
    assert notes[0].startswith("too_few_respondents") and notes[1] == "unknown_as_nonrespondent: 1 units"


def test_an_unknown_disposition_is_refused_with_its_row() -> None:
    data = {"probability": [0.5, 0.5], "disposition": ["respondent", "asleep"]}
    error = refusal([BaseStep(), UnknownStep()], data)
    assert (error.code, error.facts["row"], error.facts["value"]) == ("disposition-unknown", 1, "asleep")


def test_an_empty_margin_category_is_refused_by_name() -> None:
    margin = Margin("sex", (("f", 5.0), ("m", 4.0), ("x", 1.0)))
    error = refusal([BaseStep(), RakeStep((margin,))], {"probability": [0.5, 0.5], "sex": ["f", "m"]})
    assert error.code == "margin-category-empty"
    assert (error.facts["margin"], error.facts["category"]) == ("sex", "x")


def test_a_category_without_total_a_missing_code_and_unequal_sums_are_refused() -> None:
    data = {"probability": [0.5, 0.5, 0.5], "sex": ["f", "m", "x"], "age": ["1", "2", None]}
    sex = Margin("sex", (("f", 5.0), ("m", 5.0)))
    assert refusal([BaseStep(), RakeStep((sex,))], data).facts == {"margin": "sex", "category": "x"}
    age = Margin("age", (("1", 5.0), ("2", 5.0)))
    error = refusal([BaseStep(), RakeStep((age,))], data)
    assert (error.code, error.facts["first_row"]) == ("margin-code-missing", 2)
    other = Margin("sex", (("f", 5.0), ("m", 4.0), ("x", 2.0)))
    full_age = {"probability": np.ones(6), "sex": ["f", "m", "x"] * 2, "age": ["1"] * 3 + ["2"] * 3}
    assert refusal([BaseStep(), RakeStep((other, age))], full_age).code == "margin-totals-disagree"
    scaled = replay([BaseStep(), RakeStep((other, age), total=1000.0)], full_age)
    assert scaled.weights.sum() == pytest.approx(1000.0, rel=1e-9)


def test_raking_that_cannot_converge_names_margin_and_category() -> None:
    data = {"probability": [0.5, 0.5], "sex": ["f", "m"], "age": ["1", "2"]}
    sex, age = Margin("sex", (("f", 5.0), ("m", 5.0))), Margin("age", (("1", 2.0), ("2", 8.0)))
    error = refusal([BaseStep(), RakeStep((sex, age), max_iterations=50)], data)
    assert error.code == "raking-not-converged"
    assert error.facts["margin"] == "sex" and error.facts["category"] in ("f", "m")
    assert error.facts["iterations"] == 50 and error.facts["gap"] > 0.1


def test_bounded_raking_meets_margins_inside_its_bounds_or_says_which_it_misses() -> None:
    data = sample()
    result = replay([BaseStep(), RakeStep((SEX, AGE), bounds=(0.2, 2.0))], data)
    ratio = result.weights * data["probability"]
    assert ratio.min() >= 0.2 and ratio.max() <= 2.0
    for label, total in AGE.totals:
        assert result.weights[data["age"] == label].sum() == pytest.approx(total, rel=1e-9)
    error = refusal([BaseStep(), RakeStep((SEX, AGE), bounds=(0.99, 1.01))], data)
    assert error.code == "calibration-not-converged" and error.facts["margin"] in ("sex", "age")


def test_columns_that_are_missing_or_differ_in_length_are_refused() -> None:
    error = refusal([BaseStep(), RakeStep((SEX,))], {"probability": [0.5]})
    assert (error.code, error.facts["column"], error.facts["step"]) == ("column-missing", "sex", 1)
    assert refusal([BaseStep()], {"probability": [0.5], "sex": ["f", "m"]}).code == "column-length"
    assert refusal([RakeStep((SEX,))], {"sex": ["f"]}).code == "recipe-without-base"


def test_numeric_codes_match_text_totals() -> None:
    data = {"probability": [0.5, 0.5], "sex": np.array([1.0, 2.0])}
    margin = Margin("sex", (("1", 30.0), ("2", 70.0)))
    np.testing.assert_allclose(replay([BaseStep(), RakeStep((margin,))], data).weights, [30.0, 70.0])


def test_trimming_keeps_the_sum_inside_the_bounds_and_refuses_the_impossible() -> None:
    data = {"probability": 1 / np.array([1.0, 2.0, 3.0, 4.0, 40.0])}
    result = replay([BaseStep(), TrimStep(upper=15.0)], data)
    assert result.weights.sum() == pytest.approx(50.0) and result.weights.max() <= 15.0 * (1 + 1e-12)
    assert refusal([BaseStep(), TrimStep(upper=9.0)], data).code == "trim-impossible"


def test_summary_is_that_of_kish() -> None:
    summary = weight_summary([1.0, 1.0, 2.0, 0.0])
    assert (summary.n, summary.total, summary.kish_n) == (3, 4.0, pytest.approx(16 / 6))
    assert summary.design_effect == pytest.approx(3 * 6 / 16)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(60, 300))
def test_raked_weights_meet_margins_and_stay_positive_whatever_order_and_scale(seed: int, n: int) -> None:
    data = sample(n, seed)
    data.update(sex=np.resize(["f", "m"], n), age=np.resize(["16-34", "35-59", "60+"], n))
    recipe = (BaseStep(), RakeStep((SEX, AGE)))
    result = replay(recipe, data)
    assert (result.weights > 0).all()
    for margin in (SEX, AGE):
        for label, total in margin.totals:
            assert result.weights[data[margin.variable] == label].sum() == pytest.approx(total, rel=1e-9)
    order = np.random.default_rng(seed).permutation(n)
    shuffled = replay(recipe, {name: column[order] for name, column in data.items()})
    np.testing.assert_allclose(shuffled.weights, result.weights[order], rtol=1e-9)
    thinned = replay(recipe, {**data, "probability": data["probability"] / 7})
    np.testing.assert_allclose(thinned.weights, result.weights, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["linear", "raking", "logit"]))
def test_calibration_reaches_its_totals_by_every_method(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    weights, x = rng.uniform(1, 5, 200), np.column_stack([np.ones(200), rng.normal(10, 3, 200)])
    totals = weights @ x * np.array([1.05, 1.07])
    bounds = (0.3, 3.0) if method == "logit" else None
    result = calibrate(weights, x, totals, names=("size", "income"), method=method, bounds=bounds)  # type: ignore[arg-type]
    np.testing.assert_allclose(result.weights @ x, totals, rtol=1e-9)
    if method != "linear":
        assert (result.weights > 0).all()


def test_a_hundred_thousand_rows_rake_within_seconds() -> None:
    rng = np.random.default_rng(3)
    n = 120_000
    columns = [rng.integers(0, size, n) for size in (4, 2, 5, 59)]
    margins = []
    for i, codes in enumerate(columns):
        totals = np.bincount(codes) * rng.uniform(5, 9, codes.max() + 1)
        totals *= 1_600_000 / totals.sum()
        margins.append((f"margin {i}", codes, {str(code): float(t) for code, t in enumerate(totals)}))
    result = rake(rng.uniform(1, 3, n), margins)
    assert result.largest_gap <= 1e-10


def test_a_margin_of_nobody_is_named() -> None:
    nobody = Margin("sex", (("f", 0.0), ("m", 0.0)))
    problem = refusal((BaseStep(), RakeStep((nobody,), total=1000.0)), sample())
    assert (problem.code, problem.facts) == ("margin-empty", {"margin": "sex"})
