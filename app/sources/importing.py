"""Taking in a file of big data: read whole, checked whole, kept by digest; nothing half kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from app.analysis.rasters import HIGHEST_CLASS, RasterError, describe
from app.analysis.spatial import to_wgs84
from app.areas.models import Area
from app.areas.queries import descendants
from app.db import db, take_turn
from app.errors import Conflict, Invalid, Place
from app.indicators.exam_years import areas_of_exam, exam_year_of
from app.indicators.models import BaseItem
from app.indicators.queries import catalogue
from app.indicators.vintages import read_vintage
from app.sources.locating import ground_km2, outside_of, refuse_raster_elsewhere
from app.sources.models import SOURCE_KIND_OF, Dataset
from app.sources.queries import datasets
from app.sources.reading import (
    LAND_COVERS,
    DeliveredFigure,
    needed_crs,
    read_delivered,
    read_points,
    refuse,
)
from app.sources.signalling import (
    CELL_BOUNDS_M,
    COMMUTING_COLUMNS,
    STOCK_COLUMNS,
    cell_size,
    cells_of,
    check_signalling,
)
from app.sources.words import cover_choices, cover_codes
from app.storage import storage
from app.workbooks.numbers import read_integer, read_number

_LONGEST_CRS = 20
#: A schematic outline, or one of another year, may be somewhat smaller than the ground that was measured.
_ROUNDED = 1.5
#: What two datasets of a city's exam have in common when they are one file sent twice.
_SAME = ("kind", "vintage", "sha256", "class_table")
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
    cell_m: float | None = None,
) -> Dataset:
    """Keep a dataset of one of the kinds of :data:`SOURCE_KIND_OF`; Invalid names what to mend where.

    ``cell_m``: the cells' side where the table has none. NotFound ``unknown-exam-year``; :func:`_add_once`.
    """
    if not source_note.strip():
        raise Invalid("dataset-note-missing")
    facts = _read(kind, _Upload(content, filename, crs, class_table, cell_m, exam_year, root))
    sha256, size = storage().put(content)
    dataset = Dataset(
        kind=kind,
        title=title[:160],
        exam_year=exam_year,
        vintage=_vintage(vintage, exam_year),
        root_id=root.id,
        file_name=filename[-200:],
        sha256=sha256,
        size_bytes=size,
        crs=facts.pop("crs", None),
        cell_m=facts.pop("cell_m", None),
        class_table={str(code): name for code, name in (class_table or {}).items()} or None,
        facts=facts,
        source_note=source_note[:300],
    )
    _add_once(dataset, root)
    return dataset


def _add_once(dataset: Dataset, root: Area) -> None:
    """Add a dataset; Conflict ``dataset-exists`` where one of its kind, year, city and period has its bytes.

    A file sent twice would be counted twice. One that was withdrawn may come again, and a raster whose
    classes are named anew is another: the newest counts.
    """
    take_turn(under=root)
    for each in datasets(dataset.exam_year, root.id):
        if all(getattr(each, name) == getattr(dataset, name) for name in _SAME):
            raise Conflict("dataset-exists", title=each.title, year=each.exam_year)
    db.session.add(dataset)
    db.session.flush()


@dataclass(frozen=True)
class _Upload:
    """What was sent, for the reader of its kind."""

    content: bytes
    filename: str
    crs: str | None
    class_table: Mapping[int, str] | None
    cell_m: float | None
    exam_year: int
    root: Area


def _read(kind: str, upload: _Upload) -> dict[str, Any]:
    if kind not in SOURCE_KIND_OF:
        raise Invalid("dataset-kind-unknown", found=kind)
    if not upload.content:
        raise Invalid("dataset-empty")
    facts = _READERS[kind](upload)
    # Asked last: a file that cannot be read is the nearer thing to mend.
    exam_year_of(upload.exam_year)
    return facts


def _vintage(text: str, exam_year: int) -> str:
    vintage = read_vintage(text, exam_year=exam_year)
    if vintage is None:
        raise Invalid("dataset-vintage-unreadable", found=text[:40] or "—", year=exam_year)
    return vintage


def parse_class_table(text: str) -> dict[int, str]:
    """Read ``1=water, 2=林地 …`` (or one pair a line) into class code → land cover.

    Covers are named by their code or as the pages name them. Raises Invalid ``class-table-invalid`` with the
    line of every problem, ``class-table-missing``.
    """
    table: dict[int, str] = {}
    places: list[Place] = []
    known = cover_codes()
    for row, part in _class_parts(text):
        code, _, name = part.replace("：", "=").replace(":", "=").partition("=")
        facts: dict[str, Any] = {}
        if (number := _class_code(code)) is None:
            facts = {"found": code.strip()[:40], "highest": HIGHEST_CLASS}
            places.append(Place("class-code-unusable", facts, row=row, field_name="class_table"))
        elif (cover := known.get(name.strip().lower())) is None:
            facts = {"found": name.strip()[:40] or "—", "expected": cover_choices()}
            places.append(Place("class-name-unknown", facts, row=row, field_name="class_table"))
        else:
            table[number] = cover
    if places:
        raise Invalid("class-table-invalid", places=places, count=len(places))
    if not table:
        raise Invalid("class-table-missing")
    return table


def _class_parts(text: str) -> Iterator[tuple[int, str]]:
    """The pairs of a class table, each with its line."""
    for row, line in enumerate(text.splitlines(), start=1):
        for part in re.split("[,，、;；]", line):
            if part.strip():
                yield row, part


def _class_code(text: str) -> int | None:
    value = read_integer(text).value
    return int(value) if value is not None and 0 <= value <= HIGHEST_CLASS else None


def parse_cell_size(text: str) -> float | None:
    """The side of cells as people write it; None where nothing was written."""
    reading = read_number(text)
    if reading.problem:
        least, largest = CELL_BOUNDS_M
        raise Invalid("cell-size-unusable", found=text[:40], least=f"{least:g}", largest=f"{largest:g}")
    return reading.value


def _check_points(upload: _Upload) -> dict[str, Any]:
    points = read_points(upload.content, upload.filename, upload.crs)
    categories = dict(sorted(Counter(points.category).items()))
    outside = outside_of(upload.root, points.lon, points.lat)
    return {"crs": points.crs, "rows": len(points.category), "categories": categories, **outside}


def _check_land_cover(upload: _Upload) -> dict[str, Any]:
    table = upload.class_table
    if not table:
        raise Invalid("class-table-missing")
    refuse(
        [
            Place("class-name-unknown", {"found": name, "expected": LAND_COVERS})
            for name in table.values()
            if name not in LAND_COVERS
        ]
    )
    found = describe(upload.content)
    if not found.classes:
        raise RasterError("raster-without-data")
    if found.pixel_area_m2 is None:
        raise RasterError("raster-not-projected", found=found.crs[:40])
    # A class nobody named would be ground that no figure counts.
    nameless = {code: pixels for code, pixels in found.classes.items() if code not in table}
    refuse([Place("class-without-name", {"found": c, "pixels": pixels}) for c, pixels in nameless.items()])
    refuse_raster_elsewhere(upload.root, upload.content, table)
    classes = {str(code): pixels for code, pixels in sorted(found.classes.items())}
    size = {"width": found.width, "height": found.height, "pixel_area_m2": found.pixel_area_m2}
    # A system without a code comes as a long text; the file itself says which it is.
    crs = found.crs if len(found.crs) <= _LONGEST_CRS else "raster"
    return {"crs": crs, "classes": classes, **size}


def _check_stock(upload: _Upload) -> dict[str, Any]:
    crs = needed_crs(upload.crs)
    with _as_file(upload) as path:
        found = check_signalling(path, STOCK_COLUMNS, crs)
        size = cell_size(path, upload.cell_m)
        return {"crs": crs, "cell_m": size, **found, **_cells_outside(upload, path, STOCK_COLUMNS, crs)}


def _check_commuting(upload: _Upload) -> dict[str, Any]:
    crs = needed_crs(upload.crs)
    with _as_file(upload) as path:
        found = check_signalling(path, COMMUTING_COLUMNS, crs)
        return {"crs": crs, **found, **_cells_outside(upload, path, COMMUTING_COLUMNS, crs)}


def _cells_outside(upload: _Upload, path: Path, columns: Sequence[str], crs: str) -> dict[str, int]:
    """Trips are counted where they begin, so it is the origin that must lie in the city."""
    x, y, rows = cells_of(path, columns)
    return outside_of(upload.root, *to_wgs84(x, y, crs), rows)


@contextmanager
def _as_file(upload: _Upload) -> Iterator[Path]:
    with NamedTemporaryFile() as file:
        file.write(upload.content)
        file.flush()
        yield Path(file.name)


def _check_delivered(upload: _Upload) -> dict[str, Any]:
    figures = read_delivered(upload.content, upload.filename)
    items = {item.code: item for item in catalogue(upload.exam_year).items}
    known = {area.code for area in areas_of_exam(upload.exam_year, upload.root)}
    ended = {area.code for area in descendants(upload.root)} - known
    day = exam_year_of(upload.exam_year).data_date.isoformat()
    places: list[Place] = []
    seen: set[tuple[str, str]] = set()
    city_km2 = ground_km2(upload.root)
    for figure in figures:
        item = items.get(figure.item_code)
        facts = {"found": figure.item_code, "year": upload.exam_year}
        if item is None:
            places.append(_figure_place(figure, "item_code", "unknown-base-item", facts))
        elif item.source_kind not in _BIG_DATA:
            places.append(_figure_place(figure, "item_code", "item-not-big-data", facts))
        else:
            places.extend(_implausible(figure, item, city_km2))
        if figure.area_code not in known:
            wrong = "area-not-in-force" if figure.area_code in ended else "area-outside-root"
            outside = {"found": figure.area_code, "day": day}
            places.append(_figure_place(figure, "area_code", wrong, outside))
        key = (figure.area_code, figure.item_code)
        if key in seen:
            places.append(_figure_place(figure, "item_code", "code-twice", {"found": " ".join(key)}))
        seen.add(key)
    refuse(places)
    return {"rows": len(figures), "items": sorted({figure.item_code for figure in figures})}


def _implausible(figure: DeliveredFigure, item: BaseItem, city_km2: float | None) -> Iterator[Place]:
    """A value beyond the bounds of its item, or an area larger than the city."""
    for bound, code in ((item.minimum, "below-minimum"), (item.maximum, "above-maximum")):
        if bound is not None and (figure.value < bound if code == "below-minimum" else figure.value > bound):
            yield _figure_place(figure, "value", code, {"found": figure.value, "expected": bound})
    if item.unit == "km2" and city_km2 is not None and figure.value > city_km2 * _ROUNDED:
        facts = {"found": figure.value, "expected": round(city_km2, 1)}
        yield _figure_place(figure, "value", "figure-beyond-city", facts)


def _figure_place(figure: DeliveredFigure, column: str, code: str, facts: dict[str, Any]) -> Place:
    return Place(code, facts, row=figure.row, column=column, cell=figure.cells[column])


_READERS: Mapping[str, Callable[[_Upload], dict[str, Any]]] = {
    "points": _check_points,
    "land_cover": _check_land_cover,
    "signalling_stock": _check_stock,
    "signalling_commuting": _check_commuting,
    "delivered_table": _check_delivered,
}
