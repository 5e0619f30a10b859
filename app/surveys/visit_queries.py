"""Reads for whoever visits the dwellings of a sample: what is done, what is left, and the links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from app.accounts.guards import is_within
from app.areas.models import Area
from app.db import db
from app.forms.models import Link
from app.surveys.models import FrameUnit, SampleUnit

PENDING = "pending"


@dataclass(frozen=True)
class UnitLink:
    """The personal link of a drawn dwelling, for whoever visits it."""

    sample_unit_id: int
    #: Code of the community.
    psu: str
    community_name: str
    unit: int
    link: Link
    disposition: str

    @property
    def token(self) -> str:
        """The link's token."""
        return self.link.token


@dataclass(frozen=True)
class CommunityVisits:
    """The drawn dwellings of a community by what became of them."""

    code: str
    name: str
    by_disposition: Counter[str]


def unit_links(wave_id: int, *, area_ids: frozenset[int] | None = None) -> list[UnitLink]:
    """The drawn dwellings with their personal links, by community and number; of these areas if given."""
    return [
        UnitLink(*facts)
        for area_id, *facts in db.session.execute(_units(wave_id))
        if is_within(area_ids, area_id)
    ]


def community_visits(wave_id: int, *, area_ids: frozenset[int] | None = None) -> list[CommunityVisits]:
    """The communities of a sample with their counts, by code; of these areas if given. One statement."""
    query = (
        select(Area.id, Area.code, Area.name_zh, SampleUnit.disposition, func.count())
        .select_from(SampleUnit)
        .join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .join(Area, Area.id == FrameUnit.area_id)
        .where(SampleUnit.wave_id == wave_id)
        .group_by(Area.id, Area.code, Area.name_zh, SampleUnit.disposition)
        .order_by(Area.code, SampleUnit.disposition)
    )
    found: dict[str, CommunityVisits] = {}
    for area_id, code, name, disposition, count in db.session.execute(query):
        if is_within(area_ids, area_id):
            community = found.setdefault(code, CommunityVisits(code, name, Counter()))
            community.by_disposition[disposition] += count
    return list(found.values())


def units_of_community(wave_id: int, code: str) -> Sequence[UnitLink]:
    """The drawn dwellings of one community with their links, by number."""
    query = _units(wave_id).where(Area.code == code)
    return [UnitLink(*facts) for _area_id, *facts in db.session.execute(query)]


def _units(wave_id: int) -> Select[int, int, str, str, int, Link, str]:
    return (
        select(Area.id, SampleUnit.id, Area.code, Area.name_zh, SampleUnit.unit, Link, SampleUnit.disposition)
        .select_from(SampleUnit)
        .join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .join(Area, Area.id == FrameUnit.area_id)
        .join(Link, Link.id == SampleUnit.link_id)
        .where(SampleUnit.wave_id == wave_id)
        .order_by(Area.code, SampleUnit.unit)
    )
