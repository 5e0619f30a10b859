"""The ground an area stands for, to tell what cannot belong to it."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.areas.models import Area
from app.areas.queries import descendants, shapes_of


def ground_of(area: Area) -> BaseGeometry | None:
    """The area's own shape in WGS84, else the box around those of its parts; None where nothing has one."""
    own = shapes_of([area]).get(area.id)
    if own is not None:
        return shape(own)
    parts = [shape(each) for each in shapes_of(descendants(area)).values()]
    if not parts:
        return None
    boxes = np.array([part.bounds for part in parts])
    return shapely.box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
