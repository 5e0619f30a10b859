"""A refused form comes back with its page: the fault on top and at its field, what was typed in place."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select

from app.accounts.models import User
from app.areas.models import Area
from app.db import db

HERE = "http://localhost"
MakeClient = Callable[..., FlaskClient]

NEW_ACCOUNT = {
    "username": "li.hua",
    "display_name": "李华 <b>",
    "password": "short",
    "role": "analyst",
    "department": "",
}


def refused(client: FlaskClient, path: str, data: dict[str, Any], page: str | None = None) -> Any:
    """Send a form as a browser does from ``page``; gives the answer and its document."""
    headers = {"Referer": page if page and "//" in page else HERE + (page or path)}
    answer = client.post(path, data=data, headers=headers)
    return answer, html.document_fromstring(answer.text)


def test_new_account_keeps_what_was_typed_but_for_the_password(client_as: MakeClient) -> None:
    answer, page = refused(client_as("administrator"), "/accounts/", NEW_ACCOUNT)
    assert answer.status_code == 422
    summary = page.get_element_by_id("refused")
    assert summary.get("role") == "alert"
    assert summary.get("tabindex") == "-1"
    assert "autofocus" in summary.attrib
    assert "10" in summary.text_content()
    assert page.get_element_by_id("content")[0] is summary
    form = page.get_element_by_id("refused-form")
    assert form.xpath(".//input[@name='username']/@value") == ["li.hua"]
    assert form.xpath(".//input[@name='display_name']/@value") == ["李华 <b>"]
    assert form.xpath(".//select[@name='role']/option[@selected]/@value") == ["analyst"]
    assert not any(form.xpath(".//input[@name='password']/@value"))
    assert "short" not in answer.text
    assert db.session.scalar(select(func.count()).select_from(User).where(User.username == "li.hua")) == 0


def test_the_second_refusal_finds_the_page_again(client_as: MakeClient) -> None:
    client = client_as("exam_office")
    data = {"valid_from": "2024-13-01", "file": (BytesIO(b"x"), "areas.csv")}
    answer, page = refused(client, "/areas/table", data, "/areas/?lang=zh")
    assert answer.status_code == 422
    form = page.get_element_by_id("refused-form")
    assert form.get("action") == "/areas/table"
    assert form.xpath(".//input[@name='came_from']/@value") == ["/areas/?lang=zh"]
    # The value that was refused leads to its field, which tells the fault itself.
    field = form.xpath(".//input[@name='valid_from']")[0]
    assert field.get("value") == "2024-13-01"
    assert field.get("aria-invalid") == "true"
    assert "2024-13-01" in page.get_element_by_id(field.get("aria-describedby").split()[-1]).text_content()
    assert page.xpath("//*[@id='refused']//a/@href")[0] == "#" + field.get("id")
    assert "重新选择" in form.text_content()
    again = {**data, "came_from": "/areas/?lang=zh", "file": (BytesIO(b"x"), "areas.csv")}
    answer, page = refused(client, "/areas/table", again, "/areas/table")
    assert answer.status_code == 422
    assert page.get_element_by_id("refused-form").get("action") == "/areas/table"


def test_cells_of_a_table_are_told_and_nothing_is_kept(client_as: MakeClient) -> None:
    table = "code,name,level,parent\n360200,景德镇市,city,\n360202,,district,360200\n".encode()
    data = {"valid_from": "2024-01-01", "file": (BytesIO(table), "areas.csv")}
    answer, page = refused(client_as("exam_office"), "/areas/table", data, "/areas/")
    assert answer.status_code == 422
    words = page.get_element_by_id("refused").text_content()
    assert re.search(r"第 \d 行|单元格", words)
    places = page.xpath("//*[@id='refused']//span[@class='place']/a/@href")
    assert places
    file = page.get_element_by_id("refused-form").xpath(".//input[@type='file']")[0]
    assert set(places) == {"#" + file.get("id")}
    assert db.session.scalar(select(func.count()).select_from(Area)) == 0


@pytest.mark.parametrize(
    "page",
    [
        "http://elsewhere.example/areas/",
        "/no/such/page",
        "/static/web/tokens.css",
        "/audit/",
        "/accounts/log-in",
    ],
)
def test_no_page_is_drawn_that_is_not_the_readers_own(client_as: MakeClient, page: str) -> None:
    answer, document = refused(client_as("exam_office"), "/areas/table", {}, page)
    assert answer.status_code == 422
    assert "Location" not in answer.headers
    assert not document.xpath("//form[@id='refused-form']")
    assert document.xpath("//main//a[@href='/']")


def test_error_page_leads_back_and_home(client_as: MakeClient) -> None:
    client = client_as("exam_office")
    page = client.get("/areas/no-such-page", headers={"Referer": HERE + "/areas/?year=2024"}).text
    links = html.document_fromstring(page).xpath("//main//a/@href")
    assert links == ["/areas/?year=2024", "/"]
    page = client.get("/areas/no-such-page", headers={"Referer": "http://elsewhere.example/"}).text
    assert html.document_fromstring(page).xpath("//main//a/@href") == ["/"]


def test_came_from_leads_nowhere_else(client_as: MakeClient) -> None:
    client = client_as("exam_office")
    for place in ("//elsewhere.example/", "https://elsewhere.example/", "/audit/", "/areas/table"):
        answer, page = refused(client, "/areas/table", {"came_from": place}, "/areas/table")
        assert answer.status_code == 422
        assert "elsewhere" not in answer.text
        assert not page.xpath("//form[@id='refused-form']"), place


def test_other_forms_of_the_page_keep_their_addresses(client_as: MakeClient) -> None:
    client = client_as("administrator")
    answer, page = refused(client, "/accounts/nobody/active", {"active": "1"}, "/accounts/")
    assert answer.status_code == 404
    assert not page.xpath("//form[@id='refused-form']")
    assert "/accounts/" in page.xpath("//form[.//input[@name='display_name']]/@action")


def test_expired_page_comes_back_with_a_new_token(app: Flask, client_as: MakeClient) -> None:
    client = client_as("administrator")
    app.config["WTF_CSRF_ENABLED"] = True
    answer, page = refused(client, "/accounts/", {**NEW_ACCOUNT, "password": "long enough for all"})
    assert answer.status_code == 400
    form = page.get_element_by_id("refused-form")
    assert form.xpath(".//input[@name='username']/@value") == ["li.hua"]
    token = form.xpath(".//input[@name='csrf_token']/@value")[0]
    data = {**NEW_ACCOUNT, "password": "long enough for all", "csrf_token": token}
    sent = client.post("/accounts/", data=data, headers={"Referer": HERE + "/accounts/"})
    assert sent.status_code == 302


def test_too_large_a_file_says_so_on_its_page(app: Flask, client_as: MakeClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    data = {"file": (BytesIO(b"x" * 1000), "areas.csv")}
    answer, page = refused(client_as("exam_office"), "/areas/table", data, "/areas/")
    assert answer.status_code == 413
    assert page.xpath("//*[@id='refused']")
    assert page.xpath("//form[@action='/areas/table']")


def test_json_readers_get_json(client_as: MakeClient) -> None:
    headers = {"Referer": HERE + "/areas/", "Accept": "application/json"}
    answer = client_as("exam_office").post("/areas/table", headers=headers)
    assert answer.content_type == "application/problem+json"
