"""A city of two streets, three kilometres square each, side by side, small enough to compute by hand."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
from flask import Flask
from pyproj import Transformer
from rasterio.transform import from_origin

from app.areas.importing import import_boundaries
from app.areas.models import Area
from app.areas.queries import area_by_code
from app.db import db, unit_of_work
from app.indicators.exam_years import keep_exam_year
from app.indicators.items import item_values
from app.indicators.models import BaseItem, IndicatorSet
from app.sources.facilities import COUNT_RULES
from app.sources.grounds import COVERAGE_RULES
from app.sources.importing import import_dataset
from app.sources.models import Dataset

#: Lower left corner of street A in metres; street B begins three kilometres further east.
WEST, SOUTH, SIDE = 500_000.0, 3_242_000.0, 3000.0
METRIC = "EPSG:4548"
TO_DEGREES = Transformer.from_crs(METRIC, "EPSG:4326", always_xy=True)
CLASSES = {1: "water", 3: "forest", 5: "grass", 6: "cropland", 7: "impervious"}

ITEMS = {
    **{code: "internet" for code, _radius in COVERAGE_RULES.values()},
    **dict.fromkeys([*COUNT_RULES.values(), "area_zone_poi"], "internet"),
    **dict.fromkeys(
        ["area_total_rs", "area_built_rs", "area_green_built_rs", "area_bluegreen_rs", "area_permeable_rs"],
        "remote_sensing",
    ),
    **dict.fromkeys(
        ["area_dense_ms", "commuters_ms", "commute_minutes_ms", "commuters_under5_ms", "visitors_ms"],
        "mobile_signalling",
    ),
    "pop_resident": "official",
}

Import = Callable[..., Dataset]
Figures = dict[tuple[str, str], float]


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of metres east and north of street A's corner."""
    lon, lat = TO_DEGREES.transform(WEST + x, SOUTH + y)
    return float(lon), float(lat)


def _square(x: float) -> dict[str, Any]:
    ring = [[x, SOUTH], [x + SIDE, SOUTH], [x + SIDE, SOUTH + SIDE], [x, SOUTH + SIDE], [x, SOUTH]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def bare_city(app: Flask) -> Area:
    """The city with its catalogue of 2024, without boundaries."""
    with unit_of_work():
        start = date(2020, 1, 1)
        root = Area(code="36", name_zh="市", level="city", valid_from=start)
        district = Area(code="3602", name_zh="区", level="district", parent=root, valid_from=start)
        for code in ("3602A", "3602B"):
            db.session.add(Area(code=code, name_zh=code, level="street", parent=district, valid_from=start))
        keep_exam_year(year=2024)
        catalogue = IndicatorSet(
            exam_year=2024, version=1, is_current=True, filename="c.xlsx", sha256="0" * 64, imported_by="test"
        )
        db.session.add(catalogue)
        db.session.flush()
        for position, (code, kind) in enumerate(ITEMS.items()):
            unit, kind_of = ("km2", "area") if code.startswith("area_") else ("persons", "count")
            facts = {"name_zh": code, "name_en": code, "unit": unit, "value_type": kind_of, "decimals": 4}
            db.session.add(
                BaseItem(
                    set_id=catalogue.id,
                    position=position,
                    code=code,
                    source_kind=kind,
                    collect_level="street",
                    **facts,
                )
            )
    return area_by_code("36")


@pytest.fixture
def city(bare_city: Area) -> Area:
    """The city with boundaries."""
    features = [
        {"properties": {"code": "3602A"}, "geometry": _square(WEST)},
        {"properties": {"code": "3602B"}, "geometry": _square(WEST + SIDE)},
    ]
    with unit_of_work():
        import_boundaries(content=json.dumps({"features": features}).encode(), crs=METRIC, schematic=False)
    return bare_city


@pytest.fixture
def bring(bare_city: Area) -> Import:
    """Imports a dataset of the city and keeps it."""

    def take(kind: str, content: bytes, **changes: Any) -> Dataset:
        given: dict[str, Any] = {
            "title": kind,
            "filename": {"points": "p.csv", "delivered_table": "d.csv"}.get(kind, "f"),
            "exam_year": 2024,
            "root": area_by_code("36"),
            "vintage": "2023",
            "crs": METRIC,
            "source_note": "测试",
            **changes,
        }
        with unit_of_work():
            return import_dataset(kind=kind, content=content, **given)

    return take


def figures() -> Figures:
    """The current figures by item and area code."""
    db.session.expire_all()
    codes = {area.id: area.code for area in db.session.query(Area)}
    return {(row.item_code, codes[row.area_id]): row.value or 0.0 for row in item_values(2024)}


def town() -> np.ndarray:
    """Land cover of both streets by 100 m: a paved strip of 15 columns in the west, forest, then water."""
    codes = np.full((30, 60), 3, dtype=np.uint8)
    codes[:, :15] = 7
    codes[:, 30:] = 1
    return codes


def raster(codes: np.ndarray, *, crs: str | None = METRIC, bands: int = 1, **profile: Any) -> bytes:
    """A GeoTIFF over the two streets."""
    given: dict[str, Any] = {
        "driver": "GTiff",
        "width": codes.shape[1],
        "height": codes.shape[0],
        "count": bands,
        "dtype": codes.dtype.name,
        "crs": crs,
        "transform": from_origin(WEST, SOUTH + SIDE, 100.0, 100.0),
        **profile,
    }
    with rasterio.MemoryFile() as memory:
        with memory.open(**given) as dataset:
            for band in range(1, bands + 1):
                dataset.write(codes, band)
        return bytes(memory.read())


def parquet(**columns: Any) -> bytes:
    """A Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()
