"""The workbook a department gets, and whom a campaign asks for what."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from app.accounts.models import Department
from app.db import db, unit_of_work
from app.errors import Conflict, Invalid
from app.reporting.campaigns import open_campaign, renew_assignments
from app.reporting.models import Assignment, Campaign
from app.reporting.queries import assigned_items
from app.reporting.states import ReportState, Step, reduce_events
from app.reporting.templates import department_template
from tests.reporting.conftest import City


def _template(campaign: Campaign, department: Department) -> openpyxl.Workbook:
    content = department_template(campaign_id=campaign.id, department_id=department.id)
    return openpyxl.load_workbook(BytesIO(content))


def test_every_item_is_asked_of_one_department_once(
    campaign: Campaign, housing: Department, statistics: Department
) -> None:
    codes = db.session.scalars(select(Assignment.item_code)).all()
    assert len(codes) == len(set(codes)) == 5
    asked = assigned_items(campaign.id, housing.id)
    assert {level: [item.code for item in items] for level, items in asked.items()} == {
        "city": ["lamps"],
        "district": ["green_area"],
        "street": ["old_estates_ok", "old_estates"],
    }
    assert list(assigned_items(campaign.id, statistics.id)) == ["street"]


def test_functional_and_ended_areas_are_not_asked_for(campaign: Campaign, city: City) -> None:
    assert campaign.area_ids["street"] == [street.id for street in sorted(city.streets, key=lambda a: a.code)]
    assert campaign.vintage == "2023"


def test_only_the_input_cells_may_be_typed_into(campaign: Campaign, housing: Department) -> None:
    workbook = _template(campaign, housing)
    assert workbook.sheetnames == ["填报说明", "全市", "区县", "街道", "_cityexam"]
    page = workbook["街道"]
    unlocked = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {f"{column}{row}" for column in "DF" for row in range(6, 11)}
    assert page.protection.sheet
    assert workbook.security.lockStructure
    assert workbook["_cityexam"].sheet_state == "veryHidden"


def test_a_column_says_its_unit_its_definition_and_its_bounds(
    campaign: Campaign, housing: Department
) -> None:
    page = _template(campaign, housing)["区县"]
    assert (page["D3"].value, page["D4"].value) == ("绿地面积", "平方公里")
    assert "绿地面积的口径" in page["D3"].comment.text
    assert [page[f"C{row}"].value for row in range(6, 9)] == ["全市合计（选填）", "东区", "西区"]
    (rule,) = page.data_validations.dataValidation
    assert (rule.type, rule.formula1, rule.formula2, str(rule.sqref)) == ("decimal", "0", "500", "D6 D7:D8")
    assert "平方公里" in rule.prompt


def test_codes_stand_in_a_row_and_column_of_no_width(campaign: Campaign, housing: Department) -> None:
    page = _template(campaign, housing)["街道"]
    assert page.column_dimensions["A"].width < 1
    assert page.row_dimensions[1].height <= 1
    assert page["D1"].number_format == page["A7"].number_format == ";;;"
    assert page["D1"].value == "item:old_estates_ok"
    assert page["C7"].value == "东区 · 新厂街道"
    assert page["C9"].value == "西区 · 新厂街道"


def test_equal_tasks_give_equal_bytes(campaign: Campaign, housing: Department) -> None:
    first = department_template(campaign_id=campaign.id, department_id=housing.id)
    assert first == department_template(campaign_id=campaign.id, department_id=housing.id)


def test_a_year_is_asked_once_in_a_city(campaign: Campaign, city: City) -> None:
    with pytest.raises(Conflict, match="campaign-exists"):
        open_campaign(exam_year=2024, root_id=city.root.id, due_on=campaign.due_on)
    with pytest.raises(Invalid, match="campaign-root"):
        open_campaign(exam_year=2023, root_id=city.districts[0].id, due_on=campaign.due_on)


def test_renewing_asks_again_by_the_catalogue_in_force(campaign: Campaign) -> None:
    with unit_of_work():
        assert renew_assignments(campaign_id=campaign.id) == 5
    assert len(db.session.scalars(select(Assignment.id)).all()) == 5


def test_the_state_is_what_the_events_make_it() -> None:
    kinds = ["submitted", "resubmitted", "returned", "resubmitted", "accepted", "reopened", "resubmitted"]
    steps = [Step(kind, number) for number, kind in enumerate(kinds, start=1)]
    assert reduce_events([]) == ReportState()
    assert reduce_events(steps[:3]) == ReportState("returned", 2, 2, None)
    assert reduce_events(steps) == ReportState("under_review", 3, 7, 5)


@pytest.mark.parametrize(
    "kinds", [["accepted"], ["submitted", "submitted"], ["submitted", "accepted", "returned"]]
)
def test_impossible_steps_are_refused(kinds: list[str]) -> None:
    with pytest.raises(Conflict, match="report-step-impossible"):
        reduce_events(Step(kind, 1) for kind in kinds)
