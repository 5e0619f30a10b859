"""Rows of big data as a table of the page: columns in the reader's words, notes on how they add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import is_within
from app.dashboard.choosing import area_name
from app.sources.evidence import FEWEST_PERSONS, Evidence
from app.sources.words import COVER_NAMES, PLACE_NAMES

Row = dict[str, Any]
HoursHref = Callable[[str], str]


def visible(found: Evidence, scope: frozenset[int] | None) -> Evidence:
    """Without the points that lie where the reader may not look."""
    if scope is None or "street" not in found.columns:
        return found
    return found.only(is_within(scope, each.id if each else None) for each in found.columns["street"])


def evidence_table(
    found: Evidence, rows: list[Row], *, last_page: bool, hours_href: HoursHref
) -> dict[str, Any]:
    """``table`` (columns, rows, total) for ``ui.data_table``, ``facts`` and ``notes`` beside it."""
    columns, present = _KINDS[found.kind]
    told = [present(row, hours_href) for row in rows]
    if last_page and found.withheld:
        words = _("合并的 %(count)s 行", count=found.withheld)
        told.append(_summed(columns(), words, found.withheld_sums))
    total = _summed(columns(), _("全部行合计"), found.sums) if found.sums else None
    return {
        "table": {"columns": columns(), "rows": told, "sums": total},
        "facts": _facts(found),
        "notes": _notes(found),
    }


def _text(key: str, label: str, href: str | None = None) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "text", **({"href": href} if href else {})}


def _number(key: str, label: str, decimals: int) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "number", "decimals": decimals}


def _summed(columns: list[dict[str, Any]], words: str, sums: Mapping[str, float]) -> Row:
    """One row for many: the columns that do not add up stay empty."""
    return {column["key"]: "" for column in columns} | {columns[0]["key"]: words, **sums}


def _point_columns() -> list[dict[str, Any]]:
    return [
        _text("row", _("文件行号")),
        _text("name", _("名称")),
        _text("category", _("类别")),
        _number("lon", _("经度（WGS84）"), 6),
        _number("lat", _("纬度（WGS84）"), 6),
        _text("street", _("所在街道")),
    ]


def _place_columns() -> list[dict[str, Any]]:
    return [*_point_columns(), _text("again", _("同一位置的其他行"))]


def _point(row: Row, _href: HoursHref) -> Row:
    again = _("、").join(str(each) for each in row.get("again", ()))
    return row | {
        "row": str(row["row"]),
        "name": row["name"] or "—",
        "category": str(PLACE_NAMES.get(row["category"], row["category"])),
        "street": area_name(row["street"]) if row["street"] else _("城市之外"),
        "again": again or "—",
    }


def _cell_columns() -> list[dict[str, Any]]:
    return [
        _text("place", _("网格中心（文件坐标）"), "href"),
        _number("persons", _("夜间平均人数"), 2),
        _number("density", _("人/平方公里"), 0),
        _text("crowded", _("是否高密度")),
        _number("share", _("在本街道的面积占比（%）"), 1),
        _number("persons_here", _("计入本街道的人数"), 2),
        _number("km2_here", _("在本街道的面积（平方公里）"), 4),
    ]


def _cell(row: Row, hours_href: HoursHref) -> Row:
    return row | {
        "place": _place(row["x"], row["y"]),
        "href": hours_href(f"{row['x']!r},{row['y']!r}"),
        "crowded": _("是") if row["dense"] else _("否"),
    }


def _place(x: float, y: float) -> str:
    return f"{x:.10g}, {y:.10g}"


def _hour_columns() -> list[dict[str, Any]]:
    return [
        _text("hour", _("时段（当地时间）")),
        _number("persons", _("人数"), 2),
        _number("rows", _("文件里的行数"), 0),
    ]


def _hour(row: Row, _href: HoursHref) -> Row:
    # The slot counts hours on the clock of the place, so no zone is applied again.
    return row | {"hour": datetime.fromtimestamp(row["slot"] * 3600, UTC).strftime("%Y-%m-%d %H:00")}


def _trip_columns() -> list[dict[str, Any]]:
    return [
        _text("origin", _("出发网格（文件坐标）")),
        _text("destination", _("到达网格（文件坐标）")),
        _number("persons", _("通勤人数"), 2),
        _number("km", _("直线距离（公里）"), 2),
        _number("minutes", _("单程时间（分钟）"), 1),
        _number("persons_under5", _("其中不足 5 公里的人数"), 2),
        _number("person_minutes", _("人数 × 时间（分钟）"), 1),
    ]


def _trip(row: Row, _href: HoursHref) -> Row:
    return row | {
        "origin": _place(row["origin_x"], row["origin_y"]),
        "destination": _place(row["destination_x"], row["destination_y"]),
    }


def _pixel_columns() -> list[dict[str, Any]]:
    return [
        _text("cover", _("类别")),
        _number("pixels", _("街道内像元（个）"), 0),
        _number("built_pixels", _("其中建成区像元（个）"), 0),
        _number("counted_pixels", _("计入这个数的像元（个）"), 0),
        _number("km2", _("计入的面积（平方公里）"), 4),
    ]


def _pixel(row: Row, _href: HoursHref) -> Row:
    return row | {"cover": f"{row['code']} {COVER_NAMES.get(row['cover'], row['cover'])}"}


def _delivered_columns() -> list[dict[str, Any]]:
    return [
        _text("cell", _("单元格")),
        _text("sheet", _("工作表")),
        _text("row", _("文件行号")),
        _text("area_code", _("区划代码")),
        _text("item_code", _("数据项")),
        _number("value", _("数值"), 0),
    ]


def _delivered(row: Row, _href: HoursHref) -> Row:
    value = {"value": row["value"], "decimals": 0 if row["value"] == round(row["value"]) else 4}
    return row | {"row": str(row["row"]), "sheet": row["sheet"] or "—", "value": value}


_KINDS: Mapping[str, tuple[Callable[[], list[dict[str, Any]]], Callable[[Row, HoursHref], Row]]] = {
    "points": (_point_columns, _point),
    "places": (_place_columns, _point),
    "facilities": (_point_columns, _point),
    "cells": (_cell_columns, _cell),
    "hours": (_hour_columns, _hour),
    "trips": (_trip_columns, _trip),
    "pixels": (_pixel_columns, _pixel),
    "delivered": (_delivered_columns, _delivered),
}


def _facts(found: Evidence) -> list[dict[str, Any]]:
    told = []
    if "x" in found.facts:
        place = _place(found.facts["x"], found.facts["y"])
        told.append({"term": _("网格中心（文件坐标）"), "text": place})
    if "radius_m" in found.facts:
        told.append({"term": _("服务半径（米）"), "text": f"{found.facts['radius_m']:,.10g}"})
    if "pixel_area_m2" in found.facts:
        told.append({"term": _("像元面积（平方米）"), "text": f"{found.facts['pixel_area_m2']:,.10g}"})
    if "hours" in found.facts:
        told.append({"term": _("表里的夜间时段（个）"), "text": f"{found.facts['hours']:,.0f}"})
    return told


def _notes(found: Evidence) -> list[str]:
    """How the rows give the figure, and what is not shown."""
    words = {
        "points": _("清单的条数就是这个数。"),
        "places": _("同一位置的点只计一次；清单的条数就是这个数。"),
        "facilities": _(
            "列出服务半径到达本街道统计范围的每一处；各处服务范围在本街道内的部分合并后的面积就是这个数，重叠处只计一次。"
        ),
        "cells": _(
            "每个网格的人数按它在本街道的面积占比计入；点击网格看每个时段。高密度面积是高密度网格在本街道内的面积之和。"
        ),
        "hours": _("人数合计除以表里的夜间时段数，就是这个网格的夜间平均人数；没有行的时段按 0 人计。"),
        "trips": _("同一对网格的行已相加；没有时间的人按本街道的平均时间计。"),
        "pixels": _("像元数 × 像元面积 = 面积；计入的面积合计就是这个数。像元按中心点归入街道。"),
        "delivered": _("这个数直接取自文件里的这一格。"),
    }
    told = [words[found.kind]]
    fewest = f"{FEWEST_PERSONS:g}"
    if found.withheld and found.sums:
        told.append(
            _(
                "为避免认出个人，不足 %(fewest)s 人的行不单独列出，合并在最后一行；合计包含它们。",
                fewest=fewest,
            )
        )
    elif found.withheld:
        told.append(
            _(
                "为避免认出个人，不足 %(fewest)s 人的行不单独列出；列出合计也会透露它们，所以没有合计。",
                fewest=fewest,
            )
        )
    return told
