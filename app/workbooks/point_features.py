"""GeoJSON (RFC 7946) of points, written row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO

from app.workbooks.cells import CellValue


class PointFeatures:
    """A feature collection with one feature for each row of the first table; those of others are left out.

    ``longitude`` and ``latitude`` are places of columns, in degrees of WGS84; a row without them is a
    feature without geometry.
    """

    def __init__(self, target: IO[bytes], columns: Sequence[str], *, longitude: int, latitude: int) -> None:
        self._target, self._columns = target, columns
        self._longitude, self._latitude = longitude, latitude
        self._before = b'{"type":"FeatureCollection","features":[\n'

    @property
    def told(self) -> Mapping[str, int]:
        """Nothing is lost in files of this kind."""
        return {}

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write the feature of a row."""
        if table:
            return
        point = [row[self._longitude], row[self._latitude]]
        known = all(isinstance(each, int | float) for each in point)
        feature = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": point} if known else None,
            "properties": dict(zip(self._columns, row, strict=True)),
        }
        text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        # Half of a surrogate pair has no bytes in UTF-8.
        self._target.write(self._before + text.encode("utf-8", "replace"))
        self._before = b",\n"

    def close(self) -> None:
        """End the collection."""
        self._target.write((b"" if self._before == b",\n" else self._before) + b"\n]}\n")

    def abandon(self) -> None:
        """Nothing is open but the target."""
