"""Adding an event to a report: the one place where its state moves on."""

from __future__ import annotations

from sqlalchemy import select

from app.audit import current_actor
from app.db import db, flush_or
from app.errors import Conflict, NotFound
from app.reporting.models import Report, ReportEvent, ReportVersion
from app.reporting.states import ReportState, Step, after, reduce_events


def state_of(report: Report | None) -> ReportState:
    """The present state of a report; of one that was never filed too."""
    if report is None:
        return ReportState()
    return reduce_events(Step(event.kind, event.version_id) for event in report.events)


def locked_report(campaign_id: int, department_id: int) -> Report | None:
    """The report, held against others who decide at the same time (where the database can)."""
    query = select(Report).where(Report.campaign_id == campaign_id, Report.department_id == department_id)
    return db.session.execute(query.with_for_update()).scalar_one_or_none()


def version_by_id(version_id: int) -> ReportVersion:
    """The version; NotFound ``unknown-version``."""
    found = db.session.get(ReportVersion, version_id)
    if found is None:
        raise NotFound("unknown-version", found=version_id)
    return found


def newest_version(version_id: int) -> ReportVersion:
    """The version, if it is its report's newest; Conflict ``version-outdated`` otherwise."""
    version = version_by_id(version_id)
    report = locked_report(version.report.campaign_id, version.report.department_id)
    newest = select(ReportVersion.id, ReportVersion.number).where(
        ReportVersion.report_id == version.report_id
    )
    newest_id, number = db.session.execute(newest.order_by(ReportVersion.number.desc()).limit(1)).one()
    if report is None or newest_id != version.id:
        raise Conflict("version-outdated", found=version.number, newest=number)
    return version


def add_event(*, report: Report, kind: str, version: ReportVersion, text: str = "") -> ReportEvent:
    """Note what happened; Conflict ``report-step-impossible`` | ``report-changed-meanwhile``.

    A submission belongs to the round it opens, a decision to the round it ends.
    """
    state = state_of(report)
    after(state, Step(kind, version.id))
    event = ReportEvent(
        report=report,
        number=len(report.events) + 1,
        kind=kind,
        version=version,
        round_no=state.round_no,
        text=text.strip(),
        actor=current_actor(),
    )
    db.session.add(event)
    flush_or(meanwhile=Conflict("report-changed-meanwhile"))
    return event
