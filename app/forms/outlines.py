"""The boundaries of a city, small enough for a phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import shapely
from shapely.geometry import shape

from app.areas.models import Area
from app.areas.queries import in_force, shapes_of
from app.i18n import named

#: Corners of all boundaries together, and areas that can be told apart on a phone.
_MOST_CORNERS = 3_000
_MOST_AREAS = 60
_DECIMALS = 5
_FINEST_DEGREES = 0.0002
_COARSEST_DEGREES = 0.1


def outline_of(city: Area | None, on: date) -> dict[str, Any]:
    """Return the boundaries of the smallest areas that fit on a phone's map, each with its name.

    ``areas`` have ``name``, ``at`` (a point inside) and ``rings``, all in WGS84 degrees as [lon, lat];
    ``schematic`` says that they are sketches. Without a city or its boundaries there are none.
    """
    if city is None:
        return {"areas": [], "schematic": False}
    areas = in_force(city, on)
    for level in ("street", "district", "city"):
        some = [each for each in areas if each.level == level and each.has_shape]
        if some and len(some) <= _MOST_AREAS:
            return {"areas": _drawn(some), "schematic": any(each.schematic for each in some)}
    return {"areas": [], "schematic": False}


def _drawn(areas: Sequence[Area]) -> list[dict[str, Any]]:
    shapes = shapes_of(areas)
    kept = [area for area in areas if area.id in shapes]
    full = [shape(shapes[area.id]) for area in kept]
    tolerance, outlines = _FINEST_DEGREES, full
    while shapely.get_num_coordinates(outlines).sum() > _MOST_CORNERS and tolerance < _COARSEST_DEGREES:
        outlines = [each.simplify(tolerance) for each in full]
        tolerance *= 2
    return [
        {"name": named(area.name_zh, area.name_en), "at": _middle(outline), "rings": _rings(outline)}
        for area, outline in zip(kept, outlines, strict=True)
    ]


def _middle(outline: Any) -> list[float]:
    point = outline.representative_point()
    return [round(point.x, _DECIMALS), round(point.y, _DECIMALS)]


def _rings(outline: Any) -> list[list[list[float]]]:
    return [
        [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in part.exterior.coords]
        for part in shapely.get_parts(outline)
    ]
