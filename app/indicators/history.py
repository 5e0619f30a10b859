"""Comparing years: through the explicit equivalence sheets, never by matching names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import fsum

from sqlalchemy import select

from app.areas.models import Area
from app.areas.predecessors import Change, Past, Predecessors
from app.db import db
from app.errors import NotFound
from app.indicators.models import Adoption, Equivalence, ExamYear, Formula, Indicator, IndicatorSet, Value
from app.indicators.queries import codes_by_year, years_with_sets

UNDECLARED = "undeclared"
SourceKey = tuple[int, str, int, str]


@dataclass(frozen=True)
class Counterpart:
    """What an indicator is in an earlier year; ``code`` None when it was not there."""

    code: str | None
    relation: str
    comparable: bool
    note: str = ""


@dataclass(frozen=True)
class YearValue:
    """An adopted value of one year, and how it compares with the year it is looked at from.

    ``areas`` are those the value is of: the area itself or its predecessors of that year, with ``change``
    saying how they became it. Values of areas that merged are one sum where the indicator is added up over
    areas, and otherwise stand one by one and are not comparable; the value of what was split is neither.

    A year is told by the source that was adopted in the year it is looked at from, where it has a number of
    that source; ``adopted_kind`` is the source adopted at the time. Where it has none, the adopted value
    stands there and is not comparable; ``is_other_source`` says that nothing but its source forbids it.
    """

    year: int
    indicator_code: str
    relation: str
    comparable: bool
    value: float | None
    state: str
    unit: str
    standard_error: float | None
    degrees_of_freedom: float | None
    source_kind: str
    value_ids: tuple[int, ...]
    areas: tuple[Area, ...]
    change: Change
    adopted_kind: str
    is_other_source: bool


@dataclass(frozen=True)
class _Year:
    """One year of one series: what was adopted in each area of then, and the source it is told by."""

    year: int
    counterpart: Counterpart
    past: Past
    adopted: tuple[Value | None, ...]
    kind: str | None

    def wanted(self) -> Iterator[SourceKey]:
        """The values of the wanted source that would stand in for adopted ones of other sources."""
        for area, value in zip(self.past.areas, self.adopted, strict=True):
            if value is not None and self.kind is not None and value.source_kind != self.kind:
                yield self.year, value.indicator_code, area.id, self.kind

    def told(self, others: Mapping[SourceKey, Value]) -> dict[Area, Value]:
        """The value of each area that has one."""
        found: dict[Area, Value] = {}
        for area, value in zip(self.past.areas, self.adopted, strict=True):
            if value is not None:
                key = (self.year, value.indicator_code, area.id, self.kind or "")
                found[area] = others.get(key, value)
        return found


@dataclass(frozen=True)
class YearCodes:
    """The pair of an earlier and a later year: ``rows`` by later code; None when no sheet speaks of it."""

    from_year: int
    to_year: int
    rows: dict[str, Equivalence] | None
    earlier_codes: frozenset[str]

    def earlier(self, code: str) -> Counterpart:
        """What ``code`` of the later year was in the earlier one.

        A code the sheet does not list is the same, provided the sheet speaks of the pair and the
        earlier set has the code.
        """
        if self.rows is None:
            return Counterpart(None, UNDECLARED, False)
        row = self.rows.get(code)
        if row is not None:
            return Counterpart(row.from_code or None, row.relation, row.comparable, row.note)
        if code in self.earlier_codes:
            return Counterpart(code, "same", True)
        return Counterpart(None, "new", False)


class EquivalenceTable:
    """All equivalence sheets of the sets in force, read once."""

    def __init__(self) -> None:
        query = (
            select(Equivalence)
            .join(IndicatorSet, IndicatorSet.id == Equivalence.set_id)
            .where(IndicatorSet.is_current.is_(True))
            # The newest set's sheet has the last word where several speak of the same pair.
            .order_by(IndicatorSet.exam_year, Equivalence.position)
        )
        self._pairs: dict[tuple[int, int], dict[str, Equivalence]] = {}
        sheets: dict[tuple[int, int], int] = {}
        for row in db.session.execute(query).scalars():
            pair = (row.from_year, row.to_year)
            if sheets.get(pair) != row.set_id:
                self._pairs[pair], sheets[pair] = {}, row.set_id
            if row.to_code:
                self._pairs[pair][row.to_code] = row
        codes = codes_by_year(Indicator, years_with_sets())
        self._codes = {year: frozenset(found) for year, found in codes.items()}

    def pair(self, from_year: int, to_year: int) -> YearCodes:
        """What the sheets say directly about a pair of years."""
        rows = self._pairs.get((from_year, to_year))
        return YearCodes(from_year, to_year, rows, self._codes.get(from_year, frozenset()))

    def earlier(self, code: str, from_year: int, to_year: int) -> Counterpart:
        """What ``code`` of ``to_year`` was in ``from_year``.

        A pair no sheet speaks of is compared year by year through the years between, or else through
        the nearest later year that both are declared against; only what is comparable on every step
        counts as comparable.
        """
        steps = self._steps(from_year, to_year)
        if steps is not None:
            return self._followed(code, [to_year, *steps])
        return self._through_later(code, from_year, to_year)

    def _steps(self, from_year: int, to_year: int) -> list[int] | None:
        """The years to go back over from ``to_year``, as few as there are; None where no way leads."""
        ways: dict[int, list[int]] = {to_year: []}
        for year in sorted({pair[1] for pair in self._pairs} | {to_year}, reverse=True):
            if year not in ways or year <= from_year:
                continue
            for earlier in sorted((pair[0] for pair in self._pairs if pair[1] == year), reverse=True):
                way = [*ways[year], earlier]
                if earlier >= from_year and len(way) < len(ways.get(earlier, range(len(way) + 1))):
                    ways[earlier] = way
        return ways.get(from_year)

    def _followed(self, code: str, years: Sequence[int]) -> Counterpart:
        found = Counterpart(code, "same", True)
        for later, earlier in pairwise(years):
            if found.code is None:
                break
            found = _joined(found, self.pair(earlier, later).earlier(found.code))
        return found

    def _through_later(self, code: str, from_year: int, to_year: int) -> Counterpart:
        for later in sorted({pair[1] for pair in self._pairs if pair[1] > to_year}):
            near, far = self.pair(to_year, later), self.pair(from_year, later)
            if near.rows is None or far.rows is None:
                continue
            for through in sorted(self._codes.get(later, ())):
                first = near.earlier(through)
                if first.code == code:
                    return _joined(first, far.earlier(through))
            return Counterpart(None, UNDECLARED, False)
        return Counterpart(None, UNDECLARED, False)


def history(indicator_code: str, area_id: int, *, exam_year: int) -> list[YearValue]:
    """Adopted values of one indicator in one area up to ``exam_year``, by year."""
    return histories(exam_year, area_ids=[area_id]).get((indicator_code, area_id), [])


def histories(exam_year: int, *, area_ids: Collection[int]) -> dict[tuple[str, int], list[YearValue]]:
    """The same for every indicator of ``exam_year`` and every area, by year. Ten statements.

    A year in which an area was several may have several values, by the area's code. Raises NotFound
    ``no-indicator-set``.
    """
    years = [year for year in years_with_sets() if year <= exam_year]
    if exam_year not in years:
        raise NotFound("no-indicator-set", found=exam_year)
    series = _series(exam_year, years, area_ids)
    others = _of_sources({key for line in series.values() for each in line for key in each.wanted()})
    summed = _summed(years)
    found = {}
    for key, line in series.items():
        told = [value for each in line for value in _year_values(each, others, summed)]
        if told:
            found[key] = told
    return found


def _series(
    exam_year: int, years: Sequence[int], area_ids: Collection[int]
) -> dict[tuple[str, int], list[_Year]]:
    """What was adopted in each year for each indicator and area of the last of them."""
    sheets = EquivalenceTable()
    codes = sorted(codes_by_year(Indicator, {exam_year})[exam_year])
    pasts = _pasts(years, area_ids)
    values = _adopted_values(years, {area.id for past in pasts.values() for area in past.areas})
    found: dict[tuple[str, int], list[_Year]] = {}
    for year in years:
        counterparts = {code: sheets.earlier(code, year, exam_year) for code in codes}
        for code, counterpart in counterparts.items():
            for area_id in sorted(area_ids):
                past, now = pasts[year, area_id], values.get((exam_year, code, area_id))
                held = tuple(values.get((year, counterpart.code or "", area.id)) for area in past.areas)
                kind = now.source_kind if now is not None and now.value is not None else None
                if any(value is not None for value in held):
                    found.setdefault((code, area_id), []).append(_Year(year, counterpart, past, held, kind))
    return found


def _pasts(years: Collection[int], area_ids: Collection[int]) -> dict[tuple[int, int], Past]:
    """What each area was on the data date of each exam; itself in those since it began."""
    query = select(ExamYear.year, ExamYear.data_date).where(ExamYear.year.in_(sorted(years)))
    days: dict[int, date] = {row.year: row.data_date for row in db.session.execute(query)}
    known = Predecessors(area_ids)
    return {(year, area_id): known.on(area_id, day) for year, day in days.items() for area_id in area_ids}


def _summed(years: Collection[int]) -> frozenset[tuple[int, str, str]]:
    """Year, indicator and source of what is added up over areas."""
    query = (
        select(IndicatorSet.exam_year, Formula.indicator_code, Formula.source_kind)
        .join(IndicatorSet, IndicatorSet.id == Formula.set_id)
        .where(
            IndicatorSet.is_current.is_(True),
            IndicatorSet.exam_year.in_(sorted(years)),
            Formula.aggregation == "sum",
        )
    )
    return frozenset((row[0], row[1], row[2]) for row in db.session.execute(query))


def _joined(near: Counterpart, far: Counterpart) -> Counterpart:
    relation = far.relation if near.relation == "same" else near.relation
    return Counterpart(far.code, relation, near.comparable and far.comparable, far.note or near.note)


def _adopted_values(years: Collection[int], area_ids: Collection[int]) -> dict[tuple[int, str, int], Value]:
    query = (
        select(Adoption.exam_year, Adoption.indicator_code, Adoption.area_id, Value)
        .join(Value, Value.id == Adoption.value_id)
        .where(
            Adoption.is_current.is_(True),
            Adoption.exam_year.in_(sorted(years)),
            Adoption.area_id.in_(sorted(area_ids)),
        )
        .order_by(Adoption.exam_year, Adoption.id)
    )
    return {(year, code, area_id): value for year, code, area_id, value in db.session.execute(query)}


def _of_sources(wanted: Collection[SourceKey]) -> dict[SourceKey, Value]:
    """The newest number of each year, indicator, area and source, where there is one. One statement."""
    if not wanted:
        return {}
    years, codes, area_ids, kinds = (sorted(set(column)) for column in zip(*wanted, strict=True))
    query = (
        select(Value)
        .where(
            Value.is_current.is_(True),
            Value.value.is_not(None),
            Value.exam_year.in_(years),
            Value.indicator_code.in_(codes),
            Value.area_id.in_(area_ids),
            Value.source_kind.in_(kinds),
        )
        .order_by(Value.vintage, Value.id)
    )
    found = {
        (value.exam_year, value.indicator_code, value.area_id, value.source_kind): value
        for value in db.session.execute(query).scalars()
    }
    return {key: found[key] for key in wanted if key in found}


def _year_values(
    each: _Year, others: Mapping[SourceKey, Value], summed: Collection[tuple[int, str, str]]
) -> Iterator[YearValue]:
    """One value, the sum of those of areas that merged, or those of several areas one by one."""
    known, past = each.told(others), each.past
    if past.change == "merged" and len(known) == len(past.areas) and _can_be_added(known, summed):
        total = fsum(value.value or 0.0 for value in known.values())
        yield _year_value(each, known, total, comparable=True)
        return
    comparable = past.is_whole and past.change != "merged"
    for area, value in known.items():
        yield _year_value(each, {area: value}, value.value, comparable=comparable)


def _can_be_added(known: Mapping[Area, Value], summed: Collection[tuple[int, str, str]]) -> bool:
    """Counts without sampling errors, of one source and unit; a mean or a ratio of two is neither's."""
    values = list(known.values())
    return (
        all((each.exam_year, each.indicator_code, each.source_kind) in summed for each in values)
        and all(each.value is not None and each.standard_error is None for each in values)
        and len({(each.source_kind, each.unit) for each in values}) == 1
    )


def _year_value(
    each: _Year, known: Mapping[Area, Value], number: float | None, *, comparable: bool
) -> YearValue:
    first = next(iter(known.values()))
    adopted = next(
        value for area, value in zip(each.past.areas, each.adopted, strict=True) if area in known and value
    )
    is_same_source = each.kind in {None, first.source_kind}
    would_compare = each.counterpart.comparable and comparable
    return YearValue(
        each.year,
        first.indicator_code,
        each.counterpart.relation,
        would_compare and is_same_source,
        number,
        first.state,
        first.unit,
        first.standard_error,
        first.degrees_of_freedom,
        first.source_kind,
        tuple(value.id for value in known.values()),
        tuple(known),
        each.past.change,
        adopted.source_kind,
        would_compare and not is_same_source,
    )
