"""Tables of the rules of judgement and of the runs that used them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.analysis.rules import RuleSet
from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow

#: The levels that are judged, from the whole down.
LEVELS = ("city", "district", "street")


class RuleVersion(Base):
    """A version of the rules of judgement, in force from an exam year until a later one begins."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("valid_from_year", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    valid_from_year: Mapped[int]
    version: Mapped[int]
    #: The numbers the judging uses (``analysis.rules.RuleSet``).
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: What the room itself goes by: natural bounds of units, the places named in a finding.
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))

    @property
    def rule_set(self) -> RuleSet:
        """The rules as the judging takes them."""
        return RuleSet.from_dict(self.rules)


class AssessmentRun(Base):
    """One judging of a city for an exam year: what went in (digest), by which rules, with which seed."""

    __tablename__ = "assessment_runs"
    __table_args__ = (
        UniqueConstraint("exam_year", "root_id", "number"),
        # Empty in all runs but one: several empty marks never clash, two true ones do.
        UniqueConstraint("exam_year", "root_id", "is_current"),
        CheckConstraint("is_current is null or is_current", name="is_current"),
        CheckConstraint("seed >= 0", name="seed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    number: Mapped[int]
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"))
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_versions.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    #: Of everything judged and judged by, without the ids of rows: the same material, the same digest.
    inputs_digest: Mapped[str] = mapped_column(String(64))
    #: Of every grade, score and interval: two runs on the same inputs must agree in it.
    results_digest: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))
    is_current: Mapped[bool | None]

    root: Mapped[Area] = relationship()
    rules: Mapped[RuleVersion] = relationship()
