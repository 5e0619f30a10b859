"""A judgement in words: the value, its six verdicts with what they were held against, the score."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.assessment.models import Evaluation
from app.assessment.queries import BasisRow, EvaluationDetail, VerdictDetail
from app.assessment.words import ABSENCE_TEXTS, METHOD_TEXTS, OUTCOME_TEXTS, text_of, threshold_words
from app.dashboard.choosing import here
from app.dashboard.figures import decimals_for, opinion_figure, unit_words
from app.dashboard.indicator_table import evaluation_score, value_figure
from app.dashboard.yardstick_matrix import cell
from app.i18n import aside
from app.indicators.models import Benchmark, PlanTarget, Satisfaction, Standard, Value
from app.indicators.words import SOURCE_KIND_NAMES, STANDARD_KIND_NAMES, STATUS_NAMES, word

_OUTCOME_TONES = {"met": "good", "not_met": "bad", "cannot_tell": "neutral", "no_basis": "neutral"}


def judgement_facts(row: Evaluation) -> list[dict[str, Any]]:
    """The key facts of an evaluation: value, score, satisfaction, with their links."""
    source = word(SOURCE_KIND_NAMES, row.source_kind)
    said = (
        _("%(source)s · %(vintage)s", source=source, vintage=row.vintage or "") if row.source_kind else None
    )
    value_note = text_of(row.absence, ABSENCE_TEXTS) if row.absence else said
    facts = [{"label": _("数值"), **value_figure(row), "note": value_note}]
    score = evaluation_score(row)
    method = METHOD_TEXTS if row.score is not None else None
    why = text_of(row.score_method, method) if method else text_of(row.score_reason)
    facts.append({"label": _("得分"), **score, "unit": _("分"), "note": why})
    answers = _("%(n)s 份答卷", n=f"{row.satisfaction_n:,}") if row.satisfaction_n else None
    if row.satisfaction_suppressed:
        answers = _("答卷太少，不公布")
    facts.append({"label": _("相关题目满意度"), **opinion_figure(row), "note": answers})
    return facts


def verdict_rows(detail: EvaluationDetail) -> list[dict[str, Any]]:
    """The six verdicts with their basis."""
    unit = detail.evaluation.unit
    return [_verdict_row(each, unit) for each in detail.verdicts]


def _verdict_row(each: VerdictDetail, unit: str) -> dict[str, Any]:
    told = cell(each.verdict, unit)
    return told | {
        "tone": _OUTCOME_TONES[each.verdict.outcome],
        "outcome_words": text_of(each.verdict.outcome, OUTCOME_TEXTS),
        "basis": [basis_words(row, unit) for row in each.basis],
    }


def basis_words(row: BasisRow, unit: str) -> dict[str, Any]:
    """What a verdict was held against: its text, its citation or origin, and whether it must be checked."""
    if isinstance(row, Standard):
        kind = word(STANDARD_KIND_NAMES, row.kind)
        return _told(f"{kind} {threshold_words(row.text, unit)}", row.citation, status=row.status)
    if isinstance(row, PlanTarget):
        return _told(_("规划目标 %(bound)s", bound=threshold_words(row.text, unit)), "", status=row.status)
    if isinstance(row, Benchmark):
        said = f"{row.place} {_number(row.value, unit)}"
        return _told(said if row.year is None else aside(said, row.year), row.source, status=row.status)
    if isinstance(row, Value):
        href = here("dashboard.explain", kind="value", key=row.id)
        return _told(
            _("%(year)s 年 %(value)s", year=row.exam_year, value=_number(row.value, unit)), "", href=href
        )
    if isinstance(row, Satisfaction):
        return _satisfaction_words(row)
    return _told(str(row), "")


def _satisfaction_words(row: Satisfaction) -> dict[str, Any]:
    href = here("dashboard.explain", kind=row.provenance_kind, key=row.provenance_id)
    if row.score is not None:
        return _told(_("满意度 %(score)s 分", score=f"{row.score:.1f}"), "", href=href)
    return _told(_("答卷太少，不公布") if row.is_suppressed else _("没有可用的回答"), "", href=href)


def _told(text: str, citation: str, *, status: str = "", href: str | None = None) -> dict[str, Any]:
    # A text whose words were only taken over, or that was made up for a demonstration, says so.
    marked = status in {"to_check", "invented_for_demonstration"}
    return {
        "text": text,
        "citation": citation,
        "mark": word(STATUS_NAMES, status) if marked else "",
        "href": href,
    }


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "—"
    return f"{value:,.{decimals_for(unit, [value])}f} {unit_words(unit)}".strip()


def goalpost_rows(row: Evaluation) -> list[dict[str, Any]]:
    """The values at 0, 60, 80 and 100 points, side by side where a range has two sides."""
    sides = row.goalposts or {}
    lower, upper = sides.get("lower"), sides.get("upper")
    decimals = decimals_for(row.unit, [*(lower or []), *(upper or [])])
    return [
        {
            "points": points,
            "lower": f"{lower[place]:,.{decimals}f}" if lower else None,
            "upper": f"{upper[place]:,.{decimals}f}" if upper else None,
        }
        for place, points in enumerate((0, 60, 80, 100))
        if lower or upper
    ]
