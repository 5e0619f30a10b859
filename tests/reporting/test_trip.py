"""The whole trip of a report: mistakes, return, correction, acceptance, supersession."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from app.accounts.models import Department
from app.audit import acting_as
from app.db import db, unit_of_work, utcnow
from app.errors import Conflict, Gone, Invalid
from app.indicators.items import item_values
from app.reporting.campaigns import close_campaign
from app.reporting.models import Campaign, Figure, Report, ReportEvent, ReportVersion
from app.reporting.queries import board, figures, report_of, resolve_figure, state_of
from app.reporting.returning import return_places
from app.reporting.reviewing import CellReasonInput, accept, reopen, return_report
from app.reporting.submitting import submit, withdraw
from app.storage import storage
from tests.reporting.conftest import City, Fill


def _submit(campaign: Campaign, department: Department, content: bytes) -> ReportVersion:
    with unit_of_work(), acting_as("user:7"):
        return submit(
            campaign_id=campaign.id, department_id=department.id, content=content, filename="报表.xlsx"
        )


def _value(item_code: str, area_id: int) -> float | None:
    found = item_values(2024, item_codes=[item_code], area_ids=[area_id])
    assert len(found) <= 1
    return found[0].value if found else None


def test_a_report_with_a_mistake_keeps_nothing(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    wrong = filled(figures={("old_estates", city.streets[0].code): "12万"})
    with pytest.raises(Invalid) as caught:
        _submit(campaign, housing, wrong)
    assert caught.value.code == "report-invalid"
    assert db.session.scalar(select(func.count()).select_from(Figure)) == 0
    assert db.session.scalar(select(func.count()).select_from(Report)) == 0


def test_return_correction_and_acceptance_make_the_corrected_figures_current(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    street = city.streets[1]
    first = _submit(campaign, housing, filled())
    with unit_of_work(), acting_as("user:1"):
        event = return_report(
            version_id=first.id,
            reasons=[CellReasonInput("old_estates", street.code, "与台账不符")],
            text="请核对",
        )
    assert event.round_no == 1
    assert state_of(report_of(campaign.id, housing.id)).status == "returned"
    assert _value("old_estates", street.id) is None

    second = _submit(campaign, housing, filled(figures={("old_estates", street.code): 22}))
    assert (second.number, second.counts["reported"], second.warnings) == (2, 11, [])
    changed = [row for row in figures(second.id) if row.changed]
    assert [(row.item_code, row.area_code, row.value, row.previous) for row in changed] == [
        ("old_estates", street.code, 22.0, 20.0)
    ]
    with unit_of_work(), acting_as("user:1"):
        accept(version_id=second.id)
    assert _value("old_estates", street.id) == 22.0
    assert _value("lamps", city.root.id) == 12_000.0
    assert len(item_values(2024)) == 11
    report = report_of(campaign.id, housing.id)
    assert report is not None
    assert [(each.kind, each.round_no) for each in report.events] == [
        ("submitted", 1),
        ("returned", 1),
        ("resubmitted", 2),
        ("accepted", 2),
    ]


def test_an_accepted_correction_supersedes_and_the_earlier_figures_stay_readable(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    first = _submit(campaign, housing, filled())
    with unit_of_work():
        accept(version_id=first.id)
    content = filled(figures={("lamps", city.root.code): 13_000})
    with pytest.raises(Conflict, match="report-accepted"):
        _submit(campaign, housing, content)
    db.session.rollback()
    with unit_of_work():
        reopen(report_id=first.report_id, text="数据更正")
    assert _value("lamps", city.root.id) == 12_000.0
    second = _submit(campaign, housing, content)
    with unit_of_work():
        accept(version_id=second.id)
    current = item_values(2024, item_codes=["lamps"])[0]
    assert current.value == 13_000.0
    source = resolve_figure(current.provenance_id)
    assert (source.version_number, source.department_zh, source.sheet, source.cell) == (
        2,
        housing.name_zh,
        "全市",
        "D4",
    )
    assert storage().get(source.sha256) == content
    assert state_of(second.report).accepted_version_id == second.id


def test_a_correction_without_the_optional_total_ends_the_total_too(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    first = _submit(campaign, housing, filled(figures={("old_estates", city.root.code): 100}))
    with unit_of_work():
        accept(version_id=first.id)
    assert _value("old_estates", city.root.id) == 100.0
    with unit_of_work():
        reopen(report_id=first.report_id, text="数据更正")
    street = city.streets[0]
    second = _submit(campaign, housing, filled(figures={("old_estates", street.code): 15}))
    with unit_of_work():
        accept(version_id=second.id)
    assert item_values(2024, item_codes=["old_estates"], area_ids=[city.root.id]) == []
    assert _value("old_estates", street.id) == 15.0
    assert len(item_values(2024)) == 11


def test_a_clash_of_decisions_leaves_the_transaction_to_the_edge(
    campaign: Campaign, housing: Department, filled: Fill
) -> None:
    version = _submit(campaign, housing, filled())
    report = version.report
    assert len(report.events) == 1
    other = {"report_id": report.id, "number": 2, "kind": "withdrawn", "version_id": version.id}
    db.session.execute(insert(ReportEvent).values(**other, round_no=1, actor="user:2"))
    with pytest.raises(Conflict) as caught:
        accept(version_id=version.id)
    assert caught.value.code == "report-changed-meanwhile"
    assert not db.session.is_active
    db.session.rollback()


def test_a_decision_on_an_outdated_version_is_refused(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    first = _submit(campaign, housing, filled())
    second = _submit(campaign, housing, filled(figures={("lamps", city.root.code): 1}))
    with pytest.raises(Conflict) as caught:
        accept(version_id=first.id)
    assert (caught.value.code, caught.value.facts) == ("version-outdated", {"found": 1, "newest": 2})
    with pytest.raises(Conflict, match="version-outdated"):
        return_report(version_id=first.id, reasons=[], text="x")
    with unit_of_work():
        accept(version_id=second.id)
    with pytest.raises(Conflict, match="report-step-impossible"):
        accept(version_id=second.id)
    assert item_values(2024, item_codes=["lamps"])[0].value == 1.0


def test_marks_become_states_and_never_zero(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    marks: dict[tuple[str, str], Any] = {
        ("old_estates", city.streets[0].code): "缺",
        ("old_estates_ok", city.streets[0].code): "—",
        ("lamps", city.root.code): "不适用",
        ("green_area", city.districts[0].code): 0,
    }
    version = _submit(campaign, housing, filled(figures=marks))
    with unit_of_work():
        accept(version_id=version.id)
    states = {(each.item_code, each.area_id): (each.value, each.state) for each in item_values(2024)}
    assert states["old_estates", city.streets[0].id] == (None, "missing")
    assert states["old_estates_ok", city.streets[0].id] == (None, "missing")
    assert states["lamps", city.root.id] == (None, "not_applicable")
    assert states["green_area", city.districts[0].id] == (0.0, "reported")
    row = next(row for row in board(campaign.id) if row.code == "housing")
    assert (row.figures_expected, row.figures_given, row.missing, row.not_applicable) == (11, 8, 2, 1)


def test_a_total_is_recorded_for_the_city_beside_its_parts(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    version = _submit(campaign, housing, filled(figures={("green_area", city.root.code): 3.75}))
    assert version.counts == {"expected": 11, "reported": 11, "missing": 0, "not_applicable": 0, "totals": 1}
    with unit_of_work():
        accept(version_id=version.id)
    assert _value("green_area", city.root.id) == 3.75


def test_a_returned_cell_that_comes_back_unchanged_is_shown(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    first = _submit(campaign, housing, filled())
    with unit_of_work():
        event = return_report(
            version_id=first.id, reasons=[CellReasonInput("lamps", city.root.code, "偏小")], text=""
        )
    assert [(place.sheet, place.cell, place.facts["reason"]) for place in return_places(event)] == [
        ("全市", "D4", "偏小")
    ]
    second = _submit(campaign, housing, filled())
    assert [warning["code"] for warning in second.warnings] == ["figure-returned-unchanged"]
    report = report_of(campaign.id, housing.id)
    assert report is not None
    assert [reason.text for each in report.events for reason in each.reasons] == ["偏小"]


def test_a_return_needs_reasons_that_name_cells(
    campaign: Campaign, housing: Department, filled: Fill, city: City
) -> None:
    version = _submit(campaign, housing, filled())
    with pytest.raises(Invalid, match="return-without-reason"):
        return_report(version_id=version.id, reasons=[])
    bad = [
        CellReasonInput("lamps", city.streets[0].code, "没有这一格"),
        CellReasonInput("lamps", city.root.code, " "),
        CellReasonInput("green_area", city.districts[0].code, "一"),
        CellReasonInput("green_area", city.districts[0].code, "二"),
    ]
    with pytest.raises(Invalid) as caught:
        return_report(version_id=version.id, reasons=bad)
    codes = [place.code for place in caught.value.places]
    assert codes == ["return-cell-unknown", "return-cell-reason-missing", "return-cell-twice"]
    assert db.session.scalars(select(ReportEvent.kind)).all() == ["submitted"]


def test_a_withdrawn_version_can_be_neither_accepted_nor_returned_and_a_new_one_may_follow(
    campaign: Campaign, housing: Department, filled: Fill
) -> None:
    version = _submit(campaign, housing, filled())
    with unit_of_work():
        withdraw(version_id=version.id)
    with pytest.raises(Conflict, match="report-step-impossible"):
        accept(version_id=version.id)
    assert item_values(2024) == []
    assert _submit(campaign, housing, filled()).number == 2
    assert state_of(report_of(campaign.id, housing.id)).status == "under_review"


def test_a_closed_campaign_takes_nothing(campaign: Campaign, housing: Department, filled: Fill) -> None:
    content = filled()
    with unit_of_work():
        close_campaign(campaign_id=campaign.id)
    with pytest.raises(Gone, match="campaign-closed"):
        _submit(campaign, housing, content)


def test_the_board_shows_every_department_and_who_has_not_begun(
    campaign: Campaign, housing: Department, filled: Fill
) -> None:
    _submit(campaign, housing, filled())
    rows = {row.code: row for row in board(campaign.id)}
    assert {code: (row.status, row.items, row.figures_expected) for code, row in rows.items()} == {
        "housing": ("under_review", 4, 11),
        "statistics": ("not_started", 1, 4),
    }
    assert rows["statistics"].version_id is None
    assert not rows["housing"].late


def test_a_report_is_late_when_the_due_day_is_over_and_none_has_come(
    campaign: Campaign, housing: Department
) -> None:
    campaign.due_on = utcnow().date() - timedelta(days=2)
    assert {row.code: row.late for row in board(campaign.id)} == {"housing": True, "statistics": True}
