"""How a wave stands: answers against the sample, flags, weights, satisfaction of city and districts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select

from app.accounts.guards import is_within
from app.areas.models import Area
from app.db import db
from app.surveys.models import FrameUnit, Response, SampleUnit, Wave, WeightRun
from app.surveys.result_queries import ResultRow, estimated_run, results
from app.surveys.wave_queries import current_run, wave_by_id


@dataclass(frozen=True)
class DistrictCount:
    """A district's drawn dwellings, answers received, and answers that count."""

    area: Area
    sampled: int
    received: int
    used: int


@dataclass(frozen=True)
class WeightFacts:
    """The present weights of a wave."""

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
    """How many answers a wave has: ``received`` every response, ``used`` those that count by its rule."""

    received: int
    complete: int
    refused: int
    ineligible: int
    duplicates: int
    flagged: int
    used: int
    is_flagged: bool


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
    city: ResultRow | None
    districts: list[ResultRow]
    comparison: dict[str, ResultRow] = field(default_factory=dict)


def wave_counts(wave_id: int) -> WaveCounts:
    """The counts alone. One statement, which reads no answers."""
    return _told(_counts(wave_id))


def wave_summary(wave_id: int, *, area_ids: frozenset[int] | None = None) -> WaveSummary:
    """Everything a wave's page tells, with the districts of a scope if given.

    About a dozen statements, none of which reads single answers.
    """
    wave = wave_by_id(wave_id)
    counts = _counts(wave_id)
    units = _units(wave_id)
    size, responded = sum(units.values()), units["respondent"]
    eligible = size - units["ineligible"]
    run = current_run(wave_id)
    shown = estimated_run(wave_id)
    city = results(wave_id, measure="overall", level="city")
    received, used = _by_district(counts, used=False), _by_district(counts, used=True)
    return WaveSummary(
        wave=wave,
        counts=_told(counts),
        sample_size=size,
        responded_units=responded,
        response_rate=responded / eligible if eligible else None,
        by_flag=dict(sorted(wave.flag_counts.items())),
        by_district=[e for e in _districts(wave, received, used) if is_within(area_ids, e.area.id)],
        weights=_weights(run) if run is not None else None,
        results_version=shown.settings_version if shown is not None else None,
        city=city[0] if city else None,
        districts=results(wave_id, measure="overall", level="district", area_ids=area_ids),
        comparison=_comparison(wave_id, city),
    )


@dataclass(frozen=True)
class _Count:
    """Responses that are alike: how many, how many with flags, how many not looked at yet."""

    disposition: str
    duplicate: bool
    usable: bool
    district_id: int | None
    count: int
    flagged: int
    waiting: int


def _counts(wave_id: int) -> list[_Count]:
    kinds = (Response.disposition, Response.duplicate, Response.usable, Response.district_id)
    query = (
        select(
            *kinds,
            func.count(),
            func.sum(case((Response.flag_count > 0, 1), else_=0)),
            func.sum(case((Response.flagged_at.is_(None), 1), else_=0)),
        )
        .where(Response.wave_id == wave_id)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [_Count(*row) for row in db.session.execute(query)]


def _by_district(counts: Sequence[_Count], *, used: bool) -> Counter[int | None]:
    found: Counter[int | None] = Counter()
    for each in counts:
        if each.usable or not used:
            found[each.district_id] += each.count
    return found


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
        used=sum(each.count for each in counts if each.usable),
        is_flagged=bool(counts) and not any(each.waiting for each in counts),
    )


def _units(wave_id: int) -> Counter[str]:
    query = (
        select(SampleUnit.disposition, func.count())
        .where(SampleUnit.wave_id == wave_id)
        .group_by(SampleUnit.disposition)
        .order_by(SampleUnit.disposition)
    )
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def _districts(wave: Wave, received: Counter[int | None], used: Counter[int | None]) -> list[DistrictCount]:
    drawn = _drawn_by_district(wave.id)
    query = select(Area).where(Area.parent_id == wave.root_id, Area.level == "district").order_by(Area.code)
    return [
        DistrictCount(area, drawn[area.id], received[area.id], used[area.id])
        for area in db.session.execute(query).scalars()
    ]


def _drawn_by_district(wave_id: int) -> Counter[int]:
    community, street = Area.__table__.alias("community"), Area.__table__.alias("street")
    query = (
        select(street.c.parent_id, func.count())
        .select_from(SampleUnit)
        .join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .join(community, community.c.id == FrameUnit.area_id)
        .join(street, street.c.id == community.c.parent_id)
        .where(SampleUnit.wave_id == wave_id)
        .group_by(street.c.parent_id)
        .order_by(street.c.parent_id)
    )
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def _weights(run: WeightRun) -> WeightFacts:
    told = run.diagnostics
    summary = told["summary"]
    return WeightFacts(
        run_id=run.id,
        number=run.number,
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
    found = {"used": city[0]} if city else {}
    for cases in ("all", "unflagged"):
        rows = results(wave_id, measure="overall", level="city", cases=cases)
        if rows:
            found[cases] = rows[0]
    return found
