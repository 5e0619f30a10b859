"""Recording values of indicators: three rooms meet here (surveys, reporting through items, sources)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from app.db import db
from app.errors import Invalid, Place
from app.indicators.models import STATES_WITHOUT_VALUE, Indicator, Value
from app.indicators.queries import codes_by_year, units_by_year
from app.indicators.recording_rules import columns_of, plain, refuse_bad_facts, refuse_unknown_years
from app.indicators.superseding import Recorded, supersede

__all__ = ["NewValue", "Recorded", "record", "record_many"]


@dataclass(frozen=True, kw_only=True)
class NewValue:
    """A value to record. Its key is indicator, area, exam year, source kind and vintage.

    ``value`` is None exactly in the states not_applicable, suppressed and missing. ``unit`` None takes the
    indicator's. ``degrees_of_freedom`` are those of the standard error, None where it is normal.
    ``provenance`` is (kind, id) of what it came from, which the room of that kind can
    find again. ``inputs`` must be plain JSON.
    """

    indicator_code: str
    area_id: int
    exam_year: int
    source_kind: str
    vintage: str
    value: float | None
    state: str
    method: str
    provenance: tuple[str, object]
    unit: str | None = None
    numerator: float | None = None
    denominator: float | None = None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    sample_size: int | None = None
    inputs: Mapping[str, Any] | None = None


def record(**facts: Any) -> Value:
    """Record one value (the fields of :class:`NewValue`); an earlier one of the same key is superseded.

    Raises Invalid ``unknown-indicator``, ``unknown-source-kind``, ``unknown-area-id``, ``unknown-state``,
    ``value-state``, ``value-not-finite``, ``bad-precision``; NotFound ``unknown-exam-year``.
    """
    recorded = record_many(rows=[NewValue(**facts)])
    return db.session.get_one(Value, recorded.ids[0])


def record_many(*, rows: Sequence[NewValue]) -> Recorded:
    """Record many values in few statements; nothing is recorded when one of them is refused."""
    years = {row.exam_year for row in rows}
    refuse_unknown_years(years)
    refuse_bad_facts(
        rows,
        code_of=lambda row: row.indicator_code,
        known_codes=codes_by_year(Indicator, years),
        unknown="unknown-indicator",
    )
    _refuse_bad_precision(rows)
    units = units_by_year(Indicator, years)
    return supersede(table=Value, rows=[_columns(row, units) for row in rows])


def _refuse_bad_precision(rows: Sequence[NewValue]) -> None:
    places = []
    for number, row in enumerate(rows, start=1):
        error, size = row.standard_error, row.sample_size
        bad_error = error is not None and not (isfinite(error) and error >= 0)
        idle_error = error is not None and row.state in STATES_WITHOUT_VALUE
        degrees = row.degrees_of_freedom
        bad_degrees = degrees is not None and (error is None or not (isfinite(degrees) and degrees >= 1))
        if bad_error or idle_error or bad_degrees or (size is not None and size < 0):
            facts = {"named": row.indicator_code, "found": f"{error} / {size}"}
            places.append(Place("bad-precision", facts, row=number))
    if places:
        raise Invalid("bad-precision", places=places, **places[0].facts)


def _columns(row: NewValue, units: Mapping[tuple[int, str], str]) -> dict[str, Any]:
    return {
        "indicator_code": row.indicator_code,
        **columns_of(row, usual_unit=units[row.exam_year, row.indicator_code]),
        "numerator": plain(row.numerator),
        "denominator": plain(row.denominator),
        "standard_error": plain(row.standard_error),
        "degrees_of_freedom": plain(row.degrees_of_freedom),
        "sample_size": None if row.sample_size is None else int(row.sample_size),
        "method": row.method,
        "inputs": dict(row.inputs) if row.inputs is not None else None,
    }
