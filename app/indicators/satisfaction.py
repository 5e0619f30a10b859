"""Recording and reading satisfaction, a measure of its own beside an indicator's value."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite

from sqlalchemy import select

from app.db import db
from app.errors import Invalid
from app.indicators.models import Indicator, Satisfaction
from app.indicators.queries import codes_by_year
from app.indicators.recording_rules import plain, refuse_unknown_area, refuse_unknown_years
from app.indicators.superseding import supersede


def record_satisfaction(
    *,
    indicator_code: str,
    area_id: int,
    exam_year: int,
    score: float | None,
    standard_error: float | None = None,
    degrees_of_freedom: float | None = None,
    sample_size: int | None = None,
    method: str,
    provenance: tuple[str, object],
) -> Satisfaction:
    """Record the satisfaction (0 to 100, None when there are too few answers) with an indicator's matter.

    A later record of the same indicator, area and year supersedes. Raises Invalid
    ``unknown-indicator``, ``unknown-area-id``, ``score-out-of-range``, ``bad-precision``.
    """
    refuse_unknown_years([exam_year])
    refuse_unknown_area(area_id)
    if indicator_code not in codes_by_year(Indicator, [exam_year])[exam_year]:
        raise Invalid("unknown-indicator", found=indicator_code, year=exam_year)
    if score is not None and not 0 <= score <= 100:
        raise Invalid("score-out-of-range", found=score)
    if standard_error is not None and not (isfinite(standard_error) and standard_error >= 0):
        raise Invalid("bad-precision", named=indicator_code, found=standard_error)
    row = {
        "indicator_code": indicator_code,
        "area_id": int(area_id),
        "exam_year": exam_year,
        "score": plain(score),
        "standard_error": plain(standard_error),
        "degrees_of_freedom": plain(degrees_of_freedom),
        "sample_size": None if sample_size is None else int(sample_size),
        "method": method,
        "provenance_kind": provenance[0],
        "provenance_id": str(provenance[1]),
    }
    return db.session.get_one(Satisfaction, supersede(table=Satisfaction, rows=[row]).ids[0])


def satisfactions(
    exam_year: int, *, area_ids: Collection[int] | None = None
) -> dict[tuple[str, int], Satisfaction]:
    """Current satisfaction by (indicator, area id). One statement."""
    query = select(Satisfaction).where(Satisfaction.exam_year == exam_year, Satisfaction.is_current.is_(True))
    if area_ids is not None:
        query = query.where(Satisfaction.area_id.in_(sorted(area_ids)))
    found = db.session.execute(query.order_by(Satisfaction.indicator_code, Satisfaction.area_id)).scalars()
    return {(each.indicator_code, each.area_id): each for each in found}
