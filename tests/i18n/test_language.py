"""Chinese first, English on demand; the choice is remembered."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.i18n import aside, language, listing, named, pair


def lang_of(page: str) -> str:
    """The language a page says it is in."""
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("fr,de;q=0.5", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("*", "zh-CN"),
        (";;;", "zh-CN"),
    ],
)
def test_browser_is_asked(client: FlaskClient, accepted: str | None, expected: str) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    assert lang_of(client.get("/accounts/log-in", headers=headers).text) == expected


def test_choice_in_the_address_wins_and_is_remembered(client: FlaskClient) -> None:
    chinese = {"Accept-Language": "zh-CN"}
    assert lang_of(client.get("/accounts/log-in?lang=en", headers=chinese).text) == "en"
    assert lang_of(client.get("/accounts/log-in", headers=chinese).text) == "en"
    assert lang_of(client.get("/accounts/log-in?lang=zh", headers=chinese).text) == "zh-CN"
    assert lang_of(client.get("/accounts/log-in", headers={"Accept-Language": "en"}).text) == "zh-CN"


def test_unknown_language_is_ignored(client: FlaskClient) -> None:
    assert lang_of(client.get("/accounts/log-in?lang=tlh").text) == "zh-CN"


def test_language_links_keep_the_page_and_its_questions(client: FlaskClient) -> None:
    page = client.get("/accounts/log-in?next=/areas/%3Fa%3D1&x=1&x=2&lang=zh").text
    assert 'href="/accounts/log-in?next=%2Fareas%2F%3Fa%3D1&amp;x=1&amp;x=2&amp;lang=en"' in page


@pytest.mark.parametrize(
    "query", ["_scheme=javascript", "_external=1", "endpoint=static", "_anchor=x", "values=1"]
)
def test_language_links_take_no_orders_from_the_address(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/accounts/log-in?{query}")
    assert answer.status_code == 200
    assert "javascript:" not in answer.text
    assert f'href="/accounts/log-in?{query}&amp;lang=en"' in answer.text


def test_language_links_of_a_missing_page_stay_here(client: FlaskClient) -> None:
    answer = client.get("/%2Fevil.example.org/x")
    assert answer.status_code == 404
    assert 'href="/?lang=en"' in answer.text
    assert 'href="//' not in answer.text


def test_outside_a_request_the_default_speaks(app: Flask) -> None:
    assert language() == "zh"
    assert named("市", "City") == "市"
    assert named(None, "City") == "City"
    assert named(None, None) == ""
    with app.test_request_context("/?lang=en"):
        from flask import g

        g.pop("language", None)
        assert named("市", "City") == "City"
        assert named("市", None) == "市"


@pytest.mark.parametrize(("tag", "listed"), [("zh", "甲、2"), ("en", "甲, 2")])
def test_parts_are_joined_by_the_readers_marks(app: Flask, tag: str, listed: str) -> None:
    with app.test_request_context(f"/?lang={tag}"):
        assert listing(["甲", 2]) == listed


def test_pair_and_aside_carry_their_marks(app: Flask) -> None:
    with app.test_request_context("/?lang=zh"):
        assert pair("甲", "100%") == "甲：100%"
        assert aside("甲", "乙") == "甲（乙）"
