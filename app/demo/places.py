"""The demonstration's places: real codes and names, shapes that are sketches, invented populations.

District populations are the rounded census figures of 2020; everything below a district is drawn.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from shapely.geometry import shape

from app.demo.chance import stream
from app.workbooks.csv_writing import write_csv

DATA = Path(__file__).parent / "data"
CITY_CODE = "360200"
DISTRICT_EN = {"360202": "Changjiang", "360203": "Zhushan", "360222": "Fuliang", "360281": "Leping"}
#: Census of 1 November 2020, rounded to hundreds as published.
CENSUS_2020 = {"360202": 201_400, "360203": 383_500, "360222": 280_400, "360281": 753_800}
YEARLY_GROWTH = {"360202": 0.012, "360203": 0.008, "360222": 0.001, "360281": -0.003}
#: The share of people of 16 and over and the persons of a household are assumptions of the demonstration.
SHARE_16_PLUS = 0.80
PERSONS_PER_HOUSEHOLD = 2.9
_KIND_WEIGHT = {"subdistrict": 2.2, "town": 1.1, "township": 0.55}
#: Committees that are no place to live in as others: virtual communities and a prison's committee.
_NO_DWELLINGS = ("虚拟", "监狱")


@dataclass(frozen=True)
class Street:
    """A street (town, township) with its centre in degrees and its area in km2 of the sketch."""

    code: str
    name: str
    district: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Community:
    """A committee; ``in_frame`` is false where no household sample can be drawn."""

    code: str
    name: str
    street: str
    district: str
    in_frame: bool


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def streets() -> list[Street]:
    """The 52 streets and towns, by code."""
    shapes = json.loads((DATA / "geo/streets_synthetic_cc0.geojson").read_text(encoding="utf-8"))
    centres = {f["properties"]["code"]: shape(f["geometry"]).centroid for f in shapes["features"]}
    return [
        Street(r["code"], r["name"], r["area_code"], r["kind"], centres[r["code"]].x, centres[r["code"]].y)
        for r in sorted(_rows("geo/streets_nbs2023.csv"), key=lambda row: row["code"])
        if r["kind"] != "functional_area"
    ]


def functional_areas() -> list[dict[str, str]]:
    """The 7 units of the code table that are no townships (parks, a state farm)."""
    return [r for r in _rows("geo/streets_nbs2023.csv") if r["kind"] == "functional_area"]


def communities() -> list[Community]:
    """All committees, by code."""
    outside = {row["code"] for row in functional_areas()}
    return [
        Community(
            r["code"],
            r["name"],
            r["street_code"],
            r["area_code"],
            r["street_code"] not in outside and not any(word in r["name"] for word in _NO_DWELLINGS),
        )
        for r in sorted(_rows("geo/communities_nbs2023.csv"), key=lambda row: row["code"])
    ]


def _community_kind(code: str) -> str:
    number = int(code[9:])
    return "residents" if number < 200 else "villagers" if number < 400 else "other"


def area_table() -> bytes:
    """The areas as the table a city would upload (CSV)."""
    columns = ("code", "name_zh", "name_en", "level", "kind", "parent_code", "in_frame", "source_note")
    note = "统计用区划代码（2023）；人口和形状为演示虚构"
    rows: list[tuple[Any, ...]] = [(CITY_CODE, "景德镇市", "Jingdezhen", "city", "city", "", 1, note)]
    names = {f["properties"]["adcode"]: f["properties"]["name"] for f in _district_features()}
    rows += [
        (code, names[code], DISTRICT_EN[code], "district", "district", CITY_CODE, 1, note)
        for code in sorted(DISTRICT_EN)
    ]
    rows += [(s.code, s.name, "", "street", s.kind, s.district, 1, note) for s in streets()]
    rows += [
        (f["code"], f["name"], "", "functional", "functional_area", f["area_code"], 0, note)
        for f in functional_areas()
    ]
    rows += [
        (c.code, c.name, "", "community", _community_kind(c.code), c.street, int(c.in_frame), note)
        for c in communities()
    ]
    return write_csv(rows, columns=columns)


def _district_features() -> list[dict[str, Any]]:
    text = (DATA / "geo/districts_schematic_cc0.geojson").read_text(encoding="utf-8")
    return list(json.loads(text)["features"])


def boundary_files() -> list[bytes]:
    """The sketched shapes of districts and streets (GeoJSON, WGS84)."""
    names = ("geo/districts_schematic_cc0.geojson", "geo/streets_synthetic_cc0.geojson")
    return [(DATA / name).read_bytes() for name in names]


def membership_table() -> bytes:
    """Which streets the functional areas lie over (CSV). Without shapes it is assumed."""
    return (DATA / "geo/functional_members_synthetic.csv").read_bytes()


def district_population(year: int) -> dict[str, float]:
    """Usual residents by district at the end of a year."""
    return {
        code: persons * (1 + YEARLY_GROWTH[code]) ** (year - 2020) for code, persons in CENSUS_2020.items()
    }


def _shares(codes: Iterable[str], weights: Mapping[str, float], seed: int, subject: str) -> dict[str, float]:
    listed = sorted(codes)
    drawn = np.array([weights[c] * stream(seed, subject, c).lognormal(0.0, 0.35) for c in listed])
    return dict(zip(listed, (drawn / drawn.sum()).tolist(), strict=True))


def street_population(seed: int, year: int) -> dict[str, int]:
    """Usual residents by street at the end of a year (drawn once, grown with the district)."""
    counts: dict[str, int] = {}
    for community in communities():
        counts[community.street] = counts.get(community.street, 0) + 1
    found: dict[str, int] = {}
    for district, persons in district_population(year).items():
        inside = [street for street in streets() if street.district == district]
        weights = {s.code: _KIND_WEIGHT[s.kind] * counts[s.code] ** 0.5 for s in inside}
        shares = _shares(weights, weights, seed, "street population")
        found |= {code: round(persons * share) for code, share in shares.items()}
    return found


def community_population(seed: int, year: int) -> dict[str, int]:
    """Usual residents of each committee in the frame."""
    found: dict[str, int] = {}
    inside: dict[str, list[str]] = {}
    for community in communities():
        if community.in_frame:
            inside.setdefault(community.street, []).append(community.code)
    for street, persons in street_population(seed, year).items():
        shares = _shares(inside[street], dict.fromkeys(inside[street], 1.0), seed, "community population")
        found |= {code: max(40, round(persons * share)) for code, share in shares.items()}
    return found


def frame_table(seed: int, year: int) -> bytes:
    """The sampling frame: committees with households and people of 16 and over (CSV)."""
    rows = []
    for code, persons in sorted(community_population(seed, year).items()):
        adults = round(persons * SHARE_16_PLUS)
        rows.append((code, max(20, round(persons / PERSONS_PER_HOUSEHOLD)), adults))
    return write_csv(rows, columns=("community_code", "households", "population"))


#: Bands of people of 16 and over. 60+ follows the provincial proxy (16.87 of 78.04 % aged 15 and
#: over); the division of the younger is an assumption of the demonstration.
AGE_SHARES = {"16-29": 0.205, "30-44": 0.284, "45-59": 0.295, "60+": 0.216}
MALE_SHARE = 0.519
MARGIN_NOTE = (
    "演示数据：区县总量为2020年人口普查取整数按年推算；性别为2021年全市比例；60岁以上取江西省比例代替；"
    "16—59岁分段和16岁以上占比为演示假设"
)


def margin_rows(seed: int, year: int) -> list[tuple[str, str, str, int]]:
    """Persons of 16 and over by sex, age band and district (area code, variable, category, persons)."""
    by_district: dict[str, int] = dict.fromkeys(sorted(CENSUS_2020), 0)
    district_of = {community.code: community.district for community in communities()}
    for code, persons in community_population(seed, year).items():
        by_district[district_of[code]] += round(persons * SHARE_16_PLUS)
    total = sum(by_district.values())
    men = round(total * MALE_SHARE)
    bands = {band: round(total * share) for band, share in AGE_SHARES.items()}
    bands["60+"] += total - sum(bands.values())
    rows = [(CITY_CODE, "sex", "male", men), (CITY_CODE, "sex", "female", total - men)]
    rows += [(CITY_CODE, "age_band", band, persons) for band, persons in bands.items()]
    rows += [(CITY_CODE, "district", code, persons) for code, persons in by_district.items()]
    return rows


def margin_table(seed: int, year: int) -> bytes:
    """The population margins as the table a city would upload (CSV)."""
    return write_csv(margin_rows(seed, year), columns=("area_code", "variable", "category", "persons"))
