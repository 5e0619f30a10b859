"""Reading the files of big data: what is wrong is told with its place, what is right becomes arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.point_layers import PointRow
from app.analysis.refusals import Refusal
from app.analysis.spatial import normalise_crs, to_wgs84
from app.errors import Invalid, Place, table_places
from app.workbooks.bounded import run_bounded
from app.workbooks.faults import ChildFailed
from app.workbooks.tables import TableColumn, read_checked_table

Floats = NDArray[np.float64]
#: What the reading of a GeoPackage may take; its libraries alone reserve most of the memory.
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
    TableColumn("value", ("数值",), kind="number", filled=True, minimum=0),
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
    if filename.lower().endswith(".gpkg"):
        crs, rows = _geopackage_points(content, crs)
    elif filename.lower().endswith((".geojson", ".json")):
        crs, rows = needed_crs(crs), _geojson_points(content)
    else:
        crs = needed_crs(crs)
        reading = read_checked_table(content, columns=_POINT_COLUMNS, filename=filename)
        refuse(table_places(reading.problems))
        rows = [
            (
                row.number,
                float(row["lon"]),
                float(row["lat"]),
                str(row["category"]),
                str(row.get("name") or ""),
            )
            for row in reading.table.rows
        ]
    if not rows:
        raise Invalid("dataset-empty")
    x, y = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    try:
        lon, lat = to_wgs84(x, y, crs)
    except Refusal as error:
        index = error.facts.get("index")
        if not isinstance(index, int):
            raise
        raise Invalid(
            "dataset-invalid", count=1, places=[Place(error.code, error.facts, row=rows[index][0])]
        ) from error
    number, _x, _y, category, name = zip(*rows, strict=True)
    return Points(lon, lat, category, name, number, crs)


def needed_crs(crs: str | None) -> str:
    """The coordinate system that was told; Invalid ``dataset-crs-missing`` where none was."""
    if not crs or not crs.strip():
        raise Invalid("dataset-crs-missing")
    return normalise_crs(crs)


def _geopackage_points(content: bytes, told: str | None) -> tuple[str, list[PointRow]]:
    try:
        found, rows, unusable = run_bounded(
            "app.analysis.point_layers:read_point_layer", content, seconds=_SECONDS, memory_mb=_MEMORY_MB
        )
    except ChildFailed as error:
        raise Invalid("geopackage-unreadable") from error
    crs = normalise_crs(found)
    if told and told.strip() and normalise_crs(told) != crs:
        raise Invalid("geopackage-crs-differs", found=crs, told=told.strip()[:40])
    refuse([Place("point-unreadable", {"found": number}, row=number) for number in unusable])
    return crs, rows


def _geojson_points(content: bytes) -> list[PointRow]:
    places: list[Place] = []
    rows: list[PointRow] = []
    try:
        features = list(json.loads(content)["features"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("points-file-unreadable") from error
    for number, feature in enumerate(features, start=1):
        row = _geojson_row(number, feature)
        if row is None:
            places.append(Place("point-unreadable", {"found": number}, row=number))
        else:
            rows.append(row)
    refuse(places)
    return rows


def _geojson_row(number: int, feature: Any) -> PointRow | None:
    """A feature as a point; None where its coordinates are no list of numbers or its category no text."""
    try:
        place, category = feature["geometry"]["coordinates"], feature["properties"]["category"]
    except (KeyError, TypeError):
        return None
    if not isinstance(place, list) or len(place) not in (2, 3):
        return None
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in place):
        return None
    if not isinstance(category, str) or not category.strip():
        return None
    name = feature["properties"].get("name")
    return number, float(place[0]), float(place[1]), category, str(name or "")


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


def refuse(places: list[Place]) -> None:
    """Raise Invalid ``dataset-invalid`` when there is anything to mend."""
    if places:
        raise Invalid("dataset-invalid", places=places, count=len(places))
