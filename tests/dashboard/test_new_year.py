"""A year that has only begun: it empties no front page, and lacks values rather than standards."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.areas.queries import roots
from app.assessment.judging import assess
from app.db import unit_of_work
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.importing import import_catalogue
from app.indicators.workbook import catalogue_workbook
from tests.dashboard.made_catalogue import tables
from tests.dashboard.made_city import PASSWORD, add_staff, record_year_before
from tests.dashboard.made_places import CITY, make_places

SignedIn = Callable[[str], FlaskClient]


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    """2023 is judged; of 2024 there is only the catalogue."""
    app.config["WTF_CSRF_ENABLED"] = False
    with unit_of_work():
        root = make_places()
        for year in (2023, 2024):
            import_catalogue(content=catalogue_workbook(tables(year)), filename="c.xlsx", exam_year=year)
        add_staff()
        record_year_before(root)
        _judge(root.id, 2023)

    def client_of(username: str) -> FlaskClient:
        client = app.test_client()
        client.post("/accounts/log-in", data={"username": username, "password": PASSWORD})
        return client

    return client_of


def _judge(root_id: int, year: int) -> int:
    derive(exam_year=year, root_id=root_id)
    cross_check_year(exam_year=year, root_id=root_id)
    return assess(exam_year=year, root_id=root_id).id


def _heading(page: str) -> str:
    found = re.search(r"<h1>(.+?)</h1>", page)
    assert found is not None
    return found[1]


def test_readers_of_results_begin_with_the_newest_judged_year(signed_in: SignedIn) -> None:
    viewer = signed_in("viewer")
    for path in ("/", f"/?area={CITY}"):
        page = viewer.get(path).text
        assert "分" in _heading(page)
        assert "2023 年度城市体检" in page
    assert "2024 年度城市体检" in viewer.get("/?year=2024").text
    assert viewer.get("/api/v1/results/overview").json["year"] == 2023


def test_those_who_collect_begin_with_the_newest_year(signed_in: SignedIn) -> None:
    office = signed_in("exam_office")
    assert "2024 年度指标库" in office.get("/catalogue/").text
    assert "2024 年度" in office.get("/cross-check").text


def test_the_new_year_is_told_with_a_link_to_those_who_work_on_it(signed_in: SignedIn) -> None:
    office, reporter, viewer = (signed_in(name) for name in ("exam_office", "reporter", "viewer"))
    assert 'href="/catalogue/?year=2024"' in office.get("/").text
    assert 'href="/reports/?year=2024"' in reporter.get("/").text
    for page in (office.get("/").text, reporter.get("/").text):
        assert "2024 年度体检已经开始" in page
    for page in (viewer.get("/").text, office.get("/?year=2024").text):
        assert "年度体检已经开始" not in page


def test_a_run_before_any_data_says_that_values_are_lacking_not_standards(
    signed_in: SignedIn,
) -> None:
    with unit_of_work():
        run_id = _judge(roots()[0].id, 2024)
    office = signed_in("exam_office")
    assert "2023 年度城市体检" in office.get("/").text, "a year without any score still empties no front page"
    front = office.get("/?year=2024").text
    assert "还没有可评价的数值" in _heading(front)
    assert "评价过，但没有数值可评" in front
    table = office.get("/indicators?year=2024").text
    assert "无标准" not in table.replace("没有标准", "").partition("<tbody>")[2]
    assert table.count('<span class="no-value missing">无数据</span>') >= 7
    assert "未采集" in table
    assert "EC01 ·" in office.get("/indicators?year=2024&grade=no_value").text
    assert "EC01 ·" not in office.get("/indicators?year=2024&grade=no_basis").text
    run = office.get(f"/assessment/{run_id}").text
    assert "缺的是数值，不是标准" in run
    told = office.get("/api/v1/results/overview?year=2024").json["grades"]
    assert (told["no_value"], told["no_basis"], told["not_applicable"]) == (7, 0, 0)
