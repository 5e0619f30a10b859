"""The pages and the JSON of the room, through their doors."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.managing import Grant, add_user
from app.db import db
from app.indicators.models import Adoption, IndicatorSet
from app.indicators.queries import adopted, years_with_sets
from app.indicators.workbook import catalogue_workbook
from app.jobs.models import Job

PASSWORD = "a long pass phrase"


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    """A signed-in member of the exam office."""
    add_user(username="office", display_name="体检办", password=PASSWORD, grants=[Grant("exam_office")])
    db.session.commit()
    client = app.test_client()
    post(client, "/accounts/log-in?next=/catalogue/", username="office", password=PASSWORD)
    return client


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    page = client.get("/accounts/log-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    return client.post(path, data={**form, "csrf_token": token[1]}, content_type="multipart/form-data")


def text_of(client: FlaskClient, path: str) -> str:
    # The fixture's application context outlives a request, and with it the language chosen there.
    g.pop("language", None)
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    return str(response.get_data(as_text=True))


def test_a_workbook_is_uploaded_seen_and_downloaded(
    office: FlaskClient, areas: dict[str, int], workbook: bytes
) -> None:
    assert "还没有指标库" in text_of(office, "/catalogue/")
    answer = post(office, "/catalogue/upload", exam_year="2024", file=(BytesIO(workbook), "set.xlsx"))
    assert answer.status_code == 302
    page = text_of(office, "/catalogue/?year=2024")
    assert "绿化覆盖率" in page
    assert "≥ 45（待核）" in page
    assert "Indicator EC01" in text_of(office, "/catalogue/?year=2024&lang=en")
    downloaded = office.get("/catalogue/2024/workbook")
    assert downloaded.data[:2] == b"PK"
    assert "indicators-2024-v1.xlsx" in downloaded.headers["Content-Disposition"]
    definition = text_of(office, "/catalogue/2024/EC01?lang=zh")
    assert "green / built * 100" in definition
    assert "Meissen" in definition


def test_a_faulty_workbook_is_answered_with_its_places_and_changes_nothing(
    office: FlaskClient, tables: Callable[..., Any]
) -> None:
    row = dict(tables().formulas[0]) | {"formula": "green / grass"}
    content = catalogue_workbook(tables(formulas=[row]))
    answer = post(office, "/catalogue/upload", exam_year="2024", file=(BytesIO(content), "set.xlsx"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "工作表“公式”" in page
    assert "C3" in page
    assert years_with_sets() == []


@pytest.mark.parametrize("year", ["", "24", "２０２４", "year"])
def test_an_unreadable_year_is_refused(office: FlaskClient, year: str, workbook: bytes) -> None:
    answer = post(office, "/catalogue/upload", exam_year=year, file=(BytesIO(workbook), "set.xlsx"))
    assert answer.status_code == 422
    assert db.session.execute(select(IndicatorSet)).first() is None


def test_figures_are_derived_explained_and_decided_through_the_pages(
    office: FlaskClient, city: dict[str, int], record_figures: Callable[..., None]
) -> None:
    record_figures({"green": {"S11": 10, "S12": 30, "S21": 5}, "built": {"S11": 50, "S12": 60, "S21": 20}})
    record_figures({"green_poi": {"S11": 30, "S12": 50, "S21": 9}}, source_kind="internet")
    assert post(office, "/catalogue/2024/derive", root="C").status_code == 302
    job = db.session.execute(select(Job)).scalar_one()
    assert (job.state, job.error_trace) == ("succeeded", None)
    whole = next(each for each in adopted(2024, city["C"]) if each.area_code == "C")
    assert whole.needs_decision
    assert "34.62" in text_of(office, "/catalogue/2024/EC01")
    page = text_of(office, f"/catalogue/values/{whole.value_id}")
    assert "先将下级区域的数据项相加" in page
    assert "report_version" in page
    refused = post(office, f"/catalogue/values/{whole.value_id}/adopt", reason="")
    assert refused.status_code == 422
    done = post(office, f"/catalogue/values/{whole.value_id}/adopt", reason="以部门数据为准")
    assert done.status_code == 302
    kept = db.session.execute(select(Adoption).where(Adoption.manner == "by_hand")).scalar_one()
    assert kept.reason_text == "以部门数据为准"
    assert "以部门数据为准" in text_of(office, f"/catalogue/values/{whole.value_id}")


def test_the_origin_of_an_indicator_is_told_in_words(office: FlaskClient, city: dict[str, int]) -> None:
    page = text_of(office, "/catalogue/?year=2024")
    assert "自拟" in page
    assert ">proposal<" not in page


def test_parts_missing_values_and_earlier_versions_are_shown(
    office: FlaskClient, city: dict[str, int], record_figures: Callable[..., None]
) -> None:
    record_figures({"cluster": {"D1": 12, "D2": 31}, "green": {"S11": None}})
    post(office, "/catalogue/2024/derive", root="C")
    record_figures({"cluster": {"D2": 9}})
    post(office, "/catalogue/2024/derive", root="C")
    found = {(each.indicator_code, each.area_code): each for each in adopted(2024, city["C"])}
    page = text_of(office, f"/catalogue/values/{found['EC03', 'C'].value_id}")
    assert "D1区" in page
    assert "31.00" in page
    assert "无数据" in text_of(office, f"/catalogue/values/{found['EC01', 'S11'].value_id}")


def test_json_lists_indicators_and_values(
    office: FlaskClient, city: dict[str, int], record_figures: Callable[..., None]
) -> None:
    record_figures({"cluster": {"D1": 12, "D2": 31}})
    post(office, "/catalogue/2024/derive", root="C")
    listed = office.get("/api/v1/indicators/?year=2024").get_json()
    assert [each["code"] for each in listed][:2] == ["EC01", "EC02"]
    assert listed[0]["certainty"] == ""
    values = office.get("/api/v1/indicators/EC03/values?year=2024&area=C").get_json()
    assert [(each["area_code"], each["value"], each["state"]) for each in values] == [
        ("C", 31.0, "derived"),
        ("D1", 12.0, "derived"),
        ("D2", 31.0, "derived"),
    ]
    missing = office.get("/api/v1/indicators/EC99/values?year=2024&area=C")
    assert (missing.status_code, missing.get_json()["code"]) == (404, "unknown-indicator")
    assert office.get("/api/v1/indicators/").status_code == 422


def test_strangers_see_nothing(client: FlaskClient, city: dict[str, int]) -> None:
    assert client.get("/catalogue/").status_code in (302, 401)
    assert client.get("/api/v1/indicators/?year=2024").status_code == 401
