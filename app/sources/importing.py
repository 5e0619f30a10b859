"""Taking in a file of big data: read whole, checked whole, kept by digest; nothing half kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.analysis.rasters import describe
from app.analysis.spatial import normalise_crs, to_wgs84
from app.areas.models import Area
from app.areas.queries import areas_by_code
from app.db import db
from app.errors import Invalid, Place
from app.indicators.queries import catalogue
from app.sources.models import SOURCE_KIND_OF, Dataset
from app.sources.reading import (
    COMMUTING_COLUMNS,
    LAND_COVERS,
    STOCK_COLUMNS,
    parquet_facts,
    read_delivered,
    read_points,
    refuse,
)
from app.storage import storage

_BIG_DATA = frozenset({"remote_sensing", "mobile_signalling", "internet"})


def import_dataset(
    *,
    kind: str,
    title: str,
    content: bytes,
    filename: str,
    exam_year: int,
    root: Area,
    vintage: str,
    crs: str | None,
    source_note: str,
    class_table: Mapping[int, str] | None = None,
) -> Dataset:
    """Keep a dataset of one of the kinds of :data:`SOURCE_KIND_OF`; Invalid names what to mend where."""
    if kind not in SOURCE_KIND_OF:
        raise Invalid("dataset-kind-unknown", found=kind)
    if not source_note.strip():
        raise Invalid("dataset-note-missing")
    facts = _READERS[kind](content, filename, crs, class_table, exam_year)
    sha256, size = storage().put(content)
    dataset = Dataset(
        kind=kind,
        title=title,
        exam_year=exam_year,
        vintage=vintage,
        root_id=root.id,
        file_name=filename,
        sha256=sha256,
        size_bytes=size,
        crs=facts.pop("crs", crs),
        class_table={str(code): name for code, name in (class_table or {}).items()} or None,
        facts=facts,
        source_note=source_note,
    )
    db.session.add(dataset)
    db.session.flush()
    return dataset


def parse_class_table(text: str) -> dict[int, str]:
    """Read ``1=water, 2=forest …`` (or one pair a line) into class code → land cover."""
    table: dict[int, str] = {}
    places: list[Place] = []
    for row, part in enumerate(text.replace("，", ",").replace("\n", ",").split(","), start=1):
        if not part.strip():
            continue
        code, _, name = part.replace("：", "=").replace(":", "=").partition("=")
        if not code.strip().isdigit() or name.strip() not in LAND_COVERS:
            facts = {"found": part.strip(), "expected": LAND_COVERS}
            places.append(Place("class-name-unknown", facts, row=row))
            continue
        table[int(code)] = name.strip()
    refuse(places)
    if not table:
        raise Invalid("class-table-missing")
    return table


def _needed_crs(crs: str | None) -> str:
    if not crs:
        raise Invalid("dataset-crs-missing")
    return normalise_crs(crs)


def _check_points(content: bytes, filename: str, crs: str | None, _table: Any, _year: int) -> dict[str, Any]:
    points = read_points(content, filename, _needed_crs(crs))
    return {"rows": len(points.category), "categories": dict(sorted(Counter(points.category).items()))}


def _check_land_cover(content: bytes, _name: str, _crs: str | None, table: Any, _year: int) -> dict[str, Any]:
    if not table:
        raise Invalid("class-table-missing")
    places = [
        Place("class-name-unknown", {"found": name, "expected": LAND_COVERS})
        for name in table.values()
        if name not in LAND_COVERS
    ]
    refuse(places)
    found = describe(content)
    classes = {str(code): pixels for code, pixels in sorted(found.classes.items())}
    size = {"width": found.width, "height": found.height, "pixel_area_m2": found.pixel_area_m2}
    return {"crs": found.crs[:20], "classes": classes, **size}


def _check_stock(content: bytes, _name: str, crs: str | None, _table: Any, _year: int) -> dict[str, Any]:
    _needed_crs(crs)
    return parquet_facts(content, STOCK_COLUMNS)


def _check_commuting(content: bytes, _name: str, crs: str | None, _table: Any, _year: int) -> dict[str, Any]:
    _needed_crs(crs)
    return parquet_facts(content, COMMUTING_COLUMNS)


def _check_delivered(
    content: bytes, filename: str, _crs: str | None, _table: Any, year: int
) -> dict[str, Any]:
    figures = read_delivered(content, filename)
    items = {item.code: item for item in catalogue(year).items}
    known = areas_by_code(figure.area_code for figure in figures)
    places: list[Place] = []
    for figure in figures:
        item = items.get(figure.item_code)
        if item is None:
            places.append(
                Place("unknown-item", {"found": figure.item_code}, row=figure.row, column="item_code")
            )
        elif item.source_kind not in _BIG_DATA:
            facts = {"found": figure.item_code}
            places.append(Place("item-not-big-data", facts, row=figure.row, column="item_code"))
        if figure.area_code not in known:
            places.append(
                Place("unknown-area", {"found": figure.area_code}, row=figure.row, column="area_code")
            )
    refuse(places)
    return {"rows": len(figures), "items": sorted({figure.item_code for figure in figures})}


def cells_to_wgs84(x: Any, y: Any, crs: str) -> tuple[Any, Any]:
    """Centres of cells in degrees."""
    return to_wgs84(np.asarray(x, dtype=float), np.asarray(y, dtype=float), crs)


_READERS = {
    "points": _check_points,
    "land_cover": _check_land_cover,
    "signalling_stock": _check_stock,
    "signalling_commuting": _check_commuting,
    "delivered_table": _check_delivered,
}
