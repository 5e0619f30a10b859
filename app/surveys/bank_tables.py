"""Tables of the question bank: questions, their versions, where each was asked, lists to be taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Connection, ForeignKey, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow
from app.surveys.wave_tables import Wave


class BankQuestion(Base):
    """A question of a city's bank. Its code never changes, so that years are compared by it."""

    __tablename__ = "survey_bank_questions"
    __table_args__ = (UniqueConstraint("root_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    code: Mapped[str] = mapped_column(String(120))
    #: Its place in the questionnaire, from 1.
    place: Mapped[int]
    #: The first exam year that no longer asks it.
    retired_from: Mapped[int | None]
    retired_because: Mapped[str] = mapped_column(String(500), default="")

    root: Mapped[Area] = relationship()


class BankVersion(Base):
    """One version of a question. It is never changed: another wording is another version."""

    __tablename__ = "survey_bank_versions"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("survey_bank_questions.id"))
    number: Mapped[int]
    #: The first exam year that may ask it.
    valid_from: Mapped[int]
    #: Everything the form needs of the question; see :mod:`app.surveys.bank_content`.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))

    question: Mapped[BankQuestion] = relationship()


@event.listens_for(BankVersion, "before_update")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: BankVersion) -> None:
    raise RuntimeError(f"version {row.number} of question {row.question_id} is never changed")


class BankUse(Base):
    """That the form of a wave asked this version."""

    __tablename__ = "survey_bank_uses"
    __audit__ = "summary"

    wave_id: Mapped[int] = mapped_column(ForeignKey("survey_waves.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("survey_bank_versions.id"), primary_key=True, index=True
    )

    wave: Mapped[Wave] = relationship()
    version: Mapped[BankVersion] = relationship()


class BankUpload(Base):
    """A question list that was read and waits until somebody has seen what it changes."""

    __tablename__ = "survey_bank_uploads"
    __audit__ = "summary"

    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    #: The questions in their order, each with its code and content.
    listed: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    valid_from: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))

    root: Mapped[Area] = relationship()
