"""A submission of a wave's form becomes a response, in the transaction that stores it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Date, FromClause, Row, Select, bindparam, case, func, select

from app.areas.models import Area
from app.areas.queries import is_in_force
from app.db import db
from app.events import subscribe
from app.forms.models import Link, Submission
from app.indicators.models import ExamYear
from app.surveys.models import FrameUnit, Response, SampleUnit, Wave
from app.surveys.reading import categories_of, is_eligible, kept_answers, value_at
from app.surveys.settings import Settings
from app.surveys.wave_settings import settings_of

#: What the subject of a dwelling's personal link begins with; its id follows.
SUBJECT = "sample_unit:"


def _lineage_query() -> tuple[Select[Any], Select[Any]]:
    """An area and the three above it in the exam, by its code (in force on a day, or else newest) or its id.

    What stands above is found by its code, because a part may hang on another year's row of it.
    """
    day = bindparam("day", type_=Date)
    own = Area.__table__.alias("own")
    joined: FromClause = own
    columns: list[ColumnElement[Any]] = [own.c.id, own.c.level]
    parent_id: ColumnElement[Any] = own.c.parent_id
    for step in ("above", "higher", "highest"):
        held, there = Area.__table__.alias(f"{step}_held"), Area.__table__.alias(step)
        joined = joined.outerjoin(held, held.c.id == parent_id)
        joined = joined.outerjoin(there, (there.c.code == held.c.code) & is_in_force(day, there.c))
        columns += [func.coalesce(there.c.id, held.c.id), held.c.level]
        parent_id = func.coalesce(there.c.parent_id, held.c.parent_id)
    later = case((is_in_force(day, own.c), 0), else_=1)
    query = select(*columns).select_from(joined).order_by(later, own.c.valid_from.desc()).limit(1)
    return query.where(own.c.code == bindparam("wanted")), query.where(own.c.id == bindparam("wanted"))


# Built once: composing these for every answer would cost more than running them.
_BY_CODE, _BY_ID = _lineage_query()
_WAVE = (
    select(
        Wave.id,
        Wave.root_id,
        Wave.settings_digest,
        Wave.design,
        case((Area.valid_from > ExamYear.data_date, Area.valid_from), else_=ExamYear.data_date).label("day"),
    )
    .join(ExamYear, ExamYear.year == Wave.exam_year)
    .join(Area, Area.id == Wave.root_id)
    .where(Wave.form_id == bindparam("form"))
)
_FIRST_ANSWER = select(Response.id).where(Response.answered_unit_id == bindparam("unit"))
_UNIT = (
    select(SampleUnit.id, FrameUnit.area_id)
    .join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
    .where(SampleUnit.id == bindparam("unit"), SampleUnit.wave_id == bindparam("wave"))
    .with_for_update(of=SampleUnit)
)
_INSERT = Response.__table__.insert()
_SETTLE = (
    SampleUnit.__table__.update()
    .where(SampleUnit.__table__.c.id == bindparam("settled"))
    .values(disposition=bindparam("became"))
)


@dataclass(frozen=True)
class _City:
    """The wave's city, and the day by which its areas are chosen."""

    id: int
    day: date


@dataclass(frozen=True)
class _Unit:
    """The sample unit an answer belongs to, whether it has been answered before, its community."""

    id: int
    answered: bool
    area_id: int


def listen(app: Flask) -> None:
    """Hear of every submission that is stored."""
    subscribe(app, "submission_received", keep_response)


def keep_response(*, submission: Submission, link: Link | None, answers: Mapping[str, Any]) -> None:
    """Store what the wave needs of a submission; submissions of other forms and trials pass by."""
    wave = db.session.execute(_WAVE, {"form": submission.form_id}).first()
    if wave is None or (link is not None and link.kind == "test"):
        return
    settings = settings_of(wave.id, wave.settings_digest)
    if submission.replaces_id is not None and _replace(wave, settings, submission, answers):
        return
    unit = _unit(wave.id, link)
    facts = _facts(_City(wave.root_id, wave.day), settings, submission, answers, unit)
    duplicate = unit is not None and unit.answered
    # Of a drawn sample only what comes from it counts; flagging says so too, with its facts.
    is_apart = wave.design == "two_stage" and unit is None
    facts |= {
        "wave_id": wave.id,
        "submission_id": submission.id,
        "sample_unit_id": unit.id if unit else None,
        "answered_unit_id": unit.id if unit and not duplicate else None,
        "duplicate": duplicate,
        "usable": facts["usable"] and not duplicate and not is_apart,
    }
    db.session.execute(_INSERT, facts)
    if unit is not None and not duplicate:
        _settle(unit.id, facts["disposition"])


def _facts(
    city: _City,
    settings: Settings,
    submission: Submission,
    answers: Mapping[str, Any],
    unit: _Unit | None,
) -> dict[str, Any]:
    """The columns that are read from the answers."""
    disposition = submission.disposition
    if disposition == "complete" and not is_eligible(settings, answers):
        disposition = "ineligible"
    levels: dict[str, int] = {}
    if disposition == "complete":
        levels = _levels(city, settings, answers, unit)
    complete = disposition == "complete"
    seconds = None
    if submission.started_at is not None and submission.ended_at is not None:
        seconds = (submission.ended_at - submission.started_at).total_seconds()
    return {
        "disposition": disposition,
        "seconds": seconds,
        "device": _device(submission.device_id),
        "district_id": levels.get("district"),
        "street_id": levels.get("street"),
        "community_id": levels.get("community"),
        "categories": categories_of(settings, answers) if complete else {},
        "answers": kept_answers(settings, answers) if complete else {},
        "flags": [],
        "flag_count": 0,
        "flagged_at": None,
        "usable": complete and bool(levels),
        "received_at": submission.received_at,
    }


def _unit(wave_id: int, link: Link | None) -> _Unit | None:
    """The unit a personal link speaks of. Its row is locked, so that two answers at once come in turn."""
    subject = link.subject if link is not None else None
    if subject is None or not subject.startswith(SUBJECT) or not subject[len(SUBJECT) :].isdigit():
        return None
    found = db.session.execute(_UNIT, {"unit": int(subject[len(SUBJECT) :]), "wave": wave_id}).first()
    if found is None:
        return None
    # Asked only after the lock is held: what another answer wrote meanwhile is then seen.
    first = db.session.execute(_FIRST_ANSWER, {"unit": found.id}).first()
    return _Unit(found.id, first is not None, found.area_id)


def _settle(unit_id: int, disposition: str) -> None:
    became = {"complete": "respondent", "ineligible": "ineligible"}.get(disposition, "nonrespondent")
    db.session.execute(_SETTLE, {"settled": unit_id, "became": became})


def _replace(
    wave: Row[tuple[int, int, str, str, date]],
    settings: Settings,
    submission: Submission,
    answers: Mapping[str, Any],
) -> bool:
    """An edit takes the place of what it edits; false when that was no response of the wave."""
    query = select(Response).where(Response.submission_id == submission.replaces_id)
    earlier = db.session.execute(query).scalar_one_or_none()
    if earlier is None:
        return False
    unit = None
    if earlier.sample_unit_id is not None:
        area = select(FrameUnit.area_id).join(SampleUnit, SampleUnit.frame_unit_id == FrameUnit.id)
        held = db.session.execute(area.where(SampleUnit.id == earlier.sample_unit_id)).scalar_one()
        unit = _Unit(earlier.sample_unit_id, False, held)
    facts = _facts(_City(wave.root_id, wave.day), settings, submission, answers, unit)
    is_apart = wave.design == "two_stage" and unit is None
    facts["usable"] = facts["usable"] and not earlier.duplicate and not is_apart
    for name, value in {**facts, "submission_id": submission.id}.items():
        setattr(earlier, name, value)
    db.session.flush()
    if earlier.answered_unit_id is not None:
        _settle(earlier.answered_unit_id, facts["disposition"])
    return True


def _levels(
    city: _City, settings: Settings, answers: Mapping[str, Any], unit: _Unit | None
) -> dict[str, int]:
    """Level → area id of where the resident lives; empty when that is not inside the city."""
    reading = settings.area
    if reading.kind == "sample_unit":
        return {} if unit is None else _ancestors(city, area_id=unit.area_id)
    question = settings.question(reading.question)
    answer = value_at(answers, question.path) if question is not None else None
    if answer in (None, ""):
        # Somebody who left the question out still lives where the drawn dwelling stands.
        return {} if unit is None else _ancestors(city, area_id=unit.area_id)
    code = reading.codes.get(str(answer), "") if reading.codes else str(answer)
    return _ancestors(city, code=code)


def _ancestors(city: _City, *, code: str | None = None, area_id: int | None = None) -> dict[str, int]:
    """Level → id of an area and of those above it, when the city is among them. One statement."""
    statement, value = (_BY_CODE, code) if area_id is None else (_BY_ID, area_id)
    row = db.session.execute(statement, {"wanted": value, "day": city.day}).first()
    if row is None:
        return {}
    pairs = {row[i + 1]: row[i] for i in range(0, 8, 2) if row[i] is not None}
    return pairs if pairs.get("city") == city.id else {}


def _device(device_id: str | None) -> str | None:
    return hashlib.sha256(device_id.encode()).hexdigest()[:32] if device_id else None
