"""Everything about one indicator in one area: value, judgement, sources, years, places, definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import is_within
from app.areas.words import LEVEL_NAMES
from app.assessment import queries as assessment
from app.assessment.models import AssessmentRun, Evaluation
from app.assessment.queries import EvaluationDetail
from app.assessment.words import ABSENCE_TEXTS, grade_words, shown_grade, text_of
from app.dashboard.choosing import Chosen, here
from app.dashboard.cross_check_table import (
    TONES,
    adopt_page,
    change_href,
    decision_words,
    newest_by_kind,
    reason_words,
    source_figure,
)
from app.dashboard.evaluation_words import judgement_facts, verdict_rows
from app.dashboard.figures import decimals_for, estimate_figure, opinion_figure, unit_words
from app.dashboard.finding_words import finding_rows, threshold_words
from app.dashboard.indicator_table import evaluation_href, evaluation_score, value_figure
from app.dashboard.indicator_years import years_part
from app.i18n import aside, listing, named
from app.indicators import words as indicator_words
from app.indicators.adopted_values import adoption_of
from app.indicators.history import YearValue, history
from app.indicators.models import SOURCE_KINDS, Adoption, Formula, Indicator, Standard, Value
from app.indicators.queries import all_standards, catalogue, plan_targets, values_of
from app.indicators.words import word
from app.surveys.queries import ResultRow, latest_wave, results
from app.surveys.wave_settings import current_settings


@dataclass(frozen=True)
class IndicatorFacts:
    """What is known of an indicator in the chosen area; ``detail`` None: not judged there."""

    indicator: Indicator
    dimension_name: str
    formulas: list[Formula]
    standards: list[Standard]
    target: str
    run: AssessmentRun | None
    detail: EvaluationDetail | None
    elsewhere: list[Evaluation]
    values: list[Value]
    adoption: Adoption | None
    years: list[YearValue]
    questions: list[ResultRow]


def read_indicator(choice: Chosen, code: str) -> IndicatorFacts:
    """Read it all in a bounded number of statements; NotFound ``unknown-indicator``."""
    known = catalogue(choice.year)
    indicator = known.indicator(code)
    dimension = known.dimension(indicator.dimension_code)
    run = assessment.current_run(choice.year, choice.root.id)
    everywhere = assessment.evaluations(run.id, indicator_code=code) if run is not None else []
    is_judged = any(row.area_id == choice.area.id for row in everywhere)
    target = plan_targets(choice.year).get(code)
    return IndicatorFacts(
        indicator=indicator,
        dimension_name=named(dimension.name_zh, dimension.name_en),
        formulas=known.formulas_of(code),
        standards=all_standards(choice.year, code),
        target=_target(target, indicator.unit),
        run=run,
        detail=assessment.evaluation(run.id, code, choice.area.id) if run is not None and is_judged else None,
        elsewhere=everywhere,
        values=values_of(choice.year, indicator_code=code, area_ids=[choice.area.id]),
        adoption=adoption_of(choice.year, code, choice.area.id),
        years=history(code, choice.area.id, exam_year=choice.year),
        questions=_questions(choice, code),
    )


def _target(target: Any, unit: str) -> str:
    if target is None:
        return ""
    status = word(indicator_words.STATUS_NAMES, target.status)
    return aside(threshold_words(target.text, unit), status)


def _questions(choice: Chosen, code: str) -> list[ResultRow]:
    """Results of the linked questions in the chosen area."""
    wave = latest_wave(choice.year, choice.root.id)
    if wave is None:
        return []
    linked = [each.name for each in current_settings(wave).scored if code in each.indicator_codes]
    if not linked:
        return []
    rows = results(wave.id, measure="question", level=choice.area.level, codes=linked)
    return [row for row in rows if row.area_id == choice.area.id]


def present(choice: Chosen, facts: IndicatorFacts) -> dict[str, Any]:
    """The page for its template."""
    indicator = facts.indicator
    evaluation = facts.detail.evaluation if facts.detail is not None else None
    return {
        "code": indicator.code,
        "name": named(indicator.name_zh, indicator.name_en),
        "dimension": facts.dimension_name,
        "dimension_href": here("dashboard.indicators", dimension=indicator.dimension_code),
        "nature": word(indicator_words.NATURE_NAMES, indicator.nature),
        "summary": _summary(choice, facts, evaluation),
        "facts": judgement_facts(evaluation) if evaluation is not None else [],
        "evaluation_href": evaluation_href(evaluation) if evaluation is not None else None,
        "verdicts": verdict_rows(facts.detail) if facts.detail is not None else [],
        "years": years_part(choice, facts.years, indicator.unit),
        "sources": _sources(facts),
        "questions": [_question(row) for row in facts.questions],
        "places": _places(choice, facts),
        "area_name": named(choice.area.name_zh, choice.area.name_en),
        "definition": _definition(facts),
        "formulas": [_formula(each) for each in facts.formulas],
        "standards": [_standard(each, indicator.unit) for each in facts.standards],
        "findings": _findings(choice, facts),
        **_map(choice, facts),
    }


def _map(choice: Chosen, facts: IndicatorFacts) -> dict[str, Any]:
    """The address of the small map at the finest level that was judged; None without shapes."""
    levels = {row.level for row in facts.elsewhere}
    level = next((each for each in ("street", "district") if each in levels), None)
    if level is None or not any(area.has_shape for area in choice.areas_at(level)):
        return {"map_href": None, "map_page_href": None}
    shown = {"measure": f"indicator:{facts.indicator.code}", "level": level}
    return {
        "map_href": here("dashboard.map_document", **shown),
        "map_page_href": here("dashboard.map_page", **shown),
    }


def _summary(choice: Chosen, facts: IndicatorFacts, evaluation: Evaluation | None) -> str:
    name = named(choice.area.name_zh, choice.area.name_en)
    if facts.run is None:
        return _("%(name)s还没有评价结果", name=name)
    if evaluation is None:
        level = word(LEVEL_NAMES, facts.indicator.spatial_level)
        return _("%(name)s没有单独评价这个指标：它评到%(level)s一级", name=name, level=level)
    grade = grade_words(evaluation.grade, evaluation.grade_reason)
    if evaluation.value is None:
        why = text_of(evaluation.absence, ABSENCE_TEXTS)
        return _("%(name)s：%(why)s", name=name, why=why)
    return _(
        "%(name)s：%(grade)s（%(reason)s）", name=name, grade=grade, reason=text_of(evaluation.grade_reason)
    )


def _sources(facts: IndicatorFacts) -> dict[str, Any]:
    """The values of the sources side by side with the cross-check's verdict and reasons."""
    held = newest_by_kind(facts.values)
    order = [kind for kind in facts.indicator.source_kinds if kind in SOURCE_KINDS]
    listed = [*order, *(kind for kind in held if kind not in order)]
    adopted_id = facts.adoption.value_id if facts.adoption is not None else None
    rows = [
        {
            "source": word(indicator_words.SOURCE_KIND_NAMES, kind),
            "figure": source_figure(held.get(kind)),
            "vintage": held[kind].vintage if kind in held else "",
            "method": word(indicator_words.METHODS, held[kind].method) if kind in held else "",
            "is_adopted": kind in held and held[kind].id == adopted_id,
            "adopt_href": _adopt_href(held.get(kind), adopted_id),
        }
        for kind in listed
    ]
    if facts.adoption is None:
        return {"rows": rows, "verdict": "", "reasons": [], "needs_decision": False}
    by_hand = facts.adoption.manner == "by_hand"
    return {
        "rows": rows,
        "verdict": word(indicator_words.VERDICT_NAMES, facts.adoption.verdict),
        "tone": TONES[facts.adoption.verdict],
        "reasons": reason_words(facts.adoption.reasons),
        "decision": decision_words(
            facts.adoption.provenance_id if by_hand else "", facts.adoption.reason_text
        ),
        "change_href": change_href(list(held.values()), adopted_id),
        "needs_decision": facts.adoption.needs_decision,
    }


def _adopt_href(value: Value | None, adopted_id: int | None) -> str | None:
    if value is None or value.value is None or value.id == adopted_id:
        return None
    return adopt_page(value)


def _question(row: ResultRow) -> dict[str, Any]:
    return {
        "text": named(row.label_zh, row.label_en),
        "figure": estimate_figure(row),
        "n": row.n,
        "dont_know": None if row.dont_know_share is None else 100 * row.dont_know_share,
    }


def _places(choice: Chosen, facts: IndicatorFacts) -> list[dict[str, Any]]:
    """The indicator in the districts and streets under the chosen area."""
    decimals = decimals_for(facts.indicator.unit, [row.value for row in facts.elsewhere])
    inside = {choice.area.id, *(area.id for area in choice.parts if choice.holds(area))}
    own = facts.detail.evaluation.source_kind if facts.detail is not None else None
    rows = []
    for row in facts.elsewhere:
        if row.area_id not in inside:
            continue
        rows.append(
            {
                "name": named(row.area.name_zh, row.area.name_en),
                "level": row.level,
                "href": here("dashboard.indicator", code=row.indicator_code, area=row.area.code),
                "figure": {**value_figure(row), "decimals": decimals, "unit": None},
                "grade": shown_grade(row.grade, row.grade_reason),
                "score": evaluation_score(row),
                "score_reason": text_of(row.score_reason) if row.score is None else "",
                "satisfaction": opinion_figure(row) | {"unit": None},
                "tone": {"red": "bad", "yellow": "near"}.get(row.warning),
                "other_source": _other_source(row, own),
            }
        )
    return rows


def _other_source(row: Evaluation, own: str | None) -> str:
    """The source of a part's value; empty where it is that of the chosen area's value."""
    if own is None or row.source_kind is None or row.source_kind == own:
        return ""
    return word(indicator_words.SOURCE_KIND_NAMES, row.source_kind)


def _definition(facts: IndicatorFacts) -> list[dict[str, Any]]:
    indicator = facts.indicator
    names = [word(indicator_words.SOURCE_KIND_NAMES, kind) for kind in indicator.source_kinds]
    department = indicator.department
    return [
        {"term": _("定义与算法"), "text": indicator.definition_zh or None},
        {"term": _("方向"), "text": word(indicator_words.DIRECTION_NAMES, indicator.direction)},
        {"term": _("单位"), "text": unit_words(indicator.unit) or _("无量纲")},
        {"term": _("数据来源"), "text": listing(names)},
        {
            "term": _("责任部门"),
            "text": named(department.name_zh, department.name_en)
            if department
            else indicator.departments_zh or None,
        },
        {"term": _("评到"), "text": word(LEVEL_NAMES, indicator.spatial_level)},
        {"term": _("规划目标"), "text": facts.target or _("没有规划目标")},
        {"term": _("出处"), "text": word(indicator_words.ORIGIN_NAMES, indicator.origin)},
        {"term": _("口径确定程度"), "text": word(indicator_words.CERTAINTY_NAMES, indicator.certainty)},
    ]


def _formula(each: Formula) -> dict[str, Any]:
    return {
        "source": word(indicator_words.SOURCE_KIND_NAMES, each.source_kind),
        "text": each.text or each.survey_estimator,
        "aggregation": word(indicator_words.AGGREGATION_NAMES, each.aggregation),
    }


def _standard(each: Standard, unit: str) -> dict[str, Any]:
    return {
        "kind": word(indicator_words.STANDARD_KIND_NAMES, each.kind),
        "text": threshold_words(each.text, unit),
        "citation": each.citation,
        "to_check": each.status == "to_check",
        "status": word(indicator_words.STATUS_NAMES, each.status),
        "valid_from": each.valid_from,
        "valid_to": each.valid_to,
    }


def _findings(choice: Chosen, facts: IndicatorFacts) -> Sequence[dict[str, Any]]:
    if facts.run is None:
        return []
    rows = [row for row in assessment.findings(facts.run.id) if is_within(choice.scope, row.area.id)]
    return finding_rows([row for row in rows if row.indicator.code == facts.indicator.code])
