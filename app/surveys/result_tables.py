"""Tables of results: runs of weighting with their recipe, the weights, and the estimates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, utcnow

#: Which answers a run stands on: the stated rule, all eligible ones, or only those without any flag.
CASES = ("used", "all", "unflagged")
MEASURES = ("question", "dimension", "overall")
STATISTICS = ("mean", "top2")


class WeightRun(Base):
    """One replayable weighting; the newest of a wave and its cases is current."""

    __tablename__ = "survey_weight_runs"
    __table_args__ = (
        UniqueConstraint("wave_id", "number"),
        UniqueConstraint("wave_id", "cases", "is_current"),
        CheckConstraint(f"cases in {CASES!r}", name="cases"),
        CheckConstraint("is_current is null or is_current", name="is_current"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    number: Mapped[int]
    cases: Mapped[str] = mapped_column(String(12))
    settings_version: Mapped[int]
    recipe: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    recipe_digest: Mapped[str] = mapped_column(String(64))
    #: Digest of the columns the recipe was played over.
    data_digest: Mapped[str] = mapped_column(String(64))
    weights_digest: Mapped[str] = mapped_column(String(64))
    #: What each step did, the summary of the weights, and where the totals are from.
    diagnostics: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_current: Mapped[bool | None] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))


class ResponseWeight(Base):
    """The weight of a response in a run, and the one it came in with."""

    __tablename__ = "survey_response_weights"
    __audit__ = "none"
    __table_args__ = (CheckConstraint("weight >= 0", name="weight"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("survey_weight_runs.id"), primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("survey_responses.id"), primary_key=True, index=True)
    base_weight: Mapped[float] = mapped_column(Float)
    weight: Mapped[float] = mapped_column(Float)


class Estimate(Base):
    """One estimate with its design-based error. ``mean`` is in points (0–100), ``top2`` a share (0–1)."""

    __tablename__ = "survey_estimates"
    __audit__ = "none"
    __table_args__ = (
        UniqueConstraint(
            "run_id",
            "measure",
            "code",
            "statistic",
            "area_id",
            "group_variable",
            "group_category",
            name="uq_survey_estimates_key",
        ),
        Index("ix_survey_estimates_run_area", "run_id", "area_id"),
        CheckConstraint(f"measure in {MEASURES!r}", name="measure"),
        CheckConstraint(f"statistic in {STATISTICS!r}", name="statistic"),
        CheckConstraint("(group_variable = '') = (group_category = '')", name="group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_weight_runs.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"), index=True)
    measure: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(120))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    group_variable: Mapped[str] = mapped_column(String(60), default="")
    group_category: Mapped[str] = mapped_column(String(60), default="")
    statistic: Mapped[str] = mapped_column(String(8))
    estimate: Mapped[float | None] = mapped_column(Float)
    se: Mapped[float | None] = mapped_column(Float)
    low: Mapped[float | None] = mapped_column(Float)
    high: Mapped[float | None] = mapped_column(Float)
    n: Mapped[int]
    weighted_n: Mapped[float] = mapped_column(Float)
    deff: Mapped[float | None] = mapped_column(Float)
    df: Mapped[float | None] = mapped_column(Float)
    psus: Mapped[int]
    #: ok, one_psu (no error can be given), lonely, empty.
    state: Mapped[str] = mapped_column(String(20))
    #: Weighted share of "don't know or never used" among those who answered; of questions only.
    dont_know_share: Mapped[float | None] = mapped_column(Float)
    #: Stands on fewer answers than may be shown.
    suppressed: Mapped[bool]


class AnswerCount(Base):
    """How often each code was answered behind the results of an area: question → code → answers."""

    __tablename__ = "survey_answer_counts"
    __audit__ = "none"

    run_id: Mapped[int] = mapped_column(ForeignKey("survey_weight_runs.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)
    counts: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)
