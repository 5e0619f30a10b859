"""What indicators get of a survey: satisfaction with their matter, and values of survey indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import numpy as np

from app.analysis.estimates import Estimates
from app.indicators.models import Formula, Satisfaction
from app.indicators.queries import Catalogue, catalogue
from app.indicators.superseding import supersede
from app.indicators.values import NewValue, record_many
from app.surveys.estimation_design import Domain, EstimationDesign, estimate_domains
from app.surveys.estimators import estimator_column, near_mask, read_estimator
from app.surveys.measures import row_means
from app.surveys.models import Wave, WeightRun
from app.surveys.response_table import FloatArray
from app.surveys.settings import Settings
from app.surveys.small_cells import cell_of, withheld_cells

PROVENANCE = "survey_estimate"
_BATCH = 500
_LEVELS = ("city", "district", "street")


def record_satisfactions(*, wave: Wave, run: WeightRun, setting: EstimationDesign, settings: Settings) -> int:
    """Record the satisfaction of every indicator that questions are linked to; returns how many rows.

    The points of a resident are the mean over the indicator's questions. An area with fewer answers
    than may be shown gets no score, but its number of answers.
    """
    points = {each.name: setting.table.points(each.name, settings) for each in settings.scored}
    known = {each.code for each in catalogue(wave.exam_year).indicators}
    linked: dict[str, list[str]] = {}
    for question in settings.scored:
        for code in question.indicator_codes:
            linked.setdefault(code, []).append(question.name)
    rows = []
    estimated: dict[tuple[str, ...], list[_Figure]] = {}
    for code, names in linked.items():
        if code not in known:
            continue
        if tuple(names) not in estimated:
            values = row_means(points[name] for name in names)
            found = _figures(setting, _area_domains(setting), values, settings.small_cell)
            estimated[tuple(names)] = list(found)
        rows += [_satisfaction(wave, run, code, names, figure) for figure in estimated[tuple(names)]]
    # In parts, because the cost of one long insert that gives its ids back grows with its square.
    parts = (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
    return sum(len(supersede(table=Satisfaction, rows=part).ids) for part in parts)


def _satisfaction(
    wave: Wave, run: WeightRun, code: str, names: Sequence[str], figure: _Figure
) -> dict[str, Any]:
    return {
        "indicator_code": code,
        "area_id": figure.area_id,
        "exam_year": wave.exam_year,
        "score": None if figure.value is None else min(100.0, max(0.0, figure.value)),
        "standard_error": figure.se,
        "degrees_of_freedom": figure.degrees,
        "sample_size": figure.n,
        "method": f"survey_satisfaction: {', '.join(names)}",
        "provenance_kind": PROVENANCE,
        "provenance_id": f"{run.id}:{code}",
    }


def record_survey_values(*, wave: Wave, run: WeightRun, setting: EstimationDesign, settings: Settings) -> int:
    """Record the values of indicators that the set estimates from the survey; returns how many rows.

    Each level from the city down to the formula's is estimated directly. An indicator whose question is
    not asked gets no value. Raises Invalid ``estimator-unreadable``.
    """
    known = catalogue(wave.exam_year)
    rows = []
    for formula in known.formulas:
        if formula.source_kind == "survey" and formula.survey_estimator:
            rows += list(_values(wave, run, setting, settings, known, formula))
    return len(record_many(rows=rows).ids) if rows else 0


class _Figure:
    """An area's mean with its error and number of answers; no value where it may not be shown."""

    def __init__(self, area_id: int, found: Estimates, place: int, *, suppressed: bool) -> None:
        value, se = float(found.estimate[place]), float(found.se[place])
        self.area_id, self.n, self.suppressed = area_id, int(found.n[place]), suppressed
        shown = not suppressed and isfinite(value)
        self.value = value if shown else None
        self.se = se if shown and isfinite(se) else None
        self.degrees = None if self.se is None else max(float(found.df[place]), 1.0)


def _area_domains(setting: EstimationDesign) -> list[Domain]:
    return [domain for domain in setting.domains if not domain.group_variable]


def _figures(
    setting: EstimationDesign, domains: Sequence[Domain], values: FloatArray, small_cell: int
) -> Iterator[_Figure]:
    estimated = estimate_domains(setting, values, domains)
    hidden = withheld_cells(setting, estimated, small_cell)
    for domain, found in estimated:
        for i, label in enumerate(domain.names(found.labels)):
            yield _Figure(int(label), found, i, suppressed=cell_of(domain, label) in hidden)


def _values(
    wave: Wave,
    run: WeightRun,
    setting: EstimationDesign,
    settings: Settings,
    known: Catalogue,
    formula: Formula,
) -> Iterator[NewValue]:
    code, text = formula.indicator_code, str(formula.survey_estimator)
    per_cent = known.indicator(code).unit == "%"
    values = estimator_column(read_estimator(text), setting.table, settings, per_cent=per_cent)
    if values is None:
        return
    nearby = settings.nearby.get(code)
    if nearby is not None:
        values = np.where(near_mask(setting.table, nearby) > 0, values, np.nan)
        text = f"{text}; residents within {nearby.metres:g} m"
    finest = _LEVELS.index(formula.level) if formula.level in _LEVELS else len(_LEVELS) - 1
    levels = _LEVELS[: finest + 1]
    domains = [domain for domain in _area_domains(setting) if domain.level in levels]
    for figure in _figures(setting, domains, values, settings.small_cell):
        state = "derived" if figure.value is not None else "missing"
        if figure.suppressed:
            state = "suppressed"
        elif nearby is not None and figure.n == 0:
            state = "not_applicable"
        yield NewValue(
            indicator_code=code,
            area_id=figure.area_id,
            exam_year=wave.exam_year,
            source_kind="survey",
            vintage=wave.vintage,
            value=figure.value,
            state=state,
            method=f"survey_estimate: {text}",
            provenance=(PROVENANCE, f"{run.id}:{code}"),
            standard_error=figure.se,
            degrees_of_freedom=figure.degrees,
            sample_size=figure.n,
        )
