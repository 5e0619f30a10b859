"""An area in the year looked at: itself, or what stands in for it where it was not there or is no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.areas.models import Area
from app.areas.predecessors import Predecessors
from app.areas.queries import areas_by_code, city_of, reckoned, rows_of_day
from app.errors import NotFound
from app.indicators.exam_years import exam_year_of


@dataclass(frozen=True)
class AreaOfYear:
    """The area shown; ``asked``: the one asked for where that is another; ``related``: what it was or became.

    Of several related none is shown but what holds them, so that nothing is taken for the whole.
    """

    area: Area
    asked: Area | None = None
    related: tuple[Area, ...] = ()


def area_of_year(code: str, year: int) -> AreaOfYear:
    """The area of this code on the exam's data date, or what stands in for it.

    Raises NotFound ``unknown-area``, ``unknown-exam-year``. A bounded number of statements.
    """
    newest = areas_by_code([code]).get(code)
    if newest is None:
        raise NotFound("unknown-area", found=code)
    day = reckoned(newest, exam_year_of(year).data_date)
    row = areas_by_code([code], on=day)[code]
    if _is_there(row, day):
        return AreaOfYear(row)
    known = Predecessors([row.id])
    others = known.on(row.id, day).areas if row.valid_from > day else known.since(row.id, day)
    related = tuple(area for area in others if _is_there(area, day))
    shown = related[0] if len(related) == 1 else _holder(row, day)
    return AreaOfYear(shown, row, related)


def _holder(area: Area, day: date) -> Area:
    """The nearest area above that was there; the city always was."""
    step = area.parent
    while step is not None:
        found = rows_of_day([step.id], day).get(step.id)
        if found is not None:
            return found
        step = step.parent
    return city_of(area)


def _is_there(area: Area, day: date) -> bool:
    return area.valid_from <= day and (area.valid_to is None or area.valid_to >= day)
