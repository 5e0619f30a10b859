"""Numbers as the templates show them: unit in the reader's words, decimals, 95 % interval, state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from app.analysis.precision import half_width
from app.assessment.models import Evaluation
from app.indicators.models import STATES_WITHOUT_VALUE
from app.indicators.words import unit_words


def decimals_for(unit: str | None, values: Iterable[float | None]) -> int:
    """Decimals for figures of one unit, the same for all of them: fewer the larger the largest is."""
    known = [abs(value) for value in values if value is not None]
    if unit in {"%", "score"} or not known:
        return 1
    if all(value == round(value) for value in known):
        return 0
    largest = max(known)
    if largest >= 1000:
        return 0
    return 1 if largest >= 100 else 2


def interval(
    value: float | None,
    standard_error: float | None,
    unit: str | None = None,
    degrees_of_freedom: float | None = None,
) -> tuple[float | None, float | None]:
    """The 95 % interval; shares and points stay within 0 and 100. None where the error is unknown."""
    if value is None or standard_error is None:
        return None, None
    width = half_width(standard_error, degrees_of_freedom)
    low, high = value - width, value + width
    if unit in {"%", "score"} and 0 <= value <= 100:
        return max(low, 0.0), min(high, 100.0)
    return low, high


class Measured(Protocol):
    """What is known of a measured number, whichever table or series it stands in."""

    @property
    def value(self) -> float | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def standard_error(self) -> float | None: ...
    @property
    def degrees_of_freedom(self) -> float | None: ...


def measured_figure(row: Measured, *, decimals: int | None = None, href: str | None = None) -> dict[str, Any]:
    """A measured number with its interval, as a figure."""
    return figure(
        row.value,
        unit=row.unit,
        state=row.state,
        standard_error=row.standard_error,
        degrees_of_freedom=row.degrees_of_freedom,
        decimals=decimals,
        href=href,
    )


def figure(
    value: float | None,
    *,
    unit: str | None = None,
    state: str = "reported",
    standard_error: float | None = None,
    degrees_of_freedom: float | None = None,
    low: float | None = None,
    high: float | None = None,
    decimals: int | None = None,
    href: str | None = None,
    year: int | str | None = None,
) -> dict[str, Any]:
    """A figure for ``ui.figure`` and the cells of ``ui.data_table``."""
    if low is None and high is None:
        low, high = interval(value, standard_error, unit, degrees_of_freedom)
    return {
        "value": value,
        "unit": unit_words(unit),
        "state": state if value is not None or state in STATES_WITHOUT_VALUE else "missing",
        "low": low,
        "high": high,
        "decimals": decimals_for(unit, [value]) if decimals is None else decimals,
        "href": href,
        "year": year,
    }


def count_figure(count: int, unit: str, *, href: str | None = None) -> dict[str, Any]:
    """A count of things; ``unit`` is the word that counts them."""
    return figure(count, decimals=0, href=href) | {"unit": unit}


def score_figure(row: Any, *, href: str | None = None) -> dict[str, Any]:
    """A score of 0 to 100 with the interval of its row (None row: no score)."""
    if row is None:
        return figure(None, state="missing", href=href)
    return figure(row.score, low=row.low, high=row.high, decimals=1, href=href)


def opinion_figure(row: Evaluation) -> dict[str, Any]:
    """Satisfaction beside an evaluation; one that stands on too few answers says so."""
    return figure(
        row.satisfaction,
        unit="score",
        standard_error=row.satisfaction_error,
        degrees_of_freedom=row.satisfaction_degrees,
        state="suppressed" if row.satisfaction_suppressed else "reported",
    )


def estimate_figure(row: Any, *, href: str | None = None, percent: bool = False) -> dict[str, Any]:
    """An estimate of the survey; one that stands on too few answers says so."""
    if row is None or row.estimate is None:
        return figure(None, state="missing" if row is None else row.standing)
    factor = 100.0 if percent else 1.0
    scaled = [None if each is None else factor * each for each in (row.estimate, row.low, row.high)]
    return figure(scaled[0], low=scaled[1], high=scaled[2], decimals=1, href=href)
