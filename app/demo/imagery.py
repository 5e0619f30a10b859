"""The demonstration's land-cover raster: towns round the streets' centres, a river, hills of forest."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from app.demo.chance import stream
from app.demo.places import street_population, streets

CRS = "EPSG:4548"
PIXEL_M = 100.0
CLASS_TABLE = {
    1: "water",
    2: "wetland",
    3: "forest",
    4: "shrub",
    5: "grass",
    6: "cropland",
    7: "impervious",
    8: "bare",
}
_CODE = {name: code for code, name in CLASS_TABLE.items()}
_TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
#: Bounds of the sketch in degrees with a margin: west, south, east, north.
BOUNDS = (116.7, 28.55, 117.95, 30.1)

Field = NDArray[np.float64]


def to_metres(lon: Field | float, lat: Field | float) -> tuple[Field, Field]:
    """Degrees to the metric grid of the city."""
    x, y = _TO_METRES.transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def extent() -> tuple[float, float, int, int]:
    """West and north edge in metres, width and height in pixels."""
    west, south, east, north = BOUNDS
    xs, ys = to_metres(np.array([west, east, west, east]), np.array([south, south, north, north]))
    left, top = np.floor(xs.min() / 1000) * 1000, np.ceil(ys.max() / 1000) * 1000
    width = int(np.ceil((xs.max() - left) / PIXEL_M))
    height = int(np.ceil((top - ys.min()) / PIXEL_M))
    return float(left), float(top), width, height


def town_radius(kind: str, persons: float) -> float:
    """Metres from the centre of a street's town to its edge: most of a subdistrict lives in town."""
    share = {"subdistrict": 0.95, "town": 0.45, "township": 0.3}[kind]
    persons_per_km2 = 10500.0 if kind == "subdistrict" else 6200.0
    return float(max(300.0, np.sqrt(persons * share / persons_per_km2 / np.pi) * 1000.0))


def urban_potential(seed: int, year: int, xs: Field, ys: Field) -> Field:
    """How urban the places of a grid are, shape (ys, xs): 1 and more inside towns, less further out.

    ``xs`` (rising) and ``ys`` (falling) are the metres of the grid's columns and rows.
    """
    potential = np.zeros((len(ys), len(xs)))
    population = street_population(seed, year)
    for street in streets():
        centre_x, centre_y = to_metres(street.lon, street.lat)
        radius = town_radius(street.kind, population[street.code])
        # Beyond three radii a town adds nothing worth its computing time.
        columns = slice(*np.searchsorted(xs, [centre_x - 3 * radius, centre_x + 3 * radius]))
        rows = slice(*np.searchsorted(-ys, [-centre_y - 3 * radius, -centre_y + 3 * radius]))
        squared = ((xs[None, columns] - centre_x) ** 2 + (ys[rows, None] - centre_y) ** 2) / radius**2
        potential[rows, columns] = np.maximum(potential[rows, columns], 2.0 * np.exp(-0.7 * squared))
    return potential


@lru_cache(maxsize=8)
def _noise(seed: int, subject: str, shape: tuple[int, int], size: float) -> Field:
    """Smooth noise with mean 0 and standard deviation 1; the same in every year."""
    raw = gaussian_filter(stream(seed, "imagery", subject).normal(size=shape), sigma=size, mode="wrap")
    return np.asarray((raw - raw.mean()) / raw.std())


def land_cover_raster(seed: int, year: int) -> bytes:
    """The GeoTIFF of a year: classes of :data:`CLASS_TABLE`, 100 m, EPSG:4548."""
    left, top, width, height = extent()
    x = left + PIXEL_M * (np.arange(width) + 0.5)
    y = top - PIXEL_M * (np.arange(height) + 0.5)
    shape = (height, width)
    town = urban_potential(seed, year, x, y) + 0.18 * _noise(seed, "town", shape, 3.0)
    hills = _noise(seed, "hills", shape, 25.0)
    fine = _noise(seed, "fine", shape, 2.0)
    codes = np.where(hills > -0.35, _CODE["forest"], _CODE["cropland"])
    codes = np.where((hills > -0.5) & (hills <= -0.35), _CODE["shrub"], codes)
    codes = np.where((hills < -1.6) & (fine > 0.8), _CODE["wetland"], codes)
    codes = np.where((fine > 2.6) & (hills <= 0.2), _CODE["bare"], codes)
    urban = town > 0.95
    codes = np.where(urban, _CODE["impervious"], codes)
    green = urban & (fine > 0.45 - 0.02 * (year - 2021))
    codes = np.where(green, np.where(hills > 0.5, _CODE["forest"], _CODE["grass"]), codes)
    codes = np.where(_river(x[None, :], y[:, None]) < 130.0, _CODE["water"], codes)
    profile = {
        "driver": "GTiff",
        "width": width,
        "height": height,
        "count": 1,
        "dtype": "uint8",
        "crs": CRS,
        "transform": from_origin(left, top, PIXEL_M, PIXEL_M),
        "compress": "deflate",
        "nodata": 0,
    }
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.write(codes.astype(np.uint8), 1)
        return bytes(memory.read())


def _river(x: Field, y: Field) -> Field:
    """Metres from the river's sketch: a winding line from north to south through the city."""
    centre_x, _centre_y = to_metres(117.205, 29.29)
    line = centre_x + 2500.0 * np.sin(y / 9000.0) + 1200.0 * np.sin(y / 3500.0)
    return np.asarray(np.abs(x - line))
