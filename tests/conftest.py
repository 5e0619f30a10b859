"""Fixtures for every room: an application on a fresh database, and the reference material.

SQLite is the default; with ``CITYEXAM_TEST_DATABASE`` (address of a PostgreSQL server) every test
runs on a database of its own there.
"""

from __future__ import annotations

import gc
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, select, text
from waitress import create_server, wasyncore
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import signing_in
from app.accounts.managing import Grant, add_user
from app.accounts.models import StaffSession, User
from app.audit import acting_as
from app.config import Settings
from app.db import Base, db, utcnow

ROOT = Path(__file__).parent.parent
SERVER = os.environ.get("CITYEXAM_TEST_DATABASE", "")
PASSWORD = "a long enough password"


@pytest.fixture(scope="session", autouse=True)
def strong_hasher() -> Iterator[PasswordHasher]:
    """The hasher of passwords as the house has it; meanwhile a weak one makes and checks those of the tests.

    A strong hash takes a sixth of a second of a processor, and most tests sign somebody in.
    """
    strong = signing_in._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_in, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield strong


@pytest.fixture(scope="session", autouse=True)
def _modules_stay() -> None:
    """Spare the collector of garbage what the imports made: it would look through it in every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _builders_of_addresses() -> Iterator[None]:
    """Compile what builds the address of a route once, not for each test's application.

    It reads nothing of the rule that it was made for: that is its first argument.
    """
    compiled, known = Rule._compile_builder, {}

    def builder(self: Rule, append_unknown: bool = True) -> Any:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(self, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", builder)
        yield


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Compiled templates, for every test's application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


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


#: Empties the tables that hold rows. TRUNCATE would write a new file for each table and index, two seconds
#: in all, whether they hold anything or not; a test fills a few tables with a few rows.
_EMPTY = """
do $$
declare name text; has_rows boolean; sequence text;
begin
  set local session_replication_role = replica;
  foreach name in array array[{names}] loop
    execute format('select exists (select 1 from %I)', name) into has_rows;
    if has_rows then execute format('delete from %I', name); end if;
  end loop;
  for sequence in select quote_ident(sequencename) from pg_sequences
    where schemaname = 'public' and last_value is not null loop
    perform setval(sequence, 1, false);
  end loop;
end $$
"""


def empty_database(engine: Engine) -> None:
    """Take every row out of a PostgreSQL database, and let the numbers begin at 1 again."""
    names = ", ".join(f"'{table.name}'" for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(_EMPTY.format(names=names)))


def _migrate(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, migrated: str) -> Settings:
    """Settings of a test application on a fresh database."""
    if SERVER:
        return settings_in(tmp_path, migrated)
    shutil.copy(migrated, tmp_path / "test.sqlite")
    return settings_in(tmp_path, f"sqlite:///{tmp_path / 'test.sqlite'}")


class FreshClient(FlaskClient):
    """A client whose every request stands alone, as on a server: own context, own database session.

    What the test has set up is committed first, and what it reads afterwards is read anew.
    """

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        """Send one request."""
        db.session.commit()
        with self.application.app_context():
            answer = super().open(*arguments, **options)
        # The test client keeps a large posted body in a temporary file that only the answer's end closes.
        answer.request.environ["wsgi.input"].close()
        db.session.rollback()
        db.session.expire_all()
        return answer


@pytest.fixture
def app(settings: Settings, templates: BytecodeCache) -> Iterator[Flask]:
    """An application on a fresh database with all tables."""
    made = create_app(settings)
    made.jinja_env.bytecode_cache = templates
    made.test_client_class = FreshClient
    with made.app_context(), acting_as("system"):
        yield made
        db.session.remove()
        if SERVER:
            empty_database(db.engine)
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """Makes clients of signed-in staff: ``client_as("viewer")``; their forms need no CSRF token."""
    app.config["WTF_CSRF_ENABLED"] = False

    def make(*roles: str, department: str | None = None) -> FlaskClient:
        username = f"{'-'.join(roles)}-{department or 'city'}"
        user = db.session.execute(select(User).where(User.username == username)).scalar_one_or_none()
        if user is None:
            grants = [Grant(role, department if role.startswith("department_") else None) for role in roles]
            user = add_user(username=username, display_name=username, password=PASSWORD, grants=grants)
        key = secrets.token_urlsafe()
        expires = utcnow() + timedelta(hours=1)
        digest = hashlib.sha256(key.encode()).hexdigest()
        db.session.add(StaffSession(key_digest=digest, user_id=user.id, expires_at=expires))
        db.session.commit()
        made = app.test_client()
        with made.session_transaction() as kept:
            kept["_user_id"] = key
        return made

    return make


def at_once(app: Flask, calls: Sequence[Callable[[], TestResponse]]) -> list[int]:
    """What requests that begin at the same moment are answered with, sorted."""
    together = threading.Barrier(len(calls))

    def answered(call: Callable[[], TestResponse]) -> int:
        with app.app_context():
            together.wait()
            return call().status_code

    db.session.commit()
    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(answered, calls))


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In the server's own thread: a client that keeps its connection would keep the loop as well.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join()
        server.task_dispatcher.shutdown()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serves applications while a module's tests run: ``serve(app)`` gives the address."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(_served(app))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser that asks its maker for nothing."""
    program = (
        os.environ.get("CITYEXAM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    # survey.test stands for an address that is neither encrypted nor of this machine.
    flags += [
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP survey.test 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=flags)
        yield opened
        opened.close()
