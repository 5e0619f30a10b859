"""The design a run's estimates stand on: the rows that matter, their weights, areas and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from app.analysis.designs import Calibration, Design, make_design
from app.analysis.estimates import Estimates, estimate_mean
from app.surveys.response_table import AnswerTable, FloatArray, ResponseRow
from app.surveys.settings import Settings
from app.surveys.weighting import Played


@dataclass(frozen=True)
class Domain:
    """A way to divide the residents: a level of areas, or a group.

    ``codes`` (n,) numbers each design row's label (an area's id, a category), nan where it has none.
    """

    level: str
    group_variable: str
    labels: tuple[str, ...]
    codes: FloatArray

    def names(self, numbers: Sequence[str]) -> list[str]:
        """The labels of numbers as estimates give them back."""
        return [self.labels[int(number)] for number in numbers]


@dataclass(frozen=True)
class EstimationDesign:
    """The design with its answered rows; columns of responses are put in place by :meth:`spread`."""

    design: Design
    table: AnswerTable
    places: npt.NDArray[np.int64]
    domains: list[Domain]

    def spread(self, values: FloatArray) -> FloatArray:
        """A column of responses as a column of design rows, nan where nobody answered."""
        full = np.full(self.design.n, np.nan)
        full[self.places] = values
        return full

    @cached_property
    def streets_by_district(self) -> dict[str, list[str]]:
        """The streets that were answered from in each district, all by their labels."""
        pairs = {(_text(row.district_id), _text(row.street_id)) for row in self.table.rows}
        found: dict[str, list[str]] = {}
        for district, street in sorted((d, s) for d, s in pairs if d is not None and s is not None):
            found.setdefault(district, []).append(street)
        return found


def estimation_design(played: Played, root_id: int, settings: Settings) -> EstimationDesign:
    """Build the design of a run.

    Units that did not answer weigh nothing; they are kept only where they alone show that their PSU was
    drawn, which keeps all variances and makes the arrays small.
    """
    columns, result = played.columns, played.result
    kept = _needed(columns.responses, columns.strata, columns.psu)
    calibration = None
    if result.calibration is not None:
        held = result.calibration
        calibration = Calibration(
            margins=tuple(np.asarray(margin, dtype=object)[kept] for margin in held.margins),
            numeric=tuple(np.asarray(numeric)[kept] for numeric in held.numeric),
            weights_before=np.asarray(held.weights_before)[kept],
        )
    design = make_design(
        weights=result.weights[kept],
        strata=[columns.strata[i] for i in kept],
        psu=None if columns.psu is None else [columns.psu[i] for i in kept],
        psu_population=None if columns.population is None else columns.population[kept],
        calibration=calibration,
    )
    rows = [columns.responses[i] for i in kept]
    places = np.array([place for place, row in enumerate(rows) if row is not None], dtype=np.int64)
    answered = [row for row in rows if row is not None]
    return EstimationDesign(design, AnswerTable(answered), places, _domains(rows, root_id, settings))


def _needed(
    responses: Sequence[ResponseRow | None], strata: Sequence[str], psu: Sequence[str] | None
) -> npt.NDArray[np.int64]:
    if psu is None:
        return np.arange(len(responses), dtype=np.int64)
    shown = {(strata[i], psu[i]) for i, row in enumerate(responses) if row is not None}
    kept = []
    for i, row in enumerate(responses):
        if row is None and (strata[i], psu[i]) in shown:
            continue
        shown.add((strata[i], psu[i]))
        kept.append(i)
    return np.array(kept, dtype=np.int64)


def _domains(rows: Sequence[ResponseRow | None], root_id: int, settings: Settings) -> list[Domain]:
    found = [
        _domain("city", "", [str(root_id) if row else None for row in rows]),
        _domain("district", "", [_text(row.district_id) if row else None for row in rows]),
        _domain("street", "", [_text(row.street_id) if row else None for row in rows]),
    ]
    for group in settings.groups:
        categories = [row.categories.get(group.code) if row else None for row in rows]
        found.append(_domain("city", group.code, categories))
    return [each for each in found if each.labels]


def _domain(level: str, variable: str, codes: Sequence[str | None]) -> Domain:
    labels = tuple(sorted({code for code in codes if code is not None}))
    numbers: dict[str | None, float] = {label: float(number) for number, label in enumerate(labels)}
    missing = float("nan")
    return Domain(level, variable, labels, np.array([numbers.get(code, missing) for code in codes]))


def estimate_domains(
    setting: EstimationDesign, values: FloatArray, domains: Sequence[Domain]
) -> list[tuple[Domain, Estimates]]:
    """The means of a column of responses (nan where nothing was answered) in each domain."""
    column = setting.spread(values)
    return [(each, estimate_mean(setting.design, column, domains=each.codes)) for each in domains]


def weighted_shares(weights: FloatArray, marks: FloatArray, domain: Domain) -> Mapping[str, float]:
    """Weighted mean of marks (n,; 0 or 1, nan left out) in each domain, by label."""
    known = ~np.isnan(marks) & ~np.isnan(domain.codes)
    at, count = domain.codes[known].astype(np.int64), len(domain.labels)
    below = np.bincount(at, weights=weights[known], minlength=count)
    above = np.bincount(at, weights=weights[known] * marks[known], minlength=count)
    return {domain.labels[i]: float(above[i] / below[i]) for i in range(count) if below[i] > 0}


def _text(area_id: int | None) -> str | None:
    return None if area_id is None else str(area_id)
