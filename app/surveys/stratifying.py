"""Samples without listed units: what the answers of each stratum stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from app.areas.models import Area
from app.db import db
from app.errors import Invalid, Place, table_places
from app.indicators.exam_years import areas_of_exam
from app.surveys.models import Stratum, Wave
from app.workbooks.tables import TableColumn, TableReading, read_checked_table

STRATA_COLUMNS = (
    TableColumn("code", ("stratum", "层"), kind="code", filled=True),
    TableColumn("area_code", ("区域代码",), kind="code", filled=True),
    TableColumn("population", ("人口",), kind="number", filled=True),
)
_LONGEST_CODE = 60
#: Levels of areas an answer is placed in; a stratum of any other would never have one.
_LEVELS = ("district", "street", "community")


@dataclass(frozen=True)
class StratumPlan:
    """A stratum of a sample without listed units: its code, its area, its population."""

    code: str
    area_id: int
    population: float


def import_strata(*, wave_id: int, content: bytes, filename: str) -> list[Stratum]:
    """Read the strata (code, area_code, population) and register them in place of earlier ones.

    Raises Invalid ``strata-table-invalid`` with the place of every problem, and what
    :func:`register_sample` raises.
    """
    wave = db.session.get_one(Wave, wave_id)
    reading = read_checked_table(content, columns=STRATA_COLUMNS, filename=filename)
    tree = areas_of_exam(wave.exam_year, db.session.get_one(Area, wave.root_id))
    known = {area.code: area.id for area in tree if area.level in _LEVELS}
    places = table_places(reading.problems) or _wrong_rows(reading, known)
    if places:
        raise Invalid("strata-table-invalid", places=places, count=len(places))
    strata = [
        StratumPlan(str(row["code"]), known[str(row["area_code"])], float(str(row["population"])))
        for row in reading.table.rows
    ]
    return register_sample(wave_id=wave_id, strata=strata)


def _wrong_rows(reading: TableReading, known: dict[str, int]) -> list[Place]:
    """Codes that repeat or are too long, areas that are not the city's, populations of nobody."""
    places: list[Place] = []
    seen: set[tuple[str, str]] = set()
    for row in reading.table.rows:
        wrong = {
            "code": "stratum-code-too-long" if len(str(row["code"])) > _LONGEST_CODE else None,
            "area_code": None if str(row["area_code"]) in known else "unknown-area",
            "population": None if float(str(row["population"])) > 0 else "stratum-population-invalid",
        }
        for column in ("code", "area_code"):
            key = (column, str(row[column]))
            wrong[column] = wrong[column] or ("code-twice" if key in seen else None)
            seen.add(key)
        places += [
            Place(
                code,
                {"found": str(row[column]), "limit": _LONGEST_CODE},
                sheet=reading.table.sheet,
                row=row.number,
                column=column,
                cell=reading.table.cell_address(row.number, column),
            )
            for column, code in wrong.items()
            if code is not None
        ]
    return places


def register_sample(*, wave_id: int, strata: Sequence[StratumPlan]) -> list[Stratum]:
    """Say what the answers of a wave without listed units stand for: each stratum's population.

    Every answer is a unit of its area's stratum, drawn as if with replacement, with the base weight
    population / answers. Earlier strata give way; weights that stand on them are stale from then on.
    Raises Invalid ``strata-invalid``.
    """
    wave = db.session.get_one(Wave, wave_id)
    if wave.design != "strata" or not strata or any(each.population <= 0 for each in strata):
        raise Invalid("strata-invalid", design=wave.design, count=len(strata))
    rows = [
        Stratum(wave_id=wave_id, code=each.code, area_id=each.area_id, population=each.population)
        for each in strata
    ]
    db.session.execute(delete(Stratum).where(Stratum.wave_id == wave_id))
    db.session.add_all(rows)
    db.session.flush()
    return rows
