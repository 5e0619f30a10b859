"""A judgement older than what it was made from says so, and one button brings it up to date."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.managing import department_coded
from app.areas.models import Area
from app.areas.queries import area_by_code
from app.assessment.queries import current_run
from app.db import db, utcnow
from app.indicators.adopting import adopt_by_hand
from app.indicators.items import item_values
from app.indicators.newer_facts import newer_facts
from app.indicators.queries import sources_of
from app.jobs.models import Job
from app.reporting.filling import fill
from app.reporting.queries import campaign_of, report_of
from app.reporting.reviewing import accept, reopen
from app.reporting.submitting import submit
from app.reporting.templates import department_template
from app.sources.importing import import_dataset
from app.sources.measuring import measure
from app.surveys.estimating import estimate
from app.surveys.weighting import weigh
from tests.dashboard.made_city import FIGURES, MadeCity, make_city
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST

ClientAs = Callable[..., FlaskClient]
STATS = ("park", "built", "pop_resident", "water")


@pytest.fixture
def city(app: Flask) -> MadeCity:
    """The made city, to be changed by the test."""
    made = make_city()
    db.session.commit()
    return made


def filed_again(city: MadeCity, **changes: float) -> int:
    """The statistics bureau corrects figures of the first street; the id of the version that waits."""
    campaign = campaign_of(2024, city.root_id)
    assert campaign is not None
    department = department_coded("stats")
    held = report_of(campaign.id, department.id)
    assert held is not None
    reopen(report_id=held.id, text="数字有误")
    figures = {(item, area): value for item in STATS for area, value in FIGURES[item].items()}
    figures |= {(item, STREETS[0]): value for item, value in changes.items()}
    template = department_template(campaign_id=campaign.id, department_id=department.id)
    version = submit(
        content=fill(template, figures),
        campaign_id=campaign.id,
        department_id=department.id,
        filename="stats.xlsx",
    )
    return version.id


def notice(client: FlaskClient, path: str) -> str:
    """The words of the notice; empty when there is none."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found = re.search(r'<section class="message stack" id="newer">(.*?)</section>', answer.text, re.S)
    return unescape(found[1]) if found else ""


def message(client: FlaskClient, path: str) -> str:
    """The message above a page."""
    page = client.get(path).text
    return page[page.index('class="messages"') :].partition("</div>")[0]


def test_accepted_figures_are_told_and_one_button_takes_them_up(city: MadeCity, client_as: ClientAs) -> None:
    office, viewer = client_as("exam_office"), client_as("viewer")
    assert notice(office, "/") == ""
    version_id = filed_again(city, park=8.5)
    assert notice(office, "/") == ""
    answer = office.post(f"/reports/versions/{version_id}/accept")
    said = message(office, answer.headers["Location"])
    assert f"/reports/versions/{version_id}" in said
    assert f'href="/?year=2024&amp;area={CITY}"' in said
    count = len([each for each in item_values(2024, item_codes=STATS) if each.provenance_kind == "figure"])
    assert f"{count} 个已通过的填报数字" in notice(office, "/")
    assert "重新计算并评价</button>" in notice(office, "/")
    assert "<button" not in notice(viewer, "/")
    speaks_of_the_shown_place(viewer)
    before = current_run(2024, city.root_id)
    started = office.post("/assessment/anew", data={"exam_year": "2024", "root": CITY})
    assert [(job.kind, job.state) for job in db.session.query(Job).order_by(Job.id)] == [
        ("indicators.derive", "succeeded"),
        ("assessment.assess", "succeeded"),
    ]
    after = current_run(2024, city.root_id)
    assert before is not None
    assert after is not None
    assert after.id != before.id
    assert '<a href="/jobs/' in message(office, started.headers["Location"])
    assert f'href="/assessment/{after.id}' in office.get(started.headers["Location"]).text
    assert notice(office, "/") == ""
    values = sources_of(2024, "EC01", area_by_code(STREETS[0]).id)
    assert next(each.value for each in values if each.source_kind == "official") == pytest.approx(85.0)
    judged_without_a_derivation(city, office)


def speaks_of_the_shown_place(viewer: FlaskClient) -> None:
    """The counts are those of the shown area and indicator alone."""
    east = [each for each in FIGURES["park"] if each.startswith(EAST)]
    # Three items of each street, and the water of the district.
    assert f"{3 * len(east) + 1} 个已通过的填报数字" in notice(viewer, f"/?area={EAST}")
    assert "2 个已通过的填报数字" in notice(viewer, f"/indicators/2024/EC01?area={STREETS[0]}")
    assert notice(viewer, f"/indicators/2024/SA01?area={STREETS[0]}") == ""
    assert notice(viewer, "/?year=2023") == ""


def judged_without_a_derivation(city: MadeCity, office: FlaskClient) -> None:
    """Figures that came after the derivation stay told when only the judging is done anew."""
    accept(version_id=filed_again(city, park=7.5))
    db.session.commit()
    form = {"exam_year": "2024", "root": CITY}
    office.post("/assessment/", data=form)
    assert "个已通过的填报数字" in notice(office, "/")
    office.post("/catalogue/2024/derive", data=form)
    assert "个采用值" in notice(office, "/")
    office.post("/assessment/", data=form)
    assert notice(office, "/") == ""


def test_measurements_estimates_and_decisions_are_told(city: MadeCity, client_as: ClientAs) -> None:
    analyst = client_as("analyst")
    root = db.session.get_one(Area, city.root_id)
    lines = [f"{117.006 + 0.01 * i},29.32,wgs84,park,园{i}" for i in range(9)]
    import_dataset(
        kind="points",
        title="新的点",
        content=("lon,lat,crs,category,name\n" + "\n".join(lines) + "\n").encode(),
        filename="more.csv",
        exam_year=2024,
        root=root,
        vintage="2023",
        crs="wgs84",
        source_note="测试用",
    )
    measure(exam_year=2024, root=root)
    value = next(
        each for each in sources_of(2024, "EC01", area_by_code(WEST).id) if each.source_kind == "internet"
    )
    adopt_by_hand(
        exam_year=2024, indicator_code="EC01", area_id=value.area_id, value_id=value.id, reason="现场核过"
    )
    weigh(wave_id=city.wave_id)
    estimate(wave_id=city.wave_id)
    between = utcnow()
    weigh(wave_id=city.wave_id)
    estimate(wave_id=city.wave_id)
    db.session.commit()
    run = current_run(2024, root.id)
    assert run is not None
    again = newer_facts(exam_year=2024, root_id=root.id, area_id=root.id, judged_at=between)
    assert again.satisfactions == 0, "made again with the same numbers"
    found = newer_facts(exam_year=2024, root_id=root.id, area_id=root.id, judged_at=run.made_at)
    assert found.figures == 0
    assert min(found.measured, found.survey_values, found.adoptions, found.satisfactions) > 0
    assert found.satisfactions == len({"EC01", "TR01"}), "indicators are counted, not their areas"
    told = notice(analyst, "/")
    for count, words in (
        (found.measured, "大数据测得的数字"),
        (found.survey_values, "问卷估计的指标值"),
        (found.adoptions, "采用值"),
        (found.satisfactions, "指标的满意度"),
    ):
        assert f"{count} 个{words}" in told
    assert "采用值" in notice(analyst, f"/indicators/2024/EC01?area={WEST}")
