"""The pages of the room through their doors."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.accounts.managing import Grant, add_user
from app.analysis.rules import RuleSet
from app.assessment.judging import assess
from app.assessment.ruling import rules_in_force
from app.db import db
from tests.assessment.conftest import Examined
from tests.assessment.small_city import CITY, NORTH, SOUTH

PASSWORD = "a long pass phrase"


def _client(app: Flask, role: str, area_code: str | None = None) -> FlaskClient:
    grants = [Grant(role, area_code=area_code)]
    add_user(username=role, display_name=role, password=PASSWORD, grants=grants)
    db.session.commit()
    client = app.test_client()
    _post(client, "/accounts/log-in?next=/", username=role, password=PASSWORD)
    return client


def _post(client: FlaskClient, path: str, **form: Any) -> Any:
    page = client.get("/accounts/log-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    return client.post(path, data={**form, "csrf_token": token[1]}, content_type="multipart/form-data")


def _upload(client: FlaskClient, told: object, year: str = "2024") -> Any:
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return _post(
        client, "/assessment/rules", exam_year=year, note="更严", file=(BytesIO(content), "rules.json")
    )


@pytest.fixture
def office(app: Flask, examined: Examined) -> FlaskClient:
    return _client(app, "exam_office")


def test_rules_are_read_downloaded_changed_and_uploaded(office: FlaskClient, examined: Examined) -> None:
    before = assess(exam_year=2024, root_id=examined.city.root.id)
    db.session.commit()
    page = office.get("/assessment/rules?year=2024").get_data(as_text=True)
    assert "初始规则" in page
    assert "红色预警：低于国家标准的这一比例" in page
    told = json.loads(office.get("/assessment/rules/0/1").data)
    assert RuleSet.from_dict(told["rules"]) == RuleSet()
    told["rules"]["red_ratio"] = 0.95
    told["parameters"]["most_named"] = 3
    assert _upload(office, told).status_code == 302
    db.session.expire_all()
    held = rules_in_force(2024)
    assert (held.rule_set.red_ratio, held.parameters["most_named"], held.note) == (0.95, 3, "更严")
    assert (held.valid_from_year, held.version) == (2024, 1)
    assert before.rules.rule_set == RuleSet()
    g.pop("language", None)
    assert "2024 年起第 1 版" in office.get("/assessment/rules?year=2024").get_data(as_text=True)
    # What a file leaves out stays as it is in force.
    assert _upload(office, {"rules": {"breach_cap": 50}}).status_code == 302
    db.session.expire_all()
    assert rules_in_force(2025).rule_set == RuleSet(red_ratio=0.95, breach_cap=50)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"rules": {"red_ratio": 2}}, "rules.red_ratio"),
        ({"rules": {"red_ratio": "0.9"}}, "rules.red_ratio"),
        ({"rules": {"draws": 10.5}}, "rules.draws"),
        ({"rules": {"red": 0.9}}, "rules.red"),
        ({"rules": {"past_worst_score": 90}}, "rules.past_worst_score"),
        ({"rules": 3}, "rules"),
        ({"parameters": {"most_named": 0}}, "parameters.most_named"),
        ({"parameters": {"part_share": None}}, "parameters.part_share"),
        ({"parameters": {"natural_bounds": {"%": [100, 0]}}}, "parameters.natural_bounds.%"),
        ({"parameters": {"bounds": {}}}, "parameters.bounds"),
        ({"rulez": {}}, "rulez"),
        (b"\xff\xfe", None),
        (b"[]", None),
    ],
)
def test_unusable_rules_are_refused_with_their_field(
    office: FlaskClient, told: object, field: str | None
) -> None:
    answer = _upload(office, told)
    assert answer.status_code == 422
    if field is not None:
        assert f"字段“{field}”" in answer.get_data(as_text=True)
    assert rules_in_force(2024).id is None


def test_rules_need_a_year_and_the_office(app: Flask, office: FlaskClient) -> None:
    assert _upload(office, {"rules": {}}, year="²").status_code == 422
    assert office.get("/assessment/rules/2024/7").status_code == 404
    analyst = _client(app, "analyst")
    assert analyst.get("/assessment/rules").status_code == 200
    assert _upload(analyst, {"rules": {}}).status_code == 403


@pytest.mark.parametrize("year", ["²", "９", "9" * 30, "-1", "x"])
def test_a_year_that_is_none_is_not_a_failure(office: FlaskClient, year: str) -> None:
    assert office.get("/assessment/", query_string={"year": year}).status_code == 200
    assert office.get("/assessment/rules", query_string={"year": year}).status_code == 200
    answer = _post(office, "/assessment/", exam_year=year, root="360200")
    assert answer.status_code == 422


def test_readers_of_one_district_see_its_judgement_alone(app: Flask, examined: Examined) -> None:
    run = assess(exam_year=2024, root_id=examined.city.root.id).id
    db.session.commit()
    northern = _client(app, "analyst", NORTH)
    shown = northern.get(f"/assessment/{run}/EC01/{NORTH}")
    assert shown.status_code == 200
    assert f"/EC01/{SOUTH}" not in shown.get_data(as_text=True)
    for hidden in (f"{run}/EC01/{SOUTH}", f"{run}/EC01/{CITY}", f"{run}"):
        assert northern.get(f"/assessment/{hidden}").status_code == 403
