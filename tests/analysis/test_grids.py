"""Signalling grids by hand-made cells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.grids import (
    cell_polygons,
    cell_shares,
    commuting,
    dense_area,
    persons_per_zone,
)
from app.analysis.spatial import geometry_to_wgs84, to_wgs84, zone_areas

EAST, NORTH = 500_000.0, 3_240_000.0


def _zone(left, bottom, right, top):
    return geometry_to_wgs84(shapely.box(EAST + left, NORTH + bottom, EAST + right, NORTH + top), "EPSG:4548")


CELLS = cell_polygons(EAST + np.array([250.0, 750, 1250]), NORTH + np.full(3, 250.0), 500.0, "EPSG:4548")
SHARES = cell_shares(CELLS, [_zone(0, 0, 600, 500), _zone(600, 0, 1500, 500)])


def test_cells_are_squares_of_their_size():
    np.testing.assert_allclose(zone_areas(CELLS), 0.25, rtol=1e-6)
    corner = cell_polygons(np.array([EAST]), np.array([NORTH]), 500.0, "EPSG:4548", anchor="lower_left")
    assert shapely.equals_exact(corner[0], CELLS[0], tolerance=1e-9)
    lon, lat = to_wgs84(np.array([EAST + 250]), np.array([NORTH + 250]), "EPSG:4548")
    assert shapely.equals_exact(cell_polygons(lon, lat, 500.0, "wgs84")[0], CELLS[0], tolerance=1e-9)


def test_shares_by_hand():
    assert list(zip(SHARES.zone.tolist(), SHARES.cell.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (1, 1),
        (1, 2),
    ]
    np.testing.assert_allclose(SHARES.share, [1, 0.2, 0.8, 1], atol=1e-5)
    np.testing.assert_allclose(persons_per_zone(np.array([100.0, 50, 10]), SHARES), [110, 50], rtol=1e-5)


@given(st.lists(st.floats(0, 1e5), min_size=3, max_size=3))
def test_no_person_is_lost_where_the_zones_cover_the_cells(population):
    persons = persons_per_zone(np.array(population), SHARES)
    assert persons.sum() == pytest.approx(sum(population), rel=1e-5, abs=1e-9)


def test_dense_ground_counts_the_part_in_the_zone():
    population = np.array([3749.0, 3751.0, 9000.0])
    found = dense_area(population, np.full(3, 0.25), SHARES)
    np.testing.assert_allclose(found, [0.05, 0.45], rtol=1e-4)
    assert dense_area(population, np.full(3, 0.25), SHARES, threshold=1e6).tolist() == [0, 0]


def test_commuting_by_hand():
    start = to_wgs84(np.full(4, EAST), np.full(4, NORTH), "EPSG:4548")
    end = to_wgs84(EAST + np.array([1000.0, 4999, 5001, 9000]), np.full(4, NORTH), "EPSG:4548")
    persons = np.array([10.0, 20, 30, 40])
    minutes = np.array([5.0, 10, np.nan, 40])
    whole = commuting(*start, *end, persons, minutes=minutes)
    assert whole.share_under[0] == pytest.approx(0.3)
    assert whole.mean_km[0] == pytest.approx((10 + 99.98 + 150.03 + 360) / 100)
    assert whole.mean_minutes is not None
    assert whole.mean_minutes[0] == pytest.approx((50 + 200 + 1600) / 70)
    parts = commuting(*start, *end, persons, zone_of=np.array([0, 0, 1, -1]), zone_count=3)
    assert parts.persons.tolist() == [30, 30, 0]
    np.testing.assert_allclose(parts.share_under, [1, 0, np.nan])
    assert parts.mean_minutes is None


def test_an_empty_trip_table_has_no_shares():
    nothing = np.zeros(0)
    assert np.isnan(commuting(nothing, nothing, nothing, nothing, nothing).share_under).all()
