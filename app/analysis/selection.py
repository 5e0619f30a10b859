"""Stratified two-stage selection: PPS systematic sampling of PSUs, simple random sampling of units
inside them.

Source: Särndal, Swensson & Wretman (1992), ch. 3.6 and 4.3. Draws are made with numpy's PCG64 from
streams that depend on the seed and on the stratum's or PSU's code alone: the order of the frame's rows
changes nothing, and neither does a change in another stratum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.analysis.cells import BoolArray, FloatArray, IntArray, SurveyError, float_column

Texts = npt.NDArray[np.str_]
Allocation = Literal["proportional", "equal"]


@dataclass(frozen=True, eq=False)
class PsuSample:
    """Selected PSUs (k,), sorted by stratum and code: inclusion probability, certainty, the stratum's N_h."""

    codes: Texts
    strata: Texts
    sizes: FloatArray
    probability: FloatArray
    certainty: BoolArray
    stratum_psus: IntArray


@dataclass(frozen=True, eq=False)
class UnitSample:
    """Selected units (n,), sorted by stratum, PSU and unit, with their inclusion probabilities.

    ``unit`` counts from 1 in the PSU's own sorted list of ``unit_count`` units. ``variance_stratum``,
    ``variance_psu`` and ``variance_population`` are the columns ``make_design`` wants: a certainty PSU
    is a stratum whose units are its PSUs; other PSUs count as drawn with replacement (population inf),
    which errs on the safe side.
    """

    psus: PsuSample
    stratum: Texts
    psu: Texts
    unit: IntArray
    first_stage: FloatArray
    second_stage: FloatArray
    probability: FloatArray
    certainty: BoolArray
    unit_count: IntArray
    variance_stratum: Texts
    variance_psu: Texts
    variance_population: FloatArray
    seed: int


@dataclass(frozen=True, eq=False)
class _Frame:
    """PSUs of the frame, sorted by code."""

    codes: Texts
    strata: Texts
    sizes: FloatArray
    order: IntArray


def _generator(seed: int, stage: str, code: str) -> np.random.Generator:
    digest = hashlib.sha256(f"{stage}\x1f{code}".encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def _check_seed(seed: int) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SurveyError("frame-seed-invalid", "the seed is a whole number from 0", {"seed": seed})


def _spread(shares: dict[str, float], caps: dict[str, int], count: int) -> dict[str, int]:
    """Whole numbers near the shares that sum to count, by largest remainders, none above its cap."""
    given = dict.fromkeys(shares, 0)
    left = count
    while left > 0:
        open_names = [name for name in sorted(shares) if given[name] < caps[name]]
        mass = sum(shares[name] for name in open_names)
        quota = {name: left * (shares[name] / mass if mass else 1 / len(open_names)) for name in open_names}
        whole = {name: min(int(quota[name] + 1e-9), caps[name] - given[name]) for name in open_names}
        if not sum(whole.values()):
            ranked = sorted(open_names, key=lambda name: (-quota[name], name))[:left]
            whole = dict.fromkeys(ranked, 1)
        elif not any(caps[name] == given[name] + whole[name] for name in open_names):
            rest = sorted(open_names, key=lambda name: (whole[name] - quota[name], name))
            for name in rest[: left - sum(whole.values())]:
                whole[name] += 1
        for name, number in whole.items():
            given[name] += number
        left = count - sum(given.values())
    return given


def allocate(
    *,
    psu_counts: Mapping[str, int],
    sizes: Mapping[str, float],
    total: int,
    method: Allocation = "proportional",
    minimum: int = 2,
) -> dict[str, int]:
    """Number of PSUs to select per stratum; the numbers sum to ``total``.

    ``psu_counts``: PSUs in the stratum's frame; ``sizes``: its measure of size (persons), used by the
    proportional method. Every stratum gets ``minimum`` PSUs, or all it has; what remains goes by
    largest remainders of the method's shares beyond the minimum, never over what the stratum has.
    Raises SurveyError("frame-allocation-impossible") when the total is under the minima or over the
    frame.
    """
    if set(psu_counts) != set(sizes):
        names = sorted(set(psu_counts) ^ set(sizes))
        raise SurveyError("frame-strata-differ", f"strata differ: {names}", {"strata": names})
    if method not in ("proportional", "equal"):
        raise SurveyError("frame-method-unknown", f"no allocation {method!r}", {"method": method})
    for name, size in sizes.items():
        if not (np.isfinite(size) and size > 0) or psu_counts[name] < 0:
            raise SurveyError(
                "frame-size-invalid", f"stratum {name!r}: size {size}", {"stratum": name, "size": size}
            )
    floors = {name: min(minimum, count) for name, count in psu_counts.items()}
    low, high = sum(floors.values()), sum(psu_counts.values())
    if not low <= total <= high:
        facts = {"total": total, "least": low, "most": high}
        raise SurveyError("frame-allocation-impossible", f"{total} is not in {low} … {high}", facts)
    mass = sum(sizes.values())
    share = {n: (sizes[n] / mass if method == "proportional" else 1 / len(sizes)) for n in sizes}
    beyond = {name: max(total * share[name] - floors[name], 0.0) for name in sizes}
    caps = {name: psu_counts[name] - floors[name] for name in sizes}
    extra = _spread(beyond, caps, total - low)
    return {name: floors[name] + extra[name] for name in sorted(sizes)}


def _frame(codes: npt.ArrayLike, strata: npt.ArrayLike, sizes: npt.ArrayLike) -> _Frame:
    texts, groups = np.asarray(codes).astype(str), np.asarray(strata).astype(str)
    if texts.ndim != 1 or texts.shape != groups.shape or not len(texts):
        raise SurveyError("frame-empty", "codes and strata are empty or differ in length", {"n": len(texts)})
    size = float_column(sizes, name="sizes", n=len(texts))
    if (texts == "").any():
        raise SurveyError("frame-code-missing", "every PSU needs a code")
    if not (size > 0).all():
        row = int(np.flatnonzero(~(size > 0))[0])
        facts = {"row": row, "psu": str(texts[row]), "size": float(size[row])}
        raise SurveyError("frame-size-invalid", f"PSU {texts[row]!r} needs a positive size", facts)
    order = np.argsort(texts, kind="stable")
    texts, groups, size = texts[order], groups[order], size[order]
    double = np.flatnonzero(texts[1:] == texts[:-1])
    if len(double):
        code = str(texts[double[0]])
        raise SurveyError("frame-code-double", f"PSU {code!r} stands twice in the frame", {"psu": code})
    return _Frame(texts, groups, size, order.astype(np.int64))


def _probabilities(sizes: FloatArray, count: int) -> FloatArray:
    """Inclusion probabilities proportional to size; units reaching 1 are taken, the rest shared again."""
    certain = np.zeros(len(sizes), dtype=np.bool_)
    while True:
        left = count - int(certain.sum())
        probability = np.ones(len(sizes))
        if (~certain).any():
            probability[~certain] = left * sizes[~certain] / sizes[~certain].sum()
        new = ~certain & (probability >= 1 - 1e-12)
        if not new.any():
            return probability
        certain |= new


def _pps_systematic(probability: FloatArray, generator: np.random.Generator) -> BoolArray:
    """Systematic selection along cumulated probabilities with one random start; certainty units are in."""
    certain = probability >= 1
    chosen = certain.copy()
    free = np.flatnonzero(~certain)
    start = generator.random()
    if len(free):
        cumulated = np.cumsum(probability[free])
        # The cumulated sum is a whole number but for rounding, which must not lose the last hit.
        count = round(float(cumulated[-1]))
        hits = np.searchsorted(cumulated * (count / cumulated[-1]), start + np.arange(count), side="right")
        chosen[free[np.minimum(hits, len(free) - 1)]] = True
    return chosen


def select_psus(
    *,
    codes: npt.ArrayLike,
    strata: npt.ArrayLike,
    sizes: npt.ArrayLike,
    allocation: Mapping[str, int],
    seed: int,
) -> PsuSample:
    """Select PSUs with probability proportional to size, systematically along the sorted codes of each
    stratum.

    ``codes``, ``strata``, ``sizes`` (K,) are the frame, ``allocation`` the PSUs to take per stratum.
    Raises SurveyError: double codes, sizes that are not positive, strata without allocation or with
    too few PSUs.
    """
    _check_seed(seed)
    frame = _frame(codes, strata, sizes)
    names = sorted(set(frame.strata.tolist()))
    if set(names) != set(allocation):
        unlike = sorted(set(names) ^ set(allocation))
        raise SurveyError("frame-strata-differ", f"strata differ: {unlike}", {"strata": unlike})
    picked: list[IntArray] = []
    probability = np.zeros(len(frame.codes))
    counts = np.zeros(len(frame.codes), dtype=np.int64)
    for name in names:
        rows = np.flatnonzero(frame.strata == name)
        wanted = allocation[name]
        if not 0 <= wanted <= len(rows):
            facts = {"stratum": name, "wanted": wanted, "psus": len(rows)}
            raise SurveyError("frame-allocation-impossible", f"stratum {name!r} has {len(rows)} PSUs", facts)
        counts[rows] = len(rows)
        if wanted:
            probability[rows] = _probabilities(frame.sizes[rows], wanted)
            picked.append(rows[_pps_systematic(probability[rows], _generator(seed, "psu", name))])
    if not picked:
        raise SurveyError("frame-allocation-impossible", "nothing is to be selected", {"total": 0})
    at = np.concatenate(picked)
    p = probability[at]
    return PsuSample(frame.codes[at], frame.strata[at], frame.sizes[at], p, p >= 1, counts[at])


def _unit_counts(sample: PsuSample, codes: npt.ArrayLike, unit_counts: npt.ArrayLike) -> IntArray:
    texts = np.asarray(codes).astype(str)
    counts = float_column(unit_counts, name="unit_counts", n=len(texts))
    by_code = dict(zip(texts.tolist(), counts.tolist(), strict=True))
    found = np.array([by_code[code] for code in sample.codes.tolist()])
    wrong = ~((found >= 1) & (found == np.floor(found)))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        facts = {"psu": str(sample.codes[at]), "units": float(found[at])}
        raise SurveyError("frame-units-invalid", f"PSU {sample.codes[at]!r} has {found[at]} units", facts)
    return found.astype(np.int64)


def select_two_stage(
    *,
    psu_codes: npt.ArrayLike,
    psu_strata: npt.ArrayLike,
    psu_sizes: npt.ArrayLike,
    unit_counts: npt.ArrayLike,
    allocation: Mapping[str, int],
    units_per_psu: int,
    seed: int,
) -> UnitSample:
    """Select PSUs as ``select_psus`` does, then ``units_per_psu`` of each PSU's units by simple random
    sampling.

    All arrays are (K,), one entry per PSU of the frame; ``unit_counts`` is M, the units listed in the
    PSU. A PSU with fewer units than asked for gives all of them. Overall probability = first stage ×
    min(m, M) / M.
    """
    if units_per_psu < 1:
        raise SurveyError(
            "frame-units-invalid", "units_per_psu is at least 1", {"units_per_psu": units_per_psu}
        )
    sample = select_psus(
        codes=psu_codes, strata=psu_strata, sizes=psu_sizes, allocation=allocation, seed=seed
    )
    counts = _unit_counts(sample, psu_codes, unit_counts)
    taken = np.minimum(counts, units_per_psu)
    units = [
        np.sort(_generator(seed, "unit", code).choice(count, size=take, replace=False)) + 1
        for code, count, take in zip(sample.codes.tolist(), counts.tolist(), taken.tolist(), strict=True)
    ]
    return _unit_sample(sample, counts, taken, np.concatenate(units).astype(np.int64), seed)


def _unit_sample(
    sample: PsuSample, counts: IntArray, taken: IntArray, unit: IntArray, seed: int
) -> UnitSample:
    at = np.repeat(np.arange(len(counts)), taken)
    stratum, psu, certainty = sample.strata[at], sample.codes[at], sample.certainty[at]
    first, second = sample.probability[at], (taken / counts)[at]
    unit_names = np.char.add(np.char.add(psu, "#"), unit.astype(str))
    return UnitSample(
        psus=sample,
        stratum=stratum,
        psu=psu,
        unit=unit,
        first_stage=first,
        second_stage=second,
        probability=first * second,
        certainty=certainty,
        unit_count=counts[at],
        variance_stratum=np.where(certainty, np.char.add(np.char.add(stratum, "#"), psu), stratum),
        variance_psu=np.where(certainty, unit_names, psu),
        variance_population=np.where(certainty, counts[at].astype(np.float64), np.inf),
        seed=seed,
    )
