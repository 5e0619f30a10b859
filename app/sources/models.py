"""What big data a city brought, and what was measured from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.areas.models import Area
from app.db import Base, UtcDateTime, utcnow

#: Kinds of datasets, each with the source kind that its figures carry.
SOURCE_KIND_OF = {
    "points": "internet",
    "land_cover": "remote_sensing",
    "signalling_stock": "mobile_signalling",
    "signalling_commuting": "mobile_signalling",
    "delivered_table": None,
}


class Dataset(Base):
    """One file of big data: bytes by digest, coordinate system, period, facts found on reading."""

    __tablename__ = "datasets"
    __table_args__ = (
        CheckConstraint(f"kind in {tuple(SOURCE_KIND_OF)!r}", name="kind"),
        CheckConstraint("size_bytes > 0", name="size"),
        CheckConstraint("crs is not null or kind = 'delivered_table'", name="crs"),
        CheckConstraint("(cell_m is not null) = (kind = 'signalling_stock')", name="cell_m"),
        CheckConstraint("cell_m is null or cell_m > 0", name="cell_m_positive"),
        CheckConstraint("(withdrawn_at is null) = (withdrawal_reason is null)", name="withdrawal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    title: Mapped[str] = mapped_column(String(160))
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"), index=True)
    vintage: Mapped[str] = mapped_column(String(20))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    crs: Mapped[str | None] = mapped_column(String(20))
    #: The side of the cells that a signalling table counts in, in metres.
    cell_m: Mapped[float | None] = mapped_column(Float)
    #: Raster class → land-cover name.
    class_table: Mapped[dict[str, str] | None] = mapped_column(JSON)
    #: What reading found: rows, categories, classes, dropped rows with reasons.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    source_note: Mapped[str] = mapped_column(String(300))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    #: A withdrawn dataset stays readable and is measured no more. Who withdrew it, the trail says.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_reason: Mapped[str | None] = mapped_column(String(500))

    root: Mapped[Area] = relationship()


class Measurement(Base):
    """One run over the datasets of a year: what went in, by which rules, how many figures came out."""

    __tablename__ = "measurements"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"), index=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    dataset_ids: Mapped[list[int]] = mapped_column(JSON)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    root: Mapped[Area] = relationship()
