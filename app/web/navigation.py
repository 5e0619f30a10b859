"""The navigation follows the loop of the examination, left to right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Item:
    """One entry: its text, its endpoint, and the entries below it."""

    label: LazyString
    endpoint: str | None = None
    children: tuple[Item, ...] = ()


LOOP = (
    Item(_l("概览"), "dashboard.overview"),
    Item(
        _l("采集"),
        None,
        (
            Item(_l("问卷"), "surveys.index"),
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
            Item(_l("指标"), "dashboard.indicators"),
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
            Item(_l("片区"), "renewal.priority_areas"),
            Item(_l("项目"), "renewal.projects"),
            Item(_l("计划"), "renewal.work_plans"),
        ),
    ),
    Item(
        _l("管理"),
        None,
        (
            Item(_l("账户"), "accounts.users"),
            Item(_l("区域"), "areas.index"),
            Item(_l("任务"), "jobs.index"),
            Item(_l("审计"), "audit.index"),
            Item(_l("指标库"), "indicators.catalogue"),
            Item(_l("表单"), "forms.index"),
        ),
    ),
)


def navigation(roles: frozenset[str]) -> list[dict[str, Any]]:
    """The entries these roles may open, with the present one marked."""
    shown = []
    for item in LOOP:
        children = [_entry(child) for child in item.children if _may_open(child, roles)]
        if item.children and not children:
            continue
        if not item.children and not _may_open(item, roles):
            continue
        entry = _entry(item) if item.endpoint else {"label": item.label, "href": children[0]["href"]}
        entry["children"] = children
        entry["active"] = entry.get("active", False) or any(child["active"] for child in children)
        shown.append(entry)
    return shown


def _entry(item: Item) -> dict[str, Any]:
    given = {**(request.view_args or {}), **request.args}
    kept = {key: given[key] for key in ("year", "area") if key in given}
    return {
        "label": item.label,
        "href": url_for(item.endpoint or "", **kept),
        "active": request.endpoint == item.endpoint,
        "children": [],
    }


def _may_open(item: Item, roles: frozenset[str]) -> bool:
    # ``create_app`` fills the table of doors; an endpoint that is not registered is not shown.
    if item.endpoint not in current_app.view_functions:
        return False
    audience = current_app.extensions["cityexam_doors"].audience(item.endpoint)
    if audience is None:
        return False
    return not isinstance(audience, frozenset) or bool(audience & roles)
