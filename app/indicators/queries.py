"""Reads of the catalogue and of recorded values; each with an order and a bounded number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from sqlalchemy import select

from app.analysis.formulas import names, parse, previous_names
from app.db import db
from app.errors import NotFound
from app.indicators.adopted_values import AdoptedValue, adopted, adopted_of, adoption_of
from app.indicators.exam_years import exam_year_of
from app.indicators.models import (
    STANDARD_KINDS,
    BaseItem,
    Benchmark,
    Dimension,
    ExamYear,
    Formula,
    Indicator,
    IndicatorSet,
    PlanTarget,
    Standard,
    Value,
)

__all__ = [
    "AdoptedValue",
    "Catalogue",
    "adopted",
    "adopted_of",
    "adoption_of",
    "all_standards",
    "benchmarks",
    "catalogue",
    "codes_by_year",
    "current_set",
    "dimension_names",
    "exam_year_of",
    "exam_years",
    "indicator",
    "items_in",
    "items_of_department",
    "plan_targets",
    "set_versions",
    "sources_of",
    "standards_in_force",
    "units_by_year",
    "value_by_id",
    "values_of",
    "years_with_sets",
]

_Row = TypeVar("_Row", Dimension, Indicator, BaseItem, Formula)


@dataclass(frozen=True)
class Catalogue:
    """The set in force of one exam year, every list in the catalogue's order."""

    exam_year: ExamYear
    set: IndicatorSet
    dimensions: list[Dimension]
    indicators: list[Indicator]
    items: list[BaseItem]
    formulas: list[Formula]

    @cached_property
    def _indicators(self) -> dict[str, Indicator]:
        return {each.code: each for each in self.indicators}

    @cached_property
    def _items(self) -> dict[str, BaseItem]:
        return {each.code: each for each in self.items}

    def indicator(self, code: str) -> Indicator:
        """The indicator; NotFound ``unknown-indicator``."""
        if code not in self._indicators:
            raise NotFound("unknown-indicator", found=code, year=self.exam_year.year)
        return self._indicators[code]

    def item(self, code: str) -> BaseItem:
        """The base item; NotFound ``unknown-base-item``."""
        if code not in self._items:
            raise NotFound("unknown-base-item", found=code, year=self.exam_year.year)
        return self._items[code]

    def dimension(self, code: str) -> Dimension:
        """The dimension; NotFound ``unknown-dimension``."""
        for each in self.dimensions:
            if each.code == code:
                return each
        raise NotFound("unknown-dimension", found=code, year=self.exam_year.year)

    def formulas_of(self, code: str) -> list[Formula]:
        """The formulas of one indicator."""
        return [each for each in self.formulas if each.indicator_code == code]

    def items_of(self, code: str) -> set[str]:
        """The base items of the same year that the formulas of an indicator name."""
        texts = [each.text for each in self.formulas_of(code) if each.text]
        return {name for text in texts for name in names(parse(text))}

    def codes_made_of(self, item_code: str) -> set[str]:
        """The indicators of which a formula names a base item."""
        return {each.code for each in self.indicators if item_code in self.items_of(each.code)}


def exam_years() -> list[ExamYear]:
    """All exams, earliest first."""
    return list(db.session.execute(select(ExamYear).order_by(ExamYear.year)).scalars())


def years_with_sets() -> list[int]:
    """The years that have a catalogue, earliest first."""
    query = select(IndicatorSet.exam_year).where(IndicatorSet.is_current.is_(True))
    return list(db.session.execute(query.order_by(IndicatorSet.exam_year)).scalars())


def dimension_names(exam_year: int) -> dict[str, str]:
    """Dimension → its English, in the set in force of a year."""
    return {each.name_zh: each.name_en for each in _in_order(Dimension, current_set(exam_year).id)}


def set_versions(exam_year: int) -> list[IndicatorSet]:
    """All versions of a year's catalogue, newest first."""
    query = select(IndicatorSet).where(IndicatorSet.exam_year == exam_year)
    return list(db.session.execute(query.order_by(IndicatorSet.version.desc())).scalars())


def current_set(exam_year: int) -> IndicatorSet:
    """The set in force; NotFound ``no-indicator-set``."""
    query = select(IndicatorSet).where(IndicatorSet.exam_year == exam_year, IndicatorSet.is_current.is_(True))
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("no-indicator-set", found=exam_year)
    return found


def catalogue(exam_year: int) -> Catalogue:
    """The whole set in force of a year: six statements."""
    kept = current_set(exam_year)
    return Catalogue(
        exam_year_of(exam_year),
        kept,
        _in_order(Dimension, kept.id),
        _in_order(Indicator, kept.id),
        _in_order(BaseItem, kept.id),
        _in_order(Formula, kept.id),
    )


def indicator(exam_year: int, code: str) -> Indicator:
    """One indicator of the set in force; NotFound ``unknown-indicator``."""
    query = select(Indicator).where(Indicator.set_id == current_set(exam_year).id, Indicator.code == code)
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("unknown-indicator", found=code, year=exam_year)
    return found


def items_of_department(exam_year: int, department_id: int) -> list[BaseItem]:
    """What a department is asked for, in the catalogue's order."""
    query = select(BaseItem).where(
        BaseItem.set_id == current_set(exam_year).id, BaseItem.department_id == department_id
    )
    return list(db.session.execute(query.order_by(BaseItem.position)).scalars())


def items_in(texts: Iterable[str]) -> set[str]:
    """Codes of all items that the formulas ask for, this year's and the year before's."""
    trees = [parse(text) for text in texts if text]
    return {code for tree in trees for code in names(tree) | previous_names(tree)}


def codes_by_year(table: type[Indicator] | type[BaseItem], years: Collection[int]) -> dict[int, set[str]]:
    """The codes of the sets in force of these years: one statement."""
    query = (
        select(IndicatorSet.exam_year, table.code)
        .join(table, table.set_id == IndicatorSet.id)
        .where(IndicatorSet.is_current.is_(True), IndicatorSet.exam_year.in_(sorted(years)))
        .order_by(IndicatorSet.exam_year, table.position)
    )
    found: dict[int, set[str]] = {year: set() for year in years}
    for year, code in db.session.execute(query):
        found[year].add(code)
    return found


def units_by_year(
    table: type[Indicator] | type[BaseItem], years: Collection[int]
) -> dict[tuple[int, str], str]:
    """Units by (year, code) in the sets in force: one statement."""
    query = (
        select(IndicatorSet.exam_year, table.code, table.unit)
        .join(table, table.set_id == IndicatorSet.id)
        .where(IndicatorSet.is_current.is_(True), IndicatorSet.exam_year.in_(sorted(years)))
        .order_by(IndicatorSet.exam_year, table.position)
    )
    return {(year, code): unit for year, code, unit in db.session.execute(query)}


def standards_in_force(
    exam_year: int, *, on: date | None = None, indicator_code: str | None = None
) -> dict[str, list[Standard]]:
    """Standards of the year's set that count on a day (the exam's data date), national ones first.

    A standard whose start or end is unknown counts from ever or for ever.
    """
    day = on or exam_year_of(exam_year).data_date
    query = select(Standard).where(
        Standard.set_id == current_set(exam_year).id,
        Standard.valid_from.is_(None) | (Standard.valid_from <= day),
        Standard.valid_to.is_(None) | (Standard.valid_to >= day),
    )
    if indicator_code is not None:
        query = query.where(Standard.indicator_code == indicator_code)
    found: dict[str, list[Standard]] = {}
    for each in db.session.execute(query.order_by(Standard.position)).scalars():
        found.setdefault(each.indicator_code, []).append(each)
    for listed in found.values():
        listed.sort(key=lambda each: STANDARD_KINDS.index(each.kind))
    return found


def all_standards(exam_year: int, indicator_code: str) -> list[Standard]:
    """Every standard of an indicator, in force or not, in the catalogue's order."""
    query = select(Standard).where(
        Standard.set_id == current_set(exam_year).id, Standard.indicator_code == indicator_code
    )
    return list(db.session.execute(query.order_by(Standard.position)).scalars())


def plan_targets(exam_year: int) -> dict[str, PlanTarget]:
    """What the city's plan sets for this exam year, by indicator."""
    query = select(PlanTarget).where(
        PlanTarget.set_id == current_set(exam_year).id, PlanTarget.exam_year == exam_year
    )
    found = db.session.execute(query.order_by(PlanTarget.position)).scalars()
    return {each.indicator_code: each for each in found}


def benchmarks(exam_year: int) -> dict[str, list[Benchmark]]:
    """Values of benchmark cities, by indicator."""
    query = select(Benchmark).where(Benchmark.set_id == current_set(exam_year).id)
    found: dict[str, list[Benchmark]] = {}
    for each in db.session.execute(query.order_by(Benchmark.position)).scalars():
        found.setdefault(each.indicator_code, []).append(each)
    return found


def values_of(
    exam_year: int,
    *,
    indicator_code: str | None = None,
    area_ids: Collection[int] | None = None,
    source_kind: str | None = None,
) -> list[Value]:
    """Current values of all sources, by indicator, area, source kind and vintage."""
    query = select(Value).where(Value.exam_year == exam_year, Value.is_current.is_(True))
    if indicator_code is not None:
        query = query.where(Value.indicator_code == indicator_code)
    if area_ids is not None:
        query = query.where(Value.area_id.in_(sorted(area_ids)))
    if source_kind is not None:
        query = query.where(Value.source_kind == source_kind)
    order = (Value.indicator_code, Value.area_id, Value.source_kind, Value.vintage)
    return list(db.session.execute(query.order_by(*order)).scalars())


def sources_of(exam_year: int, indicator_code: str, area_id: int) -> list[Value]:
    """The current values of all sources of one indicator in one area, preferred source first."""
    order = indicator(exam_year, indicator_code).source_kinds
    found = values_of(exam_year, indicator_code=indicator_code, area_ids=[area_id])
    found.sort(key=lambda each: order.index(each.source_kind) if each.source_kind in order else len(order))
    return found


def value_by_id(value_id: int) -> Value:
    """A value, current or superseded; NotFound ``unknown-value``."""
    found = db.session.get(Value, value_id)
    if found is None:
        raise NotFound("unknown-value", found=value_id)
    return found


def _in_order(table: type[_Row], set_id: int) -> list[_Row]:
    query = select(table).where(table.set_id == set_id).order_by(table.position)
    return list(db.session.execute(query).scalars())
