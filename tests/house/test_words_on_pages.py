"""Staff read words, not the codes and units that the tables keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.managing import user_named
from app.accounts.wording import actor_name
from app.areas.importing import import_areas
from app.db import db
from app.indicators.models import Standard
from app.indicators.presenting import bound_text
from app.jobs.models import Job

ClientAs = Callable[..., FlaskClient]
AREAS = (
    "code,name_zh,name_en,level,parent_code,kind\n"
    "3602,小城,Smallton,city,,city\n"
    "360201,东区,East,district,3602,district\n"
    "360201001,一街,,street,360201,township\n"
)


@pytest.fixture
def office(app: Flask, client_as: ClientAs) -> FlaskClient:
    import_areas(content=AREAS.encode(), filename="areas.csv", valid_from=date(2020, 1, 1))
    return client_as("administrator")


def test_areas_are_listed_in_words_and_in_the_readers_language(office: FlaskClient) -> None:
    chinese = office.get("/areas/").text
    assert "街道（乡镇）" in chinese and "township" not in chinese
    english = office.get("/areas/?lang=en").text
    assert "Smallton" in english and "小城" not in english and "东区" not in english
    assert "一街" in english


def test_trail_and_jobs_name_who_acted(office: FlaskClient) -> None:
    user = user_named("administrator-city")
    actor = f"user:{user.id}"
    assert actor_name(actor) == "administrator-city（管理员）"
    assert actor_name(actor, exact=True) == "administrator-city（administrator-city、管理员）"
    assert actor_name("user:99") == "已删除的账号"
    assert actor_name("system") == "系统"
    assert actor_name("job:3") == "后台任务 3"
    job = Job(kind="x", title="加权", arguments={}, created_by=actor, state="succeeded", result={"run": 1})
    db.session.add(job)
    db.session.commit()
    page = office.get(f"/jobs/{job.id}").text
    assert "administrator-city（管理员）" in page and actor not in page
    trail = office.get("/audit/").text
    assert "新增" in trail and ">insert<" not in trail


def test_bounds_are_written_as_people_read_them() -> None:
    assert bound_text(Standard(op=">=", value=2.52365930599)) == "≥ 2.5237"
    assert bound_text(Standard(op="range", value=1.1, value_high=1.3)) == "1.1–1.3"
