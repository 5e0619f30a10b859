"""The pages, as people of a department and of the exam office see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.models import Department
from app.db import db, unit_of_work, utcnow
from app.indicators.items import item_values
from app.indicators.models import BaseItem
from app.indicators.queries import current_set
from app.reporting.models import Campaign, Figure, RefusedUpload, ReportVersion
from app.reporting.queries import report_of, state_of
from tests.conftest import at_once
from tests.reporting.conftest import City, Fill

SignIn = Callable[[str], FlaskClient]


def _send(client: FlaskClient, campaign: Campaign, department: Department, content: bytes) -> TestResponse:
    return client.post(
        f"/reports/{campaign.id}/{department.id}", data={"file": (BytesIO(content), "报表.xlsx")}
    )


def test_a_department_downloads_mends_submits_and_the_office_accepts(
    campaign: Campaign, housing: Department, filled: Fill, city: City, sign_in: SignIn
) -> None:
    builder, office = sign_in("builder"), sign_in("office")
    task = f"/reports/{campaign.id}/{housing.id}"
    page = builder.get("/reports/")
    assert "市住房和城乡建设局" in page.text
    assert "市统计局" not in page.text
    blank = builder.get(f"{task}/template")
    assert openpyxl.load_workbook(BytesIO(blank.data))["全市"]["D4"].value is None

    refused = _send(builder, campaign, housing, filled(figures={("lamps", city.root.code): "12万"}))
    assert refused.status_code == 422
    assert "单元格 D4" in refused.text
    assert "12万" in refused.text
    assert db.session.scalar(select(func.count()).select_from(Figure)) == 0
    commented = builder.get(f"{task}/refused")
    assert "12万" in openpyxl.load_workbook(BytesIO(commented.data))["全市"]["D4"].comment.text

    assert _send(builder, campaign, housing, filled()).status_code == 302
    assert db.session.scalar(select(func.count()).select_from(RefusedUpload)) == 0
    version = db.session.scalars(select(ReportVersion)).one()
    lamps = db.session.scalars(select(Figure).where(Figure.item_code == "lamps")).one()
    assert "审核中" in office.get("/reports/").text
    assert f'name="reason:{lamps.id}"' in office.get(f"/reports/versions/{version.id}").text
    assert "reason:" not in builder.get(f"/reports/versions/{version.id}").text

    both = office.post(f"/reports/versions/{version.id}/accept", data={f"reason:{lamps.id}": "偏大"})
    assert both.status_code == 422
    office.post(f"/reports/versions/{version.id}/return", data={f"reason:{lamps.id}": "偏大"})
    page = builder.get(task)
    assert page.text.index("偏大") < page.text.index("下载填报表")
    event = report_of(campaign.id, housing.id).events[-1]  # type: ignore[union-attr]
    returned = builder.get(f"/reports/events/{event.id}/workbook")
    assert "偏大" in openpyxl.load_workbook(BytesIO(returned.data))["全市"]["D4"].comment.text
    prefilled = builder.get(f"{task}/template?filled=1")
    assert openpyxl.load_workbook(BytesIO(prefilled.data))["全市"]["D4"].value == 12_000

    assert (
        _send(builder, campaign, housing, filled(figures={("lamps", city.root.code): 900})).status_code == 302
    )
    newest = db.session.scalars(select(ReportVersion).order_by(ReportVersion.id.desc())).first()
    assert newest is not None
    assert "900" in office.get(f"/reports/versions/{newest.id}").text
    assert office.post(f"/reports/versions/{newest.id}/accept").status_code == 302
    assert item_values(2024, item_codes=["lamps"])[0].value == 900.0
    assert "已通过" in builder.get(task).text


def test_a_department_sees_and_touches_only_its_own(
    campaign: Campaign, housing: Department, statistics: Department, filled: Fill, sign_in: SignIn
) -> None:
    builder, counter = sign_in("builder"), sign_in("counter")
    assert _send(builder, campaign, housing, filled()).status_code == 302
    version = db.session.scalars(select(ReportVersion)).one()
    task = f"/reports/{campaign.id}/{housing.id}"
    addresses = [
        task,
        f"{task}/template",
        f"{task}/refused",
        f"/reports/versions/{version.id}",
        f"/reports/versions/{version.id}/workbook",
    ]
    for address in addresses:
        assert counter.get(address).status_code == 403, address
    assert _send(counter, campaign, housing, filled()).status_code == 403
    assert counter.post(f"/reports/versions/{version.id}/withdraw").status_code == 403
    assert "市住房和城乡建设局" not in counter.get("/reports/").text


def test_a_reviewer_reads_and_takes_back_but_files_nothing(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    assert _send(sign_in("builder"), campaign, housing, filled()).status_code == 302
    version = db.session.scalars(select(ReportVersion)).one()
    checker = sign_in("checker")
    task = f"/reports/{campaign.id}/{housing.id}"
    assert "由该部门的填报人上传" in checker.get(task).text
    assert _send(checker, campaign, housing, filled()).status_code == 403
    shown = checker.get(f"/reports/versions/{version.id}").text
    assert f"/reports/versions/{version.id}/withdraw" in shown
    assert checker.post(f"/reports/versions/{version.id}/withdraw").status_code == 302
    assert state_of(report_of(campaign.id, housing.id)).status == "withdrawn"


def test_a_file_that_is_no_workbook_is_refused_in_words(
    campaign: Campaign, housing: Department, sign_in: SignIn
) -> None:
    answer = _send(sign_in("builder"), campaign, housing, b"no workbook at all")
    assert answer.status_code == 422
    assert "这不是 Excel 工作簿" in answer.text
    assert "not-a-workbook" not in answer.text


@pytest.mark.parametrize("who", ["builder", "checker", "counter"])
def test_people_of_departments_decide_nothing(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn, who: str
) -> None:
    assert _send(sign_in("builder"), campaign, housing, filled()).status_code == 302
    version = db.session.scalars(select(ReportVersion)).one()
    client = sign_in(who)
    data = {"text": "同意", "exam_year": "2023", "root": "360200", "due_on": "2030-01-01"}
    for address in (
        f"/reports/versions/{version.id}/accept",
        f"/reports/versions/{version.id}/return",
        f"/reports/{version.report_id}/reopen",
        "/reports/",
    ):
        assert client.post(address, data=data).status_code == 403, address
    assert item_values(2024) == []
    assert state_of(report_of(campaign.id, housing.id)).status == "under_review"


def test_the_exam_office_files_nothing_and_an_analyst_has_no_door(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    assert _send(sign_in("office"), campaign, housing, filled()).status_code == 403
    assert sign_in("analyst").get("/reports/").status_code == 403
    assert db.session.scalar(select(func.count()).select_from(ReportVersion)) == 0


def test_the_workbook_of_another_department_is_refused_on_the_page(
    campaign: Campaign, housing: Department, statistics: Department, filled: Fill, sign_in: SignIn
) -> None:
    answer = _send(sign_in("counter"), campaign, statistics, filled())
    assert answer.status_code == 422
    assert "这是另一个部门" in answer.text
    assert db.session.scalar(select(func.count()).select_from(RefusedUpload)) == 0


def test_the_office_opens_a_campaign_and_reopens_an_accepted_report(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    office, builder = sign_in("office"), sign_in("builder")
    form = {"exam_year": "2023", "root": "360200", "due_on": "2030-01-01"}
    assert office.post("/reports/", data=form | {"due_on": ""}).status_code == 422
    assert office.post("/reports/", data=form).status_code == 302
    assert office.post("/reports/", data=form).status_code == 409
    _send(builder, campaign, housing, filled())
    version = db.session.scalars(select(ReportVersion)).one()
    office.post(f"/reports/versions/{version.id}/accept")
    assert _send(builder, campaign, housing, filled()).status_code == 409
    page = f"/reports/{campaign.id}/{housing.id}"
    assert f'action="/reports/{version.report_id}/reopen' in office.get(page).text
    assert "/reopen" not in builder.get(page).text
    assert office.post(f"/reports/{version.report_id}/reopen", data={"text": ""}).status_code == 422
    assert office.post(f"/reports/{version.report_id}/reopen", data={"text": "更正"}).status_code == 302
    task = sign_in("builder").get(f"/reports/{campaign.id}/{housing.id}").text
    assert "更正" in task.partition("重新打开的原因")[2].partition("下载填报表")[0]
    assert _send(builder, campaign, housing, filled()).status_code == 302
    withdrawn = db.session.scalars(select(ReportVersion).order_by(ReportVersion.id.desc())).first()
    assert withdrawn is not None
    assert builder.post(f"/reports/versions/{withdrawn.id}/withdraw").status_code == 302
    assert "已撤回" in builder.get(f"/reports/{campaign.id}/{housing.id}").text


@pytest.mark.parametrize("year", ["²", "99999999999", "", "next"])
def test_a_year_that_cannot_be_read_is_told_as_a_year(campaign: Campaign, sign_in: SignIn, year: str) -> None:
    office = sign_in("office")
    form = {"exam_year": year, "root": "360200", "due_on": "2030-01-01"}
    answer = office.post("/reports/", data=form)
    assert answer.status_code == 422
    assert f"年份“{year or '—'}”不能读取" in answer.text
    assert office.get("/reports/", query_string={"year": year}).status_code == (422 if year else 200)


def test_the_office_ends_a_campaign_starts_it_again_and_renews_what_is_asked(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    office, builder = sign_in("office"), sign_in("builder")
    address = f"/reports/campaigns/{campaign.id}"
    for step in ("close", "reopen", "renew"):
        assert builder.post(f"{address}/{step}").status_code == 403
        assert office.post(f"/reports/campaigns/99/{step}").status_code == 404
    assert "填报进行中" in office.get("/reports/").text
    content = filled()
    assert office.post(f"{address}/close").status_code == 302
    page = office.get("/reports/").text
    assert "填报已结束" in page
    assert f"{address}/reopen" in page
    assert "填报已结束" in builder.get("/reports/").text
    assert _send(builder, campaign, housing, content).status_code == 410
    assert office.post(f"{address}/reopen").status_code == 302
    with unit_of_work():
        item = db.session.scalars(
            select(BaseItem).where(BaseItem.code == "lamps", BaseItem.set_id == current_set(2024).id)
        ).one()
        item.unit = "10k lamps"
    answer = office.post(f"{address}/renew", follow_redirects=True)
    assert "共 5 项数据" in answer.text
    refused = _send(builder, campaign, housing, content)
    assert refused.status_code == 422
    assert "这份填报表已经过期" in refused.text
    assert _send(builder, campaign, housing, filled()).status_code == 302


def test_the_pages_speak_english_too(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    builder = sign_in("builder")
    assert builder.get("/reports/?lang=en").status_code == 200
    english = builder.get(f"/reports/{campaign.id}/{housing.id}/template").data
    page = openpyxl.load_workbook(BytesIO(english)).worksheets[2]
    assert (page["D3"].value, page["D4"].value) == ("green area", "km²")


def test_the_cells_of_the_board_add_up_and_a_campaign_past_its_day_says_so(
    campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    office = sign_in("office")
    assert "填报进行中" in office.get("/reports/").text
    campaign.due_on = utcnow().date() - timedelta(days=2)
    db.session.commit()
    _send(sign_in("builder"), campaign, housing, filled())
    page = office.get("/reports/").text
    assert "填报进行中" not in page
    assert "已过截止日期，尚未结束" in page
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    row = re.search(r"<tr[^>]*>((?:(?!<tr).)*市住房和城乡建设局.*?)</tr>", page, re.S)
    assert row is not None
    cells = re.findall(r"<t[dh].*?</t[dh]>", row[1], re.S)
    told = {head: re.sub(r"<[^>]+>", "", cell).strip() for head, cell in zip(heads, cells, strict=True)}
    counts = [int(told[name]) for name in ("已填数", "填“缺”", "填“不适用”")]
    assert sum(counts) == int(told["应填格数"]) > 0


def test_a_workbook_sent_twice_is_one_version_until_somebody_decides(
    campaign: Campaign, housing: Department, filled: Fill, city: City, sign_in: SignIn
) -> None:
    builder, office, content = sign_in("builder"), sign_in("office"), filled()
    assert _send(builder, campaign, housing, content).status_code == 302
    again = _send(builder, campaign, housing, content)
    assert (again.status_code, "内容与第 1 版相同" in again.text) == (422, True)
    # What was mended is a version, and so is the same file as an answer to a return.
    mended = filled(figures={("lamps", city.root.code): 13_000})
    assert _send(builder, campaign, housing, mended).status_code == 302
    newest = db.session.scalars(select(ReportVersion).where(ReportVersion.number == 2)).one()
    office.post(f"/reports/versions/{newest.id}/return", data={"text": "请核对"})
    assert _send(builder, campaign, housing, mended).status_code == 302
    numbers = db.session.scalars(select(ReportVersion.number).order_by(ReportVersion.number))
    assert list(numbers) == [1, 2, 3]


def test_a_workbook_sent_many_times_at_once_is_one_version(
    app: Flask, campaign: Campaign, housing: Department, filled: Fill, sign_in: SignIn
) -> None:
    content = filled()
    task = f"/reports/{campaign.id}/{housing.id}"
    builders = [sign_in("builder") for _ in range(4)]
    sent = [
        lambda client=client: client.post(task, data={"file": (BytesIO(content), "报表.xlsx")})
        for client in builders
    ]
    assert at_once(app, sent) == [302, 422, 422, 422]
    assert db.session.scalar(select(func.count()).select_from(ReportVersion)) == 1


def test_one_count_is_told_where_more_is_wrong_than_is_listed(
    campaign: Campaign, housing: Department, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.errors.problems.MOST_LISTED", 2)
    builder, task = sign_in("builder"), f"/reports/{campaign.id}/{housing.id}"
    blank = builder.get(f"{task}/template").data
    page = _send(builder, campaign, housing, blank).text
    (count,) = set(re.findall(r"有 (\d+) 处问题", page))
    assert int(count) > 2
    assert re.findall(r"有 (\d+) 处需要处理", page) == [count]
    assert f"还有 {int(count) - 2} 处没有列出" in page
    sheet = openpyxl.load_workbook(BytesIO(builder.get(f"{task}/refused").data)).worksheets[0]
    assert f"有 {count} 处需要处理" in str(sheet["A1"].value)
