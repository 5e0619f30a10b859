"""Behind every figure of big data stand the rows it was measured from, and they give the same number."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import openpyxl
import pytest
from flask import Flask

from app.analysis.built_up import find_built_up, land_cover
from app.areas.models import Area
from app.areas.queries import area_by_code
from app.db import db
from app.indicators.models import ItemValue
from app.sources.evidence import Evidence
from app.sources.models import Measurement
from app.sources.queries import dataset as dataset_by_id
from app.sources.queries import resolve
from app.sources.reading import read_points
from app.sources.tracing import rows_behind
from tests.sources.conftest import CLASSES, SOUTH, WEST, Import, degrees, parquet, raster, town
from tests.sources.test_dataset_importing import geopackage
from tests.sources.test_measuring import NIGHT, points, run

STREETS = ("3602A", "3602B")
#: x, y, persons in each night hour: shown, small, small, on the border of the streets.
CELLS = ((250.0, 250.0, 4000.0), (750.0, 250.0, 3.0), (1250.0, 250.0, 8.0), (3000.0, 1250.0, 8000.0))
TRIPS = (
    (1000.0, 1000.0, 4000.0, 1000.0, 10.0, 50.0),
    (1000.0, 1000.0, 4000.0, 1000.0, 30.0, 50.0),
    (1000.0, 1000.0, 11_000.0, 1000.0, None, 40.0),
    (1000.0, 2000.0, 1000.0, 2500.0, 9.0, 4.0),
    (4500.0, 1000.0, 4500.0, 1500.0, 6.0, 20.0),
)
#: Seven persons in all.
FEW_TRIPS = (
    (1000.0, 1000.0, 4000.0, 1000.0, 10.0, 3.0),
    (1000.0, 1500.0, 4000.0, 1000.0, 30.0, 4.0),
    (4500.0, 1000.0, 4500.0, 1500.0, 6.0, 20.0),
)


def stock(cells: Sequence[tuple[float, float, float]] = CELLS) -> bytes:
    """Cells of 500 m in six night hours of one day, and a crowd by day that no night figure counts."""
    rows = [(x, y, hour, persons) for x, y, persons in cells for hour in NIGHT]
    rows.append((250.0, 250.0, NIGHT[0].replace(hour=4), 9999.0))
    x, y, hours, counts = zip(*rows, strict=True)
    return parquet(
        x=[WEST + each for each in x],
        y=[SOUTH + each for each in y],
        size=[500.0] * len(x),
        hour=[each.isoformat() for each in hours],
        count=counts,
    )


def trips(pairs: Sequence[tuple[float | None, ...]] = TRIPS) -> bytes:
    """Pairs of cells, one of them without a time and one of few persons."""
    columns = ("origin_x", "origin_y", "destination_x", "destination_y", "minutes", "count")
    table: dict[str, Any] = dict(zip(columns, map(list, zip(*pairs, strict=True)), strict=True))
    for name in columns[:4]:
        table[name] = [value + (WEST if name.endswith("x") else SOUTH) for value in table[name]]
    return parquet(**table)


PLACES = (
    (1500.0, 1500.0, "park"),
    (3100.0, 1500.0, "park"),
    (1590.0, 10.0, "toilet"),
    (1590.0, 10.0, "toilet"),
    (500.0, 500.0, "toilet"),
    (1700.0, 10.0, "toilet"),
    (5000.0, 500.0, "toilet"),
)


@pytest.fixture
def measured(city: Area, bring: Import) -> Measurement:
    """The city with a file of every kind, measured."""
    bring("land_cover", raster(town()), class_table=CLASSES)
    bring("points", points(*PLACES), crs="wgs84")
    bring("signalling_stock", stock())
    bring("signalling_commuting", trips())
    bring("delivered_table", b"area_code,item_code,value\n36,visitors_ms,1200.5\n", crs=None)
    return run(city)


def behind(done: Measurement, kind: str, name: str, street: str = "3602A") -> Evidence:
    """The evidence of a figure, which must be there."""
    given = next(each for each in map(dataset_by_id, done.dataset_ids) if each.kind == kind)
    found = rows_behind(done, given, name, area_by_code(street))
    assert found is not None
    return found


def rows(found: Evidence) -> list[dict[str, Any]]:
    """All rows that are shown."""
    return found.page(0, len(found))


def test_every_recorded_figure_is_what_its_rows_give(measured: Measurement) -> None:
    followed = set()
    for value in db.session.query(ItemValue):
        done, dataset = resolve(value.provenance_id)
        area = db.session.get_one(Area, value.area_id)
        if value.item_code == "area_zone_poi":
            continue
        found = rows_behind(done, dataset, value.item_code, area)
        assert found is not None, value.item_code
        assert found.figure == pytest.approx(value.value, rel=1e-9, abs=1e-9), (value.item_code, area.code)
        followed.add(value.item_code)
    assert {"toilets_poi", "area_park_cov_poi", "area_green_built_rs", "area_dense_ms"} < followed
    assert {"commuters_ms", "commute_minutes_ms", "commuters_under5_ms", "visitors_ms"} < followed


def test_everything_counted_is_what_its_rows_give(measured: Measurement) -> None:
    names = set()
    for dataset_id, counted in measured.facts["counted"].items():
        for name, by_area in counted.items():
            for area_id, value in by_area.items():
                area = db.session.get_one(Area, int(area_id))
                found = rows_behind(measured, dataset_by_id(int(dataset_id)), name, area)
                assert found is not None, name
                assert found.figure == pytest.approx(value, rel=1e-9, abs=1e-9), (name, area.code)
                names.add(name)
    assert {"toilet", "park", "cells", "night_persons", "origins", "commuters", "built:forest"} < names


def test_the_points_counted_are_told_with_row_name_and_street(measured: Measurement) -> None:
    # Of five toilets in the street's file rows two lie at one spot and one beyond the built-up strip.
    counted = rows(behind(measured, "points", "toilets_poi"))
    assert [(row["row"], row["again"], row["street"].code) for row in counted] == [
        (4, [5], "3602A"),
        (6, [], "3602A"),
    ]
    assert (counted[1]["lon"], counted[1]["lat"]) == pytest.approx(degrees(500.0, 500.0), abs=1e-8)
    assert [row["row"] for row in rows(behind(measured, "points", "toilet"))] == [4, 5, 6]
    assert rows(behind(measured, "points", "toilet", "3602B")) == []


def test_ground_served_leads_to_each_facility_that_reaches_it(city: Area, bring: Import) -> None:
    bring("points", points(*PLACES), crs="wgs84")
    done = run(city)
    reaching = rows(behind(done, "points", "area_park_cov_poi"))
    assert [(row["row"], row["street"].code) for row in reaching] == [(2, "3602A"), (3, "3602B")]
    assert behind(done, "points", "area_park_cov_poi").facts == {"radius_m": 500.0}


def test_night_cells_add_up_and_small_ones_are_told_together(measured: Measurement) -> None:
    found = behind(measured, "signalling_stock", "night_persons")
    assert [round(row["persons"]) for row in rows(found)] == [4000, 8000]
    assert [round(row["share"]) for row in rows(found)] == [100, 50]
    assert found.withheld == 2
    assert found.withheld_sums["persons_here"] == pytest.approx(11.0)
    shown = sum(row["persons_here"] for row in rows(found))
    assert shown + found.withheld_sums["persons_here"] == pytest.approx(found.figure)
    dense = behind(measured, "signalling_stock", "area_dense_ms")
    assert dense.figure == pytest.approx(sum(row["km2_here"] for row in rows(dense)))


def test_the_hours_of_a_cell_give_its_mean_and_those_of_a_small_cell_are_not_told(
    measured: Measurement,
) -> None:
    found = behind(measured, "signalling_stock", f"hours:{WEST + 250.0!r},{SOUTH + 250.0!r}")
    assert [row["persons"] for row in rows(found)] == [4000.0] * 6
    assert (found.figure, found.facts["hours"], found.sums["persons"]) == (4000.0, 6.0, 24_000.0)
    stock_file = next(
        each for each in map(dataset_by_id, measured.dataset_ids) if each.kind == "signalling_stock"
    )
    for x in (750.0, 9999.0):
        name = f"hours:{WEST + x!r},{SOUTH + 250.0!r}"
        assert rows_behind(measured, stock_file, name, area_by_code("3602A")) is None


def test_what_one_list_of_cells_withholds_no_other_tells(city: Area, bring: Import) -> None:
    # In A the border cell covers the small one; it is crowded, and stands in B as well.
    border = (3000.0, 1250.0, 4000.0)
    of_a, of_b = [(750.0, 250.0, 4.0), (250.0, 250.0, 9000.0)], [(4250.0, 250.0, 5000.0)]
    bring("signalling_stock", stock([*of_a, border, *of_b, (5250.0, 250.0, 6000.0)]))
    done = run(city)
    whole, crowded = (behind(done, "signalling_stock", name) for name in ("night_persons", "dense_cells"))
    assert (rows(whole), whole.withheld) == ([], 3)
    assert (rows(crowded), crowded.withheld, crowded.withheld_sums) == ([], 2, {})
    assert crowded.sums == {}, "all less the crowded would be the four"
    for name in ("cells", "dense_cells"):
        found = behind(done, "signalling_stock", name, "3602B")
        assert [row["persons"] for row in rows(found)] == [6000.0]
        assert (found.withheld, found.withheld_sums["persons_here"]) == (2, pytest.approx(7000.0))
    given = dataset_by_id(done.dataset_ids[0])
    hours = f"hours:{WEST + border[0]!r},{SOUTH + border[1]!r}"
    assert rows_behind(done, given, hours, area_by_code("3602B")) is None


def test_no_sum_is_told_of_too_few(city: Area, bring: Import) -> None:
    bring("signalling_commuting", trips(FEW_TRIPS))
    found = behind(run(city), "signalling_commuting", "origins")
    assert (rows(found), found.withheld, found.withheld_sums, found.sums) == ([], 2, {}, {})


def test_pairs_of_cells_add_up_to_commuters_minutes_and_short_ways(measured: Measurement) -> None:
    found = behind(measured, "signalling_commuting", "commuters_ms")
    # The pair of four persons takes the next larger one with it: alone the total would tell it.
    assert [row["persons"] for row in rows(found)] == [100.0]
    assert (found.withheld, found.withheld_sums["persons"], found.figure) == (2, 44.0, 144.0)
    assert found.sums["persons_under5"] == 104.0
    # Whoever's time is unknown counts with the street's mean: 2036 minutes of 104 persons.
    assert found.sums["person_minutes"] == pytest.approx(144 * 2036 / 104)


def test_pixels_and_their_area_give_the_share_by_hand(measured: Measurement) -> None:
    found = behind(measured, "land_cover", "area_green_built_rs")
    assert found.facts["pixel_area_m2"] == pytest.approx(10_000.0)
    by_cover = {
        row["cover"]: (row["pixels"], row["built_pixels"], row["counted_pixels"]) for row in rows(found)
    }
    assert by_cover == {"forest": (15 * 30, 30, 30), "impervious": (15 * 30, 15 * 30, 0)}
    assert found.figure == pytest.approx(30 * 10_000 / 1e6)
    assert found.sums["km2"] == pytest.approx(found.figure)


def test_a_delivered_figure_leads_to_sheet_row_and_cell(bare_city: Area, bring: Import) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "游客"
    for line in (("来访统计",), ("区划代码", "数据项", "数值"), ("36", "visitors_ms", 1200.5)):
        sheet.append(line)
    kept = io.BytesIO()
    book.save(kept)
    bring("delivered_table", kept.getvalue(), crs=None, filename="v.xlsx")
    (row,) = rows(behind(run(bare_city), "delivered_table", "visitors_ms", "36"))
    assert (row["sheet"], row["row"], row["cell"], row["value"]) == ("游客", 3, "C3", 1200.5)


def test_the_rules_are_those_of_the_run(measured: Measurement, app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_zone="America/New_York")
    assert behind(measured, "signalling_stock", "night_persons").sums["persons_here"] == pytest.approx(8011.0)


def test_there_is_nothing_behind_what_was_not_measured(measured: Measurement) -> None:
    for given in map(dataset_by_id, measured.dataset_ids):
        assert rows_behind(measured, given, "nothing", area_by_code("3602A")) is None
        assert rows_behind(measured, given, "toilets_poi", area_by_code("3602")) is None


def test_only_the_newest_raster_has_pixels_behind_it(city: Area, bring: Import) -> None:
    older = bring("land_cover", raster(town()), class_table=CLASSES, vintage="2021")
    bring("land_cover", raster(town()), class_table=CLASSES)
    assert rows_behind(run(city), older, "area_built_rs", area_by_code("3602A")) is None


def test_a_part_of_a_raster_is_judged_like_the_whole(city: Area) -> None:
    from shapely.geometry import shape

    from app.areas.queries import shapes_of

    codes = np.random.default_rng(3).choice([1, 3, 7], size=(30, 60), p=[0.3, 0.3, 0.4]).astype(np.uint8)
    content, areas = raster(codes), [area_by_code(code) for code in STREETS]
    zones = [shape(shapes_of(areas)[area.id]) for area in areas]
    whole = land_cover(find_built_up(content, CLASSES), zones, CLASSES)
    for zone, expected in zip(zones, whole, strict=True):
        part = find_built_up(content, CLASSES, within=zone)
        assert land_cover(part, [zone], CLASSES) == (expected,)
        assert 0 < sum(expected.built_up_pixels.values()) < 900


def test_names_and_numbers_of_points_come_from_every_kind_of_file() -> None:
    table = read_points(b"lon,lat,category,name\n117,29,park,A\n117,29,park,\n", "p.csv", "wgs84")
    assert (table.row, table.name) == ((2, 3), ("A", ""))
    feature = {"geometry": {"coordinates": [117, 29]}, "properties": {"category": "park", "name": "B"}}
    collection = json.dumps({"features": [feature]}).encode()
    assert read_points(collection, "p.geojson", "wgs84").name == ("B",)
    layer = read_points(geopackage([(117, 29, "park"), (117, 29, "shop")]), "p.gpkg", None)
    assert (layer.row, layer.name) == ((1, 2), ("", ""))
