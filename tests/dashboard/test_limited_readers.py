"""Who reads one district reads its figures alone, by every door; single answers are the whole city's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.areas.models import Area
from app.db import db
from app.doors import DOORS, DoorTable
from app.forms.models import Form, Submission
from app.indicators.models import Value
from app.surveys.models import Wave
from tests.dashboard.conftest import SignIn
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST
from tests.house.test_doors import addresses

TABLE = DoorTable(DOORS)
#: The readers of one district, each with the role that opens the doors.
READERS = {
    "district-analyst": "analyst",
    "district-viewer": "viewer",
    "district-reporter": "department_reporter",
}
#: Where an area is named whoever reads: its name and boundary are no figure; a form asks for its names.
PLACES = {"areas.index", "areas_api.tree", "areas_api.shapes", "form_versions.version", "form_versions.xml"}
#: A department's report is one workbook of the whole city, and its own people fill it in.
OWN_REPORTS = {"reporting.task", "reporting.template", "reporting.version", "reporting.returned_workbook"}
WESTERN = ("西甲街道", "西乙街道", *(street for street in STREETS if street.startswith(WEST)))
_HREF = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')


def walked(app: Flask, role: str) -> Iterator[tuple[str, str]]:
    """Every reading address of a role with its endpoint: as it is, and asked for another district."""
    for rule, method, address in addresses(
        app, year=2024, code="EC01", indicator_code="EC01", area_code=EAST
    ):
        audience = TABLE.audience(rule.endpoint, method)
        if method == "GET" and isinstance(audience, frozenset) and role in audience:
            yield rule.endpoint, address
            yield rule.endpoint, f"{address}?year=2024&area={WEST}"


@pytest.mark.parametrize("reader", READERS)
def test_no_door_shows_another_district_or_leads_where_its_reader_is_refused(
    made: tuple[Flask, MadeCity], sign_in: SignIn, reader: str
) -> None:
    client = sign_in(reader)
    opened, offered = set(), {}
    for endpoint, address in walked(made[0], READERS[reader]):
        answer = client.get(address, buffered=True)
        assert answer.status_code < 500, (address, answer.status)
        if answer.status_code == 200 and answer.mimetype.startswith(("text/", "application/json")):
            opened.add(endpoint)
            named = endpoint in PLACES | OWN_REPORTS
            assert named or not [name for name in WESTERN if name in answer.text], address
            offered |= {unescape(href).partition("?")[0]: address for href in _HREF.findall(answer.text)}
    assert len(opened) > 15
    assert len(offered) > 30
    refused = {
        href: page for href, page in offered.items() if client.get(href, buffered=True).status_code == 403
    }
    assert refused == {}


@pytest.fixture
def single(made: tuple[Flask, MadeCity]) -> dict[str, Any]:
    """Keys of what holds single answers."""
    with made[0].app_context():
        wave = db.session.get_one(Wave, made[1].wave_id)
        submission = db.session.query(Submission).filter_by(form_id=wave.form_id).first()
        assert submission is not None
        return {"form": wave.form_id, "submission": submission.id, "wave": wave.id}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/forms/{form}/submissions", 200),
        ("/forms/submissions/{submission}", 200),
        ("/forms/submissions/{submission}/xml", 200),
        # This answer came without a file.
        ("/forms/submissions/{submission}/files/1", 404),
        ("/explain/responses/{wave}", 200),
        ("/sources/1/file", 200),
        ("/assessment/1", 200),
        ("/surveys/{wave}/settings", 200),
    ],
)
def test_single_answers_and_files_are_for_readers_of_the_whole_city(
    sign_in: SignIn, single: dict[str, Any], address: str, status: int
) -> None:
    asked = address.format(**single)
    answer = sign_in("district-analyst").get(asked)
    assert (answer.status_code, "只限于部分区域" in answer.text) == (403, True)
    assert sign_in("city-analyst").get(asked, buffered=True).status_code == status
    for reader in ("district-viewer", "district-reporter"):
        assert sign_in(reader).get(asked).status_code == 403


@pytest.mark.parametrize("reader", READERS)
def test_values_as_json_are_those_of_the_scope(sign_in: SignIn, reader: str) -> None:
    def codes(client: FlaskClient, area: str) -> list[str]:
        answer = client.get(f"/api/v1/indicators/EC01/values?year=2024&area={area}")
        assert answer.status_code == 200, answer.text
        return [each["area_code"] for each in answer.get_json()]

    client = sign_in(reader)
    assert codes(client, EAST) == [EAST, *STREETS[:2]]
    assert codes(client, STREETS[0]) == [STREETS[0]]
    for area in (CITY, WEST, STREETS[2]):
        answer = client.get(f"/api/v1/indicators/EC01/values?year=2024&area={area}")
        assert answer.status_code == 403, answer.text
    assert set(codes(sign_in("city-analyst"), CITY)) >= {CITY, EAST, WEST, *STREETS}


def test_explained_values_are_those_of_the_scope(made: tuple[Flask, MadeCity], sign_in: SignIn) -> None:
    client, checked = sign_in("district-analyst"), set()
    with made[0].app_context():
        held = [(each.id, each.area_id) for each in db.session.query(Value).filter_by(indicator_code="EC01")]
        codes = {each.id: each.code for each in db.session.query(Area)}
    for value_id, area_id in held:
        within = codes[area_id].startswith(EAST)
        status = client.get(f"/catalogue/values/{value_id}").status_code
        assert status == (200 if within else 403), codes[area_id]
        checked.add(within)
    assert checked == {True, False}


def test_other_cities_are_neither_listed_nor_opened(made: tuple[Flask, MadeCity], sign_in: SignIn) -> None:
    with made[0].app_context():
        other = db.session.query(Wave).filter(Wave.id != made[1].wave_id).one()
        wave_id, name, form_id = other.id, other.name, other.form_id
        title = db.session.get_one(Form, form_id).title
    for reader in ("district-analyst", "city-analyst"):
        client = sign_in(reader)
        for address in (
            f"/surveys/{wave_id}",
            f"/api/v1/surveys/{wave_id}",
            f"/api/v1/surveys/{wave_id}/results",
            f"/satisfaction?wave={wave_id}",
            f"/forms/{form_id}",
            f"/forms/{form_id}/submissions",
            f"/explain/responses/{wave_id}",
        ):
            assert client.get(address).status_code == 403, address
        assert name not in client.get("/surveys/").text
        assert title not in client.get("/forms/").text
        assert [each["id"] for each in client.get("/api/v1/surveys/").get_json()] == [made[1].wave_id]
    assert name in sign_in("analyst").get("/surveys/").text


def test_the_citys_satisfaction_is_for_readers_of_the_city(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    address = f"/api/v1/surveys/{made[1].wave_id}"
    told = sign_in("district-analyst").get(address).get_json()
    assert told["city"] is None
    assert [each["area_code"] for each in told["districts"]] == [EAST]
    assert sign_in("city-analyst").get(address).get_json()["city"]["area_code"] == CITY
