"""The built-up zone read from a land-cover raster, where no surveyed boundary is at hand.

A pixel is built-up when at least a given share of its surroundings (a square window) is impervious
ground; so parks and water inside the town belong to it, a lone farmhouse does not. The rule and its
two numbers travel with every figure computed on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.analysis.rasters import RasterError, class_areas, describe, pixel_bounds, to_raster_crs

_STRIP_PIXELS = 4_000_000
#: The highest class code that leaves room above itself for the built-up part's codes.
_HIGHEST_CLASS = 32_766


@dataclass(frozen=True)
class BuiltUpRule:
    """Window in metres and the least share of impervious ground in it (0 to 1)."""

    window_m: float = 900.0
    least_share: float = 0.35


@dataclass(frozen=True)
class BuiltUp:
    """The split raster (GeoTIFF bytes) and the zone's polygon in WGS84.

    Inside the zone the raster's codes are raised by ``offset``, which no code of the source reaches.
    """

    raster: bytes
    zone: BaseGeometry
    offset: int


@dataclass(frozen=True)
class LandCover:
    """km2 by land cover in one zone: everywhere, and inside the built-up zone alone.

    ``pixels`` and ``built_up_pixels`` are the numbers behind them, by class code.
    """

    everywhere: dict[str, float]
    built_up: dict[str, float]
    pixels: dict[int, int]
    built_up_pixels: dict[int, int]


@dataclass(frozen=True)
class _Part:
    """Columns and rows of a raster: the first of each, and the one after the last."""

    left: int
    right: int
    top: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def place_in(self, dataset: Any) -> Any:
        """Where its pixels lie, as an affine transform."""
        from affine import Affine  # noqa: PLC0415

        return dataset.transform @ Affine.translation(self.left, self.top)

    def strips(self) -> Iterator[tuple[int, int]]:
        """Row and the one after the last of strips that fit in memory."""
        rows = max(1, _STRIP_PIXELS // self.width)
        for start in range(self.top, self.bottom, rows):
            yield start, min(self.bottom, start + rows)


def find_built_up(
    source: str | Path | bytes,
    class_table: Mapping[int, str],
    *,
    impervious: Sequence[str] = ("impervious",),
    rule: BuiltUpRule | None = None,
    within: BaseGeometry | None = None,
) -> BuiltUp:
    """The built-up zone of a projected land-cover raster, or of its part around ``within`` (WGS84).

    The window is filtered strip by strip with its surroundings, so a fine raster of a large city needs
    little memory beside one byte a pixel. Raises :class:`RasterError` like
    :func:`app.analysis.rasters.describe`, ``raster-not-projected`` for a raster in degrees (a window in
    metres needs metres), and ``raster-class-out-of-range`` where no codes are left for the zone's part.
    """
    import rasterio  # noqa: PLC0415  (slow to import and seldom needed)

    facts = describe(source)
    if facts.pixel_area_m2 is None:
        raise RasterError("raster-not-projected", found=facts.crs[:40])
    highest = max(facts.classes, default=0)
    if highest > _HIGHEST_CLASS:
        raise RasterError("raster-class-out-of-range", found=highest, highest=_HIGHEST_CLASS)
    codes = [code for code, name in class_table.items() if name in impervious]
    memory = rasterio.MemoryFile(source) if isinstance(source, bytes) else None
    dataset = rasterio.open(source) if memory is None else memory.open()
    with dataset:
        part = _part(dataset, within)
        built = _built_pixels(dataset, part, codes, rule or BuiltUpRule())
        zone = _outline(dataset, part, built)
        raster = _split_raster(dataset, part, built, highest + 1)
    if memory is not None:
        memory.close()
    return BuiltUp(raster, zone, highest + 1)


def land_cover(
    built_up: BuiltUp, zones: Sequence[BaseGeometry], class_table: Mapping[int, str]
) -> tuple[LandCover, ...]:
    """km2 by land cover of each zone (WGS84), everywhere and inside the built-up zone."""
    # A code of the table that the raster lacks may lie beyond the offset; nothing is counted under it.
    offset = built_up.offset
    inside_names = {code + offset: f"built:{name}" for code, name in class_table.items()}
    names = dict(class_table) | inside_names
    found = []
    for zone in class_areas(built_up.raster, zones, names):
        inside = {
            name.removeprefix("built:"): area
            for name, area in zone.areas_km2.items()
            if name.startswith("built:")
        }
        everywhere = {name: zone.areas_km2[name] + inside.get(name, 0.0) for name in class_table.values()}
        built = {code - offset: number for code, number in zone.pixels.items() if code >= offset}
        pixels = {
            code: zone.pixels.get(code, 0) + built.get(code, 0)
            for code in sorted(built.keys() | {code for code in zone.pixels if code < offset})
        }
        found.append(LandCover(everywhere, inside, pixels, built))
    return tuple(found)


def _part(dataset: Any, within: BaseGeometry | None) -> _Part:
    """The pixels under the bounds of a zone, one at least; all of them without a zone."""
    if within is None:
        return _Part(0, dataset.width, 0, dataset.height)
    left, right, top, bottom = pixel_bounds(dataset, to_raster_crs([within], dataset.crs)[0])
    left, top = min(left, dataset.width - 1), min(top, dataset.height - 1)
    return _Part(left, max(right, left + 1), top, max(bottom, top + 1))


def _built_pixels(dataset: Any, part: _Part, codes: Sequence[int], rule: BuiltUpRule) -> NDArray[np.uint8]:
    """1 where the surroundings of a pixel with data are impervious enough, 0 elsewhere."""
    from rasterio.windows import Window  # noqa: PLC0415
    from scipy.ndimage import uniform_filter  # noqa: PLC0415

    turn = dataset.transform
    across = max(1, round(rule.window_m / abs(turn.a)))
    down = max(1, round(rule.window_m / abs(turn.e)))
    built = np.zeros((part.height, part.width), dtype=np.uint8)
    left, right = max(0, part.left - across), min(dataset.width, part.right + across)
    columns = slice(part.left - left, part.right - left)
    for start, end in part.strips():
        first, last = max(0, start - down), min(dataset.height, end + down)
        band = dataset.read(1, window=Window(left, first, right - left, last - first), masked=True)
        paved = np.isin(np.ma.getdata(band), codes) & ~np.ma.getmaskarray(band)
        share = uniform_filter(paved.astype(np.float64), size=(down, across), mode="nearest")
        # Sums of the filter carry a rounding error; a share right at the bound counts.
        dense = (share >= rule.least_share - 1e-9) & ~np.ma.getmaskarray(band)
        built[start - part.top : end - part.top] = dense[start - first : end - first, columns]
    return built


def _outline(dataset: Any, part: _Part, built: NDArray[np.uint8]) -> BaseGeometry:
    """The built-up pixels as one shape in WGS84."""
    from rasterio.features import shapes  # noqa: PLC0415
    from rasterio.warp import transform_geom  # noqa: PLC0415

    found = [
        shape(transform_geom(dataset.crs, "EPSG:4326", outline))
        for outline, value in shapes(built, transform=part.place_in(dataset))
        if value == 1
    ]
    zone: BaseGeometry = shapely.union_all(found) if found else shapely.Polygon()
    return zone


def _split_raster(dataset: Any, part: _Part, built: NDArray[np.uint8], offset: int) -> bytes:
    import rasterio  # noqa: PLC0415
    from rasterio.windows import Window  # noqa: PLC0415

    size = {"width": part.width, "height": part.height, "transform": part.place_in(dataset)}
    with rasterio.MemoryFile() as memory:
        with memory.open(**{**dataset.profile, "dtype": "int32", **size}) as target:
            for start, end in part.strips():
                rows, row = end - start, start - part.top
                codes = dataset.read(1, window=Window(part.left, start, part.width, rows)).astype(np.int32)
                inside = built[row : row + rows].astype(np.int32)
                target.write(codes + inside * np.int32(offset), 1, window=Window(0, row, part.width, rows))
        return bytes(memory.read())
