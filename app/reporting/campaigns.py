"""Opening and closing campaigns; who is asked for what follows from the catalogue."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, insert, select

from app.areas.models import Area
from app.audit import current_actor, record_event
from app.db import db, take_turn
from app.errors import Conflict, Invalid, NotFound
from app.indicators.exam_years import areas_of_exam
from app.indicators.models import BaseItem
from app.indicators.queries import catalogue
from app.indicators.vintages import read_vintage
from app.reporting.models import LEVELS, Assignment, Campaign

#: Departments are asked for what comes from records and from checks on site; big data has other doors.
ASKED_KINDS = ("official", "field_survey")


def open_campaign(*, exam_year: int, root_id: int, due_on: date, vintage: str | None = None) -> Campaign:
    """Ask all departments of a city for the figures of an exam year.

    ``vintage`` is the period the figures speak of (default: that of the exam year). Raises NotFound
    ``unknown-exam-year`` | ``no-indicator-set``, Invalid ``campaign-root`` | ``campaign-vintage`` |
    ``nothing-to-report`` | ``campaign-level-empty``, Conflict ``campaign-exists``.
    """
    asked = catalogue(exam_year)
    root = db.session.get(Area, root_id)
    if root is None or root.level != "city":
        raise Invalid("campaign-root", found=root.name_zh if root else root_id)
    take_turn(under=root)
    taken = select(Campaign.id).where(Campaign.exam_year == exam_year, Campaign.root_id == root_id)
    if db.session.execute(taken).first():
        raise Conflict("campaign-exists", year=exam_year, city=root.name_zh)
    period = read_vintage(vintage or asked.exam_year.vintage, exam_year=exam_year)
    if period is None:
        raise Invalid("campaign-vintage", found=(vintage or "—")[:40], year=exam_year)
    campaign = Campaign(
        exam_year=exam_year,
        root=root,
        vintage=period,
        due_on=due_on,
        area_ids=_areas_by_level(root, exam_year),
        opened_by=current_actor(),
    )
    db.session.add(campaign)
    db.session.flush()
    _assign(campaign, asked.items)
    return campaign


def close_campaign(*, campaign_id: int) -> Campaign:
    """Take no more submissions."""
    return _set_state(campaign_id, "closed")


def reopen_campaign(*, campaign_id: int) -> Campaign:
    """Take submissions again."""
    return _set_state(campaign_id, "open")


def renew_assignments(*, campaign_id: int) -> int:
    """Ask by the catalogue now in force; returns how many items are asked for.

    Templates of departments whose items changed are outdated afterwards; filed versions stay as they are.
    """
    campaign = campaign_by_id(campaign_id)
    db.session.execute(delete(Assignment).where(Assignment.campaign_id == campaign.id))
    return _assign(campaign, catalogue(campaign.exam_year).items)


def campaign_by_id(campaign_id: int) -> Campaign:
    """The campaign; NotFound ``unknown-campaign``."""
    found = db.session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound("unknown-campaign", found=campaign_id)
    return found


def _set_state(campaign_id: int, state: str) -> Campaign:
    campaign = campaign_by_id(campaign_id)
    campaign.state = state
    db.session.flush()
    return campaign


def _areas_by_level(root: Area, exam_year: int) -> dict[str, list[int]]:
    # Functional areas lie across and are a level of their own.
    asked = areas_of_exam(exam_year, root)
    return {level: [area.id for area in asked if area.level == level] for level in LEVELS}


def _assign(campaign: Campaign, items: list[BaseItem]) -> int:
    rows = [
        {
            "campaign_id": campaign.id,
            "department_id": item.department_id,
            "level": _level(item),
            "item_code": item.code,
            "position": item.position,
        }
        for item in items
        if item.source_kind in ASKED_KINDS and item.department_id is not None
    ]
    if not rows:
        raise Invalid("nothing-to-report", year=campaign.exam_year)
    for level in sorted({str(row["level"]) for row in rows}):
        if not campaign.area_ids[level]:
            raise Invalid("campaign-level-empty", level=level, city=campaign.root.name_zh)
    db.session.execute(insert(Assignment), rows)
    # Bulk statements pass the trail by, so what happened is noted in one line.
    record_event(subject="assignments", subject_id=campaign.id, after={"action": "insert", "rows": len(rows)})
    return len(rows)


def _level(item: BaseItem) -> str:
    # Communities and grid cells are too many for a workbook: the street is the finest level asked for.
    return item.collect_level if item.collect_level in LEVELS else "street"
