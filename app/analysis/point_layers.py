"""The points of a GeoPackage. Its bytes come from outside: run it in a bounded child process."""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import NamedTemporaryFile
from typing import Any

from app.analysis.spatial import SpatialError

#: Number in the file, x, y, category, name (empty where none is told).
PointRow = tuple[int, float, float, str, str]


def read_point_layer(content: bytes) -> tuple[str, list[PointRow], list[int]]:
    """Coordinate system, points and the numbers of features that are none.

    There must be one layer of points, with a column ``category``; one of ``name`` is read as well. Raises
    SpatialError ``geopackage-unreadable``, ``geopackage-layers``, ``geopackage-without-crs`` and
    ``geopackage-without-category``.
    """
    # The geographic libraries are slow to start and seldom needed.
    import pyogrio  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    with NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        # The driver is named: a file that calls other files in (a virtual raster, a table) is not followed.
        source = f"GPKG:{file.name}"
        try:
            layers = [
                str(name) for name, kind in pyogrio.list_layers(source) if str(kind).startswith("Point")
            ]
            if len(layers) != 1:
                raise SpatialError("geopackage-layers", found=len(layers))
            meta, _ids, shapes, columns = pyogrio.raw.read(
                source, layer=layers[0], columns=["category", "name"]
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise SpatialError("geopackage-unreadable") from error
    if not meta["crs"]:
        raise SpatialError("geopackage-without-crs")
    if "category" not in meta["fields"]:
        raise SpatialError("geopackage-without-category")
    told = dict(zip(meta["fields"], columns, strict=True))
    names = told.get("name", [None] * len(shapes))
    points, unusable = _told_apart(shapely.from_wkb(shapes), told["category"], names)
    return str(meta["crs"]), points, unusable


def _told_apart(
    shapes: Iterable[Any], categories: Iterable[Any], names: Iterable[Any]
) -> tuple[list[PointRow], list[int]]:
    """The points, and the numbers of features without a point or a category."""
    points: list[PointRow] = []
    unusable: list[int] = []
    for number, (shape, category, name) in enumerate(zip(shapes, categories, names, strict=True), start=1):
        if shape is None or shape.is_empty or shape.geom_type != "Point" or not category:
            unusable.append(number)
        else:
            points.append((number, float(shape.x), float(shape.y), str(category), str(name or "")))
    return points, unusable
