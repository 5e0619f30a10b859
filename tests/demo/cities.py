"""Small demonstrations, built through the real doors on databases of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import create_app
from app.config import Settings
from app.dashboard.choosing import choose
from app.dashboard.summary import as_json, exam_summary
from app.db import db
from app.demo.building import build
from app.demo.years import SMALL

YEAR = 2024


@contextmanager
def built(folder: Path, seed: int, database_url: str = "") -> Iterator[Flask]:
    """A demonstration of one year: on an SQLite file in the folder, or on the empty database named."""
    settings = Settings(
        environment="testing",
        instance_dir=str(folder),
        database_url=database_url,
        secret_key="a key for tests alone, never used elsewhere",
        jobs="inline",
    ).completed()
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        assert build(app, seed=seed, say=lambda _text: None, size=SMALL, years=(YEAR,))
        yield app
        db.session.remove()
        db.engine.dispose()


def summary_of(app: Flask) -> str:
    """The year's summary as the command prints it."""
    with app.test_request_context():
        choice = choose(YEAR, None, scope=None)
        assert choice is not None
        return as_json(exam_summary(choice))
