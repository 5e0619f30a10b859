"""The columns a recipe of weights is played over, one row per drawn unit (or per answer)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from app.areas.models import Area
from app.db import db
from app.errors import Invalid
from app.surveys.models import FrameUnit, SampleUnit, Stratum, Wave
from app.surveys.response_table import ResponseRow, response_rows
from app.surveys.settings import STRUCTURAL_FLAGS

Column = list[Any]


@dataclass(frozen=True)
class SampleColumns:
    """The sample as columns of one length n.

    ``responses``: the response of each row, None for units without one that counts. ``data`` holds
    what recipes name: probability, disposition, stratum, street_kind, district and the wave's groups.
    ``strata``, ``psu`` and ``population`` describe the design for variances.
    """

    responses: list[ResponseRow | None]
    data: dict[str, Column]
    strata: Column
    psu: Column | None
    population: npt.NDArray[np.float64] | None

    @property
    def digest(self) -> str:
        """SHA-256 over everything a replay depends on."""
        told = [
            [row.id if row else None for row in self.responses],
            {name: self.data[name] for name in sorted(self.data)},
            self.strata,
            self.psu,
            None
            if self.population is None
            else [None if np.isinf(v) else v for v in self.population.tolist()],
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def counting_rows(wave_id: int, cases: str) -> list[ResponseRow]:
    """The responses that count: by the wave's rule, all eligible ones, or only those without a flag."""
    rows = response_rows(wave_id)
    if cases == "used":
        return [row for row in rows if row.usable]
    eligible = [row for row in rows if row.disposition == "complete" and not row.duplicate]
    if cases == "all":
        return [row for row in eligible if not row.flag_codes & set(STRUCTURAL_FLAGS)]
    return [row for row in eligible if row.usable and not row.flags]


def sample_columns(wave: Wave, cases: str, groups: Sequence[str]) -> SampleColumns:
    """The sample of a wave with the answers that count. Raises Invalid ``no-usable-answers``."""
    rows = counting_rows(wave.id, cases)
    if not rows:
        raise Invalid("no-usable-answers", wave=wave.name)
    if wave.design == "two_stage":
        return _two_stage(wave, rows, groups)
    if wave.design == "strata":
        return _strata(wave, rows, groups)
    data = _of_rows(rows, groups) | {"disposition": ["respondent"] * len(rows)}
    # Nobody was drawn, so all answers are one stratum; it has a name, for an empty one is a missing one.
    return SampleColumns(list(rows), data, ["all"] * len(rows), None, None)


def _area_codes(ids: set[int]) -> dict[int, str]:
    query = select(Area.id, Area.code).where(Area.id.in_(sorted(ids))).order_by(Area.id)
    return {row.id: row.code for row in db.session.execute(query)}


def _of_rows(rows: Sequence[ResponseRow | None], groups: Sequence[str]) -> dict[str, Column]:
    """District and groups of the rows; None where there is no response."""
    codes = _area_codes({row.district_id for row in rows if row and row.district_id})
    data: dict[str, Column] = {
        "district": [codes.get(row.district_id) if row and row.district_id else None for row in rows]
    }
    for group in groups:
        data[group] = [row.categories.get(group) if row else None for row in rows]
    return data


def _two_stage(wave: Wave, rows: Sequence[ResponseRow], groups: Sequence[str]) -> SampleColumns:
    query = (
        select(
            SampleUnit.id,
            SampleUnit.stratum,
            SampleUnit.probability,
            SampleUnit.disposition,
            SampleUnit.variance_stratum,
            SampleUnit.variance_psu,
            SampleUnit.variance_population,
            FrameUnit.street_kind,
        )
        .join(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .where(SampleUnit.wave_id == wave.id)
        .order_by(SampleUnit.id)
    )
    units = db.session.execute(query).all()
    if not units:
        raise Invalid("no-sample", wave=wave.name)
    by_unit = {row.sample_unit_id: row for row in rows if row.sample_unit_id is not None}
    found = [by_unit.get(unit.id) for unit in units]
    data = _of_rows(found, groups) | {
        "probability": [unit.probability for unit in units],
        "disposition": [
            "respondent" if row else ("ineligible" if unit.disposition == "ineligible" else "nonrespondent")
            for unit, row in zip(units, found, strict=True)
        ],
        "stratum": [unit.stratum for unit in units],
        "street_kind": [unit.street_kind for unit in units],
    }
    population = [np.inf if u.variance_population is None else u.variance_population for u in units]
    return SampleColumns(
        found,
        data,
        [unit.variance_stratum for unit in units],
        [unit.variance_psu for unit in units],
        np.array(population, dtype=np.float64),
    )


def _strata(wave: Wave, rows: Sequence[ResponseRow], groups: Sequence[str]) -> SampleColumns:
    strata = strata_of(wave.id)
    placed = [(row, stratum) for row in rows if (stratum := _stratum_of(row, strata)) is not None]
    if not placed:
        raise Invalid("no-sample", wave=wave.name)
    answers = Counter(stratum.code for _row, stratum in placed)
    data = _of_rows([row for row, _stratum in placed], groups) | {
        "probability": [min(1.0, answers[each.code] / each.population) for _row, each in placed],
        "disposition": ["respondent"] * len(placed),
        "stratum": [each.code for _row, each in placed],
    }
    return SampleColumns([row for row, _stratum in placed], data, list(data["stratum"]), None, None)


def strata_of(wave_id: int) -> dict[int, Stratum]:
    """The strata of a wave without listed units, by their area."""
    query = select(Stratum).where(Stratum.wave_id == wave_id).order_by(Stratum.code)
    return {each.area_id: each for each in db.session.execute(query).scalars()}


def _stratum_of(row: ResponseRow, strata: Mapping[int, Stratum]) -> Stratum | None:
    for area_id in (row.community_id, row.street_id, row.district_id):
        if area_id is not None and area_id in strata:
            return strata[area_id]
    return None
