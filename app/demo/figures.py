"""What the demonstration's departments would report: one figure for every base item and area.

The levels stand in ``data/catalogue/generator.csv``; its README gives the rules. A year means an exam
year: the figures speak of the year before (the vintage).
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from shapely.geometry import shape

from app.analysis.spatial import zone_areas
from app.demo.chance import stream
from app.demo.places import CITY_CODE, DATA, DISTRICT_EN, street_population, streets

CATALOGUE = DATA / "catalogue"
#: A figure that does not exist in an area: lanes where no old town is.
NOT_APPLICABLE = None


@dataclass(frozen=True)
class Rule:
    """One row of the generator."""

    basis: str
    mean: float
    spread: float
    trend: float
    only_in: frozenset[str]


@dataclass(frozen=True)
class Item:
    """What the generator needs to know of a base item."""

    code: str
    level: str
    decimals: int
    minimum: float | None
    maximum: float | None


def _table(name: str) -> list[dict[str, str]]:
    with (Path(CATALOGUE) / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """The generator's rows by item."""
    return {
        row["item_code"]: Rule(
            row["basis"],
            float(row["mean"]),
            float(row["spread"]),
            float(row["trend"]),
            frozenset(row["only_in"].split()),
        )
        for row in _table("generator.csv")
    }


@lru_cache(maxsize=1)
def items() -> dict[str, Item]:
    """Base items that departments report, by code."""
    return {
        row["code"]: Item(
            row["code"],
            row["collect_level"],
            int(row["decimals"] or 0),
            float(row["min"]) if row["min"] else None,
            float(row["max"]) if row["max"] else None,
        )
        for row in _table("base_items.csv")
        if row["source_kind"] in {"official", "field_survey"}
    }


@lru_cache(maxsize=1)
def sketch_areas() -> dict[str, float]:
    """km2 of the sketched streets: the city's real areas are not public at this level."""
    text = (DATA / "geo/streets_synthetic_cc0.geojson").read_text(encoding="utf-8")
    features = json.loads(text)["features"]
    sizes = zone_areas([shape(feature["geometry"]) for feature in features])
    return {f["properties"]["code"]: float(km2) for f, km2 in zip(features, sizes, strict=True)}


class Reporters:
    """The figures of one exam year, each drawn when it is first asked for."""

    def __init__(self, seed: int, exam_year: int) -> None:
        self.seed, self.exam_year = seed, exam_year
        self._district = {street.code: street.district for street in streets()}
        self._population = street_population(seed, exam_year - 1)
        self._drawn: dict[tuple[str, str], float | None] = {}

    def areas(self, level: str) -> list[str]:
        """Codes of the collecting units of a level."""
        if level == "city":
            return [CITY_CODE]
        return sorted(DISTRICT_EN) if level == "district" else sorted(self._district)

    def figures(self) -> dict[tuple[str, str], float | None]:
        """All figures by (item code, area code); None is "not applicable"."""
        return {
            (item.code, area): self.figure(item.code, area)
            for item in items().values()
            for area in self.areas(item.level)
        }

    def figure(self, code: str, area: str) -> float | None:
        """The figure of one item in one area; larger areas are the sums of what they hold."""
        if (code, area) not in self._drawn:
            self._drawn[code, area] = self._draw(code, area)
        return self._drawn[code, area]

    def _draw(self, code: str, area: str) -> float | None:
        item = items()[code]
        if area not in self.areas(item.level):
            parts = [self.figure(code, part) for part in self._parts(area, item.level)]
            known = [part for part in parts if part is not None]
            return sum(known) if known else None
        if code == "pop_resident":
            return float(self._population[area])
        if code == "area_total":
            return round(sketch_areas()[area], item.decimals)
        rule = rules()[code]
        if rule.only_in and area != CITY_CODE and not self._inside(area, rule.only_in):
            return NOT_APPLICABLE
        return self._rounded(item, self._level(rule, code, area), rule, area)

    def _level(self, rule: Rule, code: str, area: str) -> float:
        mean = rule.mean * (1 + rule.trend) ** (self.exam_year - 2024)
        deviation = stream(self.seed, "figure", code, area).normal()
        mean *= max(0.05, 1 + rule.spread * float(np.clip(deviation, -2.5, 2.5)))
        if rule.basis == "absolute_city":
            return mean * self._share_of_city(rule, area)
        if rule.basis == "per_capita":
            return mean * (self.figure("pop_resident", area) or 0.0)
        if rule.basis == "per_built_km2":
            return mean * (self.figure("area_built", area) or 0.0)
        if rule.basis.startswith("share_of:"):
            return min(1.0, mean) * (self.figure(rule.basis.removeprefix("share_of:"), area) or 0.0)
        return mean

    def _share_of_city(self, rule: Rule, area: str) -> float:
        if area == CITY_CODE:
            return 1.0
        peers = [
            other
            for other in self.areas("street" if len(area) == 9 else "district")
            if not rule.only_in or self._inside(other, rule.only_in)
        ]
        return (self.figure("pop_resident", area) or 0.0) / sum(
            self.figure("pop_resident", other) or 0.0 for other in peers
        )

    def _rounded(self, item: Item, level: float, rule: Rule, area: str) -> float:
        value = round(level, item.decimals)
        if item.decimals == 0 and rule.basis.startswith("share_of:"):
            whole = self.figure(rule.basis.removeprefix("share_of:"), area) or 0.0
            share = min(1.0, level / whole) if whole else 0.0
            if 0 < whole < 1000:
                draw = stream(self.seed, "part", item.code, area, self.exam_year)
                value = float(draw.binomial(round(whole), share))
        if item.minimum is not None:
            value = max(value, item.minimum)
        return min(value, item.maximum) if item.maximum is not None else value

    def _parts(self, area: str, level: str) -> list[str]:
        below = self.areas(level)
        return below if area == CITY_CODE else [part for part in below if self._district.get(part) == area]

    def _inside(self, area: str, districts: frozenset[str]) -> bool:
        return self._district.get(area, area) in districts
