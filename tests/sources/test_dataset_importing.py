"""Each wrong file is refused with its place and leaves nothing; the pages take the right ones."""

from __future__ import annotations

import io
import json
import re
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pytest
from flask import Flask
from flask.testing import FlaskClient
from rasterio.transform import from_origin

from app.areas.models import Area
from app.db import db, unit_of_work
from app.errors import MOST_LISTED, Invalid, describe
from app.sources import signalling
from app.sources.importing import parse_class_table
from app.sources.measuring import measure
from app.sources.models import SOURCE_KIND_OF, Dataset
from app.workbooks.csv_writing import write_csv
from tests.conftest import at_once
from tests.sources.conftest import CLASSES, Import, figures, parquet, raster, town

ClientAs = Callable[..., FlaskClient]
STOCK: dict[str, Any] = {
    "x": [5e5],
    "y": [3.242e6],
    "size": [500.0],
    "hour": ["2024-05-14T03:00+08:00"],
    "count": [1.0],
}
TRIPS: dict[str, Any] = {
    "origin_x": [5e5],
    "origin_y": [3.242e6],
    "destination_x": [5e5],
    "destination_y": [3.242e6],
    "minutes": [1.0],
    "count": [1.0],
}
POINTS = ("lon", "lat", "category")
FIGURES = ("area_code", "item_code", "value")
CELLS = ("x", "y", "size", "hour", "count")


def csv(columns: tuple[str, ...], *rows: tuple[object, ...]) -> bytes:
    """A CSV file."""
    return write_csv([[str(value) for value in row] for row in rows], columns=columns)


def geopackage(rows: list[tuple[float, float, str | None]], crs: str | None = "EPSG:4490") -> bytes:
    """A GeoPackage of points."""
    shapes = geopandas.points_from_xy([row[0] for row in rows], [row[1] for row in rows])
    frame = geopandas.GeoDataFrame({"category": [row[2] for row in rows]}, geometry=shapes, crs=crs)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # A layer without a coordinate system is what one of the tests is about.
        warnings.simplefilter("ignore", UserWarning)
        frame.to_file(f"{folder}/p.gpkg", driver="GPKG")
        return Path(f"{folder}/p.gpkg").read_bytes()


Refusal = tuple[str, str, bytes, dict[str, Any], str, list[tuple[str, int | None, str | None]]]
REFUSALS: list[Refusal] = [
    ("no file of a kind", "smells", b"x", {}, "dataset-kind-unknown", []),
    ("nothing", "points", b"", {}, "dataset-empty", []),
    ("no note", "points", csv(POINTS, (117, 29, "park")), {"source_note": " "}, "dataset-note-missing", []),
    (
        "no crs",
        "points",
        csv(POINTS, (117, 29, "park")),
        {"crs": None},
        "dataset-crs-missing",
        [("dataset-crs-missing", None, None)],
    ),
    ("odd crs", "points", csv(POINTS, (117, 29, "park")), {"crs": "mars"}, "crs-unknown", []),
    (
        "odd vintage",
        "points",
        csv(POINTS, (117, 29.3, "park")),
        {"crs": "wgs84", "vintage": "last year"},
        "dataset-vintage-unreadable",
        [],
    ),
    ("no rows", "points", csv(POINTS), {"crs": "wgs84"}, "dataset-empty", []),
    (
        "no column",
        "points",
        csv(("lon", "lat"), (117, 29)),
        {"crs": "wgs84"},
        "dataset-invalid",
        [("column-missing", 1, "category")],
    ),
    (
        "cells",
        "points",
        csv(POINTS, ("far", 29, "park"), (117, "", "park"), (117, 29, "")),
        {"crs": "wgs84"},
        "dataset-invalid",
        [("not-a-number", 2, "lon"), ("value-missing", 3, "lat"), ("value-missing", 4, "category")],
    ),
    (
        "swapped",
        "points",
        csv(POINTS, (117, 29, "park"), (29, 117, "park")),
        {"crs": "wgs84"},
        "dataset-invalid",
        [("coordinates-out-of-range", 3, None)],
    ),
    ("no json", "points", b"{", {"crs": "wgs84", "filename": "p.geojson"}, "points-file-unreadable", []),
    (
        "odd feature",
        "points",
        b'{"features":[{"geometry":{"coordinates":[117,29]},"properties":{"category":"park"}},{"geometry":null}]}',
        {"crs": "wgs84", "filename": "p.geojson"},
        "dataset-invalid",
        [("point-unreadable", 2, None)],
    ),
    ("no geopackage", "points", b"GIF89a", {"filename": "p.gpkg"}, "geopackage-unreadable", []),
    (
        "geopackage without crs",
        "points",
        geopackage([(117, 29, "park")], crs=None),
        {"filename": "p.gpkg"},
        "geopackage-without-crs",
        [],
    ),
    (
        "geopackage of another system",
        "points",
        geopackage([(117, 29, "park")]),
        {"filename": "p.gpkg", "crs": "gcj02"},
        "geopackage-crs-differs",
        [],
    ),
    (
        "geopackage with a point without category",
        "points",
        geopackage([(117, 29, "park"), (117, 29, None)]),
        {"filename": "p.gpkg", "crs": None},
        "dataset-invalid",
        [("point-unreadable", 2, None)],
    ),
    ("no classes", "land_cover", raster(town()), {}, "class-table-missing", []),
    (
        "odd class",
        "land_cover",
        raster(town()),
        {"class_table": {1: "lava"}},
        "dataset-invalid",
        [("class-name-unknown", None, None)],
    ),
    (
        "class without a name",
        "land_cover",
        raster(town()),
        {"class_table": {1: "water", 7: "impervious"}},
        "dataset-invalid",
        [("class-without-name", None, None)],
    ),
    (
        "raster without crs",
        "land_cover",
        raster(town(), crs=None),
        {"class_table": CLASSES},
        "raster-without-crs",
        [],
    ),
    (
        "raster in degrees",
        "land_cover",
        raster(town(), crs="EPSG:4326"),
        {"class_table": CLASSES},
        "raster-not-projected",
        [],
    ),
    ("two bands", "land_cover", raster(town(), bands=2), {"class_table": CLASSES}, "raster-many-bands", []),
    (
        "not integer",
        "land_cover",
        raster(town().astype(np.float32)),
        {"class_table": CLASSES},
        "raster-not-integer",
        [],
    ),
    ("no raster", "land_cover", b"GIF89a", {"class_table": CLASSES}, "raster-unreadable", []),
    (
        "no crs of cells",
        "signalling_stock",
        parquet(**STOCK),
        {"crs": ""},
        "dataset-crs-missing",
        [("dataset-crs-missing", None, None)],
    ),
    ("no parquet", "signalling_stock", b"PAR1", {}, "parquet-unreadable", []),
    (
        "columns missing",
        "signalling_stock",
        parquet(x=[1.0], hour=["x"]),
        {},
        "columns-missing",
        [("column-missing-by-name", None, "y"), ("column-missing-by-name", None, "count")],
    ),
    (
        "no rows of cells",
        "signalling_stock",
        parquet(
            **{
                **STOCK,
                "x": [],
                "y": [],
                "size": pa.array([], pa.float64()),
                "hour": pa.array([], pa.string()),
                "count": [],
            }
        ),
        {},
        "dataset-invalid",
        [("column-not-numeric", None, "x")] * 0
        + [("column-not-numeric", None, name) for name in ("x", "y", "count")],
    ),
    (
        "texts for numbers",
        "signalling_stock",
        parquet(**{**STOCK, "count": ["many"]}),
        {},
        "dataset-invalid",
        [("column-not-numeric", None, "count")],
    ),
    (
        "hour without a zone",
        "signalling_stock",
        parquet(**{**STOCK, "hour": ["2024-05-14T03:00"]}),
        {},
        "dataset-invalid",
        [("hour-unreadable", 1, "hour")],
    ),
    (
        "instant without a zone",
        "signalling_stock",
        parquet(**{**STOCK, "hour": pa.array([0], pa.timestamp("s"))}),
        {},
        "dataset-invalid",
        [("hour-unreadable", None, "hour")],
    ),
    (
        "no such hour",
        "signalling_stock",
        parquet(**{**STOCK, "hour": ["2024-13-14T03:00Z"]}),
        {},
        "dataset-invalid",
        [("hour-unreadable", 1, "hour")],
    ),
    (
        "negative",
        "signalling_stock",
        parquet(**{**STOCK, "count": [-1.0]}),
        {},
        "dataset-invalid",
        [("number-unusable", 1, "count")],
    ),
    (
        "no number",
        "signalling_stock",
        parquet(**{**STOCK, "x": [float("nan")]}),
        {},
        "dataset-invalid",
        [("number-unusable", 1, "x")],
    ),
    (
        "metres as degrees",
        "signalling_stock",
        parquet(**STOCK),
        {"crs": "wgs84"},
        "dataset-invalid",
        [("coordinates-out-of-range", None, "x")],
    ),
    ("neither parquet nor table", "signalling_stock", b"\xff\x00", {}, "csv-unreadable", []),
    (
        "table with an hour without a zone",
        "signalling_stock",
        csv(CELLS, (5e5, 3.242e6, 500, "2024-05-14T03:00Z", 1), (5e5, 3.242e6, 500, "2024-05-14 03:00", 1)),
        {},
        "dataset-invalid",
        [("hour-unreadable", 3, "hour")],
    ),
    (
        "no size of cells",
        "signalling_stock",
        parquet(**{name: values for name, values in STOCK.items() if name != "size"}),
        {},
        "cell-size-missing",
        [],
    ),
    ("two sizes", "signalling_stock", parquet(**STOCK), {"cell_m": 250.0}, "cell-sizes-differ", []),
    (
        "size in degrees",
        "signalling_stock",
        parquet(**{**STOCK, "size": [0.005]}),
        {},
        "cell-size-unusable",
        [],
    ),
    (
        "size that is no number",
        "signalling_stock",
        parquet(**{**STOCK, "size": [float("nan")]}),
        {},
        "dataset-invalid",
        [("number-unusable", 1, "size")],
    ),
    (
        "year without an exam",
        "signalling_stock",
        parquet(**STOCK),
        {"exam_year": 2019},
        "unknown-exam-year",
        [],
    ),
    (
        "trips",
        "signalling_commuting",
        parquet(**{**TRIPS, "minutes": [-1.0], "count": pa.array([None], pa.float64())}),
        {},
        "dataset-invalid",
        [("number-unusable", 1, "minutes"), ("number-unusable", 1, "count")],
    ),
    (
        "figures",
        "delivered_table",
        csv(
            FIGURES,
            ("36", "nothing", 1),
            ("36", "pop_resident", 1),
            ("99", "visitors_ms", 1),
            ("36", "visitors_ms", 1),
            ("36", "visitors_ms", 2),
        ),
        {},
        "dataset-invalid",
        [
            ("unknown-base-item", 2, "item_code"),
            ("item-not-big-data", 3, "item_code"),
            ("area-outside-root", 4, "area_code"),
            ("code-twice", 6, "item_code"),
        ],
    ),
    (
        "figures without a column",
        "delivered_table",
        csv(("area_code", "value"), ("36", 1)),
        {},
        "dataset-invalid",
        [("column-missing", 1, "item_code")],
    ),
    (
        "a place elsewhere",
        "points",
        csv(POINTS, (2.35, 48.86, "park")),
        {"crs": "wgs84"},
        "dataset-elsewhere",
        [],
    ),
    (
        "cells elsewhere",
        "signalling_stock",
        parquet(**{**STOCK, "x": [6e5]}),
        {},
        "dataset-elsewhere",
        [],
    ),
    (
        "trips elsewhere",
        "signalling_commuting",
        parquet(**{**TRIPS, "origin_y": [4e6]}),
        {},
        "dataset-elsewhere",
        [],
    ),
    (
        "raster elsewhere",
        "land_cover",
        raster(town(), transform=from_origin(600_000, 4e6, 100, 100)),
        {"class_table": CLASSES},
        "raster-misses-zones",
        [],
    ),
    (
        "raster without data",
        "land_cover",
        raster(np.zeros_like(town()), nodata=0),
        {"class_table": CLASSES},
        "raster-without-data",
        [],
    ),
    (
        "no zone of any clock",
        "signalling_stock",
        parquet(**{**STOCK, "hour": ["2024-05-14T03:00+99:99"]}),
        {},
        "dataset-invalid",
        [("hour-unreadable", 1, "hour")],
    ),
    *(
        (
            name,
            "points",
            json.dumps(
                {"features": [{"geometry": {"coordinates": place}, "properties": {"category": category}}]}
            ).encode(),
            {"crs": "wgs84", "filename": "p.geojson"},
            "dataset-invalid",
            [("point-unreadable", 1, None)],
        )
        for name, place, category in (
            ("no category", [117, 29.3], None),
            ("a number for a category", [117, 29.3], 4),
            ("text for coordinates", "12", "park"),
            ("truth for a number", [True, 29.3], "park"),
        )
    ),
    (
        "year without a catalogue",
        "delivered_table",
        csv(FIGURES, ("36", "visitors_ms", 1)),
        {"exam_year": 2023},
        "no-indicator-set",
        [],
    ),
]


@pytest.mark.parametrize(
    ("kind", "content", "changes", "code", "places"),
    [each[1:] for each in REFUSALS],
    ids=[each[0] for each in REFUSALS],
)
def test_wrong_file_is_refused_with_its_place_and_leaves_nothing(
    city: Area,
    bring: Import,
    kind: str,
    content: bytes,
    changes: dict[str, Any],
    code: str,
    places: list[tuple[str, int | None, str | None]],
) -> None:
    with pytest.raises(Exception, match=code) as caught:
        bring(kind, content, **changes)
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert [(p.code, p.row or p.feature, p.column) for p in getattr(caught.value, "places", ())] == places
    assert db.session.query(Dataset).count() == 0


def test_first_row_at_fault_is_named_with_how_many(city: Area, bring: Import) -> None:
    content = parquet(
        x=[5e5] * 4, y=[3.242e6] * 4, hour=["2024-05-14T03:00Z"] * 4, count=[1.0, -2.0, 1.0, -3.0]
    )
    with pytest.raises(Exception, match="dataset-invalid") as caught:
        bring("signalling_stock", content)
    (place,) = caught.value.places  # type: ignore[attr-defined]
    assert (place.row, place.facts) == (2, {"found": "-2.0", "count": 2})


def test_facts_of_reading_are_kept_with_the_file(city: Area, bring: Import) -> None:
    dataset = bring("land_cover", raster(town()), class_table=CLASSES, crs="wgs84")
    assert dataset.crs == "EPSG:4548"
    assert dataset.facts["classes"] == {"1": 900, "3": 450, "7": 450}
    assert dataset.facts["pixel_area_m2"] == 10_000.0
    assert dataset.class_table == {str(code): name for code, name in CLASSES.items()}
    assert bring("signalling_stock", parquet(**STOCK)).facts == {"rows": 1, "columns": list(STOCK)}


def test_what_lies_outside_the_city_is_counted(city: Area, bring: Import, client_as: ClientAs) -> None:
    places = csv(POINTS, (117.01, 29.3, "park"), (2.35, 48.86, "park"), (2.36, 48.86, "park"))
    points = bring("points", places, crs="wgs84")
    cells = {name: values * 2 for name, values in STOCK.items()} | {"x": [5e5, 6e5]}
    assert bring("signalling_stock", parquet(**cells)).facts["outside"] == 1
    assert points.facts["outside"] == 2
    assert "有 2 行在城市范围之外" in client_as("analyst").get(f"/sources/{points.id}").text


def test_a_class_out_of_range_is_told_with_the_bound(city: Area, bring: Import) -> None:
    high = town().astype(np.uint16)
    high[high == 7] = 40_000
    bring("land_cover", raster(high), class_table={**CLASSES, 40_000: "grass"})
    with pytest.raises(Exception, match="raster-class-out-of-range") as caught:
        measure(exam_year=2024, root=city)
    told = str(describe(caught.value.code, caught.value.facts))  # type: ignore[attr-defined]
    assert "40000" in told
    assert "0—32766" in told


def test_points_of_a_geopackage_bring_their_system(city: Area, bring: Import) -> None:
    content = geopackage(
        [(500_500.0, 3_242_500.0, "toilet"), (500_500.0, 3_242_700.0, "park")], crs="EPSG:4548"
    )
    dataset = bring("points", content, filename="p.gpkg", crs=None)
    assert (dataset.crs, dataset.facts["categories"]) == ("EPSG:4548", {"park": 1, "toilet": 1})
    with unit_of_work():
        measure(exam_year=2024, root=city)
    assert figures()["toilets_poi", "3602A"] == 1.0


def test_class_table_is_read_as_people_write_it(app: Flask) -> None:
    assert parse_class_table("1=水域、2=林地\n3：不透水面；4=Bare") == {
        1: "water",
        2: "forest",
        3: "impervious",
        4: "bare",
    }
    assert parse_class_table("1=water, 2：forest\n3:grass，") == {1: "water", 2: "forest", 3: "grass"}
    for text, code in (
        ("", "class-table-missing"),
        ("1=lava", "class-table-invalid"),
        ("x=water", "class-table-invalid"),
        ("²=water", "class-table-invalid"),
        ("9" * 5000 + "=water", "class-table-invalid"),
    ):
        with pytest.raises(Exception, match=code):
            parse_class_table(text)


def upload(client: FlaskClient, content: bytes | None, **form: str) -> Any:
    """Send the upload form."""
    given = {
        "kind": "points",
        "root": "36",
        "exam_year": "2024",
        "crs": "wgs84",
        "source_note": "测试",
        **form,
    }
    data: dict[str, Any] = dict(given)
    if content is not None:
        data["file"] = (io.BytesIO(content), "p.csv")
    return client.post(
        "/sources/",
        data=data,
        content_type="multipart/form-data",
        headers={"Referer": "http://localhost/sources/"},
    )


def test_analyst_brings_and_measures_through_the_pages(city: Area, client_as: ClientAs) -> None:
    client = client_as("analyst")
    answer = upload(client, csv(POINTS, (117.0155, 29.3, "park")))
    assert answer.status_code == 302
    measured = client.post("/sources/measure", data={"exam_year": "2024", "root": "36"})
    assert "已完成" in client.get(measured.headers["Location"]).text
    for language in ("zh", "en"):
        assert "p.csv" in client.get(f"/sources/?lang={language}").text
        assert "SHA-256" in client.get(f"{answer.headers['Location']}?lang={language}").text
        assert "p.csv" in client.get(f"/sources/?year=2024&lang={language}").text
    assert client.get("/sources/?year=99999999999").status_code == 422
    assert client.get("/sources/99").status_code == 404


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"kind": "smells"}, 422, "没有数据类型“smells”"),
        ({"root": "none"}, 404, "没有代码为“none”的区域"),
        ({"exam_year": "24"}, 422, "年份“24”不能读取"),
        ({"source_note": ""}, 422, "请填写数据来源说明"),
        ({"crs": ""}, 422, "请写明数据的坐标系"),
        ({"cell_m": "half"}, 422, "网格边长“half”不能使用"),
        ({"class_table": "1=lava"}, 422, "类别名称“lava”不认识"),
        ({}, 422, "缺少列：category、类别"),
    ],
)
def test_page_says_what_to_mend(
    city: Area, client_as: ClientAs, form: dict[str, str], status: int, words: str
) -> None:
    client = client_as("exam_office")
    answer = upload(client, b"lon,lat\n117,29\n", **form)
    assert answer.status_code == status
    assert words in answer.text
    assert upload(client, None).status_code == 422


def test_a_file_sent_many_times_is_one_dataset(app: Flask, city: Area, client_as: ClientAs) -> None:
    content = csv(POINTS, (117.0155, 29.3, "park"))
    clients = [client_as("analyst") for _ in range(4)]
    sent = [lambda client=client: upload(client, content) for client in clients]
    assert at_once(app, sent) == [302, 409, 409, 409]
    again = upload(clients[0], content)
    assert (again.status_code, "已有内容相同的数据" in again.text) == (409, True)
    kept = db.session.query(Dataset).one()
    # What was withdrawn, for a wrong coordinate system say, may be brought again.
    clients[0].post(f"/sources/{kept.id}/withdraw", data={"reason": "坐标系填错"})
    assert upload(clients[0], content).status_code == 302
    assert db.session.query(Dataset).count() == 2


def test_viewers_have_no_business_here(city: Area, client_as: ClientAs) -> None:
    client = client_as("viewer")
    assert client.get("/sources/").status_code == 403
    assert upload(client, b"x").status_code == 403


def test_every_kind_has_a_name_on_the_page(city: Area, client_as: ClientAs) -> None:
    page = client_as("analyst").get("/sources/").text
    for kind in SOURCE_KIND_OF:
        assert f'value="{kind}"' in page


def refused(bring: Import, kind: str, content: bytes, **changes: Any) -> Invalid:
    with pytest.raises(Exception, match=r".") as caught:
        bring(kind, content, **changes)
    return caught.value  # type: ignore[return-value]


def geojson(*features: object) -> bytes:
    return json.dumps({"features": features}).encode()


def poi(lon: object, lat: object, category: object = "park") -> dict[str, Any]:
    return {"geometry": {"coordinates": [lon, lat]}, "properties": {"category": category}}


def test_no_answer_lists_more_than_a_reader_can_mend(city: Area, bring: Import, client_as: ClientAs) -> None:
    content = b'{"features": [' + b",".join([b"1"] * 50_000) + b"]}"
    problem = refused(bring, "points", content, crs="wgs84", filename="p.geojson")
    assert problem.facts["count"] == 50_000
    assert len(problem.places) == MOST_LISTED + 1
    assert (problem.places[0].feature, problem.places[-1].code) == (1, "more-places")
    assert problem.places[-1].facts == {"count": 50_000 - MOST_LISTED}
    client = client_as("analyst")
    data = {"kind": "points", "root": "36", "exam_year": "2024", "crs": "wgs84", "source_note": "测试"}
    answer = client.post("/sources/", data={**data, "file": (io.BytesIO(content), "p.geojson")})
    assert answer.status_code == 422
    assert "第 1 个要素" in answer.text
    assert f"还有 {50_000 - MOST_LISTED} 处" in answer.text
    assert len(answer.data) < 200_000


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000"])
def test_a_text_that_cannot_be_kept_is_refused_with_its_place(city: Area, bring: Import, text: str) -> None:
    content = geojson(poi(117, 29.3), poi(117, 29.3, "X")).replace(b'"X"', f'"{text}"'.encode())
    problem = refused(bring, "points", content, crs="wgs84", filename="p.geojson")
    assert (problem.code, problem.facts) == (
        "json-text-unusable",
        {"found": "features[1].properties.category"},
    )


def test_a_coordinate_of_many_digits_is_no_point(city: Area, bring: Import) -> None:
    problem = refused(bring, "points", geojson(poi(10**400, 29)), crs="wgs84", filename="p.geojson")
    assert [(each.code, each.feature) for each in problem.places] == [("point-unreadable", 1)]


def test_cells_and_coordinates_to_mend_are_told_in_one_round(city: Area, bring: Import) -> None:
    rows = [("half", 29.3, "park"), (117, 999, "park"), (117, -999, "park")]
    problem = refused(bring, "points", csv(POINTS, *rows), crs="wgs84")
    assert [(each.code, each.row) for each in problem.places] == [
        ("not-a-number", 2),
        ("coordinates-out-of-range", 3),
        ("coordinates-out-of-range", 4),
    ]


@pytest.mark.parametrize(
    "vintage", ["٢٠٢٣", "9999", "0000", "2025", "2023-02-31", "2023-13", "2023-9", "1_000", "2023\x00"]
)
def test_a_vintage_is_a_period_of_the_calendar(city: Area, bring: Import, vintage: str) -> None:
    good = csv(POINTS, (117.0155, 29.3, "park"))
    problem = refused(bring, "points", good, crs="wgs84", vintage=vintage)
    assert problem.code == "dataset-vintage-unreadable"


def test_a_vintage_in_full_width_digits_is_kept_in_plain_ones(city: Area, bring: Import) -> None:
    good = csv(POINTS, (117.0155, 29.3, "park"))
    assert bring("points", good, crs="wgs84", vintage="２０２３-09").vintage == "2023-09"


@pytest.mark.parametrize(
    ("value", "code"), [("1e308", "above-maximum"), ("40", "figure-beyond-city"), ("1e-320", None)]
)
def test_delivered_figures_are_possible_ones(city: Area, bring: Import, value: str, code: str | None) -> None:
    content = csv(FIGURES, ("36", "area_total_rs", value))
    if code is None:
        assert bring("delivered_table", content).facts["rows"] == 1
        return
    problem = refused(bring, "delivered_table", content)
    assert [(each.code, each.cell) for each in problem.places] == [(code, "C2")]


def test_a_table_with_more_rows_than_a_city_has_is_refused_unread(
    city: Area, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signalling, "_MOST_ROWS", 2)
    problem = refused(bring, "signalling_stock", parquet(**{name: each * 3 for name, each in STOCK.items()}))
    assert (problem.code, problem.facts) == ("too-many-rows", {"found": 3, "limit": 2})


def test_a_table_that_takes_too_long_is_let_go(
    city: Area, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signalling, "_SECONDS", 0.05)
    many = {name: pa.array(each).take(pa.array([0] * 3_000_000)) for name, each in STOCK.items()}
    problem = refused(bring, "signalling_stock", parquet(**many))
    assert problem.code == "signalling-too-slow"
    assert db.session.query(Dataset).count() == 0


def test_missing_columns_are_told_beside_those_that_are_there(city: Area, bring: Import) -> None:
    problem = refused(bring, "signalling_stock", parquet(a=[1], b=[2]))
    assert describe(problem.places[0].code, problem.places[0].facts) == "缺少列“x”。文件里有的列：a、b。"


def test_a_bad_line_of_the_class_table_is_told_at_its_field(city: Area, client_as: ClientAs) -> None:
    page = upload(client_as("analyst"), csv(POINTS), class_table="1=水域\n2=lava").text
    assert "“类别表”一栏有 1 处问题" in page
    assert "数据文件有" not in page
    (link,) = re.findall(r'<a href="#(field-class_table)">([^<]+)</a>', page)
    assert link == ("field-class_table", "类别表（土地覆盖） 第 2 行")
    assert re.search(
        r'<p class="error" id="field-class_table-fault">第 2 行 类别名称“lava”不认识；.*林地 forest', page
    )


def test_a_missing_system_is_told_at_its_field(city: Area, client_as: ClientAs) -> None:
    page = upload(client_as("analyst"), csv(POINTS), crs="").text
    assert re.search(r'<a href="#field-crs">坐标系</a>', page)
    assert re.search(r'<p class="error" id="field-crs-fault">请写明数据的坐标系：wgs84', page)
