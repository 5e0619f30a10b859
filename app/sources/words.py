"""Words for what the measuring of big data names by codes, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.i18n import LANGUAGES

RULE_NAMES: Mapping[str, LazyString] = {
    "built_up": _l("建成区的判定"),
    "coverage_m": _l("服务半径（米）"),
    "grid_m": _l("网格边长（米）"),
    "dense_persons_km2": _l("高密度的界限（人/平方公里）"),
    "night_hours": _l("夜间时段"),
    "time_zone": _l("时区"),
    "zone": _l("统计范围"),
}
#: Facilities and bounds as the measuring names them.
PLACE_NAMES: Mapping[str, LazyString] = {
    "park": _l("公园"),
    "shop": _l("便民商店"),
    "elder_service": _l("养老服务"),
    "middle_school": _l("中学"),
    "bus_stop": _l("公交站"),
    "hospital": _l("医院"),
    "fire_station": _l("消防站"),
    "toilet": _l("公共厕所"),
    "ceramic_museum": _l("陶瓷博物馆"),
    "window_m": _l("窗口边长（米）"),
    "least_share": _l("建设用地最小占比"),
}
COVER_NAMES: Mapping[str, LazyString] = {
    "water": _l("水域"),
    "wetland": _l("湿地"),
    "forest": _l("林地"),
    "shrub": _l("灌木"),
    "grass": _l("草地"),
    "cropland": _l("耕地"),
    "impervious": _l("不透水面"),
    "bare": _l("裸地"),
}


def cover_codes() -> dict[str, str]:
    """Land cover by each of its spellings in small letters: code, Chinese name, and name of the reader."""
    codes = {name: name for name in COVER_NAMES}
    codes |= {str(shown).lower(): name for name, shown in COVER_NAMES.items()}
    with force_locale(LANGUAGES["zh"]):
        return codes | {str(shown): name for name, shown in COVER_NAMES.items()}


def cover_choices() -> list[str]:
    """The land covers as a class table may name them, each with its code."""
    return [f"{shown} {name}" for name, shown in COVER_NAMES.items()]


COUNT_NAMES: Mapping[str, LazyString] = {
    "cells": _l("网格（个）"),
    "dense_cells": _l("高密度网格（个）"),
    "night_persons": _l("夜间人数（人）"),
    "origins": _l("出发网格对（个）"),
    "commuters": _l("通勤人数（人）"),
}
ZONE_NAMES: Mapping[str, LazyString] = {
    "built-up zone from the land cover": _l("土地覆盖判定的建成区"),
    "whole street": _l("整个街道"),
}


def rule_words(name: str, rule: Any) -> str:
    """A rule of measuring as people read it."""
    if isinstance(rule, dict):
        return _("；").join(f"{PLACE_NAMES.get(each, each)} {value:g}" for each, value in rule.items())
    if isinstance(rule, list) and len(rule) == 2:
        return f"{rule[0]}–{rule[1]}"
    if isinstance(rule, float):
        return f"{rule:,.10g}"
    return str(ZONE_NAMES.get(rule, rule)) if name == "zone" else str(rule)


def count_name(name: str) -> str:
    """What was counted in a street: a category of places, a land cover, cells and persons, or one cell."""
    kind, _colon, cover = name.partition(":")
    if kind == "everywhere":
        return _("%(cover)s（平方公里）", cover=COVER_NAMES.get(cover, cover))
    if kind == "hours":
        place = ", ".join(each.removesuffix(".0") for each in cover.split(","))
        return _("网格 %(place)s 的夜间人数", place=place)
    if kind == "built":
        return _("建成区内%(cover)s（平方公里）", cover=COVER_NAMES.get(cover, cover))
    return str(PLACE_NAMES.get(name) or COUNT_NAMES.get(name) or name)
