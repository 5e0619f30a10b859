"""Figures that an operator delivers as a finished table, and the cells they stand in."""

from __future__ import annotations

from app.areas.models import Area
from app.db import db
from app.errors import Invalid, Place
from app.indicators.exam_years import areas_of_exam, exam_year_of
from app.sources.evidence import Evidence, Measured
from app.sources.grounds import Ground
from app.sources.models import Dataset
from app.sources.reading import DeliveredFigure, read_delivered
from app.storage import storage


def delivered_figures(dataset: Dataset) -> list[DeliveredFigure]:
    """All figures of a dataset, in the order of the table."""
    return read_delivered(storage().get(dataset.sha256), dataset.file_name)


def measure_delivered(dataset: Dataset, _ground: Ground) -> Measured:
    """The figures as they were delivered, by item and area.

    Raises Invalid ``delivered-areas-changed`` where the areas, or the exam's data date, were changed after
    the table was taken in.
    """
    figures = delivered_figures(dataset)
    root = db.session.get_one(Area, dataset.root_id)
    known = {area.code: area for area in areas_of_exam(dataset.exam_year, root)}
    ended = sorted({figure.area_code for figure in figures} - set(known))
    if ended:
        day = exam_year_of(dataset.exam_year).data_date.isoformat()
        places = [Place("area-not-in-force", {"found": code, "day": day}) for code in ended]
        raise Invalid("delivered-areas-changed", places=places, count=len(ended), title=dataset.title)
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
