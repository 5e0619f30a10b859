"""Check that the migrations make exactly the models' tables, and that they can be undone.

Runs on a throw-away SQLite file, and on a throw-away PostgreSQL database where a server is reachable.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect

from app import create_app
from app.config import Settings
from app.db import Base, db

SERVER = os.environ.get("CITYEXAM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
NAME = "cityexam_migrations"


def main() -> int:
    """Exit status: 0 when every database agrees."""
    with tempfile.TemporaryDirectory() as folder:
        problems = _check(f"sqlite:///{folder}/check.sqlite", folder)
        try:
            server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
        except psycopg.OperationalError:
            sys.stdout.write("No PostgreSQL is reachable: the migrations were checked on SQLite alone.\n")
        else:
            with server:
                server.execute(f'drop database if exists "{NAME}" with (force)')  # type: ignore[arg-type]
                server.execute(f'create database "{NAME}"')  # type: ignore[arg-type]
                address = SERVER.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0]
                problems += _check(f"{address}/{NAME}", folder)
                server.execute(f'drop database if exists "{NAME}" with (force)')  # type: ignore[arg-type]
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


def _check(address: str, folder: str) -> list[str]:
    settings = Settings(
        environment="testing", instance_dir=folder, database_url=address, secret_key="x" * 40
    ).completed()
    app = create_app(settings)
    logging.disable(logging.INFO)
    kind = address.partition(":")[0]
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            problems = [f"{kind}: {each}" for each in compare_metadata(context, Base.metadata)]
        problems += [f"{kind}: {each}" for each in _checks_apart()]
        downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
        problems += [f"{kind}: the downgrade leaves {name}" for name in sorted(left)]
        upgrade()
        db.engine.dispose()
    sys.stdout.write(f"{kind}: up, compared, down, up\n")
    return problems


def _checks_apart() -> list[str]:
    """Check constraints that only the models or only the database have: the comparison above ignores them."""
    found = inspect(db.engine)
    problems = []
    for table in Base.metadata.sorted_tables:
        wanted = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        there = {str(each["name"]) for each in found.get_check_constraints(table.name)}
        problems += [f"{table.name} lacks the check {name}" for name in sorted(wanted - there)]
        problems += [f"{table.name} has the check {name} too many" for name in sorted(there - wanted)]
    return problems


if __name__ == "__main__":
    sys.exit(main())
