"""The small city as it is examined in 2024."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from tests.assessment.small_city import (
    CITY,
    NORTH,
    SOUTH,
    STREETS,
    SmallCity,
    add_benchmark,
    add_catalogue,
    add_satisfaction,
    add_standard,
    add_target,
    add_values,
    make_city,
)


@dataclass
class Examined:
    """The city, and the ids of what it is judged by."""

    city: SmallCity
    ids: dict[str, int]
    values: dict[tuple[str, str], int]


def _values() -> dict[str, dict[str, float | str | tuple[float, float]]]:
    one, two, three = STREETS
    return {
        "EC01": {CITY: (75, 2.0), NORTH: 95, SOUTH: (55, 1.0), one: 97, two: 93, three: 55},
        "EC02": {CITY: 8},
        "TR01": {CITY: 33, NORTH: 36, SOUTH: 20, one: 36, two: 36, three: 20},
        "TR02": {CITY: 150, NORTH: 120, SOUTH: 30, one: 70, two: 50, three: 30},
        "SA01": {CITY: 3, NORTH: 3, SOUTH: 0, one: 3, two: 0, three: 0},
        "SA02": {SOUTH: "not_applicable"},
    }


@pytest.fixture
def examined(app: Flask) -> Examined:
    """Catalogues of three years, standards of 2024, values, satisfaction."""
    city = make_city()
    for year, bays in ((2022, 100.0), (2023, 120.0)):
        add_catalogue(city, year)
        add_values(city, year, {"TR02": {CITY: bays}})
    add_catalogue(city, 2024)
    ids = {
        "national EC01": add_standard(city, 2024, "EC01", "national_standard", ">=", 60),
        "exemplary EC01": add_standard(city, 2024, "EC01", "exemplary_standard", ">=", 90),
        "national TR01": add_standard(city, 2024, "TR01", "national_standard", "<=", 30),
        "national SA01": add_standard(city, 2024, "SA01", "national_standard", "<=", 0),
        "national SA02": add_standard(city, 2024, "SA02", "national_standard", "range", 1.0, value_high=1.4),
        "target EC01": add_target(city, 2024, "EC01", ">=", 75),
        "target EC02": add_target(city, 2024, "EC02", ">=", 10),
        "target TR02": add_target(city, 2024, "TR02", "<=", 100),
        "benchmark EC01": add_benchmark(city, 2024, "EC01", 70),
        "satisfaction EC01": add_satisfaction(city, 2024, "EC01", CITY, 55.0),
    }
    add_satisfaction(city, 2024, "EC01", STREETS[0], 62.0)
    add_satisfaction(city, 2024, "EC01", STREETS[2], 41.0)
    values = add_values(city, 2024, _values())
    return Examined(city, ids, values)
