"""Whether a new version changes what was returned."""

from __future__ import annotations

from sqlalchemy import select

from app.db import db
from app.errors import Place
from app.reporting.asking import area_name, item_name
from app.reporting.models import CellReason, Figure, ReportEvent
from app.reporting.reading import ReportReading
from app.reporting.states import ReportState


def recall_problems(reading: ReportReading, state: ReportState) -> list[Place]:
    """Returned cells that come back with the same figure; code ``figure-returned-unchanged``.

    It stops nothing: the department may be right. Two statements, none where nothing was returned.
    """
    if state.status != "returned" or state.version_id is None:
        return []
    reasons = (
        select(CellReason.item_code, CellReason.area_id, CellReason.text)
        .join(ReportEvent, ReportEvent.id == CellReason.event_id)
        .where(ReportEvent.version_id == state.version_id, ReportEvent.kind == "returned")
        .order_by(CellReason.id)
    )
    texts = {(item, area): text for item, area, text in db.session.execute(reasons)}
    before = select(Figure.item_code, Figure.area_id, Figure.value, Figure.state).where(
        Figure.version_id == state.version_id
    )
    earlier = {(item, area): (value, kind) for item, area, value, kind in db.session.execute(before)}
    items, areas = reading.asked.items, reading.asked.areas
    return [
        Place(
            "figure-returned-unchanged",
            {
                "item": item_name(items[figure.item_code]),
                "area": area_name(areas[figure.area_id]),
                "item_code": figure.item_code,
                "area_id": figure.area_id,
                "reason": texts[figure.item_code, figure.area_id],
            },
            sheet=figure.sheet,
            cell=figure.cell,
        )
        for figure in reading.figures
        if (figure.item_code, figure.area_id) in texts
        and earlier.get((figure.item_code, figure.area_id)) == (figure.value, figure.state)
    ]
