"""The year and the area are chosen once, at the top, and stay, whatever room the reader goes to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import html

SignIn = Callable[[str], FlaskClient]

YEAR_PAGES = (
    "/surveys/",
    "/reports/",
    "/sources/",
    "/assessment/",
    "/renewal/",
    "/renewal/work-plans",
    "/catalogue/",
)
OTHER_PAGES = ("/forms/", "/jobs/", "/areas/")


def opened(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.text)


@pytest.mark.parametrize("path", YEAR_PAGES + OTHER_PAGES)
def test_every_link_of_the_navigation_keeps_the_year_and_the_area(sign_in: SignIn, path: str) -> None:
    page = opened(sign_in("exam_office"), f"{path}?year=2023&area=360202")
    links = page.xpath("//nav[contains(@class, '-navigation')]//a/@href")
    assert len(links) > 5
    assert [link for link in links if "year=2023" not in link or "area=360202" not in link] == []


@pytest.mark.parametrize("path", YEAR_PAGES)
def test_pages_of_a_year_offer_the_years(sign_in: SignIn, path: str) -> None:
    page = opened(sign_in("exam_office"), f"{path}?year=2023&area=360202")
    chooser = page.xpath("//form[contains(@class, 'chooser')]")[0]
    assert chooser.get("action") == path
    assert chooser.xpath(".//select[@name='year']/option[@selected]/@value") == ["2023"]
    assert "2024" in chooser.xpath(".//select[@name='year']/option/@value")
    # The area is no filter of these lists; it is handed on.
    assert chooser.xpath(".//input[@name='area']/@value") == ["360202"]


def test_a_list_of_all_years_says_so(sign_in: SignIn) -> None:
    page = opened(sign_in("exam_office"), "/surveys/")
    assert page.xpath("//select[@name='year']/option[@selected]/@value") == [""]
    assert page.xpath("//nav[@class='main-navigation']//a/@href")[0] == "/"


def test_a_page_of_one_thing_speaks_of_its_own_year(sign_in: SignIn) -> None:
    client = sign_in("exam_office")
    rows = opened(client, "/surveys/").xpath("//main//table//a/@href")
    assert rows
    page = opened(client, rows[0])
    year = page.xpath("//select[@name='year']/option[@selected]/@value")[0]
    assert f"year={year}" in page.xpath("//nav[@class='main-navigation']//a/@href")[0]
    # The list it belongs to is marked, with its neighbours, and the chooser leads there.
    assert page.xpath("//nav[@class='sub-navigation']//a[@aria-current]/@aria-current") == ["true"]
    assert page.xpath("//form[contains(@class, 'chooser')]/@action") == ["/surveys/"]


def test_an_unknown_year_is_not_handed_on(sign_in: SignIn) -> None:
    page = opened(sign_in("exam_office"), "/surveys/?year=2031")
    assert not [
        link for link in page.xpath("//header//nav//a/@href") if "2031" in link and "lang" not in link
    ]
