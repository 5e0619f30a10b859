"""Every page of results, with data, for each kind of reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.areas.models import Area
from app.areas.queries import area_by_code
from app.assessment import queries as assessment
from app.dashboard.finding_words import finding_said
from app.db import db
from app.surveys.models import Estimate
from tests.dashboard.conftest import SignIn, Statements
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST, STREETS

PAGES = (
    "/",
    "/satisfaction",
    "/cross-check",
    "/cross-check?show=all",
    "/indicators",
    "/indicators/2024/EC01",
    "/indicators/2024/TR01",
    "/indicators/2024/SA03",
    "/yardsticks",
    "/warnings",
    "/map",
    "/map?measure=indicator:EC01&level=street",
    "/map/document?measure=dimension:EC&level=district",
)


@pytest.mark.parametrize("role", ["exam_office", "viewer", "reporter"])
def test_every_page_opens_for_those_who_may_read_results(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    for path in (*PAGES, "/indicators/2023/EC01"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)


@pytest.mark.parametrize("place", [f"area={EAST}", f"area={STREETS[2]}", "year=2023"])
def test_every_page_opens_for_a_part_and_for_the_year_without_a_survey(sign_in: SignIn, place: str) -> None:
    client = sign_in("analyst")
    for path in PAGES:
        if "year" in place:
            path = path.replace("/2024/", "/2023/")  # noqa: PLW2901 - the page of that year
        joined = f"{path}{'&' if '?' in path else '?'}{place}"
        assert client.get(joined).status_code == 200, joined


def test_every_page_opens_in_english(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    for path in PAGES:
        joined = f"{path}{'&' if '?' in path else '?'}lang=en"
        assert client.get(joined).status_code == 200, joined
    assert "Park coverage" in client.get("/indicators?lang=en").text


def test_a_field_worker_sees_no_results(sign_in: SignIn) -> None:
    client = sign_in("field")
    assert {client.get(path).status_code for path in ("/indicators", "/map")} == {403}
    home = client.get("/")
    assert (home.status_code, home.location) == (302, "/surveys/")


def test_the_overview_answers_first_with_the_score_of_the_run(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    app, city = made
    with app.app_context():
        row = assessment.area_score(city.run_id, city.root_id)
        assert row is not None
        score = f"{row.score:.1f}"
        red = assessment.warning_counts(city.run_id, city.root_id)["red"]
    text = sign_in("viewer").get("/").text
    heading = re.search(r"<h1>(.+?)</h1>", text)
    assert heading is not None
    assert score in heading[1]
    assert f"{red} 项红色预警" in heading[1]
    assert text.index("综合得分") < text.index("最突出的问题") < text.index("数据收集情况")


def test_links_keep_the_year_and_the_area(sign_in: SignIn) -> None:
    text = sign_in("viewer").get(f"/indicators?year=2023&area={EAST}").text
    addresses = [urlsplit(found.replace("&amp;", "&")) for found in re.findall(r'href="(/[^"]*)"', text)]
    own = [
        each for each in addresses if each.path.startswith(("/explain/", "/indicators", "/warnings", "/map"))
    ]
    assert len(own) > 5
    for each in own:
        kept = parse_qs(each.query)
        assert kept["area"] == [EAST], each
        assert "/2023/" in each.path or kept["year"] == ["2023"], each


def test_the_filters_of_the_table_live_in_the_address(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    every = client.get("/indicators").text
    for code in ("EC01", "EC02", "TR01", "SA01", "SA02", "SA03"):
        assert f"{code} ·" in every
    failed = client.get("/indicators?grade=shortfall").text
    assert "SA01 ·" in failed
    assert "EC01 ·" not in failed
    assert "EC01 ·" in client.get("/indicators?q=公园").text
    assert "SA01 ·" not in client.get("/indicators?q=公园").text
    assert "TR01 ·" in client.get("/indicators?source=survey&dimension=TR").text
    assert "SA01 ·" in client.get("/indicators?department=fire&warning=red").text
    assert "清除筛选" in client.get("/indicators?q=没有这样的").text


def test_an_indicator_that_nobody_collected_is_told_apart_from_zero(sign_in: SignIn) -> None:
    text = sign_in("viewer").get("/indicators/2024/SA03").text
    assert "未采集" in text
    assert "无数据" in text


def test_a_year_that_cannot_be_compared_says_so_and_is_not_on_the_line(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    changed = client.get("/indicators/2024/EC02").text
    assert "不可比" in changed
    assert "口径改变" in changed
    same = client.get("/indicators/2024/EC01").text
    assert "不可比" not in same


def test_another_year_chosen_at_the_top_leads_to_that_year_of_the_indicator(sign_in: SignIn) -> None:
    answer = sign_in("viewer").get(f"/indicators/2024/EC01?year=2023&area={EAST}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/indicators/2023/EC01?area={EAST}"


#: What str.isdigit takes for a number though int does not, and what no key column holds.
ODD_NUMBERS = ("²", "③", "9" * 30, str(2**63))


def test_addresses_that_name_nothing_are_not_found(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    for address in (
        "/?year=1999",
        "/?year=abc",
        "/?area=nowhere",
        "/indicators/2024/XX99",
        "/indicators/1999/EC01",
        "/satisfaction?wave=999",
        "/map?measure=indicator:XX99",
        "/map/document?measure=dimension:XX",
        *(f"/?year={odd}" for odd in ODD_NUMBERS),
        *(f"/explain/{kind}/{odd}" for kind in ("value", "figure", "evaluation") for odd in ODD_NUMBERS),
        *(f"/explain/score/{odd}:{odd}" for odd in ODD_NUMBERS),
        *(f"/explain/{kind}/{odd}:EC01" for kind in ("survey_estimate", "estimate") for odd in ODD_NUMBERS),
        *(f"/explain/measurement/{odd}:1" for odd in ODD_NUMBERS),
    ):
        assert client.get(address).status_code == 404, address
    assert client.get("/map?measure=weather").status_code == 422
    for odd in ODD_NUMBERS:
        assert client.get(f"/satisfaction?wave={odd}").status_code == 200
        assert client.get(f"/renewal/?year={odd}").status_code == 200
        assert client.get(f"/renewal/projects?year={odd}").status_code == 200
        assert client.get(f"/renewal/work-plans?plan={odd}").status_code == 200


def test_the_map_is_a_document_of_its_own_with_a_strict_policy(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    answer = client.get("/map/document?measure=indicator:EC01&level=street")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert f'nonce="{nonce[1]}"' in answer.text
    assert "unsafe-inline" not in policy
    assert not re.search(r'(src|href)="https?://', answer.text)
    assert "示意边界" in answer.text
    page = client.get("/map?measure=indicator:EC01&level=street").text
    assert "示意边界" in page
    table = page[page.index("map-table") :]
    for name in ("东甲街道", "东乙街道", "西甲街道", "西乙街道"):
        assert name in table


def test_the_operators_base_map_is_drawn_with_its_attribution(
    made: tuple[Flask, MadeCity], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made[0]
    chosen = replace(
        app.config["SETTINGS"],
        tile_address="https://tiles.example/{z}/{x}/{y}.png",
        tile_attribution="示例地图",
    ).completed()
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    answer = sign_in("viewer").get("/map/document?measure=score&level=district")
    assert answer.status_code == 200
    assert "https://tiles.example/{z}/{x}/{y}.png" in answer.text
    assert "示例地图" in answer.text or json.dumps("示例地图") in answer.text
    assert "img-src 'self' data: https://tiles.example;" in answer.headers["Content-Security-Policy"]


def test_departments_see_no_links_to_rooms_that_are_closed_to_them(sign_in: SignIn) -> None:
    text = sign_in("reporter").get("/").text
    assert 'href="/surveys' not in text
    assert 'href="/sources' not in text
    assert 'href="/surveys' in sign_in("analyst").get("/").text


@pytest.mark.parametrize("path", ["/", "/satisfaction", f"/satisfaction?area={EAST}"])
def test_no_page_of_results_reads_single_answers(sign_in: SignIn, statements: Statements, path: str) -> None:
    client = sign_in("exam_office")
    with statements() as counted:
        assert client.get(path).status_code == 200
    read = [
        each for each in counted if "survey_responses.answers" in each or "survey_responses.flags" in each
    ]
    assert read == []


#: Most statements of one page; each stays the same however many indicators and areas there are.
LIMITS = {
    "/": 75,
    "/satisfaction": 95,
    "/cross-check": 25,
    "/indicators": 25,
    "/indicators/2024/EC01": 75,
    "/yardsticks": 25,
    "/warnings": 25,
    "/map?measure=indicator:EC01&level=street": 30,
    "/map/document?measure=score&level=street": 25,
}


@pytest.mark.parametrize(("path", "limit"), LIMITS.items())
def test_a_page_takes_a_bounded_number_of_statements(
    sign_in: SignIn, statements: Statements, path: str, limit: int
) -> None:
    client = sign_in("exam_office")
    client.get(path)
    with statements() as told:
        assert client.get(path).status_code == 200
    assert len(told) <= limit, len(told)


@pytest.mark.parametrize("kind", ["value", "evaluation"])
def test_an_explanation_takes_a_bounded_number_of_statements(
    sign_in: SignIn, statements: Statements, made: tuple[Flask, MadeCity], kind: str
) -> None:
    app, city = made
    with app.app_context():
        rows = assessment.evaluations(city.run_id, area_id=area_by_code(CITY).id, indicator_code="EC01")
        key = rows[0].value_id if kind == "value" else rows[0].id
    client = sign_in("exam_office")
    with statements() as told:
        assert client.get(f"/explain/{kind}/{key}").status_code == 200
    assert len(told) <= 45, len(told)


def test_too_few_answers_are_called_so_on_pages_and_maps(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    client = sign_in("viewer")
    with made[0].app_context():
        estimate = db.session.query(Estimate).filter_by(
            measure="overall", statistic="mean", group_variable=""
        )
        streets = estimate.join(Area, Area.id == Estimate.area_id).filter(Area.level == "street")
        kept = [each.id for each in streets]
        db.session.query(Estimate).filter(Estimate.id.in_(kept)).update({"suppressed": True})
        db.session.commit()
    try:
        for path in ("/satisfaction?level=street", "/map?measure=satisfaction&level=street"):
            assert "样本过少" in client.get(path).text, path
        drawn = client.get("/map/document?measure=satisfaction&level=street").text
        assert "area few" in drawn
        assert "step-" not in drawn
    finally:
        with made[0].app_context():
            db.session.query(Estimate).filter(Estimate.id.in_(kept)).update({"suppressed": Estimate.n < 30})
            db.session.commit()


def test_findings_of_an_indicator_name_their_areas(sign_in: SignIn, made: tuple[Flask, MadeCity]) -> None:
    with made[0].app_context():
        listed = [row for row in assessment.findings(made[1].run_id) if row.indicator.code == "SA01"]
        names = [(row.area.name_zh, row.area.code) for row in listed]
    assert len(names) > 1, "the city and a district"
    page = sign_in("viewer").get("/indicators/2024/SA01").text
    told = page[page.index("诊断出的问题") :].partition("</ol>")[0]
    for name, code in names:
        assert re.search(rf'<a href="/indicators/2024/SA01[^"]*area={code}[^"]*">{name}</a>', told), name


def test_dissatisfaction_tells_no_count_of_places_short_of_a_standard(made: tuple[Flask, MadeCity]) -> None:
    facts = {"satisfaction": 50.0, "parts": {"judged": 9, "shortfall": 4}}
    with made[0].test_request_context():
        assert finding_said("dissatisfied", facts) == "满意度 50.0 分"
        assert "9 处中 4 处为短板" in finding_said("shortfall_in_parts", facts)


def test_a_leader_follows_the_counts_of_the_collection(sign_in: SignIn) -> None:
    page = sign_in("viewer").get("/").text
    told = page[page.index("数据收集情况") :]
    ways = {each for each in re.findall(r'href="([^"]*)"', told) if each.startswith("/cross-check")}
    assert ways
    for each in ways:
        assert sign_in("viewer").get(each.replace("&amp;", "&")).status_code == 200
    for label in ("已通过的填报", "大数据数值"):
        fact = told[told.index(label) :].partition("</div>")[0]
        assert "/cross-check" in fact, label
