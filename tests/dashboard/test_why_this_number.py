"""From a number on a page back to where it came from, by following links."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from app.areas.queries import area_by_code
from app.assessment import queries as assessment
from app.indicators.adopted_values import adopted
from app.indicators.queries import sources_of
from app.surveys.queries import area_counts, estimated_run, wave_by_id
from tests.dashboard.conftest import SignIn
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY, EAST, STREETS, WEST


def links(html: str, start: str) -> list[str]:
    """Addresses in the content of a page that begin so."""
    content = html[html.index("<main") :]
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', content) if found.startswith(start)]


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def value_of(made: tuple[Flask, MadeCity], code: str, source_kind: str, area: str = CITY) -> int:
    with made[0].app_context():
        values = sources_of(2024, code, area_by_code(area).id)
        return next(value.id for value in values if value.source_kind == source_kind)


def test_a_reported_value_leads_over_its_formula_to_department_version_and_cell(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    client = sign_in("exam_office")
    value = value_of(made, "EC01", "official", STREETS[0])
    assert any(
        f"/explain/value/{value}?" in link
        for link in links(page(client, f"/indicators/2024/EC01?area={STREETS[0]}"), "/explain/value/")
    )
    told = page(client, f"/explain/value/{value}")
    assert "公园覆盖面积 ÷ 建成区面积 × 100" in told
    assert "市统计局，第 2 版填报" in told
    figure = page(client, links(told, "/explain/figure/")[0])
    assert "市统计局" in figure
    assert "第 2 版" in figure
    assert re.search(r"街道(乡镇)? · [A-Z]+\d+", figure)
    assert re.search(r'class="figure-value">[\d.,]+</span> <span class="figure-unit">', figure)
    assert "通过时间" in figure
    assert "东甲街道" in figure
    assert "test:builder" not in figure
    report = links(figure, "/reports/")[0]
    path, _hash, anchor = report.partition("#")
    assert f'id="{anchor}"' in page(client, path)
    other = page(sign_in("viewer"), links(told, "/explain/figure/")[0])
    assert not links(other, "/reports/")
    assert "只有市统计局和体检办能打开" in other


def test_a_value_that_is_no_ratio_lacks_no_numerator(sign_in: SignIn, made: tuple[Flask, MadeCity]) -> None:
    client = sign_in("exam_office")
    assert "分子" in page(client, f"/catalogue/values/{value_of(made, 'EC01', 'official', STREETS[0])}")
    told = page(client, f"/catalogue/values/{value_of(made, 'TR01', 'survey')}")
    assert "分子" not in told
    assert "分母" not in told


def test_the_city_value_tells_the_parts_it_was_summed_from(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    told = page(sign_in("viewer"), f"/explain/value/{value_of(made, 'EC01', 'official')}")
    assert "由 4 个地区的数相加" in told
    for name in ("东甲街道", "东乙街道", "西甲街道", "西乙街道"):
        assert name in told


def test_a_big_data_value_leads_to_its_dataset_and_rules(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    client = sign_in("viewer")
    told = page(client, f"/explain/value/{value_of(made, 'EC01', 'internet', STREETS[0])}")
    measured = page(client, links(told, "/explain/measurement/")[0])
    assert "兴趣点 2023" in measured
    assert "points.csv" in measured
    assert "公园 500" in measured
    assert "由哪些行测算" in measured
    assert "东甲街道" in measured
    assert not links(measured, "/sources/")
    analyst = sign_in("analyst")
    opened = page(analyst, links(told, "/explain/measurement/")[0])
    data, download = links(opened, "/sources/")
    assert re.search(r"公园</th>\s*<td[^>]*>.*16", page(analyst, data))
    with analyst.get(download) as kept:
        assert kept.headers["Content-Disposition"].startswith("attachment")
        assert kept.data.startswith(b"lon,lat")


def test_a_survey_value_leads_to_wave_and_weights_and_only_analysts_go_on_to_responses(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    value = value_of(made, "TR01", "survey")
    viewer, analyst = sign_in("viewer"), sign_in("analyst")
    told = page(viewer, f"/explain/value/{value}")
    survey = links(told, "/explain/survey_estimate/")[0]
    assert "加权设计效应" in page(viewer, survey)
    assert not links(page(viewer, survey), "/explain/responses/")
    responses = links(page(analyst, survey), "/explain/responses/")[0]
    listed = page(analyst, responses)
    assert "计入" in listed
    assert "XML" in page(analyst, links(listed, "/forms/submissions/")[0])
    assert not re.search(r"<td>[a-z-]+(、[a-z-]+)*</td>", listed)
    assert "uuid:" not in listed
    assert viewer.get(responses).status_code == 403


def test_a_grade_leads_to_the_standard_it_was_held_against(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    with made[0].app_context():
        row = assessment.evaluations(made[1].run_id, area_id=made[1].root_id, indicator_code="EC01")[0]
        key, grade_reason = row.id, row.grade_reason
    told = page(sign_in("viewer"), f"/explain/evaluation/{key}")
    assert "国家标准甲" in told
    assert "示范标准（待核）" in told
    assert "演示用虚构" in told
    assert grade_reason == "national-standard-met"
    assert "达到国家标准" in told


def test_a_score_leads_to_its_dimensions_and_these_to_their_indicators(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    client = sign_in("viewer")
    whole = links(page(client, "/"), "/explain/score/")[0]
    dimensions = links(page(client, whole), "/explain/score/")
    assert len(dimensions) == 3
    safety = page(client, next(link for link in dimensions if ":SA" in link))
    assert "危房" in safety
    assert links(safety, "/explain/evaluation/")


def test_the_capped_dimension_says_so(sign_in: SignIn) -> None:
    text = page(sign_in("viewer"), "/")
    assert "封顶 59" in text


def test_sources_that_differ_stand_side_by_side_with_the_reason(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    with made[0].app_context():
        held = {row.indicator_code: row for row in adopted(2024, made[1].root_id, level="city")}
        assert held["EC01"].verdict == "differ"
    text = page(sign_in("viewer"), "/cross-check")
    assert "公园覆盖率" in text
    assert re.search(r"部门填报与互联网相差 \d+\.\d%", text)
    assert "人均水面" not in text
    assert "人均水面" in page(sign_in("viewer"), "/cross-check?show=all")


def test_what_cannot_be_explained_is_not_found_in_words(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    for address in (
        "/explain/nothing/1",
        "/explain/value/999999",
        "/explain/value/abc",
        "/explain/evaluation/999999",
        "/explain/figure/999999",
        "/explain/measurement/x",
        "/explain/measurement/99:99",
        "/explain/score/1",
        "/explain/score/99999:1",
        "/explain/score/1:99999",
        "/explain/survey_estimate/999:EC01",
        "/explain/estimate/999:ec_park",
        "/explain/estimate/1:nothing",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "<h1>" in answer.text


def test_a_part_with_too_few_answers_never_shows_its_result(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    client = sign_in("viewer")
    found = {
        street: client.get(f"/api/v1/results/overview?area={street}").json["satisfaction"]
        for street in STREETS
    }
    few = [street for street, row in found.items() if row is not None and row["n"] < 30]
    assert few
    for street in few:
        assert found[street]["suppressed"] is True
        assert found[street]["mean"] is None
    assert "样本过少" in page(client, "/satisfaction?level=street")
    assert client.get(f"/api/v1/results/overview?area={EAST}").json["satisfaction"]["mean"] is not None


def test_the_survey_of_another_city_has_its_page(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    listed = page(client, "/satisfaction")
    assert "Neighbour survey" in listed
    other = next(link for link in links(listed, "/satisfaction") if "900000" in link)
    text = page(client, other)
    assert "Satisfaction with streets" in text
    assert "邻城1区" in text
    assert "50.0" in text


def test_the_page_of_a_part_counts_its_own_answers_by_the_run_that_made_the_results(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    with made[0].app_context():
        wave = wave_by_id(made[1].wave_id)
        run = estimated_run(wave.id)
        whole = area_counts(wave, area_by_code(CITY), run)
        east, west = (area_counts(wave, area_by_code(code), run) for code in (EAST, WEST))
        assert run is not None
        assert whole.weighted == run.diagnostics["answers"]
    assert east.weighted + west.weighted == whole.weighted
    assert 0 < east.received < whole.received
    told = page(sign_in("viewer"), f"/satisfaction?area={EAST}")
    assert re.search(rf"参与计算的答卷.*?{east.weighted:,}</span>", told, re.S)
    assert f"收到 {east.received:,} 份" in told


def test_only_what_met_a_standard_is_said_to_meet_one(sign_in: SignIn, made: tuple[Flask, MadeCity]) -> None:
    with made[0].app_context():
        every = assessment.evaluations(made[1].run_id)
        decided = {row.grade_reason: row.id for row in every if row.grade == "meets"}
    client = sign_in("viewer")
    assert "为什么是“未见短板”" in page(client, f"/explain/evaluation/{decided['nothing-decides']}")
    assert "为什么是“达标”" in page(client, f"/explain/evaluation/{decided['national-standard-met']}")


def test_a_functional_area_shows_its_members_and_no_zeros(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    for address in ("/", "/indicators", "/warnings", "/satisfaction"):
        told = page(client, f"{address}?area=360202451")
        assert "功能区本身不单独评价" in told
        assert "东甲街道" in told
        assert any(STREETS[0] in link for link in links(told, "/?"))
        assert ">0<" not in told[told.index("<thead") : told.index("东甲街道")]


def test_scores_and_satisfaction_are_links(sign_in: SignIn, made: tuple[Flask, MadeCity]) -> None:
    analyst = sign_in("analyst")
    said = page(analyst, "/satisfaction")
    assert 'id="questions"' in said
    assert links(said, "#questions")
    assert len(links(said, "/explain/dimension/")) > 2
    assert links(page(analyst, "/"), "/explain/dimension/")
    judged = page(analyst, f"/assessment/{made[1].run_id}")
    assert len(links(judged, "/explain/score/")) > 3
    assert links(judged, "/explain/evaluation/")
    assert links(judged, "/explain/value/")
    ranked = page(analyst, links(page(analyst, "/renewal/"), "/renewal/areas/")[0])
    assert links(ranked, "/indicators?")


def test_the_older_pages_speak_the_same_words_and_lead_on(
    sign_in: SignIn, made: tuple[Flask, MadeCity]
) -> None:
    client = sign_in("analyst")
    judged = page(client, f"/assessment/{made[1].run_id}/EC01/{CITY}")
    assert not re.search(r"&[gl]t;=", judged)
    assert links(judged, "/explain/value/")
    value = value_of(made, "EC01", "official")
    told = page(client, f"/catalogue/values/{value}")
    assert len(links(told, "/explain/figure/")) == 8
    assert not re.search(r"figure \d|derivation \d", told)
    assert links(told, f"/explain/value/{value}")
