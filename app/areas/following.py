"""An area follows another under the same code: the earlier row ends the day before and keeps its facts."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, update

from app.areas.models import Area
from app.db import db


def succeed(*, held: Area, begins: date) -> Area:
    """A new row of the same code from a day on, with the facts and the shape of the earlier one."""
    last_day = begins - timedelta(days=1)
    kept = ("code", "name_zh", "name_en", "level", "kind", "in_frame", "source_note", "demonstration")
    shape = ("geometry", "source_crs", "schematic")
    made = Area(valid_from=begins, **{name: getattr(held, name) for name in (*kept, *shape)})
    made.parent = held.parent
    made.valid_to = held.valid_to if held.valid_to is not None and held.valid_to >= begins else None
    held.valid_to = last_day if held.valid_to is None else min(held.valid_to, last_day)
    db.session.add(made)
    return made


def hang_on(*, earlier: Area, later: Area) -> None:
    """Let the parts that go on hang on the row that goes on; those that had ended stay where they were."""
    living = or_(Area.valid_to.is_(None), Area.valid_to >= later.valid_from)
    db.session.execute(update(Area).where(Area.parent_id == earlier.id, living).values(parent_id=later.id))
