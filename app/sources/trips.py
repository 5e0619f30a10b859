"""Commuting by street of origin, from mobile signalling, and the pairs of cells behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.analysis.grids import Commuting, commuting
from app.analysis.spatial import count_points, to_wgs84
from app.sources.evidence import Evidence, Floats, Indices, Measured, by_street, counted_rows
from app.sources.grounds import Ground
from app.sources.models import Dataset
from app.sources.signalling import commuting_pairs
from app.storage import storage


@dataclass(frozen=True)
class PlacedTrips:
    """Pairs of cells (k,) with the street that each begins in (-1 for none), and what is measured of them."""

    pairs: dict[str, Floats]
    street: Indices
    found: Commuting

    @property
    def mean_minutes(self) -> Floats:
        """By street (streets,), over those whose time is known; NaN where nobody's is."""
        minutes = self.found.mean_minutes
        return np.full(len(self.found.persons), np.nan) if minutes is None else minutes


def place_trips(dataset: Dataset, ground: Ground) -> PlacedTrips:
    """Sum a dataset by pair of cells, and find the street that each begins in."""
    pairs = commuting_pairs(str(storage().path(dataset.sha256)))
    start = to_wgs84(pairs["origin_x"], pairs["origin_y"], dataset.crs or "")
    end = to_wgs84(pairs["destination_x"], pairs["destination_y"], dataset.crs or "")
    street = count_points(*start, ground.zones, metric=ground.metric).zone_of
    found = commuting(
        *start,
        *end,
        pairs["count"],
        minutes=pairs["minutes"],
        zone_of=street,
        zone_count=len(ground.zones),
        metric=ground.metric,
    )
    return PlacedTrips(pairs, street, found)


def measure_commuting(dataset: Dataset, ground: Ground) -> Measured:
    """Commuters of each street, their minutes, and those of them with a short way."""
    trips = place_trips(dataset, ground)
    persons = trips.found.persons
    figures = by_street(ground, "commuters_ms", persons)
    figures |= by_street(ground, "commute_minutes_ms", persons * trips.mean_minutes)
    figures |= by_street(ground, "commuters_under5_ms", persons * trips.found.share_under)
    pairs_of = np.bincount(trips.street[trips.street >= 0], minlength=len(ground.zones))
    counted = by_street(ground, "origins", pairs_of) | by_street(ground, "commuters", persons)
    return Measured(figures, counted)


def trips_behind(dataset: Dataset, ground: Ground, name: str, street: int) -> Evidence | None:
    """The pairs of cells behind a figure of a street (its index).

    Whose time is unknown counts with the mean of the street, as in the figure.
    """
    trips = place_trips(dataset, ground)
    rows = np.flatnonzero(trips.street == street)
    persons, minutes = trips.pairs["count"][rows], trips.pairs["minutes"][rows]
    ends = ("origin_x", "origin_y", "destination_x", "destination_y")
    timed = np.where(np.isnan(minutes), trips.mean_minutes[street], minutes)
    columns = {each: trips.pairs[each][rows] for each in ends} | {
        "km": trips.found.km[rows],
        "minutes": minutes,
        "persons": persons,
        "persons_under5": np.where(trips.found.under[rows], persons, 0.0),
        "person_minutes": persons * timed,
    }
    adding = ("persons", "persons_under5", "person_minutes")
    sum_of = {"commuters": "persons", "commuters_ms": "persons"} | {
        "commuters_under5_ms": "persons_under5",
        "commute_minutes_ms": "person_minutes",
    }
    if name != "origins" and name not in sum_of:
        return None
    figure = len(rows) if name == "origins" else float(columns[sum_of[name]].sum())
    return counted_rows("trips", figure, columns, persons=persons, adding=adding)
