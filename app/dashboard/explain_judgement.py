"""Why this grade, why this score? From the judgement back to what it was held against."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.accounts.guards import RESULTS, area_scope, permit_area
from app.areas.models import Area
from app.assessment import queries as assessment
from app.assessment.models import AssessmentRun, DimensionScore, Evaluation
from app.assessment.words import METHOD_TEXTS, grade_words, method_note, shown_grade, text_of
from app.dashboard.choosing import here
from app.dashboard.evaluation_words import goalpost_rows, judgement_facts, verdict_rows
from app.dashboard.figures import score_figure, unit_words
from app.dashboard.indicator_table import evaluation_href, value_figure
from app.db import db
from app.errors import NotFound, whole_number
from app.i18n import named


def explain_evaluation(key: str) -> dict[str, Any]:
    """One evaluation with its six verdicts, goalposts and warnings; NotFound ``unknown-evaluation``."""
    found = assessment.evaluations_by_id([whole_number(key) or 0])
    if not found:
        raise NotFound("unknown-evaluation", found=key[:40])
    (row,) = found.values()
    permit_area(area_scope(RESULTS), row.area_id)
    detail = assessment.evaluation(row.run_id, row.indicator_code, row.area_id)
    run = assessment.run_by_id(row.run_id)
    return {
        "title": _(
            "%(area)s的%(indicator)s为什么是“%(grade)s”",
            area=named(row.area.name_zh, row.area.name_en),
            indicator=named(row.indicator.name_zh, row.indicator.name_en),
            grade=grade_words(row.grade, row.grade_reason),
        ),
        "row": row,
        "facts": judgement_facts(row),
        "grade": shown_grade(row.grade, row.grade_reason),
        "grade_reason": text_of(row.grade_reason),
        "warning": row.warning,
        "warning_reasons": [text_of(code) for code in row.warning_reasons],
        "verdicts": verdict_rows(detail),
        "score_method": text_of(row.score_method, METHOD_TEXTS),
        "method_note": method_note(row.score_method, run.rules.rule_set.to_dict()),
        "score_reason": text_of(row.score_reason) if row.score is None else "",
        "goalposts": goalpost_rows(row),
        "unit": unit_words(row.unit),
        "is_current": bool(run.is_current),
        "run_note": run_words(run),
        "indicator_href": here(
            "dashboard.indicator", year=run.exam_year, code=row.indicator_code, area=row.area.code
        ),
    }


def run_words(run: AssessmentRun) -> str:
    """By which run and rules it was judged."""
    facts = run.facts
    return _(
        "%(year)s 年度第 %(number)s 次评价；区间由 %(draws)s 次模拟得出，随机种子 %(seed)s。",
        year=run.exam_year,
        number=run.number,
        draws=f"{facts.get('draws', 0):,}",
        seed=run.seed,
    )


def explain_score(key: str) -> dict[str, Any]:
    """A composite score, ``<run>:<area>[:<dimension>]``; NotFound ``unknown-explanation``."""
    parts = key.split(":")
    run_id, area_id = (whole_number(part) for part in (*parts, "")[:2])
    if len(parts) not in {2, 3} or run_id is None or area_id is None:
        raise NotFound("unknown-explanation", found=key[:40])
    run = assessment.run_by_id(run_id)
    area = db.session.get(Area, area_id)
    if area is None:
        raise NotFound("unknown-explanation", found=key[:40])
    permit_area(area_scope(RESULTS), area.id)
    if len(parts) == 3:
        return _dimension(run, area, parts[2])
    return _whole(run, area)


def _whole(run: AssessmentRun, area: Area) -> dict[str, Any]:
    row = assessment.area_score(run.id, area.id)
    dimensions = assessment.dimension_scores(run.id, area.id)
    name = named(area.name_zh, area.name_en)
    return {
        "title": _("%(area)s的综合得分从哪里来", area=name),
        "figure": score_figure(row),
        "rule": _("综合得分是有分的 %(count)s 个维度得分的平均值。", count=row.scored if row else 0),
        "dimensions": [_dimension_row(run, each) for each in dimensions],
        "indicators": [],
        "capped": False,
        "error_note": _error_note(row.with_error, row.without_error) if row else "",
        "run_note": run_words(run),
    }


def _dimension(run: AssessmentRun, area: Area, code: str) -> dict[str, Any]:
    found = [row for row in assessment.dimension_scores(run.id, area.id) if row.dimension_code == code]
    if not found:
        raise NotFound("unknown-explanation", found=code)
    row = found[0]
    rows = assessment.evaluations(run.id, area_id=area.id, dimension_code=code)
    return {
        "title": _(
            "%(area)s的%(dimension)s得分从哪里来",
            area=named(area.name_zh, area.name_en),
            dimension=named(row.dimension.name_zh, row.dimension.name_en),
        ),
        "figure": score_figure(row),
        "rule": _(
            "维度得分是其中有分的指标得分的平均值：%(total)s 个指标中 %(scored)s 个有分。",
            total=row.total,
            scored=row.scored,
        ),
        "dimensions": [],
        "indicators": [_indicator_row(each) for each in rows],
        "capped": row.capped,
        "error_note": _error_note(row.with_error, row.scored - row.with_error),
        "run_note": run_words(run),
    }


def _error_note(known: int, unknown: int) -> str:
    return _(
        "%(known)s 个指标的误差已知，计入区间；%(unknown)s 个没有误差，按没有误差计算。",
        known=known,
        unknown=unknown,
    )


def _dimension_row(run: AssessmentRun, row: DimensionScore) -> dict[str, Any]:
    href = here("dashboard.explain", kind="score", key=f"{run.id}:{row.area_id}:{row.dimension_code}")
    return {
        "name": named(row.dimension.name_zh, row.dimension.name_en),
        "href": href,
        "score": score_figure(row),
        "scored": f"{row.scored} / {row.total}",
        "capped": row.capped,
    }


def _indicator_row(row: Evaluation) -> dict[str, Any]:
    return {
        "name": named(row.indicator.name_zh, row.indicator.name_en),
        "href": evaluation_href(row),
        "figure": value_figure(row),
        "score": row.score,
        "grade": shown_grade(row.grade, row.grade_reason),
        "reason": "" if row.score is not None else text_of(row.score_reason),
    }
