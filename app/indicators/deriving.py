"""Derives a year's values from the recorded figures, from the finest level up to the city."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from app.db import db
from app.indicators.area_tree import RANKS, AreaTree, tree_of
from app.indicators.computing import Material, Recipe, Result, inputs_of, results
from app.indicators.item_sums import ItemSums
from app.indicators.items import newest_items
from app.indicators.models import Value
from app.indicators.populations import POPULATION_ITEM, margin_populations
from app.indicators.previous_year import PreviousSums
from app.indicators.queries import Catalogue, catalogue
from app.indicators.superseding import retire
from app.indicators.values import NewValue, record_many

PROVENANCE = "derivation"


@dataclass(frozen=True)
class Derived:
    """What a derivation brought.

    ``with_value``, ``missing`` and ``not_applicable`` count the results; ``kept_direct`` those left
    aside because the value was recorded directly; ``retired`` former results that are none any more;
    ``not_collected`` names "CODE/source_kind" of formulas whose source delivered nothing in the year.
    """

    exam_year: int
    root_id: int
    recorded: int
    unchanged: int
    retired: int
    with_value: int
    missing: int
    not_applicable: int
    kept_direct: int
    not_collected: tuple[str, ...]


def derive(*, exam_year: int, root_id: int) -> Derived:
    """Compute every formula of the year's set for the areas under ``root_id`` and record the values.

    Running it again on the same figures changes nothing. Raises NotFound ``no-indicator-set``,
    ``unknown-area-id``.
    """
    known = catalogue(exam_year)
    tree = tree_of(root_id, on=known.exam_year.data_date)
    material = _material(known, tree, root_id)
    recipes = [
        Recipe(each.indicator_code, each.source_kind, each.text, each.aggregation, each.level)
        for each in known.formulas
        if each.text
    ]
    collected = [recipe for recipe in recipes if _collected(recipe, known, material.sums.recorded)]
    missing_sources = tuple(
        f"{recipe.indicator_code}/{recipe.source_kind}" for recipe in recipes if recipe not in collected
    )
    made = [(recipe, results(recipe, material)) for recipe in collected]
    return _Recording(known, tree, root_id).run(made, missing_sources)


class _Recording:
    """Writes the results level by level, finest first, so that a value names the values of its parts."""

    def __init__(self, known: Catalogue, tree: AreaTree, root_id: int) -> None:
        self._known = known
        self._tree = tree
        self._root_id = root_id
        self._year = known.exam_year
        self._standing = self._present()
        self._ids: dict[tuple[str, str, int], int] = {}
        self._counts: Counter[str] = Counter()

    def run(self, made: list[tuple[Recipe, dict[int, Result]]], not_collected: tuple[str, ...]) -> Derived:
        for rank in sorted(RANKS.values(), reverse=True):
            self._record_rank(made, rank)
        retired = self._retire_leftovers()
        count = self._counts
        return Derived(
            self._year.year,
            self._root_id,
            recorded=count["recorded"],
            unchanged=count["unchanged"],
            retired=retired,
            with_value=count["derived"],
            missing=count["missing"],
            not_applicable=count["not_applicable"],
            kept_direct=count["kept_direct"],
            not_collected=not_collected,
        )

    def _record_rank(self, made: list[tuple[Recipe, dict[int, Result]]], rank: int) -> None:
        keys: list[tuple[str, str, int]] = []
        rows: list[NewValue] = []
        for recipe, found in made:
            for area_id, result in found.items():
                if self._tree.rank(area_id) != rank:
                    continue
                row = self._row(recipe, area_id, result)
                kept = self._standing.get((row.indicator_code, row.source_kind, area_id, row.vintage))
                if kept is not None and kept[1] != PROVENANCE:
                    self._counts["kept_direct"] += 1
                    continue
                self._counts[result.state] += 1
                keys.append((recipe.indicator_code, recipe.source_kind, area_id))
                rows.append(row)
        recorded = record_many(rows=rows)
        self._counts["recorded"] += recorded.recorded
        self._counts["unchanged"] += recorded.unchanged
        self._ids.update(zip(keys, recorded.ids, strict=True))

    def _row(self, recipe: Recipe, area_id: int, result: Result) -> NewValue:
        parts = {
            part.area_id: self._ids[key]
            for part in result.parts
            if (key := (recipe.indicator_code, recipe.source_kind, part.area_id)) in self._ids
        }
        return NewValue(
            indicator_code=recipe.indicator_code,
            area_id=area_id,
            exam_year=self._year.year,
            source_kind=recipe.source_kind,
            vintage=result.vintage or self._year.vintage,
            value=result.value,
            state=result.state,
            numerator=result.numerator,
            denominator=result.denominator,
            method=result.rule,
            inputs=inputs_of(recipe, result, parts),
            provenance=(PROVENANCE, f"{self._year.year}:{self._known.set.id}"),
        )

    def _present(self) -> dict[tuple[str, str, int, str], tuple[int, str]]:
        """Id and provenance kind of the values that stand now, by indicator, source, area and vintage."""
        query = select(
            Value.indicator_code,
            Value.source_kind,
            Value.area_id,
            Value.vintage,
            Value.id,
            Value.provenance_kind,
        ).where(Value.exam_year == self._year.year, Value.is_current.is_(True))
        found = db.session.execute(query.order_by(Value.id))
        return {
            (code, kind, area_id, vintage): (row_id, origin)
            for code, kind, area_id, vintage, row_id, origin in found
            if area_id in self._tree.areas
        }

    def _retire_leftovers(self) -> int:
        """Former results under another vintage, or of formulas that are gone, count no longer."""
        kept = set(self._ids.values())
        successors: dict[int, int | None] = {}
        replaced = {each for each in self._standing if each[:3] in self._ids}
        for key, (row_id, origin) in self._present().items():
            if origin == PROVENANCE and row_id not in kept:
                successors[row_id] = self._ids.get(key[:3]) if key in replaced else None
        if successors:
            retire(table=Value, successors=successors)
        return len(successors)


def _material(known: Catalogue, tree: AreaTree, root_id: int) -> Material:
    additive = {item.code for item in known.items if item.additive}
    year = known.exam_year.year
    sums = ItemSums(tree, newest_items(year), additive)
    previous = PreviousSums(known, tree, root_id, additive)
    if POPULATION_ITEM in sums.recorded:
        return Material(
            tree,
            sums,
            previous,
            lambda area: sums.amount(POPULATION_ITEM, area).value,
            "mean-weighted-by-item",
        )
    persons = margin_populations(root_id, year)
    return Material(
        tree, sums, previous, lambda area: persons.get(tree.areas[area].code), "mean-weighted-by-margin"
    )


def _collected(recipe: Recipe, known: Catalogue, recorded: set[str]) -> bool:
    """Whether the formula's own source delivered anything: a borrowed denominator proves nothing."""
    asked = {*recipe.items, *recipe.previous_items}
    own = {code for code in asked if known.item(code).source_kind == recipe.source_kind}
    return not asked or bool((own or asked) & recorded)
