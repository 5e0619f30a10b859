"""What every recorded fact must satisfy before the database sees it; all faults are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any, Protocol

from sqlalchemy import select

from app.areas.models import Area
from app.db import db
from app.errors import Invalid, Place
from app.indicators.exam_years import exam_year_of
from app.indicators.models import SOURCE_KINDS, STATES, STATES_WITHOUT_VALUE
from app.indicators.vintages import read_vintage


class Fact(Protocol):
    """What figures and values have in common."""

    @property
    def area_id(self) -> int: ...
    @property
    def exam_year(self) -> int: ...
    @property
    def source_kind(self) -> str: ...
    @property
    def vintage(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def state(self) -> str: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def provenance(self) -> tuple[str, object]: ...


def columns_of(row: Fact, *, usual_unit: str) -> dict[str, Any]:
    """The columns that figures and values share; the catalogue's unit where a row names none."""
    kind, origin = row.provenance
    return {
        "area_id": int(row.area_id),
        "exam_year": row.exam_year,
        "source_kind": row.source_kind,
        "vintage": row.vintage,
        "value": plain(row.value),
        "state": row.state,
        "unit": row.unit if row.unit is not None else usual_unit,
        "provenance_kind": kind,
        "provenance_id": str(origin),
    }


def refuse_bad_facts(
    rows: Sequence[Fact],
    *,
    code_of: Callable[[Any], str],
    known_codes: dict[int, set[str]],
    unknown: str,
) -> None:
    """Raise Invalid with a place for each faulty row (numbered from one).

    ``code_of(row)`` is the row's code, ``known_codes`` the codes of each exam year, ``unknown`` the
    problem code of one that is not in the year's set. Codes: ``unknown-source-kind``,
    ``unknown-state``, ``value-state``, ``value-not-finite``, ``vintage-unreadable``, ``unknown-area-id``.
    """
    areas = _known_areas(row.area_id for row in rows)
    places: list[Place] = []
    for number, row in enumerate(rows, start=1):
        for fault, found in _faults(row, areas):
            places.append(Place(fault, {"found": found, "named": code_of(row)}, row=number))
        if code_of(row) not in known_codes.get(row.exam_year, set()):
            places.append(Place(unknown, {"found": code_of(row), "year": row.exam_year}, row=number))
    if places:
        raise Invalid(places[0].code, places=places, **places[0].facts)


def refuse_unknown_years(years: Iterable[int]) -> None:
    """NotFound ``unknown-exam-year`` for a year without an exam."""
    for year in sorted(set(years)):
        exam_year_of(year)


def refuse_unknown_area(area_id: int) -> None:
    """Invalid ``unknown-area-id``."""
    if area_id not in _known_areas([area_id]):
        raise Invalid("unknown-area-id", found=area_id)


def plain(number: float | None) -> float | None:
    """The same number as Python's own float: what an array hands over is no value of a database."""
    return None if number is None else float(number)


def value_fault(value: float | None, state: str) -> str | None:
    """Why value and state do not go together, as a problem code."""
    if state not in STATES:
        return "unknown-state"
    if (value is None) != (state in STATES_WITHOUT_VALUE):
        return "value-state"
    if value is not None and not isfinite(value):
        return "value-not-finite"
    return None


def _faults(row: Fact, areas: set[int]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if row.source_kind not in SOURCE_KINDS:
        found.append(("unknown-source-kind", row.source_kind))
    if row.area_id not in areas:
        found.append(("unknown-area-id", row.area_id))
    if read_vintage(row.vintage, exam_year=row.exam_year) != row.vintage:
        found.append(("vintage-unreadable", row.vintage))
    fault = value_fault(row.value, row.state)
    if fault is not None:
        found.append((fault, f"{row.value} ({row.state})"))
    return found


def _known_areas(ids: Iterable[int]) -> set[int]:
    wanted = sorted({int(each) for each in ids})
    query = select(Area.id).order_by(Area.id)
    if len(wanted) <= 500:
        query = query.where(Area.id.in_(wanted))
    return set(db.session.execute(query).scalars())
