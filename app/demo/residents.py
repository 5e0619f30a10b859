"""Synthetic residents: who answers, what they think, and how some of them answer badly.

One latent model for all years: satisfaction of an item = level of its dimension in the district and
year + the person + chance, cut into five points. Some answers are spoiled on purpose (speeders,
straight lines, failed attention, wrong area, refusals), so that the flags have something to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from app.demo.chance import stream
from app.demo.places import AGE_SHARES, MALE_SHARE, Community, streets

DONT_KNOW = "9"
_AGE_RANGES = {"16-29": (16, 29), "30-44": (30, 44), "45-59": (45, 59), "60+": (60, 86)}
#: Level of each dimension (standard normal scale) for the exam of 2024, and its yearly change.
_DIMENSIONS = {
    "生态宜居": (0.75, 0.05),
    "健康舒适": (0.30, 0.06),
    "交通便捷": (-0.10, 0.02),
    "市政配套": (0.25, 0.04),
    "安全韧性": (0.20, 0.05),
    "风貌特色": (0.60, 0.06),
    "多元包容": (0.10, 0.02),
    "管理有序": (0.05, 0.07),
    "创新活力": (-0.25, 0.01),
    "保护与传承": (0.85, 0.07),
    "文化与创意": (0.80, 0.08),
    "智慧与创新": (0.15, 0.05),
    "开放与交流": (0.40, 0.04),
    "宜居与宜游": (0.05, -0.06),
    "总体": (0.45, 0.04),
}
_DISTRICTS = {"360203": 0.12, "360202": 0.05, "360222": 0.0, "360281": -0.12}
#: Items that residents complain about more than about their dimension.
_SORE_POINTS = {"tr_park": -0.55, "mg_parkord": -0.4, "sa_flood": -0.25, "in_house": -0.35, "hc_elder": -0.2}
_CUTS = np.array([-1.45, -0.7, 0.15, 1.05])
_CHOICE_SHARES: dict[str, dict[str, float]] = {
    "hukou": {"1": 0.78, "2": 0.13, "3": 0.085, "4": 0.005},
    "edu": {"1": 0.34, "2": 0.27, "3": 0.19, "4": 0.17, "5": 0.03},
    "job": {"1": 0.11, "2": 0.21, "3": 0.14, "4": 0.14, "5": 0.14, "6": 0.07, "7": 0.13, "8": 0.06},
    "ceramic_tie": {"1": 0.15, "2": 0.13, "3": 0.12, "4": 0.60},
    "tenure": {"1": 0.46, "2": 0.30, "3": 0.08, "4": 0.10, "5": 0.04, "6": 0.02},
    "dwell_age": {"1": 0.27, "2": 0.29, "3": 0.27, "4": 0.11, "9": 0.06},
    "hh_elder": {"1": 0.42, "0": 0.58},
    "hh_child": {"1": 0.38, "0": 0.62},
    "tr_mode": {"1": 0.20, "2": 0.31, "3": 0.12, "4": 0.29, "5": 0.05, "6": 0.03},
    "in_share": {"1": 0.33, "2": 0.34, "3": 0.18, "4": 0.09, "9": 0.06},
}
_MANNERS = {
    "careful": 0.902,
    "speeder": 0.025,
    "straight_line": 0.02,
    "inattentive": 0.02,
    "wrong_area": 0.013,
    "refusal": 0.01,
    "not_resident": 0.01,
}


@dataclass(frozen=True)
class Unit:
    """A drawn sample unit: its link's token and the committee it was drawn in."""

    key: str
    token: str
    community: Community


@dataclass(frozen=True)
class Filled:
    """One filled-in form: the answers by question name, when, and how often it was sent."""

    unit: Unit
    answers: dict[str, Any]
    start: datetime
    end: datetime
    sends: int
    device: str


@dataclass(frozen=True)
class Item:
    """A question of the list that the model answers by itself."""

    name: str
    section: str
    type: str


def respondents(
    seed: int, year: int, units: Sequence[Unit], items: Sequence[Item], communities: Sequence[Community]
) -> list[Filled]:
    """The residents who answer, in the order of their units' keys."""
    ordered = sorted(units, key=lambda unit: unit.key)
    chance = stream(seed, "residents", year)
    n = len(ordered)
    people = _people(chance, n, ordered)
    answering = np.flatnonzero(chance.random(n) < people["propensity"])
    opinions = _opinions(chance, n, ordered, people, items, year)
    manners = chance.choice(list(_MANNERS), size=n, p=list(_MANNERS.values()))
    minutes = np.clip(chance.lognormal(2.25, 0.3, n), 3.5, 40.0)
    begin = datetime(year, 5, 10, 0, 30, tzinfo=UTC)
    offsets = np.sort(chance.uniform(0, 20 * 24 * 3600, n))
    again = chance.random(n) < 0.012
    strangers = chance.integers(0, len(communities), n)
    homes = _homes(chance, n, ordered)
    found = []
    for row in answering:
        manner = str(manners[row])
        answers = _answers(ordered[row], people, opinions, int(row), manner)
        if manner == "wrong_area":
            stranger = communities[int(strangers[row])]
            answers["street"], answers["community"] = stranger.street, stranger.code
        if homes[row] and "community" in answers:
            answers["home_point"] = homes[row]
        start = begin + timedelta(seconds=round(float(offsets[row])))
        seconds = 60 * float(minutes[row]) * (0.16 if manner == "speeder" else 1.0)
        end = start + timedelta(seconds=round(seconds))
        device = f"demo-{year}-{ordered[row].key}"
        found.append(Filled(ordered[row], answers, start, end, 2 if again[row] else 1, device))
    return found


def _homes(chance: np.random.Generator, n: int, units: Sequence[Unit]) -> list[str]:
    """The point near the home that four in ten mark on the map (OpenRosa text), else nothing."""
    centres = {street.code: (street.lat, street.lon) for street in streets()}
    marks, shifts = chance.random(n) < 0.4, chance.normal(0.0, 700.0, (n, 2))
    found = []
    for unit, marked, (north, east) in zip(units, marks, shifts, strict=True):
        lat, lon = centres[unit.community.street]
        lat, lon = lat + north / 111_000, lon + east / (111_000 * np.cos(np.radians(lat)))
        found.append(f"{lat:.6f} {lon:.6f} 0 0" if marked else "")
    return found


def _people(chance: np.random.Generator, n: int, units: Sequence[Unit]) -> dict[str, Any]:
    bands = chance.choice(list(AGE_SHARES), size=n, p=list(AGE_SHARES.values()))
    spread = chance.random(n)
    low = np.array([_AGE_RANGES[band][0] for band in bands])
    high = np.array([_AGE_RANGES[band][1] for band in bands])
    age = (low + np.floor(spread * (high - low + 1))).astype(int)
    man = chance.random(n) < MALE_SHARE
    # The young, men and people of the inner districts answer less: what the weights must mend.
    district = np.array([unit.community.district for unit in units])
    urban = np.isin(district, ["360202", "360203"])
    willing = 0.62 + 0.06 * (age >= 45) - 0.13 * (age < 30) - 0.04 * man - 0.07 * urban
    people: dict[str, Any] = {"age": age, "man": man, "propensity": willing}
    for name, shares in _CHOICE_SHARES.items():
        people[name] = chance.choice(list(shares), size=n, p=list(shares.values()))
    people["tr_minutes"] = np.clip(np.round(chance.gamma(3.2, 7.5, n)), 1, 150).astype(int)
    people["sc_times"] = chance.poisson(np.where(people["ceramic_tie"] == "4", 2.1, 6.0), n)
    return people


def _opinions(
    chance: np.random.Generator,
    n: int,
    units: Sequence[Unit],
    people: Mapping[str, Any],
    items: Sequence[Item],
    year: int,
) -> dict[str, np.ndarray]:
    district = np.array([_DISTRICTS[unit.community.district] for unit in units])
    streets = {unit.community.street for unit in units}
    local = {code: float(stream(0, "street mood", code).normal(0.0, 0.12)) for code in sorted(streets)}
    place = district + np.array([local[unit.community.street] for unit in units])
    person = chance.normal(0.0, 0.55, n) + 0.12 * (people["age"] >= 60) - 0.08 * (people["hukou"] != "1")
    found: dict[str, np.ndarray] = {}
    for item in items:
        level, trend = _DIMENSIONS.get(item.section, (0.2, 0.0))
        mood = level + trend * (year - 2024) + _SORE_POINTS.get(item.name, 0.0)
        latent = mood + place + person + chance.normal(0.0, 0.8, n)
        points = (1 + np.searchsorted(_CUTS, latent)).astype(str)
        unknown = chance.random(n) < 0.045 + 0.04 * (people["age"] >= 70)
        found[item.name] = np.where(unknown, DONT_KNOW, points)
        # A few leave the question out altogether: item non-response.
        found[item.name] = np.where(chance.random(n) < 0.006, "", found[item.name])
    return found


def _answers(
    unit: Unit, people: Mapping[str, Any], opinions: Mapping[str, np.ndarray], row: int, manner: str
) -> dict[str, Any]:
    if manner == "refusal":
        return {"consent": "0"}
    if manner == "not_resident":
        return {"consent": "1", "resid6m": "0"}
    answers: dict[str, Any] = {
        "consent": "1",
        "resid6m": "1",
        "age": str(people["age"][row]),
        "street": unit.community.street,
        "community": unit.community.code,
        "sex": "1" if people["man"][row] else "2",
        "tr_minutes": str(people["tr_minutes"][row]),
        "sc_times": str(people["sc_times"][row]),
        "attn": "4",
    }
    answers |= {name: str(people[name][row]) for name in _CHOICE_SHARES}
    answers |= {name: str(values[row]) for name, values in opinions.items() if values[row] != ""}
    if manner == "straight_line":
        answers |= dict.fromkeys(opinions, "3")
    if manner in {"straight_line", "inattentive", "speeder"}:
        answers["attn"] = "3" if manner != "speeder" else "4"
    return answers | _favourites(opinions, row)


def _favourites(opinions: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
    """The three worst and the three best dimensions, as this person's own answers have them."""
    sums: dict[str, list[int]] = {}
    for name, values in opinions.items():
        if values[row] in {"1", "2", "3", "4", "5"}:
            sums.setdefault(name[:2].upper(), []).append(int(values[row]))
    means = {code: sum(points) / len(points) for code, points in sums.items() if code in _ASPECTS}
    ranked = sorted(means, key=lambda code: (means[code], code))
    return {"worst": " ".join(ranked[:3]), "best": " ".join(sorted(ranked[-3:]))}


_ASPECTS = frozenset(["EC", "HC", "TR", "MU", "SA", "FE", "IN", "MG", "IV", "SP", "SC", "SI", "SO", "ST"])
