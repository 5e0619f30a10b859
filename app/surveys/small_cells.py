"""Which areas and groups of a wave stand on too few answers to be shown, question by question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.analysis.estimates import Estimates
from app.analysis.small_cells import withheld
from app.surveys.estimation_design import Domain, EstimationDesign

#: A level or a group variable, and the label in it: an area's id, a category.
Cell = tuple[str, str]


def cell_of(domain: Domain, label: str) -> Cell:
    """The cell of a label of a domain."""
    return (domain.group_variable or domain.level, label)


def withheld_cells(
    setting: EstimationDesign, found: Iterable[tuple[Domain, Estimates]], small_cell: int
) -> frozenset[Cell]:
    """The cells of one measure that may not be shown, given its estimates in all domains.

    The city is divided into districts and again into each variable's groups, a district into streets.
    """
    answers = {
        cell_of(domain, label): int(count)
        for domain, estimates in found
        for label, count in zip(domain.names(estimates.labels), estimates.n, strict=True)
    }
    return withheld(answers, _families(setting), small_cell)


def _families(setting: EstimationDesign) -> Sequence[tuple[Cell, Sequence[Cell]]]:
    cities = [cell_of(each, each.labels[0]) for each in setting.domains if _is_whole(each)]
    ways = [each for each in setting.domains if not _is_whole(each) and each.level != "street"]
    families: list[tuple[Cell, Sequence[Cell]]] = [
        (city, [cell_of(way, label) for label in way.labels]) for city in cities for way in ways
    ]
    for district, streets in setting.streets_by_district.items():
        families.append((("district", district), [("street", street) for street in streets]))
    return families


def _is_whole(domain: Domain) -> bool:
    return domain.level == "city" and not domain.group_variable
