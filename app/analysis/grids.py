"""Mobile-signalling grids: night population, persons and dense ground by zone, and commuting.

Arrays in, arrays out: reading millions of rows and summing them by cell and hour is the caller's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.refusals import Refusal
from app.analysis.spatial import (
    Geometries,
    metric_crs,
    metric_zones,
    normalise_crs,
    points_at,
    to_metric,
    to_wgs84,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class GridError(Refusal):
    """Grid tables that do not fit; ``code`` is stable, ``facts`` give the place."""


@dataclass(frozen=True)
class CellShares:
    """Overlaps of cells and zones, one row each: indices, the cell's area share 0-1 in the zone, and km2."""

    zone: Indices
    cell: Indices
    share: Floats
    overlap_km2: Floats
    zone_count: int
    cell_count: int


@dataclass(frozen=True)
class Commuting:
    """Per zone of origin: persons, share 0-1 under the limit, mean km, mean minutes if given; NaN of none.

    ``km`` and ``under`` tell of each row (k,) its distance and whether that lies under the limit.
    """

    persons: Floats
    share_under: Floats
    mean_km: Floats
    mean_minutes: Floats | None
    km: Floats
    under: NDArray[np.bool_]


def cell_polygons(
    x: Floats,
    y: Floats,
    size_m: float | Floats,
    crs: str,
    *,
    anchor: Literal["centre", "lower_left"] = "centre",
) -> Geometries:
    """Square cells in WGS84 from the centres or lower left corners (cells,) and the side in metres.

    In a projected ``crs`` the square lies along its axes; in degrees it is laid in the CGCS2000 metre
    grid around the converted anchor, so that it is square on the ground.
    """
    sides = np.broadcast_to(np.asarray(size_m, dtype=float), np.shape(x))
    if np.any(~(sides > 0)):
        raise GridError("cell-size-not-positive", index=int(np.flatnonzero(~(sides > 0))[0]))
    kind = normalise_crs(crs)
    east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not kind.startswith("EPSG:") or _in_degrees(kind):
        east, north = to_wgs84(east, north, kind)
        kind = metric_crs(float(np.median(east))) if east.size else "EPSG:4548"
        anchors = to_metric(points_at(east, north), kind)
        east, north = shapely.get_x(anchors), shapely.get_y(anchors)
    shift = sides / 2 if anchor == "centre" else np.zeros_like(sides)
    west, south = east - shift, north - shift
    squares = shapely.box(west, south, west + sides, south + sides)

    def convert(pairs: Floats) -> Floats:
        return np.column_stack(to_wgs84(pairs[:, 0], pairs[:, 1], kind))

    cells: Geometries = shapely.transform(np.asarray(squares, dtype=object), convert)
    return cells


def _in_degrees(crs: str) -> bool:
    from pyproj import CRS  # noqa: PLC0415  (slow to import and seldom needed)

    return bool(CRS.from_user_input(crs).is_geographic)


def _check_indices(cells: Indices, count: int) -> None:
    wrong = np.flatnonzero((cells < 0) | (cells >= count))
    if wrong.size:
        raise GridError("cell-out-of-range", index=int(wrong[0]), found=int(cells[wrong[0]]))


def cell_shares(
    cells: Sequence[BaseGeometry] | Geometries, zones: Sequence[BaseGeometry], *, metric: str | None = None
) -> CellShares:
    """How each cell's area is divided among the zones; both in WGS84."""
    shapes, chosen = metric_zones(zones, metric)
    squares = to_metric(cells, chosen)
    zone, cell = shapely.STRtree(squares).query(shapes, predicate="intersects")
    overlap = shapely.area(shapely.intersection(squares[cell], shapes[zone]))
    share = overlap / shapely.area(squares)[cell]
    # Cells that only touch a zone are no part of it.
    kept = np.flatnonzero(overlap > 0)
    order = kept[np.lexsort((cell[kept], zone[kept]))]
    return CellShares(
        zone=zone[order].astype(np.int64),
        cell=cell[order].astype(np.int64),
        share=share[order],
        overlap_km2=overlap[order] / 1e6,
        zone_count=len(shapes),
        cell_count=len(squares),
    )


def _check_cells(values: Floats, shares: CellShares) -> None:
    if values.shape != (shares.cell_count,):
        raise GridError("lengths-differ", found=list(values.shape), cells=shares.cell_count)


def zone_sums(amounts: Floats, shares: CellShares) -> Floats:
    """Sums of each zone (zones,) of what each overlap of ``shares`` brings."""
    return np.bincount(shares.zone, weights=amounts, minlength=shares.zone_count).astype(float)


def overlap_persons(population: Floats, shares: CellShares) -> Floats:
    """Persons in each overlap of ``shares`` from those of each cell (cells,), spread evenly over its area."""
    _check_cells(population, shares)
    return np.asarray(population[shares.cell] * shares.share, dtype=float)


def persons_per_zone(population: Floats, shares: CellShares) -> Floats:
    """Persons of each zone (zones,): the sums of :func:`overlap_persons`."""
    return zone_sums(overlap_persons(population, shares), shares)


def dense_area(
    population: Floats, cell_km2: Floats, shares: CellShares, *, threshold: float = 15_000.0
) -> Floats:
    """km2 of each zone (zones,) in cells with more than ``threshold`` persons per km2.

    The sums of the km2 of those overlaps that :func:`is_dense` names.
    """
    dense = is_dense(population, cell_km2, shares, threshold=threshold)
    return zone_sums(np.where(dense, shares.overlap_km2, 0.0), shares)


def is_dense(
    population: Floats, cell_km2: Floats, shares: CellShares, *, threshold: float = 15_000.0
) -> NDArray[np.bool_]:
    """Which overlaps of ``shares`` lie in cells with more than ``threshold`` persons per km2.

    ``population`` and ``cell_km2`` are (cells,); the whole cell's area gives its density, its part in the
    zone counts.
    """
    _check_cells(population, shares)
    _check_cells(cell_km2, shares)
    if np.any(~(cell_km2 > 0)):
        raise GridError("cell-size-not-positive", index=int(np.flatnonzero(~(cell_km2 > 0))[0]))
    return np.asarray((population / cell_km2 > threshold)[shares.cell], dtype=bool)


def _mean(total: Floats, weight: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(weight > 0, total / weight, np.nan)


def _check_trips(columns: Sequence[Floats | Indices], persons: Floats) -> None:
    lengths = [len(column) for column in columns]
    if len(set(lengths)) != 1:
        raise GridError("lengths-differ", lengths=lengths)
    unusable = np.flatnonzero(~(persons >= 0))
    if unusable.size:
        raise GridError("count-unusable", index=int(unusable[0]))


def commuting(
    origin_lon: Floats,
    origin_lat: Floats,
    destination_lon: Floats,
    destination_lat: Floats,
    persons: Floats,
    *,
    minutes: Floats | None = None,
    limit_km: float = 5.0,
    zone_of: Indices | None = None,
    zone_count: int = 1,
    metric: str | None = None,
) -> Commuting:
    """Commuting by zone of origin (zone_count,) from rows of an origin-destination table (k,), WGS84 degrees.

    Distances are straight lines on the ground.  ``zone_of`` (k,) names each row's zone, -1 for none;
    without it all rows are one zone.  ``minutes`` may have NaN: the mean is over the persons whose time
    is known.
    """
    optional = [array for array in (minutes, zone_of) if array is not None]
    _check_trips((origin_lon, origin_lat, destination_lon, destination_lat, persons, *optional), persons)
    zone = np.zeros(len(persons), dtype=np.int64) if zone_of is None else zone_of
    kept = zone >= 0
    _check_indices(zone[kept], zone_count)
    km = _distances(origin_lon, origin_lat, destination_lon, destination_lat, metric)

    def total(weights: Floats) -> Floats:
        return np.bincount(zone[kept], weights=weights[kept], minlength=zone_count).astype(float)

    everybody, under = total(persons), km < limit_km
    timed = np.zeros(len(persons)) if minutes is None else np.where(np.isnan(minutes), 0.0, persons)
    spent = None if minutes is None else total(timed * np.nan_to_num(minutes))
    return Commuting(
        persons=everybody,
        share_under=_mean(total(persons * under), everybody),
        mean_km=_mean(total(persons * km), everybody),
        mean_minutes=None if spent is None else _mean(spent, total(timed)),
        km=km,
        under=under,
    )


def _distances(
    origin_lon: Floats,
    origin_lat: Floats,
    destination_lon: Floats,
    destination_lat: Floats,
    metric: str | None,
) -> Floats:
    """Kilometres between the pairs, (k,)."""
    if not len(origin_lon):
        return np.zeros(0)
    chosen = metric or metric_crs(float(np.median(origin_lon)))
    start = to_metric(points_at(origin_lon, origin_lat), chosen)
    end = to_metric(points_at(destination_lon, destination_lat), chosen)
    return np.asarray(shapely.distance(start, end) / 1e3, dtype=float)
