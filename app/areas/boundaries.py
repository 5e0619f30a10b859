"""Reading boundaries: the coordinate system is asked for, never guessed, and the shapes kept in WGS84."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from app.analysis.spatial import SpatialError, geometry_to_wgs84, normalise_crs
from app.areas.queries import areas_by_code
from app.db import db
from app.errors import Invalid, Place

_AREAL = frozenset({"Polygon", "MultiPolygon"})


@dataclass(frozen=True)
class Imported:
    """How many rows an import added or changed."""

    added: int
    changed: int


def import_boundaries(*, content: bytes, crs: str, schematic: bool) -> Imported:
    """Give areas their shapes from a GeoJSON FeatureCollection (``code`` or ``adcode`` names the area).

    Raises Invalid ``boundary-crs-missing``, ``boundary-file-invalid`` and ``area-table-invalid`` with the
    number of every feature that cannot be used; nothing is changed then.
    """
    if not crs.strip():
        raise Invalid("boundary-crs-missing")
    kept_crs = normalise_crs(crs)
    features = _features(content)
    codes = [str(f["properties"].get("code") or f["properties"].get("adcode") or "") for f in features]
    known = areas_by_code(codes)
    places: list[Place] = []
    shapes: list[BaseGeometry] = []
    for number, (code, feature) in enumerate(zip(codes, features, strict=True), start=1):
        if code not in known:
            places.append(Place("unknown-area", {"found": code or "—"}, row=number))
        elif code in codes[: number - 1]:
            places.append(Place("code-twice", {"found": code}, row=number))
        try:
            shapes.append(_areal(geometry_to_wgs84(shape(feature["geometry"]), kept_crs)))
        except SpatialError as error:
            places.append(Place(error.code, error.facts, row=number))
        except (ShapelyError, ValueError, TypeError, AttributeError, KeyError):
            places.append(Place("boundary-not-area", {"found": code or "—"}, row=number))
    if places:
        raise Invalid("area-table-invalid", places=places, count=len(places))
    _keep(codes, shapes, kept_crs, schematic)
    return Imported(0, len(features))


def _keep(codes: Sequence[str], shapes: Sequence[BaseGeometry], crs: str, schematic: bool) -> None:
    known = areas_by_code(codes)
    for code, outline in zip(codes, shapes, strict=True):
        area = known[code]
        area.geometry = mapping(outline)
        area.source_crs, area.schematic = crs, schematic
    db.session.flush()


def _features(content: bytes) -> list[dict[str, Any]]:
    try:
        loaded = json.loads(content)
        features = [
            {"geometry": f["geometry"], "properties": dict(f["properties"])} for f in loaded["features"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("boundary-file-invalid", detail=f"{type(error).__name__}: {error}"[:200]) from error
    if not features:
        raise Invalid("boundary-file-invalid", detail="features: []")
    return features


def _areal(outline: BaseGeometry) -> BaseGeometry:
    """The ground inside: what crosses itself is mended, and what has no ground is refused."""
    mended = outline if outline.is_valid else shapely.make_valid(outline)
    if mended.geom_type == "GeometryCollection":
        mended = shapely.union_all([part for part in mended.geoms if part.geom_type in _AREAL])
    if mended.is_empty or mended.geom_type not in _AREAL:
        raise ValueError("a boundary without ground")
    return mended
