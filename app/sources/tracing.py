"""Which rows of a file a figure was measured from: the run's own measuring, done again for one area."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.areas.models import Area
from app.sources.covers import pixels_behind
from app.sources.deliveries import delivered_behind
from app.sources.evidence import Evidence
from app.sources.facilities import points_behind
from app.sources.grounds import Ground, Rules, ground_of
from app.sources.models import Dataset, Measurement
from app.sources.presence import cells_behind
from app.sources.queries import dataset as dataset_by_id
from app.sources.trips import trips_behind

_BEHIND: Mapping[str, Callable[[Dataset, Ground, str, int], Evidence | None]] = {
    "land_cover": pixels_behind,
    "points": points_behind,
    "signalling_stock": cells_behind,
    "signalling_commuting": trips_behind,
}


def rows_behind(run: Measurement, dataset: Dataset, name: str, area: Area) -> Evidence | None:
    """The rows behind an item, or behind something that was counted (see ``Measured``), of an area.

    The rules are those of the run, the boundaries those of today. None where there is nothing of the name;
    all but delivered tables know streets alone.
    """
    if dataset.kind == "delivered_table":
        return delivered_behind(dataset, name, area)
    found = [dataset_by_id(each) for each in run.dataset_ids]
    ground = ground_of(run.exam_year, run.root, found, Rules.of_run(run.rules), around=area)
    street = next((place for place, each in enumerate(ground.streets) if each.id == area.id), None)
    return None if street is None else _BEHIND[dataset.kind](dataset, ground, name, street)
