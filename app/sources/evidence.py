"""Figures with the rows they were measured from, in the same shape for every kind of data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.disclosure import is_enough, to_pool
from app.sources.grounds import Ground

Figures = dict[tuple[str, int], float]
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
#: Persons in a cell, on a trip or in an hour are told from this number on: fewer could be recognised.
FEWEST_PERSONS = 10.0
#: The figures of a street that count persons, or add up something of theirs.
_OF_PERSONS = frozenset(
    {"night_persons", "commuters", "commuters_ms", "commuters_under5_ms", "commute_minutes_ms"}
)


@dataclass(frozen=True)
class Measured:
    """The figures of a dataset, and what they were counted from in each street, by name and street."""

    figures: Figures
    counted: Figures


@dataclass(frozen=True)
class Evidence:
    """The rows that one figure of one area was measured from.

    ``kind`` names what a row is; ``columns`` holds a value a row for each name, ``sums`` the totals of those
    that add up, over all rows. ``withheld`` rows have too few persons to be shown, or would tell of such:
    ``withheld_sums`` tells them together; it and ``sums`` are empty where even that would tell too much.
    """

    kind: str
    figure: float
    columns: Mapping[str, Sequence[Any] | NDArray[Any]]
    sums: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)
    withheld: int = 0
    withheld_sums: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many rows are shown."""
        return len(next(iter(self.columns.values())))

    def page(self, first: int, last: int) -> list[dict[str, Any]]:
        """The rows of [first, last), each by the names of the columns."""
        parts = {name: _plain(values[first:last]) for name, values in self.columns.items()}
        return [dict(zip(parts, row, strict=True)) for row in zip(*parts.values(), strict=True)]

    def only(self, kept: Iterable[bool]) -> Evidence:
        """The same with some of its rows; figure and sums stay those of all."""
        places = np.flatnonzero(np.fromiter(kept, dtype=bool))
        columns = {name: [values[each] for each in places] for name, values in self.columns.items()}
        return replace(self, columns=columns)


def _plain(values: Sequence[Any] | NDArray[Any]) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def tells_of_few(name: str, value: float, commuters: float) -> bool:
    """Whether a figure of a street counts too few persons to be told, or is of too few ``commuters``."""
    return name in _OF_PERSONS and any(0 < each < FEWEST_PERSONS for each in (value, commuters))


def by_street(ground: Ground, name: str, values: Any) -> Figures:
    """A figure of each street (streets,), by name and street; streets without a number are left out."""
    return {
        (name, street.id): float(value)
        for street, value in zip(ground.streets, values, strict=True)
        if np.isfinite(value)
    }


def counted_rows(
    kind: str,
    figure: float,
    columns: Mapping[str, NDArray[Any]],
    *,
    persons: Floats,
    adding: Sequence[str],
    facts: Mapping[str, float] | None = None,
    pooled: NDArray[np.bool_] | None = None,
    apart: Floats | None = None,
) -> Evidence:
    """Evidence of rows (k,) that count persons, those of too few told together; ``adding`` names the sums.

    ``pooled`` (k,) are the rows not to be shown, where more than this list decides it. ``apart`` are the
    persons of those withheld from a longer list alone: its sums less these must not tell them either.
    """
    if pooled is None:
        pooled = to_pool(persons, fewest=FEWEST_PERSONS)
    hidden = [persons[pooled], *([] if apart is None else [apart])]
    told = not pooled.any() or all(is_enough(each, fewest=FEWEST_PERSONS) for each in hidden)
    return Evidence(
        kind=kind,
        figure=figure,
        columns={name: values[~pooled] for name, values in columns.items()},
        sums={name: float(columns[name].sum()) for name in adding} if told else {},
        facts=facts or {},
        withheld=int(pooled.sum()),
        withheld_sums={name: float(columns[name][pooled].sum()) for name in adding}
        if told and pooled.any()
        else {},
    )
