"""An analyst of one district reads its part; what changes a whole city's results is refused to him."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app.accounts.guards import ANALYSTS
from app.db import db
from app.doors import DOORS, DoorTable
from app.jobs.models import Job
from app.surveys.models import WaveSettings
from tests.dashboard.conftest import SignIn
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST
from tests.house.test_doors import addresses

TABLE = DoorTable(DOORS)
#: What a member of staff does with an account of his own.
OWN = {"accounts.log_in", "accounts.log_out", "accounts.profile"}
POSTS = {
    "forms.export",
    "question_bank.change",
    "question_bank.make_survey",
    "question_bank.restore_question",
    "question_bank.retire_question",
    "question_bank.take_in",
    "question_bank.upload",
    "sources.measure_year",
    "sources.upload",
    "sources.withdraw",
    "surveys.change_settings",
    "surveys.draw",
    "surveys.frame",
    "surveys.make_wave",
    "surveys.register_strata",
    "surveys.start",
    "surveys.undraw",
}
_FORM = re.compile(r"<form\b[^>]*\bmethod=\"post\"[^>]*>")
_ACTION = re.compile(r"\baction=\"([^\"?]*)")


def posts(app: Flask) -> Iterator[tuple[str, str]]:
    """Every writing address with its endpoint; the made city holds the first wave and dataset they name."""
    for rule, method, address in addresses(app):
        audience = TABLE.audience(rule.endpoint, method)
        if method == "POST" and isinstance(audience, frozenset) and "analyst" in audience:
            yield rule.endpoint, address


def test_the_table_names_every_post_of_the_analysts(app: Flask) -> None:
    assert {endpoint for endpoint, _address in posts(app)} - OWN == POSTS
    # Who is limited to a district stands among the analysts alone; the office is never limited.
    assert {"analyst"} < ANALYSTS


@pytest.mark.parametrize("endpoint", sorted(POSTS))
def test_posts_for_a_whole_city_are_refused_to_an_analyst_of_a_district(
    made: tuple[Flask, MadeCity], sign_in: SignIn, endpoint: str
) -> None:
    address = dict(posts(made[0]))[endpoint]
    before = _written(made[0])
    answer = sign_in("district-analyst").post(address, data={"root": CITY, "exam_year": "2024"})
    assert answer.status_code == 403, answer.text
    assert "只限于部分区域" in answer.text
    assert _written(made[0]) == before
    # The whole city's analyst passes this guard; an empty form, a used sample or a job comes next.
    if endpoint not in {"surveys.start", "sources.measure_year", "question_bank.restore_question"}:
        passed = sign_in("city-analyst").post(address, data={"root": CITY, "exam_year": "2024"})
        assert passed.status_code in {409, 422}, (passed.status, passed.text)


@pytest.mark.parametrize("path", ["/surveys/design", "/sources/", "/sources/measure"])
def test_a_district_is_no_city_to_work_on(sign_in: SignIn, path: str) -> None:
    answer = sign_in("district-analyst").post(path, data={"root": EAST, "exam_year": "2024"})
    assert (answer.status_code, "不是城市一级" in answer.text) == (422, True), answer.text


def test_no_page_offers_an_analyst_of_a_district_a_form_that_would_be_refused(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    client = sign_in("district-analyst")
    opened = 0
    for rule, method, address in addresses(made[0], year=2024, code="EC01"):
        audience = TABLE.audience(rule.endpoint, method)
        if method != "GET" or not isinstance(audience, frozenset) or "analyst" not in audience:
            continue
        answer = client.get(address, buffered=True)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        opened += 1
        assert _offered(answer.text, address) <= {"/accounts/log-out", "/accounts/profile"}, address
    assert opened > 20


@pytest.mark.parametrize("path", ["/surveys/design", "/surveys/1/settings"])
def test_pages_of_forms_open_to_the_whole_citys_analyst_alone(sign_in: SignIn, path: str) -> None:
    assert sign_in("district-analyst").get(path).status_code == 403
    assert sign_in("city-analyst").get(path).status_code == 200


def test_the_citys_analyst_is_offered_what_he_may_do(sign_in: SignIn) -> None:
    client = sign_in("city-analyst")
    assert _offered(client.get("/surveys/1").text, "") > {"/surveys/1/weigh", "/surveys/1/estimate"}
    assert _offered(client.get("/sources/").text, "/sources/") > {"/sources/", "/sources/measure"}


def _offered(page: str, own: str) -> set[str]:
    """Where the forms of a page send to."""
    found = [_ACTION.search(form) for form in _FORM.findall(page)]
    return {action[1] if action else own for action in found}


def _written(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return db.session.query(Job).count(), db.session.query(WaveSettings).count()
