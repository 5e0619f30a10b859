"""Tables of the room: priority areas, projects, yearly work plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, column_property, mapped_column, relationship

from app.accounts.models import Department
from app.analysis.prioritising import Quadrant
from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow

QUADRANTS = tuple(str(each) for each in Quadrant)
STATES = ("proposed", "accepted", "under_way", "done", "closed_out", "dropped")


class PriorityRun(Base):
    """One ranking of a city's streets, from one assessment."""

    __tablename__ = "priority_runs"
    __table_args__ = (
        UniqueConstraint("exam_year", "root_id", "number"),
        # Empty in all runs but one: several empty marks never clash, two true ones do.
        UniqueConstraint("exam_year", "root_id", "is_current"),
        CheckConstraint("is_current is null or is_current", name="is_current"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    assessment_run_id: Mapped[int] = mapped_column(ForeignKey("assessment_runs.id"), index=True)
    number: Mapped[int]
    #: The parts of the potential with their formulas, the weights and the cuts.
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))
    is_current: Mapped[bool | None]

    root: Mapped[Area] = relationship()


class PriorityArea(Base):
    """A street in a ranking: its problem, its potential, and what is below the pass there."""

    __tablename__ = "priority_areas"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("run_id", "area_id"),
        UniqueConstraint("run_id", "rank"),
        CheckConstraint(f"quadrant in {QUADRANTS!r}", name="quadrant"),
        CheckConstraint("problem is null or (problem >= 0 and problem <= 60)", name="problem"),
        CheckConstraint("potential is null or (potential >= 0 and potential <= 100)", name="potential"),
        CheckConstraint("priority is null or (priority >= 0 and priority <= 100)", name="priority"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("priority_runs.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    rank: Mapped[int]
    problem: Mapped[float | None] = mapped_column(Float)
    potential: Mapped[float | None] = mapped_column(Float)
    priority: Mapped[float | None] = mapped_column(Float)
    quadrant: Mapped[str] = mapped_column(String(10))
    scored: Mapped[int]
    #: Indicators under 60 points, the worst first: code, score, id of the evaluation.
    below_pass: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: What the potential was made of: the value of each part and the ids of the figures behind it.
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)

    run: Mapped[PriorityRun] = relationship()
    area: Mapped[Area] = relationship()


class ProjectEvent(Base):
    """What happened to a project, with where it stood afterwards; rows are only ever added."""

    __tablename__ = "project_events"
    __audit__ = "summary"
    __table_args__ = (
        # Two deciding at once would both write the same number: the database lets one through.
        UniqueConstraint("project_id", "number"),
        CheckConstraint(f"to_state in {STATES!r}", name="to_state"),
        CheckConstraint(f"from_state is null or from_state in {STATES!r}", name="from_state"),
        CheckConstraint("(number = 1) = (from_state is null)", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    number: Mapped[int]
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    #: The year whose plan the project is in after the event; none for the reserve.
    plan_year: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    by: Mapped[str] = mapped_column(String(80))


def _newest(column: Any, project_id: Any) -> Any:
    """Of a project's newest event."""
    query = select(column).where(ProjectEvent.project_id == project_id)
    return (
        query.order_by(ProjectEvent.number.desc()).limit(1).correlate_except(ProjectEvent).scalar_subquery()
    )


class Project(Base):
    """A renewal project: where, who, which indicators it is to raise, and how.

    Its state and the plan it is in are those of its newest event.
    """

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_projects_list", "root_id", "exam_year"),
        CheckConstraint("cost is null or cost >= 0", name="cost"),
        CheckConstraint("start_year <= end_year", name="years"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80))
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    priority_area_id: Mapped[int | None] = mapped_column(ForeignKey("priority_areas.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    dimension_code: Mapped[str] = mapped_column(String(20))
    indicator_codes: Mapped[list[str]] = mapped_column(JSON)
    #: The evaluations that speak for the project, in the order of the indicators.
    evaluation_ids: Mapped[list[int]] = mapped_column(JSON)
    name_zh: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(400))
    measure_zh: Mapped[str] = mapped_column(Text)
    measure_en: Mapped[str] = mapped_column(Text)
    #: Blank for a project that was entered by hand.
    remedies_version: Mapped[str] = mapped_column(String(20))
    #: Estimated, in ten thousand yuan.
    cost: Mapped[float | None] = mapped_column(Float)
    start_year: Mapped[int | None]
    end_year: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by: Mapped[str] = mapped_column(String(80))

    state: Mapped[str] = column_property(_newest(ProjectEvent.to_state, id))
    plan_year: Mapped[int | None] = column_property(_newest(ProjectEvent.plan_year, id))

    priority_area: Mapped[PriorityArea | None] = relationship()
    area: Mapped[Area] = relationship(foreign_keys=[area_id])
    district: Mapped[Area | None] = relationship(foreign_keys=[district_id])
    department: Mapped[Department | None] = relationship()

    @property
    def kind(self) -> str:
        """Reserve, or planned for a year."""
        return "reserve" if self.plan_year is None else "planned"


class WorkPlan(Base):
    """The work plan of a year; a newer one supersedes and the earlier stays."""

    __tablename__ = "work_plans"
    __table_args__ = (
        UniqueConstraint("root_id", "plan_year", "number"),
        UniqueConstraint("root_id", "plan_year", "is_current"),
        CheckConstraint("is_current is null or is_current", name="is_current"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    plan_year: Mapped[int]
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    number: Mapped[int]
    is_current: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))

    root: Mapped[Area] = relationship()


class WorkPlanItem(Base):
    """A project in a plan, with the district, department and functional area it is grouped by."""

    __tablename__ = "work_plan_items"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("plan_id", "project_id"),
        UniqueConstraint("plan_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("work_plans.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    position: Mapped[int]
    district_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    functional_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))

    project: Mapped[Project] = relationship()
    district: Mapped[Area | None] = relationship(foreign_keys=[district_id])
    department: Mapped[Department | None] = relationship()
    functional_area: Mapped[Area | None] = relationship(foreign_keys=[functional_area_id])


def _refuse(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    raise ValueError(f"{row.__tablename__} is append-only")


for _table in (PriorityArea, ProjectEvent, WorkPlanItem):
    event.listen(_table, "before_update", _refuse)
    event.listen(_table, "before_delete", _refuse)
