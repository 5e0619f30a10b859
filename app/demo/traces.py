"""The demonstration's points of interest and signalling tables, as files a supplier would send."""

from __future__ import annotations

import io

import eviltransform
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import Transformer

from app.demo.chance import stream
from app.demo.imagery import CRS, extent, to_metres, town_radius, urban_potential
from app.demo.places import CITY_CODE, street_population, streets
from app.workbooks.csv_writing import write_csv

CELL_M = 500.0
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
#: Points per 10,000 residents by category, and how far from the centre they spread (in town radii).
_POINT_RATES = {
    "bus_stop": (6.5, 0.72),
    "toilet": (2.1, 0.7),
    "shop": (15.0, 0.68),
    "park": (3.6, 0.7),
    "elder_service": (2.2, 0.65),
    "middle_school": (0.6, 0.6),
    "hospital": (0.24, 0.5),
    "fire_station": (0.3, 0.5),
}
_MUSEUMS_NEAR_CENTRE = 26


def points_table(seed: int, year: int) -> bytes:
    """Points of interest in GCJ-02 as map services give them (CSV: lon, lat, category, name)."""
    rows: list[tuple[float, float, str, str]] = []
    population = street_population(seed, year)
    for street in streets():
        centre_x, centre_y = to_metres(street.lon, street.lat)
        radius = town_radius(street.kind, population[street.code])
        for category, (rate, spread) in _POINT_RATES.items():
            # One stream a street and category, drawn long enough for every year: points stay and grow.
            draws = stream(seed, "points", street.code, category).normal(size=(2000, 2))
            growth = 1.0 + 0.04 * (year - 2024)
            expected = population[street.code] / 1e4 * rate * growth
            count = int(expected + stream(seed, "points share", street.code, category).random())
            for number, (dx, dy) in enumerate(draws[:count], start=1):
                x, y = centre_x + dx * radius * spread, centre_y + dy * radius * spread
                rows.append(_point(float(x), float(y), category, f"{street.name}{category}{number}"))
    centre_x, centre_y = to_metres(117.21, 29.295)
    draws = stream(seed, "points", "museums").normal(size=(200, 2))
    for number, (dx, dy) in enumerate(draws[: _MUSEUMS_NEAR_CENTRE + year - 2021], start=1):
        x, y = float(centre_x + dx * 4000), float(centre_y + dy * 4000)
        rows.append(_point(x, y, "ceramic_museum", f"陶瓷博物馆{number}"))
    return write_csv(rows, columns=("lon", "lat", "category", "name"))


def _point(x: float, y: float, category: str, name: str) -> tuple[float, float, str, str]:
    lon, lat = _TO_DEGREES.transform(x, y)
    shifted_lat, shifted_lon = eviltransform.wgs2gcj(lat, lon)
    return round(shifted_lon, 6), round(shifted_lat, 6), category, name


def _cells(seed: int, year: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres of the lived-in cells (metres) and the persons who sleep there."""
    left, top, width, height = extent()
    x = np.arange(left + CELL_M / 2, left + width * 100.0, CELL_M)
    y = np.arange(top - CELL_M / 2, top - height * 100.0, -CELL_M)
    grid_x, grid_y = (each.ravel() for each in np.meshgrid(x, y))
    potential = urban_potential(seed, year, x, y).ravel()
    lived_in = potential > 0.12
    weight = potential[lived_in] ** 2.2 * stream(seed, "cells").lognormal(0.0, 0.35, lived_in.size)[lived_in]
    persons = weight / weight.sum() * sum(street_population(seed, year).values()) * 0.86
    return grid_x[lived_in], grid_y[lived_in], persons


def stock_table(seed: int, year: int) -> bytes:
    """Persons by 500 m cell and hour of one working day (Parquet: x, y, size, hour, count)."""
    x, y, persons = _cells(seed, year)
    # One working day in China: it begins at 16:00 UTC of the day before.
    hours = np.datetime64(f"{year - 1}-05-14T16:00:00", "s") + np.arange(24) * np.timedelta64(3600, "s")
    shape = 1.0 - 0.25 * np.clip(np.sin((np.arange(24) - 7) / 24 * 2 * np.pi), 0, 1)
    table = pa.table(
        {
            "x": np.tile(x, 24),
            "y": np.tile(y, 24),
            "size": np.full(24 * len(x), CELL_M),
            "hour": pa.array(np.repeat(hours, len(x)), pa.timestamp("s", tz="UTC")),
            "count": np.concatenate([np.round(persons * share, 2) for share in shape]),
        }
    )
    return _parquet(table)


def commuting_table(seed: int, year: int) -> bytes:
    """Commuters by pair of cells with minutes one way (Parquet)."""
    x, y, persons = _cells(seed, year)
    chance = stream(seed, "commuting")
    origins = chance.choice(len(x), size=9000, p=persons / persons.sum())
    near = chance.exponential(3200.0, 9000)
    bearing = chance.uniform(0.0, 2 * np.pi, 9000)
    noise = chance.normal(0.0, 3.0, 9000)
    growth = 1.0 + 0.015 * (year - 2021)
    metres = near * growth
    workers = sum(street_population(seed, year).values()) * 0.42 / 9000
    table = pa.table(
        {
            "origin_x": x[origins],
            "origin_y": y[origins],
            "destination_x": x[origins] + metres * np.cos(bearing),
            "destination_y": y[origins] + metres * np.sin(bearing),
            "minutes": np.round(np.clip(8.0 + metres / 1000 * 3.4 + noise, 3.0, 120.0), 1),
            "count": np.full(9000, round(workers, 3)),
        }
    )
    return _parquet(table)


def delivered_table(seed: int, year: int) -> bytes:
    """What an operator delivers as finished figures: visitors of the city, visits to the quarters."""
    chance = stream(seed, "visitors", year)
    visitors = 41_000_000 * (1 + 0.1 * (year - 2021)) * chance.normal(1.0, 0.02)
    rows: list[tuple[str, str, int]] = [(CITY_CODE, "visitors_ms", round(visitors))]
    quarters = {"360203004": 4_600_000, "360203007": 3_900_000, "360203011": 2_400_000}
    for code, visits in quarters.items():
        grown = visits * (1 + 0.08 * (year - 2021)) * stream(seed, "visits", code, year).normal(1.0, 0.03)
        rows.append((code, "visits_quarter_ms", round(grown)))
    return write_csv(rows, columns=("area_code", "item_code", "value"))


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
