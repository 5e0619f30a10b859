"""What three residents of a street said is found at no door, nor by subtraction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.areas.queries import area_by_code
from app.assessment.models import Evaluation
from app.db import db
from app.indicators.models import Value
from app.surveys.models import Estimate
from tests.dashboard.conftest import SignIn, built
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST

ZONE = "360202451"
EAST_STREETS = [street for street in STREETS if street.startswith(EAST)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, migrated: str) -> Iterator[tuple[Flask, MadeCity]]:
    """The made city, with three answers from the whole of its western district, all of one street."""
    with built(tmp_path_factory.mktemp("few"), migrated, few=WEST) as found:
        yield found


@pytest.fixture
def hidden(made: tuple[Flask, MadeCity]) -> list[Estimate]:
    """The estimates of areas that may not be shown, with their figures as the database holds them."""
    with made[0].app_context():
        query = db.session.query(Estimate).filter_by(wave_id=made[1].wave_id, suppressed=True)
        rows = query.filter_by(group_variable="").order_by(Estimate.id).all()
        for row in rows:
            db.session.expunge(row)
    return rows


def addresses(app: Flask, city: MadeCity) -> list[str]:
    """Every page and every JSON that tells of satisfaction or of a value from the survey."""
    with app.app_context():
        judged = db.session.query(Evaluation).filter_by(run_id=city.run_id).order_by(Evaluation.id).all()
        evaluations = [(each.id, each.indicator_code, each.area.code) for each in judged]
        values = [each.id for each in db.session.query(Value).filter_by(source_kind="survey")]
    found = [f"/explain/evaluation/{key}" for key, _code, _area in evaluations]
    found += [f"/assessment/{city.run_id}/{code}/{area}" for _key, code, area in evaluations]
    found += [page for key in values for page in (f"/explain/value/{key}", f"/catalogue/values/{key}")]
    for area in (CITY, EAST, WEST, ZONE, *STREETS):
        found += [f"/?area={area}", f"/satisfaction?area={area}", f"/indicators?area={area}"]
        found += [f"/yardsticks?area={area}", f"/cross-check?area={area}&show=all", f"/warnings?area={area}"]
        found += [f"/indicators/2024/{code}?area={area}" for code in ("EC01", "TR01")]
        found += [f"/api/v1/results/{name}?area={area}" for name in ("overview", "evaluations", "warnings")]
        found.append(f"/api/v1/results/dimension-scores?area={area}")
    for level in ("district", "street"):
        found.append(f"/satisfaction?level={level}")
        for measure in ("satisfaction", "satisfaction:EC", "indicator:TR01"):
            found += [f"/map{part}?measure={measure}&level={level}" for part in ("", "/document")]
        found += [
            f"/api/v1/surveys/{city.wave_id}/results?level={level}&measure={measure}&statistic={statistic}"
            for measure in ("question", "dimension", "overall")
            for statistic in ("mean", "top2")
        ]
    found += [f"/api/v1/surveys/{city.wave_id}", f"/surveys/{city.wave_id}", f"/assessment/{city.run_id}"]
    found += [f"/api/v1/indicators/{code}/values?year=2024&area={CITY}" for code in ("EC01", "TR01")]
    return [*found, f"/explain/estimate/{city.wave_id}:ec_park", "/catalogue/2024/TR01"]


def told(row: Estimate) -> list[str]:
    """The figures of an estimate as pages and JSON write them; shares are also told in per cent."""
    factor = 100.0 if row.statistic == "top2" else 1.0
    shown = [each for each in (row.estimate, row.low, row.high) if each not in {None, 0.0, 1.0, 100.0}]
    # An interval cut off at its natural end tells nothing.
    return [f"{factor * each:.1f}" for each in shown if factor * each < 99.95] + [repr(e) for e in shown]


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+", text))


def test_no_door_tells_what_the_few_said(
    made: tuple[Flask, MadeCity], sign_in: SignIn, hidden: list[Estimate]
) -> None:
    client = sign_in("exam_office")
    with made[0].app_context():
        few = {area_by_code(code).id for code in (WEST, *STREETS) if code.startswith(WEST)}
        shown = {
            number for row in db.session.query(Estimate).filter_by(suppressed=False) for number in told(row)
        }
    secret = {
        number
        for row in hidden
        if row.area_id in few and row.n and row.measure in {"overall", "question"}
        for number in told(row)
    } - shown
    exact = {number for number in secret if len(number) > 6}
    assert exact
    for address in addresses(*made):
        answer = client.get(address)
        assert answer.status_code == 200, address
        found = numbers_in(answer.text)
        assert not exact & found, address
        if "satisfaction" in address or "surveys" in address:
            assert not secret & found, address


def test_json_says_suppressed_instead_of_a_number(made: tuple[Flask, MadeCity], sign_in: SignIn) -> None:
    client = sign_in("viewer")
    (few,) = [
        row
        for row in client.get(f"/api/v1/results/evaluations?area={WEST}").json
        if row["indicator"] == "TR01"
    ]
    assert (few["value"], few["state"], few["absence"]) == (None, "suppressed", "suppressed")
    assert (few["satisfaction"], few["satisfaction_suppressed"]) == (None, True)
    reasons = {each["yardstick"]: each["reason"] for each in few["verdicts"]}
    assert reasons["satisfaction"] == reasons["national_standard"] == "too-few-answers"
    rows = client.get(f"/api/v1/results/evaluations?area={CITY}").json
    assert next(row for row in rows if row["indicator"] == "EC01")["satisfaction_suppressed"] is False
    scores = client.get(f"/api/v1/results/dimension-scores?area={WEST}").json
    said = [row["satisfaction"] for row in scores if row["satisfaction"] is not None]
    assert said
    assert all(row["suppressed"] and row["mean"] is None for row in said)


def test_the_few_are_not_the_city_less_the_others(
    made: tuple[Flask, MadeCity], hidden: list[Estimate]
) -> None:
    """The other district is held back too, and of its streets enough that they do not add up to it."""
    with made[0].app_context():
        by_area = {row.area_id for row in hidden if row.measure == "overall"}
        assert {area_by_code(EAST).id, area_by_code(WEST).id} <= by_area
        assert area_by_code(CITY).id not in by_area
        assert by_area & {area_by_code(code).id for code in EAST_STREETS}


def test_suppressed_no_data_not_applicable_and_nought_look_different(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    client = sign_in("viewer")
    for address in (f"/?area={WEST}", f"/satisfaction?area={WEST}", f"/indicators/2024/TR01?area={WEST}"):
        assert 'class="no-value few"' in client.get(address).text, address
    bars = client.get(f"/satisfaction?area={WEST}").text
    assert 'fill="url(#too-few)"' in bars
    assert re.search(r'aria-label="生态宜居: 样本过少"', bars)
    drawn = client.get("/map/document?measure=indicator:TR01&level=district").text
    assert "area few" in drawn
    assert "样本过少" in drawn
    assert "样本过少" in explained(client, made, WEST)
    assert 'class="no-value missing"' in client.get(f"/indicators?area={CITY}").text


def explained(client: FlaskClient, made: tuple[Flask, MadeCity], area: str) -> Any:
    return client.get(f"/assessment/{made[1].run_id}/TR01/{area}").text


def test_the_figures_looked_for_are_those_a_page_would_show(
    made: tuple[Flask, MadeCity], sign_in: SignIn, hidden: list[Estimate]
) -> None:
    """The control: without the mark the same page tells them."""
    app, _city = made
    client, ids = sign_in("viewer"), [row.id for row in hidden]
    with app.app_context():
        west = area_by_code(WEST).id
        db.session.query(Estimate).filter(Estimate.id.in_(ids)).update({"suppressed": False})
        db.session.commit()
    try:
        (row,) = [
            each
            for each in hidden
            if (each.area_id, each.measure, each.statistic) == (west, "overall", "mean")
        ]
        assert set(told(row)[:1]) <= numbers_in(client.get(f"/satisfaction?area={WEST}").text)
    finally:
        with app.app_context():
            db.session.query(Estimate).filter(Estimate.id.in_(ids)).update({"suppressed": True})
            db.session.commit()
