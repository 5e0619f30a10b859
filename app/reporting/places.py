"""Problems and warnings as they are kept in a row, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.errors import Place, describe, describe_place


def plain_places(places: Iterable[Place]) -> list[dict[str, Any]]:
    """Places as JSON can hold them."""
    return [
        {"code": place.code, "facts": dict(place.facts), "sheet": place.sheet, "cell": place.cell}
        for place in places
    ]


def places_of(kept: Iterable[Mapping[str, Any]]) -> list[Place]:
    """The places again."""
    return [Place(each["code"], dict(each["facts"]), sheet=each["sheet"], cell=each["cell"]) for each in kept]


def shown_places(places: Iterable[Place], *, severity: str = "error") -> list[dict[str, str]]:
    """Places as the pages list them: where, what, in the reader's language."""
    return [
        {
            "place": describe_place(place),
            "message": describe(place.code, place.facts),
            "severity": severity,
        }
        for place in places
    ]


def how_many(places: Iterable[Place]) -> int:
    """How many problems the places stand for, those that a long list leaves out included."""
    return sum(int(place.facts["count"]) if place.code == "more-places" else 1 for place in places)
