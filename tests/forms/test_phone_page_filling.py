"""The page with script fills a form as the wizard without script does: the same answers come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from app.db import db, unit_of_work
from app.forms.arranging import arrange_page
from app.forms.definitions import definition_of
from app.forms.models import Draft, FormVersion
from app.forms.publishing import publish
from app.xforms.filling import open_filling
from tests.forms.conftest import compiled, link_of
from tests.forms.phone_pages import Endpoint, PhonePage, part
from tests.forms.test_resident import Resident
from tests.xforms.trial_forms import RULES

pytestmark = pytest.mark.browser

HOME = "/data/home"
#: A way through the form of all rules, by place.
RULED: dict[str, Any] = {
    "/data/phone": "13912345678",
    "/data/age": "４５",
    "/data/area": "88.50",
    "/data/born": "1980-02-29",
    "/data/seen": "2024-03-01T09:30",
    "/data/open": "08:15",
    "/data/street": "s1",
    "/data/block": "b2",
    "/data/problems": ["noise", "other"],
    "/data/other": " 路灯 ",
    "/data/order": ["noise", "flood", "other", "none"],
    "/data/score": "7",
    "/data/spot#lat": "29.29",
    "/data/spot#lon": "117.2",
    "/data/fence": "29 117 0 0; 29 118 0 0; 30 118 0 0; 29 117 0 0",
    "/data/homes": "2",
    f"{HOME}[1]/rooms": "3",
    f"{HOME}[2]/rooms": "2",
    f"add:{HOME}[1]/person": 1,
    f"{HOME}[1]/person[1]/name": "王小明",
    f"{HOME}[1]/person[1]/years": "9",
    f"{HOME}[1]/person[2]/name": "李强",
    "/data/sure": "OK",
}
#: What a trigger, a default and texts with values do.
CAUSED = """
| survey | | | | | | | | |
| | type | name | label | calculation | trigger | default | relevant | repeat_count |
| | text | name | Your name | | | | | |
| | select_one yn | own | Do you own it, ${name}? | | | y | | |
| | text | story | Story of ${name} | concat('I am ', ${name}) | ${own} | | | |
| | integer | rooms | Rooms | | | | | |
| | calculate | seen | | once(concat('first ', ${rooms})) | | | ${rooms} > 0 | |
| | calculate | due | | date('2024-01-31') + 1 | | | | |
| | note | told | ${name} has ${rooms} rooms | | | | ${rooms} > 1 | |
| | begin_repeat | room | Room | | | | | ${rooms} |
| | text | use | Use of room | | | | | |
| | text | mark | Mark | | | concat('r', position(..)) | | |
| | end_repeat | | | | | | | |
| | begin_repeat | pet | Pet | | | | | |
| | text | kind | Kind | | | cat | | |
| | end_repeat | | | | | | | |
| | select_one ${kind} | best | Best pet | | | | | |
| choices | | |
| | list_name | name | label |
| | yn | y | Yes |
| | yn | n | No |
"""

PARTED = """
| survey | | | | |
| | type | name | label | constraint |
| | begin_group | who | You | |
| | text | name | Your name | |
| | end_group | | | |
| | begin_group | home | Your home | |
| | integer | rooms | Rooms | . > 0 |
| | end_group | | | |
"""


def version_of_table(text: str) -> FormVersion:
    with unit_of_work():
        return publish(content=compiled(text.encode()), filename="form.xml")


def by_wizard(app: Flask, version: FormVersion, steps: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a resident without script; every answer is given on the first screen that asks it."""
    resident, left = Resident(app, f"/s/{link_of(version.form, 'open').token}"), dict(steps)
    for _ in range(60):
        if resident.at.endswith("/summary"):
            break
        now = {name: left.pop(name) for name in resident.names() & left.keys()}
        rows = {
            name: left.pop(name) for name in list(left) if name.startswith("add:") and asks(resident, name)
        }
        for name, count in rows.items():
            for _row in range(count):
                resident.post(name, **now)
        resident.post(**now | {name: left.pop(name) for name in resident.names() & left.keys()})
        assert resident.errors() == []
    assert left == {}
    draft = db.session.execute(select(Draft)).scalar_one()
    return open_filling(definition_of(version), draft.answers).answers


def asks(resident: Resident, action: str) -> bool:
    return bool(resident.tree.xpath(f'//button[@value="{action}"]'))


def lasting(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Without the moments, which differ between two fillings."""
    return {name: value for name, value in answers.items() if name not in {"start", "end"}}


@pytest.fixture
def phone_at(
    app: Flask, browser: Browser, serve: Callable[[Flask], str]
) -> Iterator[Callable[[FormVersion], PhonePage]]:
    """Opens a form's link on a phone; scripts that complain fail the test."""
    opened: list[PhonePage] = []

    def open_page(version: FormVersion) -> PhonePage:
        token = link_of(version.form, "open", label=f"phone {len(opened)}").token
        opened.append(PhonePage(browser, f"{serve(app)}/s/{token}"))
        return opened[-1]

    yield open_page
    for phone in opened:
        phone.context.close()
        assert phone.complaints == []


def sent_answers(phone: PhonePage) -> dict[str, Any]:
    endpoint = Endpoint(phone, 201, {"receipt": "ABCDE-FGHJK", "href": phone.address})
    with phone.page.expect_navigation():
        phone.send()
    found: dict[str, Any] = json.loads(part(endpoint.bodies[0], "answers"))
    return found


def test_a_form_with_every_kind_of_rule(app: Flask, phone_at: Callable[[FormVersion], PhonePage]) -> None:
    version = version_of_table(RULES)
    phone = phone_at(version)
    phone.fill(RULED)
    found = lasting(sent_answers(phone))
    assert found == lasting(by_wizard(app, version, RULED))
    assert (found["names"], found["age"]) == ("王小明、李强", 45)


def test_triggers_defaults_texts_with_values_and_rows(
    app: Flask, phone_at: Callable[[FormVersion], PhonePage]
) -> None:
    version = version_of_table(CAUSED)
    phone = phone_at(version)
    phone.type({"/data/name": "Li"})
    phone.next()
    assert "Do you own it, Li?" in phone.page.inner_text("#sheet")
    steps: dict[str, Any] = {
        "/data/own": "n",
        "/data/rooms": "2",
        "/data/room[1]/use": "kitchen",
        "/data/room[2]/use": "shop",
        "/data/pet[1]/kind": "dog",
        "/data/best": "dog",
    }
    phone.fill(steps)
    found = lasting(sent_answers(phone))
    assert found == lasting(by_wizard(app, version, {"/data/name": "Li"} | steps))
    assert (found["story"], found["seen"], found["due"]) == ("I am Li", "first 2", found["due"])
    assert [row["mark"] for row in found["room"]] == ["r1", "r2"]


def test_all_questions_on_one_page_are_shown_checked_and_sent(
    phone_at: Callable[[FormVersion], PhonePage],
) -> None:
    version = version_of_table(PARTED)
    with unit_of_work():
        arrange_page(form=version.form, one_page=True, device_drafts=True, device_limit="")
    phone = phone_at(version)
    assert [phone.page.is_visible(f'[name="/data/{name}"]') for name in ("who/name", "home/rooms")] == [
        True
    ] * 2
    assert not phone.page.is_visible(".progress")
    assert len(phone.type({"/data/who/name": "Li", "/data/home/rooms": "0"})) == 2
    phone.next()
    assert [each.partition(" ")[0] for each in phone.errors()] == ["#question-/data/home/rooms"]
    phone.fill({"/data/home/rooms": "3"})
    found = sent_answers(phone)
    assert (found["who"]["name"], found["home"]["rooms"]) == ("Li", 3)
