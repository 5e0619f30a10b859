"""Places: coordinate systems, service-radius coverage, counts and lengths by zone.

Zones and facilities are shapely geometries in WGS84 degrees; areas and distances are measured in the
CGCS2000 3-degree zone of the city's longitude.  CGCS2000 degrees are taken as WGS84, which is right below
one metre. GCJ-02 and BD-09 are undone exactly (to under a millimetre), not by subtracting the shift at
the shifted place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.refusals import Refusal

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_PLAIN = {
    "wgs84": "wgs84",
    "wgs-84": "wgs84",
    "epsg:4326": "wgs84",
    "ogc:crs84": "wgs84",
    "crs84": "wgs84",
    "cgcs2000": "cgcs2000",
    "epsg:4490": "cgcs2000",
    "gcj02": "gcj02",
    "gcj-02": "gcj02",
    "bd09": "bd09",
    "bd-09": "bd09",
    "bd09ll": "bd09",
}
# The GCJ-02 shift changes by less than half a per cent of any step, so each round wins more than two digits.
_INVERSE_ROUNDS = 5
_CIRCLE_SEGMENTS = 32


class SpatialError(Refusal):
    """Coordinates or shapes that cannot be used; ``code`` is stable, ``facts`` name the place."""


@dataclass(frozen=True)
class ZoneCoverage:
    """Per zone (zones,): km2 of ground that counts, km2 of it covered, and the share 0-1 (NaN of none).

    ``served_by``: for each zone the indices, in order, of the facilities whose circle reaches its ground.
    """

    area_km2: Floats
    covered_km2: Floats
    share: Floats
    served_by: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True)
class ZoneCounts:
    """Per zone (zones,): weighted count and count per km2; ``outside`` is what fell in none.

    ``zone_of`` (points,) is the zone's index, -1 outside.
    """

    counts: Floats
    area_km2: Floats
    density: Floats
    outside: float
    zone_of: NDArray[np.int64]


def normalise_crs(text: str) -> str:
    """``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``; raises :class:`SpatialError` on others."""
    plain = text.strip().lower()
    if not plain:
        raise SpatialError("crs-missing")
    if plain in _PLAIN:
        return _PLAIN[plain]
    match = re.fullmatch(r"epsg:(\d{4,6})", plain)
    if match is None:
        raise SpatialError("crs-unknown", found=text.strip()[:80])
    from pyproj import CRS  # noqa: PLC0415  (slow to import and seldom needed)
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        CRS.from_epsg(int(match[1]))
    except CRSError as error:
        raise SpatialError("crs-unknown", found=text.strip()[:80]) from error
    return f"EPSG:{match[1]}"


def _shifted(lat: float, lon: float) -> tuple[float, float]:
    from eviltransform import wgs2gcj  # noqa: PLC0415

    shifted_lat, shifted_lon = wgs2gcj(lat, lon)
    return float(shifted_lat), float(shifted_lon)


_shift_all = np.frompyfunc(_shifted, 2, 2)


def _gcj_to_wgs(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Solve shift(place) = given by fixed-point rounds."""
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(_INVERSE_ROUNDS if lon.size else 0):
        there = np.asarray(_shift_all(guess_lat, guess_lon), dtype=float)
        guess_lat, guess_lon = guess_lat + (lat - there[0]), guess_lon + (lon - there[1])
    return guess_lon, guess_lat


def _bd_to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Undo Baidu's turn and stretch exactly; its terms depend on the GCJ-02 place, hence the rounds."""
    x, y = lon - 0.0065, lat - 0.006
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    wave = np.pi * 3000.0 / 180.0
    found_lon, found_lat = x.copy(), y.copy()
    for _ in range(_INVERSE_ROUNDS):
        inner = radius - 0.00002 * np.sin(found_lat * wave)
        turned = angle - 0.000003 * np.cos(found_lon * wave)
        found_lon, found_lat = inner * np.cos(turned), inner * np.sin(turned)
    return found_lon, found_lat


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer  # noqa: PLC0415

    # Looking up a pair of systems takes a third of a second, converting with it next to nothing.
    return Transformer.from_crs(source, target, always_xy=True)


def project(x: Floats, y: Floats, source: str, target: str) -> tuple[Floats, Floats]:
    """Coordinates (east or longitude first) from one CRS to another, as pyproj names them."""
    projected = _transformer(source, target).transform(x, y)
    return np.asarray(projected[0], dtype=float), np.asarray(projected[1], dtype=float)


def to_wgs84(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in WGS84 of arrays ``x`` (east, longitude) and ``y`` in ``crs``.

    Raises :class:`SpatialError`: ``crs-missing``, ``crs-unknown``, and ``coordinates-out-of-range`` with
    the index of the first point that cannot be on the globe (often latitude and longitude were swapped,
    or the CRS is wrong).
    """
    kind = normalise_crs(crs)
    lon, lat = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if kind.startswith("EPSG:"):
        lon, lat = project(lon, lat, kind, "EPSG:4326")
    wrong = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        found = [float(np.asarray(x).flat[first]), float(np.asarray(y).flat[first])]
        raise SpatialError("coordinates-out-of-range", crs=kind, index=first, found=found)
    if kind == "bd09":
        lon, lat = _bd_to_gcj(lon, lat)
    return _gcj_to_wgs(lon, lat) if kind in {"gcj02", "bd09"} else (lon, lat)


def geometry_to_wgs84(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """The geometry with each vertex in WGS84; heights are dropped."""

    def convert(pairs: Floats) -> Floats:
        return np.column_stack(to_wgs84(pairs[:, 0], pairs[:, 1], crs))

    changed: BaseGeometry = shapely.transform(geometry, convert)
    return changed


def metric_crs(longitude: float) -> str:
    """The CGCS2000 3-degree Gauss-Krüger zone of a longitude: 117 gives ``EPSG:4548``.

    Raises ``outside-cgcs2000`` beyond 73.5-136.5 degrees east, where China has no such zone.
    """
    if not 73.5 <= longitude < 136.5:
        raise SpatialError("outside-cgcs2000", longitude=longitude)
    # EPSG:4534 has its central meridian at 75 degrees, each further code three degrees on.
    return f"EPSG:{4534 + int((longitude - 73.5) // 3)}"


def to_metric(geometries: Sequence[BaseGeometry] | Geometries, metric: str) -> Geometries:
    """WGS84 geometries in metres of the given projected CRS."""

    def convert(pairs: Floats) -> Floats:
        return np.column_stack(project(pairs[:, 0], pairs[:, 1], "EPSG:4326", metric))

    changed: Geometries = shapely.transform(_array(geometries), convert)
    return changed


def points_at(longitudes: Floats, latitudes: Floats) -> Geometries:
    """Points as an array (k,) of geometries."""
    return np.asarray(
        shapely.points(np.asarray(longitudes, float), np.asarray(latitudes, float)), dtype=object
    )


def _array(geometries: Sequence[BaseGeometry] | Geometries) -> Geometries:
    found = np.empty(len(geometries), dtype=object)
    found[:] = list(geometries)
    return found


def metric_zones(zones: Sequence[BaseGeometry] | Geometries, metric: str | None) -> tuple[Geometries, str]:
    """The zones in metres and the CRS used: the given one, or that of the middle of all zones."""
    shapes = _array(zones)
    if not len(shapes):
        raise SpatialError("zones-empty")
    for index, shape in enumerate(shapes):
        if shape is None or shape.is_empty or not shape.is_valid or shapely.get_dimensions(shape) != 2:
            raise SpatialError("zone-unusable", index=index)
    west, _, east, _ = shapely.total_bounds(shapes)
    chosen = metric or metric_crs((west + east) / 2)
    return to_metric(shapes, chosen), chosen


def zone_areas(zones: Sequence[BaseGeometry] | Geometries, *, metric: str | None = None) -> Floats:
    """Areas of the zones in km2."""
    areas: Floats = shapely.area(metric_zones(zones, metric)[0]) / 1e6
    return areas


def _density(amount: Floats, area_km2: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(area_km2 > 0, amount / area_km2, np.nan)


def _reaching(tree: shapely.STRtree, zone: BaseGeometry) -> NDArray[np.int64]:
    """Indices of the shapes that meet a zone, in order."""
    return np.sort(np.asarray(tree.query(zone, predicate="intersects"), dtype=np.int64))


def _within(shapes: Geometries, zone: BaseGeometry) -> BaseGeometry:
    """The part of a zone that the union of the shapes covers."""
    part: BaseGeometry = shapely.intersection(shapely.union_all(shapes), zone)
    return part


def coverage(
    facilities: Sequence[BaseGeometry],
    radii: float | Sequence[float] | Floats,
    zones: Sequence[BaseGeometry],
    *,
    land: Sequence[BaseGeometry] | None = None,
    metric: str | None = None,
) -> ZoneCoverage:
    """Share of each zone within the service radius of a facility, overlaps counted once.

    ``facilities`` are points, or areas such as parks from whose edge the radius counts; ``radii`` in
    metres, one for all or one each.  With ``land`` only that ground counts (residential land, built-up
    area).
    """
    shapes, chosen = metric_zones(zones, metric)
    reach = np.broadcast_to(np.asarray(radii, dtype=float), (len(facilities),))
    if np.any(~(reach > 0)):
        raise SpatialError("radius-not-positive", index=int(np.flatnonzero(~(reach > 0))[0]))
    circles = shapely.buffer(to_metric(facilities, chosen), reach, quad_segs=_CIRCLE_SEGMENTS)
    tree = shapely.STRtree(circles)
    ground = shapes
    if land is not None:
        plots = shapely.make_valid(to_metric(land, chosen))
        plot_tree = shapely.STRtree(plots)
        ground = _array([_within(plots[_reaching(plot_tree, zone)], zone) for zone in shapes])
    served_by = tuple(_reaching(tree, part) for part in ground)
    covered = _array([_within(circles[near], part) for near, part in zip(served_by, ground, strict=True)])
    area, inside = shapely.area(ground) / 1e6, shapely.area(covered) / 1e6
    return ZoneCoverage(area, inside, np.minimum(1.0, _density(inside, area)), served_by)


def count_points(
    longitudes: Floats,
    latitudes: Floats,
    zones: Sequence[BaseGeometry],
    *,
    weights: Floats | None = None,
    metric: str | None = None,
) -> ZoneCounts:
    """Points (WGS84 degrees) by zone; one on a shared border belongs to the first of its zones only."""
    areas = zone_areas(zones, metric=metric)
    points = points_at(longitudes, latitudes)
    each = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    if each.shape != (len(points),):
        raise SpatialError("lengths-differ", points=len(points), weights=len(each))
    zone_of = np.full(len(points), len(areas), dtype=np.int64)
    zone, point = shapely.STRtree(points).query(_array(zones), predicate="intersects")
    np.minimum.at(zone_of, point, zone)
    counts = np.bincount(zone_of, weights=each, minlength=len(areas) + 1).astype(float)
    zone_of[zone_of == len(areas)] = -1
    inside = counts[:-1]
    return ZoneCounts(inside, areas, _density(inside, areas), float(counts[-1]), zone_of)
