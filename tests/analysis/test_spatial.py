"""Coordinate systems, coverage, counts and lengths, against numbers known from geometry."""

from __future__ import annotations

import eviltransform
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.spatial import (
    SpatialError,
    count_points,
    coverage,
    geometry_to_wgs84,
    metric_crs,
    normalise_crs,
    to_metric,
    to_wgs84,
    zone_areas,
)

EAST, NORTH = 500_000.0, 3_240_000.0


def _ground(geometry):
    """A shape drawn in metres around a place near the city, as WGS84."""
    moved = shapely.transform(geometry, lambda pairs: pairs + np.array([EAST, NORTH]))
    return geometry_to_wgs84(moved, "EPSG:4548")


def _lon_lat(x, y):
    return to_wgs84(np.asarray(x, float) + EAST, np.asarray(y, float) + NORTH, "EPSG:4548")


KILOMETRE = _ground(shapely.box(0, 0, 1000, 1000))
NEIGHBOUR = _ground(shapely.box(1000, 0, 3000, 1000))

places = st.tuples(st.floats(116.0, 119.0), st.floats(28.5, 30.5))


@given(places)
def test_gcj02_and_bd09_are_undone_exactly(place):
    lon, lat = place
    shifted = eviltransform.wgs2gcj(lat, lon)
    found = to_wgs84(np.array([shifted[1]]), np.array([shifted[0]]), "gcj02")
    np.testing.assert_allclose(np.ravel(found), place, atol=1e-9, rtol=0)
    shifted = eviltransform.wgs2bd(lat, lon)
    found = to_wgs84(np.array([shifted[1]]), np.array([shifted[0]]), "bd09")
    np.testing.assert_allclose(np.ravel(found), place, atol=1e-9, rtol=0)


def test_the_shift_here_is_the_known_590_metres():
    gcj = eviltransform.wgs2gcj(29.29, 117.2)
    lon, lat = to_wgs84(np.array([gcj[1], 117.2]), np.array([gcj[0], 29.29]), "gcj02")
    assert (lon[0], lat[0]) == (pytest.approx(117.2), pytest.approx(29.29))
    ends = to_metric(shapely.points([117.2, gcj[1]], [29.29, gcj[0]]), "EPSG:4548")
    assert shapely.distance(*ends) == pytest.approx(590, abs=20)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WGS84", "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("epsg:4490", "cgcs2000"),
        (" GCJ-02 ", "gcj02"),
        ("epsg:4548", "EPSG:4548"),
    ],
)
def test_names_of_crs(text, name):
    assert normalise_crs(text) == name


@pytest.mark.parametrize(
    ("text", "code"), [("", "crs-missing"), ("mars", "crs-unknown"), ("EPSG:99999", "crs-unknown")]
)
def test_an_unknown_crs_is_refused(text, code):
    with pytest.raises(SpatialError) as caught:
        to_wgs84(np.array([117.0]), np.array([29.0]), text)
    assert caught.value.code == code


def test_swapped_coordinates_are_refused_with_their_place():
    with pytest.raises(SpatialError) as caught:
        to_wgs84(np.array([117.0, 29.0]), np.array([29.0, 117.0]), "wgs84")
    assert (caught.value.code, caught.value.facts["index"]) == ("coordinates-out-of-range", 1)


@pytest.mark.parametrize(
    ("longitude", "crs"),
    [(117.2, "EPSG:4548"), (115.6, "EPSG:4548"), (75.0, "EPSG:4534"), (135.0, "EPSG:4554")],
)
def test_the_metric_zone_of_a_longitude(longitude, crs):
    assert metric_crs(longitude) == crs


def test_a_place_outside_china_has_no_metric_zone():
    with pytest.raises(SpatialError, match="outside-cgcs2000"):
        metric_crs(2.3)


def test_areas_of_drawn_squares():
    np.testing.assert_allclose(zone_areas([KILOMETRE, NEIGHBOUR]), [1.0, 2.0], rtol=1e-6)


def test_coverage_by_a_circle_in_the_middle_and_on_the_border():
    middle, border = (shapely.Point(*np.ravel(_lon_lat([x], [500.0]))) for x in (500.0, 1000.0))
    found = coverage([middle], 300.0, [KILOMETRE, NEIGHBOUR])
    np.testing.assert_allclose(found.share, [np.pi * 0.09, 0], rtol=2e-3, atol=1e-12)
    twice = coverage([middle, middle], 300.0, [KILOMETRE])
    np.testing.assert_allclose(twice.covered_km2, found.covered_km2[:1])
    halves = coverage([border], [300.0], [KILOMETRE, NEIGHBOUR])
    np.testing.assert_allclose(halves.covered_km2, [np.pi * 0.045] * 2, rtol=2e-3)


def test_coverage_of_the_land_that_counts():
    plots = [_ground(shapely.box(0, 0, 500, 1000)), _ground(shapely.box(400, 0, 600, 1000))]
    park = _ground(shapely.box(-10, 0, 0, 1000))
    found = coverage([park], 300.0, [KILOMETRE, NEIGHBOUR], land=plots)
    np.testing.assert_allclose(found.area_km2, [0.6, 0], atol=1e-6)
    assert found.share[0] == pytest.approx(0.5, rel=1e-3)
    assert np.isnan(found.share[1])


def test_without_facilities_nothing_is_covered():
    found = coverage([], 500.0, [KILOMETRE])
    assert found.share.tolist() == [0.0]


def test_points_are_counted_once_even_on_a_shared_border():
    zones = [shapely.box(117.0, 29.0, 117.1, 29.1), shapely.box(117.1, 29.0, 117.2, 29.1)]
    lon, lat = np.array([117.05, 117.1, 117.15, 118.0]), np.full(4, 29.05)
    found = count_points(lon, lat, zones, weights=np.array([1.0, 2, 3, 4]))
    assert found.counts.tolist() == [3, 3]
    assert (found.outside, found.zone_of.tolist()) == (4, [0, 0, 1, -1])
    np.testing.assert_allclose(found.density, found.counts / found.area_km2)
    assert count_points(lon, lat, zones).counts.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("zones", "code"),
    [
        ([], "zones-empty"),
        ([shapely.Point(117, 29)], "zone-unusable"),
        ([shapely.Polygon([(117, 29), (118, 30), (118, 29), (117, 30)])], "zone-unusable"),
    ],
)
def test_unusable_zones_are_refused(zones, code):
    with pytest.raises(SpatialError) as caught:
        zone_areas(zones)
    assert caught.value.code == code


def test_a_radius_of_zero_is_refused():
    with pytest.raises(SpatialError, match="radius-not-positive"):
        coverage([shapely.Point(117, 29)], 0.0, [KILOMETRE])
