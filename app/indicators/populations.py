"""Resident population of areas, for means that have to be weighted by it."""

from __future__ import annotations

from sqlalchemy import select

from app.areas.models import MarginTable
from app.areas.queries import margin
from app.db import db

#: The item that asks for resident population; used before any margin table.
POPULATION_ITEM = "pop_resident"


def margin_populations(root_id: int, exam_year: int) -> dict[int, float]:
    """Persons by area id from the newest margin table of the city that is not later than the exam.

    Empty when there is no such table. Two statements.
    """
    query = (
        select(MarginTable)
        .where(MarginTable.root_id == root_id, MarginTable.reference_year <= exam_year)
        .order_by(MarginTable.reference_year.desc(), MarginTable.id.desc())
    )
    persons: dict[int, float] = {}
    for table in db.session.execute(query).scalars():
        persons = {area_id: count for (area_id, _category), count in margin(table, "total").items()}
        if persons:
            break
    return persons
