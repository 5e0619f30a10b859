"""Tables of the catalogue: one versioned set of indicators for each exam year."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Department
from app.db import Base, UtcDateTime, utcnow

#: The source kind whose values are estimates from a sample.
SURVEY = "survey"
SOURCE_KINDS = ("official", "field_survey", "remote_sensing", "mobile_signalling", "internet", SURVEY)
DIMENSION_KINDS = ("common", "special")
DIRECTIONS = ("positive", "negative", "range")
NATURES = ("guiding", "bottom_line")
ORIGINS = ("official", "proposal")
ITEM_LEVELS = ("city", "district", "street", "community", "grid")
AGGREGATIONS = ("ratio", "sum", "max", "weighted_mean", "none")
STANDARD_KINDS = ("national_standard", "exemplary_standard")
OPERATORS = (">=", "<=", "range")
RELATIONS = ("same", "renamed", "redefined", "new", "dropped", "split", "merged")
#: Kinds of items that are no quantities: their sum over areas means nothing.
NOT_ADDITIVE = ("ratio", "rate", "mean", "index", "price")


class ExamYear(Base):
    """One yearly examination. Standards count as they are valid on its data date."""

    __tablename__ = "exam_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data_date: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    @property
    def vintage(self) -> str:
        """The period most figures of the exam speak of."""
        return str(self.data_date.year)


class IndicatorSet(Base):
    """A version of an exam year's catalogue; the newest is the one in force, earlier ones stay whole."""

    __tablename__ = "indicator_sets"
    __table_args__ = (
        UniqueConstraint("exam_year", "version"),
        # Empty in all versions but one: several empty marks never clash, two true ones do.
        UniqueConstraint("exam_year", "is_current"),
        CheckConstraint("is_current is null or is_current", name="is_current"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_year: Mapped[int] = mapped_column(ForeignKey("exam_years.year"))
    version: Mapped[int]
    is_current: Mapped[bool | None]
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500), default="")
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    imported_by: Mapped[str] = mapped_column(String(80))


class Dimension(Base):
    """One of the dimensions the indicators are grouped in."""

    __tablename__ = "dimensions"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("set_id", "code"),
        CheckConstraint(f"kind in {DIMENSION_KINDS!r}", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(20))


class Indicator(Base):
    """What is measured, with the marks of where its definition comes from and how certain it is."""

    __tablename__ = "indicators"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("set_id", "code"),
        CheckConstraint(f"direction in {DIRECTIONS!r}", name="direction"),
        CheckConstraint(f"nature in {NATURES!r}", name="nature"),
        CheckConstraint(f"origin in {ORIGINS!r}", name="origin"),
        CheckConstraint(f"spatial_level in {ITEM_LEVELS!r}", name="spatial_level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    dimension_code: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(40))
    direction: Mapped[str] = mapped_column(String(10))
    #: In the order of the catalogue, which is the order of preference.
    source_kinds: Mapped[list[str]] = mapped_column(JSON)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    departments_zh: Mapped[str] = mapped_column(String(200), default="")
    #: The finest level at which the indicator is judged.
    spatial_level: Mapped[str] = mapped_column(String(12))
    definition_zh: Mapped[str] = mapped_column(Text)
    nature: Mapped[str] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(10))
    official_years: Mapped[str] = mapped_column(String(200), default="")
    #: How well the definition is documented; blank is unknown and stays so.
    certainty: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    department: Mapped[Department | None] = relationship(lazy="joined")

    @property
    def bottom_line(self) -> bool:
        """Whether a miss caps the grade."""
        return self.nature == "bottom_line"


class BaseItem(Base):
    """What is asked for or measured: numerators, denominators, counts."""

    __tablename__ = "base_items"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("set_id", "code"),
        CheckConstraint(f"source_kind in {SOURCE_KINDS!r}", name="source_kind"),
        CheckConstraint(f"collect_level in {ITEM_LEVELS!r}", name="collect_level"),
        CheckConstraint("decimals >= 0 and decimals <= 9", name="decimals"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    name_zh: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(40))
    source_kind: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    collect_level: Mapped[str] = mapped_column(String(12))
    value_type: Mapped[str] = mapped_column(String(20))
    decimals: Mapped[int]
    minimum: Mapped[float | None] = mapped_column(Float)
    maximum: Mapped[float | None] = mapped_column(Float)
    definition_zh: Mapped[str] = mapped_column(Text, default="")

    department: Mapped[Department | None] = relationship(lazy="joined")

    @property
    def department_code(self) -> str | None:
        """Code of the department that reports it; None for big data."""
        return self.department.code if self.department else None

    @property
    def additive(self) -> bool:
        """Whether the figure of a larger area is the sum of its parts."""
        return self.value_type not in NOT_ADDITIVE


class Formula(Base):
    """How one source kind's value of an indicator is computed from base items."""

    __tablename__ = "formulas"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("set_id", "indicator_code", "source_kind"),
        CheckConstraint(f"source_kind in {SOURCE_KINDS!r}", name="source_kind"),
        CheckConstraint(f"aggregation in {AGGREGATIONS!r}", name="aggregation"),
        CheckConstraint(f"level in {ITEM_LEVELS!r}", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"))
    position: Mapped[int]
    indicator_code: Mapped[str] = mapped_column(String(20))
    source_kind: Mapped[str] = mapped_column(String(20))
    #: Empty for the survey: its values are estimated, not computed.
    text: Mapped[str] = mapped_column(Text, default="")
    aggregation: Mapped[str] = mapped_column(String(20))
    #: The finest level at which all items exist.
    level: Mapped[str] = mapped_column(String(12))
    survey_estimator: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")


def _key(table: str, *columns: str, dated: str) -> tuple[Index, Index]:
    """The key of a table whose date may be unknown: two empty dates never clash in a plain key."""
    undated = text(f"{dated} is null")
    return (
        Index(f"uq_{table}_key", *columns, dated, unique=True),
        Index(
            f"uq_{table}_key_undated", *columns, unique=True, sqlite_where=undated, postgresql_where=undated
        ),
    )


class _Bounded:
    """A bound: ``>=`` or ``<=`` a value, or a range up to ``value_high``."""

    op: Mapped[str] = mapped_column(String(10))
    value: Mapped[float] = mapped_column(Float)
    value_high: Mapped[float | None] = mapped_column(Float)

    @property
    def minimum(self) -> float | None:
        """The lower bound, if there is one."""
        return None if self.op == "<=" else self.value

    @property
    def maximum(self) -> float | None:
        """The upper bound, if there is one."""
        return {"<=": self.value, "range": self.value_high}.get(self.op)

    @property
    def text(self) -> str:
        """As the judging reads it: ``>=8``, ``<=9``, ``1.1..1.3``."""
        if self.op == "range":
            return f"{self.value:.15g}..{self.value_high:.15g}"
        return f"{self.op}{self.value:.15g}"


class Standard(_Bounded, Base):
    """A national or exemplary standard with its citation and validity."""

    __tablename__ = "standards"
    __audit__ = "summary"
    __table_args__ = (
        *_key("standards", "set_id", "indicator_code", "kind", dated="valid_from"),
        CheckConstraint(f"kind in {STANDARD_KINDS!r}", name="kind"),
        CheckConstraint(f"op in {OPERATORS!r}", name="op"),
        CheckConstraint("(op = 'range') = (value_high is not null)", name="range"),
        CheckConstraint("value_high is null or value_high >= value", name="order"),
        CheckConstraint("valid_to is null or valid_from is null or valid_to >= valid_from", name="validity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"), index=True)
    position: Mapped[int]
    indicator_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    citation: Mapped[str] = mapped_column(String(500))
    #: Empty where the citation names no year: the start of validity is unknown.
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    #: ``to_check`` must be checked before a city relies on it.
    status: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")


class PlanTarget(_Bounded, Base):
    """What the city's own plan sets for an exam year."""

    __tablename__ = "plan_targets"
    __audit__ = "summary"
    __table_args__ = (
        UniqueConstraint("set_id", "indicator_code", "exam_year"),
        CheckConstraint(f"op in {OPERATORS!r}", name="op"),
        CheckConstraint("(op = 'range') = (value_high is not null)", name="range"),
        CheckConstraint("value_high is null or value_high >= value", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"))
    position: Mapped[int]
    indicator_code: Mapped[str] = mapped_column(String(20))
    exam_year: Mapped[int]
    status: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")


class Benchmark(Base):
    """The value of another city, found in a source."""

    __tablename__ = "benchmarks"
    __audit__ = "summary"
    __table_args__ = _key("benchmarks", "set_id", "indicator_code", "place", dated="year")

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"), index=True)
    position: Mapped[int]
    place: Mapped[str] = mapped_column(String(120))
    indicator_code: Mapped[str] = mapped_column(String(20))
    value: Mapped[float] = mapped_column(Float)
    year: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(String(40))


class Equivalence(Base):
    """What an indicator of one year is in another; blank codes with ``same`` declare a pair of years."""

    __tablename__ = "equivalences"
    __audit__ = "summary"
    __table_args__ = (
        CheckConstraint(f"relation in {RELATIONS!r}", name="relation"),
        CheckConstraint("from_year < to_year", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("indicator_sets.id"), index=True)
    position: Mapped[int]
    from_year: Mapped[int]
    from_code: Mapped[str] = mapped_column(String(60), default="")
    to_year: Mapped[int]
    to_code: Mapped[str] = mapped_column(String(60), default="")
    relation: Mapped[str] = mapped_column(String(12))
    comparable: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
