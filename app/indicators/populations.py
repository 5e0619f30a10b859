"""Resident population of areas, for means that have to be weighted by it."""

from __future__ import annotations

from sqlalchemy import func, select

from app.areas.models import Area, MarginCell, MarginTable
from app.db import db

#: The item that asks for resident population; used before any margin table.
POPULATION_ITEM = "pop_resident"


def margin_populations(root_id: int, exam_year: int) -> dict[str, float]:
    """Persons by area code from the newest margin table of the city that is not later than the exam.

    By code, because a table is older than many a change of an area's name. The categories of an area are
    added up. Empty when there is no such table. One statement.
    """
    newest = (
        select(MarginTable.id)
        .join(MarginCell, MarginCell.table_id == MarginTable.id)
        .where(
            MarginTable.root_id == root_id,
            MarginTable.reference_year <= exam_year,
            MarginCell.variable == "total",
        )
        .order_by(MarginTable.reference_year.desc(), MarginTable.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Area.code, func.sum(MarginCell.persons).label("persons"))
        .join(Area, Area.id == MarginCell.area_id)
        .where(MarginCell.table_id == newest, MarginCell.variable == "total")
        .group_by(Area.code)
        .order_by(Area.code)
    )
    rows = db.session.execute(query)
    return {row.code: float(row.persons) for row in rows}
