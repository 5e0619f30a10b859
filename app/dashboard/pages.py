"""Pages of the room: each parses the address, reads once, and renders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.dashboard import (
    explaining,
    following,
    indicator_page,
    map_figures,
    overview,
    satisfaction_page,
)
from app.dashboard.choosing import Chosen, area_name, chosen, here
from app.dashboard.cross_check_table import SHOWS, cross_check_table
from app.dashboard.doorways import door_href
from app.dashboard.freshness import newer_than
from app.dashboard.functional_page import functional_page
from app.dashboard.indicator_table import filters_of, indicator_table
from app.dashboard.warning_list import warning_list
from app.dashboard.wave_results import shown_area
from app.dashboard.yardstick_matrix import yardstick_matrix
from app.errors import NotFound, whole_number
from app.web.headers import script_nonce
from app.web.maps import map_policy, with_nonce

blueprint = Blueprint("dashboard", __name__, template_folder="templates")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """What the room's templates call beside the macros."""
    return {"door_href": door_href, "here": here, "area_name": area_name}


def _page(template: str, build: Callable[[Chosen], dict[str, Any]]) -> ResponseReturnValue:
    """Render a page of the chosen year and area; without a city or a catalogue, what to do first."""
    choice = chosen()
    if choice is None:
        return render_template("dashboard/nothing.html")
    if choice.area.level == "functional" and not template.startswith("explain_"):
        return render_template("dashboard/functional.html", choice=choice, **functional_page(choice))
    return render_template(f"dashboard/{template}.html", choice=choice, **build(choice))


@blueprint.get("/", endpoint="overview")
def overview_page() -> ResponseReturnValue:
    """The answer first, then what follows from it, then how the data came in."""

    def build(choice: Chosen) -> dict[str, Any]:
        found = overview.results_of(choice)
        return overview.present(choice, found) | {
            "newer": newer_than(found.run, choice),
            "renewal": following.renewal_part(choice),
            "collection": following.collection_part(choice),
        }

    return _page("overview", build)


@blueprint.get("/satisfaction")
def satisfaction() -> ResponseReturnValue:
    """What residents say in a wave."""

    def build(choice: Chosen) -> dict[str, Any]:
        wave = satisfaction_page.chosen_wave(choice, request.args.get("wave", ""))
        others = satisfaction_page.other_waves(choice, wave)
        if wave is None:
            return {"wave": None, "waves": others}
        found = satisfaction_page.read_wave(wave, shown_area(choice, wave), choice.scope)
        level = request.args.get("level", "")
        return {"waves": others, **satisfaction_page.present(choice, found, level)}

    return _page("satisfaction", build)


@blueprint.get("/cross-check")
def cross_check() -> ResponseReturnValue:
    """The sources side by side."""
    asked = request.args.get("show", "")
    show = asked if asked in SHOWS else SHOWS[0]
    return _page("cross_check", lambda choice: cross_check_table(choice, show))


@blueprint.get("/indicators")
def indicators() -> ResponseReturnValue:
    """All indicators of the area."""
    filters = filters_of(request.args)
    return _page("indicators", lambda choice: indicator_table(choice, filters))


@blueprint.get("/indicators/<int:year>/<code>")
def indicator(year: int, code: str) -> ResponseReturnValue:
    """One indicator; another year chosen at the top leads to that year's own page."""
    asked = whole_number(request.args.get("year"))
    if asked is not None and asked != year:
        kept: dict[str, Any] = {"area": request.args["area"]} if "area" in request.args else {}
        return redirect(url_for("dashboard.indicator", year=asked, code=code, **kept))

    def build(choice: Chosen) -> dict[str, Any]:
        found = indicator_page.read_indicator(choice, code)
        return indicator_page.present(choice, found) | {
            "newer": newer_than(found.run, choice, code),
            "projects": following.projects_of_indicator(choice, code),
        }

    return _page("indicator", build)


@blueprint.get("/yardsticks")
def yardsticks() -> ResponseReturnValue:
    """Indicators × six yardsticks."""
    return _page("yardsticks", yardstick_matrix)


@blueprint.get("/warnings")
def warnings() -> ResponseReturnValue:
    """Warnings and findings."""
    return _page("warnings", warning_list)


@blueprint.get("/map")
def map_page() -> ResponseReturnValue:
    """A measure on the map, with the same figures in a table beside it."""
    measure = map_figures.measure_of(request.args.get("measure", ""))
    level = map_figures.level_of(request.args.get("level", ""))
    return _page("map", lambda choice: map_figures.map_page(choice, measure, level))


@blueprint.get("/map/document")
def map_document() -> ResponseReturnValue:
    """The map itself, for the frame on the page: a document with a policy of its own."""
    choice = chosen()
    if choice is None:
        raise NotFound("no-results-yet")
    measure = map_figures.measure_of(request.args.get("measure", ""))
    level = map_figures.level_of(request.args.get("level", ""))
    html = map_figures.map_document(choice, map_figures.map_figures(choice, measure, level))
    nonce, tiles = script_nonce(), map_figures.background()
    policy = map_policy(nonce, [tiles.origin] if tiles is not None else [])
    return Response(
        with_nonce(html, nonce), mimetype="text/html", headers={"Content-Security-Policy": policy}
    )


@blueprint.get("/explain/<kind>/<key>")
def explain(kind: str, key: str) -> ResponseReturnValue:
    """Where a number or a judgement comes from."""
    return _page(
        f"explain_{explaining.template_of(kind)}",
        lambda _choice: explaining.explain(kind, key, page=whole_number(request.args.get("page")) or 1),
    )
