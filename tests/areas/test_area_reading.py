"""Reading areas takes few statements, whatever the size of the tree; pages and JSON show it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.areas.models import Area
from app.areas.queries import (
    area_by_code,
    areas_by_code,
    descendants,
    feature_collection,
    lineage,
    margin_table,
    margin_tables,
    roots,
)
from app.db import db, unit_of_work
from app.errors import NotFound

ClientAs = Callable[..., FlaskClient]
START = date(2020, 1, 1)


def area(code: str, level: str, parent: Area | None, **changes: Any) -> Area:
    """An area not yet kept."""
    given = {"name_zh": f"名{code}", "valid_from": START, **changes}
    made = Area(code=code, level=level, parent=parent, **given)
    db.session.add(made)
    return made


@pytest.fixture(params=[2, 12])
def tree(app: Flask, request: pytest.FixtureRequest) -> Area:
    """A city of a few or of many streets."""
    with unit_of_work():
        city = area("36", "city", None)
        for d in range(request.param):
            district = area(f"36{d:02d}", "district", city)
            for s in range(3):
                square = [[117, 29], [118, 29], [118, 30], [117, 29]]
                geometry = {"type": "Polygon", "coordinates": [square]} if s == 0 else None
                area(
                    f"36{d:02d}{s}", "street", district, geometry=geometry, source_crs="wgs84", schematic=True
                )
        area("99", "city", None)
    return area_by_code("36")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent in a block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_descendants_take_two_statements_with_their_parents(tree: Area) -> None:
    root_id = tree.id
    db.session.expunge_all()
    root = db.session.get_one(Area, root_id)
    with counted() as sent:
        found = descendants(root, level="street")
        codes = {street.parent.code for street in found if street.parent}
    assert len(sent) == 2
    assert len(codes) * 3 == len(found)
    assert [street.code for street in found] == sorted(street.code for street in found)


def test_descendants_hold_the_root_and_no_other_city(tree: Area) -> None:
    found = descendants(tree)
    assert found[0] is tree
    assert {area.code[:2] for area in found} == {"36"}
    assert [root.code for root in roots()] == ["36", "99"]


def test_descendants_of_a_day_leave_out_what_was_not_there(tree: Area) -> None:
    with unit_of_work():
        area_by_code("36000").valid_to = date(2022, 12, 31)
    assert len(descendants(tree)) - len(descendants(tree, on=date(2024, 1, 1))) == 1
    assert descendants(tree, on=date(2019, 1, 1)) == []


def test_recursion_ends_even_where_parents_run_in_a_circle(tree: Area) -> None:
    with unit_of_work():
        first, second = area_by_code("3600"), area_by_code("36000")
        first.parent = second
    assert {area.code for area in descendants(area_by_code("3600"))} == {"3600", "36000", "36001", "36002"}


def test_lineage_names_the_ancestor_of_each_level(tree: Area) -> None:
    found = lineage(descendants(tree))
    street = area_by_code("36012")
    assert found[street.id] == {"street": street.id, "district": area_by_code("3601").id, "city": tree.id}
    assert found[tree.id] == {"city": tree.id}


def test_area_is_found_on_its_days(tree: Area) -> None:
    with unit_of_work():
        area_by_code("36000").valid_to = date(2022, 12, 31)
        area("36000", "street", area_by_code("3600"), valid_from=date(2023, 1, 1), name_zh="新名")
    assert area_by_code("36000", on=date(2022, 6, 1)).name_zh == "名36000"
    assert area_by_code("36000").name_zh == "新名"
    assert areas_by_code(["36000"])["36000"].name_zh == "新名"
    for code, on in (("36000", date(2019, 1, 1)), ("nowhere", None)):
        with pytest.raises(NotFound) as caught:
            area_by_code(code, on=on)
        assert caught.value.facts == {"found": code}


def test_many_codes_are_asked_for_in_portions(tree: Area) -> None:
    wanted = [f"x{number}" for number in range(25_000)]
    with counted() as sent:
        assert set(areas_by_code([*wanted, "36"])) == {"36"}
    assert len(sent) == 3
    with counted() as sent:
        assert areas_by_code([]) == {}
    assert sent == []


def test_features_are_those_with_a_shape(tree: Area) -> None:
    streets = descendants(tree, level="street")
    found = feature_collection(streets, {streets[0].id: {"score": 80}})
    assert len(found["features"]) * 3 == len(streets)
    assert found["features"][0]["properties"] == {
        "code": "36000",
        "name": "名36000",
        "level": "street",
        "schematic": True,
        "score": 80,
    }


def test_unknown_margin_table_is_not_found(tree: Area) -> None:
    with pytest.raises(NotFound):
        margin_table("none")
    assert margin_tables() == []


def test_json_gives_tree_and_shapes_in_few_statements(tree: Area, client_as: ClientAs) -> None:
    client = client_as("viewer")
    with counted() as sent:
        answer = client.get("/api/v1/areas/36/tree?level=street")
    assert len(sent) <= 6
    assert answer.json is not None
    assert answer.json[0] == {
        "code": "36000",
        "name_zh": "名36000",
        "name_en": None,
        "level": "street",
        "kind": None,
        "parent_code": "3600",
        "schematic": True,
    }
    assert len((client.get("/api/v1/areas/36/shapes").json or {})["features"]) * 3 == len(answer.json)
    assert client.get("/api/v1/areas/none/tree").status_code == 404
    refused = client.get("/api/v1/areas/36/tree?level=village")
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["problems"][0]["place"] == "字段“query.level”"


def upload(content: bytes, filename: str = "a.csv", **form: str) -> dict[str, Any]:
    """A form with a file."""
    return {"data": {**form, "file": (io.BytesIO(content), filename)}, "content_type": "multipart/form-data"}


def test_office_brings_a_city_through_the_page(app: Flask, client_as: ClientAs) -> None:
    client = client_as("exam_office")
    assert "还没有区域" in client.get("/areas/").text
    table = "代码,名称,级别,上级代码\n36,市,city,\n3601,区,district,36\n".encode()
    assert client.post("/areas/table", **upload(table, valid_from="2020-01-01")).status_code == 302
    square = b'{"type":"Polygon","coordinates":[[[117,29],[118,29],[118,30],[117,29]]]}'
    shapes = b'{"features":[{"properties":{"code":"3601"},"geometry":%s}]}' % square
    assert client.post("/areas/boundaries", **upload(shapes, crs="wgs84", schematic="1")).status_code == 302
    people = "区划代码,变量,类别,人数\n36,total,all,10\n".encode()
    form = {"root": "36", "reference_year": "2020", "source_note": "普查"}
    assert client.post("/areas/margins", **upload(people, "人口.csv", **form)).status_code == 302
    for language in ("zh", "en"):
        page = client.get(f"/areas/?lang={language}").text
        assert "3601" in page
        assert "人口.csv" in page


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("table", {}, "日期“—”不能读取"),
        ("table", {"valid_from": "x"}, "日期“x”不能读取"),
        ("table", {"valid_from": "2020-01-01"}, "缺少列"),
        ("boundaries", {}, "边界文件不能读取"),
        ("margins", {"root": "none"}, "没有代码为“none”的区域"),
        ("margins", {"root": "36", "reference_year": "20"}, "年份“20”不能读取"),
        ("margins", {"root": "36", "reference_year": "2020"}, "来源说明"),
    ],
)
def test_page_says_what_is_missing(
    app: Flask, client_as: ClientAs, path: str, form: dict[str, str], words: str
) -> None:
    with unit_of_work():
        area("36", "city", None)
    answer = client_as("exam_office").post(f"/areas/{path}", **upload(b"a,b\n1,2\n", **form))
    assert answer.status_code in {404, 422}
    assert words in answer.text
    assert client_as("exam_office").post(f"/areas/{path}", data=form).status_code in {404, 422}


def test_analysts_look_and_do_not_write(app: Flask, client_as: ClientAs) -> None:
    client = client_as("analyst")
    assert client.get("/areas/").status_code == 200
    assert client.post("/areas/table", data={}).status_code == 403
    assert client_as("viewer").get("/areas/").status_code == 403
