"""Computes one formula for the areas of a tree: on items, or over the results of the parts. No database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum
from typing import Any

from app.analysis import formulas
from app.indicators.area_tree import RANKS, AreaTree
from app.indicators.item_sums import Amount, ItemSums
from app.indicators.previous_year import PreviousSums


@dataclass(frozen=True)
class Recipe:
    """A formula ready for computing; parsed once for each set."""

    indicator_code: str
    source_kind: str
    text: str
    aggregation: str
    level: str

    @cached_property
    def expression(self) -> formulas.Expression:
        return formulas.parse(self.text)

    @cached_property
    def ratio(self) -> formulas.Ratio | None:
        return formulas.split(self.expression)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Items of this year, sorted."""
        return tuple(sorted(formulas.names(self.expression)))

    @cached_property
    def previous_items(self) -> tuple[str, ...]:
        """Items asked of the year before, sorted."""
        return tuple(sorted(formulas.previous_names(self.expression)))

    @property
    def rank(self) -> int:
        return RANKS[self.level]


@dataclass(frozen=True)
class Part:
    """What a part of an area brought into its result."""

    area_id: int
    result: Result
    weight: float | None = None


@dataclass(frozen=True)
class Result:
    """A computed value, or why there is none. ``rule`` is a code of ``words.METHODS``."""

    value: float | None
    state: str
    rule: str
    numerator: float | None = None
    denominator: float | None = None
    items: Mapping[str, Amount] = field(default_factory=dict)
    previous: Mapping[str, Amount] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    @property
    def vintage(self) -> str:
        """The newest vintage among what it was made of; empty when it was made of nothing."""
        used = [amount.vintage for amount in self.items.values()]
        return max([*used, *(part.result.vintage for part in self.parts)], default="")

    @property
    def lacking(self) -> list[str]:
        """Items without a figure, those of the year before as prev(…)."""
        empty = {"missing", "absent"}
        found = [code for code, amount in self.items.items() if amount.standing in empty]
        return found + [f"prev({code})" for code, amount in self.previous.items() if amount.standing in empty]


#: Resident population of an area with the way it was known, or None.
Weigh = Callable[[int], float | None]


@dataclass(frozen=True)
class Material:
    """What computing draws on.

    ``previous`` holds last year's figures under this year's codes; ``weigh`` gives the population of
    an area, ``weight_rule`` names the rule of a mean weighted by it.
    """

    tree: AreaTree
    sums: ItemSums
    previous: PreviousSums
    weigh: Weigh
    weight_rule: str


def results(recipe: Recipe, material: Material) -> dict[int, Result]:
    """The results of a formula by area id, finest level first."""
    found: dict[int, Result] = {}
    ranks = [recipe.rank] if recipe.aggregation == "none" else range(recipe.rank, -1, -1)
    for rank in ranks:
        for area_id in material.tree.at_rank(rank):
            found[area_id] = _result(recipe, material, area_id, rank, found)
    return found


def _result(
    recipe: Recipe, material: Material, area_id: int, rank: int, found: Mapping[int, Result]
) -> Result:
    on_items = rank == recipe.rank or recipe.aggregation == "ratio"
    if on_items or all(material.sums.recorded_at(code, area_id) for code in recipe.items):
        return _from_items(recipe, material, area_id)
    parts = [part for part in material.tree.parts[area_id] if part in found]
    return _from_parts(recipe, material, {part: found[part] for part in parts})


def _from_items(recipe: Recipe, material: Material, area_id: int) -> Result:
    items = {code: material.sums.amount(code, area_id) for code in recipe.items}
    previous = {code: material.previous.amount(code, area_id) for code in recipe.previous_items}
    used = [*items.values(), *previous.values()]
    if any(amount.standing == "not_applicable" for amount in used):
        return Result(None, "not_applicable", "item-not-applicable", items=items, previous=previous)
    if any(amount.standing != "value" for amount in used):
        return Result(None, "missing", "items-missing", items=items, previous=previous)
    values = {code: amount.value for code, amount in items.items()}
    earlier = {code: amount.value for code, amount in previous.items()}
    made = formulas.evaluate(recipe.expression, values, earlier)
    sides = _sides(recipe, values, earlier)
    if made.value is None:
        rule, state = ("not-finite", "missing")
        if made.reason == "division-by-zero":
            # Where there is nothing to take a share of, the indicator does not apply.
            rule, state = ("zero-denominator", "not_applicable")
        return Result(None, state, rule, *sides, items=items, previous=previous)
    summed = any(amount.rule != "recorded" for amount in used)
    rule = "formula-on-sums" if summed else "formula"
    return Result(made.value, "derived", rule, *sides, items=items, previous=previous)


def _sides(
    recipe: Recipe, values: Mapping[str, float | None], earlier: Mapping[str, float | None]
) -> tuple[float | None, float | None]:
    """Numerator and denominator as the formula has them, without its constant factor."""
    if recipe.ratio is None:
        return None, None
    above = formulas.evaluate(recipe.ratio.numerator, values, earlier)
    below = formulas.evaluate(recipe.ratio.denominator, values, earlier)
    return above.value, below.value


def _from_parts(recipe: Recipe, material: Material, found: Mapping[int, Result]) -> Result:
    weighted = recipe.aggregation == "weighted_mean"
    parts = tuple(
        Part(area_id, result, material.weigh(area_id) if weighted else None)
        for area_id, result in found.items()
    )
    if not parts or any(part.result.state == "missing" for part in parts):
        return Result(None, "missing", "parts-missing", parts=parts)
    known = [part for part in parts if part.result.value is not None]
    if not known:
        return Result(None, "not_applicable", "parts-not-applicable", parts=parts)
    values = [float(part.result.value or 0.0) for part in known]
    if recipe.aggregation == "sum":
        return Result(fsum(values), "derived", "sum-of-parts", parts=parts)
    if recipe.aggregation == "max":
        return Result(max(values), "derived", "largest-part", parts=parts)
    weights = [part.weight for part in known if part.weight is not None]
    if len(weights) < len(known) or fsum(weights) <= 0:
        return Result(None, "missing", "weights-missing", parts=parts)
    mean = fsum(value * weight for value, weight in zip(values, weights, strict=True)) / fsum(weights)
    return Result(mean, "derived", material.weight_rule, parts=parts)


def inputs_of(recipe: Recipe, result: Result, value_ids: Mapping[int, int]) -> dict[str, Any]:
    """What a value was made of, as plain JSON; ``value_ids`` are the recorded values of the parts."""
    told: dict[str, Any] = {"formula": recipe.text, "rule": result.rule}
    for name, amounts in (("items", result.items), ("previous", result.previous)):
        if amounts:
            told[name] = {
                code: {"value": amount.value, "rule": amount.rule, "ids": list(amount.ids)}
                for code, amount in amounts.items()
            }
    if result.parts:
        told["parts"] = [
            {
                "area_id": part.area_id,
                "value_id": value_ids.get(part.area_id),
                "value": part.result.value,
                "weight": part.weight,
            }
            for part in result.parts
        ]
    if result.lacking:
        told["missing"] = result.lacking
    return told
