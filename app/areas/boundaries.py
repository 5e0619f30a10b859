"""Reading boundaries: the coordinate system is asked for, never guessed, and the shapes kept in WGS84."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from app.analysis.refusals import Refusal
from app.analysis.spatial import geometry_to_wgs84, normalise_crs
from app.areas.boundary_files import Feature, read_features
from app.areas.models import Area
from app.areas.queries import areas_by_code, load_shapes, shapes_of
from app.db import db
from app.errors import Invalid, Place

#: Days of change that one file may name: each is asked for by itself.
_MOST_DAYS = 200
_AREAL = frozenset({"Polygon", "MultiPolygon"})


@dataclass(frozen=True)
class Imported:
    """How many rows an import added or changed."""

    added: int
    changed: int


def import_boundaries(*, content: bytes, crs: str, schematic: bool, on: date | None = None) -> Imported:
    """Give areas their shapes from a boundary file (``code`` or ``adcode`` names the area).

    The shape goes to the row of the area in force on ``on`` (today), or on the feature's own
    ``valid_from``. ``crs`` goes before what the file says of itself: offices pass on GCJ-02 under the name
    of WGS84. Raises Invalid ``boundary-crs-missing``, ``boundary-file-invalid`` and ``boundaries-invalid``
    with the number of every feature that cannot be used; nothing is changed then.
    """
    kept_crs = normalise_crs(crs) if crs.strip() else None
    features, named_crs = read_features(content)
    if kept_crs is None:
        if named_crs is None:
            raise Invalid("boundary-crs-missing")
        kept_crs = normalise_crs(named_crs)
    rows = [_Row(each, on or date.today()) for each in features]  # noqa: DTZ011 - boundaries change by calendar day
    known = _rows_in_force(rows)
    places = list(_places(rows, known))
    shapes: list[BaseGeometry] = []
    for number, row in enumerate(rows, start=1):
        try:
            shapes.append(_areal(geometry_to_wgs84(row.outline(), kept_crs)))
        except Refusal as error:
            places.append(Place(error.code, error.facts, feature=number))
        except (ShapelyError, ValueError, TypeError, AttributeError):
            places.append(Place("boundary-not-area", {"found": row.code[:40] or "—"}, feature=number))
    if not places:
        places = list(_elsewhere([known[row.key] for row in rows], shapes))
    if places:
        ordered = sorted(places, key=lambda place: place.feature or 0)
        raise Invalid("boundaries-invalid", places=ordered, count=len(ordered))
    load_shapes(known.values())
    for row, outline in zip(rows, shapes, strict=True):
        area = known[row.key]
        area.geometry = mapping(outline)
        area.source_crs, area.schematic = kept_crs, schematic
    db.session.flush()
    return Imported(0, len(features))


class _Row:
    """A feature with the area and the day it speaks of."""

    def __init__(self, feature: Feature, on: date) -> None:
        self._feature = feature
        self.code = feature.text("code", "adcode")
        self.day_text = feature.text("valid_from")
        try:
            self.day: date | None = date.fromisoformat(self.day_text[:10]) if self.day_text else on
        except ValueError:
            self.day = None

    @property
    def key(self) -> tuple[str, date | None]:
        """What the feature is the shape of."""
        return self.code, self.day

    def outline(self) -> BaseGeometry:
        """The geometry; ValueError where the feature has none."""
        if self._feature.outline is None:
            raise ValueError("a feature without geometry")
        return self._feature.outline


def _rows_in_force(rows: Sequence[_Row]) -> dict[tuple[str, date | None], Area]:
    """The area rows that the features speak of: one statement for each day named."""
    codes: dict[date, set[str]] = {}
    for row in rows:
        if row.day is not None:
            codes.setdefault(row.day, set()).add(row.code)
    if len(codes) > _MOST_DAYS:
        raise Invalid("boundary-days", found=len(codes), limit=_MOST_DAYS)
    found: dict[tuple[str, date | None], Area] = {}
    for day, named in codes.items():
        known = areas_by_code(named, on=day)
        found |= {(code, day): area for code, area in known.items() if _is_in_force(area, day)}
    return found


def _is_in_force(area: Area, day: date) -> bool:
    return area.valid_from <= day and (area.valid_to is None or area.valid_to >= day)


def _places(rows: Sequence[_Row], known: Mapping[tuple[str, date | None], Area]) -> Iterator[Place]:
    seen: set[tuple[str, date | None]] = set()
    for number, row in enumerate(rows, start=1):
        if row.day is None:
            yield Place("date-unreadable", {"found": row.day_text[:40]}, feature=number)
        elif row.key not in known:
            yield Place("unknown-area", {"found": row.code[:40] or "—"}, feature=number)
        elif row.key in seen:
            yield Place("code-twice", {"found": row.code}, feature=number)
        seen.add(row.key)


def _elsewhere(areas: Sequence[Area], shapes: Sequence[BaseGeometry]) -> Iterator[Place]:
    """Shapes that lie wholly outside the nearest area above that has one, in this file or from before."""
    brought = {area.id: outline for area, outline in zip(areas, shapes, strict=True)}
    kept: dict[int, BaseGeometry] = {}
    for number, (area, outline) in enumerate(zip(areas, shapes, strict=True), start=1):
        above = area.parent
        while above is not None and above.id not in brought and not above.has_shape:
            above = above.parent
        if above is None:
            continue
        if above.id not in brought and above.id not in kept:
            kept[above.id] = shape(shapes_of([above])[above.id])
        if not outline.intersects(brought.get(above.id, kept.get(above.id))):
            facts = {"found": area.code, "parent": above.code}
            yield Place("boundary-elsewhere", facts, feature=number)


def _areal(outline: BaseGeometry) -> BaseGeometry:
    """The ground inside: what crosses itself is mended, and what has no ground is refused."""
    mended = outline if outline.is_valid else shapely.make_valid(outline)
    if mended.geom_type == "GeometryCollection":
        mended = shapely.union_all([part for part in mended.geoms if part.geom_type in _AREAL])
    if mended.is_empty or mended.geom_type not in _AREAL:
        raise ValueError("a boundary without ground")
    return mended
