"""Rules between the cells of a report that no report may break."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import Place
from app.indicators.models import BaseItem
from app.reporting.asking import Asked, item_name
from app.reporting.figure_reading import ReadFigure
from app.reporting.wording import unit_name


def sum_problems(figures: Sequence[ReadFigure], asked: Asked) -> list[Place]:
    """Totals that are not the sum of their parts, within what rounding allows.

    Checked where the city's figure and those of all parts are given; parts to which the item does not apply
    count nothing. Code ``report-sum-differs``.
    """
    totals = {figure.item_code: figure for figure in figures if figure.is_total and figure.value is not None}
    parts: dict[str, list[ReadFigure]] = {code: [] for code in totals}
    for figure in figures:
        if figure.item_code in parts and not figure.is_total:
            parts[figure.item_code].append(figure)
    expected = {item.code: len(level.areas) for level in asked.levels for item in level.items}
    items = asked.items
    problems = []
    for code, total in totals.items():
        given = parts[code]
        if len(given) < expected[code] or any(part.state == "missing" for part in given):
            continue
        problem = _sum_problem(total, given, items[code])
        if problem is not None:
            problems.append(problem)
    return problems


def _sum_problem(total: ReadFigure, parts: Sequence[ReadFigure], item: BaseItem) -> Place | None:
    added = sum(part.value for part in parts if part.value is not None)
    # Each part and the total may be rounded by half a unit of the last decimal.
    tolerance = 0.5 * 10**-item.decimals * (len(parts) + 1) if item.decimals else 0.5
    found = total.value or 0.0
    if abs(found - added) <= tolerance:
        return None
    return Place(
        "report-sum-differs",
        {
            "item": item_name(item),
            "found": f"{found:,.15g}",
            "expected": f"{round(added, item.decimals):,.15g} {unit_name(item.unit)}",
        },
        sheet=total.sheet,
        cell=total.cell,
    )
