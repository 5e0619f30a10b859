"""`flask forms …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.audit import acting_as
from app.db import unit_of_work
from app.forms.forgetting import delete_unnamed_content, forget_old_drafts, forget_old_exports

group = AppGroup("forms", help="Forms and what residents answer.")


@group.command("forget-drafts")
def forget_drafts_command() -> None:
    """Delete old drafts and exports, and files that nothing names any more (the worker does so daily)."""
    with acting_as("system:cli"), unit_of_work():
        drafts, exports = forget_old_drafts(), forget_old_exports()
    click.echo(f"drafts {drafts}, exports {exports}, files {delete_unnamed_content()}")
