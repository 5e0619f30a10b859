"""Turning the datasets of a year into base items per street, with the rules that were used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from flask import current_app
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.analysis.built_up import BuiltUp, BuiltUpRule, find_built_up, land_cover
from app.analysis.grids import cell_polygons, cell_shares, commuting, dense_area, persons_per_zone
from app.analysis.spatial import count_points, coverage, metric_crs, points_at, to_wgs84, zone_areas
from app.areas.models import Area
from app.areas.queries import shapes_of
from app.db import db
from app.errors import Invalid, Place
from app.indicators.exam_years import areas_of_exam, exam_year_of
from app.indicators.items import NewItem, record_items, retire_items
from app.indicators.queries import catalogue
from app.sources.models import SOURCE_KIND_OF, Dataset, Measurement
from app.sources.queries import datasets, measurements
from app.sources.reading import read_delivered, read_points
from app.sources.signalling import commuting_pairs, night_stock
from app.storage import storage

#: Points of interest: category → (item of the covered area, service radius in metres).
COVERAGE_RULES: dict[str, tuple[str, float]] = {
    "park": ("area_park_cov_poi", 500.0),
    "shop": ("area_shop_cov_poi", 300.0),
    "elder_service": ("area_elder_cov_poi", 500.0),
    "middle_school": ("area_middle_cov_poi", 1000.0),
    "bus_stop": ("area_bus_cov_poi", 500.0),
    "hospital": ("area_hospital_cov_poi", 4000.0),
    "fire_station": ("area_fire_cov_poi", 1500.0),
}
COUNT_RULES: dict[str, str] = {"toilet": "toilets_poi", "ceramic_museum": "museums_poi"}
GREEN = ("forest", "shrub", "grass")
BLUE_GREEN = ("water", "wetland", *GREEN)
PERMEABLE = (*BLUE_GREEN, "cropland", "bare")
#: What the recorded figures name as their origin, with the ids of the run and of the dataset.
_PROVENANCE = "measurement"
_DENSE = 15000.0
_NIGHT = (0, 6)


@dataclass(frozen=True)
class Ground:
    """What the measures of one run stand on: the streets, their shapes, the built-up zone if known.

    ``raster_id`` is the dataset the zone and all land cover come from: the newest of the year.
    """

    streets: list[Area]
    zones: list[BaseGeometry]
    metric: str
    built_up: BuiltUp | None
    class_table: dict[int, str]
    raster_id: int | None


Figures = dict[tuple[str, int], float]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """The figures of a dataset, and what they were counted from in each street, by name and street."""

    figures: Figures
    counted: Figures


def measure(*, exam_year: int, root: Area) -> Measurement:
    """Measure every dataset of the year and record base items.

    Where two datasets give the same figure for the same vintage, the newer one counts; a figure of an
    earlier run that this one no longer yields is retired, so the year is measured even where all its datasets
    were withdrawn. Raises Invalid ``nothing-to-measure`` and
    ``boundaries-missing``.
    """
    found = datasets(exam_year, root.id)
    if not found and not measurements(exam_year, root.id):
        raise Invalid("nothing-to-measure", exam_year=exam_year)
    ground = _ground(exam_year, root, found)
    # All the computing comes before the first write: SQLite has one writer, and residents answer meanwhile.
    measured = [(dataset, _MEASURES[dataset.kind](dataset, ground)) for dataset in found]
    run = Measurement(
        exam_year=exam_year,
        root_id=root.id,
        dataset_ids=[each.id for each in found],
        rules=_rules(ground, found),
        facts={},
    )
    db.session.add(run)
    db.session.flush()
    rows, unused = _new_items(run, measured)
    done = record_items(rows=rows)
    retired = retire_items(exam_year=exam_year, kind=_PROVENANCE, origins=_earlier_origins(run))
    run.facts = {
        "recorded": done.recorded,
        "unchanged": done.unchanged,
        "retired": retired,
        "items_not_in_set": unused,
        "counted": {str(dataset.id): _by_name(found.counted) for dataset, found in measured},
    }
    db.session.flush()
    return run


def _by_name(counted: Figures) -> dict[str, dict[str, float]]:
    told: dict[str, dict[str, float]] = {}
    for (name, area_id), value in counted.items():
        told.setdefault(name, {})[str(area_id)] = value
    return told


def _new_items(
    run: Measurement, measured: Sequence[tuple[Dataset, Measured]]
) -> tuple[list[NewItem], list[str]]:
    """The figures of all datasets, and the codes that the year's catalogue does not know."""
    source_kinds = {item.code: item.source_kind for item in catalogue(run.exam_year).items}
    rows: dict[tuple[str, int, str, str], NewItem] = {}
    unused: set[str] = set()
    for dataset, found in measured:
        for (code, area_id), value in sorted(found.figures.items()):
            if code not in source_kinds:
                unused.add(code)
                continue
            kind = SOURCE_KIND_OF[dataset.kind] or source_kinds[code]
            rows[code, area_id, kind, dataset.vintage] = NewItem(
                item_code=code,
                area_id=area_id,
                exam_year=run.exam_year,
                source_kind=kind,
                vintage=dataset.vintage,
                value=value,
                provenance=(_PROVENANCE, _origin(run, dataset.id)),
            )
    return list(rows.values()), sorted(unused)


def _origin(run: Measurement, dataset_id: int) -> str:
    return f"{run.id}:{dataset_id}"


def _earlier_origins(run: Measurement) -> set[str]:
    """What the figures of the earlier runs over this year and city name as their origin."""
    earlier = [each for each in measurements(run.exam_year, run.root_id) if each.id != run.id]
    return {_origin(each, dataset_id) for each in earlier for dataset_id in each.dataset_ids}


def _rules(ground: Ground, found: Sequence[Dataset]) -> dict[str, Any]:
    cells = {each.title: each.cell_m for each in found if each.cell_m is not None}
    return {
        "built_up": asdict(BuiltUpRule()),
        "coverage_m": {name: radius for name, (_item, radius) in COVERAGE_RULES.items()},
        "dense_persons_km2": _DENSE,
        "night_hours": list(_NIGHT),
        "time_zone": _time_zone(),
        "zone": "built-up zone from the land cover" if ground.built_up else "whole street",
        **({"grid_m": cells} if cells else {}),
    }


def _time_zone() -> str:
    """The clock that night is told by: that of the city the installation serves."""
    return str(current_app.config["SETTINGS"].time_zone)


def _ground(exam_year: int, root: Area, found: list[Dataset]) -> Ground:
    streets = [area for area in areas_of_exam(exam_year, root, level="street") if area.has_shape]
    if not streets:
        if all(each.kind == "delivered_table" for each in found):
            return Ground([], [], "", None, {}, None)
        raise Invalid("boundaries-missing", found=root.name_zh)
    shapes = shapes_of(streets)
    zones = [shape(shapes[area.id]) for area in streets]
    centre = shapely.union_all(zones).centroid
    raster = next((each for each in reversed(found) if each.kind == "land_cover"), None)
    if raster is None:
        return Ground(streets, zones, metric_crs(centre.x), None, {}, None)
    table = {int(code): name for code, name in (raster.class_table or {}).items()}
    built_up = find_built_up(storage().path(raster.sha256), table)
    return Ground(streets, zones, metric_crs(centre.x), built_up, table, raster.id)


def _figures(ground: Ground, code: str, values: Any) -> Figures:
    return {
        (code, street.id): float(value)
        for street, value in zip(ground.streets, values, strict=True)
        if np.isfinite(value)
    }


def _measure_land_cover(dataset: Dataset, ground: Ground) -> Measured:
    if ground.built_up is None or dataset.id != ground.raster_id:
        return Measured({}, {})
    figures: Figures = {}
    counted: Figures = {}
    covers = land_cover(ground.built_up, ground.zones, ground.class_table)
    for street, cover in zip(ground.streets, covers, strict=True):
        inside = cover.built_up
        figures["area_total_rs", street.id] = sum(cover.everywhere.values())
        figures["area_built_rs", street.id] = sum(inside.values())
        figures["area_green_built_rs", street.id] = sum(inside.get(name, 0.0) for name in GREEN)
        figures["area_bluegreen_rs", street.id] = sum(cover.everywhere.get(n, 0.0) for n in BLUE_GREEN)
        figures["area_permeable_rs", street.id] = sum(inside.get(name, 0.0) for name in PERMEABLE)
        counted |= {(f"everywhere:{name}", street.id): km2 for name, km2 in cover.everywhere.items()}
        counted |= {(f"built:{name}", street.id): km2 for name, km2 in inside.items()}
    return Measured(figures, counted)


def _measure_points(dataset: Dataset, ground: Ground) -> Measured:
    points = read_points(storage().get(dataset.sha256), dataset.file_name, dataset.crs)
    category = np.array(points.category)
    land = list(shapely.get_parts(ground.built_up.zone)) if ground.built_up is not None else None
    figures: Figures = {}
    for name, (code, radius) in COVERAGE_RULES.items():
        chosen = category == name
        if not chosen.any():
            continue
        places = list(points_at(points.lon[chosen], points.lat[chosen]))
        found = coverage(places, radius, ground.zones, land=land, metric=ground.metric)
        figures |= _figures(ground, code, found.covered_km2)
        figures |= _figures(ground, "area_zone_poi", found.area_km2)
    inside = _within(points.lon, points.lat, ground)
    for name, code in COUNT_RULES.items():
        chosen = category == name
        if not chosen.any():
            # A file without the category did not look for it; that is not a count of none.
            continue
        # A map service lists one place several times; what lies at one spot counts once.
        spots = np.unique(np.column_stack([points.lon, points.lat])[chosen & inside], axis=0)
        found_in = count_points(spots[:, 0], spots[:, 1], ground.zones, metric=ground.metric)
        figures |= _figures(ground, code, found_in.counts)
    counted: Figures = {}
    for name in sorted(set(points.category)):
        chosen = (category == name) & inside
        rows = count_points(points.lon[chosen], points.lat[chosen], ground.zones, metric=ground.metric)
        counted |= _figures(ground, name, rows.counts)
    return Measured(figures, counted)


def _within(lon: Floats, lat: Floats, ground: Ground) -> NDArray[np.bool_]:
    """Which points lie in the zone that the figures speak of."""
    if ground.built_up is None:
        return np.ones(len(lon), dtype=bool)
    shapely.prepare(ground.built_up.zone)
    return np.asarray(shapely.intersects_xy(ground.built_up.zone, lon, lat))


def _measure_stock(dataset: Dataset, ground: Ground) -> Measured:
    path = str(storage().path(dataset.sha256))
    cells = night_stock(path, night=_NIGHT, time_zone=_time_zone())
    squares = list(cell_polygons(cells["x"], cells["y"], dataset.cell_m or 0.0, dataset.crs or ""))
    shares = cell_shares(squares, ground.zones, metric=ground.metric)
    km2 = zone_areas(squares, metric=ground.metric)
    dense = dense_area(cells["persons"], km2, shares, threshold=_DENSE)
    touched, streets = shares.zone, len(ground.zones)
    crowded = (cells["persons"] / km2 > _DENSE)[shares.cell]
    counted = _figures(ground, "cells", np.bincount(touched, minlength=streets))
    counted |= _figures(ground, "dense_cells", np.bincount(touched[crowded], minlength=streets))
    counted |= _figures(ground, "night_persons", persons_per_zone(cells["persons"], shares))
    return Measured(_figures(ground, "area_dense_ms", dense), counted)


def _measure_commuting(dataset: Dataset, ground: Ground) -> Measured:
    pairs = commuting_pairs(str(storage().path(dataset.sha256)))
    from_lon, from_lat = to_wgs84(pairs["origin_x"], pairs["origin_y"], dataset.crs or "")
    to_lon, to_lat = to_wgs84(pairs["destination_x"], pairs["destination_y"], dataset.crs or "")
    zone_of = count_points(from_lon, from_lat, ground.zones, metric=ground.metric).zone_of
    found = commuting(
        from_lon,
        from_lat,
        to_lon,
        to_lat,
        pairs["count"],
        minutes=pairs["minutes"],
        zone_of=zone_of,
        zone_count=len(ground.zones),
        metric=ground.metric,
    )
    minutes = found.mean_minutes if found.mean_minutes is not None else np.full(len(ground.zones), np.nan)
    figures = _figures(ground, "commuters_ms", found.persons)
    figures |= _figures(ground, "commute_minutes_ms", found.persons * minutes)
    figures |= _figures(ground, "commuters_under5_ms", found.persons * found.share_under)
    pairs_of = np.bincount(zone_of[zone_of >= 0], minlength=len(ground.zones))
    counted = _figures(ground, "origins", pairs_of) | _figures(ground, "commuters", found.persons)
    return Measured(figures, counted)


def _measure_delivered(dataset: Dataset, _ground: Ground) -> Measured:
    figures = read_delivered(storage().get(dataset.sha256), dataset.file_name)
    root = db.session.get_one(Area, dataset.root_id)
    known = {area.code: area for area in areas_of_exam(dataset.exam_year, root)}
    ended = sorted({figure.area_code for figure in figures} - set(known))
    if ended:
        # The areas, or the exam's data date, were changed after the table was taken in.
        day = exam_year_of(dataset.exam_year).data_date.isoformat()
        places = [Place("area-not-in-force", {"found": code, "day": day}) for code in ended]
        raise Invalid("delivered-areas-changed", places=places, count=len(ended), title=dataset.title)
    found = {(figure.item_code, known[figure.area_code].id): figure.value for figure in figures}
    return Measured(found, {})


_MEASURES: Mapping[str, Callable[[Dataset, Ground], Measured]] = {
    "land_cover": _measure_land_cover,
    "points": _measure_points,
    "signalling_stock": _measure_stock,
    "signalling_commuting": _measure_commuting,
    "delivered_table": _measure_delivered,
}
