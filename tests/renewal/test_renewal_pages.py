"""Who sees and does what on the pages of assessment and renewal."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, g
from flask.testing import FlaskClient

from app.assessment.judging import assess
from app.assessment.models import AssessmentRun
from app.assessment.queries import current_run
from app.db import db
from app.renewal.planning import make_work_plan, propose_projects
from app.renewal.prioritising import prioritise
from app.renewal.queries import current_priority_run, priority_areas, project_by_id, projects, work_plans
from tests.assessment.conftest import Examined
from tests.assessment.small_city import CITY, NORTH, SOUTH, STREETS
from tests.conftest import at_once

SignIn = Callable[..., FlaskClient]


def _library(examined: Examined) -> list[int]:
    root = examined.city.root.id
    done = propose_projects(priority_run_id=prioritise(exam_year=2024, root_id=root).id)
    db.session.commit()
    return [each.id for each in done.projects]


def test_the_office_assesses_ranks_proposes_and_plans_by_four_buttons(
    examined: Examined, signed_in: SignIn
) -> None:
    root = examined.city.root.id
    office = signed_in("exam_office")
    form = {"exam_year": "2024", "root": CITY, "plan_year": "2025"}
    for address in ("/assessment/", "/renewal/", "/renewal/projects", "/renewal/work-plans"):
        answer = office.post(address, data=form)
        assert answer.status_code == 302, address
        assert office.get(answer.headers["Location"]).status_code == 200
    assert current_run(2024, root) is not None
    assert current_priority_run(2024, root) is not None
    assert len(projects(exam_year=2024)) == 3
    assert [plan.plan_year for plan in work_plans(root_id=root)] == [2025]


def test_a_run_and_an_evaluation_tell_what_they_were_judged_by(
    assessed: AssessmentRun, signed_in: SignIn
) -> None:
    analyst = signed_in("analyst")
    listed = analyst.get("/assessment/").get_data(as_text=True)
    assert "2024 年度第 1 次" in listed
    run = analyst.get(f"/assessment/{assessed.id}").get_data(as_text=True)
    assert "城市病清单" in run
    assert "突破底线" in run
    page = analyst.get(f"/assessment/{assessed.id}/EC01/{CITY}").get_data(as_text=True)
    assert "GB 0000" in page
    assert "差距小于数值的误差" in page
    rules = analyst.get("/assessment/rules").get_data(as_text=True)
    assert "red_ratio" in rules
    assert analyst.get(f"/assessment/{assessed.id}/EC01/999999").status_code == 404
    assert analyst.post("/assessment/", data={"exam_year": "2024", "root": CITY}).status_code == 403


def test_a_viewer_reads_the_areas_and_why_they_stand_there(
    examined: Examined, assessed: AssessmentRun, signed_in: SignIn
) -> None:
    ids = _library(examined)
    viewer = signed_in("viewer")
    page = viewer.get("/renewal/").get_data(as_text=True)
    assert f"区域{STREETS[0]}" in page
    assert "没有可用于计算更新潜力的数据项" in page
    first = priority_areas(current_priority_run(2024, examined.city.root.id).id)[0]
    detail = viewer.get(f"/renewal/areas/{first.id}").get_data(as_text=True)
    assert "指标SA01" in detail
    assert "国家标准 ≤ 0" in detail
    assert viewer.get(f"/renewal/projects/{ids[0]}").status_code == 200
    assert viewer.post(f"/renewal/projects/{ids[0]}/state", data={"state": "accepted"}).status_code == 403
    assert "生成项目</button>" not in viewer.get("/renewal/projects").get_data(as_text=True)


def test_a_department_sees_its_own_projects_only(
    examined: Examined, assessed: AssessmentRun, signed_in: SignIn
) -> None:
    ids = _library(examined)
    plan = make_work_plan(plan_year=2025, root_id=examined.city.root.id)
    db.session.commit()
    code = project_by_id(ids[0]).code
    own = signed_in("department_reporter", "housing")
    assert code in own.get("/renewal/projects").get_data(as_text=True)
    assert code in own.get(f"/renewal/work-plans?plan={plan.id}&by=department").get_data(as_text=True)
    other = signed_in("department_reviewer", "health")
    for address in ("/renewal/projects", f"/renewal/work-plans?plan={plan.id}"):
        answer = other.get(address)
        assert answer.status_code == 200
        assert code not in answer.get_data(as_text=True)
    assert other.get(f"/renewal/projects/{ids[0]}").status_code == 403
    first = priority_areas(current_priority_run(2024, examined.city.root.id).id)[0]
    assert code not in other.get(f"/renewal/areas/{first.id}").get_data(as_text=True)


def test_projects_are_filtered_and_taken_a_step_further(
    examined: Examined, assessed: AssessmentRun, signed_in: SignIn
) -> None:
    ids = _library(examined)
    office = signed_in("exam_office")
    safety, traffic = (project_by_id(each).code for each in ids[:2])
    page = office.get("/renewal/projects?year=2024&indicator=SA01").get_data(as_text=True)
    assert safety in page
    assert traffic not in page
    assert office.post(f"/renewal/projects/{ids[0]}/state", data={"state": "done"}).status_code == 422
    answer = office.post(f"/renewal/projects/{ids[0]}/state", data={"state": "accepted", "note": "ok"})
    assert answer.status_code == 302
    db.session.expire_all()
    assert project_by_id(ids[0]).state == "accepted"
    # The test's own application context outlives the requests, and with it the language of the last one.
    g.pop("language", None)
    english = office.get(f"/renewal/projects/{ids[0]}?lang=en").get_data(as_text=True)
    assert "Safety hazard removal" in english


def test_the_office_enters_a_project_by_hand_and_plans_it(
    examined: Examined, assessed: AssessmentRun, signed_in: SignIn
) -> None:
    office = signed_in("exam_office")
    shown = office.get("/renewal/projects/new").get_data(as_text=True)
    assert f'<option value="{STREETS[0]}"' in shown
    assert "EC01" in shown
    form = {
        "root": CITY,
        "exam_year": "2024",
        "name_zh": "河道整治",
        "area": STREETS[0],
        "department": "housing",
        "indicators": ["TR01", "SA01"],
        "cost": "120.5",
        "start_year": "2025",
        "end_year": "2026",
        "plan_year": "",
        "note": "清淤",
        "reason": "市长信箱反映集中",
    }
    for changes in (
        {"name_zh": " "},
        {"reason": ""},
        {"area": "999"},
        {"indicators": []},
        {"indicators": ["XX"]},
        {"department": "none"},
        {"cost": "many"},
        {"cost": "-1"},
        {"cost": "nan"},
        {"cost": "1_0"},
        {"start_year": "2_025"},
        {"start_year": "2027"},
        {"plan_year": "2020"},
    ):
        answer = office.post("/renewal/projects/new", data=form | changes)
        assert answer.status_code == 422, changes
    assert projects() == []
    answer = office.post("/renewal/projects/new", data=form)
    assert answer.status_code == 302
    made = projects()[0]
    assert (made.code, made.kind, made.state) == (f"XM2024-{STREETS[0]}-TR01", "reserve", "proposed")
    assert made.district_id == examined.city.id(NORTH)
    assert len(made.evaluation_ids) == 2
    assert office.post(f"/renewal/projects/{made.id}/plan", data={"plan_year": "2025"}).status_code == 302
    page = office.get(f"/renewal/projects/{made.id}").get_data(as_text=True)
    assert "市长信箱反映集中" in page
    assert "120.5" in page
    assert project_by_id(made.id).plan_year == 2025
    assert signed_in("viewer").get("/renewal/projects/new").status_code == 403


def test_who_is_limited_to_a_district_sees_it_alone_in_every_room(
    examined: Examined, assessed: AssessmentRun, signed_in: SignIn
) -> None:
    root = examined.city.root.id
    ids = _library(examined)
    make_work_plan(plan_year=2025, root_id=root)
    db.session.commit()
    run = current_priority_run(2024, root)
    assert run is not None
    ranked = {each.area.code: each.id for each in priority_areas(run.id)}
    # Everything proposed lies in the north.
    for area, sees in ((NORTH, True), (SOUTH, False)):
        viewer = signed_in("viewer", area=area)
        other = SOUTH if area == NORTH else NORTH
        for page in ("/", "/indicators", "/warnings", "/map", "/yardsticks", "/satisfaction", "/cross-check"):
            text = viewer.get(page).get_data(as_text=True)
            assert f'value="{area}"' in text, page
            assert f'value="{other}"' not in text, page
            for outside in (other, CITY):
                assert viewer.get(f"{page}?area={outside}").status_code == 403, page
        assert viewer.get(f"/api/v1/results/overview?area={other}").status_code == 403
        assert viewer.get("/api/v1/results/overview").get_json()["area"] == area
        score = f"/explain/score/{assessed.id}:{examined.city.id(area)}"
        assert viewer.get(score).status_code == 200
        assert viewer.get(score.replace(str(examined.city.id(area)), str(root))).status_code == 403
        for page in ("/renewal/", "/renewal/projects", "/renewal/work-plans"):
            assert (f"区域{STREETS[0]}" in viewer.get(page).get_data(as_text=True)) is sees, page
        assert viewer.get(f"/renewal/areas/{ranked[STREETS[0]]}").status_code == (200 if sees else 403)
        assert viewer.get(f"/renewal/projects/{ids[0]}").status_code == (200 if sees else 403)


def test_empty_pages_say_what_comes_next(examined: Examined, signed_in: SignIn) -> None:
    office = signed_in("exam_office")
    assert "还没有评估过" in office.get("/assessment/").get_data(as_text=True)
    assert "还没有重点片区" in office.get("/renewal/").get_data(as_text=True)
    assert "还没有项目" in office.get("/renewal/projects").get_data(as_text=True)
    assert "还没有年度计划" in office.get("/renewal/work-plans").get_data(as_text=True)
    assert office.post("/renewal/", data={"root": CITY}).status_code == 422


def test_the_plan_shown_is_the_one_of_the_chosen_year(
    examined: Examined, assessed: AssessmentRun, signed_in: SignIn
) -> None:
    _library(examined)
    make_work_plan(plan_year=2025, root_id=examined.city.root.id)
    db.session.commit()
    office = signed_in("exam_office")
    assert "2025 年计划" in office.get("/renewal/work-plans?year=2024").get_data(as_text=True)
    assert "还没有年度计划" in office.get("/renewal/work-plans?year=2023").get_data(as_text=True)


def test_a_project_entered_many_times_is_one(
    app: Flask, examined: Examined, assessed: AssessmentRun, client_as: SignIn
) -> None:
    form = {
        "root": CITY,
        "exam_year": "2024",
        "name_zh": "河道整治",
        "area": STREETS[0],
        "indicators": ["TR01"],
        "reason": "市长信箱反映集中",
    }
    office, *clients = [client_as("exam_office") for _ in range(5)]
    sent = [lambda client=client: client.post("/renewal/projects/new", data=form) for client in clients]
    assert at_once(app, sent) == [302, 409, 409, 409]
    again = office.post("/renewal/projects/new", data=form)
    assert (again.status_code, "已有同名的项目" in again.text) == (409, True)
    # Elsewhere, or by another name, it is another project; and one that was dropped may come again.
    for changes in ({"area": STREETS[1]}, {"name_zh": "河道清淤"}):
        assert office.post("/renewal/projects/new", data=form | changes).status_code == 302
    first = next(each for each in projects() if each.name_zh == "河道整治" and each.area.code == STREETS[0])
    dropped = {"state": "dropped", "note": "并入另一项目"}
    assert office.post(f"/renewal/projects/{first.id}/state", data=dropped).status_code == 302
    assert office.post("/renewal/projects/new", data=form).status_code == 302
    assert len(projects()) == 4


def test_a_ranking_tells_its_assessment_and_when_a_newer_one_came(
    examined: Examined, signed_in: SignIn
) -> None:
    root = examined.city.root.id
    assess(exam_year=2024, root_id=root)
    prioritise(exam_year=2024, root_id=root)
    db.session.commit()
    office, viewer = signed_in("exam_office"), signed_in("viewer")
    [area, *_others] = re.findall(r"/renewal/areas/\d+", office.get("/renewal/").text)
    told = ("/renewal/", "/?year=2024", area)
    for path in told:
        page = office.get(path).text
        assert "依据 2024 年度第 1 次评价" in page, path
        assert "排序比评价旧" not in page, path
    assess(exam_year=2024, root_id=root)
    db.session.commit()
    for path in told:
        assert "此后又评价过：第 2 次" in office.get(path).text, path
        assert "按新的评价重新排序</button>" in office.get(path).text, path
        assert "由体检办按新的评价重新排序" in viewer.get(path).text, path
    office.post("/renewal/", data={"exam_year": "2024", "root": CITY})
    assert "依据 2024 年度第 2 次评价" in viewer.get("/renewal/").text
    assert "排序比评价旧" not in viewer.get("/").text
