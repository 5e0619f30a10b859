"""The six yardsticks an indicator's value is held against, each with its verdict, margin and reason.

Standards arrive as they are valid on the day of judgement; validity dates are the caller's business.  A
margin is positive on the good side and zero on the bound, in the indicator's unit.  Source: the rules of
judgement of the exam; "cannot tell" when the margin is smaller than the 95 % error of the value, or when
the value is an estimate whose error is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from statistics import median

from app.analysis.precision import Precision
from app.analysis.refusals import Refusal
from app.analysis.rules import RuleSet

# Values computed from base items miss a bound by rounding only; such a miss is none.
ROUNDING = 1e-9


class StandardUnreadable(Refusal):
    """A standard that cannot be read; ``code`` is stable, ``facts`` hold what was found."""


class Direction(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    RANGE = "range"


class Yardstick(StrEnum):
    BENCHMARK_CITY = "benchmark_city"
    PLAN_TARGET = "plan_target"
    NATIONAL_STANDARD = "national_standard"
    EXEMPLARY_STANDARD = "exemplary_standard"
    PAST_YEARS = "past_years"
    SATISFACTION = "satisfaction"


class Outcome(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"
    NO_BASIS = "no_basis"


def rounding_of(bound: float) -> float:
    """How far a value may miss ``bound`` by floating-point rounding."""
    return ROUNDING * max(1.0, abs(bound))


@dataclass(frozen=True)
class Standard:
    """``>=minimum``, ``<=maximum`` or ``minimum..maximum``; at least one bound is there."""

    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if not bounds or not all(isfinite(bound) for bound in bounds) or bounds != sorted(bounds):
            raise StandardUnreadable("standard-empty-range", minimum=self.minimum, maximum=self.maximum)

    @property
    def is_range(self) -> bool:
        return self.minimum is not None and self.maximum is not None

    @property
    def text(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:.12g}..{self.maximum:.12g}"
        return f">={self.minimum:.12g}" if self.minimum is not None else f"<={self.maximum:.12g}"

    def margin(self, value: float) -> float:
        """Distance to the nearer bound in the unit of the value, positive when met, 0 within rounding."""
        return self._nearest(value)[0]

    def relative_margin(self, value: float) -> float | None:
        """The margin as a share of the bound it is taken to; ``None`` at a bound of zero."""
        margin, bound = self._nearest(value)
        return margin / abs(bound) if bound else None

    def _nearest(self, value: float) -> tuple[float, float]:
        distances: list[tuple[float, float]] = []
        if self.minimum is not None:
            distances.append((value - self.minimum, self.minimum))
        if self.maximum is not None:
            distances.append((self.maximum - value, self.maximum))
        margin, bound = min(distances)
        return (0.0 if abs(margin) <= rounding_of(bound) else margin), bound


def target_standard(value: float, direction: Direction) -> Standard:
    """A bare plan number as a standard: at least for positive, at most for negative, exactly for a range."""
    if direction is Direction.POSITIVE:
        return Standard(minimum=value)
    if direction is Direction.NEGATIVE:
        return Standard(maximum=value)
    return Standard(value, value)


_EXACT = Precision()


@dataclass(frozen=True)
class PastValue:
    year: int
    value: float
    precision: Precision = _EXACT


@dataclass(frozen=True)
class Evidence:
    """All that is known for judging one indicator in one area and exam year.

    ``value`` is ``None`` when there is none; ``state`` then says why (``missing``, ``not_applicable``,
    or ``suppressed``: too few answers to be shown, as with ``satisfaction_suppressed``).
    ``sampled`` marks a value that was estimated from a survey; satisfaction always is.
    ``past`` holds values of the source of ``value`` alone; ``past_other_source`` are the years that have
    none of it, only values of another source, with which nothing is compared.
    ``benchmarks`` are the values of the benchmark cities.  ``lower_bound`` and ``upper_bound`` are the
    natural bounds of the unit (0 and 100 for a share in per cent), beyond which no goalpost is put.
    """

    direction: Direction
    year: int
    value: float | None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    sampled: bool = False
    state: str = "reported"
    bottom_line: bool = False
    national: Standard | None = None
    exemplary: Standard | None = None
    plan_target: Standard | None = None
    benchmarks: tuple[float, ...] = ()
    past: tuple[PastValue, ...] = ()
    past_other_source: tuple[int, ...] = ()
    satisfaction: float | None = None
    satisfaction_suppressed: bool = False
    satisfaction_standard_error: float | None = None
    satisfaction_degrees_of_freedom: float | None = None
    lower_bound: float | None = 0.0
    upper_bound: float | None = None

    @property
    def precision(self) -> Precision:
        return Precision(self.standard_error, self.degrees_of_freedom, self.sampled)

    @property
    def satisfaction_precision(self) -> Precision:
        return Precision(self.satisfaction_standard_error, self.satisfaction_degrees_of_freedom, sampled=True)

    def earlier(self) -> tuple[PastValue, ...]:
        """The values of years before this one, oldest first."""
        return tuple(
            sorted((past for past in self.past if past.year < self.year), key=lambda past: past.year)
        )


@dataclass(frozen=True)
class Verdict:
    """What one yardstick says; ``standard_error`` is that of the margin, ``threshold`` the bound as text."""

    yardstick: Yardstick
    outcome: Outcome
    reason: str
    margin: float | None = None
    relative_margin: float | None = None
    standard_error: float | None = None
    threshold: str | None = None


def fits(standard: Standard, direction: Direction) -> bool:
    """Whether a one-sided standard points the indicator's own way; two bounds fit every direction."""
    if standard.is_range or direction is Direction.RANGE:
        return True
    return (standard.minimum is not None) == (direction is Direction.POSITIVE)


def hold_against(
    yardstick: Yardstick, standard: Standard, value: float, precision: Precision, rules: RuleSet
) -> Verdict:
    """The verdict of a value against a bound, "cannot tell" inside the interval of the value."""
    margin = standard.margin(value)
    width = precision.half_width(rules.z)
    if precision.unknown:
        outcome, reason = Outcome.CANNOT_TELL, "error-unknown"
    elif width is not None and abs(margin) < width:
        outcome, reason = Outcome.CANNOT_TELL, "margin-within-error"
    elif margin >= 0:
        outcome, reason = Outcome.MET, "met"
    else:
        outcome, reason = Outcome.NOT_MET, "not-met"
    relative = standard.relative_margin(value)
    return Verdict(yardstick, outcome, reason, margin, relative, precision.standard_error, standard.text)


def _none(yardstick: Yardstick, reason: str) -> Verdict:
    return Verdict(yardstick, Outcome.NO_BASIS, reason)


def absence(evidence: Evidence) -> str | None:
    """Why there is no value to judge, or ``None``."""
    if evidence.state == "not_applicable":
        return "value-not-applicable"
    if evidence.state == "suppressed":
        return "too-few-answers"
    return "value-missing" if evidence.value is None or not isfinite(evidence.value) else None


def _standard(
    yardstick: Yardstick, standard: Standard | None, evidence: Evidence, value: float, rules: RuleSet
) -> Verdict:
    if standard is None:
        return _none(yardstick, "no-target" if yardstick is Yardstick.PLAN_TARGET else "no-standard")
    if not fits(standard, evidence.direction):
        return _none(yardstick, "standard-against-direction")
    return hold_against(yardstick, standard, value, evidence.precision, rules)


def compare(
    yardstick: Yardstick,
    evidence: Evidence,
    value: tuple[float, Precision],
    other: tuple[float, Precision],
    rules: RuleSet,
) -> Verdict:
    """Whether ``value`` is at least as good as ``other``, both given with their precision.

    A range indicator is compared by how far outside its national range it lies; without one there is no
    basis.
    """
    error = value[1].of_difference(other[1])
    if evidence.direction is not Direction.RANGE:
        bound = target_standard(other[0], evidence.direction)
        return hold_against(yardstick, bound, value[0], error, rules)
    if evidence.national is None:
        return _none(yardstick, "range-without-standard")
    outside = max(0.0, -evidence.national.margin(value[0]))
    other_outside = max(0.0, -evidence.national.margin(other[0]))
    if outside == other_outside == 0.0:
        return Verdict(yardstick, Outcome.MET, "met", 0.0, None, error.standard_error, evidence.national.text)
    return hold_against(yardstick, Standard(maximum=other_outside), outside, error, rules)


def _benchmark(evidence: Evidence, value: float, rules: RuleSet) -> Verdict:
    """Against the median of the benchmark cities, which one odd city cannot move far."""
    if not evidence.benchmarks:
        return _none(Yardstick.BENCHMARK_CITY, "no-benchmark")
    middle = median(evidence.benchmarks)
    return compare(Yardstick.BENCHMARK_CITY, evidence, (value, evidence.precision), (middle, _EXACT), rules)


def _past(evidence: Evidence, value: float, rules: RuleSet) -> Verdict:
    """Against the latest past year that has a value of the same source."""
    earlier = evidence.earlier()
    if not earlier:
        reason = "past-other-source" if evidence.past_other_source else "no-past-year"
        return _none(Yardstick.PAST_YEARS, reason)
    last = (earlier[-1].value, earlier[-1].precision)
    return compare(Yardstick.PAST_YEARS, evidence, (value, evidence.precision), last, rules)


def _satisfaction(evidence: Evidence, rules: RuleSet) -> Verdict:
    if evidence.satisfaction is None:
        few = evidence.satisfaction_suppressed
        return _none(Yardstick.SATISFACTION, "too-few-answers" if few else "no-satisfaction")
    bound = Standard(minimum=rules.satisfaction_pass)
    precision = evidence.satisfaction_precision
    return hold_against(Yardstick.SATISFACTION, bound, evidence.satisfaction, precision, rules)


def judge_yardsticks(evidence: Evidence, rules: RuleSet) -> dict[Yardstick, Verdict]:
    """All six verdicts, always six, in the order of :class:`Yardstick`.

    Satisfaction is a measure of its own and is judged even where the indicator has no value.
    """
    reason = absence(evidence)
    holders: dict[Yardstick, Callable[[float], Verdict]] = {
        Yardstick.BENCHMARK_CITY: lambda value: _benchmark(evidence, value, rules),
        Yardstick.PLAN_TARGET: lambda value: _standard(
            Yardstick.PLAN_TARGET, evidence.plan_target, evidence, value, rules
        ),
        Yardstick.NATIONAL_STANDARD: lambda value: _standard(
            Yardstick.NATIONAL_STANDARD, evidence.national, evidence, value, rules
        ),
        Yardstick.EXEMPLARY_STANDARD: lambda value: _standard(
            Yardstick.EXEMPLARY_STANDARD, evidence.exemplary, evidence, value, rules
        ),
        Yardstick.PAST_YEARS: lambda value: _past(evidence, value, rules),
    }
    verdicts: dict[Yardstick, Verdict] = {}
    for yardstick, hold in holders.items():
        if reason is not None or evidence.value is None:
            verdicts[yardstick] = _none(yardstick, reason or "value-missing")
        else:
            verdicts[yardstick] = hold(evidence.value)
    verdicts[Yardstick.SATISFACTION] = _satisfaction(evidence, rules)
    return verdicts
