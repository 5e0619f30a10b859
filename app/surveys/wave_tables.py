"""Tables of a wave: its settings, frame and sample, and the answers that came in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow
from app.forms.models import Form

DESIGNS = ("two_stage", "strata", "open")
DISPOSITIONS = ("complete", "refused", "ineligible")
UNIT_DISPOSITIONS = ("pending", "respondent", "nonrespondent", "ineligible", "unknown")


class Wave(Base):
    """One survey of one exam year: a form, a sample, answers, weights, estimates."""

    __tablename__ = "survey_waves"
    __table_args__ = (
        UniqueConstraint("form_id"),
        UniqueConstraint("exam_year", "root_id", "name"),
        CheckConstraint(f"design in {DESIGNS!r}", name="design"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    name: Mapped[str] = mapped_column(String(200))
    #: Its English name, where it was given one.
    name_en: Mapped[str] = mapped_column(String(200), default="", server_default="")
    design: Mapped[str] = mapped_column(String(12))
    #: The period the answers speak of, as the values of indicators carry it.
    vintage: Mapped[str] = mapped_column(String(20))
    settings_version: Mapped[int] = mapped_column(default=0)
    settings_digest: Mapped[str] = mapped_column(String(64), default="")
    #: Flag → number of responses that carry it, as the last flagging found.
    flag_counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    root: Mapped[Area] = relationship()
    form: Mapped[Form] = relationship()


class WaveSettings(Base):
    """A version of a wave's settings; the newest counts, earlier ones stay."""

    __tablename__ = "survey_wave_settings"
    __audit__ = "summary"
    __table_args__ = (UniqueConstraint("wave_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    version: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))


class FrameUnit(Base):
    """A primary sampling unit of the frame: a community with its dwellings and people."""

    __tablename__ = "survey_frame_units"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("wave_id", "area_id"),
        CheckConstraint("households > 0", name="households"),
        CheckConstraint("population > 0", name="population"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    stratum: Mapped[str] = mapped_column(String(60))
    #: Kind of the street it lies in, for the cells of the non-response adjustment.
    street_kind: Mapped[str] = mapped_column(String(40))
    households: Mapped[int]
    population: Mapped[int]

    area: Mapped[Area] = relationship()


class Draw(Base):
    """How the sample was drawn; with the frame it can be drawn again, unit by unit."""

    __tablename__ = "survey_draws"
    __table_args__ = (UniqueConstraint("wave_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    seed: Mapped[int]
    method: Mapped[str] = mapped_column(String(20))
    psus: Mapped[int]
    units_per_psu: Mapped[int]
    frame_digest: Mapped[str] = mapped_column(String(64))
    #: Allocation of PSUs to strata, and the size of the frame.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class SampleUnit(Base):
    """One drawn dwelling with its inclusion probabilities and what became of it."""

    __tablename__ = "survey_sample_units"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("frame_unit_id", "unit"),
        Index("ix_survey_sample_units_wave_id_stratum", "wave_id", "stratum"),
        CheckConstraint("probability > 0 and probability <= 1", name="probability"),
        CheckConstraint(f"disposition in {UNIT_DISPOSITIONS!r}", name="disposition"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    frame_unit_id: Mapped[int] = mapped_column(ForeignKey("survey_frame_units.id"))
    stratum: Mapped[str] = mapped_column(String(60))
    psu: Mapped[str] = mapped_column(String(40))
    #: Number of the dwelling in the community's own sorted list, from 1.
    unit: Mapped[int]
    first_stage: Mapped[float] = mapped_column(Float)
    second_stage: Mapped[float] = mapped_column(Float)
    probability: Mapped[float] = mapped_column(Float)
    certainty: Mapped[bool]
    variance_stratum: Mapped[str] = mapped_column(String(120))
    variance_psu: Mapped[str] = mapped_column(String(120))
    #: PSUs in the variance stratum's population; none where drawn as if with replacement.
    variance_population: Mapped[float | None] = mapped_column(Float)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"), index=True)
    disposition: Mapped[str] = mapped_column(String(16), default="pending")

    frame_unit: Mapped[FrameUnit] = relationship()


class Stratum(Base):
    """A stratum of a sample without listed units: its answers stand for its population in equal parts."""

    __tablename__ = "survey_strata"
    __table_args__ = (
        UniqueConstraint("wave_id", "code"),
        UniqueConstraint("wave_id", "area_id"),
        CheckConstraint("population > 0", name="population"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    code: Mapped[str] = mapped_column(String(60))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    population: Mapped[float] = mapped_column(Float)

    area: Mapped[Area] = relationship()


class Response(Base):
    """What a wave needs of one submission; no contact data, no open texts."""

    __tablename__ = "survey_responses"
    __audit__ = "none"
    __table_args__ = (
        UniqueConstraint("submission_id"),
        # Only the first answer of a unit holds it, so the database itself refuses a second first one.
        UniqueConstraint("answered_unit_id"),
        Index("ix_survey_responses_wave_id_usable", "wave_id", "usable"),
        CheckConstraint(f"disposition in {DISPOSITIONS!r}", name="disposition"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    sample_unit_id: Mapped[int | None] = mapped_column(ForeignKey("survey_sample_units.id"), index=True)
    answered_unit_id: Mapped[int | None] = mapped_column(ForeignKey("survey_sample_units.id"))
    disposition: Mapped[str] = mapped_column(String(12))
    duplicate: Mapped[bool]
    seconds: Mapped[float | None] = mapped_column(Float)
    #: A digest of the device's id: enough to see that two answers came from one device.
    device: Mapped[str | None] = mapped_column(String(32))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    #: Group → category, as the settings read the demographic answers.
    categories: Mapped[dict[str, str]] = mapped_column(JSON)
    #: Question → code, number, list of codes, or [lat, lon].
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    flags: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    flag_count: Mapped[int] = mapped_column(default=0)
    flagged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    usable: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
