"""Tables of recorded facts. Rows are only ever added; a newer one of the same key supersedes.

``is_current`` is true in the newest row of a key and empty in all others. Empty marks never clash in
a unique key, on SQLite and PostgreSQL alike, so the database itself refuses two current rows.
"""

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
    inspect,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column

from app.db import Base, UtcDateTime, utcnow
from app.indicators.catalogue_tables import SOURCE_KINDS

#: In the order they explain an absence: what does not apply before what may not be shown before a gap.
STATES = ("reported", "derived", "modelled", "not_applicable", "suppressed", "missing")
#: Not applying, standing on too few answers to be shown, not delivered: different, but without a number.
STATES_WITHOUT_VALUE = ("not_applicable", "suppressed", "missing")
#: A figure of a base item stands on no answers, so none is suppressed.
ITEM_STATES = ("reported", "derived", "modelled", "not_applicable", "missing")
VERDICTS = ("agree", "differ", "single_source", "no_value")
MANNERS = ("automatic", "by_hand")

_STATE_CHECK = f"(value is null) = (state in {STATES_WITHOUT_VALUE!r})"
_ITEM_STATE_CHECK = "(value is null) = (state in ('not_applicable', 'missing'))"
#: Degrees of freedom belong to an error; without them the error is normal.
_DEGREES_CHECK = "degrees_of_freedom is null or (degrees_of_freedom >= 1 and standard_error is not null)"
_CURRENT_CHECK = "is_current is null or is_current"


class _Fact:
    """When and by whom a row was recorded, whether it is the newest of its key, and where it is from."""

    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    recorded_by: Mapped[str] = mapped_column(String(80))
    is_current: Mapped[bool | None] = mapped_column(default=True)
    provenance_kind: Mapped[str] = mapped_column(String(40))
    provenance_id: Mapped[str] = mapped_column(String(120))

    @declared_attr
    def superseded_by_id(cls) -> Mapped[int | None]:  # noqa: N805 - a class attribute by declaration
        """The row that took this one's place."""
        return mapped_column(ForeignKey(f"{cls.__tablename__}.id"), index=True)  # type: ignore[attr-defined]

    @declared_attr
    def area_id(cls) -> Mapped[int]:  # noqa: N805 - a class attribute by declaration
        """Where."""
        return mapped_column(ForeignKey("areas.id"), index=True)

    @declared_attr
    def exam_year(cls) -> Mapped[int]:  # noqa: N805 - a class attribute by declaration
        """The examination it was recorded for."""
        return mapped_column(ForeignKey("exam_years.year"))


class ItemValue(_Fact, Base):
    """A figure of a base item in one area, from one source."""

    __tablename__ = "item_values"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint(
            "item_code",
            "area_id",
            "exam_year",
            "source_kind",
            "vintage",
            "is_current",
            name="uq_item_values_key",
        ),
        Index("ix_item_values_current", "exam_year", "is_current"),
        CheckConstraint(f"source_kind in {SOURCE_KINDS!r}", name="source_kind"),
        CheckConstraint(f"state in {ITEM_STATES!r}", name="state"),
        CheckConstraint(_ITEM_STATE_CHECK, name="value_of_state"),
        CheckConstraint(_CURRENT_CHECK, name="is_current"),
    )

    item_code: Mapped[str] = mapped_column(String(60))
    source_kind: Mapped[str] = mapped_column(String(20))
    vintage: Mapped[str] = mapped_column(String(20))
    value: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(40))
    #: Why there is no figure, or what has to be known about it.
    note: Mapped[str] = mapped_column(String(500), default="")


class Value(_Fact, Base):
    """A value of an indicator in one area, from one source."""

    __tablename__ = "indicator_values"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint(
            "indicator_code",
            "area_id",
            "exam_year",
            "source_kind",
            "vintage",
            "is_current",
            name="uq_indicator_values_key",
        ),
        Index("ix_indicator_values_current", "exam_year", "is_current"),
        CheckConstraint(f"source_kind in {SOURCE_KINDS!r}", name="source_kind"),
        CheckConstraint(f"state in {STATES!r}", name="state"),
        CheckConstraint(_STATE_CHECK, name="value_of_state"),
        CheckConstraint("standard_error is null or standard_error >= 0", name="standard_error"),
        CheckConstraint(_DEGREES_CHECK, name="degrees_of_freedom"),
        CheckConstraint("sample_size is null or sample_size >= 0", name="sample_size"),
        CheckConstraint(_CURRENT_CHECK, name="is_current"),
    )

    indicator_code: Mapped[str] = mapped_column(String(20))
    source_kind: Mapped[str] = mapped_column(String(20))
    vintage: Mapped[str] = mapped_column(String(20))
    value: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(40))
    numerator: Mapped[float | None] = mapped_column(Float)
    denominator: Mapped[float | None] = mapped_column(Float)
    standard_error: Mapped[float | None] = mapped_column(Float)
    degrees_of_freedom: Mapped[float | None] = mapped_column(Float)
    sample_size: Mapped[int | None]
    method: Mapped[str] = mapped_column(Text)
    #: What a derived value was made of: formula, items with the ids of their rows, parts, weights.
    inputs: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Satisfaction(_Fact, Base):
    """How satisfied residents are with what an indicator is about, 0 to 100; never mixed into its value."""

    __tablename__ = "satisfactions"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("indicator_code", "area_id", "exam_year", "is_current"),
        CheckConstraint("score is null or (score >= 0 and score <= 100)", name="score"),
        CheckConstraint("standard_error is null or standard_error >= 0", name="standard_error"),
        CheckConstraint(_DEGREES_CHECK, name="degrees_of_freedom"),
        CheckConstraint(_CURRENT_CHECK, name="is_current"),
    )

    indicator_code: Mapped[str] = mapped_column(String(20))
    score: Mapped[float | None] = mapped_column(Float)
    standard_error: Mapped[float | None] = mapped_column(Float)
    degrees_of_freedom: Mapped[float | None] = mapped_column(Float)
    sample_size: Mapped[int | None]
    method: Mapped[str] = mapped_column(Text)

    @property
    def is_suppressed(self) -> bool:
        """Whether there were answers, but too few to show what they said."""
        return self.score is None and bool(self.sample_size)


class Adoption(_Fact, Base):
    """Which of the sources' values counts for an indicator in an area, and why."""

    __tablename__ = "adoptions"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("indicator_code", "area_id", "exam_year", "is_current"),
        Index("ix_adoptions_current", "exam_year", "is_current"),
        CheckConstraint(f"verdict in {VERDICTS!r}", name="verdict"),
        CheckConstraint(f"manner in {MANNERS!r}", name="manner"),
        CheckConstraint("manner = 'automatic' or reason_text <> ''", name="written_reason"),
        CheckConstraint(_CURRENT_CHECK, name="is_current"),
    )

    indicator_code: Mapped[str] = mapped_column(String(20))
    #: None while the sources contradict each other and nobody has decided.
    value_id: Mapped[int | None] = mapped_column(ForeignKey("indicator_values.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    needs_decision: Mapped[bool]
    manner: Mapped[str] = mapped_column(String(10))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    comparisons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: Ids of the values that were compared, in the catalogue's order of sources.
    considered: Mapped[list[int]] = mapped_column(JSON)
    reason_text: Mapped[str] = mapped_column(String(1000), default="")


FACT_TABLES: tuple[type[ItemValue | Value | Satisfaction | Adoption], ...] = (
    ItemValue,
    Value,
    Satisfaction,
    Adoption,
)
_MARKS = {"is_current", "superseded_by_id"}


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    state = inspect(row)
    names = [column.key for column in state.mapper.column_attrs]
    changed = {name for name in names if state.attrs[name].history.has_changes()}
    if changed - _MARKS:
        raise ValueError(f"{row.__tablename__} is append-only; record anew instead of changing {changed}")


def _refuse_removal(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    raise ValueError(f"{row.__tablename__} is append-only; nothing is removed")


for _table in FACT_TABLES:
    event.listen(_table, "before_update", _refuse_change)
    event.listen(_table, "before_delete", _refuse_removal)
