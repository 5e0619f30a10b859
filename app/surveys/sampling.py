"""The frame of communities, and the drawn sample with its probabilities."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.analysis.selection import Allocation, UnitSample, allocate, select_two_stage
from app.areas.models import Area
from app.areas.queries import areas_by_code, lineage
from app.db import db
from app.errors import Conflict, Invalid, Place, table_places
from app.forms.links import make_personal_links
from app.forms.models import Link
from app.indicators.exam_years import areas_of_exam, exam_year_of
from app.surveys.listening import SUBJECT
from app.surveys.models import Draw, FrameUnit, SampleUnit, Wave
from app.workbooks.tables import TableColumn, TableReading, TableRow, read_checked_table

FRAME_COLUMNS = (
    TableColumn("community_code", ("code", "社区代码", "代码"), kind="code", filled=True),
    TableColumn("households", ("户数",), kind="integer", filled=True, minimum=1),
    TableColumn("population", ("人口",), kind="integer", filled=True, minimum=1),
    TableColumn("stratum", ("层",), required=False, kind="code"),
)
_LARGEST_SEED = 2**31 - 1
_SLICE = 2_000
#: A survey of more dwellings is a slip of the pen: an examination asks some thousands of them.
MOST_DWELLINGS = 20_000
_METHODS: Mapping[str, Allocation] = {"proportional": "proportional", "equal": "equal"}


@dataclass(frozen=True)
class FrameImported:
    """How many communities the frame has now, and those left out, each with its place and reason."""

    units: int
    left_out: tuple[Place, ...]


def import_frame(*, wave_id: int, content: bytes, filename: str) -> FrameImported:
    """Read the frame (community_code, households, population; the stratum is the district by default).

    The communities are those of the wave's exam (see :func:`app.indicators.exam_years.areas_of_exam`).
    Communities outside survey frames are left out and told. Raises Invalid ``frame-invalid`` with the
    place of every problem, Conflict ``frame-drawn`` when a sample has been drawn from it.
    """
    wave = db.session.get_one(Wave, wave_id)
    if _is_drawn(wave_id):
        raise Conflict("frame-drawn")
    reading = read_checked_table(content, columns=FRAME_COLUMNS, filename=filename)
    places = table_places(reading.problems)
    units, left_out = _frame_units(wave, reading, places)
    if places:
        raise Invalid("frame-invalid", places=places, count=len(places))
    _replace_frame(wave_id, units)
    return FrameImported(len(units), tuple(left_out))


def _is_drawn(wave_id: int) -> bool:
    return db.session.execute(select(Draw.id).where(Draw.wave_id == wave_id)).first() is not None


def _frame_units(
    wave: Wave, reading: TableReading, places: list[Place]
) -> tuple[list[FrameUnit], list[Place]]:
    """The units of a frame and the communities left out; problems of codes are added to ``places``."""
    tree = areas_of_exam(wave.exam_year, db.session.get_one(Area, wave.root_id))
    ever = areas_by_code(str(row["community_code"]) for row in reading.table.rows)
    day = exam_year_of(wave.exam_year).data_date.isoformat()
    by_code = {area.code: area for area in tree if area.level == "community"}
    by_id, levels = {area.id: area for area in tree}, lineage(tree)
    is_readable = not places
    units: dict[str, FrameUnit] = {}
    left_out: list[Place] = []
    for row in reading.table.rows:
        if row["community_code"] is None:
            continue
        code = str(row["community_code"])
        cell = reading.table.cell_address(row.number, "community_code")
        area = by_code.get(code)
        if area is None or code in units:
            wrong = "code-twice" if area else "area-not-in-force" if code in ever else "unknown-area"
            places.append(Place(wrong, {"found": code, "day": day}, row=row.number, cell=cell))
        elif not all(by_id[each].in_frame for each in levels[area.id].values()):
            facts = {"found": code, "name": area.name_zh}
            left_out.append(Place("area-outside-frame", facts, row=row.number, cell=cell))
        elif is_readable:
            units[code] = _frame_unit(wave.id, area, by_id, levels, row)
    return list(units.values()), left_out


def _frame_unit(
    wave_id: int,
    area: Area,
    by_id: Mapping[int, Area],
    levels: Mapping[int, Mapping[str, int]],
    row: TableRow,
) -> FrameUnit:
    own = levels[area.id]
    street, district = by_id.get(own.get("street", 0)), by_id.get(own.get("district", 0))
    return FrameUnit(
        wave_id=wave_id,
        area_id=area.id,
        stratum=str(row.get("stratum") or (district.code if district else "all")),
        street_kind=(street.kind if street else None) or "other",
        households=int(str(row["households"])),
        population=int(str(row["population"])),
    )


def _replace_frame(wave_id: int, units: Sequence[FrameUnit]) -> None:
    db.session.execute(delete(FrameUnit).where(FrameUnit.wave_id == wave_id))
    db.session.add_all(units)
    db.session.flush()


def draw_sample(
    *,
    wave_id: int,
    seed: int,
    psus: int,
    units_per_psu: int,
    allocation: str = "proportional",
    links: bool = True,
) -> Draw:
    """Draw communities with probability proportional to households, then dwellings at random in each.

    The seed and every unit's probabilities are kept: the same frame and seed give the same sample. With
    ``links`` every dwelling gets a personal link. Raises what :func:`plan_sample` raises.
    """
    wave = db.session.get_one(Wave, wave_id)
    method = allocation if allocation in _METHODS else "proportional"
    frame, shares, sample = _selected(wave_id, seed, psus, units_per_psu, method)
    draw = Draw(
        wave_id=wave_id,
        seed=seed,
        method=f"pps/{method}",
        psus=psus,
        units_per_psu=units_per_psu,
        frame_digest=_digest(frame),
        facts=_draw_facts(frame, shares),
    )
    db.session.add(draw)
    _keep_units(wave, sample, {code: unit.id for unit, code in frame})
    if links:
        _make_links(wave)
    return draw


@dataclass(frozen=True)
class SamplePlan:
    """What a draw would give: ``dwellings`` in ``psus`` communities, of a frame of so many.

    ``short``: drawn communities that have fewer dwellings than asked for and give all they have.
    """

    dwellings: int
    psus: int
    short: int
    frame_psus: int
    frame_dwellings: int
    strata: dict[str, tuple[int, int]]


def plan_sample(
    *, wave_id: int, seed: int, psus: int, units_per_psu: int, allocation: str = "proportional"
) -> SamplePlan:
    """What :func:`draw_sample` would draw, writing nothing.

    ``strata`` of the plan: communities and dwellings of each. Raises Conflict ``sample-drawn``, Invalid
    ``frame-empty-wave``, ``frame-seed-invalid``, ``frame-psus-invalid``, ``sample-too-large`` and what
    the selection refuses (``frame-…``).
    """
    method = allocation if allocation in _METHODS else "proportional"
    frame, shares, sample = _selected(wave_id, seed, psus, units_per_psu, method)
    dwellings = Counter(sample.stratum.tolist())
    taken = Counter(sample.psu.tolist())
    return SamplePlan(
        dwellings=len(sample.unit),
        psus=len(taken),
        short=sum(count < units_per_psu for count in taken.values()),
        frame_psus=len(frame),
        frame_dwellings=sum(unit.households for unit, _code in frame),
        strata={name: (share, dwellings[name]) for name, share in shares.items()},
    )


def _selected(
    wave_id: int, seed: int, psus: int, units_per_psu: int, method: str
) -> tuple[list[tuple[FrameUnit, str]], dict[str, int], UnitSample]:
    """The frame, communities of each stratum, and the drawn units; refused where there are too many."""
    if _is_drawn(wave_id):
        raise Conflict("sample-drawn")
    frame = _frame(wave_id)
    if not frame:
        raise Invalid("frame-empty-wave")
    if not 0 <= seed <= _LARGEST_SEED:
        raise Invalid("frame-seed-invalid", found=seed)
    if psus < 1:
        raise Invalid("frame-psus-invalid", found=psus, most=len(frame))
    shares, sample = _select(frame, seed, psus, units_per_psu, _METHODS[method])
    dwellings = len(sample.unit)
    if dwellings > MOST_DWELLINGS:
        available = sum(unit.households for unit, _code in frame)
        raise Invalid("sample-too-large", found=dwellings, limit=MOST_DWELLINGS, available=available)
    return frame, shares, sample


def _draw_facts(frame: Sequence[tuple[FrameUnit, str]], shares: Mapping[str, int]) -> dict[str, Any]:
    households = sum(unit.households for unit, _code in frame)
    return {"allocation": dict(shares), "frame_psus": len(frame), "households": households}


def _select(
    frame: Sequence[tuple[FrameUnit, str]], seed: int, psus: int, units_per_psu: int, method: Allocation
) -> tuple[dict[str, int], UnitSample]:
    """PSUs of each stratum, and the drawn units."""
    sizes: Counter[str] = Counter()
    for unit, _code in frame:
        sizes[unit.stratum] += unit.households
    shares = allocate(
        psu_counts=Counter(unit.stratum for unit, _code in frame),
        sizes=sizes,
        total=psus,
        method=method,
    )
    sample = select_two_stage(
        psu_codes=[code for _unit, code in frame],
        psu_strata=[unit.stratum for unit, _code in frame],
        psu_sizes=[unit.households for unit, _code in frame],
        unit_counts=[unit.households for unit, _code in frame],
        allocation=shares,
        units_per_psu=units_per_psu,
        seed=seed,
    )
    return shares, sample


def _frame(wave_id: int) -> list[tuple[FrameUnit, str]]:
    query = select(FrameUnit, Area.code).join(Area, Area.id == FrameUnit.area_id)
    rows = db.session.execute(query.where(FrameUnit.wave_id == wave_id).order_by(Area.code))
    return [(unit, code) for unit, code in rows]


def _digest(frame: Sequence[tuple[FrameUnit, str]]) -> str:
    lines = [f"{code}\t{unit.stratum}\t{unit.households}\t{unit.population}" for unit, code in frame]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _keep_units(wave: Wave, sample: UnitSample, frame_ids: Mapping[str, int]) -> None:
    population = [None if value == float("inf") else float(value) for value in sample.variance_population]
    rows = [
        {
            "wave_id": wave.id,
            "frame_unit_id": frame_ids[str(psu)],
            "stratum": str(sample.stratum[i]),
            "psu": str(psu),
            "unit": int(sample.unit[i]),
            "first_stage": float(sample.first_stage[i]),
            "second_stage": float(sample.second_stage[i]),
            "probability": float(sample.probability[i]),
            "certainty": bool(sample.certainty[i]),
            "variance_stratum": str(sample.variance_stratum[i]),
            "variance_psu": str(sample.variance_psu[i]),
            "variance_population": population[i],
        }
        for i, psu in enumerate(sample.psu)
    ]
    for start in range(0, len(rows), _SLICE):
        db.session.execute(insert(SampleUnit), rows[start : start + _SLICE])


def _make_links(wave: Wave) -> None:
    query = select(SampleUnit.id).where(SampleUnit.wave_id == wave.id).order_by(SampleUnit.id)
    subjects = [f"{SUBJECT}{each}" for each in db.session.execute(query).scalars()]
    make_personal_links(form=wave.form, subjects=subjects)
    made = (
        select(Link.id, Link.subject)
        .where(Link.form_id == wave.form_id, Link.subject.startswith(SUBJECT, autoescape=True))
        .order_by(Link.id)
    )
    changes = [
        {"id": int(str(link.subject)[len(SUBJECT) :]), "link_id": link.id}
        for link in db.session.execute(made)
    ]
    for start in range(0, len(changes), _SLICE):
        db.session.execute(update(SampleUnit), changes[start : start + _SLICE])
