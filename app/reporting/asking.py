"""What is asked of a department: items and areas by level, and a fingerprint of the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Department
from app.areas.models import Area
from app.db import db
from app.errors import NotFound
from app.i18n import named
from app.indicators.items import item_values
from app.indicators.models import BaseItem
from app.indicators.previous_year import previous_items
from app.indicators.queries import catalogue, items_of_department
from app.reporting.models import LEVELS, Assignment, Campaign

#: Names the kind of template; a workbook with another one was made elsewhere.
TEMPLATE_ID = "cityexam.department-report"


@dataclass(frozen=True)
class AskedLevel:
    """The items asked for at one level, and the areas they are asked for."""

    level: str
    items: tuple[BaseItem, ...]
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Asked:
    """Everything one department is asked for in a campaign."""

    campaign: Campaign
    department: Department
    root: Area
    levels: tuple[AskedLevel, ...]

    @property
    def items(self) -> dict[str, BaseItem]:
        """All items by code."""
        return {item.code: item for level in self.levels for item in level.items}

    @property
    def areas(self) -> dict[int, Area]:
        """All areas by id, the city included."""
        return {self.root.id: self.root} | {area.id: area for level in self.levels for area in level.areas}

    @property
    def cells(self) -> int:
        """How many figures are asked for (totals of the city, which may be given besides, left out)."""
        return sum(len(level.items) * len(level.areas) for level in self.levels)

    @property
    def fingerprint(self) -> str:
        """Changes with the items, their numbers or the areas: an older template is then outdated."""
        told = [
            [
                level.level,
                [[item.code, item.unit, item.decimals, item.minimum, item.maximum] for item in level.items],
                [area.code for area in level.areas],
            ]
            for level in self.levels
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def marks(self) -> dict[str, str]:
        """What the hidden sheet of the template says about it."""
        return {
            "campaign": str(self.campaign.id),
            "exam_year": str(self.campaign.exam_year),
            "root": self.root.code,
            "department": self.department.code,
        }


def asked_of(campaign: Campaign, department: Department) -> Asked:
    """What this campaign asks of this department, in the catalogue's order; NotFound ``nothing-asked``."""
    query = select(Assignment.item_code, Assignment.level).where(
        Assignment.campaign_id == campaign.id, Assignment.department_id == department.id
    )
    rows = db.session.execute(query.order_by(Assignment.position))
    level_of = {row.item_code: row.level for row in rows}
    if not level_of:
        raise NotFound("nothing-asked", department=named(department.name_zh, department.name_en))
    items = {item.code: item for item in items_of_department(campaign.exam_year, department.id)}
    areas = areas_of(campaign)
    levels = []
    for level in LEVELS:
        chosen = tuple(items[code] for code in level_of if level_of[code] == level and code in items)
        if chosen:
            levels.append(AskedLevel(level, chosen, areas[level]))
    return Asked(campaign, department, campaign.root, tuple(levels))


def areas_of(campaign: Campaign) -> dict[str, tuple[Area, ...]]:
    """The campaign's areas by level, in the order of their codes. One statement."""
    wanted = sorted({area_id for ids in campaign.area_ids.values() for area_id in ids})
    found = list(db.session.execute(select(Area).where(Area.id.in_(wanted)).order_by(Area.code)).scalars())
    return {level: tuple(area for area in found if area.level == level) for level in LEVELS}


def area_name(area: Area) -> str:
    """The area's name as people tell it apart: a street with its district."""
    own = named(area.name_zh, area.name_en)
    if area.level == "street" and area.parent is not None and area.parent.level == "district":
        return f"{named(area.parent.name_zh, area.parent.name_en)} · {own}"
    return own


def item_name(item: BaseItem) -> str:
    """The item's name in the reader's language."""
    return named(item.name_zh, item.name_en)


def last_year_figures(asked: Asked) -> dict[tuple[str, int], float]:
    """What was in force last year for what is asked now, by this year's item code and area.

    Only of the item's own source: the figure of another would be no comparison. Items that were
    redefined have none.
    """
    kinds = {code: item.source_kind for code, item in asked.items.items()}
    found = previous_items(catalogue(asked.campaign.exam_year), asked.areas.values())
    return {
        (code, area_id): fact.value
        for (code, area_id), fact in found.items()
        if fact.value is not None and fact.source_kind == kinds.get(code)
    }


def known_figures(
    exam_year: int, items: Iterable[BaseItem], area_ids: Iterable[int]
) -> dict[tuple[str, int], float]:
    """Figures in force of these items in these areas, from the items' own source, newest vintage.

    One statement; pairs without a number are left out.
    """
    kinds = {item.code: item.source_kind for item in items}
    if not kinds:
        return {}
    found = item_values(exam_year, area_ids=set(area_ids), item_codes=kinds)
    # They come by vintage, so the newest one of a pair is the last.
    return {
        (each.item_code, each.area_id): each.value
        for each in found
        if each.value is not None and each.source_kind == kinds[each.item_code]
    }
