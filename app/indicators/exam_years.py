"""Making and reading exam years."""

from __future__ import annotations

from datetime import date

from app.areas.models import Area
from app.areas.queries import in_force
from app.db import db
from app.errors import Invalid, NotFound
from app.indicators.models import ExamYear

_FIRST, _LAST = 2000, 2100


def keep_exam_year(*, year: int, data_date: date | None = None) -> ExamYear:
    """Add the exam of a year, or bring its data date up to date when one is given.

    The data date is the day whose standards and areas count; by default the last day of the year before,
    because the exam of a year mostly looks at the figures of the year before. Raises Invalid
    ``exam-year-out-of-range``.
    """
    if not _FIRST <= year <= _LAST:
        raise Invalid("exam-year-out-of-range", found=year, first=_FIRST, last=_LAST)
    found = db.session.get(ExamYear, year)
    if found is None:
        found = ExamYear(year=year, data_date=data_date or date(year - 1, 12, 31))
        db.session.add(found)
    elif data_date is not None:
        found.data_date = data_date
    db.session.flush()
    return found


def exam_year_of(year: int) -> ExamYear:
    """The exam of this year; NotFound ``unknown-exam-year``."""
    found = db.session.get(ExamYear, year)
    if found is None:
        raise NotFound("unknown-exam-year", found=year)
    return found


def areas_of_exam(year: int, root: Area, *, level: str | None = None) -> list[Area]:
    """The areas under ``root`` that an exam speaks of, by code: those in force on its data date.

    Everything of an exam chooses its areas here (see :func:`app.areas.queries.in_force`). NotFound
    ``unknown-exam-year``.
    """
    return in_force(root, exam_year_of(year).data_date, level=level)
