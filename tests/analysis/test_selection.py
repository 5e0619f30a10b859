"""Two-stage selection: allocation, PPS with certainty units, determinism, inclusion probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.designs import SurveyError, make_design
from app.analysis.estimates import estimate_total
from app.analysis.selection import allocate, select_psus, select_two_stage


def frame(n: int = 60, seed: int = 2) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(200, 4000, n)
    return {
        "psu_codes": np.array([f"3602{i:08d}" for i in range(n)]),
        "psu_strata": np.array(["east", "north", "west"])[np.arange(n) % 3],
        "psu_sizes": sizes,
        "unit_counts": sizes // 3 + 1,
    }


ALLOCATION = {"east": 5, "north": 6, "west": 4}


def code_of(action) -> str:
    with pytest.raises(SurveyError) as caught:
        action()
    return caught.value.code


def test_allocation_is_proportional_equal_or_held_up_by_the_minimum() -> None:
    counts, sizes = {"a": 50, "b": 50, "c": 3}, {"a": 750.0, "b": 200.0, "c": 50.0}
    assert allocate(psu_counts=counts, sizes=sizes, total=20, minimum=1) == {"a": 15, "b": 4, "c": 1}
    assert allocate(psu_counts=counts, sizes=sizes, total=20, minimum=4) == {"a": 13, "b": 4, "c": 3}
    assert allocate(psu_counts=counts, sizes=sizes, total=20, method="equal") == {"a": 9, "b": 8, "c": 3}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(0.001, 1e6)), min_size=1, max_size=9),
    st.floats(0, 1),
    st.integers(0, 4),
    st.sampled_from(["proportional", "equal"]),
)
def test_allocation_always_sums_up_inside_its_limits(strata, share, minimum, method) -> None:
    counts = {f"s{i}": count for i, (count, _) in enumerate(strata)}
    sizes = {f"s{i}": size for i, (_, size) in enumerate(strata)}
    least = sum(min(minimum, count) for count in counts.values())
    total = least + round(share * (sum(counts.values()) - least))
    found = allocate(psu_counts=counts, sizes=sizes, total=total, method=method, minimum=minimum)
    assert sum(found.values()) == total
    assert all(min(minimum, counts[name]) <= number <= counts[name] for name, number in found.items())


def test_an_impossible_allocation_is_refused() -> None:
    counts, sizes = {"a": 2, "b": 2}, {"a": 1.0, "b": 1.0}
    assert code_of(lambda: allocate(psu_counts=counts, sizes=sizes, total=5)) == "frame-allocation-impossible"
    assert code_of(lambda: allocate(psu_counts=counts, sizes=sizes, total=3)) == "frame-allocation-impossible"


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), float("inf")])
def test_a_stratum_without_a_positive_size_is_refused(size: float) -> None:
    counts, sizes = {"a": 3, "b": 3}, {"a": 10.0, "b": size}
    assert code_of(lambda: allocate(psu_counts=counts, sizes=sizes, total=4)) == "frame-size-invalid"


def test_the_same_seed_selects_the_same_units_whatever_the_order_of_rows() -> None:
    data = frame()
    one = select_two_stage(**data, allocation=ALLOCATION, units_per_psu=12, seed=2024)
    order = np.random.default_rng(9).permutation(60)
    mixed = {name: column[order] for name, column in data.items()}
    two = select_two_stage(**mixed, allocation=ALLOCATION, units_per_psu=12, seed=2024)
    for name in ("stratum", "psu", "unit", "probability"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    other = select_two_stage(**data, allocation=ALLOCATION, units_per_psu=12, seed=2025)
    assert one.psus.codes.tolist() != other.psus.codes.tolist()


def test_a_stored_seed_gives_the_sample_that_was_drawn_before() -> None:
    data = frame()
    sample = select_psus(
        codes=data["psu_codes"],
        strata=data["psu_strata"],
        sizes=data["psu_sizes"],
        allocation={"east": 2, "north": 2, "west": 2},
        seed=7,
    )
    assert [code[-2:] for code in sample.codes.tolist()] == ["27", "54", "04", "34", "11", "44"]


def test_probabilities_multiply_and_weights_add_up_to_the_frame() -> None:
    data = frame()
    sample = select_two_stage(**data, allocation=ALLOCATION, units_per_psu=12, seed=1)
    np.testing.assert_allclose(sample.probability, sample.first_stage * sample.second_stage)
    size = dict(zip(data["psu_codes"], data["psu_sizes"], strict=True))
    for stratum, count in ALLOCATION.items():
        mass = data["psu_sizes"][data["psu_strata"] == stratum].sum()
        inside = sample.psus.strata == stratum
        assert inside.sum() == count
        expected = [count * size[code] / mass for code in sample.psus.codes[inside]]
        np.testing.assert_allclose(sample.psus.probability[inside], expected)
    assert len(sample.unit) == 15 * 12
    assert (sample.unit >= 1).all() and (sample.unit <= sample.unit_count).all()


def test_large_psus_are_taken_with_certainty_and_stand_as_strata_of_their_own() -> None:
    data = frame()
    data["psu_sizes"] = data["psu_sizes"].copy()
    data["psu_sizes"][0] = 10_000_000
    sample = select_two_stage(**data, allocation=ALLOCATION, units_per_psu=5, seed=3)
    big = sample.psu == data["psu_codes"][0]
    assert sample.certainty[big].all() and (sample.first_stage[big] == 1).all() and big.sum() == 5
    assert (sample.psus.strata == "east").sum() == 5 and sample.certainty[~big].sum() == 0
    assert set(sample.variance_stratum[big].tolist()) == {f"east#{data['psu_codes'][0]}"}
    assert len(set(sample.variance_psu[big].tolist())) == 5
    design = make_design(
        weights=1 / sample.probability,
        strata=sample.variance_stratum,
        psu=sample.variance_psu,
        psu_population=sample.variance_population,
    )
    assert design.lonely_strata == () and estimate_total(design, np.ones(len(big))).state == ("ok",)


def test_a_small_psu_gives_all_its_units() -> None:
    data = frame()
    data["unit_counts"] = np.full(60, 4)
    sample = select_two_stage(**data, allocation=ALLOCATION, units_per_psu=9, seed=3)
    assert (sample.second_stage == 1).all() and sample.unit[:4].tolist() == [1, 2, 3, 4]


def test_inclusion_probabilities_hold_over_many_draws() -> None:
    sizes = np.array([10.0, 20.0, 30.0, 40.0, 100.0])
    hits = np.zeros(5)
    for seed in range(3000):
        sample = select_psus(
            codes=list("abcde"), strata=["s"] * 5, sizes=sizes, allocation={"s": 3}, seed=seed
        )
        hits[["abcde".index(code) for code in sample.codes]] += 1
    np.testing.assert_allclose(hits / 3000, [0.2, 0.4, 0.6, 0.8, 1.0], atol=0.035)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40), st.integers(0, 20), st.lists(st.floats(1e-3, 1e6), min_size=20, max_size=20))
def test_the_number_asked_for_is_the_number_selected(seed: int, count: int, sizes: list[float]) -> None:
    codes, strata = [f"p{i}" for i in range(20)] + ["q1"], ["s"] * 20 + ["t"]
    sample = select_psus(
        codes=codes, strata=strata, sizes=[*sizes, 1.0], allocation={"s": count, "t": 1}, seed=seed
    )
    assert (sample.strata == "s").sum() == count
    assert len(set(sample.codes.tolist())) == count + 1


def test_bad_frames_are_refused_by_name() -> None:
    def draw(codes, strata, sizes, allocation, seed=1):
        return lambda: select_psus(codes=codes, strata=strata, sizes=sizes, allocation=allocation, seed=seed)

    assert code_of(draw(["a", "a"], ["s", "s"], [1, 1], {"s": 1})) == "frame-code-double"
    assert code_of(draw(["a", "b"], ["s", "s"], [1, 0], {"s": 1})) == "frame-size-invalid"
    assert code_of(draw(["a", ""], ["s", "s"], [1, 1], {"s": 1})) == "frame-code-missing"
    assert code_of(draw(["a", "b"], ["s", "t"], [1, 1], {"s": 1})) == "frame-strata-differ"
    assert code_of(draw(["a", "b"], ["s", "s"], [1, 1], {"s": 3})) == "frame-allocation-impossible"
    assert code_of(draw(["a", "b"], ["s", "s"], [1, 1], {"s": 1}, -1)) == "frame-seed-invalid"
    data = frame()
    data["unit_counts"] = np.zeros(60)
    draw_units = {**data, "allocation": ALLOCATION, "units_per_psu": 3, "seed": 1}
    assert code_of(lambda: select_two_stage(**draw_units)) == "frame-units-invalid"
