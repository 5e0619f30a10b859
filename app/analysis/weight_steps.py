"""The steps of a weighting recipe as data: frozen dataclasses that turn into JSON-able dicts and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar, TypeAlias

from app.analysis.cells import SurveyError

CellTotals: TypeAlias = tuple[tuple[tuple[str, ...], float], ...]
NamedTotals: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class BaseStep:
    """Weight = 1 / inclusion probability; ``probability`` None (no probability sample): start at 1."""

    kind: ClassVar[str] = "base"
    probability: str | None = "probability"


@dataclass(frozen=True)
class UnknownStep:
    """Share the weight of units of unknown eligibility over the known units of their cell.

    ``cells`` are code columns that make the cells, ``parent`` those within which cells may merge. A
    cell that has weight to share out and fewer than ``min_respondents`` takers, or a factor over
    ``max_factor``, merges with the next cell in code order of the same parent (the last one with the
    one before it).
    """

    kind: ClassVar[str] = "unknown"
    disposition: str = "disposition"
    cells: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    min_respondents: int = 5
    max_factor: float = 5.0


@dataclass(frozen=True)
class NonresponseStep:
    """Share the weight of non-respondents over their cell's respondents; cells merge as in UnknownStep."""

    kind: ClassVar[str] = "nonresponse"
    disposition: str = "disposition"
    cells: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    min_respondents: int = 5
    max_factor: float = 5.0


@dataclass(frozen=True)
class PostStratifyStep:
    """Bring the weights of every cell (combination of the columns ``cells``) to its population total."""

    kind: ClassVar[str] = "post_stratify"
    cells: tuple[str, ...]
    totals: CellTotals


@dataclass(frozen=True)
class Margin:
    """A code column and the population totals (persons) of its categories."""

    variable: str
    totals: NamedTotals


@dataclass(frozen=True)
class RakeStep:
    """Rake to one-way margins; ``bounds`` on final/entering weight; ``total``: scale every margin to it."""

    kind: ClassVar[str] = "rake"
    margins: tuple[Margin, ...]
    tolerance: float = 1e-10
    max_iterations: int = 1000
    bounds: tuple[float, float] | None = None
    total: float | None = None


@dataclass(frozen=True)
class CalibrateStep:
    """Calibrate to margins and totals of numeric columns by method linear, raking or logit."""

    kind: ClassVar[str] = "calibrate"
    margins: tuple[Margin, ...] = ()
    numeric: NamedTotals = ()
    method: str = "linear"
    bounds: tuple[float, float] | None = None
    tolerance: float = 1e-10
    max_iterations: int = 200


@dataclass(frozen=True)
class TrimStep:
    """Cut weights to ``lower`` … ``upper`` and share what was cut equally over the others; the sum is
    kept.

    ``unit``: ``absolute`` or ``median_ratio`` (multiples of the median positive weight). ``strict``
    repeats until the shares push no other weight over a bound. Margins met before are not met any
    more: rake again after it.
    """

    kind: ClassVar[str] = "trim"
    lower: float | None = None
    upper: float | None = None
    unit: str = "absolute"
    strict: bool = True


Step: TypeAlias = (
    BaseStep | UnknownStep | NonresponseStep | PostStratifyStep | RakeStep | CalibrateStep | TrimStep
)
Recipe: TypeAlias = tuple[Step, ...]

STEP_TYPES: dict[str, type[Step]] = {
    cls.kind: cls
    for cls in (BaseStep, UnknownStep, NonresponseStep, PostStratifyStep, RakeStep, CalibrateStep, TrimStep)
}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"not a whole number: {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"not true or false: {value!r}")
    return value


def _items(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"not a list: {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(item) for item in _items(value))


def _pair(value: object) -> tuple[object, object]:
    first, second = _items(value)
    return first, second


def _named_totals(value: object) -> NamedTotals:
    pairs = [_pair(item) for item in _items(value)]
    return tuple((_text(name), _number(total)) for name, total in pairs)


def _cell_totals(value: object) -> CellTotals:
    pairs = [_pair(item) for item in _items(value)]
    return tuple((_texts(cell), _number(total)) for cell, total in pairs)


def _margins(value: object) -> tuple[Margin, ...]:
    margins = []
    for item in _items(value):
        if not isinstance(item, Mapping) or set(item) != {"variable", "totals"}:
            raise TypeError(f"not a margin: {item!r}")
        margins.append(Margin(_text(item["variable"]), _named_totals(item["totals"])))
    return tuple(margins)


def _bounds(value: object) -> tuple[float, float]:
    low, high = _pair(value)
    return _number(low), _number(high)


_READERS: dict[str, Callable[[object], object]] = {
    "probability": _text,
    "disposition": _text,
    "cells": _texts,
    "parent": _texts,
    "min_respondents": _whole,
    "max_factor": _number,
    "margins": _margins,
    "numeric": _named_totals,
    "tolerance": _number,
    "max_iterations": _whole,
    "bounds": _bounds,
    "total": _number,
    "method": _text,
    "lower": _number,
    "upper": _number,
    "unit": _text,
    "strict": _truth,
}
_OPTIONAL = {"probability", "bounds", "total", "lower", "upper"}


def _plain(value: object) -> object:
    if isinstance(value, Margin):
        return {"variable": value.variable, "totals": _plain(value.totals)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def recipe_to_dicts(recipe: Sequence[Step]) -> list[dict[str, object]]:
    """The recipe as JSON-able dicts, one per step, each with its ``kind`` and all its fields."""
    return [
        {"kind": step.kind, **{field.name: _plain(getattr(step, field.name)) for field in fields(step)}}
        for step in recipe
    ]


def _invalid(index: int, field: str, message: str) -> SurveyError:
    return SurveyError("recipe-step-invalid", f"step {index}: {message}", {"step": index, "field": field})


def _read_field(index: int, kind: str, name: str, value: object) -> object:
    if value is None and name in _OPTIONAL:
        return None
    reader = _cell_totals if name == "totals" else _READERS[name]
    try:
        return reader(value)
    except (TypeError, ValueError) as error:
        raise _invalid(index, name, f"{kind}.{name}: {error}") from error


def _read_step(index: int, data: object) -> Step:
    if not isinstance(data, Mapping):
        raise _invalid(index, "", "not an object")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in STEP_TYPES:
        raise _invalid(index, "kind", f"no step of kind {kind!r}")
    cls = STEP_TYPES[kind]
    known = {field.name: field for field in fields(cls)}
    for name in data:
        if name != "kind" and name not in known:
            raise _invalid(index, str(name), f"{kind} has no field {name!r}")
    for name, field in known.items():
        if name not in data and field.default is MISSING:
            raise _invalid(index, name, f"{kind} needs the field {name!r}")
    return cls(**{name: _read_field(index, kind, name, data[name]) for name in known if name in data})  # type: ignore[arg-type]


def recipe_from_dicts(dicts: Sequence[object]) -> Recipe:
    """Read a recipe back; SurveyError("recipe-step-invalid") names the step's place and its field."""
    return tuple(_read_step(index, data) for index, data in enumerate(dicts))
