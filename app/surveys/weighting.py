"""Weights: a recipe built from the design and the population, played, kept with its digests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select, update

from app.analysis.weights import (
    BaseStep,
    Margin,
    NonresponseStep,
    PostStratifyStep,
    RakeStep,
    Recipe,
    Step,
    TrimStep,
    WeightResult,
    recipe_from_dicts,
    recipe_to_dicts,
    replay,
    weight_summary,
)
from app.areas.models import Area, MarginTable
from app.areas.queries import margin
from app.areas.queries import margin_table as find_margin_table
from app.audit import current_actor
from app.db import db
from app.errors import Conflict, Invalid
from app.surveys.models import CASES, ResponseWeight, Wave, WeightRun
from app.surveys.sample_columns import SampleColumns, sample_columns, strata_of
from app.surveys.settings import Settings
from app.surveys.wave_settings import current_settings, settings_version


@dataclass(frozen=True)
class MarginUse:
    """A margin to rake to: the wave's variable, and where the table has it.

    ``variable``: a group of the wave, or ``district`` (whose categories are area codes).
    ``table_variable``: its name in the table, by default the same. ``level``: ``city`` takes the
    city's own cells, ``district`` those of the districts (of a variable ``total`` for the district
    itself); without it whatever the table has. ``leave_out``: categories of people outside the survey
    (such as children).
    """

    variable: str
    table_variable: str | None = None
    level: str | None = None
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Played:
    """A run's recipe played again over its columns."""

    columns: SampleColumns
    result: WeightResult


def weigh(
    *,
    wave_id: int,
    margin_table: str | None = None,
    margins: Sequence[MarginUse] = (),
    totals: Mapping[str, float] | None = None,
    recipe: Sequence[Mapping[str, Any]] | None = None,
    nonresponse_cells: tuple[str, ...] = ("stratum", "street_kind"),
    trim_median_ratio: float | None = None,
    cases: str = "used",
) -> WeightRun:
    """Weigh the answers of a wave and keep recipe, digests, diagnostics and weights; the run is current.

    two_stage: 1 / probability, non-response inside ``nonresponse_cells``, raking to ``margins`` of the
    table named ``margin_table`` (all the wave's weighting groups and the district that it has, when none
    are named). strata: population / answers, then post-stratified to the strata's populations or to
    ``totals`` by stratum. open: from 1. ``recipe`` (JSON of ``analysis.weights``) replaces the one built.
    Raises Invalid ``no-usable-answers``, ``no-sample``, ``unknown-cases`` and what the steps refuse.
    """
    if cases not in CASES:
        raise Invalid("unknown-cases", found=cases)
    wave = db.session.get_one(Wave, wave_id)
    settings = current_settings(wave)
    columns = sample_columns(wave, cases, [group.code for group in settings.groups])
    sources: dict[str, Any] = {}
    if recipe is not None:
        steps = recipe_from_dicts(list(recipe))
    else:
        steps = _build(wave, settings, margin_table, margins, totals, sources)
        steps = _with_options(steps, wave, nonresponse_cells, trim_median_ratio)
    result = replay(steps, columns.data)
    return _keep(wave, cases, steps, columns, result, sources)


def play_again(run: WeightRun) -> Played:
    """The run's recipe over the answers as they are now; Conflict ``weights-stale`` when they changed."""
    wave = db.session.get_one(Wave, run.wave_id)
    settings = settings_version(wave, run.settings_version)
    columns = sample_columns(wave, run.cases, [group.code for group in settings.groups])
    if columns.digest != run.data_digest:
        raise Conflict("weights-stale", wave=wave.name)
    result = replay(recipe_from_dicts(run.recipe), columns.data)
    if result.weights_digest != run.weights_digest:
        raise Conflict("weights-differ", wave=wave.name)
    return Played(columns, result)


def _build(
    wave: Wave,
    settings: Settings,
    name: str | None,
    margins: Sequence[MarginUse],
    totals: Mapping[str, float] | None,
    sources: dict[str, Any],
) -> list[Step]:
    """Base, then what brings the weights to the population."""
    base = BaseStep(probability=None if wave.design == "open" else "probability")
    if wave.design == "strata":
        known = {each.code: each.population for each in strata_of(wave.id).values()}
        wanted = dict(totals) if totals is not None else known
        sources["totals"] = "given" if totals is not None else "strata"
        cells = tuple(((code,), float(persons)) for code, persons in sorted(wanted.items()))
        return [base, PostStratifyStep(cells=("stratum",), totals=cells)]
    if name is None:
        return [base]
    found = find_margin_table(name)
    uses = margins or _margins_of(found, settings)
    kept = tuple(_margin(found, wave.root_id, use) for use in uses)
    if not kept:
        raise Invalid("margins-missing", table=name)
    sums = {each.variable: sum(persons for _category, persons in each.totals) for each in kept}
    sources |= {"table": name, "source_note": found.source_note, "reference_year": found.reference_year}
    sources["sums"] = sums
    total = sums.get("district", next(iter(sums.values())))
    return [base, RakeStep(margins=kept, total=total)]


def _margins_of(table: MarginTable, settings: Settings) -> tuple[MarginUse, ...]:
    """The weighting groups the table knows, and the district in either way a table may have it."""
    known = {(cell.variable, cell.area.level) for cell in table.cells}
    variables = {variable for variable, _level in known}
    uses = [MarginUse(each.code) for each in settings.groups if each.weighting and each.code in variables]
    if {("total", "district"), ("district", "city")} & known:
        uses.append(MarginUse("district"))
    return tuple(uses)


def _margin(table: MarginTable, root_id: int, use: MarginUse) -> Margin:
    """The totals of one variable; the city's are the sum of its districts where it has none itself."""
    counted = _of_districts(table, use) if _is_by_district(table, use) else _of_city(table, root_id, use)
    if not counted:
        raise Invalid("margin-variable-missing", found=use.table_variable or use.variable, table=table.name)
    return Margin(use.variable, tuple(sorted(counted.items())))


def _is_by_district(table: MarginTable, use: MarginUse) -> bool:
    if use.variable != "district" or use.level == "city":
        return False
    return use.level == "district" or not margin(table, use.table_variable or "district", level="city")


def _of_districts(table: MarginTable, use: MarginUse) -> dict[str, float]:
    """Persons by code of the district: the cells of the districts themselves."""
    cells = margin(table, use.table_variable or "total", level="district")
    query = select(Area.id, Area.code).where(Area.id.in_({area_id for area_id, _category in cells}))
    codes = {row.id: row.code for row in db.session.execute(query)}
    counted: defaultdict[str, float] = defaultdict(float)
    for (area_id, category), persons in cells.items():
        if category not in use.leave_out:
            counted[codes[area_id]] += persons
    return counted


def _of_city(table: MarginTable, root_id: int, use: MarginUse) -> dict[str, float]:
    """Persons by category: the city's own cells, or the sums of the districts' where it has none."""
    name = use.table_variable or use.variable
    own = {key: n for key, n in margin(table, name, level="city").items() if key[0] == root_id}
    cells = own or ({} if use.level == "city" else margin(table, name, level="district"))
    counted: defaultdict[str, float] = defaultdict(float)
    for (_area_id, category), persons in cells.items():
        if category not in use.leave_out:
            counted[category] += persons
    return counted


def _with_options(
    steps: list[Step], wave: Wave, cells: tuple[str, ...], trim_median_ratio: float | None
) -> Recipe:
    """Non-response after the base, and trimming before the last step is played once more."""
    if wave.design == "two_stage" and cells:
        steps = [steps[0], NonresponseStep(cells=cells, parent=cells[:1]), *steps[1:]]
    if trim_median_ratio is not None:
        again = steps[-1:] if isinstance(steps[-1], RakeStep | PostStratifyStep) else []
        steps = [*steps, TrimStep(upper=trim_median_ratio, unit="median_ratio"), *again]
    return tuple(steps)


def _keep(
    wave: Wave,
    cases: str,
    steps: Recipe,
    columns: SampleColumns,
    result: WeightResult,
    sources: dict[str, Any],
) -> WeightRun:
    same = (WeightRun.wave_id == wave.id, WeightRun.cases == cases)
    db.session.execute(update(WeightRun).where(*same, WeightRun.is_current.is_(True)).values(is_current=None))
    last = db.session.execute(select(func.max(WeightRun.number)).where(WeightRun.wave_id == wave.id)).scalar()
    run = WeightRun(
        wave_id=wave.id,
        number=(last or 0) + 1,
        cases=cases,
        settings_version=wave.settings_version,
        recipe=recipe_to_dicts(steps),
        recipe_digest=result.recipe_digest,
        data_digest=columns.digest,
        weights_digest=result.weights_digest,
        diagnostics=_diagnostics(columns, result, sources),
        made_by=current_actor(),
    )
    db.session.add(run)
    db.session.flush()
    base = replay(steps[:1], columns.data).weights
    rows = [
        {"run_id": run.id, "response_id": row.id, "base_weight": float(first), "weight": float(final)}
        for row, first, final in zip(columns.responses, base, result.weights, strict=True)
        if row is not None
    ]
    db.session.execute(insert(ResponseWeight), rows)
    return run


def _diagnostics(columns: SampleColumns, result: WeightResult, sources: dict[str, Any]) -> dict[str, Any]:
    answered = np.array([row is not None for row in columns.responses])
    summary = asdict(weight_summary(result.weights))
    summary["median"] = float(np.median(result.weights[result.weights > 0]))
    last = result.diagnostics[-1]
    return {
        "steps": [each.to_dict() for each in result.diagnostics],
        "summary": summary,
        "converged": all(each.converged for each in result.diagnostics),
        "largest_gap": last.largest_gap,
        "units": len(columns.responses),
        "answers": int(answered.sum()),
        "sources": sources,
    }
