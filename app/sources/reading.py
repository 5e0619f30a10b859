"""Reading the files of big data: what is wrong is told with its place, what is right becomes arrays."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.analysis.spatial import to_wgs84
from app.errors import Invalid, Place, table_places
from app.workbooks.tables import TableColumn, read_checked_table

Floats = NDArray[np.float64]

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
STOCK_COLUMNS = ("x", "y", "hour", "count")
COMMUTING_COLUMNS = ("origin_x", "origin_y", "destination_x", "destination_y", "minutes", "count")


@dataclass(frozen=True)
class Points:
    """Points of interest in WGS84 degrees."""

    lon: Floats
    lat: Floats
    category: tuple[str, ...]


@dataclass(frozen=True)
class DeliveredFigure:
    """One figure of a delivered table with the row it stood in."""

    area_code: str
    item_code: str
    value: float
    row: int


def read_points(content: bytes, filename: str, crs: str) -> Points:
    """Points of a CSV or workbook (lon, lat, category, name) or a GeoJSON of points."""
    if filename.lower().endswith((".geojson", ".json")):
        x, y, categories = _geojson_points(content)
    else:
        reading = read_checked_table(content, columns=_POINT_COLUMNS, filename=filename)
        refuse(table_places(reading.problems))
        x = np.array([row["lon"] for row in reading.table.rows], dtype=float)
        y = np.array([row["lat"] for row in reading.table.rows], dtype=float)
        categories = tuple(str(row["category"]) for row in reading.table.rows)
    lon, lat = to_wgs84(x, y, crs)
    return Points(lon, lat, categories)


def _geojson_points(content: bytes) -> tuple[Floats, Floats, tuple[str, ...]]:
    places: list[Place] = []
    rows: list[tuple[float, float, str]] = []
    try:
        features = list(json.loads(content)["features"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(
            "dataset-invalid", count=1, places=[Place("bad-request", {"found": str(error)})]
        ) from error
    for number, feature in enumerate(features, start=1):
        try:
            x, y = feature["geometry"]["coordinates"][:2]
            rows.append((float(x), float(y), str(feature["properties"]["category"])))
        except (KeyError, TypeError, ValueError):
            places.append(Place("value-missing", {"found": number}, row=number, column="category"))
    refuse(places)
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), tuple(r[2] for r in rows)


def read_delivered(content: bytes, filename: str) -> list[DeliveredFigure]:
    """Figures that an operator delivers as a finished table (area, item, value)."""
    reading = read_checked_table(content, columns=_DELIVERED_COLUMNS, filename=filename)
    refuse(table_places(reading.problems))
    return [
        DeliveredFigure(str(row["area_code"]), str(row["item_code"]), float(row["value"]), row.number)
        for row in reading.table.rows
    ]


def parquet_facts(content: bytes, needed: tuple[str, ...]) -> dict[str, Any]:
    """Rows and columns of a Parquet file; Invalid where it is broken or columns are missing."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise Invalid("parquet-unreadable", detail=str(error)[:200]) from error
    names = file.schema_arrow.names
    missing = [name for name in needed if name not in names]
    if missing:
        places = [Place("column-missing", {"found": "—", "expected": name}, column=name) for name in missing]
        raise Invalid("columns-missing", places=places, missing=missing, found=names)
    return {"rows": file.metadata.num_rows, "columns": names}


def night_stock(path: str, *, night: tuple[int, int], utc_offset_hours: int) -> dict[str, Floats]:
    """Mean persons at night by cell: arrays ``x``, ``y``, ``persons``, ordered by cell.

    The table is aggregated where it lies (grid × hour first), so its size does not matter here.
    """
    connection = ibis.duckdb.connect()
    table = connection.read_parquet(path)
    hour = table["hour"].cast("timestamp")
    local = (hour + ibis.interval(hours=utc_offset_hours)).hour()
    nights = table.filter((local >= night[0]) & (local < night[1]))
    grouped = nights.group_by(["x", "y"]).agg(total=nights["count"].sum())
    hours = nights["hour"].nunique().execute()
    frame = grouped.order_by(["x", "y"]).execute()
    connection.disconnect()
    if not hours:
        raise Invalid("hour-unreadable", found="—")
    return {
        "x": frame["x"].to_numpy(float),
        "y": frame["y"].to_numpy(float),
        "persons": frame["total"].to_numpy(float) / float(hours),
    }


def commuting_pairs(path: str) -> dict[str, Floats]:
    """Commuters by pair of cells, ordered: arrays named as the columns of the file."""
    connection = ibis.duckdb.connect()
    table = connection.read_parquet(path)
    frame = table.select(list(COMMUTING_COLUMNS)).order_by(list(COMMUTING_COLUMNS)).execute()
    connection.disconnect()
    return {name: frame[name].to_numpy(float) for name in COMMUTING_COLUMNS}


def refuse(places: list[Place]) -> None:
    """Raise Invalid ``dataset-invalid`` when there is anything to mend."""
    if places:
        raise Invalid("dataset-invalid", places=places, count=len(places))
