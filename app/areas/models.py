"""Areas with validity dates, functional areas lying across, and population margins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.db import Base, UtcDateTime, utcnow

LEVELS = ("city", "district", "street", "community", "grid", "functional")


class Area(Base):
    """One area of one tree. Only the code identifies: names repeat."""

    __tablename__ = "areas"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint(f"level in {LEVELS!r}", name="level"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        CheckConstraint("(level = 'city') = (parent_id is null)", name="root"),
        CheckConstraint("geometry is null or source_crs is not null", name="source_crs"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), index=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(120))
    level: Mapped[str] = mapped_column(String(12), index=True)
    #: Finer kind in the field's words: subdistrict, town, township, residents, villagers, other …
    kind: Mapped[str | None] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    #: GeoJSON geometry in WGS84; ``source_crs`` says what the source was in.
    #: Large, so it is loaded where it is asked for alone (``undefer``).
    geometry: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    has_shape: Mapped[bool] = column_property(geometry.is_not(None))
    source_crs: Mapped[str | None] = mapped_column(String(20))
    #: The shape is a sketch and no boundary; every map that shows it must say so.
    schematic: Mapped[bool] = mapped_column(default=False)
    #: Left out of survey frames (functional areas, virtual communities, a prison's committee).
    in_frame: Mapped[bool] = mapped_column(default=True)
    source_note: Mapped[str | None] = mapped_column(String(300))
    #: The city is invented from a seed; every page that shows it says so. Set on a city alone.
    demonstration: Mapped[bool] = mapped_column(default=False)

    parent: Mapped[Area | None] = relationship(remote_side=[id])


class Succession(Base):
    """One area came, wholly or in part, out of another of its level; the earlier one ends the day before.

    Rows of one code follow each other without being named here, unless a day lies between them.
    """

    __tablename__ = "area_successions"
    __audit__ = "summary"
    __table_args__ = (CheckConstraint("earlier_id <> later_id", name="two_areas"),)

    later_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)


class FunctionalMembership(Base):
    """A functional area lies across others: which areas belong to it, and with what share of theirs."""

    __tablename__ = "functional_memberships"
    __audit__ = "summary"
    __table_args__ = (CheckConstraint("share > 0 and share <= 1", name="share"),)

    functional_area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)
    share: Mapped[float] = mapped_column(Float, default=1.0)


class MarginTable(Base):
    """One uploaded table of population margins, with where it comes from."""

    __tablename__ = "margin_tables"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    root_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    reference_year: Mapped[int]
    source_note: Mapped[str] = mapped_column(String(500))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    root: Mapped[Area] = relationship()
    cells: Mapped[list[MarginCell]] = relationship(back_populates="table", order_by="MarginCell.id")


class MarginCell(Base):
    """Persons of one category of one variable in one area (``variable = 'total'`` for all)."""

    __tablename__ = "margin_cells"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("table_id", "area_id", "variable", "category"),
        CheckConstraint("persons >= 0", name="persons"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("margin_tables.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    variable: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(60))
    persons: Mapped[float] = mapped_column(Float)

    table: Mapped[MarginTable] = relationship(back_populates="cells")
    area: Mapped[Area] = relationship()
