"""Tables of composite scores and of the findings (urban diseases) of a run."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.areas.models import Area
from app.assessment.evaluation_tables import Evaluation
from app.assessment.run_tables import LEVELS
from app.db import Base
from app.indicators.models import Dimension

FINDING_KINDS = (
    "bottom_line_breach",
    "national_standard_failed",
    "worse_two_years",
    "dissatisfied",
    "shortfall_in_parts",
)
SEVERITIES = ("red", "yellow")


class _Score:
    """A score with its interval; the interval is empty where no value of it has a known error."""

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(12))
    score: Mapped[float | None] = mapped_column(Float)
    low: Mapped[float | None] = mapped_column(Float)
    high: Mapped[float | None] = mapped_column(Float)
    scored: Mapped[int]
    total: Mapped[int]
    #: Scored indicators whose standard error is known.
    with_error: Mapped[int]


class DimensionScore(_Score, Base):
    """The score of a dimension in an area; ``scored`` of ``total`` applicable indicators have one."""

    __tablename__ = "dimension_scores"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("run_id", "area_id", "dimension_code"),
        CheckConstraint(f"level in {LEVELS!r}", name="level"),
        CheckConstraint("score is null or (score >= 0 and score <= 100)", name="score"),
        CheckConstraint("scored <= total", name="scored"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_runs.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimensions.id"))
    dimension_code: Mapped[str] = mapped_column(String(20))
    share: Mapped[float] = mapped_column(Float)
    #: A bottom-line breach holds the score down.
    capped: Mapped[bool]

    dimension: Mapped[Dimension] = relationship()
    area: Mapped[Area] = relationship()


class AreaScore(_Score, Base):
    """The score of an area: the mean of ``scored`` of its ``total`` dimensions."""

    __tablename__ = "area_scores"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("run_id", "area_id"),
        CheckConstraint(f"level in {LEVELS!r}", name="level"),
        CheckConstraint("score is null or (score >= 0 and score <= 100)", name="score"),
        CheckConstraint("scored <= total", name="scored"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_runs.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    #: Scored indicators whose standard error is unknown and counts as none in the interval.
    without_error: Mapped[int]

    area: Mapped[Area] = relationship()


class Finding(Base):
    """An urban disease: what is wrong in the city or a district, how badly, and where most."""

    __tablename__ = "findings"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "kind"),
        Index("ix_findings_area", "run_id", "area_id"),
        CheckConstraint(f"level in {LEVELS!r}", name="level"),
        CheckConstraint(f"kind in {FINDING_KINDS!r}", name="kind"),
        CheckConstraint(f"severity in {SEVERITIES!r}", name="severity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_runs.id"))
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    indicator_code: Mapped[str] = mapped_column(String(20))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(30))
    severity: Mapped[str] = mapped_column(String(10))
    #: Order of the list: the whole city first, the worse before the less bad.
    position: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Ids of the streets (or districts) that are worst off, worst first.
    where_ids: Mapped[list[int]] = mapped_column(JSON)

    evaluation: Mapped[Evaluation] = relationship()
    area: Mapped[Area] = relationship()
