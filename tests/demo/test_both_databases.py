"""SQLite and PostgreSQL are one product: the same seed gives the same summary on both, byte for byte."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cities import built, summary_of

from tests.conftest import SERVER

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not SERVER, reason="runs with the tests on PostgreSQL (CITYEXAM_TEST_DATABASE)"),
]


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a PostgreSQL database that is there for one test."""
    name = f"cityexam_demonstration_{secrets.token_hex(4)}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'create database "{name}"')  # type: ignore[arg-type]
    yield SERVER.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_summary_on_both(tmp_path: Path, empty_database: str) -> None:
    with built(tmp_path / "sqlite", 1) as app:
        on_sqlite = summary_of(app)
    with built(tmp_path / "postgresql", 1, empty_database) as app:
        on_postgresql = summary_of(app)
    assert on_sqlite == on_postgresql
