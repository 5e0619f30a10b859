"""What the pages of the room show: reads turned into the shapes of the shared macros."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts.guards import RESULTS, area_scope, is_within
from app.errors import describe
from app.i18n import aside, named
from app.indicators.models import BaseItem
from app.reporting.asking import asked_of, item_name
from app.reporting.models import Campaign, Report, ReportEvent, ReportVersion
from app.reporting.places import places_of, shown_places
from app.reporting.queries import BoardRow, FigureRow, figures, is_past
from app.reporting.returning import return_places
from app.reporting.states import ReportState
from app.reporting.wording import (
    CAMPAIGN_STATE_NAMES,
    CAMPAIGN_STATE_TONES,
    EVENT_NAMES,
    LEVEL_NAMES,
    STATUS_NAMES,
    STATUS_TONES,
    unit_name,
)

#: Returned first, then what still has to be filed, then what waits for others.
_URGENCY = ("returned", "reopened", "withdrawn", "not_started", "under_review", "accepted")


def campaign_name(campaign: Campaign) -> str:
    """The campaign in words."""
    city = named(campaign.root.name_zh, campaign.root.name_en)
    return _("%(city)s · %(year)s 年", city=city, year=campaign.exam_year)


def status_badge(state: ReportState) -> dict[str, str]:
    """Text and tone of a status."""
    return {"text": str(STATUS_NAMES[state.status]), "tone": STATUS_TONES[state.status]}


def campaign_badge(campaign: Campaign) -> dict[str, str]:
    """Text and tone of a campaign's state; one whose due day is over is no longer simply going on."""
    if campaign.state == "open" and is_past(campaign.due_on):
        return {"text": _("已过截止日期，尚未结束"), "tone": "near"}
    return {
        "text": str(CAMPAIGN_STATE_NAMES[campaign.state]),
        "tone": CAMPAIGN_STATE_TONES[campaign.state],
    }


def task_rows(campaign: Campaign, rows: Iterable[BoardRow]) -> list[dict[str, Any]]:
    """The tasks of one's own departments, the most urgent first."""
    ordered = sorted(rows, key=lambda row: (_URGENCY.index(row.status), row.code))
    return [_board_row(campaign, row) for row in ordered]


def board_rows(campaign: Campaign, rows: Iterable[BoardRow]) -> list[dict[str, Any]]:
    """The board of the exam office: what waits for a decision first."""
    ordered = sorted(rows, key=lambda row: (row.status != "under_review", row.code))
    return [_board_row(campaign, row) for row in ordered]


def board_facts(rows: Sequence[BoardRow]) -> list[dict[str, Any]]:
    """The campaign in four figures."""
    accepted = [row for row in rows if row.status == "accepted"]
    waiting = [row for row in rows if row.status == "under_review"]
    return [
        {"label": _("已通过的部门"), "value": f"{len(accepted)} / {len(rows)}"},
        {"label": _("等待审核"), "value": len(waiting), "decimals": 0},
        {"label": _("已退回"), "value": sum(row.status == "returned" for row in rows), "decimals": 0},
        {"label": _("未提交"), "value": sum(row.status == "not_started" for row in rows), "decimals": 0},
    ]


def steps_of(state: ReportState) -> list[dict[str, str]]:
    """The way of a report and where it is."""
    place = {"not_started": 0, "withdrawn": 0, "returned": 0, "reopened": 0, "under_review": 1, "accepted": 3}
    labels = (_("填写并上传"), _("体检办公室审核"), _("通过，数据生效"))
    now = place[state.status]
    kinds = ["done" if number < now else "current" if number == now else "todo" for number in range(3)]
    steps = [{"label": label, "state": kind} for label, kind in zip(labels, kinds, strict=True)]
    steps[0]["note"] = _("第 %(number)s 轮", number=state.round_no)
    return steps


def reason_list(event: ReportEvent) -> list[dict[str, str]]:
    """Why a version came back, cell by cell."""
    return shown_places(return_places(event), severity="warning")


def history_rows(report: Report | None) -> list[dict[str, Any]]:
    """What happened, newest first."""
    return [_event_row(event) for event in reversed(report.events if report else [])]


def version_facts(version: ReportVersion) -> list[dict[str, Any]]:
    """Where a version comes from."""
    counts = version.counts
    filled = _(
        "%(reported)s 个数，%(missing)s 个缺，%(not_applicable)s 个不适用",
        reported=counts["reported"],
        missing=counts["missing"],
        not_applicable=counts["not_applicable"],
    )
    return [
        {"term": _("提交时间"), "text": format_datetime(version.submitted_at)},
        {"term": _("内容"), "text": filled},
        {"term": _("文件"), "text": version.filename},
        {"term": "SHA-256", "text": version.sha256},
    ]


def warning_list(version: ReportVersion) -> list[dict[str, str]]:
    """What is worth a second look."""
    return shown_places(places_of(version.warnings), severity="warning")


def figure_tables(version: ReportVersion, *, with_reasons: bool) -> list[dict[str, Any]]:
    """The figures of a version: one table for the city, and one for each item asked for in its parts."""
    asked = asked_of(version.report.campaign, version.report.department)
    rows, scope = figures(version.id), area_scope(RESULTS)
    warned = {
        (each["facts"].get("item_code"), each["facts"].get("area_id")): describe(each["code"], each["facts"])
        for each in version.warnings
    }
    tables = []
    for level in asked.levels:
        groups: list[tuple[str, list[BaseItem]]] = (
            [(str(LEVEL_NAMES["city"]), list(level.items))]
            if level.level == "city"
            else [(_item_heading(item), [item]) for item in level.items]
        )
        for title, items in groups:
            shown = [
                _figure_row(
                    row,
                    item,
                    warned.get((row.item_code, row.area_id)),
                    title_is_item=level.level != "city",
                    with_reasons=with_reasons,
                    is_explained=is_within(scope, row.area_id),
                )
                for item in items
                for row in rows
                if row.item_code == item.code
            ]
            open_now = any(row["tone"] or row["changed"] for row in shown) or level.level == "city"
            tables.append({"title": title, "rows": shown, "open": open_now})
    return tables


def _item_heading(item: BaseItem) -> str:
    return aside(item_name(item), unit_name(item.unit))


def _figure_row(
    row: FigureRow,
    item: BaseItem,
    warning: str | None,
    *,
    title_is_item: bool,
    with_reasons: bool,
    is_explained: bool,
) -> dict[str, Any]:
    name = named(row.area_zh, row.area_en) if title_is_item else _item_heading(item)
    remarks = [_("有改动") if row.changed else "", warning or "", row.note]
    shown: dict[str, Any] = {
        "name": name,
        "anchor": f"figure-{row.id}",
        "value": {
            "value": row.value,
            "state": row.state,
            "decimals": item.decimals,
            "href": url_for("dashboard.explain", kind="figure", key=row.id) if is_explained else None,
        },
        "previous": _earlier(row.previous, row.previous_state, item),
        "last_year": "—" if row.last_year is None else {"value": row.last_year, "decimals": item.decimals},
        "cell": f"{row.sheet} · {row.cell}",
        "remark": " ".join(text for text in remarks if text),
        "tone": "near" if warning else None,
        "changed": row.changed,
    }
    if with_reasons:
        label = _("退回原因：%(item)s，%(area)s", item=item_name(item), area=named(row.area_zh, row.area_en))
        field = '<input name="reason:{id}" aria-label="{label}" maxlength="500" autocomplete="off">'
        shown["reason"] = Markup(field).format(id=row.id, label=label)  # noqa: S704 - format() escapes.
    return shown


def _earlier(value: float | None, state: str | None, item: BaseItem) -> Any:
    if state is None:
        return "—"
    return {"value": value, "state": state, "decimals": item.decimals}


def _board_row(campaign: Campaign, row: BoardRow) -> dict[str, Any]:
    filed = row.version_number is not None
    return {
        "campaign": campaign_name(campaign),
        "department": named(row.name_zh, row.name_en),
        "href": url_for("reporting.task", campaign_id=campaign.id, department_id=row.department_id),
        "status": status_badge(row.state),
        "due": format_date(campaign.due_on),
        "late": row.late and row.status != "accepted",
        "closed": None if campaign.state == "open" else campaign_badge(campaign),
        "items": row.items,
        "expected": row.figures_expected,
        "given": row.figures_given if filed else None,
        "missing": row.missing if filed else None,
        "not_applicable": row.not_applicable if filed else None,
        "warnings": row.warnings if filed else None,
        "version": row.version_number,
        "round": row.state.round_no,
        "submitted": format_datetime(row.submitted_at) if row.submitted_at else "—",
        "version_href": url_for("reporting.version", version_id=row.version_id) if row.version_id else None,
        "waits_for_department": (
            campaign.state == "open" and row.state.may_submit and row.status != "under_review"
        ),
    }


def _event_row(event: ReportEvent) -> dict[str, Any]:
    return {
        "what": str(EVENT_NAMES[event.kind]),
        "version": _("第 %(number)s 版", number=event.version.number),
        "href": url_for("reporting.version", version_id=event.version_id),
        "round": _("第 %(number)s 轮", number=event.round_no),
        "at": format_datetime(event.at),
        "text": event.text or "—",
        "cells": len(event.reasons),
    }
