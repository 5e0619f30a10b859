"""`flask exam …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.dashboard.choosing import Chosen, area_name, choose
from app.dashboard.summary import as_json, exam_summary
from app.dashboard.summary_text import summary_text
from app.errors import Problem, describe
from app.i18n import named
from app.indicators.queries import catalogue

group = AppGroup("exam", help="The examination's results.")


@group.command("summary")
@click.option("--year", type=int, default=None, help="Exam year (default: the newest assessed).")
@click.option("--area", default=None, help="Code of the city (default: the first).")
@click.option("--json", "as_json_text", is_flag=True, help="All facts as JSON, byte for byte the same.")
def summary(year: int | None, area: str | None, as_json_text: bool) -> None:
    """Tell how the examination of a year stands: data, cross-check, scores, warnings, priority areas."""
    try:
        choice = choose(year, area, scope=None)
    except Problem as problem:
        raise click.ClickException(describe(problem.code, problem.facts)) from problem
    if choice is None:
        raise click.ClickException(describe("no-results-yet"))
    facts = exam_summary(choice)
    click.echo(as_json(facts) if as_json_text else summary_text(facts, _names(choice)))


def _names(choice: Chosen) -> dict[str, str]:
    """Names of areas and dimensions by code."""
    found = {area.code: area_name(area) for area in choice.names.values()}
    return found | {
        each.code: named(each.name_zh, each.name_en) for each in catalogue(choice.year).dimensions
    }
