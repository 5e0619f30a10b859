"""Areas, boundaries and margins: every problem with its place, and nothing half imported."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import eviltransform
import numpy as np
import pyogrio
import pytest
import shapely
from flask import Flask
from shapely.geometry import shape

from app.areas.importing import import_areas, import_boundaries, import_margins, import_memberships
from app.areas.models import Area, FunctionalMembership, MarginCell, MarginTable
from app.areas.queries import (
    area_by_code,
    areas_by_code,
    descendants,
    functional_areas,
    margin,
    margin_table,
    shapes_of,
    standing,
)
from app.db import db, unit_of_work
from app.errors import MOST_LISTED, Problem, describe_place
from app.workbooks.csv_writing import write_csv

DAY = date(2020, 1, 1)
COLUMNS = ("code", "name_zh", "level", "parent_code", "valid_from", "valid_to", "in_frame", "kind")
CITY = ("3602", "景德镇市", "city", "", "", "", "", "")
DISTRICT = ("360203", "珠山区", "district", "3602", "", "", "", "")
STREET = ("360203001", "石狮埠街道", "street", "360203", "", "", "", "subdistrict")


def table(*rows: Sequence[object], columns: Sequence[str] = COLUMNS) -> bytes:
    """A CSV table of areas."""
    return write_csv([[str(value) for value in row] for row in rows], columns=columns)


def take(*rows: Sequence[object]) -> tuple[int, int]:
    """Import and keep; how many were added and changed."""
    with unit_of_work():
        done = import_areas(content=table(*rows), filename="areas.csv", valid_from=DAY)
    return done.added, done.changed


def refused(
    *rows: Sequence[object], content: bytes | None = None
) -> list[tuple[str, int | None, str | None]]:
    """Code, row and cell of every place of a refusal; nothing may have changed by it."""
    before = snapshot()
    with pytest.raises(Problem) as caught, unit_of_work():
        import_areas(content=content or table(*rows), filename="areas.csv", valid_from=DAY)
    assert caught.value.code == "area-table-invalid"
    assert caught.value.facts == {"count": len(caught.value.places)}
    assert snapshot() == before
    return [(place.code, place.row, place.cell) for place in caught.value.places]


def snapshot() -> list[tuple[Any, ...]]:
    """All areas as they are kept."""
    db.session.expire_all()
    return [
        (a.code, a.name_zh, a.level, a.parent_id, a.geometry, a.source_crs, a.valid_to)
        for a in db.session.query(Area).order_by(Area.code)
    ]


def test_whole_tree_comes_from_one_table_in_any_order(app: Flask) -> None:
    assert take(STREET, DISTRICT, CITY) == (3, 0)
    street = area_by_code("360203001")
    assert street.parent is not None
    assert street.parent.parent is not None
    assert street.parent.parent.code == "3602"
    assert (street.kind, street.in_frame, street.valid_from) == ("subdistrict", True, DAY)


def test_second_import_brings_up_to_date_and_adds(app: Flask) -> None:
    take(CITY, DISTRICT)
    renamed = ("360203", "珠山新区", "district", "3602", "", "2030-12-31", "0", "")
    assert take(renamed, STREET) == (1, 1)
    district = area_by_code("360203")
    assert (district.name_zh, district.valid_to, district.in_frame) == ("珠山新区", date(2030, 12, 31), False)
    assert area_by_code("360203001").parent is district


def test_chinese_headings_and_workbook_rows_are_read(app: Flask) -> None:
    content = write_csv([["3602", "景德镇市", "city", ""]], columns=("区划代码", "名称", "级别", "上级代码"))
    with unit_of_work():
        import_areas(content=content, filename="区域.csv", valid_from=DAY)
    assert area_by_code("3602").name_zh == "景德镇市"


def test_every_problem_is_told_at_once_with_its_place(app: Flask) -> None:
    found = refused(
        CITY,
        ("360203", "珠山区", "district", "", "", "", "", ""),
        ("360204", "x", "district", "9999", "", "", "", ""),
        ("360205", "", "district", "3602", "", "", "", ""),
        ("360206", "x", "village", "3602", "", "", "", ""),
        ("360203", "again", "district", "3602", "", "", "", ""),
        ("3603", "第二市", "city", "3602", "", "", "", ""),
        ("360207", "x", "district", "3602", "", "2019-01-01", "", ""),
        ("360208", "x" * 121, "district", "3602", "", "", "", ""),
        ("360209", "x", "district", "3602", "someday", "", "2", ""),
    )
    assert set(found) == {
        ("parent-missing", 3, "A3"),
        ("unknown-parent", 4, "D4"),
        ("value-missing", 5, "B5"),
        ("not-a-choice", 6, "C6"),
        ("code-twice", 7, "A7"),
        ("city-with-parent", 8, "D8"),
        ("validity-order", 9, "F9"),
        ("text-too-long", 10, "B10"),
        ("not-a-date", 11, "E11"),
        ("above-maximum", 11, "G11"),
    }


def test_tree_cannot_come_back_to_itself(app: Flask) -> None:
    take(CITY, DISTRICT, STREET)
    assert refused(("360203", "珠山区", "district", "360203", "", "", "", "")) == [("parent-level", 2, "D2")]
    assert refused(("360203", "珠山区", "district", "360203001", "", "", "", "")) == [
        ("parent-level", 2, "D2")
    ]
    a = ("1", "a", "street", "2", "", "", "", "")
    b = ("2", "b", "street", "1", "", "", "", "")
    assert refused(a, b) == [("parent-level", 2, "D2"), ("parent-level", 3, "D3")]


def test_level_changes_only_where_the_areas_below_still_fit(app: Flask) -> None:
    take(CITY, DISTRICT, STREET)
    assert refused(("360203", "珠山区", "community", "3602", "", "", "", "")) == [("child-level", 2, "C2")]
    community = ("360203001", "石狮埠", "grid", "360203", "", "", "", "")
    assert take(("360203", "珠山区", "community", "3602", "", "", "", ""), community) == (0, 2)


def test_a_column_that_the_table_does_not_have_leaves_its_facts_alone(app: Flask) -> None:
    whole = (*COLUMNS, "name_en", "source_note")
    street = (*STREET[:5], "2040-12-31", "0", "subdistrict", "Shishibu", "民政局")
    with unit_of_work():
        content = table((*CITY, "", ""), (*DISTRICT, "", ""), street, columns=whole)
        import_areas(content=content, filename="areas.csv", valid_from=DAY)
    for columns in (("code", "name_zh", "level", "parent_code"), ("code", "name_zh", "level")):
        row = ("360203001", "石狮埠", "street", "360203")[: len(columns)]
        with unit_of_work():
            import_areas(content=table(row, columns=columns), filename="areas.csv", valid_from=DAY)
        found = area_by_code("360203001")
        assert (found.name_zh, found.name_en, found.kind) == ("石狮埠", "Shishibu", "subdistrict")
        assert (found.in_frame, found.source_note, found.valid_to) == (False, "民政局", date(2040, 12, 31))
        assert found.parent is area_by_code("360203")
    # An empty cell of a column that is there says that there is none.
    take((*STREET[:7], ""))
    assert (area_by_code("360203001").kind, area_by_code("360203001").name_en) == (None, "Shishibu")


def test_no_area_becomes_a_city_and_no_city_a_part(app: Flask) -> None:
    take(CITY, DISTRICT, STREET, ("3603", "萍乡市", "city", "", "", "", "", ""))
    assert refused((*STREET[:2], "city", "", *STREET[4:])) == [("city-level", 2, "C2")]
    assert refused(("3603", "萍乡市", "district", "3602", "", "", "", "")) == [("city-level", 2, "C2")]


def test_missing_column_is_said_once(app: Flask) -> None:
    found = refused(content=write_csv([["3602", "市"]], columns=("code", "name_zh")))
    assert [code for code, _row, _cell in found] == ["column-missing"]


def geojson(*features: tuple[str, Any], key: str = "code") -> bytes:
    """A FeatureCollection of (code, geometry)."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {key: code}, "geometry": geometry}
                for code, geometry in features
            ],
        }
    ).encode()


def square(x: float, y: float, side: float) -> dict[str, Any]:
    """A square by its lower left corner."""
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def shaped(code: str) -> Any:
    """The kept outline of an area."""
    db.session.expire_all()
    return shape(area_by_code(code).geometry)


@pytest.fixture
def city(app: Flask) -> None:
    """Three areas without shapes."""
    take(CITY, DISTRICT, STREET)


def test_boundary_in_degrees_is_kept_as_it_is(city: None) -> None:
    with unit_of_work():
        done = import_boundaries(
            content=geojson(("360203", square(117.2, 29.2, 0.1)), key="adcode"), crs="WGS84", schematic=True
        )
    assert done.changed == 1
    assert shaped("360203").bounds == (117.2, 29.2, pytest.approx(117.3), pytest.approx(29.3))
    assert (area_by_code("360203").source_crs, area_by_code("360203").schematic) == ("wgs84", True)


def test_shift_of_gcj02_is_undone(city: None) -> None:
    lat, lon = eviltransform.wgs2gcj(29.29, 117.2)
    assert abs(lon - 117.2) > 0.004
    with unit_of_work():
        import_boundaries(content=geojson(("360203", square(lon, lat, 0.01))), crs="gcj02", schematic=False)
    west, south, _east, _north = shaped("360203").bounds
    assert (west, south) == (pytest.approx(117.2, abs=1e-5), pytest.approx(29.29, abs=1e-5))


def test_boundary_in_metres_comes_to_degrees(city: None) -> None:
    with unit_of_work():
        content = geojson(("360203", square(500_000.0, 3_242_000.0, 1000.0)))
        import_boundaries(content=content, crs=" epsg:4548 ", schematic=False)
    west, south, east, north = shaped("360203").bounds
    assert west == pytest.approx(117.0, abs=1e-9)
    assert 29.2 < south < 29.4
    assert east - west == pytest.approx(1000 / 97_000, rel=0.01)
    assert north - south == pytest.approx(1000 / 110_850, rel=0.01)
    assert area_by_code("360203").source_crs == "EPSG:4548"


def test_bow_tie_is_mended_to_its_ground(city: None) -> None:
    bow = {"type": "Polygon", "coordinates": [[[117, 29], [118, 30], [118, 29], [117, 30], [117, 29]]]}
    with unit_of_work():
        import_boundaries(content=geojson(("360203", bow)), crs="wgs84", schematic=False)
    assert shaped("360203").is_valid
    assert shaped("360203").area == pytest.approx(0.5)


def deep() -> dict[str, Any]:
    """A polygon whose coordinates are nested out of all reason."""
    coordinates: list[Any] = []
    for _ in range(900):
        coordinates = [coordinates]
    return {"type": "Polygon", "coordinates": coordinates}


def test_a_shape_must_touch_the_ground_of_what_holds_it(city: None) -> None:
    def brought(*features: tuple[str, Any]) -> list[tuple[str, int | None, dict[str, Any]]]:
        with pytest.raises(Problem) as caught, unit_of_work():
            import_boundaries(content=geojson(*features), crs="wgs84", schematic=False)
        return [(place.code, place.feature, place.facts) for place in caught.value.places]

    far = {"found": "360203001", "parent": "3602"}
    whole = ("3602", square(117, 29, 1))
    assert brought(("360203001", square(0, 0, 0.1)), whole) == [("boundary-elsewhere", 1, far)]
    with unit_of_work():
        import_boundaries(content=geojson(whole), crs="wgs84", schematic=False)
    assert brought(("360203001", square(0, 0, 0.1))) == [("boundary-elsewhere", 1, far)]
    # The city itself, and what overlaps its ground, may come.
    with unit_of_work():
        import_boundaries(
            content=geojson(("360203001", square(116.95, 29, 0.1)), ("3602", square(116, 29, 2))),
            crs="wgs84",
            schematic=False,
        )


@pytest.mark.parametrize(
    ("content", "crs", "code", "places"),
    [
        (geojson(("360203", square(117, 29, 1))), "", "boundary-crs-missing", []),
        (geojson(("360203", square(117, 29, 1))), "  ", "boundary-crs-missing", []),
        (geojson(("360203", square(117, 29, 1))), "mars", "crs-unknown", []),
        (geojson(("360203", square(117, 29, 1))), "EPSG:999999", "crs-unknown", []),
        (b"", "wgs84", "boundary-file-invalid", []),
        (b"{}", "wgs84", "boundary-file-invalid", []),
        (b"[" * 100_000, "wgs84", "boundary-file-invalid", []),
        (b'{"features": []}', "wgs84", "boundary-file-invalid", []),
        (b'{"features": [{"geometry": null}]}', "wgs84", "boundary-file-invalid", []),
        (
            geojson(
                ("360203", square(117, 29, 1)),
                ("999", square(117, 29, 1)),
                ("360203", square(117, 29, 1)),
                ("3602", {"type": "Point", "coordinates": [117, 29]}),
                ("360203001", square(500_000, 3_242_000, 1)),
            ),
            "wgs84",
            "boundaries-invalid",
            [
                ("unknown-area", 2),
                ("code-twice", 3),
                ("boundary-not-area", 4),
                ("coordinates-out-of-range", 5),
            ],
        ),
        (geojson(("360203", None)), "wgs84", "boundaries-invalid", [("boundary-not-area", 1)]),
        (
            geojson(("360203", {"type": "Polygon", "coordinates": "x"})),
            "wgs84",
            "boundaries-invalid",
            [("boundary-not-area", 1)],
        ),
        (
            geojson(("360203", square(float("nan"), 29, 1))),
            "wgs84",
            "boundaries-invalid",
            [("boundary-not-area", 1)],
        ),
        (geojson(("360203", deep())), "wgs84", "boundaries-invalid", [("boundary-not-area", 1)]),
    ],
)
def test_unusable_boundaries_change_nothing(
    city: None, content: bytes, crs: str, code: str, places: list[tuple[str, int]]
) -> None:
    before = snapshot()
    with pytest.raises(Exception, match=code) as caught, unit_of_work():
        import_boundaries(content=content, crs=crs, schematic=False)
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert [(place.code, place.feature) for place in getattr(caught.value, "places", ())] == places
    assert snapshot() == before


MARGIN_COLUMNS = ("区划代码", "变量", "类别", "人数")


def margins(
    *rows: Sequence[object], name: str = "七普", note: str = "人口普查", year: int = 2020
) -> MarginTable:
    """Import a margin table of the city."""
    content = write_csv([[str(value) for value in row] for row in rows], columns=MARGIN_COLUMNS)
    with unit_of_work():
        return import_margins(
            content=content,
            filename="m.csv",
            name=name,
            root=area_by_code("3602"),
            reference_year=year,
            source_note=note,
        )


def test_margins_are_read_by_variable_and_level(city: None) -> None:
    margins(
        ("360203", "sex", "male", 100), ("360203", "sex", "female", "1,020.5"), ("3602", "total", "all", 2000)
    )
    found = margin_table("七普")
    district = area_by_code("360203").id
    assert margin(found, "sex") == {(district, "female"): 1020.5, (district, "male"): 100.0}
    assert margin(found, "total", level="district") == {}
    assert (found.source_note, found.reference_year) == ("人口普查", 2020)


def test_a_margin_table_of_headings_alone_is_refused(city: None) -> None:
    with pytest.raises(Problem) as caught:
        margins()
    assert caught.value.code == "margin-table-empty"
    assert db.session.query(MarginTable).count() == 0


def test_unusable_margins_are_told_with_places_and_change_nothing(city: None) -> None:
    margins(("3602", "total", "all", 1))
    with pytest.raises(Problem) as caught:
        margins(
            ("360203", "sex", "male", 1),
            ("360203", "sex", "male", 2),
            ("999", "sex", "male", 2),
            ("360203", "sex", "", 2),
            ("360203", "sex", "female", -1),
            ("360203", "x" * 41, "female", "many"),
            name="第二",
        )
    assert {(place.code, place.row, place.cell) for place in caught.value.places} == {
        ("code-twice", 3, "A3"),
        ("area-outside-root", 4, "A4"),
        ("value-missing", 5, "C5"),
        ("below-minimum", 6, "D6"),
        ("not-a-number", 7, "D7"),
        ("text-too-long", 7, "B7"),
    }
    with pytest.raises(Problem) as caught:
        margins(
            ("3602", "total", "all", 1), ("3602", "sex", "male", 0), ("3602", "sex", "female", 0), name="三"
        )
    assert [(place.code, place.cell) for place in caught.value.places] == [("margin-of-nobody", "D3")]
    for arguments, code in (
        ({"note": " "}, "margin-source-missing"),
        ({"name": "七普"}, "margin-table-exists"),
    ):
        with pytest.raises(Problem) as caught:
            margins(("3602", "total", "all", 1), **arguments)  # type: ignore[arg-type]
        assert caught.value.code == code
    assert (db.session.query(MarginTable).count(), db.session.query(MarginCell).count()) == (1, 1)


LATER = date(2024, 1, 1)


def take_later(*rows: Sequence[object]) -> tuple[int, int]:
    """Import as told of a later day."""
    with unit_of_work():
        done = import_areas(content=table(*rows), filename="areas.csv", valid_from=LATER)
    return done.added, done.changed


def test_other_facts_of_a_later_day_are_a_new_row(city: None) -> None:
    with unit_of_work():
        import_boundaries(content=geojson(("360203", square(117.2, 29.2, 0.1))), crs="wgs84", schematic=False)
    assert take_later(("360203", "珠山新区", "district", "3602", "", "", "", "")) == (0, 1)
    before, now = area_by_code("360203", on=date(2023, 12, 31)), area_by_code("360203", on=LATER)
    assert (before.name_zh, before.valid_from, before.valid_to) == ("珠山区", DAY, date(2023, 12, 31))
    assert (now.name_zh, now.valid_from, now.valid_to) == ("珠山新区", LATER, None)
    assert shapes_of([before, now])[before.id] == shapes_of([before, now])[now.id]
    # The street goes on and hangs on what goes on; it is found under either row.
    street = area_by_code("360203001")
    assert street.parent is now
    assert {row.id for row in descendants(before)} == {before.id, now.id, street.id}
    assert [
        row.name_zh for row in standing(descendants(now), date(2021, 1, 1)) if row.level == "district"
    ] == ["珠山区"]
    assert areas_by_code(["360203"], on=date(2021, 1, 1))["360203"] is before


def test_the_same_facts_of_a_later_day_change_nothing_and_a_city_is_never_followed(city: None) -> None:
    take_later((CITY[0], "景德镇", *CITY[2:]), DISTRICT, STREET)
    assert db.session.query(Area).count() == 3
    assert area_by_code("3602").name_zh == "景德镇"
    take_later(("360203", "珠山区", "district", "3602", "", "2024-12-31", "", ""))
    assert (area_by_code("360203", on=DAY).valid_to, db.session.query(Area).count()) == (
        date(2024, 12, 31),
        3,
    )


def test_a_boundary_goes_to_the_row_of_its_day(city: None) -> None:
    take_later(("360203", "珠山新区", "district", "3602", "", "", "", ""))
    small, large = square(117.2, 29.2, 0.1), square(117.2, 29.2, 0.2)
    with unit_of_work():
        import_boundaries(
            content=geojson(("360203", small)), crs="wgs84", schematic=False, on=date(2022, 1, 1)
        )
        import_boundaries(content=geojson(("360203", large)), crs="wgs84", schematic=False)
    before, now = area_by_code("360203", on=DAY), area_by_code("360203", on=LATER)
    shapes = shapes_of([before, now])
    assert [shape(shapes[row.id]).area for row in (before, now)] == pytest.approx([0.01, 0.04])
    dated = json.loads(geojson(("360203", large), ("360203", small)))
    dated["features"][0]["properties"]["valid_from"] = "2020-01-01"
    dated["features"][1]["properties"]["valid_from"] = "2024-06-01"
    with unit_of_work():
        import_boundaries(content=json.dumps(dated).encode(), crs="wgs84", schematic=False)
    shapes = shapes_of([before, now])
    assert [shape(shapes[row.id]).area for row in (before, now)] == pytest.approx([0.04, 0.01])
    dated["features"][0]["properties"]["valid_from"] = "1999-01-01"
    dated["features"][1]["properties"]["valid_from"] = "someday"
    with pytest.raises(Problem) as caught, unit_of_work():
        import_boundaries(content=json.dumps(dated).encode(), crs="wgs84", schematic=False)
    assert [(place.code, place.feature) for place in caught.value.places] == [
        ("unknown-area", 1),
        ("date-unreadable", 2),
    ]


def layer(folder: Path, name: str, crs: str | None, codes: Sequence[str] = ("360203",)) -> Path:
    """A file of one layer: a square of about a kilometre for each code."""
    outline = shapely.box(500_000.0, 3_242_000.0, 501_000.0, 3_243_000.0)
    pyogrio.raw.write(
        folder / name,
        np.array([shapely.to_wkb(outline)] * len(codes)),
        [np.array(codes, dtype=object)],
        fields=np.array(["CODE"]),
        crs=crs,
        geometry_type="Polygon",
    )
    return folder / name


def zipped(folder: Path) -> bytes:
    """All parts of a Shapefile."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, f"边界/{part.name}")
    return held.getvalue()


@pytest.mark.parametrize("kind", ["gpkg", "shp"])
def test_boundaries_come_as_geopackage_and_zipped_shapefile(city: None, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "layer"
    folder.mkdir()
    written = layer(folder, f"district.{kind}", "EPSG:4548")
    content = written.read_bytes() if kind == "gpkg" else zipped(folder)
    with unit_of_work():
        import_boundaries(content=content, crs="", schematic=False)
    assert area_by_code("360203").source_crs == "EPSG:4548"
    assert shaped("360203").bounds[0] == pytest.approx(117.0, abs=1e-9)


@pytest.mark.filterwarnings("ignore:GPKG. bad application_id")
def test_layer_without_coordinate_system_asks_for_it_and_a_wrong_file_says_what_is_wrong(
    city: None, tmp_path: Path
) -> None:
    def told(content: bytes) -> str:
        with pytest.raises(Problem) as caught, unit_of_work():
            import_boundaries(content=content, crs="", schematic=False)
        return caught.value.code

    folder = tmp_path / "layer"
    folder.mkdir()
    with pytest.warns(UserWarning, match="crs"):
        layer(folder, "district.shp", None)
    content = zipped(folder)
    assert told(content) == "boundary-crs-missing"
    with unit_of_work():
        import_boundaries(content=content, crs="EPSG:4548", schematic=False)
    with pytest.warns(UserWarning, match="crs"):
        layer(folder, "other.shp", None)
    assert told(zipped(folder)) == "boundary-layers"
    assert told(b"SQLite format 3\0" + b"x" * 200) == "boundary-file-invalid"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * (40 << 20))
    with pytest.raises(Exception, match="suspicious-ratio"):
        import_boundaries(content=held.getvalue(), crs="wgs84", schematic=False)


def test_shapes_are_read_where_they_are_asked_for_alone(city: None) -> None:
    with unit_of_work():
        import_boundaries(content=geojson(("360203", square(117.2, 29.2, 0.1))), crs="wgs84", schematic=False)
    db.session.expire_all()
    found = {area.code: area for area in descendants(area_by_code("3602"))}
    assert {code: area.has_shape for code, area in found.items()} == {
        "3602": False,
        "360203": True,
        "360203001": False,
    }
    assert all("geometry" not in area.__dict__ for area in found.values())


def test_a_shape_without_its_coordinate_system_is_refused_by_the_database(city: None) -> None:
    area_by_code("360203").geometry = square(117.2, 29.2, 0.1)
    with pytest.raises(Exception, match="source_crs"):
        db.session.flush()
    db.session.rollback()


def members(*rows: Sequence[object]) -> None:
    """Import a table of memberships and keep it."""
    columns = ("functional_code", "member_code", "share")
    with unit_of_work():
        import_memberships(
            content=write_csv([[str(v) for v in row] for row in rows], columns=columns), filename="m.csv"
        )


def test_functional_areas_have_the_members_of_the_newest_table(city: None) -> None:
    take(*(("F" + n, "园区" + n, "functional", "3602", "", "", "0", "") for n in "12"))
    members(("F1", "360203", ""), ("F2", "360203001", "0.4"), ("F1", "360203001", "0.4"))
    ids = {code: area_by_code(code).id for code in ("F1", "F2")}
    assert functional_areas() == {"360203": ids["F1"], "360203001": ids["F1"]}
    members(("F1", "360203001", "0.3"))
    assert functional_areas() == {"360203001": ids["F2"]}
    assert db.session.query(FunctionalMembership).count() == 2
    with pytest.raises(Problem) as caught:
        members(("F1", "F2", ""), ("360203", "9", ""), ("F1", "360203", "0"), ("F1", "360203", "1"))
    assert caught.value.code == "membership-table-invalid"
    assert [(place.code, place.row, place.cell) for place in caught.value.places] == [
        ("membership-member-code", 2, "B2"),
        ("membership-functional-code", 3, "A3"),
        ("unknown-area", 3, "B3"),
        ("membership-share", 4, "C4"),
        ("code-twice", 5, "B5"),
    ]
    db.session.rollback()
    assert db.session.query(FunctionalMembership).count() == 2


@pytest.mark.parametrize("code", ["a_xD800_b", "36/02", "三六", "36 02", "-36"])
def test_a_code_has_no_sign_that_means_something_else(app: Flask, code: str) -> None:
    assert refused(("36", "市", "city", ""), (code, "区", "district", "36")) == [
        ("area-code-unusable", 3, "A3")
    ]


def test_many_features_at_fault_are_counted_and_the_first_listed(city: None) -> None:
    content = geojson(*[(f"9{number}", None) for number in range(5_000)])
    with pytest.raises(Problem) as caught, unit_of_work():
        import_boundaries(content=content, crs="wgs84", schematic=False)
    assert caught.value.facts["count"] == 10_000
    assert len(caught.value.places) == MOST_LISTED + 1
    assert describe_place(caught.value.places[0]) == "第 1 个要素"
