"""Exceptions that carry a stable code, the facts, and the places in the reader's material."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.errors.numbers import whole_number
from app.workbooks.tables import TableProblem


@dataclass(frozen=True)
class Place:
    """One place that has to be mended: where it is, what is wrong there (code and facts).

    ``sheet``, ``row``, ``column``, ``cell``, ``feature`` (its number in a file of shapes) and ``field_name``
    are whatever the reader can find again.
    """

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    column: str | None = None
    field_name: str | None = None
    feature: int | None = None


#: How many places an answer lists; who has more to mend than that mends by the kind, not one by one.
MOST_LISTED = 100


class Problem(Exception):
    """Something the reader can understand and mend; rolls the transaction back.

    ``code`` is stable and kebab-case, ``facts`` fill the text of that code, ``places`` lists
    every single place so that all can be mended in one go: the first :data:`MOST_LISTED` of them, and then
    how many more there are (a reader that stopped listing gives the whole number as ``count``).
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, /, *, places: Sequence[Place] = (), **facts: Any) -> None:
        super().__init__(f"{code} {facts}" if facts else code)
        self.code = code
        self.facts = facts
        self.places = tuple(places[:MOST_LISTED])
        more = max(len(places), int(facts.get("count") or 0)) - MOST_LISTED
        if len(places) >= MOST_LISTED and more > 0:
            self.places += (Place("more-places", {"count": more}),)


class Invalid(Problem):
    """What was sent cannot be accepted as it is."""

    status = 422


class NotFound(Problem):
    """There is no such thing, or not for this reader."""

    status = 404


class Conflict(Problem):
    """It clashes with what is already there."""

    status = 409


class Gone(Problem):
    """It was here and is closed or withdrawn."""

    status = 410


class Forbidden(Problem):
    """The reader may not do this."""

    status = 403


class Unauthorised(Problem):
    """Nobody is signed in."""

    status = 401


class TooLarge(Problem):
    """More than the announced bound."""

    status = 413


class TooMany(Problem):
    """Too many attempts; ``retry_after`` (seconds) is among the facts."""

    status = 429


class Unavailable(Problem):
    """Not now; ``retry_after`` (seconds) is among the facts."""

    status = 503


def table_places(problems: Iterable[TableProblem]) -> list[Place]:
    """The places of what is wrong in a table, as the workbooks room tells it."""
    return [
        Place(
            each.code,
            {"found": each.found, "expected": each.expected, "column": each.column},
            sheet=each.sheet,
            # The sheet has a place of its own.
            cell=each.cell.rpartition("!")[2] if each.cell else None,
            row=each.row,
            column=each.column,
        )
        for each in problems
    ]


def year_of(text: str | None) -> int:
    """A year as a form gives it; Invalid ``year-unreadable``."""
    year = whole_number(text)
    if year is None or not 2000 <= year <= 2100:
        raise Invalid("year-unreadable", found=(text or "—")[:40])
    return year
