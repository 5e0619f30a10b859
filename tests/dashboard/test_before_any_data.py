"""The pages of an empty house, and of a city whose year has only a catalogue."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.managing import Grant, add_user
from app.dashboard.setup import init_dashboard
from app.db import unit_of_work
from app.indicators.importing import import_catalogue
from app.indicators.workbook import catalogue_workbook
from tests.dashboard.made_catalogue import tables
from tests.dashboard.made_city import PASSWORD
from tests.dashboard.made_places import make_places

PAGES = (
    "/",
    "/satisfaction",
    "/cross-check",
    "/indicators",
    "/indicators/2024/EC01",
    "/yardsticks",
    "/warnings",
    "/map",
    "/map?measure=indicator:EC01&level=street",
)


@pytest.fixture
def empty(app: Flask) -> FlaskClient:
    """An exam office signed in to an empty house."""
    if not any(each.__module__ == "app.dashboard.setup" for each in app.extensions["cityexam_context"]):
        init_dashboard(app)
    app.config["WTF_CSRF_ENABLED"] = False
    with unit_of_work():
        add_user(username="office", display_name="体检办", password=PASSWORD, grants=[Grant("exam_office")])
    client = app.test_client()
    client.post("/accounts/log-in", data={"username": "office", "password": PASSWORD})
    return client


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_house_says_what_to_do_first(empty: FlaskClient, path: str) -> None:
    answer = empty.get(path)
    assert answer.status_code == 200
    assert "还没有体检数据" in answer.text
    assert 'href="/catalogue/"' in answer.text


def test_an_empty_house_has_no_map_and_no_results(empty: FlaskClient) -> None:
    assert empty.get("/map/document").status_code == 404
    assert empty.get("/api/v1/results/overview").json["code"] == "no-results-yet"


@pytest.mark.parametrize("path", PAGES)
def test_a_city_with_a_catalogue_alone_shows_empty_states(empty: FlaskClient, path: str) -> None:
    with unit_of_work():
        make_places()
        import_catalogue(content=catalogue_workbook(tables(2024)), filename="c.xlsx", exam_year=2024)
    answer = empty.get(path)
    assert answer.status_code == 200
    assert any(words in answer.text for words in ("还没有", "没有问卷"))


def test_the_summary_of_an_empty_house_says_so(app: Flask) -> None:
    init_here = [each.__module__ for each in app.extensions["cityexam_context"]]
    if "app.dashboard.setup" not in init_here:
        init_dashboard(app)
    done = app.test_cli_runner().invoke(args=["exam", "summary"])
    assert done.exit_code == 1
    assert "先导入" in done.output
