"""The room's pages, JSON and jobs, as the exam office and an analyst use them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.managing import Grant, add_user
from app.areas.importing import import_margins
from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db
from app.forms.links import link_address, link_by_token, make_link
from app.forms.models import Link
from app.forms.queries import all_forms
from app.forms.standing import standing_of
from app.jobs.models import Job
from app.surveys.flagging import flag_responses
from app.surveys.models import Draw, SampleUnit, Stratum, Wave, WaveSettings, WeightRun
from app.surveys.queries import results, unit_links, wave_summary
from app.surveys.wave_settings import current_settings, settings_version
from tests.forms.test_printing import codes_of, pages_of
from tests.surveys.conftest import CHOICES, QUESTIONS, SECTIONS, Send, answer, catalogue_of, dice

PASSWORD = "a long pass phrase"
COMMUNITIES = [f"36020{d}00{s}00{c}" for d in (1, 2) for s in (1, 2) for c in (1, 2)]
MARGINS = "area_code,variable,category,persons\n3602,sex,male,5000\n3602,sex,female,5000\n"


class Staff:
    """A signed-in browser that carries the page's token along."""

    def __init__(self, app: Flask, role: str, area: str | None = None) -> None:
        grants = [Grant(role, area_code=area)]
        add_user(username=role, display_name=role, password=PASSWORD, grants=grants)
        db.session.commit()
        self.client: FlaskClient = app.test_client()
        self.post("/accounts/log-in", username=role, password=PASSWORD)

    def _fresh(self) -> None:
        # The fixture's application context outlives a request, and with it what was kept for that one.
        for name in list(g):
            g.pop(name)

    def get(self, path: str) -> TestResponse:
        self._fresh()
        return self.client.get(path)

    def post(self, path: str, **form: Any) -> TestResponse:
        page = self.get("/accounts/log-in").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        self._fresh()
        data = {**form, "csrf_token": token[1]}
        return self.client.post(path, data=data, content_type="multipart/form-data")


@pytest.fixture
def office(app: Flask) -> Staff:
    return Staff(app, "exam_office")


def file(text: str, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def make_wave(office: Staff, questions: str = QUESTIONS, **changes: str) -> TestResponse:
    plan = {
        "exam_year": "2024",
        "root": "3602",
        "name": "居民调查",
        "form_id": "small_survey",
        "title_zh": "小城调查",
        "version": "1",
        "design": "two_stage",
    }
    return office.post(
        "/surveys/design",
        **plan | changes,
        questions=file(questions, "questions.csv"),
        choices=file(CHOICES, "choices.csv"),
        sections=file(SECTIONS, "sections.csv"),
    )


def test_a_wave_is_run_from_its_pages(app: Flask, small_city: Area, office: Staff, send: Send) -> None:
    catalogue_of(2024)
    import_margins(
        content=MARGINS.encode(),
        filename="m.csv",
        name="人口",
        root=small_city,
        reference_year=2023,
        source_note="测试",
    )
    db.session.commit()
    assert "还没有调查" in office.get("/surveys/").get_data(as_text=True)
    assert office.get("/surveys/design").status_code == 200
    made = make_wave(office)
    assert made.status_code == 302, made.text
    wave = db.session.query(Wave).one()
    page = f"/surveys/{wave.id}"
    frame = "community_code,households,population\n" + "".join(f"{code},400,1200\n" for code in COMMUNITIES)
    assert office.post(f"{page}/frame", file=file(frame, "frame.csv")).status_code == 302
    assert (
        office.post(f"{page}/draw", psus="6", units_per_psu="12", seed="3", confirmed="1").status_code == 302
    )
    rng = dice(7)
    for number, each in enumerate(list(unit_links(wave.id))):
        send(wave, answer(rng, each.psu), number, link_by_token(each.token))
    db.session.commit()
    for name in ("没有", "人\x00口"):
        assert office.post(f"{page}/weigh", margin_table=name).status_code == 404
    assert db.session.query(Job).count() == 0
    weighed = office.post(f"{page}/weigh", margin_table="人口").headers["Location"]
    assert f'href="{page}#weights"' in office.get(weighed).text.replace("?year=2024", "")
    estimated = office.post(f"{page}/estimate").headers["Location"]
    assert f"wave={wave.id}" in office.get(estimated).text
    assert [job.state for job in db.session.query(Job)] == ["succeeded", "succeeded"]
    check_shown(office, page, wave.id)
    assert 'href="/satisfaction?year=2024">下一步：查看结果' in office.get(page).text
    check_scoped(app, page, wave.id)


def check_scoped(app: Flask, page: str, wave_id: int) -> None:
    """Who is limited to a district works with that one alone."""
    visitor = Staff(app, "field_worker", area="360202")
    links = visitor.get(f"{page}/links.csv").get_data(as_text=True).splitlines()[1:]
    assert links
    assert {line[:6] for line in links} == {"360202"}
    listed = visitor.get("/surveys/").get_data(as_text=True)
    assert f"{page}/visits" in listed
    assert "/surveys/design" not in listed
    assert visitor.get(page).status_code == 403
    analyst = Staff(app, "analyst", area="360202")
    shown = analyst.get(page).get_data(as_text=True)
    assert "第2区" in shown
    assert "第1区" not in shown
    assert analyst.get(f"{page}/links.csv").status_code == 403
    results = analyst.get(f"/api/v1/surveys/{wave_id}/results?measure=overall&level=district").get_json()
    assert [row["area_code"] for row in results] == ["360202"]
    assert analyst.get(f"/explain/responses/{wave_id}").status_code == 403


def check_shown(office: Staff, page: str, wave_id: int) -> None:
    shown = office.get(page).get_data(as_text=True)
    assert "多变量边际校准" in shown
    assert "没有任何标记的答卷" in shown
    assert "第2区" in shown
    assert "居民调查" in office.get("/surveys/?year=2024").get_data(as_text=True)
    links = office.get(f"{page}/links.csv").get_data(as_text=True)
    assert len(links.splitlines()) == 73
    assert "/s/" in links
    results = office.get(f"/api/v1/surveys/{wave_id}/results?measure=overall&level=district").get_json()
    assert [row["area_code"] for row in results] == ["360201", "360202"]
    assert all((row["estimate"] is None) == row["suppressed"] for row in results)
    summary = office.get(f"/api/v1/surveys/{wave_id}").get_json()
    assert (summary["received"], summary["sample_size"]) == (72, 72)
    assert [each["name"] for each in office.get("/api/v1/surveys/?year=2024").get_json()] == ["居民调查"]


def test_a_faulty_list_is_answered_with_its_cells_and_publishes_nothing(
    small_city: Area, office: Staff
) -> None:
    db.session.commit()
    refused = make_wave(office, QUESTIONS.replace("select_one sex", "select_one nowhere"))
    assert refused.status_code == 422
    assert "选项表“nowhere”没有给出。" in refused.text
    assert "C8" in refused.text
    assert list(all_forms()) == []


def test_a_field_worker_visits_the_dwellings_of_the_own_areas(
    app: Flask, small_city: Area, office: Staff, send: Send
) -> None:
    make_wave(office)
    page = f"/surveys/{db.session.query(Wave).one().id}"
    assert "下一步：导入抽样框" in office.get(page).text
    visitor = Staff(app, "field_worker", area="360202")
    assert "还没有要访的住户" in visitor.get("/surveys/").text
    frame = "community_code,households,population\n" + "".join(f"{code},400,1200\n" for code in COMMUNITIES)
    office.post(f"{page}/frame", file=file(frame, "frame.csv"))
    assert "下一步：抽取样本" in office.get(page).text
    office.post(f"{page}/draw", psus="8", units_per_psu="3", seed="3", confirmed="1")
    assert f'href="{page}/visits">下一步：发放链接，收答卷' in office.get(page).text
    wave = db.session.query(Wave).one()
    first, second, *_rest = [each for each in unit_links(wave.id) if each.psu == "360202001001"]
    send(wave, answer(dice(1), first.psu), 1, link_by_token(first.token))
    send(wave, {"consent": "0"}, 2, link_by_token(second.token))
    phone = make_link(form=wave.form, kind="openrosa")
    address, third = link_address(phone), _rest[0].token
    db.session.commit()
    ready = office.get(page).text
    assert f"/forms/links/{phone.id}" in ready and f"/forms/{wave.form_id}/submissions" in ready
    assert "下一步：标记并加权" in ready
    assert "待访 10，已有结果 2" in visitor.get("/surveys/").text
    shown = visitor.get(f"{page}/visits").text
    assert address in shown and "<svg" in shown
    assert "community=360202001001" in shown and "community=360201" not in shown
    dwellings = visitor.get(f"{page}/visits?community=360202001001").text
    assert "已答" in dwellings and "拒答" in dwellings
    assert f"/s/{third}" in dwellings and f"/s/{first.token}" not in dwellings
    assert visitor.get(f"/s/{third}").status_code == 200
    assert visitor.get(f"{page}/visits?community=360201001001").status_code == 404
    letters = f"{page}/letters.pdf?community=360202001001"
    assert letters in dwellings
    # A letter for each dwelling that has not answered, and none for those that have.
    waiting = [each for each in unit_links(wave.id) if each.psu == "360202001001"][2:]
    content = visitor.get(letters).data
    assert codes_of(content) == [link_address(each.link) for each in waiting]
    assert f"第 {waiting[0].unit} 户" in pages_of(content)[0]
    for other in ("360201001001", ""):
        assert visitor.get(f"{page}/letters.pdf?community={other}").status_code == 404
    assert Staff(app, "analyst").get(letters).status_code == 403
    [taken] = db.session.query(AuditEntry).filter(AuditEntry.reason.startswith("letters")).all()
    assert taken.subject == "survey_links"
    seen = (
        db.session.query(AuditEntry)
        .filter(AuditEntry.subject == "survey_links", AuditEntry.id != taken.id)
        .one()
    )
    assert "360202001001" in (seen.reason or "")


FRAME = "community_code,households,population\n"


def framed(office: Staff, households: int = 400) -> tuple[Wave, str]:
    """A wave with a frame of eight communities, and its page."""
    make_wave(office)
    wave = db.session.query(Wave).one()
    page = f"/surveys/{wave.id}"
    rows = "".join(f"{code},{households},1200\n" for code in COMMUNITIES)
    office.post(f"{page}/frame", file=file(FRAME + rows, "frame.csv"))
    return wave, page


def test_a_sample_is_shown_before_it_is_drawn(small_city: Area, office: Staff) -> None:
    wave, page = framed(office)
    asked = {"psus": "6", "units_per_psu": "500", "seed": "3"}
    shown = office.post(f"{page}/draw", **asked)
    assert shown.status_code == 200
    for told in ("2,400", "3,200", "有 6 个社区不足 500 户", 'name="confirmed"'):
        assert told in shown.text, told
    assert db.session.query(SampleUnit).count() == 0
    assert office.post(f"{page}/draw", **asked, confirmed="1").status_code == 302
    assert db.session.query(SampleUnit).count() == 2400
    assert {each.link.submission_limit for each in unit_links(wave.id)} == {1}
    assert db.session.query(SampleUnit).filter(SampleUnit.link_id.is_(None)).count() == 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"psus": "0"}, "要抽的社区数应为 1 到 8"),
        ({"psus": "3"}, "只能抽 4 到 8 个"),
        ({"psus": "9"}, "只能抽 4 到 8 个"),
        ({"units_per_psu": "0"}, "户数必须至少为 1"),
        ({"units_per_psu": "99999"}, "会抽中 24000 户，超过一次调查最多 20000 户"),
    ],
)
@pytest.mark.parametrize("confirmed", ["", "1"])
def test_a_sample_beyond_sense_is_refused_with_its_reason(
    small_city: Area, office: Staff, asked: dict[str, str], told: str, confirmed: str
) -> None:
    _wave, page = framed(office, households=4000)
    plan = {"psus": "6", "units_per_psu": "20", "seed": "3", "confirmed": confirmed} | asked
    refused = office.post(f"{page}/draw", **plan)
    assert (refused.status_code, told in refused.text.replace(",", "")) == (422, True), refused.text
    assert db.session.query(SampleUnit).count() == 0


def test_a_sample_is_undone_and_drawn_anew_until_somebody_answers(
    small_city: Area, office: Staff, send: Send
) -> None:
    wave, page = framed(office)
    plan = {"psus": "6", "units_per_psu": "4", "confirmed": "1"}
    office.post(f"{page}/draw", **plan, seed="3")
    first = {each.token for each in unit_links(wave.id)}
    assert office.post(f"{page}/draw", **plan, seed="4").status_code == 409
    assert "撤销这次抽样" in office.get(page).text
    assert office.post(f"{page}/undraw").status_code == 302
    assert db.session.query(Draw).count() == db.session.query(Link).count() == 0
    office.post(f"{page}/draw", **plan, seed="4")
    assert db.session.query(Draw).one().seed == 4
    drawn = unit_links(wave.id)
    assert len(drawn) == 24 and not first & {each.token for each in drawn}
    send(wave, answer(dice(1), drawn[0].psu), 1, link_by_token(drawn[0].token))
    db.session.commit()
    refused = office.post(f"{page}/undraw")
    assert (refused.status_code, "已有 1 个住户" in refused.text) == (409, True)
    assert "撤销这次抽样" not in office.get(page).text
    assert len(unit_links(wave.id)) == 24


def test_steps_and_counts_say_what_stands_and_what_is_to_do_again(
    small_city: Area, office: Staff, send: Send
) -> None:
    wave, page = framed(office)
    office.post(f"{page}/draw", psus="8", units_per_psu="6", seed="3", confirmed="1")
    rng = dice(5)
    drawn = unit_links(wave.id)
    for number, each in enumerate(drawn[1:]):
        send(wave, answer(rng, each.psu), number, link_by_token(each.token))
    send(wave, answer(rng, COMMUNITIES[0]), 900, make_link(form=wave.form, kind="open"))
    db.session.commit()
    fresh = wave_summary(wave.id)
    assert (fresh.counts.received, fresh.counts.used, fresh.counts.waiting) == (48, 0, 48)
    assert {each.used for each in fresh.by_district} == {0}
    assert "另有 48 份还没有标记" in office.get(page).text
    office.post(f"{page}/weigh")
    weighed = office.get(page).text
    assert "下一步：估计满意度" in weighed and wave_summary(wave.id).counts.used == 47
    office.post(f"{page}/estimate")
    assert "下一步：查看结果" in office.get(page).text
    office.post(f"{page}/weigh")
    again = wave_summary(wave.id)
    assert again.weights is not None and again.weights.number == 2
    assert "下一步：估计满意度" in office.get(page).text
    send(wave, answer(rng, drawn[0].psu), 901, link_by_token(drawn[0].token))
    db.session.commit()
    assert "下一步：标记并加权" in office.get(page).text


def test_an_answer_says_how_it_counts_and_where_it_belongs(
    small_city: Area, app: Flask, office: Staff, send: Send
) -> None:
    wave, page = framed(office)
    office.post(f"{page}/draw", psus="4", units_per_psu="3", seed="3", confirmed="1")
    first, second, *_rest = unit_links(wave.id)
    child = answer(dice(1), first.psu) | {"resid6m": "0"}
    sent = send(wave, child, 1, link_by_token(first.token))
    counted = send(wave, answer(dice(2), second.psu), 2, link_by_token(second.token))
    apart = send(wave, answer(dice(3), second.psu), 3, make_link(form=wave.form, kind="open"))
    db.session.commit()
    with app.test_request_context():
        told = [standing_of(each) for each in (sent, counted, apart)]
    assert [each.counts for each in told if each] == ["ineligible", "sampled", "apart"]
    shown = office.get(f"/forms/submissions/{counted.id}").text
    assert f"（{second.psu}）第 {second.unit} 户" in shown
    assert f"/forms/links/{second.link.id}" in shown
    listed = office.get(f"/forms/{wave.form_id}?link={second.link.token}").text
    assert (
        f"（{second.psu}）第 {second.unit} 户" in listed
        and f"（{first.psu}）第 {first.unit} 户" not in listed
    )
    assert db.session.query(AuditEntry).filter_by(subject="submissions", action="access").count() == 1
    flag_responses(wave_id=wave.id)
    db.session.commit()
    aside = office.get(f"/forms/submissions/{apart.id}").text
    assert "单独列出，不计入" in aside
    assert "质量标记" in aside and "不属于样本" in aside, "the reason why it does not count"


def test_an_analyst_gets_no_address_to_answer_by(small_city: Area, app: Flask, office: Staff) -> None:
    wave, page = framed(office)
    doors = [make_link(form=wave.form, kind=kind) for kind in ("open", "openrosa")]
    db.session.commit()
    analyst = Staff(app, "analyst")
    for address in (page, f"/forms/{wave.form_id}"):
        shown = analyst.get(address)
        assert shown.status_code == 200
        for door in doors:
            assert door.token not in shown.text and f"/forms/links/{door.id}" not in shown.text
    assert f"/forms/links/{doors[0].id}" in office.get(page).text


def test_an_analyst_gets_no_personal_links(small_city: Area, app: Flask) -> None:
    analyst = Staff(app, "analyst")
    assert analyst.get("/surveys/").status_code == 200
    assert analyst.get("/surveys/1/links.csv").status_code == 403
    assert analyst.get("/surveys/1").status_code == 404


STRATA = "code,area_code,population\n"


def test_a_wave_of_strata_is_finished_from_its_pages(small_city: Area, office: Staff, send: Send) -> None:
    db.session.commit()
    assert make_wave(office, design="strata").status_code == 302
    wave = db.session.query(Wave).one()
    page, rng = f"/surveys/{wave.id}", dice(11)
    for number in range(80):
        send(wave, answer(rng, COMMUNITIES[number % 8]), number)
    db.session.commit()
    first = STRATA + "one,360201,9\ntwo,360202,9\n"
    assert office.post(f"{page}/strata", file=file(first, "s.csv")).status_code == 302
    # Mistaken populations are mended by another upload.
    second = STRATA + "one,360201,3000\ntwo,360202,5000.5\n"
    assert office.post(f"{page}/strata", file=file(second, "s.csv")).status_code == 302
    assert "第1区" in office.get(page).text
    office.post(f"{page}/weigh")
    office.post(f"{page}/estimate")
    assert [job.state for job in db.session.query(Job)] == ["succeeded", "succeeded"]
    run = db.session.query(WeightRun).filter_by(cases="used").one()
    assert run.diagnostics["summary"]["total"] == pytest.approx(8000.5)
    assert results(wave.id, measure="overall", level="city")[0].estimate is not None


def test_faulty_strata_are_answered_with_their_cells(small_city: Area, office: Staff) -> None:
    db.session.commit()
    make_wave(office, design="strata")
    page = f"/surveys/{db.session.query(Wave).one().id}"
    faulty = STRATA + "one,360201,0\none,360299,5\ntwo,360201,5\nall,3602,5\n"
    refused = office.post(f"{page}/strata", file=file(faulty, "s.csv"))
    assert refused.status_code == 422
    for cell in ("C2", "A3", "B3", "B4", "B5"):
        assert cell in refused.text
    assert office.post(f"{page}/strata", file=file(STRATA, "s.csv")).status_code == 422
    assert office.post(f"{page}/strata").status_code == 422
    assert db.session.query(Stratum).count() == 0


def test_strata_belong_to_the_design_of_strata_alone(small_city: Area, office: Staff) -> None:
    db.session.commit()
    make_wave(office)
    wave = db.session.query(Wave).one()
    strata = file(STRATA + "one,360201,100\n", "s.csv")
    assert office.post(f"/surveys/{wave.id}/strata", file=strata).status_code == 422


@pytest.mark.parametrize("wrong", [{"design": "cluster"}, {"one_language": "fr"}])
def test_an_unknown_design_or_language_is_refused_not_replaced(
    small_city: Area, office: Staff, wrong: dict[str, str]
) -> None:
    db.session.commit()
    refused = make_wave(office, **wrong)
    assert refused.status_code == 422
    assert next(iter(wrong.values())) in refused.text
    assert db.session.query(Wave).count() == 0


def settings_form(page: str) -> dict[str, str]:
    """What the page of settings would send when nothing is changed."""
    form = page[page.index('name="version"') - 60 :]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="([^"]+)"', tag)
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and kind and (kind[1] != "checkbox" or " checked" in tag):
            fields[name[1]] = value[1]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S)
    return fields | dict(texts)


def test_settings_are_changed_as_a_new_version(small_city: Area, app: Flask, send: Send) -> None:
    analyst = Staff(app, "analyst")
    make_wave(analyst, design="open")
    wave = db.session.query(Wave).one()
    path = f"/surveys/{wave.id}/settings"
    for number in range(40):
        send(wave, answer(dice(number), COMMUNITIES[number % 8]), number)
    db.session.commit()
    analyst.post(f"/surveys/{wave.id}/weigh")
    analyst.post(f"/surveys/{wave.id}/estimate")
    assert [job.state for job in db.session.query(Job)] == ["succeeded", "succeeded"]
    before = results(wave.id, measure="overall", level="city")[0]
    assert "现行为第" not in analyst.get(f"/surveys/{wave.id}").text
    same = settings_form(analyst.get(path).text)
    assert same["fast_median_share"] == "0.333333"
    assert analyst.post(path, **same).status_code == 302
    assert wave.settings_version == 1
    wanted = same | {"minimum_age": "18", "score_3": "60", "small_cell": "12", "fast_floor_seconds": "90"}
    wanted |= {"never_wrong-area": "1", "together": "attention-failed + longstring"}
    assert analyst.post(path, **wanted).status_code == 302
    db.session.refresh(wave)
    now = current_settings(wave)
    assert (wave.settings_version, now.minimum_age, now.score_map["3"], now.small_cell) == (2, 18, 60.0, 12)
    assert now.quality.fast_median_share == 1 / 3
    assert now.quality.not_used_together == (("attention-failed", "longstring"),)
    assert now.quality.uses({"wrong-area"}) is False
    assert settings_version(wave, 1).minimum_age == 16
    # What is estimated stays and says on which settings it stands.
    assert results(wave.id, measure="overall", level="city")[0] == before
    assert "按第 1 版设置得出，现行为第 2 版" in analyst.get(f"/surveys/{wave.id}").text
    # Somebody who opened the page before is not allowed to undo the change unseen.
    assert analyst.post(path, **same).status_code == 409


def test_settings_that_cannot_be_are_all_told(small_city: Area, office: Staff) -> None:
    make_wave(office)
    wave = db.session.query(Wave).one()
    path = f"/surveys/{wave.id}/settings"
    wrong = {
        "small_cell": "3",
        "score_5": "101",
        "top_codes": "5, 7",
        "dont_know": "5",
        "age_question": "ec_park",
        "together": "attention-failed + slow",
        "near_share": "nan",
    }
    refused = office.post(path, **settings_form(office.get(path).text) | wrong)
    assert refused.status_code == 422
    for told in ("公布所需的最少答卷", "101", "“7”", "“5”", "ec_park", "slow", "几乎相同"):
        assert told in refused.text
    assert db.session.query(WaveSettings).count() == 1
