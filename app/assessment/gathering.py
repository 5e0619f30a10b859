"""Gathers what is to be judged, and what it is judged by, in a bounded number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.analysis import yardsticks
from app.analysis.precision import Precision
from app.analysis.yardsticks import Direction, Evidence, PastValue, Yardstick
from app.areas.models import Area
from app.areas.queries import lineage
from app.assessment.models import LEVELS, RuleVersion
from app.db import db
from app.errors import Invalid, NotFound
from app.indicators.exam_years import areas_of_exam
from app.indicators.history import YearValue, histories
from app.indicators.models import SURVEY, Benchmark, Indicator, PlanTarget, Satisfaction, Standard
from app.indicators.queries import (
    AdoptedValue,
    Catalogue,
    adopted,
    benchmarks,
    catalogue,
    plan_targets,
    standards_in_force,
)
from app.indicators.satisfaction import satisfactions

Key = tuple[str, int]
Basis = tuple[str, tuple[int, ...]]
_WHOLE = LEVELS[0]


@dataclass(frozen=True)
class Case:
    """An indicator in an area with all the evidence; ``basis`` names the rows behind each yardstick.

    ``withheld`` are the yardsticks whose bound speaks of the whole city and says nothing of a part.
    """

    indicator: Indicator
    area: Area
    adopted: AdoptedValue | None
    satisfaction: Satisfaction | None
    evidence: Evidence
    basis: Mapping[Yardstick, Basis]
    withheld: frozenset[Yardstick]

    @property
    def absence(self) -> str | None:
        """Why there is no number: five reasons that must not be mixed."""
        if self.adopted is None:
            return "not_collected"
        if self.adopted.value is not None:
            return None
        if self.adopted.value_id is None:
            return "undecided"
        return self.adopted.state


@dataclass(frozen=True)
class Material:
    """All cases of a run in the order of the catalogue, then of level and area code."""

    root: Area
    catalogue: Catalogue
    areas: tuple[Area, ...]
    cases: tuple[Case, ...]
    #: Area id → level → id of what holds it at that level in the exam.
    lines: Mapping[int, Mapping[str, int]]

    @cached_property
    def by_area(self) -> dict[int, list[Case]]:
        """Cases by area id, in the catalogue's order."""
        found: dict[int, list[Case]] = {area.id: [] for area in self.areas}
        for case in self.cases:
            found[case.area.id].append(case)
        return found

    @cached_property
    def indicators_at(self) -> dict[str, list[Indicator]]:
        """The indicators judged anywhere at a level, in the catalogue's order."""
        there = {(case.area.level, case.indicator.code) for case in self.cases}
        return {
            level: [each for each in self.catalogue.indicators if (level, each.code) in there]
            for level in LEVELS
        }


@dataclass(frozen=True)
class _Bounds:
    """The bounds of an indicator with their rows."""

    national: Standard | None
    exemplary: Standard | None
    target: PlanTarget | None
    benchmarks: tuple[Benchmark, ...]


@dataclass(frozen=True)
class _Sources:
    """Everything read, by indicator and area; makes the cases."""

    year: int
    root_id: int
    values: Mapping[Key, AdoptedValue]
    past: Mapping[Key, Sequence[YearValue]]
    satisfied: Mapping[Key, Satisfaction]
    bounds: Mapping[str, _Bounds]
    summed: Collection[str]
    parameters: Mapping[str, Any]

    def case(self, indicator: Indicator, area: Area) -> Case:
        """The case of an indicator in an area."""
        key = (indicator.code, area.id)
        known = [each for each in self.past.get(key, ()) if each.year < self.year and each.value is not None]
        earlier = [each for each in known if each.comparable]
        others = [each.year for each in known if each.is_other_source]
        bounds, withheld = self.bounds[indicator.code], frozenset[Yardstick]()
        if area.id != self.root_id and indicator.code in self.summed:
            bounds, withheld = _of_a_part(bounds)
        satisfaction = self.satisfied.get(key)
        value = self.values.get(key)
        evidence = self._evidence(indicator, value, satisfaction, bounds, (earlier, others))
        return Case(
            indicator, area, value, satisfaction, evidence, _basis(bounds, earlier, satisfaction), withheld
        )

    def _evidence(
        self,
        indicator: Indicator,
        value: AdoptedValue | None,
        satisfaction: Satisfaction | None,
        bounds: _Bounds,
        past: tuple[Sequence[YearValue], Sequence[int]],
    ) -> Evidence:
        earlier, others = past
        natural = self.parameters["natural_bounds"].get(indicator.unit)
        lower, upper = natural or (self.parameters["other_lower_bound"], None)
        return Evidence(
            direction=Direction(indicator.direction),
            year=self.year,
            value=None if value is None else value.value,
            standard_error=None if value is None else value.standard_error,
            degrees_of_freedom=None if value is None else value.degrees_of_freedom,
            sampled=value is not None and value.source_kind == SURVEY,
            state="missing" if value is None else value.state,
            bottom_line=indicator.bottom_line,
            national=_standard(bounds.national),
            exemplary=_standard(bounds.exemplary),
            plan_target=_standard(bounds.target),
            benchmarks=tuple(each.value for each in bounds.benchmarks),
            past=tuple(PastValue(each.year, float(each.value or 0.0), _precision(each)) for each in earlier),
            past_other_source=tuple(others),
            satisfaction=None if satisfaction is None else satisfaction.score,
            satisfaction_suppressed=satisfaction is not None and satisfaction.is_suppressed,
            satisfaction_standard_error=None if satisfaction is None else satisfaction.standard_error,
            satisfaction_degrees_of_freedom=(
                None if satisfaction is None else satisfaction.degrees_of_freedom
            ),
            lower_bound=lower,
            upper_bound=upper,
        )


def gather(*, exam_year: int, root_id: int, rules: RuleVersion) -> Material:
    """Read everything the judging of a city needs: some two dozen statements, whatever its size.

    Raises NotFound ``unknown-area-id``, ``unknown-exam-year``, ``no-indicator-set``; Invalid
    ``root-not-a-city``.
    """
    root = db.session.get(Area, root_id)
    if root is None:
        raise NotFound("unknown-area-id", found=root_id)
    if root.level != _WHOLE:
        raise Invalid("root-not-a-city", found=root.code)
    known = catalogue(exam_year)
    areas = areas_of_exam(exam_year, root)
    values = {(each.indicator_code, each.area_id): each for each in adopted(exam_year, root_id)}
    judged = _judged_areas(areas, values, root)
    area_ids = [area.id for area in judged]
    sources = _Sources(
        year=exam_year,
        root_id=root_id,
        values=values,
        past=histories(exam_year, area_ids=area_ids),
        satisfied=satisfactions(exam_year, area_ids=area_ids),
        bounds=_bounds(exam_year, known),
        summed=_summed(known),
        parameters=rules.parameters,
    )
    cases = [
        sources.case(indicator, area)
        for indicator in known.indicators
        for area in judged
        if area.id == root.id or (indicator.code, area.id) in values
    ]
    lines = lineage(areas)
    return Material(root, known, tuple(judged), tuple(cases), {area.id: lines[area.id] for area in judged})


def _judged_areas(areas: Iterable[Area], values: Mapping[Key, AdoptedValue], root: Area) -> list[Area]:
    there = {area_id for _code, area_id in values} | {root.id}
    return sorted(
        (area for area in areas if area.id in there and area.level in LEVELS),
        key=lambda area: (LEVELS.index(area.level), area.code),
    )


def _summed(known: Catalogue) -> set[str]:
    """Indicators whose areas are added up: a bound of the whole says nothing of a part."""
    return {each.indicator_code for each in known.formulas if each.aggregation == "sum"}


def _bounds(exam_year: int, known: Catalogue) -> dict[str, _Bounds]:
    standards = standards_in_force(exam_year)
    targets = plan_targets(exam_year)
    others = benchmarks(exam_year)
    return {
        each.code: _Bounds(
            _newest(standards.get(each.code, ()), "national_standard"),
            _newest(standards.get(each.code, ()), "exemplary_standard"),
            targets.get(each.code),
            tuple(others.get(each.code, ())),
        )
        for each in known.indicators
    }


def _newest(standards: Sequence[Standard], kind: str) -> Standard | None:
    """Of several in force the one that began last; an unknown start is the oldest."""
    found = [each for each in standards if each.kind == kind]
    return max(found, key=lambda each: (str(each.valid_from or ""), each.position), default=None)


def _of_a_part(bounds: _Bounds) -> tuple[_Bounds, frozenset[Yardstick]]:
    """What holds for a part of the city as well: only a bound of zero, which no sum can pass."""
    kept: dict[Yardstick, Any] = {}
    withheld: set[Yardstick] = set()
    for yardstick, bound in (
        (Yardstick.NATIONAL_STANDARD, bounds.national),
        (Yardstick.EXEMPLARY_STANDARD, bounds.exemplary),
        (Yardstick.PLAN_TARGET, bounds.target),
    ):
        if bound is not None and (bound.op, bound.value) != ("<=", 0.0):
            withheld.add(yardstick)
        else:
            kept[yardstick] = bound
    if bounds.benchmarks:
        withheld.add(Yardstick.BENCHMARK_CITY)
    return _Bounds(
        kept.get(Yardstick.NATIONAL_STANDARD),
        kept.get(Yardstick.EXEMPLARY_STANDARD),
        kept.get(Yardstick.PLAN_TARGET),
        (),
    ), frozenset(withheld)


def _standard(row: Standard | PlanTarget | None) -> yardsticks.Standard | None:
    return None if row is None else yardsticks.Standard(row.minimum, row.maximum)


def _precision(each: YearValue) -> Precision:
    return Precision(each.standard_error, each.degrees_of_freedom, each.source_kind == SURVEY)


def _basis(
    bounds: _Bounds, earlier: Sequence[YearValue], satisfaction: Satisfaction | None
) -> dict[Yardstick, Basis]:
    found: dict[Yardstick, Basis] = {}
    if bounds.benchmarks:
        found[Yardstick.BENCHMARK_CITY] = ("benchmark", tuple(each.id for each in bounds.benchmarks))
    if bounds.target is not None:
        found[Yardstick.PLAN_TARGET] = ("plan_target", (bounds.target.id,))
    if bounds.national is not None:
        found[Yardstick.NATIONAL_STANDARD] = ("standard", (bounds.national.id,))
    if bounds.exemplary is not None:
        found[Yardstick.EXEMPLARY_STANDARD] = ("standard", (bounds.exemplary.id,))
    if earlier:
        found[Yardstick.PAST_YEARS] = ("value", earlier[-1].value_ids)
    if satisfaction is not None:
        found[Yardstick.SATISFACTION] = ("satisfaction", (satisfaction.id,))
    return found
