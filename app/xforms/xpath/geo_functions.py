"""Functions of points, lines and areas written as texts: "latitude longitude altitude accuracy; …"."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_all_values, of_nodes
from app.xforms.xpath.state import Context, TreeNode
from app.xforms.xpath.values import NAN, Scalar, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler
    from app.xforms.xpath.tree import Node

EARTH_RADIUS = 6_378_100.0
_CIRCUMFERENCE = 2 * math.pi * EARTH_RADIUS
Point = tuple[float, float]


def points_of(values: list[Scalar]) -> list[Point] | None:
    """Return (latitude, longitude) of every point in the values: of one line or area, or of many points.

    As for JavaRosa a number that is missing counts as 0. None where a text is no place.
    """
    texts = [to_text(value) for value in values]
    if len(texts) == 1:
        texts = [part for part in texts[0].split(";") if part.strip()]
    points = [_point(text) for text in texts]
    return None if None in points else points  # type: ignore[return-value]


def _point(text: str) -> Point | None:
    try:
        numbers = [float(part) for part in text.split()]
    except ValueError:
        return None
    latitude, longitude, *_ = [*numbers, 0.0, 0.0]
    return (latitude, longitude) if len(numbers) <= 4 else None


def metres_between(one: Point, other: Point) -> float:
    """Return the great-circle distance of two points in metres, by the spherical law of cosines."""
    phi1, phi2 = math.radians(one[0]), math.radians(other[0])
    across = math.cos(math.radians(one[1] - other[1]))
    cosine = math.sin(phi1) * math.sin(phi2) + math.cos(phi1) * math.cos(phi2) * across
    return math.acos(cosine) * EARTH_RADIUS if cosine <= 1 else NAN


def _distance(points: list[Point]) -> float:
    return sum(metres_between(one, other) for one, other in pairwise(points))


def _area(points: list[Point]) -> float:
    if len(points) < 3:
        return 0.0
    latitude, longitude = points[0]
    flat = [
        (
            (lon - longitude) * _CIRCUMFERENCE * math.cos(math.radians(lat)) / 360,
            (lat - latitude) * _CIRCUMFERENCE / 360,
        )
        for lat, lon in points[1:]
    ]
    return abs(sum((y1 * x2 - x1 * y2) / 2 for (x1, y1), (x2, y2) in pairwise(flat)))


def _measured(measure: Callable[[list[Point]], float]) -> Callable[[list[Scalar]], Scalar]:
    def of(values: list[Scalar]) -> Scalar:
        points = points_of(values)
        return NAN if points is None else float(measure(points))

    return of


def _area_of(nodes: list[TreeNode]) -> Scalar:
    return _measured(_area)([node.value for node in nodes])


def _geofence(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    point, area = compiler.value(arguments[0]), compiler.nodes(arguments[1])

    def within(context: Context) -> Scalar:
        places, ring = points_of([point(context)]), points_of([node.value for node in area(context)])
        return bool(places and ring) and _is_inside(places[0], ring)  # type: ignore[index,arg-type]

    return within


def _is_inside(place: Point, ring: list[Point]) -> bool:
    """Tell whether a place is in a ring whose last point is its first."""
    lat, lon = place
    inside = False
    for (lat1, lon1), (lat2, lon2) in pairwise(ring):
        if (lat2 > lat) != (lat1 > lat) and lon < (lon1 - lon2) * (lat - lat2) / (lat1 - lat2) + lon2:
            inside = not inside
    return inside


GEO_FUNCTIONS = (
    of_all_values("distance", 1, _measured(_distance)),
    of_nodes("area", _area_of),
    of_nodes("enclosed-area", _area_of),
    FunctionSpec("geofence", 2, 2, _geofence),
)
