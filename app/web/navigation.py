"""The navigation follows the loop of the examination, left to right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from app.web.entering import may_enter


@dataclass(frozen=True)
class Item:
    """One entry: its text, its endpoint, the entries below it, and the pages that it leads on to."""

    label: LazyString
    endpoint: str | None = None
    children: tuple[Item, ...] = ()
    pages: frozenset[str] = frozenset()


LOOP = (
    Item(_l("概览"), "dashboard.overview"),
    Item(
        _l("采集"),
        None,
        (
            Item(lazy_pgettext("page", "问卷"), "surveys.index"),
            Item(lazy_pgettext("page", "题库"), "question_bank.index"),
            Item(_l("满意度"), "dashboard.satisfaction"),
            Item(_l("填报"), "reporting.index"),
            Item(_l("数据"), "sources.index"),
        ),
    ),
    Item(_l("校核"), "dashboard.cross_check"),
    Item(
        _l("评估"),
        None,
        (
            Item(
                lazy_pgettext("page", "指标"),
                "dashboard.indicators",
                pages=frozenset({"dashboard.indicator", "dashboard.explain"}),
            ),
            Item(_l("六维评价"), "dashboard.yardsticks"),
            Item(_l("预警"), "dashboard.warnings"),
            Item(_l("评估记录"), "assessment.index"),
        ),
    ),
    Item(_l("空间"), "dashboard.map_page"),
    Item(
        _l("更新"),
        None,
        (
            Item(_l("片区"), "renewal.priority_areas", pages=frozenset({"renewal.area"})),
            Item(_l("项目"), "renewal.projects", pages=frozenset({"renewal.project"})),
            Item(_l("计划"), "renewal.work_plans"),
        ),
    ),
    Item(
        _l("管理"),
        None,
        (
            Item(_l("账户"), "accounts.users"),
            Item(lazy_pgettext("page", "区域"), "areas.index"),
            Item(_l("任务"), "jobs.index"),
            Item(_l("审计"), "audit.index"),
            Item(_l("指标库"), "indicators.catalogue"),
            Item(
                _l("表单"),
                "forms.index",
                pages=frozenset(f"form_versions.{page}" for page in ("version", "changes", "questions"))
                | {"webhooks.index", "webhooks.one", "editing.summary"},
            ),
        ),
    ),
)

_ENTRIES = tuple(entry for item in LOOP for entry in (item.children or (item,)))


def speaks_of(year: int) -> None:
    """Tell the frame the year of a page whose address does not name it."""
    g.page_year = year


def entry_of_page() -> str | None:
    """The endpoint of the entry that the present page belongs to."""
    for entry in _ENTRIES:
        if request.endpoint == entry.endpoint or request.endpoint in entry.pages:
            return entry.endpoint
    room = [each for each in _ENTRIES if str(each.endpoint).partition(".")[0] == request.blueprint]
    return room[0].endpoint if len(room) == 1 else None


def navigation() -> list[dict[str, Any]]:
    """The entries the reader may open, with the present one marked."""
    shown = []
    for item in LOOP:
        children = [_entry(child) for child in item.children if may_enter(child.endpoint or "")]
        if item.children and not children:
            continue
        if not item.children and not may_enter(item.endpoint or ""):
            continue
        entry = _entry(item) if item.endpoint else {"label": item.label, "href": children[0]["href"]}
        entry["children"] = children
        entry["active"] = entry.get("active", False) or any(child["active"] for child in children)
        shown.append(entry)
    return shown


def _entry(item: Item) -> dict[str, Any]:
    # The year and the area are added to every address of a page, see the room of the results.
    return {
        "label": item.label,
        "href": url_for(item.endpoint or ""),
        "active": item.endpoint is not None and item.endpoint == entry_of_page(),
        "exact": request.endpoint == item.endpoint,
        "children": [],
    }
