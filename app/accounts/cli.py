"""`flask accounts …`: the first administrator and new passwords."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts.managing import Grant, add_user, set_password
from app.accounts.models import ROLES
from app.audit import acting_as
from app.db import unit_of_work

group = AppGroup("accounts", help="Staff accounts.")


@group.command("add")
@click.argument("username")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", default="", help="The name shown.")
@click.option("--department", default=None, help="Department code, for department roles.")
@click.option("--area", default=None, help="Area code: the role sees this area and those below it alone.")
@click.password_option()
def add(username: str, role: str, name: str, department: str | None, area: str | None, password: str) -> None:
    """Make an account (the password is asked for, never given a default)."""
    with acting_as("system:cli"), unit_of_work():
        add_user(
            username=username,
            display_name=name or username,
            password=password,
            grants=[Grant(role, department_code=department, area_code=area)],
        )
    click.echo(f"{username}: {role}")


@group.command("password")
@click.argument("username")
@click.password_option()
def password_command(username: str, password: str) -> None:
    """Give a new password and end the user's sessions."""
    with acting_as("system:cli"), unit_of_work():
        set_password(username=username, password=password)
    click.echo(username)
