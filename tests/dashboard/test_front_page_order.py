"""What the overview lists of projects and of past years, and on what these stand."""

from __future__ import annotations

import re
from collections import Counter

from flask import Flask

from app.analysis.rules import RuleSet
from app.areas.queries import area_by_code
from app.assessment.queries import current_run, evaluations
from app.assessment.words import method_note
from app.renewal.queries import current_priority_run, priority_areas, projects
from tests.dashboard.conftest import SignIn
from tests.dashboard.made_city import MadeCity
from tests.dashboard.made_places import CITY


def test_projects_are_listed_by_the_rank_of_their_area_and_two_of_each(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    app, city = made
    with app.app_context():
        run = current_priority_run(2024, city.root_id)
        assert run is not None
        ranks = {row.area_id: row.rank for row in priority_areas(run.id)}
        known = {each.id: ranks[each.area_id] for each in projects(exam_year=2024, root_id=city.root_id)}
    page = sign_in("viewer").get("/").text
    shown = [int(each) for each in re.findall(r'href="/renewal/projects/(\d+)', page)]
    listed = [known[each] for each in shown]
    assert listed
    assert listed == sorted(listed)
    assert max(Counter(listed).values()) == min(2, max(Counter(known.values()).values()))
    assert min(listed) == min(known.values())
    assert "每个片区至多 2 个" in page


def test_a_score_over_the_years_stands_beside_what_it_is_made_of(
    made: tuple[Flask, MadeCity], sign_in: SignIn
) -> None:
    app, _city = made
    with app.app_context():
        root = area_by_code(CITY)
        scored = {}
        for year in (2023, 2024):
            run = current_run(year, root.id)
            assert run is not None
            rows = evaluations(run.id, area_id=root.id)
            scored[year] = sum(row.score is not None for row in rows)
    page = sign_in("viewer").get("/?year=2024").text
    part = page.partition("<h2>历年综合得分</h2>")[2].partition("</section>")[0]
    rows = dict(re.findall(r'<th scope="row">(\d{4})</th>(.*?)</tr>', part, re.S))
    for year, count in scored.items():
        assert f"{count} / 7 个指标" in rows[str(year)]
    assert scored[2023] != scored[2024]
    assert "不可比" in rows["2023"]
    assert "不可比" not in rows["2024"]
    assert re.search(r"共同的只有 \d 个指标、\d 个维度，太少，不算分", rows["2023"])
    assert "与 2023 年所依据的指标不同，不可比" in page
    assert "比 2023 年 +" not in page


def test_the_place_within_past_years_says_that_it_goes_on_to_100(app: Flask) -> None:
    with app.test_request_context():
        said = method_note("past_place", RuleSet(past_worst_score=30, past_best_score=75).to_dict())
        assert "最差值得 30 分，最好值得 75 分" in said
        assert "最高 100 分" in said
        assert method_note("goalposts", RuleSet().to_dict()) == ""
