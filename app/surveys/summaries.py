"""How a wave stands: answers against the sample, flags, weights, satisfaction of city and districts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, case, false, func, or_, select, true
from sqlalchemy.orm import aliased

from app.accounts.guards import is_within
from app.areas.models import Area
from app.areas.queries import is_in_force, reckoned
from app.db import db
from app.indicators.exam_years import areas_of_exam, exam_year_of
from app.surveys.models import FrameUnit, Response, ResponseWeight, SampleUnit, Wave, WeightRun
from app.surveys.result_queries import ResultRow, estimated_run, results
from app.surveys.wave_queries import count_runs, current_run, wave_by_id


@dataclass(frozen=True)
class DistrictCount:
    """A district's drawn dwellings, answers received, and answers that count."""

    area: Area
    sampled: int
    received: int
    used: int


@dataclass(frozen=True)
class WeightFacts:
    """The present weights of a wave; ``number`` counts the weightings of its kind, from 1."""

    run_id: int
    number: int
    settings_version: int
    answers: int
    total: float
    minimum: float
    maximum: float
    design_effect: float
    kish_n: float
    converged: bool
    largest_gap: float
    steps: list[dict[str, Any]]
    sources: dict[str, Any]
    digest: str


@dataclass(frozen=True)
class WaveCounts:
    """How many answers a wave has: ``received`` every response, ``used`` those that count by its rule.

    The rule is applied with the flags: ``waiting`` is how many came in since, and of those nobody can tell.
    """

    received: int
    complete: int
    refused: int
    ineligible: int
    duplicates: int
    flagged: int
    used: int
    waiting: int

    @property
    def is_untouched(self) -> bool:
        """Whether there are answers and the rule has been applied to none."""
        return self.received > 0 and self.waiting == self.received

    @property
    def is_flagged(self) -> bool:
        """Whether there are answers and the rule has been applied to every one."""
        return self.received > 0 and not self.waiting


@dataclass(frozen=True)
class AreaCounts:
    """The answers of one area: received until now, and ``weighted`` those the shown results stand on.

    ``response_rate`` as in :class:`WaveSummary`, of the area's own sample.
    """

    received: int
    flagged: int
    weighted: int
    sample_size: int
    responded_units: int
    response_rate: float | None


@dataclass(frozen=True)
class WaveSummary:
    """Counts, weights and overall satisfaction of a wave.

    ``response_rate`` is answered units / eligible drawn units, None without one. Units of which nothing
    is known count as eligible, so it is AAPOR's RR1 (Standard Definitions, 2023), the lowest of its
    rates. ``by_flag`` as the last flagging found it. ``results_version``: the settings the shown results
    were made by; ``comparison`` the city's overall satisfaction by the cases it stands on.
    """

    wave: Wave
    counts: WaveCounts
    sample_size: int
    responded_units: int
    response_rate: float | None
    by_flag: dict[str, int]
    by_district: list[DistrictCount]
    weights: WeightFacts | None
    results_version: int | None
    results_run_id: int | None
    city: ResultRow | None
    districts: list[ResultRow]
    comparison: dict[str, ResultRow] = field(default_factory=dict)

    @property
    def is_weighted(self) -> bool:
        """Whether the present weights stand on every answer and on the present settings."""
        weights = self.weights
        is_current = weights is not None and weights.settings_version == self.wave.settings_version
        return is_current and self.counts.is_flagged

    @property
    def is_estimated(self) -> bool:
        """Whether the shown results stand on weights of which :attr:`is_weighted` is true."""
        return self.is_weighted and self.weights is not None and self.weights.run_id == self.results_run_id


def wave_counts(wave_id: int) -> WaveCounts:
    """The counts alone. One statement, which reads no answers."""
    return _told(_counts(wave_id))


def area_counts(wave: Wave, area: Area, run: WeightRun | None) -> AreaCounts:
    """The counts of the wave's city or of one of its parts, with the answers of ``run``. Three statements."""
    places = {
        "district": Response.district_id,
        "street": Response.street_id,
        "community": Response.community_id,
    }
    whole = area.id == wave.root_id
    inside = true() if whole else places[area.level] == area.id if area.level in places else false()
    flagged = func.coalesce(func.sum(case((Response.flag_count > 0, 1), else_=0)), 0)
    query = select(func.count(), flagged).where(Response.wave_id == wave.id, inside)
    received, marked = db.session.execute(query).one()
    weighted = 0
    if run is not None:
        used = select(func.count()).select_from(ResponseWeight).join(Response)
        weighted = db.session.execute(used.where(ResponseWeight.run_id == run.id, inside)).scalar_one()
    units = _units(wave, None if whole else area)
    size, answered = sum(units.values()), units["respondent"]
    eligible = size - units["ineligible"]
    return AreaCounts(received, marked, weighted, size, answered, answered / eligible if eligible else None)


def wave_summary(wave_id: int, *, area_ids: frozenset[int] | None = None) -> WaveSummary:
    """Everything a wave's page tells; of a scope, if given, the satisfaction and the districts in it.

    About a dozen statements, none of which reads single answers.
    """
    wave = wave_by_id(wave_id)
    counts = _counts(wave_id)
    units = _units(wave)
    size, responded = sum(units.values()), units["respondent"]
    eligible = size - units["ineligible"]
    run = current_run(wave_id)
    shown = estimated_run(wave_id)
    city = results(wave_id, measure="overall", level="city", area_ids=area_ids)
    return WaveSummary(
        wave=wave,
        counts=_told(counts),
        sample_size=size,
        responded_units=responded,
        response_rate=responded / eligible if eligible else None,
        by_flag=dict(sorted(wave.flag_counts.items())),
        by_district=[e for e in _districts(wave, counts) if is_within(area_ids, e.area.id)],
        weights=weight_facts(run) if run is not None else None,
        results_version=shown.settings_version if shown is not None else None,
        results_run_id=shown.id if shown is not None else None,
        city=city[0] if city else None,
        districts=results(wave_id, measure="overall", level="district", area_ids=area_ids),
        comparison=_comparison(wave_id, city),
    )


@dataclass(frozen=True)
class _Count:
    """Responses that are alike: how many, with flags, not looked at yet, and found to count."""

    disposition: str
    duplicate: bool
    district_id: int | None
    count: int
    flagged: int
    waiting: int
    used: int


def _counts(wave_id: int) -> list[_Count]:
    kinds = (Response.disposition, Response.duplicate, Response.district_id)
    is_waiting = Response.flagged_at.is_(None)
    query = (
        select(
            *kinds,
            func.count(),
            func.sum(case((Response.flag_count > 0, 1), else_=0)),
            func.sum(case((is_waiting, 1), else_=0)),
            func.sum(case((Response.usable & ~is_waiting, 1), else_=0)),
        )
        .where(Response.wave_id == wave_id)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [_Count(*row) for row in db.session.execute(query)]


def _told(counts: Sequence[_Count]) -> WaveCounts:
    def of(disposition: str) -> int:
        return sum(each.count for each in counts if each.disposition == disposition)

    return WaveCounts(
        received=sum(each.count for each in counts),
        complete=of("complete"),
        refused=of("refused"),
        ineligible=of("ineligible"),
        duplicates=sum(each.count for each in counts if each.duplicate),
        flagged=sum(each.flagged for each in counts),
        used=sum(each.used for each in counts),
        waiting=sum(each.waiting for each in counts),
    )


def _units(wave: Wave, part: Area | None = None) -> Counter[str]:
    """Drawn units by what came of them; of one part of the city alone, if given."""
    query = (
        select(SampleUnit.disposition, func.count())
        .where(SampleUnit.wave_id == wave.id)
        .group_by(SampleUnit.disposition)
        .order_by(SampleUnit.disposition)
    )
    if part is not None:
        query, places = _placed(query, wave)
        query = query.where(or_(*(place.id == part.id for place in places)))
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def _districts(wave: Wave, counts: Sequence[_Count]) -> list[DistrictCount]:
    drawn = _drawn_by_district(wave)
    received, used = Counter[int | None](), Counter[int | None]()
    for each in counts:
        received[each.district_id] += each.count
        used[each.district_id] += each.used
    districts = areas_of_exam(wave.exam_year, db.session.get_one(Area, wave.root_id), level="district")
    return [DistrictCount(area, drawn[area.id], received[area.id], used[area.id]) for area in districts]


def _drawn_by_district(wave: Wave) -> Counter[int]:
    counted = select(func.count()).select_from(SampleUnit).where(SampleUnit.wave_id == wave.id)
    query, (_community, _street, district) = _placed(counted, wave)
    query = query.add_columns(district.id).group_by(district.id).order_by(district.id)
    return Counter({row[1]: row[0] for row in db.session.execute(query)})


def _placed(query: Select[Any], wave: Wave) -> tuple[Select[Any], tuple[Any, Any, Any]]:
    """Sample units with their community, its street and district as they stand in the wave's exam.

    By code, because a part may hang on another year's row of what holds it.
    """
    root = db.session.get_one(Area, wave.root_id)
    day = reckoned(root, exam_year_of(wave.exam_year).data_date)
    community, above, street, higher, district = (aliased(Area) for _place in range(5))
    placed = (
        query.join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .join(community, community.id == FrameUnit.area_id)
        .join(above, above.id == community.parent_id)
        .join(street, (street.code == above.code) & is_in_force(day, street))
        .join(higher, higher.id == street.parent_id)
        .join(district, (district.code == higher.code) & is_in_force(day, district))
    )
    return placed, (community, street, district)


def weight_facts(run: WeightRun) -> WeightFacts:
    """What a weighting kept of itself."""
    told = run.diagnostics
    summary = told["summary"]
    return WeightFacts(
        run_id=run.id,
        number=count_runs(run),
        settings_version=run.settings_version,
        answers=told["answers"],
        total=summary["total"],
        minimum=summary["minimum"],
        maximum=summary["maximum"],
        design_effect=summary["design_effect"],
        kish_n=summary["kish_n"],
        converged=told["converged"],
        largest_gap=told["largest_gap"],
        steps=told["steps"],
        sources=told["sources"],
        digest=run.weights_digest,
    )


def _comparison(wave_id: int, city: list[ResultRow]) -> dict[str, ResultRow]:
    if not city:
        return {}
    found = {"used": city[0]}
    for cases in ("all", "unflagged"):
        rows = results(wave_id, measure="overall", level="city", cases=cases)
        if rows:
            found[cases] = rows[0]
    return found
