"""Choosing a year and an area that was not there: its predecessor is shown, or words say where to look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from app.accounts.managing import Grant, add_user
from app.areas.models import FunctionalMembership
from app.areas.queries import area_by_code
from app.assessment.judging import assess
from app.db import db
from app.indicators.adopting import cross_check_year
from app.indicators.deriving import derive
from app.indicators.exam_years import areas_of_exam, keep_exam_year
from app.indicators.importing import import_catalogue
from app.indicators.items import NewItem, record_items
from app.indicators.workbook import catalogue_workbook
from tests.areas.changing import tell
from tests.dashboard.made_catalogue import tables
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST, make_places

PASSWORD = "a long enough password"
MERGED, FIRST, SECOND, RENAMED = "360202100", "360203101", "360203102", "360203100"
UNSAFE = {2023: (1.0, 2.0, 4.0, 3.0), 2024: (5.0, 1.0, 2.0, 3.0)}
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Both streets of the east merge, the first of the west is split, the second gets another code."""
    app.config["WTF_CSRF_ENABLED"] = False
    root = make_places()
    add_user(username="office", display_name="办", password=PASSWORD, grants=[Grant("exam_office")])
    for name, code in (("split", STREETS[2]), ("east", EAST)):
        grants = [Grant("viewer", area_code=code)]
        add_user(username=name, display_name=name, password=PASSWORD, grants=grants)
    for year in (2023, 2024):
        content = catalogue_workbook(tables(year))
        import_catalogue(content=content, filename="c.xlsx", exam_year=year)
        keep_exam_year(year=year, data_date=date(year, 6, 30))
    tell(
        (MERGED, "东合街道", "street", EAST, " ".join(STREETS[:2])),
        (FIRST, "西一街道", "street", WEST, STREETS[2]),
        (SECOND, "西二街道", "street", WEST, STREETS[2]),
        (RENAMED, "西新街道", "street", WEST, STREETS[3]),
        (f"{STREETS[2]}001", "第1社区", "community", FIRST, ""),
        (f"{STREETS[2]}002", "第2社区", "community", SECOND, ""),
    )
    for year, values in UNSAFE.items():
        streets = areas_of_exam(year, root, level="street")
        rows = [
            NewItem(
                item_code="unsafe", area_id=street.id, exam_year=year, source_kind="official",
                vintage=str(year), value=value, provenance=("report_version", 1),
            )
            for street, value in zip(streets, values, strict=True)
        ]  # fmt: skip
        record_items(rows=rows)
        derive(exam_year=year, root_id=root.id)
        cross_check_year(exam_year=year, root_id=root.id)
        assess(exam_year=year, root_id=root.id)
    db.session.commit()

    def signed_in(username: str) -> FlaskClient:
        client = app.test_client()
        client.post("/accounts/log-in", data={"username": username, "password": PASSWORD})
        return client

    return signed_in


def opened(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def chosen(page: html.HtmlElement) -> list[str]:
    found: list[str] = page.xpath("//select[@name='area']/option[@selected]/@value")
    return found


def message(page: html.HtmlElement) -> str:
    return "".join(page.xpath("//p[@class='message'][@role='status']//text()"))


PATHS = ("/", "/indicators", "/indicators/{year}/SA01", "/map", "/cross-check", "/satisfaction", "/warnings")
#: Year, area asked for, area shown, and the areas named where there are several.
STAND_INS: tuple[tuple[int, str, str, list[str]], ...] = (
    (2023, FIRST, STREETS[2], []),
    (2024, STREETS[0], MERGED, []),
    (2024, STREETS[3], RENAMED, []),
    (2023, MERGED, EAST, [STREETS[0], STREETS[1]]),
    (2024, STREETS[2], WEST, [FIRST, SECOND]),
)


def test_an_area_that_is_not_there_moves_to_what_it_was_or_became(sign_in: SignIn) -> None:
    client = sign_in("office")
    for path in PATHS:
        for year, asked, shown, names in STAND_INS:
            page = opened(client, f"{path.format(year=year)}?year={year}&area={asked}")
            assert chosen(page) == [shown]
            assert f"{year} 年度没有生效" in message(page)
            links = page.xpath("//p[@class='message']//a/@href")
            assert [name for name in names if not any(f"area={name}" in link for link in links)] == []
            assert len(links) == len(names)


def test_the_areas_offered_are_those_of_the_year(sign_in: SignIn) -> None:
    client = sign_in("office")
    for year, streets in ((2023, [*STREETS]), (2024, [MERGED, RENAMED, FIRST, SECOND])):
        page = opened(client, f"/?year={year}&area={CITY}")
        offered = page.xpath("//select[@name='area']/option/@value")
        assert [code for code in offered if len(code) == 9 and code != "360202451"] == streets
        assert message(page) == ""


def test_readers_of_an_ended_street_begin_in_its_last_year_and_are_told_of_later_ones(
    sign_in: SignIn,
) -> None:
    client = sign_in("split")
    page = opened(client, "/")
    assert page.xpath("//select[@name='year']/option[@selected]/@value") == ["2023"]
    for path in ("/?year=2024", f"/?year=2024&area={STREETS[2]}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "2024 年度没有生效" in answer.text
    assert client.get(f"/?year=2024&area={FIRST}").status_code == 403
    assert chosen(opened(sign_in("east"), f"/?year=2024&area={STREETS[1]}")) == [MERGED]


def test_other_systems_get_no_stand_in(sign_in: SignIn) -> None:
    answer = sign_in("office").get(f"/api/v1/results/overview?year=2023&area={MERGED}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "area-not-in-year"
    assert STREETS[1] in answer.text


def years(client: FlaskClient, area: str) -> list[str]:
    """The rows of an indicator's history, words without spaces."""
    page = opened(client, f"/indicators/2024/SA01?area={area}")
    rows = page.xpath("//section[h2='历年']//tbody/tr")
    return ["".join("".join(row.itertext()).split()) for row in rows]


def test_the_history_names_what_the_area_was(sign_in: SignIn) -> None:
    client = sign_in("office")
    merged = years(client, MERGED)
    assert "3" in merged[1]
    assert "东甲街道、东乙街道之和（后合并为本地区）" in merged[1]
    assert "不可比" not in merged[1]
    split = years(client, FIRST)
    assert "不可比" in split[1]
    assert "西甲街道（后拆分，只有一部分是本地区）" in split[1]
    assert "原为西乙街道" in years(client, RENAMED)[1]


def test_a_functional_area_names_members_that_are_gone(sign_in: SignIn) -> None:
    client = sign_in("office")
    zone = "360202451"
    page = opened(client, f"/?year=2023&area={zone}")
    assert "东甲街道" in "".join(page.xpath("//main//table//text()"))
    page = opened(client, f"/?year=2024&area={zone}")
    assert page.xpath("//main//table") == []
    assert "东甲街道在本年度没有生效" in page.text_content()
    held = FunctionalMembership(functional_area_id=area_by_code(zone).id, member_id=area_by_code(MERGED).id)
    db.session.add(held)
    db.session.commit()
    page = opened(client, f"/?year=2024&area={zone}")
    assert "东合街道" in "".join(page.xpath("//main//table//text()"))
