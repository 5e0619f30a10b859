"""The built-up zone read from a land-cover raster, where no surveyed boundary is at hand.

A pixel is built-up when at least a given share of its surroundings (a square window) is impervious
ground; so parks and water inside the town belong to it, a lone farmhouse does not. The rule and its
two numbers travel with every figure computed on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.analysis.rasters import RasterError, class_areas, describe

#: Codes of the built-up part are raised by this much in the split raster, so they stay apart.
_BUILT_OFFSET = 1000


@dataclass(frozen=True)
class BuiltUpRule:
    """Window in metres and the least share of impervious ground in it (0 to 1)."""

    window_m: float = 900.0
    least_share: float = 0.35


@dataclass(frozen=True)
class BuiltUp:
    """The split raster (GeoTIFF bytes; codes + 1000 inside the zone) and the zone's polygon in WGS84."""

    raster: bytes
    zone: BaseGeometry


@dataclass(frozen=True)
class LandCover:
    """km2 by land cover in one zone: everywhere, and inside the built-up zone alone."""

    everywhere: dict[str, float]
    built_up: dict[str, float]


def find_built_up(
    source: str | Path | bytes,
    class_table: Mapping[int, str],
    *,
    impervious: Sequence[str] = ("impervious",),
    rule: BuiltUpRule | None = None,
) -> BuiltUp:
    """The built-up zone of a projected land-cover raster.

    Raises :class:`RasterError` like :func:`app.analysis.rasters.describe`, and
    ``raster-not-projected`` for a raster in degrees (a window in metres needs metres).
    """
    import rasterio  # noqa: PLC0415  (slow to import and needed by jobs alone)
    from rasterio.features import shapes  # noqa: PLC0415
    from rasterio.warp import transform_geom  # noqa: PLC0415
    from scipy.ndimage import uniform_filter  # noqa: PLC0415

    rule = rule or BuiltUpRule()
    if describe(source).pixel_area_m2 is None:
        raise RasterError("raster-not-projected")
    memory = rasterio.MemoryFile(source if isinstance(source, bytes) else Path(source).read_bytes())
    with memory, memory.open() as dataset:
        band = dataset.read(1)
        pixels = max(1, round(rule.window_m / abs(dataset.transform.a)))
        codes = [code for code, name in class_table.items() if name in impervious]
        paved = np.isin(band, codes).astype(np.float64)
        built = uniform_filter(paved, size=pixels, mode="nearest") >= rule.least_share
        if dataset.nodata is not None:
            built &= band != dataset.nodata
        found = [
            shape(transform_geom(dataset.crs, "EPSG:4326", outline))
            for outline, value in shapes(built.astype(np.uint8), transform=dataset.transform)
            if value == 1
        ]
        raster = _split_raster(dataset.profile, band, built)
    return BuiltUp(raster, shapely.union_all(found) if found else shapely.Polygon())


def land_cover(
    built_up: BuiltUp, zones: Sequence[BaseGeometry], class_table: Mapping[int, str]
) -> tuple[LandCover, ...]:
    """km2 by land cover of each zone (WGS84), everywhere and inside the built-up zone."""
    names = dict(class_table) | {code + _BUILT_OFFSET: f"built:{name}" for code, name in class_table.items()}
    found = []
    for zone in class_areas(built_up.raster, zones, names):
        inside = {
            name.removeprefix("built:"): area
            for name, area in zone.areas_km2.items()
            if name.startswith("built:")
        }
        everywhere = {name: zone.areas_km2[name] + inside.get(name, 0.0) for name in class_table.values()}
        found.append(LandCover(everywhere, inside))
    return tuple(found)


def _split_raster(
    profile: Mapping[str, object], band: NDArray[np.integer], built: NDArray[np.bool_]
) -> bytes:
    import rasterio  # noqa: PLC0415

    codes = band.astype(np.int32) + np.where(built, _BUILT_OFFSET, 0).astype(np.int32)
    with rasterio.MemoryFile() as memory:
        with memory.open(**{**profile, "dtype": "int32"}) as dataset:
            dataset.write(codes, 1)
        return bytes(memory.read())
