"""Figures that an operator delivers as a finished table, and the cells they stand in."""

from __future__ import annotations

from app.areas.models import Area
from app.areas.queries import areas_by_code
from app.sources.evidence import Evidence, Measured
from app.sources.grounds import Ground
from app.sources.models import Dataset
from app.sources.reading import DeliveredFigure, read_delivered
from app.storage import storage


def delivered_figures(dataset: Dataset) -> list[DeliveredFigure]:
    """All figures of a dataset, in the order of the table."""
    return read_delivered(storage().get(dataset.sha256), dataset.file_name)


def measure_delivered(dataset: Dataset, _ground: Ground) -> Measured:
    """The figures as they were delivered, by item and area."""
    figures = delivered_figures(dataset)
    known = areas_by_code(figure.area_code for figure in figures)
    return Measured({(each.item_code, known[each.area_code].id): each.value for each in figures}, {})


def delivered_behind(dataset: Dataset, name: str, area: Area) -> Evidence | None:
    """The row of the table that holds an item of an area."""
    found = [
        each for each in delivered_figures(dataset) if (each.item_code, each.area_code) == (name, area.code)
    ]
    if not found:
        return None
    columns = {
        "row": [each.row for each in found],
        "sheet": [each.sheet for each in found],
        "cell": [each.cells["value"].rpartition("!")[2] for each in found],
        "area_code": [each.area_code for each in found],
        "item_code": [each.item_code for each in found],
        "value": [each.value for each in found],
    }
    return Evidence("delivered", sum(each.value for each in found), columns)
