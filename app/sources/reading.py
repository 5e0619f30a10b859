"""Reading the files of big data: what is wrong is told with its place, what is right becomes arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.point_layers import PointRow
from app.analysis.refusals import Refusal
from app.analysis.spatial import normalise_crs, to_wgs84
from app.errors import MOST_LISTED, Invalid, Place, table_places
from app.workbooks.bounded import run_bounded
from app.workbooks.faults import ChildFailed
from app.workbooks.tables import TableColumn, read_checked_table

Floats = NDArray[np.float64]
#: What the reading of a GeoPackage or GeoJSON may take; the geographic libraries alone reserve most of it.
_SECONDS = 60.0
_MEMORY_MB = 4096

#: Land covers that figures are computed from (a class table may map several codes to one of them).
LAND_COVERS = (
    "water",
    "wetland",
    "forest",
    "shrub",
    "grass",
    "cropland",
    "impervious",
    "bare",
)
_POINT_COLUMNS = (
    TableColumn("lon", ("经度", "longitude", "x"), kind="number", filled=True),
    TableColumn("lat", ("纬度", "latitude", "y"), kind="number", filled=True),
    TableColumn("category", ("类别",), kind="text", filled=True),
    TableColumn("name", ("名称",), required=False, kind="text"),
)
_DELIVERED_COLUMNS = (
    TableColumn("area_code", ("区划代码",), kind="code", filled=True),
    TableColumn("item_code", ("数据项",), kind="code", filled=True),
    TableColumn("value", ("数值",), kind="number", filled=True, minimum=0, maximum=1e15),
)


@dataclass(frozen=True)
class Points:
    """Points of interest in WGS84 degrees."""

    lon: Floats
    lat: Floats
    category: tuple[str, ...]
    #: As their file gives it; empty where it gives none.
    name: tuple[str, ...]
    #: The row of the table, or the number of the feature.
    row: tuple[int, ...]
    #: The system that their file gave them in.
    crs: str


@dataclass(frozen=True)
class DeliveredFigure:
    """One figure of a delivered table with the sheet, the row and the cells it stood in."""

    area_code: str
    item_code: str
    value: float
    sheet: str | None
    row: int
    cells: Mapping[str, str]


def read_points(content: bytes, filename: str, crs: str | None) -> Points:
    """Points of a CSV or workbook (lon, lat, category, name), a GeoJSON or a GeoPackage of points.

    A GeoPackage brings its coordinate system; ``crs`` may then be empty and must not contradict it.
    Raises Invalid ``dataset-invalid`` with the row (or the feature's number) of everything to mend,
    ``dataset-empty``, ``dataset-crs-missing`` and the codes of a GeoPackage.
    """
    places: list[Place] = []
    unusable: list[int] = []
    numbered = "feature"
    if filename.lower().endswith(".gpkg"):
        crs, rows, unusable = _geopackage_points(content, crs)
    elif filename.lower().endswith((".geojson", ".json")):
        crs = needed_crs(crs)
        rows, unusable = _in_child("app.sources.geojson_points:read_points_geojson", content)
    else:
        crs, numbered = needed_crs(crs), "row"
        rows, places = _table_points(content, filename)
    places += [Place("point-unreadable", feature=number) for number in unusable[:MOST_LISTED]]
    if not rows and not places:
        raise Invalid("dataset-empty")
    lon, lat = _in_degrees(rows, crs, numbered, places)
    refuse(places, more=len(unusable) - MOST_LISTED)
    number, _x, _y, category, name = zip(*rows, strict=True)
    return Points(lon, lat, category, name, number, crs)


def _table_points(content: bytes, filename: str) -> tuple[list[PointRow], list[Place]]:
    """The rows whose place can be read, and what is wrong with any."""
    reading = read_checked_table(content, columns=_POINT_COLUMNS, filename=filename)
    rows = [
        (
            row.number,
            float(row["lon"]),
            float(row["lat"]),
            str(row.get("category") or ""),
            str(row.get("name") or ""),
        )
        for row in reading.table.rows
        if row.get("lon") is not None and row.get("lat") is not None
    ]
    return rows, table_places(reading.problems)


def _in_degrees(
    rows: Sequence[PointRow], crs: str, numbered: str, places: list[Place]
) -> tuple[Floats, Floats]:
    """WGS84 of the rows; those beyond the globe join the ``places``, each by its row or feature."""
    left = list(rows)
    while True:
        x, y = np.array([row[1] for row in left]), np.array([row[2] for row in left])
        try:
            return to_wgs84(x, y, crs)
        except Refusal as error:
            index = error.facts.get("index")
            if not isinstance(index, int):
                raise
            places.append(Place(error.code, error.facts, **{numbered: left.pop(index)[0]}))
            if len(places) >= MOST_LISTED:
                return x, y


def needed_crs(crs: str | None) -> str:
    """The coordinate system that was told; Invalid ``dataset-crs-missing`` where none was."""
    if not crs or not crs.strip():
        raise Invalid("dataset-crs-missing", places=[Place("dataset-crs-missing", field_name="crs")])
    return normalise_crs(crs)


def _geopackage_points(content: bytes, told: str | None) -> tuple[str, list[PointRow], list[int]]:
    try:
        found, rows, unusable = _in_child("app.analysis.point_layers:read_point_layer", content)
    except ChildFailed as error:
        raise Invalid("geopackage-unreadable") from error
    crs = normalise_crs(found)
    if told and told.strip() and normalise_crs(told) != crs:
        raise Invalid("geopackage-crs-differs", found=crs, told=told.strip()[:40])
    return crs, rows, unusable


def _in_child(target: str, content: bytes) -> Any:
    return run_bounded(target, content, seconds=_SECONDS, memory_mb=_MEMORY_MB)


def read_delivered(content: bytes, filename: str) -> list[DeliveredFigure]:
    """Figures that an operator delivers as a finished table (area, item, value)."""
    reading = read_checked_table(content, columns=_DELIVERED_COLUMNS, filename=filename)
    refuse(table_places(reading.problems))
    table = reading.table
    if not table.rows:
        raise Invalid("dataset-empty")
    return [
        DeliveredFigure(
            str(row["area_code"]),
            str(row["item_code"]),
            float(row["value"]),
            table.sheet,
            row.number,
            {column.name: table.cell_address(row.number, column.name) for column in _DELIVERED_COLUMNS},
        )
        for row in table.rows
    ]


def refuse(places: list[Place], *, more: int = 0) -> None:
    """Raise Invalid ``dataset-invalid`` when there is anything to mend; ``more`` are not among the places."""
    if places:
        raise Invalid("dataset-invalid", places=places, count=len(places) + max(more, 0))
