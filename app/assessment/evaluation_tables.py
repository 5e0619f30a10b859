"""Tables of single judgements: an indicator in an area, and each of its six yardsticks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.analysis.scoring import Grade, ScoreMethod, WarningLevel
from app.analysis.yardsticks import Outcome, Yardstick
from app.areas.models import Area
from app.assessment.run_tables import LEVELS
from app.db import Base
from app.indicators.models import STATES, STATES_WITHOUT_VALUE, Indicator

YARDSTICKS = tuple(str(each) for each in Yardstick)
OUTCOMES = tuple(str(each) for each in Outcome)
GRADES = tuple(str(each) for each in Grade)
WARNINGS = tuple(str(each) for each in WarningLevel)
METHODS = tuple(str(each) for each in ScoreMethod)
#: Five different reasons why there is no number; none of them is zero.
ABSENCES = ("not_applicable", "suppressed", "missing", "not_collected", "undecided")
#: Where an indicator stands: its grade, with what has no value told apart from what has no standard.
STANDINGS = (*GRADES, "no_value", "not_applicable")
BASIS_KINDS = ("standard", "plan_target", "benchmark", "value", "satisfaction")


def standing(grade: str, absence: str | None) -> str:
    """One of :data:`STANDINGS`; without a value the grade would only say that nothing could be judged."""
    if absence is None:
        return grade
    return "not_applicable" if absence == "not_applicable" else "no_value"


def anything_judged(standings: Mapping[str, int]) -> bool:
    """Whether any indicator had a value, by the counts of where they stand."""
    return any(standings.get(grade) for grade in GRADES)


class Evaluation(Base):
    """An indicator judged in one area by one run."""

    __tablename__ = "evaluations"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("run_id", "indicator_code", "area_id"),
        Index("ix_evaluations_area", "run_id", "area_id"),
        Index("ix_evaluations_level", "run_id", "level"),
        CheckConstraint(f"level in {LEVELS!r}", name="level"),
        CheckConstraint(f"state in {STATES!r}", name="state"),
        CheckConstraint(f"(value is null) = (state in {STATES_WITHOUT_VALUE!r})", name="value_of_state"),
        CheckConstraint("(value is null) = (absence is not null)", name="absence_of_value"),
        CheckConstraint(f"absence is null or absence in {ABSENCES!r}", name="absence"),
        CheckConstraint("score is null or (score >= 0 and score <= 100)", name="score"),
        CheckConstraint(f"score_method in {METHODS!r}", name="score_method"),
        CheckConstraint("(score is null) = (score_method = 'none')", name="method_of_score"),
        CheckConstraint(f"grade in {GRADES!r}", name="grade"),
        CheckConstraint(f"warning in {WARNINGS!r}", name="warning"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_runs.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"))
    indicator_code: Mapped[str] = mapped_column(String(20))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    adoption_id: Mapped[int | None] = mapped_column(ForeignKey("adoptions.id"))
    value_id: Mapped[int | None] = mapped_column(ForeignKey("indicator_values.id"), index=True)
    value: Mapped[float | None] = mapped_column(Float)
    unit: Mapped[str] = mapped_column(String(40))
    standard_error: Mapped[float | None] = mapped_column(Float)
    #: Those of the error; empty where it is normal, as it is with all but estimates of a survey.
    degrees_of_freedom: Mapped[float | None] = mapped_column(Float)
    source_kind: Mapped[str | None] = mapped_column(String(20))
    vintage: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    absence: Mapped[str | None] = mapped_column(String(20))
    score: Mapped[float | None] = mapped_column(Float)
    score_low: Mapped[float | None] = mapped_column(Float)
    score_high: Mapped[float | None] = mapped_column(Float)
    score_method: Mapped[str] = mapped_column(String(20))
    score_reason: Mapped[str] = mapped_column(String(40))
    #: Values at 0, 60, 80 and 100 points on each side, as the score was read off.
    goalposts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    breach: Mapped[bool]
    grade: Mapped[str] = mapped_column(String(12))
    grade_reason: Mapped[str] = mapped_column(String(40))
    satisfaction_id: Mapped[int | None] = mapped_column(ForeignKey("satisfactions.id"))
    satisfaction: Mapped[float | None] = mapped_column(Float)
    satisfaction_error: Mapped[float | None] = mapped_column(Float)
    satisfaction_degrees: Mapped[float | None] = mapped_column(Float)
    satisfaction_n: Mapped[int | None]
    #: The standards are met and the residents are dissatisfied.
    mismatch: Mapped[bool]
    warning: Mapped[str] = mapped_column(String(10))
    warning_reasons: Mapped[list[str]] = mapped_column(JSON)

    indicator: Mapped[Indicator] = relationship()
    area: Mapped[Area] = relationship()
    verdicts: Mapped[list[Verdict]] = relationship(back_populates="evaluation", order_by="Verdict.position")

    @property
    def standing(self) -> str:
        """Where the indicator stands, one of :data:`STANDINGS`."""
        return standing(self.grade, self.absence)

    @property
    def satisfaction_suppressed(self) -> bool:
        """Whether residents answered, but too few to show what they said."""
        return self.satisfaction is None and bool(self.satisfaction_n)


class Verdict(Base):
    """What one yardstick says of an evaluation, and the rows it was held against."""

    __tablename__ = "verdicts"
    __audit__ = "summary"
    __table_args__ = (
        CheckConstraint(f"yardstick in {YARDSTICKS!r}", name="yardstick"),
        CheckConstraint(f"outcome in {OUTCOMES!r}", name="outcome"),
        CheckConstraint(f"basis_kind is null or basis_kind in {BASIS_KINDS!r}", name="basis_kind"),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    yardstick: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40))
    margin: Mapped[float | None] = mapped_column(Float)
    relative_margin: Mapped[float | None] = mapped_column(Float)
    standard_error: Mapped[float | None] = mapped_column(Float)
    threshold: Mapped[str | None] = mapped_column(String(60))
    basis_kind: Mapped[str | None] = mapped_column(String(20))
    basis_ids: Mapped[list[int]] = mapped_column(JSON)

    evaluation: Mapped[Evaluation] = relationship(back_populates="verdicts")
