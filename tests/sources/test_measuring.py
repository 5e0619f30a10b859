"""What is measured is what one computes by hand, and every figure can be followed back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import eviltransform
import numpy as np
import pyarrow as pa
import pytest
from affine import Affine
from flask import Flask
from flask.testing import FlaskClient

from app.analysis.built_up import BuiltUpRule, find_built_up, land_cover
from app.areas.models import Area
from app.areas.queries import area_by_code
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.errors import NotFound, Problem
from app.indicators.items import item_values
from app.indicators.models import ItemValue
from app.jobs import enqueue, wait_for
from app.sources.measuring import measure
from app.sources.models import Dataset, Measurement
from app.sources.queries import resolve
from app.workbooks.csv_writing import write_csv
from tests.sources.conftest import (
    CLASSES,
    METRIC,
    SOUTH,
    WEST,
    Import,
    degrees,
    figures,
    parquet,
    raster,
    town,
)

#: The area of the 128-sided figure that stands for a circle of 500 m.
CIRCLE = 0.5 * 128 * 0.25 * math.sin(2 * math.pi / 128)


@pytest.fixture
def elsewhere(city: Area) -> Area:
    """Another city of the same exam year."""
    with unit_of_work():
        db.session.add(Area(code="99", name_zh="别市", level="city", valid_from=date(2020, 1, 1)))
    return area_by_code("99")


def run(root: Area) -> Measurement:
    """Measure the year and keep it."""
    with unit_of_work():
        return measure(exam_year=2024, root=root)


def approx(value: float) -> Any:
    """Equal to a square metre in a square kilometre."""
    return pytest.approx(value, abs=2e-4)


def points(*rows: tuple[float, float, str], gcj02: bool = False) -> bytes:
    """Points by metres from street A's corner."""
    given = []
    for x, y, category in rows:
        lon, lat = degrees(x, y)
        if gcj02:
            lat, lon = eviltransform.wgs2gcj(lat, lon)
        given.append((f"{lon:.9f}", f"{lat:.9f}", category))
    return write_csv(given, columns=("lon", "lat", "category"))


def test_land_cover_and_built_up_zone_by_hand(city: Area, bring: Import) -> None:
    bring("land_cover", raster(town()), class_table=CLASSES)
    assert run(city).rules["zone"] == "built-up zone from the land cover"
    # A window of nine columns is paved enough (0.35) up to column 15: 4 of 9; column 16 has 3 of 9.
    assert figures() == {
        ("area_total_rs", "3602A"): approx(9.0),
        ("area_built_rs", "3602A"): approx(16 * 0.3),
        ("area_green_built_rs", "3602A"): approx(1 * 0.3),
        ("area_bluegreen_rs", "3602A"): approx(15 * 0.3),
        ("area_permeable_rs", "3602A"): approx(1 * 0.3),
        ("area_total_rs", "3602B"): approx(9.0),
        ("area_built_rs", "3602B"): 0.0,
        ("area_green_built_rs", "3602B"): 0.0,
        ("area_bluegreen_rs", "3602B"): approx(9.0),
        ("area_permeable_rs", "3602B"): 0.0,
    }


def test_strips_of_a_large_raster_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = (
        np.random.default_rng(1).choice([1, 3, 5, 7], size=(90, 60), p=[0.2, 0.2, 0.2, 0.4]).astype(np.uint8)
    )
    content = raster(codes)
    whole = find_built_up(content, CLASSES)
    monkeypatch.setattr("app.analysis.built_up._STRIP_PIXELS", 60 * 7)
    strips = find_built_up(content, CLASSES)
    assert strips.zone.equals(whole.zone)
    assert not whole.zone.is_empty
    assert land_cover(strips, [whole.zone], CLASSES) == land_cover(whole, [whole.zone], CLASSES)


def test_high_class_codes_do_not_meet_those_of_the_zone(city: Area) -> None:
    codes = np.where(town() == 7, 1007, np.where(town() == 3, 7, 1)).astype(np.uint16)
    table = {1007: "impervious", 7: "forest", 1: "water"}
    found = find_built_up(raster(codes), table)
    (cover,) = land_cover(found, [found.zone], table)
    assert cover.built_up["impervious"] == approx(4.5)
    assert cover.built_up["forest"] == approx(0.3)


def test_pixels_without_data_are_no_ground() -> None:
    codes = town()
    codes[:, :5] = 0
    found = find_built_up(raster(codes, nodata=0), CLASSES, rule=BuiltUpRule(900.0, 0.35))
    (cover,) = land_cover(found, [found.zone], CLASSES)
    assert sum(cover.built_up.values()) == approx(11 * 0.3)


def test_coverage_and_counts_by_hand(city: Area, bring: Import) -> None:
    rows = [
        (1500.0, 1500.0, "park"),
        (3000.0, 1500.0, "park"),
        (500.0, 500.0, "toilet"),
        (500.0, 500.0, "toilet"),
        (700.0, 500.0, "toilet"),
        (5000.0, 500.0, "toilet"),
        (9000.0, 500.0, "toilet"),
        (1.0, 1.0, "noodle_shop"),
    ]
    dataset = bring("points", points(*rows), crs="wgs84")
    assert dataset.facts["categories"] == {"noodle_shop": 1, "park": 2, "toilet": 5}
    run(city)
    # No museum was looked for, so there is no count of none.
    assert figures() == {
        ("area_park_cov_poi", "3602A"): approx(1.5 * CIRCLE),
        ("area_park_cov_poi", "3602B"): approx(0.5 * CIRCLE),
        ("area_zone_poi", "3602A"): approx(9.0),
        ("area_zone_poi", "3602B"): approx(9.0),
        ("toilets_poi", "3602A"): 2.0,
        ("toilets_poi", "3602B"): 1.0,
    }


def test_coverage_and_counts_within_the_built_up_zone(city: Area, bring: Import) -> None:
    bring("land_cover", raster(town()), class_table=CLASSES)
    # The zone is the strip of 1.6 km; half of the park's circle lies in it, and one of the toilets.
    rows = [(1600.0, 1500.0, "park"), (1599.0, 10.0, "toilet"), (1601.0, 10.0, "toilet")]
    bring("points", points(*rows), crs="wgs84")
    run(city)
    found = figures()
    assert found["area_park_cov_poi", "3602A"] == approx(0.5 * CIRCLE)
    assert found["area_zone_poi", "3602A"] == approx(4.8)
    assert (found["toilets_poi", "3602A"], found["toilets_poi", "3602B"]) == (1.0, 0.0)
    assert found["area_zone_poi", "3602B"] == 0.0


@pytest.mark.parametrize(("crs", "covered"), [("gcj02", CIRCLE), ("wgs84", None)])
def test_shift_of_gcj02_is_undone_when_it_is_named(
    city: Area, bring: Import, crs: str, covered: float | None
) -> None:
    # At 300 m from the border, the shift of some 590 m carries a point out of its street.
    bring("points", points((2500.0, 1500.0, "park"), gcj02=True), crs=crs)
    run(city)
    found = figures()["area_park_cov_poi", "3602A"]
    assert (found == approx(CIRCLE)) == (covered is not None)


NIGHT = [datetime(2024, 5, 13, 16, tzinfo=UTC) + timedelta(hours=h) for h in range(6)]


def stock() -> tuple[list[float], list[float], list[datetime], list[float]]:
    """Four cells; at night 4000 in the first, 2000 on average in the second, 8000 on the border."""
    rows: list[tuple[float, float, datetime, float]] = []
    for number, hour in enumerate(NIGHT):
        rows.append((250.0, 250.0, hour, 1500.0))
        rows.append((250.0, 250.0, hour + timedelta(minutes=30), 2500.0))
        if number < 3:
            rows.append((1250.0, 250.0, hour, 4000.0))
        rows.append((3000.0, 1250.0, hour, 8000.0))
    by_day = (NIGHT[0] - timedelta(hours=1), NIGHT[5] + timedelta(hours=1))
    rows.extend((1250.0, 250.0, hour, 99_999.0) for hour in by_day)
    return (
        [WEST + row[0] for row in rows],
        [SOUTH + row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


CHINA = timezone(timedelta(hours=8))
HOURS = {
    "instants": lambda hours: pa.array(hours, pa.timestamp("s", tz="UTC")),
    "instants of another zone": lambda hours: pa.array(hours, pa.timestamp("us", tz="Asia/Shanghai")),
    "texts of the place": lambda hours: [hour.astimezone(CHINA).isoformat() for hour in hours],
    "texts without seconds": lambda hours: [
        hour.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M+08:00") for hour in hours
    ],
    "texts of UTC": lambda hours: [hour.strftime("%Y-%m-%dT%H:%M:%SZ") for hour in hours],
}


@pytest.mark.parametrize("form", HOURS)
def test_dense_ground_at_night_by_hand(
    city: Area, bring: Import, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock of the machine has no say in it.
    monkeypatch.setenv("TZ", "America/New_York")
    x, y, hours, counts = stock()
    sides = [500] * len(x)
    bring("signalling_stock", parquet(x=x, y=y, size=sides, hour=HOURS[form](hours), count=counts))
    run(city)
    # 4000 and 8000 on a quarter of a square kilometre are dense; the one on the border counts half in each.
    assert figures() == {
        ("area_dense_ms", "3602A"): approx(0.25 + 0.125),
        ("area_dense_ms", "3602B"): approx(0.125),
    }


def test_size_of_cells_is_the_table_s_own(city: Area, bring: Import) -> None:
    # 1000 persons are 16,000 on a square kilometre in a cell of 250 m, and 4,000 in one of 500 m.
    rows = [(WEST + 125.0, SOUTH + 125.0, 250, hour.isoformat(), 1000) for hour in NIGHT]
    table = write_csv(rows, columns=("x", "y", "size", "hour", "count"))
    dataset = bring("signalling_stock", table)
    assert (dataset.cell_m, dataset.facts["rows"]) == (250.0, 6)
    assert run(city).rules["grid_m"] == {"signalling_stock": 250.0}
    assert figures()["area_dense_ms", "3602A"] == approx(0.0625)


def test_night_is_told_by_the_clock_of_the_settings(city: Area, bring: Import, app: Flask) -> None:
    rows = [(WEST + 250.0, SOUTH + 250.0, 500, "2024-05-13T12:00Z", 5000)]
    bring("signalling_stock", write_csv(rows, columns=("x", "y", "size", "hour", "count")))
    with pytest.raises(Problem) as caught:
        run(city)
    assert caught.value.code == "no-night-hours"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_zone="Pacific/Auckland")
    run(city)
    assert figures()["area_dense_ms", "3602A"] == approx(0.25)


def test_commuting_by_hand(city: Area, bring: Import) -> None:
    rows = [
        (1000.0, 1000.0, 4000.0, 1000.0, 10.0, 5.0),
        (1000.0, 1000.0, 4000.0, 1000.0, 30.0, 5.0),
        (1000.0, 1000.0, 11_000.0, 1000.0, 40.0, 5.0),
        (4500.0, 1000.0, 4500.0, 1500.0, None, 8.0),
        (4500.0, 1000.0, 4500.0, 1500.0, 6.0, 2.0),
        (20_000.0, 1000.0, 1000.0, 1000.0, 60.0, 100.0),
    ]
    columns = ("origin_x", "origin_y", "destination_x", "destination_y", "minutes", "count")
    table: dict[str, Any] = {name: [row[place] for row in rows] for place, name in enumerate(columns)}
    for name in columns[:4]:
        table[name] = [value + (WEST if name.endswith("x") else SOUTH) for value in table[name]]
    bring("signalling_commuting", parquet(**table))
    run(city)
    assert {key: round(value, 6) for key, value in figures().items()} == {
        ("commuters_ms", "3602A"): 15.0,
        ("commute_minutes_ms", "3602A"): 400.0,
        ("commuters_under5_ms", "3602A"): 10.0,
        ("commuters_ms", "3602B"): 10.0,
        ("commute_minutes_ms", "3602B"): 60.0,
        ("commuters_under5_ms", "3602B"): 10.0,
    }


def test_delivered_figures_need_no_boundaries(bare_city: Area, bring: Import) -> None:
    content = write_csv([("36", "visitors_ms", "1200.5")], columns=("区划代码", "数据项", "数值"))
    bring("delivered_table", content, crs=None)
    run(bare_city)
    assert figures() == {("visitors_ms", "36"): 1200.5}
    assert db.session.query(ItemValue.source_kind).scalar() == "mobile_signalling"


def test_figures_can_be_followed_back_to_their_file(city: Area, bring: Import) -> None:
    dataset = bring("points", points((1500.0, 1500.0, "park")), crs="wgs84")
    done = run(city)
    inside = {
        str(area.id): float(area.code == "3602A") for area in db.session.query(Area).filter_by(level="street")
    }
    assert done.facts == {
        "recorded": 4,
        "unchanged": 0,
        "retired": 0,
        "items_not_in_set": [],
        "counted": {str(dataset.id): {"park": inside}},
    }
    assert done.rules["coverage_m"]["park"] == 500.0
    for row in db.session.query(ItemValue):
        assert (row.provenance_kind, row.vintage, row.source_kind) == ("measurement", "2023", "internet")
        assert resolve(row.provenance_id) == (done, dataset)
    for unknown in ("99:1", "x", "1:", "²:1", "9" * 30 + ":1", f"{done.id}:99"):
        with pytest.raises(NotFound):
            resolve(unknown)


def test_newer_file_supersedes_and_the_old_figure_stays_readable(city: Area, bring: Import) -> None:
    bring("points", points((1500.0, 1500.0, "park")), crs="wgs84")
    run(city)
    bring("points", points((1500.0, 1500.0, "park"), (1500.0, 2600.0, "park")), crs="wgs84")
    second = run(city)
    assert second.dataset_ids == [1, 2]
    assert figures()["area_park_cov_poi", "3602A"] > 1.4
    history = (
        db.session.query(ItemValue)
        .filter_by(item_code="area_park_cov_poi", area_id=area_id("3602A"))
        .order_by(ItemValue.id)
        .all()
    )
    assert [row.is_current for row in history] == [None, True]
    assert history[0].superseded_by_id == history[1].id
    assert history[0].value == approx(CIRCLE)


def area_id(code: str) -> int:
    """The id of an area."""
    return db.session.query(Area.id).filter_by(code=code).scalar()


def test_file_of_one_category_leaves_the_figures_of_another(city: Area, bring: Import) -> None:
    bring("points", points((500.0, 500.0, "toilet")), crs="wgs84")
    bring("points", points((1500.0, 1500.0, "park")), crs="wgs84")
    run(city)
    assert figures()["toilets_poi", "3602A"] == 1.0


def test_only_the_newest_raster_is_measured(city: Area, bring: Import) -> None:
    bring("land_cover", raster(np.full((30, 60), 1, dtype=np.uint8)), class_table=CLASSES, vintage="2021")
    bring("land_cover", raster(town()), class_table=CLASSES)
    run(city)
    assert {row.vintage for row in db.session.query(ItemValue)} == {"2023"}
    assert figures()["area_built_rs", "3602A"] == approx(4.8)


def test_figures_that_a_new_run_no_longer_yields_are_retired(
    city: Area, bring: Import, elsewhere: Area
) -> None:
    kept = bring("points", points((1500.0, 1500.0, "park"), (500.0, 500.0, "toilet")), crs="wgs84")
    bring("land_cover", raster(town()), class_table=CLASSES, vintage="2021")
    bring("delivered_table", b"area_code,item_code,value\n99,visitors_ms,7\n", root=elsewhere, crs=None)
    for root in (city, elsewhere):
        run(root)
    assert ("toilets_poi", "3602A") in figures()
    with unit_of_work():
        dataset = db.session.get_one(Dataset, kept.id)
        dataset.sha256 = _stored(points((1500.0, 1500.0, "park")))
    bring("land_cover", raster(town()), class_table=CLASSES)
    # Two counts of toilets, and five land covers of the older raster in two streets.
    assert run(city).facts["retired"] == 2 + 10
    found = figures()
    assert ("toilets_poi", "3602A") not in found
    assert {row.vintage for row in item_values(2024)} == {"2023"}
    assert found["visitors_ms", "99"] == 7.0
    assert run(city).facts["retired"] == 0


def test_a_withdrawn_dataset_is_measured_no_more_and_its_figures_end(
    city: Area, bring: Import, client_as: Callable[..., FlaskClient]
) -> None:
    bring("points", points((500, 500, "toilet")), crs="wgs84")
    later = bring("points", points((500, 500, "toilet"), (600, 600, "toilet")), crs="wgs84")
    run(city)
    assert figures()["toilets_poi", "3602A"] == 2.0
    client = client_as("analyst")
    address = f"/sources/{later.id}"
    assert client.post(f"{address}/withdraw", data={"reason": " "}).status_code == 422
    assert client.post(f"{address}/withdraw", data={"reason": "坐标有误"}).status_code == 302
    assert client.post(f"{address}/withdraw", data={"reason": "again"}).status_code == 409
    assert "坐标有误" in client.get(address).text
    assert "已撤回" in client.get("/sources/").text
    trail = db.session.query(AuditEntry).filter_by(subject="datasets", action="update").one()
    assert trail.actor.startswith("user:")
    assert trail.before == {"withdrawn_at": None, "withdrawal_reason": None}
    assert trail.after is not None
    assert trail.after["withdrawal_reason"] == "坐标有误"
    assert run(city).dataset_ids == [later.id - 1]
    assert figures()["toilets_poi", "3602A"] == 1.0
    # With nothing left to measure the figures end all the same.
    client.post(f"/sources/{later.id - 1}/withdraw", data={"reason": "重复"})
    assert run(city).facts["retired"] == 2
    assert figures() == {}


def test_items_the_catalogue_lacks_are_named_and_not_recorded(city: Area, bring: Import) -> None:
    from app.indicators.models import BaseItem

    with unit_of_work():
        db.session.delete(db.session.query(BaseItem).filter_by(code="area_park_cov_poi").one())
    bring("points", points((1500.0, 1500.0, "park")), crs="wgs84")
    assert run(city).facts["items_not_in_set"] == ["area_park_cov_poi"]


def test_measuring_says_what_is_missing(bare_city: Area, bring: Import) -> None:
    with pytest.raises(Problem) as caught:
        run(bare_city)
    assert caught.value.code == "nothing-to-measure"
    bring("points", points((1500.0, 1500.0, "park")), crs="wgs84")
    with pytest.raises(Problem) as caught:
        run(bare_city)
    assert caught.value.code == "boundaries-missing"
    assert db.session.query(Measurement).count() == 0


def test_job_measures_and_a_failing_one_records_nothing(city: Area, bring: Import, app: Flask) -> None:
    bring("points", points((1500.0, 1500.0, "park")), crs="wgs84")
    arguments = {"exam_year": 2024, "root_id": city.id}
    with unit_of_work():
        job_id = enqueue(kind="sources.measure", title="x", arguments=arguments).id
    job = wait_for(job_id, seconds=1)
    assert job.state == "succeeded", job.error_trace
    assert (job.result or {})["recorded"] == 4
    count = db.session.query(ItemValue).count()
    stray = raster(town(), transform=Affine(100.0, 9.0, WEST, 0.0, -100.0, SOUTH + 3000.0))
    with unit_of_work():
        dataset = db.session.query(Dataset).one()
        dataset.kind, dataset.class_table = "land_cover", {"1": "water"}
        dataset.sha256 = _stored(stray)
        job_id = enqueue(kind="sources.measure", title="x", arguments=arguments).id
    job = wait_for(job_id, seconds=1)
    assert (job.state, job.error_code) == ("failed", "raster-not-north-up")
    assert db.session.query(ItemValue).count() == count
    assert db.session.query(Measurement).count() == 1


def _stored(content: bytes) -> str:
    from app.storage import storage

    return storage().put(content)[0]


def test_millions_of_rows_are_summed_where_they_lie(app: Flask, tmp_path: Any) -> None:
    from app.sources.signalling import commuting_pairs, night_stock

    rows = 2_000_000
    cells = np.arange(rows) % 1000
    hours = np.datetime64("2024-05-13T16:00") + (np.arange(rows) // 1000 % 24).astype("timedelta64[h]")
    path = tmp_path / "big.parquet"
    path.write_bytes(
        parquet(
            x=cells.astype(float),
            y=np.zeros(rows),
            hour=pa.array(hours.astype("datetime64[s]"), pa.timestamp("s", tz="UTC")),
            count=np.ones(rows),
        )
    )
    found = night_stock(str(path), night=(0, 6), time_zone="Asia/Shanghai")
    assert len(found["x"]) == 1000
    # 2000 rows a cell over 24 hours; six of these hours are night.
    assert found["persons"].sum() == pytest.approx(2000 * 1000 / 24, rel=0.01)
    late = night_stock(str(path), night=(22, 2), time_zone="Asia/Shanghai")
    assert late["persons"].sum() == pytest.approx(2000 * 1000 / 24, rel=0.01)
    pairs = tmp_path / "pairs.parquet"
    ends = {name: cells.astype(float) for name in ("origin_x", "origin_y", "destination_x", "destination_y")}
    pairs.write_bytes(parquet(**ends, minutes=np.arange(rows) % 7 * 1.0, count=np.ones(rows)))
    summed = commuting_pairs(str(pairs))
    assert len(summed["count"]) == 1000
    assert summed["count"].sum() == rows
    assert (summed["minutes"] * summed["count"]).sum() == pytest.approx((np.arange(rows) % 7).sum())


def test_metric_system_of_the_city_is_used_for_cells(city: Area, bring: Import) -> None:
    lon, lat = zip(*(degrees(x, 250.0) for x in (250.0, 1250.0)), strict=True)
    content = parquet(x=list(lon), y=list(lat), hour=[NIGHT[0].isoformat()] * 2, count=[4000.0, 3000.0])
    assert bring("signalling_stock", content, crs="wgs84", cell_m=500.0).crs == "wgs84"
    run(city)
    assert figures()["area_dense_ms", "3602A"] == approx(0.25)
    assert METRIC == "EPSG:4548"
