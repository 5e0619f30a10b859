"""Land-cover areas by zone from a GeoTIFF of integer classes.

A pixel belongs to the zone that holds its centre.  In a projected raster all pixels have one area; in
degrees the area of each row is computed on the ellipsoid.  Reading goes in strips, so a large raster
needs little memory.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.analysis.refusals import Refusal
from app.analysis.spatial import project

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_STRIP_PIXELS = 4_000_000
#: The largest city at 10 m has 830 million pixels, cities of the usual size a tenth of that.
_MOST_PIXELS = 1_000_000_000
_LONGEST_SIDE = 200_000
#: A block (a strip or a tile) is decoded whole, however little of it is asked for.
_MOST_BLOCK_BYTES = 256 * 2**20
HIGHEST_CLASS = 65_535


class RasterError(Refusal):
    """A raster that cannot be used; ``code`` is stable, ``facts`` say what was found."""


@dataclass(frozen=True)
class ZoneClasses:
    """One zone: km2 by land cover, km2 by class code missing in the table, km2 without data.

    ``covered_km2`` is the part of the zone under the raster, with or without data; ``pixels`` are those with
    data, by class code.
    """

    areas_km2: dict[str, float]
    unknown_km2: dict[int, float]
    nodata_km2: float
    covered_km2: float
    pixels: dict[int, int]


@dataclass(frozen=True)
class RasterFacts:
    """``classes``: pixels by class without nodata; ``pixel_area_m2``: ``None`` for a raster in degrees."""

    crs: str
    width: int
    height: int
    classes: dict[int, int]
    pixel_area_m2: float | None


@contextmanager
def _opened(source: str | Path | bytes) -> Iterator[Any]:
    import rasterio  # noqa: PLC0415  (slow to import and needed by jobs alone)
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError  # noqa: PLC0415

    # The missing reference is refused below with a code of its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with (
                rasterio.MemoryFile(source) if isinstance(source, bytes) else nullcontext() as memory,
                memory.open(driver="GTiff") if memory else rasterio.open(source, driver="GTiff") as dataset,
            ):
                _check(dataset)
                yield dataset
        except RasterioIOError as error:
            # A file that is cut short opens well and cannot be read to its end.
            raise RasterError("raster-unreadable") from error


def _check(dataset: Any) -> None:
    width, height = dataset.width, dataset.height
    if width * height > _MOST_PIXELS or max(width, height) > _LONGEST_SIDE:
        raise RasterError(
            "raster-too-large", width=width, height=height, limit=_MOST_PIXELS, side=_LONGEST_SIDE
        )
    rows, columns = dataset.block_shapes[0]
    if rows * columns * dataset.count * np.dtype(dataset.dtypes[0]).itemsize > _MOST_BLOCK_BYTES:
        raise RasterError("raster-block-too-large", rows=rows, columns=columns)
    if dataset.count != 1:
        raise RasterError("raster-many-bands", bands=dataset.count)
    if not np.issubdtype(np.dtype(dataset.dtypes[0]), np.integer):
        raise RasterError("raster-not-integer", found=dataset.dtypes[0])
    if dataset.crs is None:
        raise RasterError("raster-without-crs")
    turn = dataset.transform
    if turn.is_identity or turn.b or turn.d:
        raise RasterError("raster-not-north-up", transform=list(turn)[:6])


def _pixel_areas(dataset: Any) -> Floats:
    """km2 of a pixel in each row of the raster."""
    turn = dataset.transform
    if dataset.crs.is_projected:
        metres = dataset.crs.linear_units_factor[1]
        return np.full(dataset.height, abs(turn.a * turn.e) * metres**2 / 1e6)
    from pyproj import CRS  # noqa: PLC0415

    geod = CRS.from_user_input(dataset.crs.to_wkt()).get_geod()
    if geod is None:
        raise RasterError("raster-without-crs", found=dataset.crs.to_string())
    edges = np.radians(turn.f + turn.e * np.arange(dataset.height + 1))
    eccentricity = float(np.sqrt(geod.es))
    sine = np.sin(edges)
    # Area of the ellipsoid between the equator and a latitude, per radian of longitude.
    bend = np.arctanh(eccentricity * sine) / eccentricity if eccentricity else sine
    belt = geod.b**2 / 2 * (sine / (1 - geod.es * sine**2) + bend)
    return np.asarray(np.abs(np.diff(belt)) * np.radians(abs(turn.a)) / 1e6, dtype=float)


def _strips(row: int, height: int, width: int) -> Iterator[tuple[int, int]]:
    rows = max(1, _STRIP_PIXELS // max(1, width))
    for start in range(row, row + height, rows):
        yield start, min(rows, row + height - start)


def _classes(band: NDArray[Any]) -> Counts:
    """The pixels as class codes, -1 where masked; refuses codes no class table has."""
    codes = np.ma.filled(band.astype(np.int64), -1)
    valid = codes[~np.ma.getmaskarray(band)]
    if valid.size and (valid.min() < 0 or valid.max() > HIGHEST_CLASS):
        found = int(valid.min() if valid.min() < 0 else valid.max())
        raise RasterError("raster-class-out-of-range", found=found, highest=HIGHEST_CLASS)
    return codes


def _zone_sums(dataset: Any, zone: BaseGeometry, pixel_km2: Floats) -> Floats:
    """km2 (first row) and number (second) of the pixels in a zone, by class code + 1; position 0 is nodata.

    The zone is in the raster's CRS.
    """
    # Placed by hand, because the window arithmetic of rasterio warns about a deprecated sign.
    from affine import Affine  # noqa: PLC0415
    from rasterio.features import geometry_mask  # noqa: PLC0415
    from rasterio.windows import Window  # noqa: PLC0415

    turn = dataset.transform
    first_col, last_col, first_row, last_row = pixel_bounds(dataset, zone)
    width = last_col - first_col
    sums: Floats = np.zeros((2, 1))
    if last_row <= first_row or width <= 0:
        return sums
    for row, rows in _strips(first_row, last_row - first_row, width):
        codes = _classes(dataset.read(1, window=Window(first_col, row, width, rows), masked=True))
        place = Affine(turn.a, 0.0, turn.c + first_col * turn.a, 0.0, turn.e, turn.f + row * turn.e)
        inside = geometry_mask([zone], codes.shape, place, invert=True)
        weights = np.broadcast_to(pixel_km2[row : row + rows, None], codes.shape)
        places = codes[inside] + 1
        found: Floats = np.stack([np.bincount(places, weights=weights[inside]), np.bincount(places)])
        size = max(sums.shape[1], found.shape[1])
        sums = np.asarray(_padded(sums, size) + _padded(found, size))
    return sums


def _padded(sums: Floats, size: int) -> Floats:
    return np.asarray(np.pad(sums, ((0, 0), (0, size - sums.shape[1]))), dtype=float)


def pixel_bounds(dataset: Any, zone: BaseGeometry) -> tuple[int, int, int, int]:
    """First column and the one after the last, first row and the one after the last, under a zone's bounds.

    The zone is in the raster's CRS; where it lies beside the raster, nothing is between the two.
    """
    turn = dataset.transform
    left, bottom, right, top = zone.bounds
    columns = _span((left - turn.c) / turn.a, (right - turn.c) / turn.a, dataset.width)
    rows = _span((bottom - turn.f) / turn.e, (top - turn.f) / turn.e, dataset.height)
    return *columns, *rows


def _span(one: float, other: float, limit: int) -> tuple[int, int]:
    """The first whole pixel between two places and the one after the last, held within the raster."""
    low, high = min(one, other), max(one, other)
    return max(0, int(np.floor(low))), min(limit, int(np.ceil(high)))


def to_raster_crs(zones: Sequence[BaseGeometry], crs: Any) -> list[BaseGeometry]:
    """WGS84 zones in a raster's own system."""
    target = crs.to_wkt()

    def convert(pairs: Floats) -> Floats:
        return np.column_stack(project(pairs[:, 0], pairs[:, 1], "EPSG:4326", target))

    return [shapely.transform(zone, convert) for zone in zones]


def _named(sums: Floats, class_table: Mapping[int, str]) -> ZoneClasses:
    areas = dict.fromkeys(class_table.values(), 0.0)
    unknown: dict[int, float] = {}
    km2, pixels = sums
    for code in np.flatnonzero(pixels[1:]):
        area = float(km2[code + 1])
        name = class_table.get(int(code))
        if name is None:
            unknown[int(code)] = area
        else:
            areas[name] += area
    numbers = {int(code): int(pixels[code + 1]) for code in np.flatnonzero(pixels[1:])}
    return ZoneClasses(areas, unknown, float(km2[0]), float(km2.sum()), numbers)


def class_areas(
    source: str | Path | bytes, zones: Sequence[BaseGeometry], class_table: Mapping[int, str]
) -> tuple[ZoneClasses, ...]:
    """km2 of each land cover in each zone (WGS84), in the order of the zones.

    ``source`` is a path or the bytes of a GeoTIFF with one integer band; ``class_table`` maps class codes
    to names, several codes may share a name.  Raises :class:`RasterError`: ``raster-without-crs``,
    ``raster-not-integer``, ``raster-many-bands``, ``raster-unreadable``, ``raster-not-north-up``,
    ``raster-class-out-of-range``, and ``raster-misses-zones`` when no zone has a pixel.
    """
    with _opened(source) as dataset:
        pixel_km2 = _pixel_areas(dataset)
        shapes = to_raster_crs(zones, dataset.crs)
        found = tuple(_named(_zone_sums(dataset, shape, pixel_km2), class_table) for shape in shapes)
        if zones and not any(zone.covered_km2 for zone in found):
            raise RasterError("raster-misses-zones", bounds=list(dataset.bounds))
    return found


def describe(source: str | Path | bytes) -> RasterFacts:
    """What a raster holds, for showing it before it is used; raises like :func:`class_areas`."""
    counts = np.zeros(1, dtype=np.int64)
    with _opened(source) as dataset:
        from rasterio.windows import Window  # noqa: PLC0415

        for row, rows in _strips(0, dataset.height, dataset.width):
            codes = _classes(dataset.read(1, window=Window(0, row, dataset.width, rows), masked=True))
            found = np.bincount(codes.ravel() + 1)
            size = max(len(counts), len(found))
            counts = np.pad(counts, (0, size - len(counts))) + np.pad(found, (0, size - len(found)))
        pixel = float(_pixel_areas(dataset)[0] * 1e6) if dataset.crs.is_projected else None
        name = dataset.crs.to_string()
        width, height = dataset.width, dataset.height
    classes = {int(code): int(counts[code + 1]) for code in np.flatnonzero(counts[1:])}
    return RasterFacts(name, width, height, classes, pixel)
