"""What a submission counts for in its wave, and which dwelling a personal link was made for."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.areas.models import Area
from app.db import db
from app.errors import describe
from app.events import subscribe
from app.forms.models import Link, Submission
from app.forms.standing import LINK_PLACES, STANDING, Standing
from app.i18n import named
from app.surveys.models import FrameUnit, Response, SampleUnit, Wave


def listen(app: Flask) -> None:
    """Answer what the room of forms asks."""
    subscribe(app, STANDING, standing)
    subscribe(app, LINK_PLACES, dwellings)


def standing(*, submission: Submission) -> Standing | None:
    """How the submission stands in its wave; None where it is no response of one. Two statements."""
    query = select(Response, Wave).join(Wave, Wave.id == Response.wave_id)
    found = db.session.execute(query.where(Response.submission_id == submission.id)).first()
    if found is None:
        return None
    response, wave = found
    sampled = response.sample_unit_id is not None
    if response.disposition == "ineligible":
        counts = "ineligible"
    elif not response.usable:
        counts = "apart"
    else:
        counts = "sampled" if sampled else "counted"
    return Standing(
        counts=counts,
        survey=named(wave.name, wave.name_en),
        href=url_for("surveys.wave", wave_id=wave.id),
        place=_dwelling(response.sample_unit_id) if sampled else None,
        reasons=tuple(describe(f"flag-{flag['code']}", flag["facts"]) for flag in response.flags),
    )


def dwellings(*, links: Sequence[Link]) -> dict[int, str]:
    """The drawn dwellings of links in words. One statement."""
    query = _units().add_columns(SampleUnit.link_id)
    rows = db.session.execute(query.where(SampleUnit.link_id.in_([link.id for link in links])))
    return {link_id: _words(area, unit) for area, unit, link_id in rows}


def _dwelling(unit_id: int) -> str:
    area, unit = db.session.execute(_units().where(SampleUnit.id == unit_id)).one()
    return _words(area, unit)


def _units() -> Select[Area, int]:
    return (
        select(Area, SampleUnit.unit)
        .select_from(SampleUnit)
        .join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .join(Area, Area.id == FrameUnit.area_id)
    )


def _words(area: Area, unit: int) -> str:
    place = named(area.name_zh, area.name_en)
    return _("%(place)s（%(code)s）第 %(unit)s 户", place=place, code=area.code, unit=unit)
