"""Estimates with their design-based errors, for areas and groups; then what indicators get of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sqlalchemy import delete, insert

from app.analysis.estimates import Estimates
from app.db import db
from app.errors import NotFound
from app.indicators.queries import years_with_sets
from app.surveys.estimation_design import (
    Domain,
    EstimationDesign,
    estimate_domains,
    estimation_design,
    weighted_shares,
)
from app.surveys.indicator_estimates import record_satisfactions, record_survey_values
from app.surveys.measures import Measured, measured
from app.surveys.models import AnswerCount, Estimate, Wave, WeightRun
from app.surveys.response_table import ResponseRow
from app.surveys.settings import Settings
from app.surveys.small_cells import Cell, cell_of, withheld_cells
from app.surveys.wave_queries import current_run
from app.surveys.wave_settings import settings_version
from app.surveys.weighting import play_again, weigh

_BATCH = 1000
_FIGURES = ("estimate", "se", "low", "high", "deff", "df")


@dataclass(frozen=True)
class Estimated:
    """What an estimation wrote: its run, and how many estimates, satisfactions and indicator values."""

    run_id: int
    estimates: int
    satisfactions: int
    values: int


def estimate(*, wave_id: int, record: bool = True) -> Estimated:
    """Estimate everything of the current run and write it; estimating a run again gives the same rows.

    Means in points and shares of the two best answers, of every scored question, dimension and the
    whole; for the city, districts, streets, and groups of residents. With ``record``, the indicators'
    satisfaction and survey values follow. Raises NotFound ``not-weighted``, Conflict ``weights-stale``.
    """
    run = current_run(wave_id)
    if run is None:
        raise NotFound("not-weighted")
    wave = db.session.get_one(Wave, wave_id)
    settings = settings_version(wave, run.settings_version)
    setting = estimation_design(play_again(run), wave.root_id, settings)
    measures = measured(setting.table, settings)
    rows = list(_rows(wave, run, setting, measures, settings, setting.domains))
    _write(run, rows)
    _count_answers(wave, run, setting.table.rows, settings)
    satisfactions = values = 0
    if record and wave.exam_year in years_with_sets():
        satisfactions = record_satisfactions(wave=wave, run=run, setting=setting, settings=settings)
        values = record_survey_values(wave=wave, run=run, setting=setting, settings=settings)
    return Estimated(run.id, len(rows), satisfactions, values)


def compare_cases(
    *,
    wave_id: int,
    recipe: Sequence[Mapping[str, Any]],
) -> None:
    """Weigh all eligible answers, and those without any flag, and estimate the city's figures of both.

    Beside the results by the stated rule, these show how much flagged answers matter. ``recipe``: that
    of the wave's own run, so that nothing but the answers differs.
    """
    wave = db.session.get_one(Wave, wave_id)
    for cases in ("all", "unflagged"):
        run = weigh(wave_id=wave_id, recipe=recipe, cases=cases)
        settings = settings_version(wave, run.settings_version)
        setting = estimation_design(play_again(run), wave.root_id, settings)
        city = [domain for domain in setting.domains if domain.level == "city" and not domain.group_variable]
        measures = [each for each in measured(setting.table, settings) if each.measure != "question"]
        _write(run, list(_rows(wave, run, setting, measures, settings, city)))


def _rows(
    wave: Wave,
    run: WeightRun,
    setting: EstimationDesign,
    measures: Sequence[Measured],
    settings: Settings,
    domains: Sequence[Domain],
) -> Iterable[dict[str, Any]]:
    weights = setting.design.weights
    for each in measures:
        marks = None if each.dont_know is None else setting.spread(each.dont_know)
        found = {
            "mean": estimate_domains(setting, each.points, domains),
            "top2": estimate_domains(setting, each.top, domains),
        }
        # Both statistics stand on the same answers, so the same cells are held back.
        hidden = withheld_cells(setting, found["mean"], settings.small_cell)
        for place, domain in enumerate(domains):
            shares = {} if marks is None else weighted_shares(weights, marks, domain)
            for statistic, of_domains in found.items():
                for row in figures(of_domains[place][1], domain, hidden):
                    label = row.pop("label")
                    is_group = bool(domain.group_variable)
                    yield row | {
                        "run_id": run.id,
                        "wave_id": wave.id,
                        "measure": each.measure,
                        "code": each.code,
                        "area_id": wave.root_id if is_group else int(label),
                        "group_variable": domain.group_variable,
                        "group_category": label if is_group else "",
                        "statistic": statistic,
                        "dont_know_share": shares.get(label),
                    }


def figures(found: Estimates, domain: Domain, hidden: Collection[Cell]) -> list[dict[str, Any]]:
    """The figures of each label as plain JSON-able values, None where there is none."""
    rows = []
    for i, label in enumerate(domain.names(found.labels)):
        row: dict[str, Any] = {name: plain(getattr(found, name)[i]) for name in _FIGURES}
        row["label"] = label
        row["n"], row["psus"] = int(found.n[i]), int(found.psus[i])
        row["weighted_n"] = float(found.weighted_n[i])
        row["state"] = found.state[i]
        row["suppressed"] = cell_of(domain, label) in hidden
        rows.append(row)
    return rows


def plain(value: float) -> float | None:
    """A float of the database; None for nan."""
    return float(value) if isfinite(value) else None


def _count_answers(wave: Wave, run: WeightRun, rows: Sequence[ResponseRow], settings: Settings) -> None:
    """Keep how often each code was answered, for the city, its districts and streets."""
    coded = [each.name for each in settings.questions if each.type.startswith("select")]
    counts: defaultdict[int, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        areas = [area for area in (wave.root_id, row.district_id, row.street_id) if area is not None]
        for name in coded:
            if (value := row.answers.get(name)) is not None:
                codes = value if isinstance(value, list) else [str(value)]
                for area_id in areas:
                    counts[area_id][name].update(codes)
    db.session.execute(delete(AnswerCount).where(AnswerCount.run_id == run.id))
    kept = [{"run_id": run.id, "area_id": area, "counts": found} for area, found in sorted(counts.items())]
    db.session.execute(insert(AnswerCount), kept)


def _write(run: WeightRun, rows: Sequence[dict[str, Any]]) -> None:
    db.session.execute(delete(Estimate).where(Estimate.run_id == run.id))
    for start in range(0, len(rows), _BATCH):
        db.session.execute(Estimate.__table__.insert(), list(rows[start : start + _BATCH]))
