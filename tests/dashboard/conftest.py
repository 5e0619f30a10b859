"""The made city, built once for all tests that read it; and clients signed in with each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.dashboard.setup import init_dashboard
from app.db import db
from tests.conftest import SERVER, empty_database, settings_in
from tests.dashboard.made_city import PASSWORD, MadeCity, make_city

SignIn = Callable[[str], FlaskClient]
Statements = Callable[[], Any]


def _scope(fixture_name: str, config: pytest.Config) -> str:
    """On a server the database is emptied between other tests, so each module builds its own city."""
    return "module" if SERVER else "session"


def opened(folder: Any, address: str) -> Flask:
    """An application with this room's part of the frame."""
    app = create_app(settings_in(folder, address))
    sources = app.extensions["cityexam_context"]
    if not any(source.__module__ == "app.dashboard.setup" for source in sources):
        init_dashboard(app)
    return app


@contextmanager
def built(folder: Path, migrated: str, few: str | None = None) -> Iterator[tuple[Flask, MadeCity]]:
    """An application whose database holds the made city; on a server it is emptied afterwards."""
    if not SERVER:
        shutil.copy(migrated, folder / "made.sqlite")
    app = opened(folder, migrated if SERVER else f"sqlite:///{folder / 'made.sqlite'}")
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        city = make_city(few)
        db.session.remove()
    yield app, city
    with app.app_context():
        if SERVER:
            empty_database(db.engine)
        db.engine.dispose()


@pytest.fixture(scope=_scope)
def made(tmp_path_factory: pytest.TempPathFactory, migrated: str) -> Iterator[tuple[Flask, MadeCity]]:
    """The made city. Tests only read it."""
    with built(tmp_path_factory.mktemp("made"), migrated) as found:
        yield found


@pytest.fixture
def sign_in(made: tuple[Flask, MadeCity]) -> SignIn:
    """A client of the made city signed in by its role's user name."""

    def signed_in(username: str) -> FlaskClient:
        client = made[0].test_client()
        answer = client.post("/accounts/log-in", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return signed_in


@pytest.fixture
def statements(made: tuple[Flask, MadeCity]) -> Statements:
    """Counts the SQL statements of a block: ``with statements() as counted: …; len(counted)``."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        told: list[str] = []

        def hear(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            told.append(statement)

        with made[0].app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", hear)
        try:
            yield told
        finally:
            event.remove(engine, "before_cursor_execute", hear)

    return counting
