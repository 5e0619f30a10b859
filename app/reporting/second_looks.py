"""Rules that may be broken for a good reason: they stop nothing and are shown to both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.analysis.formulas import Name, parse, split
from app.analysis.refusals import Refusal
from app.errors import Place
from app.indicators.models import BaseItem
from app.indicators.queries import Catalogue, catalogue
from app.reporting.asking import Asked, area_name, item_name, known_figures, last_year_figures
from app.reporting.figure_reading import ReadFigure
from app.reporting.wording import unit_name

#: A figure that is so many times last year's, or the other way round, is shown for a second look …
JUMP_FACTOR = 3.0
#: … if the larger of the two is at least so many units of the last decimal: small counts jump by nature.
LEAST_UNITS = 20


@dataclass(frozen=True)
class SharePair:
    """A share in percent: its numerator is part of its denominator."""

    numerator: str
    denominator: str
    indicator_name: str


def warnings_of(figures: Sequence[ReadFigure], asked: Asked) -> list[Place]:
    """What is worth a second look: figure-jump, figure-part-exceeds-whole, figure-total-below-parts."""
    kept = catalogue(asked.campaign.exam_year)
    return [
        *_jumps(figures, asked),
        *_parts_over_wholes(figures, asked, kept),
        *_short_totals(figures, asked),
    ]


def share_pairs(kept: Catalogue) -> list[SharePair]:
    """The shares of the catalogue of the form ``a / b * 100`` with plain items a and b."""
    pairs = []
    for formula in kept.formulas:
        indicator = kept.indicator(formula.indicator_code)
        pair = _pair(formula.text) if formula.text and indicator.unit == "%" else None
        if pair is not None:
            pairs.append(SharePair(*pair, indicator.name_zh))
    return pairs


def _pair(text: str) -> tuple[str, str] | None:
    try:
        ratio = split(parse(text))
    except Refusal:
        # The catalogue's own import tells what is wrong with a formula; here it names no share.
        return None
    if ratio is None or ratio.factor != 100:
        return None
    above, below = ratio.numerator, ratio.denominator
    return (above.name, below.name) if isinstance(above, Name) and isinstance(below, Name) else None


def _jumps(figures: Sequence[ReadFigure], asked: Asked) -> Iterator[Place]:
    items, last_year = asked.items, last_year_figures(asked)
    for figure in figures:
        before = last_year.get((figure.item_code, figure.area_id))
        if figure.value is None or before is None:
            continue
        item = items[figure.item_code]
        if _is_jump(figure.value, before, item):
            facts = {"last_year": f"{before:,.15g}", "factor": JUMP_FACTOR}
            yield _warning("figure-jump", figure, asked, facts)


def _is_jump(now: float, before: float, item: BaseItem) -> bool:
    low, high = sorted((abs(now), abs(before)))
    return bool(high >= LEAST_UNITS * 10**-item.decimals and high > JUMP_FACTOR * low)


def _parts_over_wholes(figures: Sequence[ReadFigure], asked: Asked, kept: Catalogue) -> Iterator[Place]:
    items = asked.items
    pairs = [pair for pair in share_pairs(kept) if pair.numerator in items]
    known_items = {item.code: item for item in kept.items}
    others = {pair.denominator for pair in pairs} - set(items)
    # A denominator of another department counts once that one's report was accepted.
    known = known_figures(
        asked.campaign.exam_year,
        [known_items[code] for code in sorted(others) if code in known_items],
        asked.areas,
    )
    given = {(figure.item_code, figure.area_id): figure for figure in figures}
    for pair in pairs:
        for figure in figures:
            if figure.item_code != pair.numerator or figure.value is None:
                continue
            whole_figure = given.get((pair.denominator, figure.area_id))
            whole = whole_figure.value if whole_figure else known.get((pair.denominator, figure.area_id))
            if whole is not None and figure.value > whole:
                facts = {
                    "whole": known_items[pair.denominator].name_zh,
                    "whole_value": f"{whole:,.15g}",
                    "indicator": pair.indicator_name,
                }
                yield _warning("figure-part-exceeds-whole", figure, asked, facts)


def _short_totals(figures: Sequence[ReadFigure], asked: Asked) -> Iterator[Place]:
    added: dict[str, float] = {}
    for figure in figures:
        if not figure.is_total and figure.value is not None:
            added[figure.item_code] = added.get(figure.item_code, 0.0) + figure.value
    for figure in figures:
        if figure.is_total and figure.value is not None:
            parts = added.get(figure.item_code, 0.0)
            # With all parts given the sum rule has refused it; here some part is missing.
            if figure.value < parts * (1 - 1e-9) and _beyond_rounding(figure, parts, asked):
                yield _warning("figure-total-below-parts", figure, asked, {"parts": f"{parts:,.15g}"})


def _beyond_rounding(figure: ReadFigure, parts: float, asked: Asked) -> bool:
    item = asked.items[figure.item_code]
    return parts - (figure.value or 0.0) > 0.5 * 10**-item.decimals * (len(asked.areas) + 1)


def _warning(code: str, figure: ReadFigure, asked: Asked, facts: Mapping[str, object]) -> Place:
    item, area = asked.items[figure.item_code], asked.areas[figure.area_id]
    told = {
        "item": item_name(item),
        "area": area_name(area),
        "item_code": item.code,
        "area_id": area.id,
        "found": f"{figure.value:,.15g}" if figure.value is not None else "",
        "unit": unit_name(item.unit),
        **facts,
    }
    return Place(code, told, sheet=figure.sheet, cell=figure.cell)
