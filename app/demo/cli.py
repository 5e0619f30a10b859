"""`flask demo …`: build the demonstration city and tell how to get in."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from app.areas.queries import area_by_code, holds_demonstration
from app.db import db
from app.demo.accounts import kept_access, remember_address
from app.demo.places import CITY_CODE
from app.jobs import start_worker, stop_worker

group = AppGroup("demo", help="The demonstration city.")


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


@group.command("build")
@click.option("--seed", default=20241122, show_default=True, help="Another seed makes other figures.")
@click.option("--small", is_flag=True, help="A handful of people: the same doors in seconds.")
def build_command(seed: int, small: bool) -> None:
    """Make the database and the demonstration city (once)."""
    # Rasters and tables are needed by this command alone; every other one starts faster without.
    from app.demo.building import build  # noqa: PLC0415
    from app.demo.years import FULL, SMALL  # noqa: PLC0415

    app = _app()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    if holds_demonstration() and kept_access() is None:
        _forget_unfinished()
    # PostgreSQL builds the queue's indexes concurrently, which waits for open transactions: ours too.
    db.session.rollback()
    if app.config["SETTINGS"].jobs == "worker":
        start_worker(app)
    try:
        size = SMALL if small else FULL
        made = build(app, seed=seed, say=_say, size=size, start_figures=lambda: _start_figures(seed, small))
    finally:
        db.session.remove()
        if app.config["SETTINGS"].jobs == "worker":
            stop_worker()
    remember_address()
    click.echo("演示城市已建成 · demonstration built" if made else "演示城市已存在 · demonstration is there")
    _print_access()


@group.command("figures", hidden=True)
@click.option("--seed", type=int, required=True)
@click.option("--small", is_flag=True)
def figures_command(seed: int, small: bool) -> None:
    """Reports and big data of a demonstration that is being built by another process."""
    from app.demo.building import bring_figures, plans_of  # noqa: PLC0415
    from app.demo.years import FULL, SMALL  # noqa: PLC0415

    root_id = area_by_code(CITY_CODE).id
    bring_figures(plans_of(seed, SMALL if small else FULL, root_id), lambda text: _say(f"         {text}"))


def _start_figures(seed: int, small: bool) -> Callable[[], None]:
    settings = _app().config["SETTINGS"]
    # The second process queues nothing: its work must not wait for the one worker beside it.
    environment = os.environ | {
        "CITYEXAM_JOBS": "inline",
        "CITYEXAM_INSTANCE": settings.instance_dir,
        "CITYEXAM_DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "figures", "--seed", str(seed)]
    process = subprocess.Popen(command + (["--small"] if small else []), env=environment)  # noqa: S603

    def finish() -> None:
        if process.wait() != 0:
            raise click.ClickException("部门填报和大数据没有完成 · reports and big data did not finish")

    return finish


@group.command("access")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def access_command(as_json: bool) -> None:
    """Every address and log-in the demonstration made."""
    access = kept_access()
    if access is None:
        click.echo("没有演示城市 · there is no demonstration: make demo", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(asdict(access), ensure_ascii=False, sort_keys=True, indent=1))
    else:
        _print_access()


def _forget_unfinished() -> None:
    """A building that was interrupted starts anew; only the embedded database is removed without asking."""
    database = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not database:
        raise click.ClickException(
            "演示城市没有建完，请清空数据库后重试 · "
            "the demonstration is unfinished: empty the database and try again"
        )
    click.echo("上次没有建完，重新开始 · the last building was interrupted, starting anew")
    db.session.remove()
    db.engine.dispose()
    for suffix in ("", "-wal", "-shm"):
        Path(database + suffix).unlink(missing_ok=True)
    upgrade()


def _print_access() -> None:
    access = kept_access()
    if access is None:
        return
    click.echo(f"\n{access.base_url}")
    for entry in access.log_ins:
        if entry.department is None:
            click.echo(f"  {entry.role:<14} {entry.username:<12} {entry.password}")
    click.echo("  部门账户 · department accounts: flask --app wsgi demo access --json")
    kinds = (
        ("公开问卷（单独列出） · open survey, apart from the sample", access.survey_pages),
        ("抽中住户的问卷（计入结果） · survey of a drawn dwelling, counted", access.personal_pages),
        ("ODK Collect", access.openrosa),
    )
    for kind, addresses in kinds:
        for address in addresses.values():
            click.echo(f"  {kind}: {address}")
    for community in access.personal_communities.values():
        click.echo(f"  抽中住户所在社区（答卷须选它） · community of the drawn dwelling: {community}")


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
