"""From the sources side by side to the page where the adopted value is changed, and who changed it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import db
from tests.dashboard.made_city import MadeCity, make_city

ClientAs = Callable[..., FlaskClient]
PAGES = ("/cross-check?show=all", "/indicators/2024/EC01")


@pytest.fixture
def city(app: Flask) -> MadeCity:
    """The made city, to be changed by the test."""
    made = make_city()
    db.session.commit()
    return made


def _ways(client: FlaskClient, path: str) -> list[str]:
    """Where a page lets its reader change an adopted value."""
    words = "改变采用的数值|去决定采用哪个|改用这个数值"
    found = re.findall(rf'<a href="([^"]*)">(?:{words})</a>', client.get(path).text)
    return [each.replace("&amp;", "&") for each in found]


def test_an_adopted_value_is_changed_from_the_pages_that_show_it(city: MadeCity, client_as: ClientAs) -> None:
    office, viewer = client_as("exam_office"), client_as("viewer")
    for path in PAGES:
        assert _ways(viewer, path) == []
        ways = _ways(office, path)
        assert ways, path
        page = office.get(ways[0]).text
        assert re.search(r'action="/catalogue/values/\d+/adopt', page), "the page where it works"
    rival = _ways(office, PAGES[1])[0]
    value_id = re.findall(r"/catalogue/values/(\d+)", rival)[0]
    answer = office.post(f"/catalogue/values/{value_id}/adopt", data={"reason": "点位更新更近"})
    assert answer.status_code == 302
    for reader in (office, viewer):
        for path in PAGES:
            text = reader.get(path).text
            assert "决定：点位更新更近" in text, path
            assert "exam_office" in text.partition("决定：点位更新更近")[0][-60:], "who decided"
    page = viewer.get(PAGES[1]).text
    assert "来源不同，不可比" in page, "the years before are of another source"
    again = _ways(office, PAGES[1])
    assert again, "what was decided can be decided again"
    assert f"/catalogue/values/{value_id}?" not in again[0], "by adopting another value"
