"""Points of a GeoJSON. Its bytes come from outside: run it in a bounded child process."""

from __future__ import annotations

from typing import Any

from app.analysis.point_layers import PointRow
from app.workbooks.faults import UnreadableTable
from app.workbooks.json_texts import read_json

#: Farther from zero lies no coordinate of any system, in degrees or metres.
_FARTHEST = 1e9
_MOST_FEATURES = 5_000_000


def read_points_geojson(content: bytes) -> tuple[list[PointRow], list[int]]:
    """The points, and the numbers of features that are none or have no category.

    Raises UnreadableTable ``points-file-unreadable``, ``too-many-features`` and the codes of ``read_json``.
    """
    try:
        features = list(read_json(content)["features"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableTable("points-file-unreadable") from error
    if len(features) > _MOST_FEATURES:
        raise UnreadableTable("too-many-features", {"found": len(features), "limit": _MOST_FEATURES})
    points: list[PointRow] = []
    unusable: list[int] = []
    for number, feature in enumerate(features, start=1):
        row = _point(number, feature)
        if row is None:
            unusable.append(number)
        else:
            points.append(row)
    return points, unusable


def _point(number: int, feature: Any) -> PointRow | None:
    """A feature as a point; None where its coordinates are no list of numbers or its category no text."""
    try:
        place, category = feature["geometry"]["coordinates"], feature["properties"]["category"]
    except (KeyError, TypeError):
        return None
    if not isinstance(place, list) or len(place) not in (2, 3):
        return None
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in place):
        return None
    if not all(-_FARTHEST < each < _FARTHEST for each in place):
        return None
    if not isinstance(category, str) or not category.strip():
        return None
    name = feature["properties"].get("name")
    return number, float(place[0]), float(place[1]), category, str(name or "")
