"""Class areas from small GeoTIFFs written on the spot."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from app.analysis import rasters
from app.analysis.rasters import RasterError, class_areas, describe
from app.analysis.spatial import geometry_to_wgs84, zone_areas

TABLE = {1: "cropland", 2: "forest", 3: "forest", 5: "water"}
WEST, NORTH = 500_000.0, 3_240_000.0


def from_origin(west, north, width, height):
    # The function of this name in rasterio warns about its own way of multiplying.
    return Affine(width, 0, west, 0, -height, north)


def _write(path, bands, *, crs="EPSG:4548", transform=None, nodata=None):
    bands = np.asarray(bands)
    bands = bands[None] if bands.ndim == 2 else bands
    count, height, width = bands.shape
    place = transform or from_origin(WEST, NORTH, 100, 100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=width,
            height=height,
            count=count,
            dtype=bands.dtype,
            crs=crs,
            transform=place,
            nodata=nodata,
        ) as dataset:
            dataset.write(bands)
    return path


def _zone(left, top, right, bottom):
    """A zone given in hundreds of metres east and south of the raster's corner."""
    box = shapely.box(WEST + 100 * left, NORTH - 100 * bottom, WEST + 100 * right, NORTH - 100 * top)
    return geometry_to_wgs84(box, "EPSG:4548")


BAND = np.array([[1, 1, 2, 2], [1, 1, 3, 0], [5, 5, 9, 9]], dtype=np.uint8)


def test_areas_by_class_and_zone(tmp_path):
    path = _write(tmp_path / "cover.tif", BAND, nodata=0)
    found = class_areas(path, [_zone(0, 0, 2, 3), _zone(2, 0, 4, 3)], TABLE)
    assert found[0].areas_km2 == pytest.approx({"cropland": 0.04, "forest": 0, "water": 0.02})
    assert found[1].areas_km2 == pytest.approx({"cropland": 0, "forest": 0.03, "water": 0})
    assert found[1].unknown_km2 == pytest.approx({9: 0.02})
    assert (found[1].nodata_km2, found[1].covered_km2) == (pytest.approx(0.01), pytest.approx(0.06))


def test_bytes_read_as_the_file_and_strips_change_nothing(tmp_path, monkeypatch):
    path = _write(tmp_path / "cover.tif", BAND)
    zones = [_zone(0, 0, 4, 3)]
    whole = class_areas(path, zones, TABLE)
    monkeypatch.setattr(rasters, "_STRIP_PIXELS", 4)
    assert class_areas(path.read_bytes(), zones, TABLE) == whole


def test_a_zone_over_the_edge_counts_what_is_there(tmp_path):
    path = _write(tmp_path / "cover.tif", BAND)
    found = class_areas(path, [_zone(-5, -5, 1, 1), _zone(50, 50, 60, 60)], TABLE)
    assert [zone.covered_km2 for zone in found] == pytest.approx([0.01, 0])


def test_a_raster_in_degrees_has_areas_of_the_ellipsoid(tmp_path):
    path = _write(
        tmp_path / "degrees.tif",
        np.ones((10, 10), np.uint8),
        crs="EPSG:4326",
        transform=from_origin(117, 29.1, 0.01, 0.01),
    )
    zone = shapely.box(117, 29, 117.1, 29.1)
    found = class_areas(path, [zone], TABLE)[0]
    geodesic = abs(rasterio_area(zone)) / 1e6
    assert found.areas_km2["cropland"] == pytest.approx(geodesic, rel=1e-5)
    assert zone_areas([zone])[0] == pytest.approx(geodesic, rel=1e-4)


def rasterio_area(zone) -> float:
    from pyproj import Geod

    return Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(zone, 0.001))[0]


def test_what_a_raster_holds(tmp_path):
    found = describe(_write(tmp_path / "cover.tif", BAND, nodata=0))
    assert (found.crs, found.width, found.height, found.pixel_area_m2) == (
        "EPSG:4548",
        4,
        3,
        pytest.approx(10_000),
    )
    assert found.classes == {1: 4, 2: 2, 3: 1, 5: 2, 9: 2}


@pytest.mark.parametrize(
    ("band", "facts", "code"),
    [
        (BAND, {"crs": None}, "raster-without-crs"),
        (BAND.astype(np.float32), {}, "raster-not-integer"),
        (np.stack([BAND, BAND]), {}, "raster-many-bands"),
        (BAND.astype(np.int16) - 1, {}, "raster-class-out-of-range"),
        (BAND.astype(np.int32) + 70_000, {}, "raster-class-out-of-range"),
        (BAND, {"transform": from_origin(900_000, 1_000_000, 100, 100)}, "raster-misses-zones"),
    ],
)
def test_unusable_rasters_are_refused(tmp_path, band, facts, code):
    path = _write(tmp_path / "bad.tif", band, **facts)
    with pytest.raises(RasterError) as caught:
        class_areas(path, [_zone(0, 0, 4, 3)], TABLE)
    assert caught.value.code == code


def test_what_is_no_raster_is_refused(tmp_path):
    (tmp_path / "text.tif").write_text("no raster")
    for source in (tmp_path / "text.tif", b"no raster"):
        with pytest.raises(RasterError) as caught:
            describe(source)
        assert caught.value.code == "raster-unreadable"


@pytest.mark.parametrize(
    ("width", "height", "block", "code"),
    [
        (100_000, 100_000, 256, "raster-too-large"),
        (300_000, 16, 256, "raster-too-large"),
        (20_000, 20_000, 16_400, "raster-block-too-large"),
        (20_000, 20_000, 0, "raster-unreadable"),
    ],
)
def test_a_raster_that_would_fill_the_memory_is_refused_unread(tmp_path, width, height, block, code):
    path = tmp_path / "large.tif"
    facts = {"driver": "GTiff", "count": 1, "dtype": "uint8", "crs": "EPSG:4548", "compress": "deflate"}
    facts["sparse_ok"] = True
    if block:
        facts |= {"tiled": True, "blockxsize": block, "blockysize": block}
    else:
        # One strip that is not there to its end.
        facts |= {"blockysize": height}
    place = from_origin(WEST, NORTH, 10, 10)
    with rasterio.open(path, "w", width=width, height=height, transform=place, **facts):
        pass
    with pytest.raises(RasterError) as caught:
        describe(path.read_bytes())
    assert caught.value.code == code
