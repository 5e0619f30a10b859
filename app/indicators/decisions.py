"""Whether a decision made by hand still stands: on the numbers it weighed, not on the rows that held them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.db import db
from app.indicators.models import Adoption, Value

Key = tuple[str, int]


@dataclass(frozen=True)
class Candidate:
    """What comparing needs of a recorded value."""

    id: int
    indicator_code: str
    area_id: int
    source_kind: str
    vintage: str
    value: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    state: str
    unit: str
    numerator: float | None
    denominator: float | None

    @classmethod
    def of(cls, value: Value) -> Candidate:
        """The candidate that a row of values is."""
        return cls(*(getattr(value, name) for name in CANDIDATE_COLUMNS))


CANDIDATE_COLUMNS = tuple(Candidate.__dataclass_fields__)


def newest(listed: Iterable[Candidate]) -> list[Candidate]:
    """For each source kind the value of the newest vintage; one with a number goes first."""
    best: dict[str, Candidate] = {}
    for each in listed:
        held = best.get(each.source_kind)
        if held is None or (each.value is not None, each.vintage) > (held.value is not None, held.vintage):
            best[each.source_kind] = each
    return list(best.values())


def choices_by_hand(exam_year: int) -> dict[Key, Adoption]:
    """The decisions in force, by indicator and area."""
    query = select(Adoption).where(
        Adoption.exam_year == exam_year, Adoption.is_current.is_(True), Adoption.manner == "by_hand"
    )
    found = db.session.execute(query.order_by(Adoption.id)).scalars()
    return {(each.indicator_code, each.area_id): each for each in found}


def weighed_values(decisions: Iterable[Adoption]) -> dict[int, Candidate]:
    """The values that were weighed, by id, as they stood on the day of the decision."""
    ids = sorted({id_ for each in decisions for id_ in (*each.considered, each.value_id) if id_ is not None})
    found: dict[int, Candidate] = {}
    for start in range(0, len(ids), 500):
        query = select(Value).where(Value.id.in_(ids[start : start + 500])).order_by(Value.id)
        found |= {each.id: Candidate.of(each) for each in db.session.execute(query).scalars()}
    return found


def standing_value(
    held: Adoption, weighed: Mapping[int, Candidate], listed: Sequence[Candidate]
) -> int | None:
    """The row of today that says what the decision chose; None where a number it weighed differs.

    The chosen value must have the same figure, numerator and denominator, and each source that was weighed
    the same newest figure. A source that came later was not weighed and does not end a decision.
    """
    chosen = weighed.get(held.value_id or 0)
    if chosen is None:
        return None
    of_chosen = (chosen.source_kind, chosen.vintage)
    today = next((each for each in listed if (each.source_kind, each.vintage) == of_chosen), None)
    if today is None or _parts(today) != _parts(chosen):
        return None
    now = {each.source_kind: _figure(each) for each in newest(listed)}
    before = newest(weighed[each] for each in held.considered if each in weighed)
    is_same = all(now.get(each.source_kind) == _figure(each) for each in before)
    return today.id if is_same else None


def _figure(each: Candidate) -> tuple[object, ...]:
    return each.value, each.state, each.unit


def _parts(each: Candidate) -> tuple[object, ...]:
    return (*_figure(each), each.numerator, each.denominator)
