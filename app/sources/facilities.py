"""Points of interest: how many lie in each street and how much ground they serve, and which they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from app.analysis.spatial import ZoneCoverage, count_points, coverage, points_at
from app.sources.evidence import Evidence, Figures, Indices, Measured, by_street
from app.sources.grounds import COVERAGE_RULES, Ground
from app.sources.models import Dataset
from app.sources.reading import Points, read_points
from app.storage import storage

#: Points of interest: category → item of their number.
COUNT_RULES: dict[str, str] = {"toilet": "toilets_poi", "ceramic_museum": "museums_poi"}


@dataclass(frozen=True)
class PlacedPoints:
    """The points of a file (points,), the street each lies in (-1 for none), and whether that counts.

    ``inside``: in the zone that the figures speak of, the built-up one where it is known.
    """

    points: Points
    category: NDArray[np.str_]
    street: Indices
    inside: NDArray[np.bool_]

    def named(self, category: str) -> Indices:
        """All points of a category, wherever they lie."""
        return np.flatnonzero(self.category == category)

    def counted(self, category: str) -> Indices:
        """The points of a category that lie in a street and in the zone."""
        return np.flatnonzero((self.category == category) & self.inside & (self.street >= 0))

    def spots(self, category: str) -> Indices:
        """The first point at each spot: a map service lists one place several times, and it counts once."""
        rows = self.counted(category)
        _spots, first = np.unique(self._places(rows), axis=0, return_index=True)
        return rows[np.sort(first)]

    def same_spot(self, category: str, rows: Indices) -> list[list[int]]:
        """For each of these points the rows of the file that give the same spot again."""
        at: dict[tuple[float, float], list[int]] = {}
        every = self.counted(category)
        for index, (lon, lat) in zip(every.tolist(), self._places(every).tolist(), strict=True):
            at.setdefault((lon, lat), []).append(index)
        places = zip(rows.tolist(), self._places(rows).tolist(), strict=True)
        return [
            [self.points.row[other] for other in at[lon, lat] if other != index]
            for index, (lon, lat) in places
        ]

    def _places(self, rows: Indices) -> NDArray[np.float64]:
        return np.column_stack([self.points.lon[rows], self.points.lat[rows]])


def place_points(dataset: Dataset, ground: Ground) -> PlacedPoints:
    """Read the points of a dataset and find the street of each."""
    points = read_points(storage().get(dataset.sha256), dataset.file_name, dataset.crs)
    street = count_points(points.lon, points.lat, ground.zones, metric=ground.metric).zone_of
    inside = np.ones(len(points.lon), dtype=bool)
    if ground.built_up is not None:
        shapely.prepare(ground.built_up.zone)
        inside = np.asarray(shapely.intersects_xy(ground.built_up.zone, points.lon, points.lat))
    return PlacedPoints(points, np.array(points.category), street, inside)


def measure_points(dataset: Dataset, ground: Ground) -> Measured:
    """Ground served by each kind of facility, numbers of places, and the rows by category and street.

    A file without a category did not look for it; that is not a count of none.
    """
    placed = place_points(dataset, ground)
    present = set(placed.points.category)
    figures: Figures = {}
    for name, (code, _radius) in COVERAGE_RULES.items():
        if name in present:
            found = _served(placed, ground, name)
            figures |= by_street(ground, code, found.covered_km2)
            figures |= by_street(ground, "area_zone_poi", found.area_km2)
    for name, code in COUNT_RULES.items():
        if name in present:
            figures |= by_street(ground, code, _per_street(placed, ground, placed.spots(name)))
    counted: Figures = {}
    for name in sorted(present):
        counted |= by_street(ground, name, _per_street(placed, ground, placed.counted(name)))
    return Measured(figures, counted)


def points_behind(dataset: Dataset, ground: Ground, name: str, street: int) -> Evidence | None:
    """The points behind a figure of a street (its index), or behind the number of a category there."""
    placed = place_points(dataset, ground)
    item_of = {code: category for category, (code, _radius) in COVERAGE_RULES.items()}
    if name in item_of:
        found = _served(placed, ground, item_of[name])
        rows = placed.named(item_of[name])[found.served_by[street]]
        told = _evidence(placed, ground, rows, "facilities", float(found.covered_km2[street]))
        return replace(told, facts={"radius_m": ground.rules.coverage_m[item_of[name]]})
    counts = {code: category for category, code in COUNT_RULES.items()}
    if name in counts:
        spots = placed.spots(counts[name])
        rows = spots[placed.street[spots] == street]
        again = placed.same_spot(counts[name], rows)
        return _evidence(placed, ground, rows, "places", len(rows), again)
    if name in placed.points.category:
        every = placed.counted(name)
        rows = every[placed.street[every] == street]
        return _evidence(placed, ground, rows, "points", len(rows))
    return None


def _served(placed: PlacedPoints, ground: Ground, category: str) -> ZoneCoverage:
    rows = placed.named(category)
    land = list(shapely.get_parts(ground.built_up.zone)) if ground.built_up is not None else None
    places = list(points_at(placed.points.lon[rows], placed.points.lat[rows]))
    radius = ground.rules.coverage_m[category]
    return coverage(places, radius, ground.zones, land=land, metric=ground.metric)


def _per_street(placed: PlacedPoints, ground: Ground, rows: Indices) -> Indices:
    return np.bincount(placed.street[rows], minlength=len(ground.streets))


def _evidence(
    placed: PlacedPoints,
    ground: Ground,
    rows: Indices,
    kind: str,
    figure: float,
    again: list[list[int]] | None = None,
) -> Evidence:
    points, streets = placed.points, placed.street[rows]
    columns = {
        "row": [points.row[each] for each in rows],
        "name": [points.name[each] for each in rows],
        "category": [points.category[each] for each in rows],
        "lon": points.lon[rows],
        "lat": points.lat[rows],
        "street": [ground.streets[each] if each >= 0 else None for each in streets],
        **({"again": again} if again is not None else {}),
    }
    return Evidence(kind, figure, columns)
