"""Reads of waves, samples and answers; each with an order and a bounded number of statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.errors import NotFound
from app.i18n import named
from app.surveys.models import Draw, FrameUnit, Response, Stratum, Wave, WeightRun


def waves(exam_year: int | None = None) -> Sequence[Wave]:
    """The waves, newest exam first."""
    query = select(Wave).options(joinedload(Wave.form), joinedload(Wave.root))
    if exam_year is not None:
        query = query.where(Wave.exam_year == exam_year)
    return db.session.execute(query.order_by(Wave.exam_year.desc(), Wave.id.desc())).scalars().all()


def wave_by_id(wave_id: int) -> Wave:
    """The wave; NotFound ``unknown-wave``."""
    found = db.session.get(Wave, wave_id)
    if found is None:
        raise NotFound("unknown-wave", found=wave_id)
    return found


def wave_name(wave: Wave) -> str:
    """The wave's name in the reader's language."""
    return named(wave.name, wave.name_en)


def latest_wave(exam_year: int, root_id: int) -> Wave | None:
    """The newest wave of a city's exam."""
    query = select(Wave).where(Wave.exam_year == exam_year, Wave.root_id == root_id)
    return db.session.execute(query.order_by(Wave.id.desc()).limit(1)).scalar_one_or_none()


def current_run(wave_id: int, cases: str = "used") -> WeightRun | None:
    """The newest weighting of a wave for these cases."""
    query = select(WeightRun).where(
        WeightRun.wave_id == wave_id, WeightRun.cases == cases, WeightRun.is_current.is_(True)
    )
    return db.session.execute(query).scalar_one_or_none()


def count_runs(run: WeightRun) -> int:
    """Which weighting of its wave and cases a run is, from 1; ``run.number`` counts those of all cases."""
    query = select(func.count()).where(
        WeightRun.wave_id == run.wave_id, WeightRun.cases == run.cases, WeightRun.number <= run.number
    )
    return db.session.execute(query).scalar_one()


def responses(wave_id: int, *, page: int, per_page: int) -> tuple[Sequence[Response], int]:
    """One page of responses, newest first, and how many there are. Two statements."""
    total = db.session.execute(
        select(func.count()).select_from(Response).where(Response.wave_id == wave_id)
    ).scalar_one()
    query = select(Response).where(Response.wave_id == wave_id).order_by(Response.id.desc())
    found = db.session.execute(query.limit(per_page).offset((page - 1) * per_page)).scalars().all()
    return found, total


def frame_size(wave_id: int) -> int:
    """How many communities the frame has."""
    query = select(func.count()).select_from(FrameUnit).where(FrameUnit.wave_id == wave_id)
    return db.session.execute(query).scalar_one()


def strata(wave_id: int) -> Sequence[Stratum]:
    """The strata of a wave without listed units, by code, with their areas."""
    query = select(Stratum).options(joinedload(Stratum.area)).where(Stratum.wave_id == wave_id)
    return db.session.execute(query.order_by(Stratum.code)).scalars().all()


def draw_of(wave_id: int) -> Draw | None:
    """How the wave's sample was drawn; None before."""
    return db.session.execute(select(Draw).where(Draw.wave_id == wave_id)).scalar_one_or_none()
