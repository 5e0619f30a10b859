"""What is wrong in a filled template is told with its cell; what merely moved is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from app.accounts.models import Department
from app.areas.models import Area
from app.db import db, unit_of_work
from app.errors import Invalid, Place, describe
from app.indicators.items import NewItem, record_items
from app.indicators.models import Equivalence
from app.indicators.queries import current_set
from app.reporting.campaigns import open_campaign
from app.reporting.filling import fill
from app.reporting.models import Campaign
from app.reporting.reading import ReportReading, read_report
from app.reporting.returning import commented_workbook
from app.reporting.templates import department_template
from tests.reporting.conftest import City, Fill, edited


def _problems(content: bytes, campaign: Campaign, department: Department) -> dict[str, list[Place]]:
    with pytest.raises(Invalid) as caught:
        read_report(content, "报表.xlsx", campaign, department)
    assert caught.value.code == "report-invalid"
    assert caught.value.facts["count"] == len(caught.value.places)
    found: dict[str, list[Place]] = {}
    for place in caught.value.places:
        found.setdefault(place.code, []).append(place)
    return found


def _read(content: bytes, campaign: Campaign, department: Department) -> ReportReading:
    return read_report(content, "报表.xlsx", campaign, department)


def _value(reading: ReportReading, item_code: str, area_id: int) -> float | None:
    return next(f.value for f in reading.figures if (f.item_code, f.area_id) == (item_code, area_id))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("12万", "figure-number-with-unit"),
        ("许多", "figure-not-a-number"),
        ("无", "figure-ambiguous-mark"),
        ("15%", "figure-percent"),
        (None, "figure-blank"),
        (-3, "figure-below-minimum"),
        (2_000_000, "figure-above-maximum"),
        (3.5, "figure-not-an-integer"),
        (True, "figure-boolean-not-number"),
    ],
)
def test_a_wrong_cell_is_told_with_its_address_what_was_found_and_what_is_expected(
    campaign: Campaign, housing: Department, filled: Fill, city: City, typed: Any, code: str
) -> None:
    problems = _problems(filled(figures={("old_estates", city.streets[1].code): typed}), campaign, housing)
    assert list(problems) == [code]
    place = problems[code][0]
    # Items in columns D and F; five header rows, the optional total, then the streets by code.
    assert (place.sheet, place.cell) == ("街道", "F8")
    assert place.facts["expected"] == "0 … 1,000,000 个"
    assert place.facts["area"] == "东区 · 东城街道"
    assert "老旧小区数" in describe(place.code, place.facts)


def test_numbers_typed_as_text_are_read(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    typed = {("lamps", city.root.code): "１２，０００", ("green_area", city.districts[0].code): " 1.50 "}
    reading = _read(filled(figures=typed), campaign, housing)
    assert _value(reading, "lamps", city.root.id) == 12_000.0
    assert _value(reading, "green_area", city.districts[0].id) == 1.5


def test_moved_rows_columns_and_sheets_are_found_by_their_codes(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    def rearrange(workbook: openpyxl.Workbook) -> None:
        page = workbook["街道"]
        page.unmerge_cells("D3:E3")
        page.unmerge_cells("F3:G3")
        page.insert_rows(4, 2)
        page.insert_cols(4)
        page.insert_cols(1)
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=9, max_row=12)]
        for number, values in zip(range(9, 13), reversed(rows), strict=True):
            for column, value in enumerate(values, start=1):
                page.cell(number, column).value = value
        page.title = "我的街道"
        workbook.move_sheet(page, offset=-2)

    moved = _read(edited(filled(), rearrange), campaign, housing)
    straight = _read(filled(), campaign, housing)
    assert {(f.item_code, f.area_id): f.value for f in moved.figures} == {
        (f.item_code, f.area_id): f.value for f in straight.figures
    }
    figure = next(f for f in moved.figures if f.item_code == "old_estates_ok")
    assert figure.sheet == "我的街道"


def test_lost_doubled_merged_and_stray_cells_are_told(
    campaign: Campaign, housing: Department, filled: Fill
) -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        streets, districts = workbook["街道"], workbook["区县"]
        streets["A10"].value = streets["A9"].value
        streets["D15"].value = 99
        streets.merge_cells("D7:D8")
        districts["D4"].value = "亩"
        del workbook["全市"]

    problems = _problems(edited(filled(), spoil), campaign, housing)
    cells = {code: [(place.sheet, place.cell) for place in places] for code, places in problems.items()}
    assert cells["report-sheet-missing"] == [(None, None)]
    assert cells["report-code-twice"] == [("街道", "A10")]
    assert cells["report-code-missing"] == [("街道", None)]
    assert cells["report-cells-merged"] == [("街道", "D7")]
    assert ("街道", "D15") in cells["report-figure-outside"]
    assert cells["report-unit-changed"] == [("区县", "D4")]
    assert problems["report-unit-changed"][0].facts["expected"] == "平方公里"


def test_a_formula_that_was_never_computed_is_told(
    campaign: Campaign, housing: Department, filled: Fill
) -> None:
    def type_formula(workbook: openpyxl.Workbook) -> None:
        workbook["全市"]["D4"].value = "=1+1"

    problems = _problems(edited(filled(), type_formula), campaign, housing)
    assert [place.cell for place in problems["figure-formula-not-computed"]] == ["D4"]


def test_a_total_must_be_the_sum_of_its_parts(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    problems = _problems(filled(figures={("green_area", city.root.code): 4}), campaign, housing)
    place = problems["report-sum-differs"][0]
    assert (place.sheet, place.cell, place.facts["found"]) == ("区县", "D6", "4")
    assert place.facts["expected"] == "3.75 平方公里"
    rounded = _read(filled(figures={("green_area", city.root.code): 3.76}), campaign, housing)
    assert rounded.counts["totals"] == 1


def test_a_total_without_all_its_parts_is_no_mistake(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    figures = {("green_area", city.root.code): 1, ("green_area", city.districts[0].code): "缺"}
    reading = _read(filled(figures=figures), campaign, housing)
    assert [warning.code for warning in reading.warnings] == ["figure-total-below-parts"]


def test_a_part_larger_than_its_whole_is_shown_and_stops_nothing(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    reading = _read(filled(figures={("old_estates_ok", city.streets[2].code): 31}), campaign, housing)
    (warning,) = reading.warnings
    assert (warning.code, warning.sheet, warning.cell) == ("figure-part-exceeds-whole", "街道", "D9")
    assert (warning.facts["found"], warning.facts["whole_value"]) == ("31", "30")
    assert "100%" in describe(warning.code, warning.facts)


def _record_last_year(area: Area, lamps: float) -> None:
    with unit_of_work():
        row = NewItem(
            item_code="lamps",
            area_id=area.id,
            exam_year=2023,
            source_kind="official",
            vintage="2022",
            value=lamps,
            provenance=("test", "1"),
        )
        record_items(rows=[row])


def test_last_years_figure_stands_beside_and_a_jump_is_shown(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    _record_last_year(city.root, 3_000)
    content = filled()
    workbook = openpyxl.load_workbook(BytesIO(content))
    assert workbook["全市"]["E4"].value == 3_000
    (warning,) = _read(content, campaign, housing).warnings
    assert (warning.code, warning.facts["last_year"], warning.cell) == ("figure-jump", "3,000", "D4")


def test_an_item_that_was_redefined_has_no_last_year(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    _record_last_year(city.root, 3_000)
    with unit_of_work():
        db.session.add(
            Equivalence(
                set_id=current_set(2024).id,
                position=1,
                from_year=2023,
                from_code="lamps",
                to_year=2024,
                to_code="lamps",
                relation="redefined",
                comparable=False,
            )
        )
    content = filled()
    assert openpyxl.load_workbook(BytesIO(content))["全市"]["E4"].value is None
    assert _read(content, campaign, housing).warnings == ()


def test_an_area_keeps_its_past_under_a_new_row(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    first, last = date(2010, 1, 1), date(2022, 12, 31)
    with unit_of_work():
        before = Area(code=city.root.code, name_zh="试验市", level="city", valid_from=first, valid_to=last)
        db.session.get_one(Area, city.root.id).valid_from = date(2023, 1, 1)
        db.session.add(before)
    _record_last_year(before, 3_000)
    (warning,) = _read(filled(), campaign, housing).warnings
    assert (warning.code, warning.facts["last_year"]) == ("figure-jump", "3,000")


def test_a_change_within_the_factor_or_of_few_units_is_no_jump(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    _record_last_year(city.root, 4_000)
    assert _read(filled(), campaign, housing).warnings == ()
    _record_last_year(city.root, 2)
    assert _read(filled(figures={("lamps", city.root.code): 9}), campaign, housing).warnings == ()


def test_the_workbook_of_another_department_is_refused(
    campaign: Campaign, housing: Department, statistics: Department
) -> None:
    other = department_template(campaign_id=campaign.id, department_id=statistics.id)
    with pytest.raises(Invalid) as caught:
        read_report(other, "a.xlsx", campaign, housing)
    assert caught.value.code == "template-other-department"
    assert caught.value.facts == {"found": "statistics", "expected": "housing"}


def test_the_workbook_of_another_year_is_refused(campaign: Campaign, housing: Department, city: City) -> None:
    with unit_of_work():
        earlier = open_campaign(exam_year=2023, root_id=city.root.id, due_on=campaign.due_on)
    other = department_template(campaign_id=earlier.id, department_id=housing.id)
    with pytest.raises(Invalid) as caught:
        read_report(other, "a.xlsx", campaign, housing)
    assert (caught.value.code, caught.value.facts["found"]) == ("template-other-exam-year", "2023")


def _edit_metadata(change: Callable[[Any], None]) -> Callable[[openpyxl.Workbook], None]:
    return lambda workbook: change(workbook["_cityexam"])


def _alter(sheet: Any) -> None:
    for row in sheet.iter_rows():
        if row[0].value == "value:exam_year":
            row[1].value = "2025"


def test_an_altered_mark_a_foreign_workbook_and_an_outdated_template_are_refused(
    campaign: Campaign, housing: Department, filled: Fill
) -> None:
    content = filled()
    cases = {
        "template-altered": edited(content, _edit_metadata(_alter)),
        "template-missing": edited(content, lambda workbook: workbook.remove(workbook["_cityexam"])),
        "report-file-refused": b"PK\x03\x04 no workbook",
        "report-file-file-empty": b"",
    }
    for code, changed in cases.items():
        with pytest.raises(Invalid) as caught:
            read_report(changed, "a.xlsx", campaign, housing)
        assert caught.value.code == code
    campaign.area_ids = campaign.area_ids | {"street": campaign.area_ids["street"][:-1]}
    with pytest.raises(Invalid, match="template-outdated"):
        read_report(content, "a.xlsx", campaign, housing)


def test_a_reporters_comment_travels_with_the_figure_and_survives_ours(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    def remark(workbook: openpyxl.Workbook) -> None:
        workbook["全市"]["D4"].comment = openpyxl.comments.Comment("含景观灯", "填报人")

    content = edited(filled(), remark)
    problems = [
        Place("figure-returned", {"item": "路灯数", "area": "试验市", "reason": "偏大"}, "全市", "D4")
    ]
    commented = commented_workbook(content, problems)
    workbook = openpyxl.load_workbook(BytesIO(commented))
    assert workbook.sheetnames[0] == "问题清单"
    assert "偏大" in workbook["全市"]["D4"].comment.text
    assert workbook["问题清单"]["A3"].hyperlink.location == "'全市'!D4"
    reading = _read(commented_workbook(commented, problems), campaign, housing)
    assert [figure.note for figure in reading.figures if figure.item_code == "lamps"] == ["含景观灯"]


def test_filling_a_template_like_a_person_gives_the_same_figures(
    campaign: Campaign, housing: Department, good_figures: dict[tuple[str, str], Any]
) -> None:
    blank = department_template(campaign_id=campaign.id, department_id=housing.id)
    reading = _read(fill(blank, good_figures), campaign, housing)
    assert reading.counts["reported"] == len(good_figures)
    with pytest.raises(Invalid, match="fill-cell-unknown"):
        fill(blank, {("gdp", "360200"): 1})
