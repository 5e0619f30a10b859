"""The question bank: versions, what an upload changes, forms made from it, and years that can be compared."""

from __future__ import annotations

import io
from datetime import timedelta
from time import process_time

import openpyxl
import pytest
from flask import Flask

from app.areas.models import Area
from app.db import db, unit_of_work, utcnow
from app.errors import Conflict, Invalid, NotFound
from app.forms.definitions import definition_of
from app.forms.links import link_by_token
from app.forms.queries import published_version
from app.jobs.models import Job
from app.jobs.queue import enqueue_daily
from app.surveys.bank_choosing import choose, offers, record_uses
from app.surveys.bank_content import coded, list_of
from app.surveys.bank_importing import (
    BankPlan,
    apply_upload,
    import_questions,
    keep_upload,
    plan_import,
    plan_of,
)
from app.surveys.bank_queries import changes_since_before, newest_versions, uses_of, versions_of
from app.surveys.bank_revising import restore, retire, revise
from app.surveys.bank_workbook import bank_workbook
from app.surveys.designing import create_wave
from app.surveys.estimating import estimate
from app.surveys.flagging import flag_responses
from app.surveys.models import BankQuestion, BankUpload, BankVersion, Wave
from app.surveys.queries import unit_links
from app.surveys.question_list import QuestionList, read_question_list
from app.surveys.sampling import draw_sample, import_frame
from app.surveys.weighting import weigh
from tests.surveys.conftest import (
    CHOICES,
    QUESTIONS,
    SECTIONS,
    Send,
    answer,
    catalogue_of,
    dice,
    questions_of_city,
)
from tests.surveys.test_survey_pages import COMMUNITIES, Staff, file

FURTHER = """name,dimension,type,text_zh,text_en,text_fr,hint_zh,hint_fr,required,scored,indicator_codes
ec_park,生态宜居,select_one sat5,公园绿地？,Parks?,Les parcs ?,步行可到的,A pied,yes,dimension,EC08;EC09
age,甄别,integer,您的年龄？,Your age?,,,,yes,,
"""


def fill(city: Area, listed: QuestionList | None = None, year: int = 2023) -> BankPlan:
    return import_questions(
        root=city, listed=listed or questions_of_city(), valid_from=year, reason="建立题库"
    )


def listed_of(questions: str) -> QuestionList:
    return read_question_list(
        questions=(questions.encode(), "q.csv"),
        choices=(CHOICES.encode(), "c.csv"),
        sections=(SECTIONS.encode(), "s.csv"),
    )


def question_of(city: Area, code: str) -> BankQuestion:
    return db.session.query(BankQuestion).filter_by(root_id=city.id, code=code).one()


def reword(city: Area, code: str, text: str, year: int) -> BankVersion:
    question = question_of(city, code)
    number = versions_of(question.id)[0].number
    made = revise(
        question_id=question.id,
        number=number,
        wording={"text_zh": text},
        valid_from=year,
        reason="说清楚",
    )
    assert made is not None
    return made


def hold(city: Area, year: int, **choice: list[str]) -> Wave:
    chosen = choose(city.id, year, **choice)
    wave = create_wave(
        exam_year=year,
        root_id=city.id,
        name=f"{year} 年调查",
        form_id=f"survey_{year}",
        title_zh="调查",
        version="1",
        questions=chosen.listed,
    )
    record_uses(wave=wave, chosen=chosen)
    return wave


def test_the_bank_gives_back_the_list_that_it_was_given(app: Flask, small_city: Area) -> None:
    listed = questions_of_city()
    plan = fill(small_city, listed)
    assert [each.state for each in plan.planned] == ["new"] * len(listed.questions)
    chosen = choose(small_city.id, 2023)
    assert [each.name for each in chosen.listed.questions] == [each.name for each in listed.questions]
    assert coded(chosen.listed) == coded(listed)
    assert all(each.number == 1 and each.reason == "建立题库" for each in chosen.versions)
    with pytest.raises(Invalid) as refused:
        choose(small_city.id, 2022)
    assert refused.value.code == "bank-none-chosen"


def test_the_downloaded_workbook_changes_nothing_when_it_comes_back(app: Flask, small_city: Area) -> None:
    fill(small_city, listed_of(FURTHER))
    content = bank_workbook(small_city.id)
    read = read_question_list(questions=(content, "bank.xlsx"))
    park = read.questions[0]
    assert (park.further, park.hint_zh) == ({"text_fr": "Les parcs ?", "hint_fr": "A pied"}, "步行可到的")
    plan = plan_import(small_city.id, coded(read), 2020)
    assert [each.state for each in plan.planned] == ["unchanged", "unchanged"]
    assert not plan.is_moved and not plan.absent
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == [
        "questions",
        "choices",
        "sections",
        "versions",
    ]


def test_a_form_is_made_in_every_language_of_its_questions(app: Flask, small_city: Area) -> None:
    choices = CHOICES.replace("label_en\n", "label_en,label_fr\n").replace(
        "Very satisfied\n", "Very satisfied,Très satisfait\n"
    )
    listed = read_question_list(questions=(FURTHER.encode(), "q.csv"), choices=(choices.encode(), "c.csv"))
    fill(small_city, listed)
    definition = definition_of(published_version(hold(small_city, 2023).form))
    assert definition.languages == ("中文 (zh)", "English (en)", "français (fr)")
    park = definition.named("ec_park")
    assert park is not None
    assert park.label.plain("français (fr)") == "Les parcs ?"
    assert park.hint.plain("français (fr)") == "A pied"
    # What nobody has worded in the language is there in English.
    age = definition.named("age")
    assert age is not None
    assert age.label.plain("français (fr)") == "Your age?"


def test_a_problem_of_a_workbook_is_told_by_sheet_row_and_column(app: Flask, small_city: Area) -> None:
    fill(small_city)
    book = openpyxl.load_workbook(io.BytesIO(bank_workbook(small_city.id)))
    questions, choices = book["questions"], book["choices"]
    column = next(cell.column_letter for cell in questions[1] if cell.value == "type")
    questions[f"{column}4"] = "guess"
    choices.append([choices["A2"].value, choices["B2"].value, "又一次", "again"])
    written = io.BytesIO()
    book.save(written)
    with pytest.raises(Invalid) as refused:
        read_question_list(questions=(written.getvalue(), "bank.xlsx"))
    told = {(place.code, place.sheet, place.row, place.column) for place in refused.value.places}
    assert told == {
        ("question-type-unknown", "questions", 4, "type"),
        ("choice-twice", "choices", choices.max_row, "name"),
    }


def test_an_upload_says_what_is_new_changed_and_unchanged(app: Flask, small_city: Area) -> None:
    fill(small_city)
    changed = QUESTIONS.replace("公园绿地？", "公园和绿地？").replace("ec_air", "ec_air2")
    moved = list_of(reversed(coded(listed_of(changed))))
    plan = plan_import(small_city.id, coded(moved), 2024)
    states = {each.code: each.state for each in plan.planned}
    assert {code for code, state in states.items() if state == "new"} == {"ec_air2"}
    assert {code for code, state in states.items() if state == "changed"} == {"ec_park"}
    park = next(each for each in plan.planned if each.code == "ec_park")
    assert [(each.field, each.before, each.after) for each in park.differences] == [
        ("text_zh", "公园绿地？", "公园和绿地？")
    ]
    assert [each.question.code for each in plan.absent] == ["ec_air"]
    assert plan.is_moved
    # What the list does not name stays behind the question that it stood behind.
    assert plan.order.index("ec_air") == plan.order.index("ec_park") + 1


def test_a_changed_choice_is_a_new_version_of_every_question_that_offers_it(
    app: Flask, small_city: Area
) -> None:
    fill(small_city)
    choices = CHOICES.replace("不了解", "说不清")
    listed = read_question_list(
        questions=(QUESTIONS.encode(), "q.csv"),
        choices=(choices.encode(), "c.csv"),
        sections=(SECTIONS.encode(), "s.csv"),
    )
    plan = fill(small_city, listed, 2024)
    assert {each.code for each in plan.of_state("changed")} == {
        "ec_park",
        "ec_air",
        "tr_bus",
        "overall",
        "attn",
    }
    # Two versions of one list in one form: each question keeps the choices that it was written with.
    hold(small_city, 2023)
    mixed = choose(small_city.id, 2024, as_before=["ec_park"]).listed
    by_name = {each.name: each for each in mixed.questions}
    assert by_name["ec_park"].list_name != by_name["ec_air"].list_name
    labels = {
        name: mixed.choices[by_name[name].list_name][-1].label_zh for name in ("ec_park", "ec_air", "overall")
    }
    assert labels == {"ec_park": "不了解", "ec_air": "说不清", "overall": "说不清"}


def test_a_kept_list_is_taken_in_only_as_it_was_shown(app: Flask, small_city: Area) -> None:
    fill(small_city)
    listed = listed_of(QUESTIONS.replace("公园绿地？", "公园和绿地？"))
    kept = keep_upload(root=small_city, listed=listed, filename="q.csv", valid_from=2024, reason="改")
    seen = plan_of(kept).digest
    reword(small_city, "ec_park", "附近的公园？", 2024)
    with pytest.raises(Conflict) as refused:
        apply_upload(upload_id=kept.id, seen=seen)
    assert refused.value.code == "bank-moved"
    assert versions_of(question_of(small_city, "ec_park").id)[0].number == 2
    apply_upload(upload_id=kept.id, seen=plan_of(kept).digest)
    assert versions_of(question_of(small_city, "ec_park").id)[0].content["text_zh"] == "公园和绿地？"
    with pytest.raises(NotFound):
        apply_upload(upload_id=kept.id, seen=seen)


def test_a_version_is_not_valid_before_the_one_that_it_follows(app: Flask, small_city: Area) -> None:
    fill(small_city, year=2023)
    changed = coded(listed_of(QUESTIONS.replace("公园绿地？", "公园？")))
    with pytest.raises(Invalid) as refused:
        plan_import(small_city.id, changed, 2022)
    assert [place.facts["question"] for place in refused.value.places] == ["ec_park"]
    with pytest.raises(Invalid) as refused:
        reword(small_city, "ec_park", "公园？", 2022)
    assert refused.value.code == "bank-year-earlier"
    with pytest.raises(Invalid) as refused:
        revise(
            question_id=question_of(small_city, "ec_park").id,
            number=1,
            wording={"text_zh": "", "text_en": ""},
            valid_from=2024,
            reason="删",
        )
    assert refused.value.code == "question-text-missing"


def test_a_version_is_never_changed(app: Flask, small_city: Area) -> None:
    fill(small_city)
    version = newest_versions(small_city.id)[0]
    version.reason = "别的"
    with pytest.raises(RuntimeError, match="never changed"):
        db.session.flush()
    db.session.rollback()


def test_a_year_asks_the_newest_version_or_that_of_the_last_time(app: Flask, small_city: Area) -> None:
    fill(small_city)
    catalogue_of(2024)
    first = hold(small_city, 2023)
    reword(small_city, "ec_park", "公园和绿地？", 2024)
    reword(small_city, "ec_air", "空气？", 2025)
    changed = {each.newest.question.code for each in offers(small_city.id, 2024) if each.before}
    assert changed == {"ec_park"}  # The other version is of a later year.
    same = choose(small_city.id, 2024, as_before=["ec_park"])
    assert {each.number for each in same.versions} == {1}
    second = hold(small_city, 2024)
    assert changes_since_before(first) == {}
    marks = changes_since_before(second)
    assert set(marks) == {"ec_park"}
    mark = marks["ec_park"]
    assert (mark.year, mark.before.number, mark.after.number, mark.is_wording) == (2023, 1, 2, True)
    uses = uses_of(question_of(small_city, "ec_park").id)
    assert [(use.wave.exam_year, use.version.number) for use in uses] == [(2023, 1), (2024, 2)]
    asked = definition_of(published_version(second.form)).named("ec_park")
    assert asked is not None
    assert "公园和绿地？" in str(asked)


def test_links_that_the_years_catalogue_lacks_are_left_out_and_told(app: Flask, small_city: Area) -> None:
    fill(small_city)
    catalogue_of(2023, without="EC09")
    chosen = choose(small_city.id, 2023)
    assert chosen.left_out == {"ec_park": ("EC09",)}
    assert {each.name: each.indicator_codes for each in chosen.listed.questions}["ec_park"] == ("EC08",)


def test_a_retired_question_is_offered_no_more_and_can_come_back(app: Flask, small_city: Area) -> None:
    fill(small_city)
    question = question_of(small_city, "ec_air")
    retire(question_id=question.id, retired_from=2025, reason="重复")

    def asked(year: int) -> set[str]:
        return {each.newest.question.code for each in offers(small_city.id, year)}

    assert "ec_air" in asked(2024)
    assert "ec_air" not in asked(2025)
    assert len(newest_versions(small_city.id, retired=True)) == len(newest_versions(small_city.id)) + 1
    restore(question_id=question.id)
    assert "ec_air" in asked(2025)
    retire(question_id=question.id, retired_from=2025, reason="重复")
    plan = fill(small_city)
    assert [each.code for each in plan.planned if each.returns] == []  # Taken back: nothing waits.
    assert question_of(small_city, "ec_air").retired_from is None


@pytest.fixture
def office(app: Flask) -> Staff:
    return Staff(app, "exam_office")


def upload(office: Staff, questions: str = QUESTIONS, **changes: str) -> str:
    made = office.post(
        "/question-bank/upload",
        **{"root": "3602", "valid_from": "2023", "reason": "建立题库"} | changes,
        questions=file(questions, "questions.csv"),
        choices=file(CHOICES, "choices.csv"),
        sections=file(SECTIONS, "sections.csv"),
    )
    assert made.status_code == 302, made.text
    return str(made.headers["Location"]).partition("?")[0]


def confirm(office: Staff, plan: str) -> None:
    seen = office.get(plan).text.partition('name="seen" value="')[2][:64]
    assert office.post(plan, seen=seen).status_code == 302


def test_the_bank_is_filled_changed_and_read_on_its_pages(
    app: Flask, small_city: Area, office: Staff
) -> None:
    db.session.commit()
    assert "题库还是空的" in office.get("/question-bank/").text
    plan = upload(office)
    assert "新增 <span" in office.get(plan).text
    assert db.session.query(BankQuestion).count() == 0
    confirm(office, plan)
    assert db.session.query(BankQuestion).count() == 13
    shown = office.get("/question-bank/?text=PARKS").text
    assert "ec_park" in shown
    assert "ec_air" not in shown
    assert "tr_bus" not in office.get("/question-bank/?dimension=生态宜居").text
    park = question_of(small_city, "ec_park").id
    page = f"/question-bank/{park}"
    facts = {"number": "1", "valid_from": "2024", "text_zh": "公园和绿地？", "text_en": "Parks?"}
    office.client.environ_base["HTTP_REFERER"] = f"http://localhost{page}"
    refused = office.post(page, **facts)
    assert refused.status_code == 422
    assert "公园和绿地？" in refused.text  # What was typed stands there again.
    assert office.post(page, **facts, reason="说清楚").status_code == 302
    assert office.post(page, **facts, reason="说清楚").status_code == 409
    assert "“公园绿地？”改为“公园和绿地？”" in office.get(page).text
    assert office.post(f"{page}/retire", retired_from="2026", reason="不再问").status_code == 302
    assert "自 2026 年度起停用" in office.get(page).text
    assert office.post(f"{page}/restore").status_code == 302
    dropped = upload(office, valid_from="2024")
    assert office.post(dropped, drop="1").status_code == 302
    assert db.session.query(BankUpload).count() == 0


def test_long_choice_lists_are_read_in_one_pass_and_bounded(
    app: Flask, small_city: Area, office: Staff
) -> None:
    db.session.commit()
    choices = "list_name,name,label_zh\n" + "".join(f"long,n{number},名\n" for number in range(60_000))
    questions = "name,dimension,type,text_zh\n" + "".join(
        f"q{number},甄别,select_one long,题\n" for number in range(4)
    )
    began = process_time()
    answer = office.post(
        "/question-bank/upload",
        root="3602",
        valid_from="2023",
        reason="建立题库",
        questions=file(questions, "questions.csv"),
        choices=file(choices, "choices.csv"),
    )
    assert process_time() - began < 30
    assert answer.status_code == 422
    assert "240000" in answer.text.replace(",", "") and "请分几份上传" in answer.text
    assert db.session.query(BankUpload).count() == 0


def test_a_list_that_nobody_confirms_is_forgotten_in_time(
    app: Flask, small_city: Area, office: Staff
) -> None:
    db.session.commit()
    forgotten, waiting = upload(office), upload(office)
    old = db.session.get_one(BankUpload, int(forgotten.rpartition("/")[2]))
    old.made_at = utcnow() - timedelta(days=15)
    with unit_of_work():
        enqueue_daily()
    [job] = [each for each in db.session.query(Job) if each.kind == "surveys.forget-uploads"]
    assert (job.state, job.result) == ("succeeded", {"uploads": 1})
    assert office.get(forgotten).status_code == 404
    assert office.get(waiting).status_code == 200
    assert "删除没有确认的题目表" in Staff(app, "administrator").get("/jobs/").text


def test_a_survey_is_made_of_chosen_questions_on_the_page(
    app: Flask, small_city: Area, office: Staff
) -> None:
    fill(small_city)
    db.session.commit()
    assert "ec_park" in office.get("/question-bank/survey?root=3602&exam_year=2023").text
    facts = {"root": "3602", "exam_year": "2023", "name": "调查", "form_id": "of_bank", "title_zh": "调查"}
    more = {"version": "1", "design": "open"}
    assert office.post("/question-bank/survey", **facts, **more).status_code == 422
    spaced = office.post("/question-bank/survey", **facts | {"form_id": "of bank!"}, **more, ask=["age"])
    assert spaced.status_code == 422 and "表单编号“of bank!”不能用" in spaced.text
    made = office.post("/question-bank/survey", **facts, **more, ask=["age", "ec_park"])
    assert made.status_code == 302, made.text
    wave = db.session.query(Wave).one()
    asked = uses_of(question_of(small_city, "age").id)
    assert [use.wave_id for use in asked] == [wave.id]
    assert uses_of(question_of(small_city, "ec_air").id) == []


def test_the_json_tells_questions_versions_and_uses(app: Flask, small_city: Area, office: Staff) -> None:
    fill(small_city)
    hold(small_city, 2023)
    reword(small_city, "ec_park", "公园和绿地？", 2024)
    db.session.commit()
    listed = office.get("/api/v1/question-bank/?root=3602&year=2023&text=parks").get_json()
    assert [(each["code"], each["version"]["number"]) for each in listed] == [("ec_park", 1)]
    told = office.get(f"/api/v1/question-bank/{listed[0]['id']}").get_json()
    assert [each["number"] for each in told["versions"]] == [2, 1]
    assert told["versions"][0]["content"]["text_zh"] == "公园和绿地？"
    assert [(each["exam_year"], each["form_id"], each["version"]) for each in told["uses"]] == [
        (2023, "survey_2023", 1)
    ]
    assert office.get("/api/v1/question-bank/999").status_code == 404


def test_who_is_limited_to_a_district_reads_and_does_not_change(app: Flask, small_city: Area) -> None:
    fill(small_city)
    db.session.commit()
    analyst = Staff(app, "analyst", area="360202")
    page = f"/question-bank/{question_of(small_city, 'ec_park').id}"
    assert "公园绿地？" in analyst.get(page).text
    assert "修改文字" not in analyst.get(page).text
    assert analyst.post(f"{page}/retire", retired_from="2026", reason="不再问").status_code == 403
    assert analyst.get("/question-bank/survey?root=3602&exam_year=2023").status_code == 403


def test_results_are_marked_where_the_wording_differs(
    app: Flask, small_city: Area, office: Staff, send: Send
) -> None:
    fill(small_city)
    catalogue_of(2024)
    hold(small_city, 2023)
    reword(small_city, "ec_park", "公园和绿地？", 2024)
    wave = hold(small_city, 2024)
    frame = "community_code,households,population\n" + "".join(f"{code},400,1200\n" for code in COMMUNITIES)
    import_frame(wave_id=wave.id, content=frame.encode(), filename="frame.csv")
    draw_sample(wave_id=wave.id, seed=3, psus=6, units_per_psu=12)
    rng = dice(7)
    for number, each in enumerate(list(unit_links(wave.id))):
        send(wave, answer(rng, each.psu), number, link_by_token(each.token))
    flag_responses(wave_id=wave.id)
    weigh(wave_id=wave.id, margin_table=None)
    estimate(wave_id=wave.id)
    db.session.commit()
    mark = "题目文字与 2023 年不同（第 1 版改为第 2 版）"
    park = question_of(small_city, "ec_park").id
    shown = office.get("/satisfaction?year=2024").text
    assert shown.count(mark) == 1
    assert f'href="/question-bank/{park}' in shown
    assert mark in office.get(f"/explain/estimate/{wave.id}:ec_park?year=2024").text
    assert mark not in office.get(f"/explain/estimate/{wave.id}:ec_air?year=2024").text
    years = office.get(f"/question-bank/{park}").text.partition('id="years"')[2]
    assert mark in years
    assert mark not in office.get(f"/question-bank/{question_of(small_city, 'ec_air').id}").text
