"""What the exam office decides: return with reasons, accept, open again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.areas.models import Area
from app.db import db
from app.errors import Invalid, NotFound, Place
from app.indicators.items import NewItem, record_items, retire_items
from app.indicators.queries import catalogue
from app.reporting.models import CellReason, Figure, Report, ReportEvent, ReportVersion
from app.reporting.states import Step, after
from app.reporting.stepping import add_event, newest_version, state_of, version_by_id

#: What the recorded figures name as their origin, with the id of the figure.
_PROVENANCE = "figure"


@dataclass(frozen=True)
class CellReasonInput:
    """Why one cell goes back."""

    item_code: str
    area_code: str
    text: str


def return_report(*, version_id: int, reasons: Sequence[CellReasonInput], text: str = "") -> ReportEvent:
    """Send a version back, with a reason for each cell that must be looked at again.

    Raises Invalid ``return-without-reason`` (neither cells nor a text), ``return-invalid`` with a place for
    each cell that is unknown, named twice or has no reason; Conflict ``version-outdated`` |
    ``report-step-impossible``.
    """
    version = newest_version(version_id)
    if not reasons and not text.strip():
        raise Invalid("return-without-reason")
    areas = _checked_areas(version, reasons)
    event = add_event(report=version.report, kind="returned", version=version, text=text)
    event.reasons = [
        CellReason(item_code=each.item_code, area_id=areas[each.area_code], text=each.text.strip()[:500])
        for each in reasons
    ]
    db.session.flush()
    return event


def accept(*, version_id: int, text: str = "") -> ReportEvent:
    """Accept a version: all its figures become the item values in force, in one go.

    Figures of earlier versions are superseded, those that this one no longer has are retired. Raises
    Conflict ``version-outdated`` | ``report-step-impossible`` and what
    :func:`app.indicators.items.record_items` raises.
    """
    version = newest_version(version_id)
    after(state_of(version.report), Step("accepted", version.id))
    record_items(rows=_new_items(version))
    retire_items(
        exam_year=version.report.campaign.exam_year, kind=_PROVENANCE, origins=_earlier_figures(version)
    )
    return add_event(report=version.report, kind="accepted", version=version, text=text)


def reopen(*, report_id: int, text: str) -> ReportEvent:
    """Let the department correct an accepted report; its figures stay in force meanwhile.

    Raises NotFound ``unknown-report``, Invalid ``reopening-reason-missing``, Conflict
    ``report-step-impossible``.
    """
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound("unknown-report", found=report_id)
    if not text.strip():
        raise Invalid("reopening-reason-missing")
    state = state_of(report)
    after(state, Step("reopened", state.version_id or 0))
    return add_event(report=report, kind="reopened", version=version_by_id(state.version_id or 0), text=text)


def _checked_areas(version: ReportVersion, reasons: Sequence[CellReasonInput]) -> dict[str, int]:
    """Ids of the areas by code, once every reason names a cell of the version."""
    query = select(Figure.item_code, Area.code, Area.id).join(Area, Area.id == Figure.area_id)
    query = query.where(Figure.version_id == version.id).order_by(Figure.id)
    known = {(item, code): area_id for item, code, area_id in db.session.execute(query)}
    seen: set[tuple[str, str]] = set()
    places = []
    for each in reasons:
        key = (each.item_code, each.area_code)
        facts = {"item": each.item_code, "area": each.area_code}
        if key not in known:
            places.append(Place("return-cell-unknown", facts))
        elif key in seen:
            places.append(Place("return-cell-twice", facts))
        elif not each.text.strip():
            places.append(Place("return-cell-reason-missing", facts))
        seen.add(key)
    if places:
        raise Invalid("return-invalid", places=places, count=len(places))
    return {code: area_id for (_item, code), area_id in known.items()}


def _earlier_figures(version: ReportVersion) -> set[str]:
    """Ids of the figures of the report's other versions, as a provenance names them."""
    query = select(Figure.id).join(ReportVersion, ReportVersion.id == Figure.version_id)
    query = query.where(ReportVersion.report_id == version.report_id, ReportVersion.id != version.id)
    return {str(figure_id) for figure_id in db.session.execute(query.order_by(Figure.id)).scalars()}


def _new_items(version: ReportVersion) -> list[NewItem]:
    campaign = version.report.campaign
    kinds = {item.code: item.source_kind for item in catalogue(campaign.exam_year).items}
    query = select(Figure.id, Figure.item_code, Figure.area_id, Figure.value, Figure.state, Figure.note)
    found = db.session.execute(query.where(Figure.version_id == version.id).order_by(Figure.id))
    return [
        NewItem(
            item_code=item_code,
            area_id=area_id,
            exam_year=campaign.exam_year,
            # An item that left the catalogue meanwhile is refused by the recording itself.
            source_kind=kinds.get(item_code, "official"),
            vintage=campaign.vintage,
            value=value,
            state=state,
            note=note,
            provenance=(_PROVENANCE, figure_id),
        )
        for figure_id, item_code, area_id, value, state, note in found
    ]
