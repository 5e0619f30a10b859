"""Tables of the room: campaigns, what is asked of whom, immutable versions, events.

Versions, figures, events and reasons are only ever added; the state of a report is computed from its events.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Department
from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow
from app.reporting.states import EVENT_KINDS

CAMPAIGN_STATES = ("open", "closed")
#: The levels figures are asked for at, from the largest area to the smallest.
LEVELS = ("city", "district", "street")
CHANNELS = ("workbook", "grid", "api")
FIGURE_STATES = ("reported", "missing", "not_applicable")


class Campaign(Base):
    """One round of asking all departments of a city for the figures of an exam year."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("exam_year", "root_id"),
        CheckConstraint(f"state in {CAMPAIGN_STATES!r}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    #: The period the figures speak of.
    vintage: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default="open")
    #: Ids of the areas of each level, frozen at the opening: a new boundary does not change the task.
    area_ids: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    opened_by: Mapped[str] = mapped_column(String(80))

    root: Mapped[Area] = relationship()


class Assignment(Base):
    """One base item asked of one department; an item is asked for once in a campaign, whoever needs it."""

    __tablename__ = "assignments"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("campaign_id", "item_code"),
        CheckConstraint(f"level in {LEVELS!r}", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    item_code: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]

    department: Mapped[Department] = relationship()


class Report(Base):
    """What a department files in a campaign; it exists from the first submission on."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("campaign_id", "department_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)

    campaign: Mapped[Campaign] = relationship()
    department: Mapped[Department] = relationship()
    versions: Mapped[list[ReportVersion]] = relationship(
        back_populates="report", order_by="ReportVersion.number"
    )
    events: Mapped[list[ReportEvent]] = relationship(back_populates="report", order_by="ReportEvent.number")


class ReportVersion(Base):
    """One filed workbook; never changed afterwards."""

    __tablename__ = "report_versions"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint(f"channel in {CHANNELS!r}", name="channel"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int]
    channel: Mapped[str] = mapped_column(String(20))
    #: What is worth a second look: [{"code", "facts", "sheet", "cell"}].
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: How many figures of each state the asked cells hold: {"expected", "reported", "missing", …}.
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    submitted_by: Mapped[str] = mapped_column(String(80))

    report: Mapped[Report] = relationship(back_populates="versions")


class Figure(Base):
    """One cell of a version: a figure of a base item in an area, with where it stood."""

    __tablename__ = "figures"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("version_id", "item_code", "area_id"),
        CheckConstraint(f"state in {FIGURE_STATES!r}", name="state"),
        CheckConstraint("(value is not null) = (state = 'reported')", name="value_of_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("report_versions.id"))
    item_code: Mapped[str] = mapped_column(String(60))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    value: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(20))
    sheet: Mapped[str] = mapped_column(String(31))
    cell: Mapped[str] = mapped_column(String(12))
    #: What the reporter wrote into a comment on the cell.
    note: Mapped[str] = mapped_column(String(500), default="")

    version: Mapped[ReportVersion] = relationship()
    area: Mapped[Area] = relationship()


class ReportEvent(Base):
    """What happened to a report."""

    __tablename__ = "report_events"
    __table_args__ = (
        # Two deciding at once would both write the same number: the database lets one through.
        UniqueConstraint("report_id", "number"),
        CheckConstraint(f"kind in {EVENT_KINDS!r}", name="kind"),
        CheckConstraint("round_no >= 1", name="round_no"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    version_id: Mapped[int] = mapped_column(ForeignKey("report_versions.id"), index=True)
    round_no: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    actor: Mapped[str] = mapped_column(String(80))

    report: Mapped[Report] = relationship(back_populates="events")
    version: Mapped[ReportVersion] = relationship()
    reasons: Mapped[list[CellReason]] = relationship(order_by="CellReason.id")


class CellReason(Base):
    """Why one cell was returned."""

    __tablename__ = "cell_reasons"
    __audit__ = "summary"
    __table_args__ = (UniqueConstraint("event_id", "item_code", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("report_events.id"))
    item_code: Mapped[str] = mapped_column(String(60))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    text: Mapped[str] = mapped_column(String(500))

    area: Mapped[Area] = relationship()


class RefusedUpload(Base):
    """The last workbook of a department that could not be taken, kept to hand it back with comments.

    None of its figures is kept.
    """

    __tablename__ = "refused_uploads"
    __audit__ = "summary"
    __table_args__ = (UniqueConstraint("campaign_id", "department_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(200))
    #: [{"code", "facts", "sheet", "cell"}]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    actor: Mapped[str] = mapped_column(String(80))
