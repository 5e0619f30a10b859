"""Mobile signalling at night: persons and crowded ground by street, and the cells and hours behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.disclosure import to_pool_everywhere
from app.analysis.grids import (
    CellShares,
    cell_polygons,
    cell_shares,
    dense_area,
    is_dense,
    overlap_persons,
    persons_per_zone,
)
from app.analysis.spatial import zone_areas
from app.sources.evidence import FEWEST_PERSONS, Evidence, Floats, Measured, by_street, counted_rows
from app.sources.grounds import Ground
from app.sources.models import Dataset
from app.sources.signalling import cell_hours, night_stock
from app.storage import storage


@dataclass(frozen=True)
class NightCells:
    """Cells (cells,) with their mean persons at night and km2, and how the streets share them.

    ``persons_here`` and ``dense`` tell of each overlap of ``shares`` who is counted in the street, and
    whether its ground counts as crowded.
    """

    x: Floats
    y: Floats
    persons: Floats
    km2: Floats
    shares: CellShares
    persons_here: Floats
    dense: NDArray[np.bool_]


def night_cells(dataset: Dataset, ground: Ground) -> NightCells:
    """Sum a dataset by cell over the night hours, and lay the cells over the streets."""
    cells = night_stock(_path(dataset), night=ground.rules.night, time_zone=ground.rules.time_zone)
    squares = list(cell_polygons(cells["x"], cells["y"], dataset.cell_m or 0.0, dataset.crs or ""))
    shares = cell_shares(squares, ground.zones, metric=ground.metric)
    km2 = zone_areas(squares, metric=ground.metric)
    dense = is_dense(cells["persons"], km2, shares, threshold=ground.rules.dense_persons_km2)
    here = overlap_persons(cells["persons"], shares)
    return NightCells(cells["x"], cells["y"], cells["persons"], km2, shares, here, dense)


def measure_stock(dataset: Dataset, ground: Ground) -> Measured:
    """Crowded ground of each street, with the cells and persons it was told from."""
    cells = night_cells(dataset, ground)
    touched, streets, limit = cells.shares.zone, len(ground.zones), ground.rules.dense_persons_km2
    dense = dense_area(cells.persons, cells.km2, cells.shares, threshold=limit)
    counted = by_street(ground, "cells", np.bincount(touched, minlength=streets))
    counted |= by_street(ground, "dense_cells", np.bincount(touched[cells.dense], minlength=streets))
    counted |= by_street(ground, "night_persons", persons_per_zone(cells.persons, cells.shares))
    return Measured(by_street(ground, "area_dense_ms", dense), counted)


def cells_behind(dataset: Dataset, ground: Ground, name: str, street: int) -> Evidence | None:
    """The cells behind a figure of a street (its index); ``hours:<x>,<y>`` asks for the hours of one."""
    if name.startswith("hours:"):
        return _hours_of(dataset, ground, name.removeprefix("hours:"), street)
    if name not in {"cells", "dense_cells", "night_persons", "area_dense_ms"}:
        return None
    cells = night_cells(dataset, ground)
    crowded_only = name in {"dense_cells", "area_dense_ms"}
    rows = np.flatnonzero((cells.shares.zone == street) & (cells.dense | (not crowded_only)))
    columns = _columns(cells, rows)
    pooled = _pooled(cells)
    beyond = cells.shares.cell[(cells.shares.zone == street) & ~cells.dense & crowded_only]
    figure = {
        "night_persons": float(columns["persons_here"].sum()),
        "area_dense_ms": float(columns["km2_here"].sum()),
    }.get(name, len(rows))
    return counted_rows(
        "cells",
        figure,
        columns,
        persons=columns["persons"],
        adding=("persons_here", "km2_here"),
        pooled=pooled[cells.shares.cell[rows]],
        apart=cells.persons[beyond[pooled[beyond]]],
    )


def _pooled(cells: NightCells) -> NDArray[np.bool_]:
    """The cells (cells,) shown in no list: a street's, its crowded ones, and the others, by subtraction."""
    touched = cells.shares.zone
    of_streets = [touched == street for street in range(cells.shares.zone_count)]
    lists = [
        cells.shares.cell[part]
        for here in of_streets
        for part in (here, here & cells.dense, here & ~cells.dense)
    ]
    return to_pool_everywhere(cells.persons, lists, fewest=FEWEST_PERSONS)


def _columns(cells: NightCells, rows: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    cell = cells.shares.cell[rows]
    return {
        "x": cells.x[cell],
        "y": cells.y[cell],
        "persons": cells.persons[cell],
        "density": cells.persons[cell] / cells.km2[cell],
        "dense": cells.dense[rows],
        "share": 100.0 * cells.shares.share[rows],
        "persons_here": cells.persons_here[rows],
        "km2_here": cells.shares.overlap_km2[rows],
    }


def _hours_of(dataset: Dataset, ground: Ground, place: str, street: int) -> Evidence | None:
    """Persons by night hour in a cell of the street whose own number may be shown."""
    shown = cells_behind(dataset, ground, "cells", street)
    at = [] if shown is None else shown.page(0, len(shown))
    cell = next((each for each in at if f"{each['x']!r},{each['y']!r}" == place), None)
    if cell is None:
        return None
    found, hours = cell_hours(
        _path(dataset),
        cell=(cell["x"], cell["y"]),
        night=ground.rules.night,
        time_zone=ground.rules.time_zone,
    )
    figure = float(found["persons"].sum()) / hours
    facts = {"hours": float(hours), "x": cell["x"], "y": cell["y"]}
    return counted_rows(
        "hours", figure, found, persons=found["persons"], adding=("persons", "rows"), facts=facts
    )


def _path(dataset: Dataset) -> str:
    return str(storage().path(dataset.sha256))
