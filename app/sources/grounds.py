"""What figures are measured on: the streets, the built-up zone where a raster tells it, and the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import shapely
from flask import current_app
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.analysis.built_up import BuiltUp, BuiltUpRule, find_built_up
from app.analysis.spatial import metric_crs
from app.areas.models import Area
from app.areas.queries import shapes_of
from app.errors import Invalid
from app.indicators.exam_years import areas_of_exam
from app.sources.models import Dataset
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
_DENSE = 15000.0
_NIGHT = (0, 6)


@dataclass(frozen=True)
class Rules:
    """The numbers that figures are measured by; a run keeps those it was made with.

    ``coverage_m`` is the service radius by category, ``night`` [first, last) on the clock of ``time_zone``.
    """

    built_up: BuiltUpRule
    coverage_m: Mapping[str, float]
    dense_persons_km2: float
    night: tuple[int, int]
    time_zone: str

    @classmethod
    def in_force(cls) -> Rules:
        """Those that the next run is made with; the clock is that of the city the installation serves."""
        radii = {name: radius for name, (_item, radius) in COVERAGE_RULES.items()}
        clock = str(current_app.config["SETTINGS"].time_zone)
        return cls(BuiltUpRule(), radii, _DENSE, _NIGHT, clock)

    @classmethod
    def of_run(cls, told: Mapping[str, Any]) -> Rules:
        """Those that a run was made with, from what it keeps."""
        first, last = told["night_hours"]
        return cls(
            BuiltUpRule(**told["built_up"]),
            told["coverage_m"],
            told["dense_persons_km2"],
            (first, last),
            told["time_zone"],
        )

    def told(self) -> dict[str, Any]:
        """As a run keeps them."""
        return {
            "built_up": asdict(self.built_up),
            "coverage_m": dict(self.coverage_m),
            "dense_persons_km2": self.dense_persons_km2,
            "night_hours": list(self.night),
            "time_zone": self.time_zone,
        }


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
    rules: Rules


def ground_of(
    exam_year: int, root: Area, found: Sequence[Dataset], rules: Rules, *, around: Area | None = None
) -> Ground:
    """The ground of a city's datasets in an exam; with ``around`` the built-up zone near that street alone.

    Raises Invalid ``boundaries-missing``, unless no dataset needs boundaries.
    """
    streets = [area for area in areas_of_exam(exam_year, root, level="street") if area.has_shape]
    if not streets:
        if all(each.kind == "delivered_table" for each in found):
            return Ground([], [], "", None, {}, None, rules)
        raise Invalid("boundaries-missing", found=root.name_zh)
    shapes = shapes_of(streets)
    zones = [shape(shapes[area.id]) for area in streets]
    metric = metric_crs(shapely.union_all(zones).centroid.x)
    raster = next((each for each in reversed(found) if each.kind == "land_cover"), None)
    if raster is None:
        return Ground(streets, zones, metric, None, {}, None, rules)
    table = {int(code): name for code, name in (raster.class_table or {}).items()}
    within = next(
        (zone for area, zone in zip(streets, zones, strict=True) if around and area.id == around.id), None
    )
    built_up = find_built_up(storage().path(raster.sha256), table, rule=rules.built_up, within=within)
    return Ground(streets, zones, metric, built_up, table, raster.id, rules)
