"""Turning the datasets of a year into base items per street, with the rules that were used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.areas.models import Area
from app.db import db
from app.errors import Invalid
from app.indicators.items import NewItem, record_items, retire_items
from app.indicators.queries import catalogue
from app.sources.covers import measure_land_cover
from app.sources.deliveries import measure_delivered
from app.sources.evidence import Figures, Measured
from app.sources.facilities import measure_points
from app.sources.grounds import Ground, Rules, ground_of
from app.sources.models import SOURCE_KIND_OF, Dataset, Measurement
from app.sources.presence import measure_stock
from app.sources.queries import datasets, measurements
from app.sources.trips import measure_commuting

#: What the recorded figures name as their origin, with the ids of the run and of the dataset.
_PROVENANCE = "measurement"
_MEASURES: Mapping[str, Callable[[Dataset, Ground], Measured]] = {
    "land_cover": measure_land_cover,
    "points": measure_points,
    "signalling_stock": measure_stock,
    "signalling_commuting": measure_commuting,
    "delivered_table": measure_delivered,
}


def measure(*, exam_year: int, root: Area) -> Measurement:
    """Measure every dataset of the year and record base items.

    Where two datasets give the same figure for the same vintage, the newer one counts; a figure of an
    earlier run that this one no longer yields is retired, so the year is measured even where all its datasets
    were withdrawn. Raises Invalid ``nothing-to-measure`` and
    ``boundaries-missing``.
    """
    found = datasets(exam_year, root.id)
    if not found and not measurements(exam_year, root.id):
        raise Invalid("nothing-to-measure", exam_year=exam_year)
    ground = ground_of(exam_year, root, found, Rules.in_force())
    # All the computing comes before the first write: SQLite has one writer, and residents answer meanwhile.
    measured = [(dataset, _MEASURES[dataset.kind](dataset, ground)) for dataset in found]
    run = Measurement(
        exam_year=exam_year,
        root_id=root.id,
        dataset_ids=[each.id for each in found],
        rules=_rules(ground, found),
        facts={},
    )
    db.session.add(run)
    db.session.flush()
    rows, unused = _new_items(run, measured)
    done = record_items(rows=rows)
    retired = retire_items(exam_year=exam_year, kind=_PROVENANCE, origins=_earlier_origins(run))
    run.facts = {
        "recorded": done.recorded,
        "unchanged": done.unchanged,
        "retired": retired,
        "items_not_in_set": unused,
        "counted": {str(dataset.id): _by_name(found.counted) for dataset, found in measured},
    }
    db.session.flush()
    return run


def _by_name(counted: Figures) -> dict[str, dict[str, float]]:
    told: dict[str, dict[str, float]] = {}
    for (name, area_id), value in counted.items():
        told.setdefault(name, {})[str(area_id)] = value
    return told


def _new_items(
    run: Measurement, measured: Sequence[tuple[Dataset, Measured]]
) -> tuple[list[NewItem], list[str]]:
    """The figures of all datasets, and the codes that the year's catalogue does not know."""
    source_kinds = {item.code: item.source_kind for item in catalogue(run.exam_year).items}
    rows: dict[tuple[str, int, str, str], NewItem] = {}
    unused: set[str] = set()
    for dataset, found in measured:
        for (code, area_id), value in sorted(found.figures.items()):
            if code not in source_kinds:
                unused.add(code)
                continue
            kind = SOURCE_KIND_OF[dataset.kind] or source_kinds[code]
            rows[code, area_id, kind, dataset.vintage] = NewItem(
                item_code=code,
                area_id=area_id,
                exam_year=run.exam_year,
                source_kind=kind,
                vintage=dataset.vintage,
                value=value,
                provenance=(_PROVENANCE, _origin(run, dataset.id)),
            )
    return list(rows.values()), sorted(unused)


def _origin(run: Measurement, dataset_id: int) -> str:
    return f"{run.id}:{dataset_id}"


def _earlier_origins(run: Measurement) -> set[str]:
    """What the figures of the earlier runs over this year and city name as their origin."""
    earlier = [each for each in measurements(run.exam_year, run.root_id) if each.id != run.id]
    return {_origin(each, dataset_id) for each in earlier for dataset_id in each.dataset_ids}


def _rules(ground: Ground, found: Sequence[Dataset]) -> dict[str, Any]:
    cells = {each.title: each.cell_m for each in found if each.cell_m is not None}
    return {
        **ground.rules.told(),
        "zone": "built-up zone from the land cover" if ground.built_up else "whole street",
        **({"grid_m": cells} if cells else {}),
    }
