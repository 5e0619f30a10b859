"""Functions of points, lines and areas written as texts: "latitude longitude altitude accuracy; …"."""

from __future__ import annotations

import math
from itertools import pairwise

from app.xforms.xpath.function_spec import of_all_values, of_values
from app.xforms.xpath.values import Scalar, to_text

EARTH_RADIUS = 6_378_100.0
Point = tuple[float, float]


def points_of(values: list[Scalar]) -> list[Point]:
    """Return (latitude, longitude) of every point in the texts; parts that are no points are left out."""
    points: list[Point] = []
    for value in values:
        for part in to_text(value).split(";"):
            numbers = part.split()
            if len(numbers) < 2:
                continue
            try:
                points.append((float(numbers[0]), float(numbers[1])))
            except ValueError:
                continue
    return points


def metres_between(one: Point, other: Point) -> float:
    """Return the great-circle distance of two points in metres."""
    (lat1, lon1), (lat2, lon2) = one, other
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))


def _distance(values: list[Scalar]) -> Scalar:
    points = points_of(values)
    return float(sum(metres_between(one, other) for one, other in pairwise(points)))


def _area(values: list[Scalar]) -> Scalar:
    points = points_of(values)
    if len(points) < 3:
        return 0.0
    circumference = 2 * math.pi * EARTH_RADIUS
    (lat0, lon0), total = points[0], 0.0
    flat = [
        ((lon - lon0) * circumference * math.cos(math.radians(lat)) / 360, (lat - lat0) * circumference / 360)
        for lat, lon in points
    ]
    for (x1, y1), (x2, y2) in zip(flat, flat[1:] + flat[:1], strict=True):
        total += (y1 * x2 - x1 * y2) / 2
    return abs(total)


def _geofence(point: Scalar, area: Scalar) -> Scalar:
    places, ring = points_of([point]), points_of([area])
    if not places or len(ring) < 3:
        return False
    lat, lon = places[0]
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside


GEO_FUNCTIONS = (
    of_all_values("distance", 1, _distance),
    of_all_values("area", 1, _area),
    of_all_values("enclosed-area", 1, _area),
    of_values("geofence", 2, 2, _geofence),
)
