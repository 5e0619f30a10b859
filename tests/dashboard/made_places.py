"""The areas of the made city."""

from __future__ import annotations

from datetime import date

from app.areas.models import Area, FunctionalMembership
from app.db import db

CITY, EAST, WEST = "360200", "360202", "360203"
STREETS = ("360202001", "360202002", "360203001", "360203002")
BEGUN = date(2020, 1, 1)


def make_places() -> Area:
    """Two districts of two streets with two communities each; the shapes are sketched squares."""
    root = add_area(CITY, "小城", "city", None)
    for d, (code, name) in enumerate(((EAST, "东区"), (WEST, "西区"))):
        district = add_area(code, name, "district", root, x=117.0 + d * 0.1, size=(0.1, 0.1))
        for s in (1, 2):
            street = add_area(
                f"{code}00{s}",
                f"{name[0]}{'甲乙'[s - 1]}街道",
                "street",
                district,
                x=117.0 + d * 0.1 + (s - 1) * 0.05,
                size=(0.05, 0.1),
                kind="subdistrict" if s == 1 else "town",
            )
            for c in (1, 2):
                add_area(f"{code}00{s}00{c}", f"第{c}社区", "community", street)
    zone = add_area("360202451", "试验区", "functional", root)
    member = db.session.query(Area).filter_by(code=STREETS[0]).one()
    db.session.add(FunctionalMembership(functional_area_id=zone.id, member_id=member.id, share=0.5))
    db.session.flush()
    return root


def add_area(
    code: str,
    name: str,
    level: str,
    parent: Area | None,
    *,
    x: float | None = None,
    size: tuple[float, float] = (0, 0),
    kind: str | None = None,
) -> Area:
    shape = None
    if x is not None:
        y, (wide, high) = 29.3, size
        ring = [[x, y], [x + wide, y], [x + wide, y + high], [x, y + high], [x, y]]
        shape = {"type": "Polygon", "coordinates": [ring]}
    area = Area(
        code=code,
        name_zh=name,
        name_en=f"Area {code}",
        level=level,
        parent=parent,
        valid_from=BEGUN,
        geometry=shape,
        source_crs=None if shape is None else "wgs84",
        schematic=shape is not None,
        kind=kind,
    )
    db.session.add(area)
    db.session.flush()
    return area
