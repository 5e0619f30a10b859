"""What residents say: overall, by dimension and question, by place and by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import is_within
from app.areas.models import Area
from app.dashboard.choice_words import ChoiceWords
from app.dashboard.choosing import Chosen, here
from app.dashboard.doorways import door_href, is_analyst, with_query
from app.dashboard.figures import count_figure, estimate_figure, figure
from app.dashboard.wave_results import satisfaction_href, shown_area, wording_marks
from app.errors import whole_number
from app.i18n import named
from app.surveys.models import Wave, WeightRun
from app.surveys.presenting import earlier_settings
from app.surveys.queries import (
    AreaCounts,
    GroupRow,
    ResultRow,
    WaveSummary,
    answer_counts,
    area_counts,
    estimated_run,
    group_results,
    results,
    wave_by_id,
    wave_name,
    wave_summary,
    waves,
    weight_facts,
)
from app.surveys.settings import Settings
from app.surveys.wave_settings import current_settings, settings_version

_LEVELS = ("district", "street")
_MEASURES = ("overall", "dimension", "question")


@dataclass(frozen=True)
class WaveResults:
    """All results of a wave that the page shows."""

    wave: Wave
    settings: Settings
    summary: WaveSummary
    #: The answers of the shown area, and the weighting its results were made with.
    counts: AreaCounts
    run: WeightRun | None
    means: dict[str, list[ResultRow]]
    tops: list[ResultRow]
    groups: list[GroupRow]
    answers: Mapping[str, Mapping[str, int]]
    #: Question → the mark that it was asked otherwise before.
    marks: Mapping[str, Mapping[str, str | None]]


def chosen_wave(choice: Chosen, asked: str) -> Wave | None:
    """The wave asked for by its number, else the newest of the chosen year and city."""
    wave_id = whole_number(asked)
    if wave_id is not None:
        return wave_by_id(wave_id)
    return next((each for each in waves(choice.year) if each.root_id == choice.root.id), None)


def read_wave(wave: Wave, area: Area, scope: frozenset[int] | None) -> WaveResults:
    """Everything of one wave, for an area of it and the reader's scope: a bounded number of statements."""
    run = estimated_run(wave.id)
    return WaveResults(
        wave,
        # Results are told by the settings they were made by, whatever the wave is run by now.
        current_settings(wave) if run is None else settings_version(wave, run.settings_version),
        wave_summary(wave.id),
        area_counts(wave, area, run),
        run,
        {m: results(wave.id, measure=m, level=None, area_ids=scope) for m in _MEASURES},
        results(wave.id, measure="question", level=area.level, statistic="top2"),
        # Groups are of the whole city.
        group_results(wave.id, measure="overall") if is_within(scope, wave.root_id) else [],
        answer_counts(wave.id, area.id),
        wording_marks(wave),
    )


def present(choice: Chosen, found: WaveResults, level: str) -> dict[str, Any]:
    """The page of a wave's results for its template."""
    area = shown_area(choice, found.wave)
    words = ChoiceWords(found.wave, found.settings)
    overall = _of_area(found.means["overall"], area)
    shown_level = level if level in _LEVELS else "district"
    return {
        "wave": found.wave,
        "area_name": named(area.name_zh, area.name_en),
        "headline": _headline(area, overall[0] if overall else None),
        "facts": _facts(found, area, overall[0] if overall else None),
        "dimensions": [_bar(row, found.wave) for row in _of_area(found.means["dimension"], area)],
        "dimension_title": _dimension_title(_of_area(found.means["dimension"], area)),
        "questions": _question_rows(found, area, words),
        "places": _places(found, area, shown_level),
        "place_tabs": _place_tabs(shown_level),
        "groups": _groups(found.groups, words),
        "small_cell": found.settings.small_cell,
        "earlier_settings": is_analyst() and earlier_settings(found.summary),
        "wave_href": door_href("surveys.wave", wave_id=found.wave.id),
    }


def other_waves(choice: Chosen, present_wave: Wave | None) -> list[dict[str, Any]]:
    """The waves that the reader may read, so that another year's or another city's is one step away.

    Who reads a part of the city alone stays in that part.
    """
    return [
        {
            "name": wave_name(each),
            "year": each.exam_year,
            "city": named(each.root.name_zh, each.root.name_en),
            "href": here(
                "dashboard.satisfaction",
                year=_year_of(each, choice),
                area=(each.root if is_within(choice.scope, each.root_id) else choice.area).code,
                wave=each.id,
            ),
            "active": present_wave is not None and each.id == present_wave.id,
        }
        for each in waves()
        if each.root_id == choice.root.id or is_within(choice.scope, each.root_id)
    ]


def _year_of(wave: Wave, choice: Chosen) -> int:
    """The wave's year where it has a catalogue, so that the rest of the pages can follow."""
    return wave.exam_year if wave.exam_year in choice.years else choice.year


def _of_area(rows: Sequence[ResultRow], area: Area) -> list[ResultRow]:
    return [row for row in rows if row.area_id == area.id]


def _headline(area: Area, row: ResultRow | None) -> str:
    name = named(area.name_zh, area.name_en)
    if row is None or row.estimate is None:
        return _("%(name)s的答卷太少，不能给出满意度", name=name)
    return _("%(name)s居民满意度 %(score)s 分", name=name, score=f"{row.estimate:.1f}")


def _dimension_title(rows: Sequence[ResultRow]) -> str:
    """What the chart shows first: the most and the least content dimension."""
    shown = [row for row in rows if row.estimate is not None]
    if len(shown) < 2:
        return _("各维度满意度")
    low, *_rest, high = sorted(shown, key=lambda row: row.estimate or 0.0)
    return _(
        "最满意的是%(high)s，最不满意的是%(low)s",
        high=named(high.label_zh, high.label_en),
        low=named(low.label_zh, low.label_en),
    )


def _facts(found: WaveResults, area: Area, overall: ResultRow | None) -> list[dict[str, Any]]:
    """The key facts of the shown area; the weights are the whole city's and shown with it alone."""
    told = found.counts
    score = estimate_figure(overall, href="#questions")
    answers = None if overall is None else _("%(n)s 份有效回答", n=f"{overall.n:,}")
    facts = [{"label": _("总体满意度"), **score, "unit": _("分"), "note": answers}]
    note = _(
        "收到 %(received)s 份，其中 %(flagged)s 份有质量标记",
        received=f"{told.received:,}",
        flagged=f"{told.flagged:,}",
    )
    facts.append({"label": _("参与计算的答卷"), **count_figure(told.weighted, _("份")), "note": note})
    if told.response_rate is not None:
        sample = _(
            "抽中 %(size)s 户，%(answered)s 户作答；按 AAPOR RR1 计，不合格户除外",
            size=f"{told.sample_size:,}",
            answered=f"{told.responded_units:,}",
        )
        rate = figure(100 * told.response_rate, unit="%")
        facts.append({"label": _("应答率"), **rate, "note": sample})
    if found.run is not None and area.id == found.wave.root_id:
        weights = weight_facts(found.run)
        spread = _("权数 %(low)s 至 %(high)s", low=f"{weights.minimum:,.1f}", high=f"{weights.maximum:,.1f}")
        effect = figure(weights.design_effect, decimals=2)
        facts.append({"label": _("加权设计效应"), **effect, "note": spread})
    return facts


def _bar(row: ResultRow, wave: Wave) -> dict[str, Any]:
    href = satisfaction_href(wave.id, row.code, measure="dimension")
    return {
        "label": named(row.label_zh, row.label_en),
        "explained": "#questions" if row.suppressed else href,
        **_bar_figures(row),
    }


def _bar_figures(row: ResultRow | GroupRow) -> dict[str, Any]:
    return {"score": row.estimate, "low": row.low, "high": row.high, "state": row.standing}


def _question_rows(found: WaveResults, area: Area, words: ChoiceWords) -> list[dict[str, Any]]:
    tops = {row.code: row for row in _of_area(found.tops, area)}
    return [
        _question_row(found, row, tops.get(row.code), words)
        for row in _of_area(found.means["question"], area)
    ]


def _question_row(
    found: WaveResults, row: ResultRow, top: ResultRow | None, words: ChoiceWords
) -> dict[str, Any]:
    question = found.settings.question(row.code)
    counts = found.answers.get(row.code, {})
    scale = sorted(found.settings.score_map, key=lambda code: found.settings.score_map[code])
    explained = satisfaction_href(found.wave.id, row.code, measure="question")
    return {
        "code": row.code,
        "text": named(row.label_zh, row.label_en),
        "section": named(question.section, question.section_en) if question else "",
        "indicators": list(question.indicator_codes) if question else [],
        "mark": found.marks.get(row.code),
        "mean": estimate_figure(row, href=explained),
        "top": estimate_figure(top, percent=True),
        "n": row.n,
        "suppressed": row.suppressed,
        "dont_know": None if row.dont_know_share is None else 100 * row.dont_know_share,
        "answers": [{"label": words.answer(row.code, code), "count": counts.get(code, 0)} for code in scale],
    }


def _places(found: WaveResults, area: Area, level: str) -> dict[str, Any]:
    """Areas of a level in rows, overall and the dimensions in columns."""
    overall = [row for row in found.means["overall"] if row.area_level == level]
    dimensions = [row for row in found.means["dimension"] if row.area_level == level]
    columns = list(dict.fromkeys((row.code, named(row.label_zh, row.label_en)) for row in dimensions))
    by_place = {(row.area_id, row.code): row for row in dimensions}
    rows = [
        {
            "name": named(row.area_name_zh, row.area_name_en),
            "href": here("dashboard.satisfaction", area=row.area_code),
            "active": row.area_id == area.id,
            "n": row.n,
            "overall": estimate_figure(row),
            "cells": [_plain(by_place.get((row.area_id, code)), found.wave) for code, _name in columns],
        }
        for row in overall
    ]
    return {"columns": [name for _code, name in columns], "rows": rows, "level": level}


def _plain(row: ResultRow | None, wave: Wave) -> dict[str, Any]:
    """A cell of the wide table: the estimate alone, leading to its explanation."""
    if row is None or row.estimate is None:
        return {"value": None, "state": "missing" if row is None else row.standing}
    href = satisfaction_href(wave.id, row.code, measure="dimension", area=row.area_code)
    return {"value": row.estimate, "state": row.standing, "href": href}


def _place_tabs(level: str) -> list[dict[str, Any]]:
    labels = {"district": _("按区县"), "street": _("按街道")}
    return [
        {"label": labels[each], "href": with_query(level=each) + "#places", "active": each == level}
        for each in _LEVELS
    ]


def _groups(rows: Sequence[GroupRow], words: ChoiceWords) -> list[dict[str, Any]]:
    """Bars of each group of residents, one chart a variable."""
    charts: dict[str, dict[str, Any]] = {}
    for row in rows:
        chart = charts.setdefault(
            row.variable, {"title": named(row.variable_zh, row.variable_en), "bars": []}
        )
        chart["bars"].append({"label": words.category(row.variable, row.category), **_bar_figures(row)})
    return list(charts.values())
