"""`flask jobs …`: the worker of a production server, and the queue's own tables."""

from __future__ import annotations

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.jobs.queue import prepare_queue, start_worker, stop_worker

group = AppGroup("jobs", help="Long work.")


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


@group.command("prepare")
def prepare() -> None:
    """Create or upgrade the queue's own tables (after `flask db upgrade`)."""
    prepare_queue(_app())
    click.echo("queue ready")


@group.command("work")
def work() -> None:
    """Work jobs off until the process is told to stop."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    if not start_worker(_app()):
        raise click.ClickException("another process of this installation works the jobs off already")
    click.echo("working")
    stopped.wait()
    stop_worker()
