"""Boundary files as they come: GeoJSON, GeoPackage, or a Shapefile in a zip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.errors import Invalid
from app.workbooks.json_texts import read_json
from app.workbooks.prescan import prescan_archive

#: A city has some thousands of communities, and its grids are ten times as many.
_MOST_FEATURES = 200_000
_GEOPACKAGE, _ZIP = b"SQLite format 3\0", b"PK\x03\x04"


@dataclass(frozen=True)
class Feature:
    """One outline with its properties (names in small letters); None where it is no geometry."""

    outline: BaseGeometry | None
    properties: Mapping[str, Any]

    def text(self, *names: str) -> str:
        """The first of the properties that is filled, as text; a whole number without its point."""
        for name in names:
            value = self.properties.get(name)
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if value not in (None, ""):
                return str(value).strip()
        return ""


def read_features(content: bytes) -> tuple[list[Feature], str | None]:
    """The features of a boundary file, and the coordinate system it names (``EPSG:n``), if any.

    GeoJSON names none that can be relied on. Raises Invalid ``boundary-file-invalid`` and
    ``too-many-features``, UnreadableTable ``json-text-unusable``; RefusedFile for a zip that claims or
    holds too much.
    """
    if content.startswith(_ZIP):
        layers = [name for name in prescan_archive(content) if name.lower().endswith(".shp")]
        if len(layers) != 1:
            raise Invalid("boundary-layers", count=len(layers))
        found, crs = _read_layer(content, ".zip", f"/vsizip/{{file}}/{layers[0]}")
    elif content.startswith(_GEOPACKAGE):
        found, crs = _read_layer(content, ".gpkg", "{file}")
    else:
        found, crs = _geojson(content), None
    if not found:
        raise Invalid("boundary-file-invalid")
    return found, crs


def _geojson(content: bytes) -> list[Feature]:
    try:
        listed = list(read_json(content)["features"])
        _refuse_too_many(len(listed))
        return [Feature(_outline(f["geometry"]), _lowered(dict(f["properties"]))) for f in listed]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("boundary-file-invalid") from error


def _refuse_too_many(count: int) -> None:
    if count > _MOST_FEATURES:
        raise Invalid("too-many-features", found=count, limit=_MOST_FEATURES)


def _outline(geometry: Any) -> BaseGeometry | None:
    try:
        return shape(geometry)
    except (
        ShapelyError,
        ValueError,
        ArithmeticError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
    ):
        return None


def _read_layer(content: bytes, suffix: str, address: str) -> tuple[list[Feature], str | None]:
    """The one layer of a file, read from a file of its own: the library goes by the ending of the name."""
    import pyogrio  # noqa: PLC0415  (slow to import and seldom needed)
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    with NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        path = address.replace("{file}", file.name)
        try:
            layers = pyogrio.list_layers(path)
            if len(layers) != 1:
                raise Invalid("boundary-layers", count=len(layers))
            meta, _ids, outlines, columns = pyogrio.raw.read(path)
        except (DataSourceError, DataLayerError) as error:
            raise Invalid("boundary-file-invalid") from error
    names = [str(name) for name in meta["fields"]]
    rows = zip(*(column.tolist() for column in columns), strict=True) if names else iter(())
    shapes = shapely.from_wkb(outlines, on_invalid="ignore")
    _refuse_too_many(len(shapes))
    listed = list(rows) or [()] * len(shapes)
    found = [
        Feature(outline, _lowered(dict(zip(names, row, strict=True))))
        for outline, row in zip(shapes, listed, strict=True)
    ]
    return found, _named_crs(meta["crs"])


def _named_crs(text: str | None) -> str | None:
    """``EPSG:n`` of what a file says of its coordinates; None where it says nothing that has a number."""
    if not text:
        return None
    from pyproj import CRS  # noqa: PLC0415  (slow to import and seldom needed)
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        number = CRS.from_user_input(text).to_epsg()
    except CRSError:
        return None
    return None if number is None else f"EPSG:{number}"


def _lowered(properties: dict[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in properties.items()}
