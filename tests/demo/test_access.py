"""How to get into the demonstration: at the address that it is served at."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask

from app.demo.accounts import Access, keep_access, kept_access, remember_address


@pytest.fixture
def kept(app: Flask) -> None:
    """The list as the building leaves it."""
    keep_access(
        Access(
            "",
            (),
            survey_pages={"f": "/s/a"},
            personal_pages={"f": "/s/b"},
            openrosa={"f": "/k/c"},
            personal_communities={"f": "示例社区 990101001001"},
        )
    )


def served_at(app: Flask, address: str) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url=address)


def test_addresses_are_those_that_the_city_is_served_at(app: Flask, kept: None) -> None:
    served_at(app, "http://127.0.0.1:8100")
    remember_address()
    # Another command, in a terminal that was not told where.
    served_at(app, "http://127.0.0.1:8000")
    access = kept_access()
    assert access is not None
    assert access.base_url == "http://127.0.0.1:8100"
    assert access.survey_pages == {"f": "http://127.0.0.1:8100/s/a"}
    assert access.personal_pages == {"f": "http://127.0.0.1:8100/s/b"}
    assert access.openrosa == {"f": "http://127.0.0.1:8100/k/c"}


def test_an_address_that_is_told_goes_first(app: Flask, kept: None) -> None:
    remember_address()
    served_at(app, "https://exam.example")
    access = kept_access()
    assert access is not None
    assert access.survey_pages == {"f": "https://exam.example/s/a"}


def test_the_community_of_the_drawn_dwelling_is_told(app: Flask, kept: None) -> None:
    told = app.test_cli_runner().invoke(args=["demo", "access"]).output
    assert "community of the drawn dwelling: 示例社区 990101001001" in told
    as_json = app.test_cli_runner().invoke(args=["demo", "access", "--json"]).output
    assert json.loads(as_json)["personal_communities"] == {"f": "示例社区 990101001001"}
