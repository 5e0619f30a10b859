"""The responses of a wave as columns, for flags, weights and estimates. One statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select

from app.areas.models import Area
from app.db import db
from app.surveys.models import FrameUnit, Response, ResponseWeight, SampleUnit
from app.surveys.settings import Settings, SurveyQuestion

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ResponseRow:
    """One response, as the flags and the weights read it."""

    id: int
    sample_unit_id: int | None
    duplicate: bool
    disposition: str
    seconds: float | None
    device: str | None
    district_id: int | None
    street_id: int | None
    community_id: int | None
    categories: dict[str, str]
    answers: dict[str, Any]
    flags: list[dict[str, Any]]
    usable: bool
    unit_area_id: int | None
    unit_area_code: str | None

    @property
    def flag_codes(self) -> set[str]:
        """The codes of its flags."""
        return {str(flag["code"]) for flag in self.flags}


_OWN = [
    getattr(Response, name)
    for name in ResponseRow.__dataclass_fields__
    if name not in ("unit_area_id", "unit_area_code")
]


def response_rows(wave_id: int) -> list[ResponseRow]:
    """All responses of a wave in the order they came, with the community of their sample unit."""
    query = _with_unit(select(*_OWN, FrameUnit.area_id, Area.code)).where(Response.wave_id == wave_id)
    return [ResponseRow(*row) for row in db.session.execute(query)]


def weighted_rows(run_id: int, area: Area) -> tuple[list[ResponseRow], FloatArray]:
    """The responses of a run in its city, a district or a street, and their weights (n,)."""
    query = _with_unit(select(ResponseWeight.weight, *_OWN, FrameUnit.area_id, Area.code))
    query = query.join(ResponseWeight, ResponseWeight.response_id == Response.id)
    query = query.where(ResponseWeight.run_id == run_id)
    within = {"district": Response.district_id, "street": Response.street_id}.get(area.level)
    if within is not None:
        query = query.where(within == area.id)
    found = db.session.execute(query).all()
    return [ResponseRow(*row) for _weight, *row in found], np.array([row[0] for row in found], dtype=float)


def _with_unit(query: Select[Any]) -> Select[Any]:
    """Responses in the order they came, joined with their sample unit's community."""
    return (
        query.select_from(Response)
        .outerjoin(SampleUnit, SampleUnit.id == Response.sample_unit_id)
        .outerjoin(FrameUnit, FrameUnit.id == SampleUnit.frame_unit_id)
        .outerjoin(Area, Area.id == FrameUnit.area_id)
        .order_by(Response.id)
    )


class AnswerTable:
    """The answers of responses as columns (n,), each read once."""

    def __init__(self, rows: Sequence[ResponseRow]) -> None:
        self.rows = rows
        self._numbers: dict[str, FloatArray] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def codes(self, name: str) -> list[str | None]:
        """The answers to a question as codes; None where it was not answered."""
        found = (row.answers.get(name) for row in self.rows)
        return [None if value is None else str(value) for value in found]

    def numbers(self, name: str) -> FloatArray:
        """The answers to a question as numbers; nan where there is none or it is no number."""
        if name not in self._numbers:
            values = [_number(row.answers.get(name)) for row in self.rows]
            self._numbers[name] = np.array(values, dtype=np.float64)
        return self._numbers[name]

    def matrix(self, questions: Sequence[SurveyQuestion]) -> FloatArray:
        """The numbers (n, k) answered to the questions, nan where not answered."""
        columns = [self.numbers(question.name) for question in questions]
        return np.column_stack(columns) if columns else np.zeros((len(self.rows), 0))

    def points(self, name: str, settings: Settings) -> FloatArray:
        """Points, 0 to 100; nan for "don't know" and where not answered."""
        return self._mapped(name, settings.score_map)

    def top(self, name: str, settings: Settings) -> FloatArray:
        """1 where one of the top codes was answered, 0 for the other scored codes, else nan."""
        return self._mapped(name, {code: float(code in settings.top_codes) for code in settings.score_map})

    def dont_know(self, name: str, settings: Settings) -> FloatArray:
        """1 for "don't know", 0 for the other answers, nan where not answered."""
        marks = dict.fromkeys(settings.score_map, 0.0) | dict.fromkeys(settings.dont_know, 1.0)
        return self._mapped(name, marks)

    def _mapped(self, name: str, values: Mapping[str, float]) -> FloatArray:
        given = self.numbers(name)
        found = np.full(len(given), np.nan)
        for code, value in values.items():
            found[given == float(code)] = value
        return found


def _number(value: Any) -> float:
    if value is None:
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
