"""Filing a report: an immutable version with its figures, or nothing at all."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, insert, select

from app.audit import current_actor, record_event
from app.db import db, flush_or, take_turn
from app.errors import Conflict, Gone, Invalid
from app.reporting.campaigns import campaign_by_id
from app.reporting.models import CHANNELS, Campaign, Figure, RefusedUpload, Report, ReportEvent, ReportVersion
from app.reporting.places import plain_places
from app.reporting.reading import ReportReading, read_report
from app.reporting.recalling import recall_problems
from app.reporting.states import ReportState
from app.reporting.stepping import add_event, locked_report, newest_version, state_of
from app.reporting.templates import department_by_id
from app.storage import storage

_LONGEST_FILENAME = 200


def submit(
    *, campaign_id: int, department_id: int, content: bytes, filename: str, channel: str = "workbook"
) -> ReportVersion:
    """File a filled template as the next version of the department's report.

    Raises what :func:`app.reporting.reading.read_report` raises, Gone ``campaign-closed``, Conflict
    ``report-accepted`` (the exam office must open it again first), Invalid ``report-unchanged`` while
    the same bytes wait for review. Nothing is kept when it raises.
    """
    if channel not in CHANNELS:
        raise Invalid("unknown-channel", found=channel)
    campaign = campaign_by_id(campaign_id)
    department = department_by_id(department_id)
    if campaign.state != "open":
        raise Gone("campaign-closed", year=campaign.exam_year)
    reading = read_report(content, filename, campaign, department)
    take_turn(under=campaign)
    report = locked_report(campaign_id, department_id)
    state = state_of(report)
    kind = state.submission_kind
    if kind is None:
        raise Conflict("report-accepted", year=campaign.exam_year)
    if state.status == "under_review":
        _refuse_same(content, state)
    report = report or _new_report(campaign, department_id)
    version = _add_version(report, reading, content, filename, channel, state)
    _add_figures(version, reading)
    add_event(report=report, kind=kind, version=version)
    db.session.execute(
        delete(RefusedUpload).where(
            RefusedUpload.campaign_id == campaign_id, RefusedUpload.department_id == department_id
        )
    )
    return version


def withdraw(*, version_id: int, text: str = "") -> ReportEvent:
    """Take a version back before anybody decided.

    Raises Conflict ``version-outdated`` | ``report-step-impossible``.
    """
    version = newest_version(version_id)
    return add_event(report=version.report, kind="withdrawn", version=version, text=text)


def _refuse_same(content: bytes, state: ReportState) -> None:
    """What was sent twice is one version; after a decision the same file is an answer of its own."""
    newest = db.session.get_one(ReportVersion, state.version_id)
    if newest.sha256 == hashlib.sha256(content).hexdigest():
        raise Invalid("report-unchanged", number=newest.number)


def _new_report(campaign: Campaign, department_id: int) -> Report:
    report = Report(campaign_id=campaign.id, department_id=department_id)
    db.session.add(report)
    flush_or(meanwhile=Conflict("report-changed-meanwhile"))
    return report


def _add_version(
    report: Report,
    reading: ReportReading,
    content: bytes,
    filename: str,
    channel: str,
    state: ReportState,
) -> ReportVersion:
    numbers = select(ReportVersion.number).where(ReportVersion.report_id == report.id)
    newest = db.session.execute(numbers.order_by(ReportVersion.number.desc()).limit(1)).scalar() or 0
    warnings = [*recall_problems(reading, state), *reading.warnings]
    sha256, size = storage().put(content)
    version = ReportVersion(
        report=report,
        number=newest + 1,
        sha256=sha256,
        filename=filename[-_LONGEST_FILENAME:],
        size_bytes=size,
        channel=channel,
        warnings=plain_places(warnings),
        counts=reading.counts,
        submitted_by=current_actor(),
    )
    db.session.add(version)
    db.session.flush()
    return version


def _add_figures(version: ReportVersion, reading: ReportReading) -> None:
    rows = [
        {
            "version_id": version.id,
            "item_code": figure.item_code,
            "area_id": figure.area_id,
            "value": figure.value,
            "state": figure.state,
            "sheet": figure.sheet,
            "cell": figure.cell,
            "note": figure.note,
        }
        for figure in reading.figures
    ]
    db.session.execute(insert(Figure), rows)
    # Bulk statements pass the trail by, so what happened is noted in one line.
    record_event(subject="figures", subject_id=version.id, after={"action": "insert", "rows": len(rows)})
