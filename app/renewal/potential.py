"""Renewal potential of a street from recorded base items. No database.

Each part is a formula over base items. Every part is scaled over the streets and they count alike; a
part of which an item is recorded nowhere is left out and said to be missing, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis import formulas
from app.analysis.prioritising import potential_index
from app.i18n import named
from app.indicators.items import ItemFact

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PotentialPart:
    """A part of the potential: its formula, and why it speaks for renewal."""

    code: str
    formula: str
    name_zh: str
    name_en: str
    reason_zh: str
    reason_en: str

    def told(self) -> dict[str, str]:
        """As plain JSON."""
        return asdict(self)


POTENTIAL_PARTS = (
    PotentialPart(
        "built_share",
        "area_built / area_total * 100",
        "建成区占比",
        "Built-up share of the area",
        "建成区是更新的对象，占比越高，可更新的存量越多。",
        "Renewal works on what is built: the larger its share, the more stock there is.",
    ),
    PotentialPart(
        "density",
        "pop_resident / area_total",
        "人口密度",
        "Population density",
        "同样的投入，人口越密集受益人越多。",
        "Where people live closer together, the same effort serves more of them.",
    ),
    PotentialPart(
        "old_estates",
        "old_estates_due - old_estates_ok",
        "待改造老旧小区",
        "Old estates still to be renovated",
        "列入改造而未达标的老旧小区可以直接转为项目。",
        "Old estates that are due and not yet done can become projects at once.",
    ),
    PotentialPart(
        "old_factories",
        "factories_old_due",
        "待更新老旧厂区",
        "Old factory areas to be renewed",
        "老旧厂区提供可以转用的成片土地和房屋。",
        "Old factory areas offer land and buildings for other uses.",
    ),
    PotentialPart(
        "urban_villages",
        "pop_shanty / pop_resident * 100",
        "棚户区和城中村人口占比",
        "Residents of shanty areas and urban villages",
        "棚户区和城中村是国家支持改造的对象。",
        "Their renewal is supported by national programmes.",
    ),
    PotentialPart(
        "heritage",
        "historic_total + lanes_total",
        "历史建筑和老里弄",
        "Historic buildings and lanes",
        "历史建筑和老里弄可以保护修缮并活化利用。",
        "Historic buildings and lanes can be repaired and brought to use.",
    ),
)


def part_name(code: str) -> str:
    """The name of a part in the reader's language."""
    return next((named(each.name_zh, each.name_en) for each in POTENTIAL_PARTS if each.code == code), code)


@dataclass(frozen=True)
class Potential:
    """``index`` (areas,) 0-100 or NaN; ``parts`` of each area as plain JSON; what was used and missing."""

    index: Floats
    parts: tuple[dict[str, Any], ...]
    used: tuple[str, ...]
    missing: dict[str, list[str]]


def potential_of(area_ids: Sequence[int], items: Mapping[tuple[str, int], ItemFact]) -> Potential:
    """The potential of areas from the figures recorded about them, by (item code, area id)."""
    recorded = {code for code, _area_id in items}
    columns: list[list[float]] = []
    told: list[dict[str, Any]] = [{} for _ in area_ids]
    missing: dict[str, list[str]] = {}
    used: list[str] = []
    for part in POTENTIAL_PARTS:
        expression = formulas.parse(part.formula)
        needed = sorted(formulas.names(expression))
        absent = [code for code in needed if code not in recorded]
        if absent:
            missing[part.code] = absent
            continue
        column = []
        for place, area_id in enumerate(area_ids):
            facts = {code: items[code, area_id] for code in needed if (code, area_id) in items}
            values = {code: facts[code].value if code in facts else None for code in needed}
            value = formulas.evaluate(expression, values).value
            told[place][part.code] = {
                "value": value,
                "items": {code: fact.id for code, fact in facts.items()},
            }
            column.append(np.nan if value is None else value)
        columns.append(column)
        used.append(part.code)
    table = np.array(columns, dtype=float).reshape(len(columns), len(area_ids)).T
    return Potential(potential_index(table), tuple(told), tuple(used), missing)
