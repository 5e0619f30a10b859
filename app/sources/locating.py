"""Whether data lie where their city lies: figures of another place would become zeros of this one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from app.analysis.rasters import RasterError, class_areas
from app.areas.extents import ground_of
from app.areas.models import Area
from app.errors import Invalid

Floats = NDArray[np.float64]
#: About five kilometres: a hospital or a commuter's home beyond the border still serves the city.
_MARGIN_DEGREES = 0.05


def outside_of(root: Area, lon: Floats, lat: Floats, rows: Floats | None = None) -> dict[str, int]:
    """``outside``: how many rows lie beyond the city's surroundings, where any do; degrees in WGS84.

    ``rows`` counts the rows of each place (one). Where the city has no shapes yet nothing can be told.
    Raises Invalid ``dataset-elsewhere`` when nothing lies in the city.
    """
    ground = ground_of(root)
    if ground is None:
        return {}
    near = ground.buffer(_MARGIN_DEGREES)
    shapely.prepare(near)
    beyond = ~shapely.intersects_xy(near, lon, lat)
    weights = np.ones(len(lon)) if rows is None else rows
    if beyond.all():
        raise Invalid("dataset-elsewhere", count=int(weights.sum()), found=root.name_zh)
    return {"outside": int(weights[beyond].sum())} if beyond.any() else {}


def ground_km2(root: Area) -> float | None:
    """km2 of the city's shape, else of the box around its parts; None where nothing has a shape."""
    ground = ground_of(root)
    if ground is None:
        return None
    from pyproj import Geod  # noqa: PLC0415  (slow to import and seldom needed)

    area, _length = Geod(ellps="WGS84").geometry_area_perimeter(ground)
    return abs(float(area)) / 1e6


def refuse_raster_elsewhere(root: Area, content: bytes, class_table: Mapping[int, str]) -> None:
    """Raise RasterError ``raster-misses-zones`` or ``raster-without-data`` where the city has no pixel."""
    ground = ground_of(root)
    if ground is None:
        return
    (found,) = class_areas(content, [ground], class_table)
    if not any(found.areas_km2.values()) and not found.unknown_km2:
        raise RasterError("raster-without-data")
