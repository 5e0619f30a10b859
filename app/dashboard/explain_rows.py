"""The very rows that a figure of big data was measured from, page by page."""

from __future__ import annotations

from math import isclose
from typing import Any

from flask_babel import gettext as _

from app.areas.models import Area
from app.dashboard.choosing import Chosen, area_name, chosen, here
from app.dashboard.evidence_tables import evidence_table, visible
from app.dashboard.explain_measured import (
    counted_of,
    dataset_facts,
    measured_from,
    rows_href,
    told_figure,
    withdrawn_words,
)
from app.dashboard.figures import figure
from app.dashboard.paging import paged
from app.db.paging import PER_PAGE
from app.errors import NotFound
from app.i18n import named
from app.indicators.tracing import Provenance, items_brought_by, named_items
from app.sources.evidence import Evidence
from app.sources.models import Dataset, Measurement
from app.sources.tracing import rows_behind
from app.sources.words import count_name

#: All other kinds are measured by street.
_OF_ANY_AREA = "delivered_table"


def explain_rows(key: str, page: int) -> dict[str, Any]:
    """The rows behind ``<run>:<dataset>:<item or what was counted>`` in the chosen area.

    Raises NotFound ``unknown-explanation`` and ``no-rows-behind``.
    """
    origin, name = _parted(key)
    run, dataset = measured_from(origin)
    choice = chosen()
    if choice is None or choice.root.id != run.root_id:
        raise NotFound("no-rows-behind", found=name[:40])
    head = {
        "links": [
            {"label": _("看数据和规则"), "href": here("dashboard.explain", kind="measurement", key=origin)}
        ],
        "withdrawn": withdrawn_words(dataset),
    }
    if dataset.kind != _OF_ANY_AREA and choice.area.level != "street":
        return head | _streets(run, dataset, name, choice)
    found = rows_behind(run, dataset, name, choice.area)
    if found is None:
        raise NotFound("no-rows-behind", found=name[:40])
    return head | _list(run, dataset, name, found, choice, page)


def _parted(key: str) -> tuple[str, str]:
    """Origin and name; a name may have colons of its own (a land cover, the hours of a cell)."""
    run, _colon, rest = key.partition(":")
    dataset, _colon, name = rest.partition(":")
    return f"{run}:{dataset}", name


def _streets(run: Measurement, dataset: Dataset, name: str, choice: Chosen) -> dict[str, Any]:
    """A list is of one street: which there are."""
    streets = [area for area in choice.areas_at("street") if choice.holds(area)]
    return {
        "title": _title(run, name, choice.area),
        "streets": [
            {"name": area_name(each), "href": rows_href(run, dataset, name, each)} for each in streets
        ],
    }


def _list(
    run: Measurement, dataset: Dataset, name: str, found: Evidence, choice: Chosen, page: int
) -> dict[str, Any]:
    shown = visible(found, choice.scope)
    counts = paged(len(shown), page)
    first = (counts["page"] - 1) * PER_PAGE
    last_page = counts["page"] == counts["pages"]
    recorded, unit = _recorded(run, dataset, name, choice.area)
    value = found.figure if recorded is None else recorded
    told = [told_figure(run, dataset, name, choice.area, each) for each in (value, found.figure)]
    is_told = all(each["value"] is not None for each in told)
    table = evidence_table(
        shown,
        shown.page(first, first + PER_PAGE),
        last_page=last_page,
        hours_href=lambda place: rows_href(run, dataset, f"hours:{place}", choice.area),
    )
    return {
        "title": _title(run, name, choice.area),
        "figure": figure(**told[0], unit=unit),
        "differs": _differs(recorded, found.figure) if is_told else "",
        "facts": [*dataset_facts(dataset), *table["facts"]],
        "notes": [*table["notes"], *_beyond(len(found) - len(shown))],
        **table["table"],
        **counts,
    }


def _differs(recorded: float | None, now: float) -> str:
    """That the rows give another number than the run recorded; empty where they agree."""
    if recorded is None or isclose(recorded, now, rel_tol=1e-9, abs_tol=1e-9):
        return ""
    return _(
        "现在从文件重算得到 %(now)s，与记录的数不同：计算之后，区域的边界或计算方法有过改动。"
        "请重新计算这一年的大数据。",
        now=f"{now:,.10g}",
    )


def _beyond(hidden: int) -> list[str]:
    return [_("另有 %(count)s 条在您的查看范围之外，没有列出。", count=hidden)] if hidden else []


def _title(run: Measurement, name: str, area: Area) -> str:
    items = named_items(run.exam_year, [name])
    told = named(items[name].name_zh, items[name].name_en) if name in items else count_name(name)
    return _("%(area)s的“%(item)s”：逐条清单", area=area_name(area), item=told)


def _recorded(run: Measurement, dataset: Dataset, name: str, area: Area) -> tuple[float | None, str | None]:
    """What the run recorded, with its unit; what was only counted has none."""
    origin = Provenance("measurement", f"{run.id}:{dataset.id}")
    for row, of in items_brought_by(origin):
        if (row.item_code, of.id) == (name, area.id):
            return row.value, row.unit
    return counted_of(run, dataset).get(name, {}).get(str(area.id)), None
