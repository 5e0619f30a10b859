"""A small city with a catalogue, and staff of three kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.accounts.managing import Grant, add_user, department_coded, keep_department
from app.accounts.models import Department
from app.areas.models import Area
from app.db import db, unit_of_work, utcnow
from app.indicators.exam_years import keep_exam_year
from app.indicators.models import BaseItem, Formula, Indicator, IndicatorSet
from app.reporting.campaigns import open_campaign
from app.reporting.models import Campaign
from app.reporting.templates import department_template

PASSWORD = "a long enough password"
HOUSING, STATISTICS = "市住房和城乡建设局", "市统计局"


def _item(code: str, name: str, unit: str, level: str, **more: Any) -> dict[str, Any]:
    facts = {
        "code": code,
        "name_zh": name,
        "name_en": code.replace("_", " "),
        "unit": unit,
        "source_kind": "official",
        "collect_level": level,
        "value_type": "count",
        "decimals": 0,
        "minimum": 0.0,
        "maximum": 1_000_000.0,
        "definition_zh": f"{name}的口径。",
    }
    return facts | more


_HOUSING_ITEMS = (
    _item("old_estates_ok", "改造达标的老旧小区数", "count", "street"),
    _item("old_estates", "老旧小区数", "count", "street"),
    _item("green_area", "绿地面积", "km2", "district", value_type="area", decimals=2, maximum=500.0),
    _item("lamps", "路灯数", "count", "city"),
    _item("lamps_ms", "信令推算路灯数", "count", "city", source_kind="mobile_signalling", department=None),
)
_STATISTICS_ITEMS = (_item("pop_resident", "常住人口", "persons", "street", maximum=3_000_000.0),)
_FORMULAS = {
    "HO01": ("老旧小区改造达标率", "%", "old_estates_ok / old_estates * 100"),
    "HO02": ("人均路灯", "盏/人", "lamps / pop_resident"),
    "HO03": ("绿地", "km2", "green_area"),
}


def add_catalogue(year: int) -> None:
    """A small set in force for a year: two departments, one of them asked at all three levels."""
    keep_exam_year(year=year)
    kept = IndicatorSet(
        exam_year=year, version=1, is_current=True, filename="c.xlsx", sha256="0" * 64, imported_by="test"
    )
    db.session.add(kept)
    db.session.flush()
    departments = [
        (keep_department(code="housing", name_zh=HOUSING, name_en="Housing"), _HOUSING_ITEMS),
        (keep_department(code="statistics", name_zh=STATISTICS, name_en="Statistics"), _STATISTICS_ITEMS),
    ]
    position = 0
    for department, items in departments:
        for facts in items:
            position += 1
            db.session.add(
                BaseItem(set_id=kept.id, position=position, **({"department": department} | facts))
            )
    for position, (code, (name, unit, text)) in enumerate(_FORMULAS.items(), start=1):
        db.session.add(_indicator(kept.id, position, code, name, unit))
        db.session.add(
            Formula(
                set_id=kept.id,
                position=position,
                indicator_code=code,
                source_kind="official",
                text=text,
                aggregation="ratio",
                level="street",
            )
        )
    db.session.flush()


def _indicator(set_id: int, position: int, code: str, name: str, unit: str) -> Indicator:
    return Indicator(
        set_id=set_id,
        position=position,
        code=code,
        dimension_code="HO",
        name_zh=name,
        name_en=code,
        unit=unit,
        direction="positive",
        source_kinds=["official"],
        spatial_level="street",
        definition_zh=name,
        nature="guiding",
        origin="proposal",
    )


@dataclass
class City:
    """The town and what the tests need of it."""

    root: Area
    districts: list[Area]
    streets: list[Area]


@pytest.fixture
def city(app: Flask) -> City:
    """A city of two districts and four streets, one pair of the same name, and a functional area."""
    with unit_of_work():
        day = date(2020, 1, 1)
        root = Area(code="360200", name_zh="试验市", level="city", valid_from=day)
        east = Area(code="360202", name_zh="东区", level="district", parent=root, valid_from=day)
        west = Area(code="360203", name_zh="西区", level="district", parent=root, valid_from=day)
        streets = [
            Area(code=f"{parent.code}00{n}", name_zh=name, level="street", parent=parent, valid_from=day)
            for parent in (east, west)
            for n, name in ((1, "新厂街道"), (2, f"{parent.name_zh[0]}城街道"))
        ]
        zone = Area(code="360290", name_zh="高新区", level="functional", parent=root, valid_from=day)
        old = Area(
            code="360203009",
            name_zh="旧街道",
            level="street",
            parent=west,
            valid_from=day,
            valid_to=date(2021, 1, 1),
        )
        db.session.add_all([root, east, west, *streets, zone, old])
    return City(root, [east, west], streets)


@pytest.fixture
def campaign(city: City) -> Campaign:
    """An open campaign of 2024, with the catalogue of 2023 beside it."""
    with unit_of_work():
        for year in (2023, 2024):
            add_catalogue(year)
        return open_campaign(
            exam_year=2024, root_id=city.root.id, due_on=utcnow().date() + timedelta(days=30)
        )


@pytest.fixture
def housing(campaign: Campaign) -> Department:
    """The department asked at all levels."""
    return department_coded("housing")


@pytest.fixture
def statistics(campaign: Campaign) -> Department:
    """The department asked for residents."""
    return department_coded("statistics")


@pytest.fixture
def good_figures(city: City) -> dict[tuple[str, str], Any]:
    """What the housing department would fill in without a mistake."""
    figures: dict[tuple[str, str], Any] = {("lamps", city.root.code): 12_000}
    for number, street in enumerate(city.streets, start=1):
        figures["old_estates_ok", street.code] = number
        figures["old_estates", street.code] = 10 * number
    for number, district in enumerate(city.districts, start=1):
        figures["green_area", district.code] = 1.25 * number
    return figures


Fill = Callable[..., bytes]


@pytest.fixture
def filled(campaign: Campaign, housing: Department, good_figures: dict[tuple[str, str], Any]) -> Fill:
    """The housing department's workbook, with some cells filled otherwise."""

    def fill(**changes: Any) -> bytes:
        figures = good_figures | changes.get("figures", {})
        return department_template(campaign_id=campaign.id, department_id=housing.id, filled=figures)

    return fill


def edited(content: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    """The workbook after somebody edited it in a spreadsheet program."""
    workbook = openpyxl.load_workbook(BytesIO(content))
    change(workbook)
    saved = BytesIO()
    workbook.save(saved)
    return saved.getvalue()


@pytest.fixture
def staff(app: Flask, campaign: Campaign) -> None:
    """One user of the exam office, a reporter of each department, a reviewer, an analyst."""
    people = {
        "office": Grant("exam_office"),
        "builder": Grant("department_reporter", department_code="housing"),
        "checker": Grant("department_reviewer", department_code="housing"),
        "counter": Grant("department_reporter", department_code="statistics"),
        "analyst": Grant("analyst"),
    }
    with unit_of_work():
        for name, grant in people.items():
            add_user(username=name, display_name=name, password=PASSWORD, grants=[grant])


class OwnClient(FlaskClient):
    """A client whose requests remember nothing of another client's.

    The test's own application context stands around all requests, and who is signed in is kept in it.
    """

    def open(self, *args: Any, **keywords: Any) -> Any:
        """Send a request as this client alone."""
        for name in list(g):
            g.pop(name)
        return super().open(*args, **keywords)


@pytest.fixture
def sign_in(app: Flask, staff: None) -> Callable[[str], FlaskClient]:
    """A client signed in as one of the staff."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = OwnClient

    def enter(name: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/accounts/log-in", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return enter
