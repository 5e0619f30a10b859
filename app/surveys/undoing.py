"""Taking a drawn sample back while nobody has answered by it, so that it can be drawn anew."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.audit import record_event
from app.db import db, take_turn
from app.errors import Conflict, NotFound
from app.forms.links import count_taken_links, delete_links
from app.surveys.listening import SUBJECT
from app.surveys.models import Draw, SampleUnit, Wave


def count_used_dwellings(wave: Wave) -> int:
    """Drawn dwellings by whose link somebody has answered or begun to. One statement."""
    return count_taken_links(form_id=wave.form_id, subjects=SUBJECT)


def undo_draw(*, wave_id: int) -> None:
    """Delete the sample with its links; the frame stays, and seed and method stay in the trail.

    Raises NotFound ``no-sample`` without one, Conflict ``sample-used`` when any dwelling has been answered.
    """
    wave = db.session.get_one(Wave, wave_id)
    take_turn(under=wave)
    draw = db.session.execute(select(Draw).where(Draw.wave_id == wave_id)).scalar_one_or_none()
    if draw is None:
        raise NotFound("no-sample", wave=wave.name)
    used = count_used_dwellings(wave)
    if used:
        raise Conflict("sample-used", used=used)
    told = {"seed": draw.seed, "psus": draw.psus, "units_per_psu": draw.units_per_psu}
    # The links go last, for the dwellings name them.
    db.session.execute(delete(SampleUnit).where(SampleUnit.wave_id == wave_id))
    deleted = delete_links(form_id=wave.form_id, subjects=SUBJECT)
    db.session.delete(draw)
    db.session.flush()
    record_event(subject="survey_draws", subject_id=wave_id, after=told | {"links": deleted})
