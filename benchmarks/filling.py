"""A database with the demonstration's 75-question form and as many answers as are asked for."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from app import create_app
from app.audit import acting_as
from app.config import Settings
from app.db import db, unit_of_work, utcnow
from app.demo.building import lay_ground
from app.demo.catalogues import year_workbook
from app.demo.phones import instance_xml
from app.demo.years import SMALL, Plan, filled_forms, open_wave
from app.forms.models import Submission
from app.indicators.importing import import_catalogue
from app.surveys.models import Wave
from app.xforms.answers import read_answers
from app.xforms.instances import read_submission
from app.xforms.parsing import parse_form

YEAR = 2024
_BATCH = 1000


@contextmanager
def filled_folder(count: int) -> Iterator[str]:
    """A folder whose database holds one form and ``count`` submissions; it goes at the end."""
    with tempfile.TemporaryDirectory() as folder:
        with app_in(folder).app_context():
            upgrade()
            _fill(count)
            db.session.remove()
            db.engine.dispose()
        yield folder


def app_in(folder: str) -> Flask:
    """The application on the database of a folder."""
    settings = Settings(environment="testing", instance_dir=folder, secret_key="x" * 40, jobs="inline")
    return create_app(settings.completed())


def _fill(count: int) -> None:
    """Publish the form of the demonstration's wave and give it ``count`` answers of its residents."""
    root_id = lay_ground()
    with unit_of_work(), acting_as("system:benchmark"):
        import_catalogue(content=year_workbook(YEAR), filename="catalogue.xlsx", exam_year=YEAR)
    plan = Plan(1, YEAR, YEAR, root_id, SMALL)
    wave_id, questions, _margins = open_wave(plan)
    face, filled = filled_forms(plan, wave_id, questions)
    form = db.session.get_one(Wave, wave_id).form
    version = form.versions[0]
    definition = parse_form(version.xform)
    bodies = [instance_xml(face, each, f"uuid:{uuid.UUID(int=n)}") for n, each in enumerate(filled)]
    answers = [dict(read_answers(definition, read_submission(body))) for body in bodies]
    facts = {
        "form_id": form.id,
        "version_id": version.id,
        "version_text": version.version,
        "disposition": "complete",
        "channel": "openrosa",
        "received_at": utcnow(),
        "flags": [],
        "findings": [],
        "review_state": "received",
    }
    for start in range(0, count, _BATCH):
        rows: list[dict[str, Any]] = [
            {
                **facts,
                "instance_id": f"uuid:{uuid.UUID(int=number)}",
                "xml": bodies[number % len(bodies)],
                "digest": hashlib.sha256(str(number).encode()).hexdigest(),
                "answers": answers[number % len(answers)],
            }
            for number in range(start, min(count, start + _BATCH))
        ]
        with unit_of_work():
            db.session.execute(insert(Submission), rows)
