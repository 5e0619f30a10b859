"""What this room adds to the frame of every staff page: the chooser of year and area."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import is_within
from app.areas.models import Area
from app.dashboard.choosing import Chosen, chosen
from app.dashboard.messages import TEXTS
from app.errors import Forbidden, NotFound, register_messages
from app.i18n import named
from app.web.setup import add_context

#: Pages of these rooms speak of a year and an area.
_ROOMS_WITH_CHOOSER = frozenset({"dashboard"})
_DEPTH = {"city": 0, "district": 1, "street": 2}


def init_dashboard(app: Flask) -> None:
    """Let every page show the chooser, and register the room's texts; called once by ``create_app``."""
    register_messages(TEXTS)
    add_context(app, _frame)


def _frame() -> dict[str, Any]:
    if not request or request.blueprint not in _ROOMS_WITH_CHOOSER or not current_user.is_authenticated:
        return {}
    try:
        choice = chosen()
    except (Forbidden, NotFound):
        # The page says that there is no such year or area, or not for this reader;
        # its frame then offers nothing to keep.
        return {}
    if choice is None:
        return {}
    return {
        "chooser": _chooser(choice),
        "city_name": named(choice.root.name_zh, choice.root.name_en),
        "home_href": f"/?year={choice.year}&area={choice.area.code}",
    }


def _chooser(choice: Chosen) -> dict[str, Any]:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {"year", "area"}]
    return {
        "action": request.path,
        "years": [
            {"value": year, "label": _("%(year)s 年", year=year), "selected": year == choice.year}
            for year in reversed(choice.years)
        ],
        "areas": [_option(area, choice) for area in _offered(choice)],
        "keep": [pair for pair in kept if pair[0] not in {"lang", "page"}],
    }


def _offered(choice: Chosen) -> list[Area]:
    """The chosen city as a tree, then the other cities."""
    # A street's code begins with its district's, so the order of the codes is the tree.
    listed = [*choice.areas_at("city"), *sorted(choice.parts, key=lambda area: area.code)]
    others = [city for city in choice.cities if city.id != choice.root.id]
    return [*listed, *(city for city in others if is_within(choice.scope, city.id))]


def _option(area: Area, choice: Chosen) -> dict[str, Any]:
    return {
        "value": area.code,
        "label": named(area.name_zh, area.name_en),
        "selected": area.id == choice.area.id,
        "level": _DEPTH.get(area.level, 0),
    }
