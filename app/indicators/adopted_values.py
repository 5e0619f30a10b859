"""Reads of what was adopted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.areas.models import Area
from app.areas.queries import ids_in_force
from app.db import db
from app.errors import NotFound
from app.indicators.exam_years import exam_year_of
from app.indicators.models import Adoption, ExamYear, Indicator, IndicatorSet, Value


@dataclass(frozen=True)
class AdoptedValue:
    """The value that counts for an indicator in an area.

    ``state`` is missing and ``value_id`` None while the sources contradict each other and nobody has
    decided. Pairs without any recorded value have no row at all: not collected.
    """

    adoption_id: int
    indicator_code: str
    area_id: int
    area_code: str
    area_level: str
    value: float | None
    state: str
    unit: str
    standard_error: float | None
    degrees_of_freedom: float | None
    sample_size: int | None
    source_kind: str | None
    vintage: str | None
    value_id: int | None
    verdict: str
    needs_decision: bool
    manner: str
    reasons: list[dict[str, Any]]
    #: The reason written by whoever decided by hand, and who it was; empty without a decision.
    reason_text: str
    decided_by: str


def adopted(
    exam_year: int,
    root_id: int,
    *,
    level: str | None = None,
    indicator_code: str | None = None,
    area_ids: Collection[int] | None = None,
) -> list[AdoptedValue]:
    """Adopted values of the exam's areas under ``root_id``, in the catalogue's order, then by area code.

    What was adopted for an area that has ended by the exam's data date is none of the exam's. NotFound
    ``unknown-area-id``, ``unknown-exam-year``.
    """
    root = db.session.get(Area, root_id)
    if root is None:
        raise NotFound("unknown-area-id", found=root_id)
    inside = ids_in_force(root, exam_year_of(exam_year).data_date)
    query = _query(exam_year).where(Adoption.area_id.in_(inside))
    if level is not None:
        query = query.where(Area.level == level)
    if indicator_code is not None:
        query = query.where(Adoption.indicator_code == indicator_code)
    if area_ids is not None:
        query = query.where(Adoption.area_id.in_(sorted(area_ids)))
    return [_adopted(row) for row in db.session.execute(query)]


def adopted_of(
    exam_year: int, indicator_code: str, area_ids: Collection[int] | None = None
) -> list[AdoptedValue]:
    """The adopted values of one indicator in all areas, or in these, by area code."""
    query = _query(exam_year).where(Adoption.indicator_code == indicator_code)
    if area_ids is not None:
        query = query.where(Adoption.area_id.in_(sorted(area_ids)))
    return [_adopted(row) for row in db.session.execute(query)]


def adoption_of(exam_year: int, indicator_code: str, area_id: int) -> Adoption | None:
    """The adoption in force for one indicator in one area, if there is one."""
    query = select(Adoption).where(
        Adoption.exam_year == exam_year,
        Adoption.indicator_code == indicator_code,
        Adoption.area_id == area_id,
        Adoption.is_current.is_(True),
    )
    return db.session.execute(query).scalar_one_or_none()


def _query(exam_year: int) -> Any:
    """Adoption, area, value (if any) and the indicator's unit, in the order of the catalogue."""
    return (
        select(Adoption, Area.code, Area.level, Value, Indicator.unit)
        .join(Area, Area.id == Adoption.area_id)
        .join(ExamYear, ExamYear.year == Adoption.exam_year)
        .join(IndicatorSet, (IndicatorSet.exam_year == ExamYear.year) & IndicatorSet.is_current.is_(True))
        .join(
            Indicator,
            (Indicator.set_id == IndicatorSet.id) & (Indicator.code == Adoption.indicator_code),
        )
        .outerjoin(Value, Value.id == Adoption.value_id)
        .where(Adoption.exam_year == exam_year, Adoption.is_current.is_(True))
        .order_by(Indicator.position, Area.code)
    )


def _adopted(row: Any) -> AdoptedValue:
    adoption, area_code, level, value, unit = row
    return AdoptedValue(
        adoption_id=adoption.id,
        indicator_code=adoption.indicator_code,
        area_id=adoption.area_id,
        area_code=area_code,
        area_level=level,
        value=value.value if value is not None else None,
        state=value.state if value is not None else "missing",
        unit=value.unit if value is not None else unit,
        standard_error=value.standard_error if value is not None else None,
        degrees_of_freedom=value.degrees_of_freedom if value is not None else None,
        sample_size=value.sample_size if value is not None else None,
        source_kind=value.source_kind if value is not None else None,
        vintage=value.vintage if value is not None else None,
        value_id=adoption.value_id,
        verdict=adoption.verdict,
        needs_decision=adoption.needs_decision,
        manner=adoption.manner,
        reasons=adoption.reasons,
        reason_text=adoption.reason_text,
        decided_by=adoption.provenance_id if adoption.manner == "by_hand" else "",
    )
