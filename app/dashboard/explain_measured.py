"""Where a figure measured from big data came from: the dataset, the rules, and the way to its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import is_within, works_for_city
from app.areas.models import Area
from app.dashboard.choosing import Chosen, area_name, chosen, here
from app.dashboard.doorways import door_href, link
from app.dashboard.figures import decimals_for
from app.errors import NotFound, whole_number
from app.i18n import named
from app.indicators.models import ItemValue
from app.indicators.tracing import Provenance, items_brought_by, named_items
from app.indicators.words import unit_words
from app.sources.evidence import tells_of_few
from app.sources.models import Dataset, Measurement
from app.sources.queries import dataset as dataset_by_id
from app.sources.queries import resolve
from app.sources.words import RULE_NAMES, count_name, rule_words

_POI_ZONE = "area_zone_poi"


def explain_measurement(key: str) -> dict[str, Any]:
    """A figure measured from big data: the dataset and the rules; NotFound when there is none."""
    run, dataset = measured_from(key)
    rules = [
        {"term": str(RULE_NAMES.get(name, name)), "text": rule_words(name, rule)}
        for name, rule in run.rules.items()
    ]
    choice = chosen()
    file = door_href("sources.file", dataset_id=dataset.id) if works_for_city(dataset.root_id) else None
    return {
        "title": _("由数据“%(title)s”测算", title=dataset.title),
        "facts": [
            *dataset_facts(dataset),
            {"term": _("来源说明"), "text": dataset.source_note or None},
            {"term": _("文件校验"), "text": dataset.sha256[:16]},
            {"term": _("测算时间"), "text": run.made_at},
        ],
        "withdrawn": withdrawn_words(dataset),
        "rules": rules,
        "brought": _brought(run, dataset, choice) if choice else None,
        "counted": _counted(run, dataset, choice) if choice else None,
        "links": [
            link(_("打开这份数据"), door_href("sources.one", dataset_id=dataset.id)),
            link(_("下载原始文件"), file),
        ],
    }


def measured_from(key: str) -> tuple[Measurement, Dataset]:
    """Run and dataset of ``<run>:<dataset>``; NotFound unless the one measured the other."""
    if any(whole_number(part) is None for part in key.partition(":")[::2]):
        raise NotFound("unknown-explanation", found=key[:40])
    run, dataset = resolve(key)
    if dataset.id not in run.dataset_ids:
        raise NotFound("unknown-explanation", found=key[:40])
    return run, dataset


def dataset_facts(dataset: Dataset) -> list[dict[str, Any]]:
    """Which file it was."""
    crs = [{"term": _("坐标系"), "text": dataset.crs}] if dataset.crs else []
    return [
        {"term": _("数据"), "text": dataset.title},
        {"term": _("文件"), "text": dataset.file_name},
        {"term": _("数据时期"), "text": dataset.vintage},
        *crs,
    ]


def withdrawn_words(dataset: Dataset) -> str:
    """That the dataset was withdrawn, why, and what follows; empty while it counts."""
    if dataset.withdrawn_at is None:
        return ""
    return _(
        "这份数据已经撤回（%(reason)s）。文件仍然保留，下面的内容仍可核对；下次计算时，由它得出的数将失效。",
        reason=dataset.withdrawal_reason,
    )


def rows_href(run: Measurement, dataset: Dataset, name: str, area: Area) -> str:
    """The list of the rows behind an item, or behind something that was counted, of an area."""
    return here("dashboard.explain", kind="rows", key=f"{run.id}:{dataset.id}:{name}", area=area.code)


def counted_of(run: Measurement, dataset: Dataset) -> dict[str, dict[str, float]]:
    """What the run counted of the dataset, by name and area id."""
    counted: dict[str, dict[str, float]] = run.facts.get("counted", {}).get(str(dataset.id), {})
    return counted


def told_figure(
    run: Measurement, dataset: Dataset, name: str, area: Area, value: float | None, state: str = "reported"
) -> dict[str, Any]:
    """``value`` and ``state`` of a figure of an area; suppressed where it would tell of too few persons."""
    commuters = counted_of(run, dataset).get("commuters", {}).get(str(area.id), 0.0)
    if value is not None and tells_of_few(name, value, commuters):
        return {"value": None, "state": "suppressed"}
    return {"value": value, "state": state}


def _brought(run: Measurement, dataset: Dataset, choice: Chosen) -> dict[str, Any] | None:
    """The figures that the run took from the dataset, by area within the chosen one, with their rows."""
    origin = Provenance("measurement", f"{run.id}:{dataset.id}")
    shown = [
        (row, area)
        for row, area in items_brought_by(origin)
        if choice.holds(area) and is_within(choice.scope, area.id)
    ]
    codes = list(dict.fromkeys(row.item_code for row, _area in shown))
    known = named_items(run.exam_year, codes)
    by_code = {code: [row for row, _area in shown if row.item_code == code] for code in codes}
    raster = _land_cover(run) if any(row.item_code == _POI_ZONE for row, _area in shown) else None
    cells = {(area.id, row.item_code): _item_figure(run, dataset, row, area, raster) for row, area in shown}
    columns = [
        {
            "name": named(known[code].name_zh, known[code].name_en) if code in known else code,
            "unit": unit_words(rows[0].unit),
            "decimals": decimals_for(rows[0].unit, [row.value for row in rows]),
        }
        for code, rows in by_code.items()
    ]
    return _table(columns, codes, [area for _row, area in shown], cells)


def _item_figure(
    run: Measurement, dataset: Dataset, row: ItemValue, area: Area, raster: Dataset | None
) -> dict[str, Any]:
    href = _href_of(run, dataset, row.item_code, area, raster)
    return told_figure(run, dataset, row.item_code, area, row.value, row.state) | {"href": href}


def _href_of(run: Measurement, dataset: Dataset, code: str, area: Area, raster: Dataset | None) -> str | None:
    """The rows of an item; the zone that points are counted in is read from the raster of the same run."""
    if code != _POI_ZONE:
        return rows_href(run, dataset, code, area)
    return rows_href(run, raster, "area_built_rs", area) if raster is not None else None


def _land_cover(run: Measurement) -> Dataset | None:
    """The last raster of a run."""
    rasters = [each for each in map(dataset_by_id, run.dataset_ids) if each.kind == "land_cover"]
    return rasters[-1] if rasters else None


def _counted(run: Measurement, dataset: Dataset, choice: Chosen) -> dict[str, Any] | None:
    """What the run counted of the dataset in the chosen street, or in each street of the chosen area."""
    counted = counted_of(run, dataset)
    streets = [area for area in choice.areas_at("street") if choice.holds(area)]
    cells = {
        (area.id, name): {
            **told_figure(run, dataset, name, area, each[str(area.id)]),
            "href": rows_href(run, dataset, name, area),
        }
        for name, each in counted.items()
        for area in streets
        if str(area.id) in each
    }
    digits = [0 if all(v == round(v) for v in each.values()) else 2 for each in counted.values()]
    columns = [{"name": count_name(name), "decimals": d} for name, d in zip(counted, digits, strict=True)]
    return _table(columns, list(counted), streets, cells)


def _table(
    columns: list[dict[str, Any]],
    names: list[str],
    areas: Iterable[Area],
    cells: dict[tuple[int, str], dict[str, Any]],
) -> dict[str, Any] | None:
    """A row for each area, a column for each name; None where there is nothing."""
    if not cells:
        return None
    rows = [
        {"area": area_name(area), "cells": [cells.get((area.id, name), {"value": None}) for name in names]}
        for area in sorted({area.id: area for area in areas}.values(), key=lambda each: each.code)
    ]
    return {"columns": columns, "rows": rows}
