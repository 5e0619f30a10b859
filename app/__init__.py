"""CityExam 城市体检: the application factory. It alone knows every room."""

from __future__ import annotations

import logging
from importlib import import_module
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_smorest import Blueprint as ApiBlueprint

from app.config import Settings
from app.db.registry import engine_options

#: Rooms with tables, with texts of problem codes, and with long work.
_MODELS = (
    "accounts",
    "areas",
    "assessment",
    "audit",
    "forms",
    "indicators",
    "jobs",
    "renewal",
    "reporting",
    "sources",
    "surveys",
)
_MESSAGES = tuple(room for room in _MODELS if room != "audit")
_JOBS = ["assessment", "forms", "indicators", "renewal", "sources", "surveys"]

#: Browsers keep styles and scripts this long before they ask again.
_STATIC_AGE_S = 3600

migrate = Migrate()


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its settings (by default from the environment)."""
    settings = settings or Settings.from_environment()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = Flask(
        __name__,
        static_folder="web/static",
        static_url_path="/static",
        template_folder="web/templates",
        instance_path=settings.instance_dir,
    )
    Path(settings.instance_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.environment == "testing",
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        # Werkzeug's bound of 500 kB for fields would cut long answers short.
        MAX_FORM_MEMORY_SIZE=16 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SEND_FILE_MAX_AGE_DEFAULT=_STATIC_AGE_S,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
    )
    _open_foundations(app)
    _open_rooms(app)
    return app


def _open_foundations(app: Flask) -> None:
    """The rooms below: database, languages, trail, queue, errors, frame."""
    from app.accounts.tokens import login_manager
    from app.api import init_api
    from app.audit import init_audit
    from app.db import db, enforce_sqlite_rules, init_transactions
    from app.db.types import BoundedInteger
    from app.errors.edge import init_errors
    from app.events import init_events
    from app.i18n import init_i18n
    from app.jobs import init_jobs
    from app.web.compressing import init_compressing
    from app.web.headers import init_headers
    from app.web.setup import init_web

    enforce_sqlite_rules()
    for room in _MODELS:
        import_module(f"app.{room}.models")
    db.init_app(app)
    migrate.init_app(app, db, directory=str(Path(__file__).parent.parent / "migrations"), compare_type=True)
    app.url_map.converters["int"] = BoundedInteger
    # The first hook registered runs last: after the commit come the headers alone, and a commit that
    # fails changes the response before it gets them.
    init_headers(app)
    init_compressing(app)
    init_transactions(app)
    init_i18n(app)
    init_events(app)
    init_audit(app)
    init_jobs(app)
    init_web(app)
    login_manager.init_app(app)
    init_api(app)
    init_errors(app)


def _open_rooms(app: Flask) -> None:
    """Doors with their guards, command groups, texts, listeners, kinds of jobs."""
    from app.accounts.cli import group as accounts_cli
    from app.accounts.guards import TOKEN, guard
    from app.api import api
    from app.areas.setup import init_areas
    from app.dashboard.cli import group as exam_cli
    from app.dashboard.setup import init_dashboard
    from app.demo.cli import group as demo_cli
    from app.doors import DOORS, DoorTable
    from app.errors import register_messages
    from app.forms.cli import group as forms_cli
    from app.forms.hooking import listen as forms_tell
    from app.jobs.cli import group as jobs_cli
    from app.surveys.listening import listen as surveys_listen
    from app.surveys.standing import listen as surveys_answer
    from app.web.setup import csrf

    for room in _MESSAGES:
        register_messages(import_module(f"app.{room}.messages").TEXTS)
    for room in _JOBS:
        import_module(f"app.{room}.jobs").register_jobs()
    for door in DOORS:
        if not door.blueprint._got_registered_once:
            guard(door)
        if isinstance(door.blueprint, ApiBlueprint):
            api.register_blueprint(door.blueprint, url_prefix=door.prefix)
        else:
            app.register_blueprint(door.blueprint, url_prefix=None if door.prefix == "/" else door.prefix)
        if door.writing == TOKEN or door.by_header:
            # The token in the path or the header authorises these, nothing that a foreign page could borrow.
            csrf.exempt(door.blueprint)
    app.extensions["cityexam_doors"] = DoorTable(DOORS)
    init_areas(app)
    init_dashboard(app)
    forms_tell(app)
    surveys_listen(app)
    surveys_answer(app)
    for group in (accounts_cli, forms_cli, jobs_cli, exam_cli, demo_cli):
        app.cli.add_command(group)
