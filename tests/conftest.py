"""Fixtures for every room: an application on a fresh database, and the reference material.

SQLite is the default; with ``CITYEXAM_TEST_DATABASE`` (address of a PostgreSQL server) every test
runs on a database of its own there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.db import Base, db

ROOT = Path(__file__).parent.parent
SERVER = os.environ.get("CITYEXAM_TEST_DATABASE", "")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the repository; tests that need it say so when it is missing."""
    folder = Path(os.environ.get("CITYEXAM_SHARED", ROOT.parent / "shared")).resolve()
    if not (folder / "reference").is_dir():
        if os.environ.get("CITYEXAM_REQUIRE_SHARED"):
            pytest.fail("the reference material must be beside the repository (CITYEXAM_SHARED)")
        pytest.skip("the reference material is not beside the repository (CITYEXAM_SHARED)")
    return folder


def settings_in(folder: Path, database_url: str) -> Settings:
    """Settings of a test application: everything in its folder, jobs right after the commit."""
    return Settings(
        environment="testing",
        instance_dir=str(folder / "instance"),
        database_url=database_url,
        secret_key="a key for tests alone, never used elsewhere",
        jobs="inline",
    ).completed()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that the migrations made: an SQLite file to copy, or a PostgreSQL database to empty."""
    folder = tmp_path_factory.mktemp("migrated")
    if not SERVER:
        path = folder / "template.sqlite"
        _migrate(settings_in(folder, f"sqlite:///{path}"))
        yield str(path)
        return
    name = f"cityexam_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[arg-type]
        server.execute(f'create database "{name}"')  # type: ignore[arg-type]
    address = SERVER.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"
    _migrate(settings_in(folder, address))
    yield address
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[arg-type]


def _migrate(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        db.create_all()  # until the migrations stand
        db.engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, migrated: str) -> Settings:
    """Settings of a test application on a fresh database."""
    if SERVER:
        return settings_in(tmp_path, migrated)
    shutil.copy(migrated, tmp_path / "test.sqlite")
    return settings_in(tmp_path, f"sqlite:///{tmp_path / 'test.sqlite'}")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application on a fresh database with all tables."""
    made = create_app(settings)
    with made.app_context():
        yield made
        db.session.remove()
        if SERVER:
            names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            with db.engine.begin() as connection:
                connection.execute(text(f"truncate {names} restart identity cascade"))
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client nobody is signed in with."""
    return app.test_client()
