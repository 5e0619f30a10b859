"""What this room adds to the frame of every staff page: the chooser of year and area."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import is_within
from app.areas.models import Area
from app.dashboard.choosing import Chosen, asked_for, chosen, here
from app.dashboard.messages import TEXTS
from app.errors import Forbidden, NotFound, register_messages
from app.i18n import named
from app.web.navigation import entry_of_page
from app.web.setup import add_context

#: Pages of these rooms speak of a year; those named below of an area, too.
_ROOMS_WITH_CHOOSER = frozenset(
    {"dashboard", "surveys", "reporting", "sources", "assessment", "renewal", "indicators"}
)
_WITH_AREA = frozenset({"dashboard", "renewal.projects"})
#: Lists of these rooms show every year until one is chosen.
_ALL_YEARS = frozenset({"surveys.index", "reporting.index", "sources.index", "assessment.index"})
#: Rooms without a year pass the choice on, so that it is there on the way back.
_ROOMS_THAT_KEEP = _ROOMS_WITH_CHOOSER | {"accounts", "areas", "jobs", "audit", "forms", "question_bank"}
_DEPTH = {"city": 0, "district": 1, "street": 2}


def init_dashboard(app: Flask) -> None:
    """Let every page show the chooser, and register the room's texts; called once by ``create_app``."""
    register_messages(TEXTS)
    add_context(app, _frame)
    app.url_defaults(_keep_choice)


def _keep_choice(endpoint: str, values: dict[str, Any]) -> None:
    """Every address of a staff page, on a page or of a redirect, keeps the chosen year and area."""
    if not has_request_context() or request.blueprint not in _ROOMS_THAT_KEEP:
        return
    # Whoever is sent to the log-in page has chosen nothing that he may see.
    if endpoint.partition(".")[0] not in _ROOMS_THAT_KEEP or not current_user.is_authenticated:
        return
    for name, value in asked_for().items():
        values.setdefault(name, value)


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
        "stand_in": _stand_in(choice) if request.blueprint == "dashboard" else None,
        "city_name": named(choice.root.name_zh, choice.root.name_en),
        "home_href": f"/?year={choice.year}&area={choice.area.code}",
    }


def _chooser(choice: Chosen) -> dict[str, Any]:
    own = request.blueprint == "dashboard"
    entry = entry_of_page()
    with_area = own or entry in _WITH_AREA
    kept = [pair for pair in request.args.items(multi=True) if own or (pair[0] == "area" and not with_area)]
    chosen_here = {"year", "lang", "page"} | ({"area"} if with_area else set())
    asked = asked_for()
    every = [{"value": "", "label": _("所有年度"), "selected": "year" not in asked}]
    return {
        # A page of one thing has no other year: the list that it belongs to has.
        "action": request.path if own or entry is None else urlsplit(url_for(entry)).path,
        "years": [
            *(every if entry in _ALL_YEARS else []),
            *(
                {
                    "value": year,
                    "label": _("%(year)s 年", year=year),
                    "selected": year == choice.year and (entry not in _ALL_YEARS or "year" in asked),
                }
                for year in reversed(choice.years)
            ),
        ],
        "areas": [_option(area, choice) for area in _offered(choice)] if with_area else [],
        "keep": [pair for pair in kept if pair[0] not in chosen_here],
    }


def _stand_in(choice: Chosen) -> dict[str, Any] | None:
    """Why another area is shown than the address names, with ways to those it was or became."""
    if choice.asked is None:
        return None
    told = {
        "asked": named(choice.asked.name_zh, choice.asked.name_en),
        "year": choice.year,
        "shown": named(choice.area.name_zh, choice.area.name_en),
    }
    others = [area for area in choice.related if is_within(choice.scope, area.id)]
    if choice.area in others:
        return {"text": _("“%(asked)s”在 %(year)s 年度没有生效，显示的是与它前后相承的“%(shown)s”。", **told)}
    if not others:
        text = _(
            "“%(asked)s”在 %(year)s 年度没有生效，也没有登记前身或后继，显示的是上级“%(shown)s”。", **told
        )
        return {"text": text}
    page, parts = str(request.endpoint), request.view_args or {}
    links = [
        {"label": named(area.name_zh, area.name_en), "href": here(page, **parts, area=area.code)}
        for area in others
    ]
    text = _("“%(asked)s”在 %(year)s 年度没有生效，显示的是上级“%(shown)s”。当年与它前后相承的是：", **told)
    return {"text": text, "links": links}


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
