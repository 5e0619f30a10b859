"""The year and the area, chosen once at the top and kept in the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import g, request, url_for
from sqlalchemy import select

from app.accounts.guards import RESULTS, area_scope, is_within, permit_area
from app.areas.models import Area
from app.areas.queries import city_of, roots
from app.assessment.queries import scored_years
from app.dashboard.area_of_year import AreaOfYear, area_of_year
from app.db import db
from app.errors import Forbidden, NotFound, whole_number
from app.i18n import listing, named
from app.indicators.exam_years import areas_of_exam
from app.indicators.queries import years_with_sets

_SHOWN_LEVELS = ("district", "street")
#: Pages of this room that come before the judging: they begin with the newest year, not the newest judged.
_BEFORE_JUDGING = frozenset({"dashboard.cross_check"})


@dataclass(frozen=True)
class Chosen:
    """What the reader looks at: one exam year, one area, and the city it belongs to."""

    year: int
    area: Area
    root: Area
    years: tuple[int, ...]
    cities: tuple[Area, ...]
    #: Areas the reader is limited to; None without limits.
    scope: frozenset[int] | None
    #: The area of the address where it is another than the one shown, for it is not there in the year.
    asked: Area | None = None
    #: What the asked one was, or became, in the year.
    related: tuple[Area, ...] = ()

    @property
    def is_city(self) -> bool:
        """Whether the whole city is looked at."""
        return self.area.id == self.root.id

    @cached_property
    def _rows(self) -> frozenset[int]:
        """Ids of the chosen area in all its validities: a part may hang on another year's row."""
        return frozenset(db.session.execute(select(Area.id).where(Area.code == self.area.code)).scalars())

    def holds(self, area: Area) -> bool:
        """Whether an area is the chosen one or lies right under it; under the city lies everything."""
        return self.is_city or area.id in self._rows or area.parent_id in self._rows

    @cached_property
    def parts(self) -> list[Area]:
        """Districts and streets of the exam that the reader may see, by code; kept."""
        every = [a for level in _SHOWN_LEVELS for a in areas_of_exam(self.year, self.root, level=level)]
        return [area for area in every if is_within(self.scope, area.id)]

    def areas_at(self, level: str) -> list[Area]:
        """The city itself, its districts or its streets, by code; of the scope."""
        found = [self.root] if level == "city" else self.parts
        return [area for area in found if area.level == level and is_within(self.scope, area.id)]

    @cached_property
    def names(self) -> dict[int, Area]:
        """City, districts and streets by id."""
        return {area.id: area for area in (self.root, *self.parts)}


def chosen() -> Chosen | None:
    """The choice of the present request; None when there is no city or no catalogue yet.

    Raises NotFound ``unknown-exam-year`` or ``unknown-area`` when the address names one that is not there,
    Forbidden for an area outside the reader's scope.
    """
    if "chosen" not in g:
        # A page of one indicator has its year in the path: the same code means another thing in another year.
        in_path = str((request.view_args or {}).get("year", ""))
        year = str(g.get("page_year", "")) or request.args.get("year", "") or in_path
        reads_results = request.blueprint == "dashboard" and request.endpoint not in _BEFORE_JUDGING
        area = request.args.get("area", "")
        g.chosen = _read(year, area, area_scope(RESULTS), reads_results=reads_results)
    return g.chosen  # type: ignore[no-any-return]


def asked_for() -> dict[str, Any]:
    """The year and the area that the address or the page names, as far as there are such."""
    year = "page_year" in g or request.args.get("year") or "year" in (request.view_args or {})
    area = request.args.get("area")
    try:
        choice = chosen() if year or area else None
    except (NotFound, Forbidden):
        return {}
    if choice is None:
        return {}
    return ({"year": choice.year} if year else {}) | ({"area": choice.area.code} if area else {})


def choose(year: int | None, area_code: str | None, *, scope: frozenset[int] | None) -> Chosen | None:
    """The same for the command line and JSON: None for the newest year with scores and the first area.

    Other systems get no stand-in: NotFound ``area-not-in-year`` names what the area was or became.
    """
    found = _read("" if year is None else str(year), area_code or "", scope, reads_results=True)
    if found is not None and found.asked is not None:
        raise _not_there(found.asked, found.related, found.year)
    return found


def here(endpoint: str, **values: Any) -> str:
    """An address that keeps the year and the area looked at; a given value goes first."""
    choice: Chosen | None = g.get("chosen")
    kept: dict[str, Any] = {"year": choice.year, "area": choice.area.code} if choice is not None else {}
    return url_for(endpoint, **{**kept, **{key: value for key, value in values.items() if value is not None}})


def area_name(area: Area) -> str:
    """The area's name in the reader's language."""
    return named(area.name_zh, area.name_en)


def areas_named(area_ids: Iterable[int]) -> dict[int, str]:
    """Names by id: of the city, its districts and its streets; another area's id stays a number."""
    choice: Chosen | None = g.get("chosen")
    known = choice.names if choice is not None else {}
    return {each: area_name(known[each]) if each in known else str(each) for each in area_ids}


def _read(
    year_text: str, area_code: str, scope: frozenset[int] | None, *, reads_results: bool
) -> Chosen | None:
    years = tuple(years_with_sets())
    cities = tuple(roots())
    if not years or not cities:
        return None
    if year_text:
        wanted = [_year(year_text, years)]
    elif area_code:
        wanted = _wanted(years, [city_of(area_of_year(area_code[:40], years[-1]).area)], reads_results)
    else:
        wanted = _wanted(years, cities[:1] if scope is None else cities, reads_results)
    if area_code:
        year, found = wanted[0], area_of_year(area_code[:40], wanted[0])
    else:
        year, area = _beginning(wanted, scope, cities)
        found = AreaOfYear(area)
    if found.asked is not None and is_within(scope, found.asked.id) and not is_within(scope, found.area.id):
        raise _not_there(found.asked, found.related, year)
    permit_area(scope, found.area.id)
    return Chosen(year, found.area, city_of(found.area), years, cities, scope, found.asked, found.related)


def _wanted(years: Sequence[int], cities: Sequence[Area], reads_results: bool) -> list[int]:
    """All years in the order in which a page would begin with them: the newest first.

    For readers of results a year that only has a catalogue comes after those with scores: the exam
    that has just begun must not empty their front page.
    """
    with_scores = scored_years([city.id for city in cities]) if reads_results else frozenset()
    return sorted(years, key=lambda year: (year in with_scores, year), reverse=True)


def _not_there(asked: Area, related: Sequence[Area], year: int) -> NotFound:
    others = listing([f"{area_name(each)} {each.code}" for each in related]) or "—"
    return NotFound("area-not-in-year", found=asked.code, name=area_name(asked), year=year, others=others)


def _beginning(
    years: Sequence[int], scope: frozenset[int] | None, cities: tuple[Area, ...]
) -> tuple[int, Area]:
    """Where a reader begins: the first city, or the first of the coarsest areas of the scope.

    In the first of ``years`` that has one: a reader's area may have ended before the newest exam.
    """
    if scope is None:
        return years[0], cities[0]
    for year in years:
        for level in _SHOWN_LEVELS:
            for city in cities:
                for area in areas_of_exam(year, city, level=level):
                    if area.id in scope:
                        return year, area
    if len(years) == 1 and scope:
        raise NotFound("scope-not-in-year", year=years[0])
    raise Forbidden("forbidden")


def _year(text: str, years: tuple[int, ...]) -> int:
    year = whole_number(text)
    if year is None or year not in years:
        raise NotFound("unknown-exam-year", found=text[:20])
    return year
