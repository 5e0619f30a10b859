"""Looks that few questions have: each opens, is filled and sent, with the page's script and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app.db import unit_of_work
from app.forms.models import FormVersion, Submission
from app.forms.publishing import attach_file, publish
from tests.forms.conftest import compiled, link_of
from tests.forms.phone_pages import PhonePage
from tests.forms.test_question_types import question
from tests.forms.test_resident import Resident, rows

TABLE = """
| survey |
| | type | name | label | appearance | parameters | media::image | required |
| | start-geopoint | begun | | | | | |
| | select_one plot | plan | On the plan | image-map | | plan.svg | yes |
| | select_multiple plot | plans | Several on the plan | image-map | | plan.svg | |
| | geopoint | placed | On the map | placement-map | | | |
| | geopoint | seen | On a map | maps | | | |
| | begin_group | heads | Own head | field-list | | | |
| | select_one yn | head | Please answer | label | | | |
| | select_one yn | lift | Lift | list-nolabel | | | yes |
| | select_multiple yn | lots | Lots | list-nolabel | | | |
| | end_group | | | | | | |
| | begin_group | table | Made head | table-list | | | |
| | select_one yn | one | Row one | | | | |
| | select_one yn | two | Row two | | | | |
| | end_group | | | | | | |
| | select_one yn | fast | Fast | quick | | | |
| | select_one plot | faster | Fast in columns | quickcompact-2 | | | |
| | select_one plot | packed | Packed | columns-pack | | | |
| | select_multiple plot | bare | Packed and bare | columns-pack no-buttons | | | |
| | select_one plot | mixed | Mixed | | randomize=true | | |
| | barcode | code | Code | front | | | |
| | text | printed | Printed | printer:org.example.print | | | |
| | text | other | Other app | ex:org.example.app(a='1') | | | |
| | integer | count | Counted | counter | | | |
| | decimal | bearing | Bearing | bearing | | | |
| | date | day | Day | coptic | | | |
| choices |
| | list_name | name | label |
| | yn | 1 | Yes |
| | yn | 0 | No |
| | plot | a | East |
| | plot | b | West |
| | plot | c | The long plot between both |
| settings |
| | form_id | version |
| | rare_looks | 1 |
"""
PLAN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect id="a" width="4" height="9"/></svg>'
FILLED: dict[str, Any] = {
    "/data/plan": "b",
    "/data/plans": ["a", "c"],
    "/data/placed#lat": "29.29",
    "/data/placed#lon": "117.2",
    "/data/seen#lat": "29.3",
    "/data/seen#lon": "117.3",
    "/data/heads/lift": "1",
    "/data/heads/lots": ["0"],
    "/data/table/one": "0",
    "/data/table/two": "1",
    "/data/fast": "1",
    "/data/faster": "c",
    "/data/packed": "c",
    "/data/bare": ["a", "b"],
    "/data/mixed": "b",
    "/data/code": "6901234567892",
    "/data/printed": "p",
    "/data/other": "o",
    "/data/count": "3",
    "/data/bearing": "271.5",
    "/data/day": "2024-02-29",
}


@pytest.fixture
def version(app: Flask) -> FormVersion:
    xform = compiled(TABLE.encode())
    with unit_of_work():
        made = publish(content=xform, filename="rare_looks.xml")
        attach_file(version=made, file_name="plan.svg", content=PLAN)
    return made


@pytest.fixture
def address(version: FormVersion) -> str:
    return f"/s/{link_of(version.form, 'open').token}"


def kept() -> dict[str, Any]:
    """The answers of the only submission, those of groups by their own names, without what is not asked."""
    [submission] = rows(Submission)
    told = dict(submission.answers)
    flat = {name: each for name, each in told.items() if name not in {"heads", "table", "meta"}}
    return flat | told["heads"] | told["table"]


EXPECTED = {
    "plan": "b",
    "plans": ["a", "c"],
    "lift": "1",
    "lots": ["0"],
    "one": "0",
    "two": "1",
    "fast": "1",
    "faster": "c",
    "packed": "c",
    "bare": ["a", "b"],
    "mixed": "b",
    "code": "6901234567892",
    "printed": "p",
    "other": "o",
    "count": 3,
    "bearing": 271.5,
    "day": "2024-02-29",
}


def check(found: dict[str, Any]) -> None:
    assert {name: found[name] for name in EXPECTED} == EXPECTED
    places = [(found[name]["lat"], found[name]["lon"]) for name in ("placed", "seen")]
    assert places == [(29.29, 117.2), (29.3, 117.3)]


def test_without_script(app: Flask, address: str) -> None:
    resident = Resident(app, address)
    [plan] = question(resident, "/data/plan").xpath(".//img/@src")
    with resident.client.get(plan) as served:
        # A browser shows what is called a drawing; opened by itself it is saved, and nothing in it runs.
        assert (served.mimetype, served.data) == ("image/svg+xml", PLAN)
        assert served.headers["Content-Disposition"].startswith("attachment")
        assert served.headers["Content-Security-Policy"].endswith("sandbox")
    resident.post()
    assert resident.errors() == ["#question-/data/plan"]
    for _screen in range(10):
        if resident.at.endswith("/summary"):
            break
        assert not resident.tree.xpath('//*[contains(text(), "reserved_name")]')
        names = resident.names()
        resident.post(**{name: each for name, each in FILLED.items() if name in names})
        assert resident.errors() == []
    assert "Please answer" not in resident.text
    resident.post("send")
    check(kept())
    assert kept()["begun"] is None


def test_choices_in_no_order_keep_it_while_somebody_answers(app: Flask, address: str) -> None:
    resident = Resident(app, address)
    resident.post(**{"/data/plan": "a"})
    resident.post(**{"/data/heads/lift": "1"})
    resident.post()
    orders = []
    for _again in range(6):
        asked = question(resident, "/data/mixed")
        orders.append(tuple(asked.xpath(".//input/@value")))
        resident.open(resident.at)
    assert sorted(orders[0]) == ["a", "b", "c"]
    assert len(set(orders)) == 1


@pytest.mark.browser
def test_with_script(app: Flask, address: str, browser: Browser, serve: Callable[[Flask], str]) -> None:
    where = {"latitude": 29.31, "longitude": 117.22, "accuracy": 12}
    phone = PhonePage(browser, serve(app) + address, permissions=["geolocation"], geolocation=where)
    phone.page.wait_for_function("document.querySelector('#sheet img').naturalWidth > 0")
    phone.type({"/data/plan": "a"})
    phone.next()
    phone.type({"/data/heads/lift": "1"})
    phone.next()
    phone.next()
    mixed = phone.page.locator('[name="/data/mixed"]')
    orders = []
    for count in range(8):
        phone.type({"/data/count": str(count)})
        orders.append(tuple(mixed.evaluate_all("all => all.map(each => each.value)")))
    assert len(set(orders)) == 1
    for _screen in range(3):
        phone.page.click("#sheet [data-action=back]")
    phone.fill(FILLED)
    phone.send()
    phone.page.wait_for_selector(".receipt")
    phone.context.close()
    assert phone.complaints == []
    check(kept())
    # Where somebody is is not told without a question that says so.
    assert kept()["begun"] is None
