"""The points of a GeoPackage. Its bytes come from outside: run it in a bounded child process."""

from __future__ import annotations

from tempfile import NamedTemporaryFile

from app.analysis.spatial import SpatialError

PointRow = tuple[int, float, float, str]


def read_point_layer(content: bytes) -> tuple[str, list[PointRow], list[int]]:
    """Coordinate system, points (number, x, y, category) and the numbers of features that are none.

    There must be one layer of points, with a column ``category``. Raises SpatialError
    ``geopackage-unreadable``, ``geopackage-layers``, ``geopackage-without-crs`` and
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
            meta, _ids, shapes, columns = pyogrio.raw.read(source, layer=layers[0], columns=["category"])
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise SpatialError("geopackage-unreadable") from error
    if not meta["crs"]:
        raise SpatialError("geopackage-without-crs")
    if "category" not in meta["fields"]:
        raise SpatialError("geopackage-without-category")
    points: list[PointRow] = []
    unusable: list[int] = []
    for number, (shape, category) in enumerate(
        zip(shapely.from_wkb(shapes), columns[0], strict=True), start=1
    ):
        if shape is None or shape.is_empty or shape.geom_type != "Point" or not category:
            unusable.append(number)
        else:
            points.append((number, float(shape.x), float(shape.y), str(category)))
    return str(meta["crs"]), points, unusable
