"""Reads of the room; each with an order and a bounded number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import to_user_timezone
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.accounts.models import Department
from app.areas.models import Area
from app.db import db, utcnow
from app.db.types import key_of
from app.errors import NotFound
from app.indicators.models import BaseItem
from app.reporting.asking import asked_of, last_year_figures
from app.reporting.campaigns import campaign_by_id
from app.reporting.models import (
    Assignment,
    Campaign,
    Figure,
    RefusedUpload,
    Report,
    ReportEvent,
    ReportVersion,
)
from app.reporting.states import ReportState
from app.reporting.stepping import state_of, version_by_id
from app.reporting.templates import department_by_id
from app.workbooks.cells import CellValue

__all__ = [
    "BoardRow",
    "FigureRow",
    "FigureSource",
    "assigned_items",
    "board",
    "campaign_by_id",
    "campaign_of",
    "campaigns",
    "event",
    "figures",
    "filled_cells",
    "is_past",
    "refused_upload",
    "report_of",
    "resolve_figure",
    "return_count",
    "state_of",
    "version_by_id",
]


@dataclass(frozen=True)
class BoardRow:
    """Where one department stands in a campaign."""

    department_id: int
    code: str
    name_zh: str
    name_en: str
    items: int
    figures_expected: int
    figures_given: int
    missing: int
    not_applicable: int
    warnings: int
    state: ReportState
    version_id: int | None
    version_number: int | None
    submitted_at: datetime | None
    late: bool

    @property
    def status(self) -> str:
        """The status of the report."""
        return self.state.status


@dataclass(frozen=True)
class FigureRow:
    """A figure of a version, with the one of the version before and last year's."""

    id: int
    item_code: str
    area_id: int
    area_code: str
    area_zh: str
    area_en: str | None
    value: float | None
    state: str
    sheet: str
    cell: str
    note: str
    previous: float | None
    previous_state: str | None
    last_year: float | None

    @property
    def changed(self) -> bool:
        """Whether it differs from the version before (a first version changes nothing)."""
        return self.previous_state is not None and (self.value, self.state) != (
            self.previous,
            self.previous_state,
        )


@dataclass(frozen=True)
class FigureSource:
    """Where a recorded figure came from, for walking its provenance back."""

    figure_id: int
    item_code: str
    area_id: int
    area_zh: str
    area_en: str | None
    value: float | None
    state: str
    exam_year: int
    department_id: int
    department_zh: str
    department_en: str
    version_id: int
    version_number: int
    submitted_at: datetime
    submitted_by: str
    #: When the version was accepted, and by whom; None while it was not.
    accepted_at: datetime | None
    accepted_by: str | None
    sheet: str
    cell: str
    note: str
    filename: str
    sha256: str


def campaigns(exam_year: int | None = None) -> list[Campaign]:
    """All campaigns, newest exam year first."""
    query = select(Campaign).options(joinedload(Campaign.root))
    if exam_year is not None:
        query = query.where(Campaign.exam_year == exam_year)
    return list(db.session.execute(query.order_by(Campaign.exam_year.desc(), Campaign.id)).scalars())


def campaign_of(exam_year: int, root_id: int) -> Campaign | None:
    """The campaign of a year in a city, open or closed."""
    query = select(Campaign).where(Campaign.exam_year == exam_year, Campaign.root_id == root_id)
    return db.session.execute(query).scalar_one_or_none()


def board(campaign_id: int) -> list[BoardRow]:
    """All departments of a campaign by code, with how far they are. Five statements."""
    kept = campaign_by_id(campaign_id)
    asked: dict[int, dict[str, int]] = {}
    counts = (
        select(Assignment.department_id, Assignment.level, func.count())
        .where(Assignment.campaign_id == campaign_id)
        .group_by(Assignment.department_id, Assignment.level)
        .order_by(Assignment.department_id, Assignment.level)
    )
    for department_id, level, count in db.session.execute(counts):
        asked.setdefault(department_id, {})[level] = count
    query = (
        select(Report)
        .where(Report.campaign_id == campaign_id)
        .options(selectinload(Report.versions), selectinload(Report.events))
    )
    reports = {
        report.department_id: report for report in db.session.execute(query.order_by(Report.id)).scalars()
    }
    departments = select(Department).where(Department.id.in_(sorted(asked))).order_by(Department.code)
    return [
        _board_row(kept, department, asked[department.id], reports.get(department.id))
        for department in db.session.execute(departments).scalars()
    ]


def report_of(campaign_id: int, department_id: int) -> Report | None:
    """A department's report with its versions and events, or None before the first submission."""
    query = select(Report).where(Report.campaign_id == campaign_id, Report.department_id == department_id)
    query = query.options(
        selectinload(Report.versions), selectinload(Report.events).selectinload(ReportEvent.reasons)
    )
    return db.session.execute(query).scalar_one_or_none()


def event(event_id: int) -> ReportEvent:
    """The event; NotFound ``unknown-event``."""
    found = db.session.get(ReportEvent, event_id)
    if found is None:
        raise NotFound("unknown-event", found=event_id)
    return found


def refused_upload(campaign_id: int, department_id: int) -> RefusedUpload | None:
    """The last workbook of a department that could not be taken, until the next one is."""
    query = select(RefusedUpload).where(
        RefusedUpload.campaign_id == campaign_id, RefusedUpload.department_id == department_id
    )
    return db.session.execute(query).scalar_one_or_none()


def assigned_items(campaign_id: int, department_id: int) -> dict[str, list[BaseItem]]:
    """What a department is asked for, by level, in the catalogue's order."""
    asked = asked_of(campaign_by_id(campaign_id), department_by_id(department_id))
    return {level.level: list(level.items) for level in asked.levels}


def figures(version_id: int) -> list[FigureRow]:
    """All figures of a version in the order of the workbook, by item and area code. Bounded statements."""
    kept = version_by_id(version_id)
    earlier = aliased(Figure)
    before = select(ReportVersion.id).where(
        ReportVersion.report_id == kept.report_id, ReportVersion.number == kept.number - 1
    )
    query = (
        select(Figure, Area, earlier.value, earlier.state)
        .join(Area, Area.id == Figure.area_id)
        .outerjoin(
            earlier,
            (earlier.version_id == before.scalar_subquery())
            & (earlier.item_code == Figure.item_code)
            & (earlier.area_id == Figure.area_id),
        )
        .where(Figure.version_id == version_id)
        .order_by(Figure.id)
    )
    asked = asked_of(kept.report.campaign, kept.report.department)
    last_year = last_year_figures(asked)
    return [
        _figure_row(figure, area, value, state, last_year.get((figure.item_code, area.id)))
        for figure, area, value, state in db.session.execute(query)
    ]


def filled_cells(version_id: int) -> dict[tuple[str, str], CellValue]:
    """What a version's cells hold, by (item code, area code), as a template takes it. One statement."""
    query = select(Figure.item_code, Area.code, Figure.value, Figure.state).join(
        Area, Area.id == Figure.area_id
    )
    found = db.session.execute(query.where(Figure.version_id == version_id).order_by(Figure.id))
    marks = {"missing": "缺", "not_applicable": "不适用"}
    return {(item_code, code): marks.get(state, value) for item_code, code, value, state in found}


def return_count(campaign_id: int) -> int:
    """How often a report of the campaign was returned; a reopening is none. One statement."""
    query = select(func.count()).select_from(ReportEvent).join(Report)
    query = query.where(Report.campaign_id == campaign_id, ReportEvent.kind == "returned")
    return db.session.execute(query).scalar_one()


def resolve_figure(figure_id: str) -> FigureSource:
    """Where the figure of a provenance ("figure", id) came from; NotFound ``unknown-figure``."""
    found = db.session.get(Figure, key_of(figure_id) or 0)
    if found is None:
        raise NotFound("unknown-figure", found=figure_id)
    filed = found.version
    accepted = next(
        (each for each in filed.report.events if (each.kind, each.version_id) == ("accepted", filed.id)), None
    )
    return FigureSource(
        figure_id=found.id,
        item_code=found.item_code,
        area_id=found.area_id,
        area_zh=found.area.name_zh,
        area_en=found.area.name_en,
        value=found.value,
        state=found.state,
        exam_year=filed.report.campaign.exam_year,
        department_id=filed.report.department_id,
        department_zh=filed.report.department.name_zh,
        department_en=filed.report.department.name_en,
        version_id=filed.id,
        version_number=filed.number,
        submitted_at=filed.submitted_at,
        submitted_by=filed.submitted_by,
        accepted_at=accepted.at if accepted else None,
        accepted_by=accepted.actor if accepted else None,
        sheet=found.sheet,
        cell=found.cell,
        note=found.note,
        filename=filed.filename,
        sha256=filed.sha256,
    )


def _board_row(
    kept: Campaign, department: Department, levels: dict[str, int], report: Report | None
) -> BoardRow:
    newest = report.versions[-1] if report and report.versions else None
    counts = newest.counts if newest else {}
    return BoardRow(
        department_id=department.id,
        code=department.code,
        name_zh=department.name_zh,
        name_en=department.name_en,
        items=sum(levels.values()),
        figures_expected=sum(count * len(kept.area_ids[level]) for level, count in levels.items()),
        figures_given=counts.get("reported", 0),
        missing=counts.get("missing", 0),
        not_applicable=counts.get("not_applicable", 0),
        warnings=len(newest.warnings) if newest else 0,
        state=state_of(report),
        version_id=newest.id if newest else None,
        version_number=newest.number if newest else None,
        submitted_at=newest.submitted_at if newest else None,
        late=_is_late(kept.due_on, report),
    )


def _is_late(due_on: date, report: Report | None) -> bool:
    """Whether the first version came after the due day, or has not come though the day is over."""
    return is_past(due_on, report.versions[0].submitted_at if report and report.versions else None)


def is_past(due_on: date, at: datetime | None = None) -> bool:
    """Whether the due day was over at a moment (now): it ends at midnight where the city is."""
    return bool(to_user_timezone(at or utcnow()).date() > due_on)


def _figure_row(
    figure: Figure, area: Area, previous: float | None, previous_state: str | None, last_year: float | None
) -> FigureRow:
    return FigureRow(
        id=figure.id,
        item_code=figure.item_code,
        area_id=area.id,
        area_code=area.code,
        area_zh=area.name_zh,
        area_en=area.name_en,
        value=figure.value,
        state=figure.state,
        sheet=figure.sheet,
        cell=figure.cell,
        note=figure.note,
        previous=previous,
        previous_state=previous_state,
        last_year=last_year,
    )
