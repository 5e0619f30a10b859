"""Reads of a wave's results: by area, and by groups of residents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.accounts.guards import is_within
from app.areas.models import Area
from app.db import db
from app.indicators.models import Dimension
from app.indicators.queries import current_set, years_with_sets
from app.surveys.measures import ALL_DIMENSIONS
from app.surveys.models import AnswerCount, Estimate, Wave, WeightRun
from app.surveys.settings import Settings
from app.surveys.wave_queries import wave_by_id
from app.surveys.wave_settings import current_settings

_FIGURES = ("estimate", "se", "low", "high", "deff", "df", "dont_know_share")


@dataclass(frozen=True, kw_only=True)
class ResultFigures:
    """``mean`` in points 0–100, ``top2`` a share 0–1. Where ``suppressed`` there is no figure but ``n``."""

    measure: str
    code: str
    label_zh: str
    label_en: str
    statistic: str
    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int
    deff: float | None
    df: float | None
    state: str
    dont_know_share: float | None
    suppressed: bool

    @property
    def standing(self) -> str:
        """The state of its figure: too few answers to be shown, no answers, or there."""
        if self.suppressed:
            return "suppressed"
        return "missing" if self.estimate is None else "reported"


@dataclass(frozen=True, kw_only=True)
class ResultRow(ResultFigures):
    """A result of one area."""

    dimension: str
    area_id: int
    area_code: str
    area_name_zh: str
    area_name_en: str | None
    area_level: str


@dataclass(frozen=True, kw_only=True)
class GroupRow(ResultFigures):
    """A result of one group of residents of the whole city."""

    variable: str
    variable_zh: str
    variable_en: str
    category: str


def estimated_run(wave_id: int, cases: str = "used") -> WeightRun | None:
    """The newest weighting that has been estimated: what results are shown of."""
    query = (
        select(WeightRun)
        .where(WeightRun.wave_id == wave_id, WeightRun.cases == cases)
        .where(select(Estimate.id).where(Estimate.run_id == WeightRun.id).exists())
        .order_by(WeightRun.number.desc())
    )
    return db.session.execute(query.limit(1)).scalar_one_or_none()


def results(
    wave_id: int,
    *,
    measure: str = "question",
    level: str | None = "district",
    statistic: str = "mean",
    codes: Collection[str] | None = None,
    cases: str = "used",
    area_ids: frozenset[int] | None = None,
    run_id: int | None = None,
) -> list[ResultRow]:
    """Results by area, in the form's order of questions, then by area code; empty before an estimation.

    ``level``: city, district or street; None all of them. ``area_ids``: a scope, None for no limit.
    ``run_id``: what an earlier weighting gave, None the newest that has been estimated.
    """
    run = estimated_run(wave_id, cases) if run_id is None else db.session.get(WeightRun, run_id)
    if run is None:
        return []
    query = select(Estimate, Area).join(Area, Area.id == Estimate.area_id)
    query = query.where(
        Estimate.run_id == run.id,
        Estimate.measure == measure,
        Estimate.statistic == statistic,
        Estimate.group_variable == "",
    )
    if level is not None:
        query = query.where(Area.level == level)
    if codes is not None:
        query = query.where(Estimate.code.in_(sorted(codes)))
    names = _Names(wave_by_id(wave_id))
    found = db.session.execute(query.order_by(Estimate.code, Area.code))
    rows = [_result_row(each, area, names) for each, area in found if is_within(area_ids, area.id)]
    return sorted(rows, key=lambda row: (names.place(row.code), row.area_code))


def _result_row(found: Estimate, area: Area, names: _Names) -> ResultRow:
    return ResultRow(
        measure=found.measure,
        code=found.code,
        **names.labels(found.measure, found.code),
        dimension=names.dimension(found.measure, found.code),
        area_id=found.area_id,
        area_code=area.code,
        area_name_zh=area.name_zh,
        area_name_en=area.name_en,
        area_level=area.level,
        statistic=found.statistic,
        **_figures(found),
    )


def group_results(
    wave_id: int,
    *,
    variable: str | None = None,
    measure: str = "overall",
    statistic: str = "mean",
    codes: Collection[str] | None = None,
) -> list[GroupRow]:
    """Results of the whole city by groups of residents, in the order of the wave's groups."""
    run = estimated_run(wave_id)
    if run is None:
        return []
    query = select(Estimate).where(
        Estimate.run_id == run.id,
        Estimate.measure == measure,
        Estimate.statistic == statistic,
        Estimate.group_variable != "",
    )
    if variable is not None:
        query = query.where(Estimate.group_variable == variable)
    if codes is not None:
        query = query.where(Estimate.code.in_(sorted(codes)))
    names = _Names(wave_by_id(wave_id))
    order = {group.code: place for place, group in enumerate(names.settings.groups)}
    rows = [
        GroupRow(
            measure=found.measure,
            code=found.code,
            **names.labels(found.measure, found.code),
            variable=found.group_variable,
            **names.group_labels(found.group_variable),
            category=found.group_category,
            statistic=found.statistic,
            **_figures(found),
        )
        for found in db.session.execute(
            query.order_by(Estimate.code, Estimate.group_variable, Estimate.group_category)
        ).scalars()
    ]
    return sorted(rows, key=lambda r: (names.place(r.code), order.get(r.variable, len(order)), r.category))


def answer_counts(wave_id: int, area_id: int) -> dict[str, Counter[str]]:
    """Question → code → number of answers behind the results of an area, unweighted.

    Only of questions whose result may be shown there. Kept with the estimation, so that no single
    answer is read; empty before one.
    """
    run = estimated_run(wave_id)
    if run is None:
        return {}
    shown = select(Estimate.code).where(
        Estimate.run_id == run.id,
        Estimate.area_id == area_id,
        Estimate.measure == "question",
        Estimate.group_variable == "",
        Estimate.suppressed.is_(False),
    )
    codes = set(db.session.execute(shown).scalars())
    query = select(AnswerCount.counts).where(AnswerCount.run_id == run.id, AnswerCount.area_id == area_id)
    counts = db.session.execute(query).scalar_one_or_none() or {}
    return {name: Counter(of_codes) for name, of_codes in counts.items() if name in codes}


def _figures(found: Estimate) -> dict[str, Any]:
    """The figures that may leave the room: of a suppressed result only how many answers it stands on."""
    told = {name: None if found.suppressed else getattr(found, name) for name in _FIGURES}
    return told | {"n": found.n, "state": found.state, "suppressed": found.suppressed}


class _Names:
    """Names and places of what a wave measures."""

    def __init__(self, wave: Wave) -> None:
        self.settings: Settings = current_settings(wave)
        self._questions = {each.name: each for each in self.settings.questions}
        self._dimensions: dict[str, Dimension] = {}
        if wave.exam_year in years_with_sets():
            query = select(Dimension).where(Dimension.set_id == current_set(wave.exam_year).id)
            found = db.session.execute(query.order_by(Dimension.code)).scalars()
            self._dimensions = {each.code: each for each in found}
        scored = [each.name for each in self.settings.scored]
        self._order = {code: place for place, code in enumerate([*scored, *self.settings.dimensions])}

    def labels(self, measure: str, code: str) -> dict[str, str]:
        """The Chinese and English name of what is measured."""
        if code == ALL_DIMENSIONS:
            return {"label_zh": "各维度平均", "label_en": "Mean of the dimensions"}
        question = self._questions.get(code)
        if measure != "dimension" and question is not None:
            zh, en = question.text_zh or question.text_en, question.text_en or question.text_zh
            return {"label_zh": zh, "label_en": en}
        dimension = self._dimensions.get(code)
        if dimension is not None:
            return {"label_zh": dimension.name_zh, "label_en": dimension.name_en}
        english = next((e.section_en for e in self.settings.questions if e.dimension == code), code)
        return {"label_zh": code, "label_en": english or code}

    def dimension(self, measure: str, code: str) -> str:
        """The dimension something measured belongs to."""
        question = self._questions.get(code)
        return code if measure == "dimension" else (question.dimension if question else "")

    def group_labels(self, variable: str) -> dict[str, str]:
        """The Chinese and English name of a group variable."""
        group = next((each for each in self.settings.groups if each.code == variable), None)
        zh, en = (group.label_zh, group.label_en) if group else (variable, variable)
        return {"variable_zh": zh, "variable_en": en}

    def place(self, code: str) -> int:
        """Its place among what is measured."""
        return self._order.get(code, len(self._order))
