"""All indicators of an area in one table, with filters that live in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flask_babel import gettext as _

from app.assessment import queries as assessment
from app.assessment.models import STANDINGS, WARNINGS, AssessmentRun, Evaluation
from app.assessment.words import GRADE_TEXTS, OUTCOME_TEXTS, WARNING_TEXTS, shown_grade, text_of
from app.dashboard.choosing import Chosen, here
from app.dashboard.doorways import with_query
from app.dashboard.figures import figure, measured_figure
from app.i18n import named, pair
from app.indicators.models import STATES, Dimension
from app.indicators.queries import catalogue
from app.indicators.words import SOURCE_KIND_NAMES, word


@dataclass(frozen=True)
class Filters:
    """What the reader narrowed the table to; empty means everything."""

    dimension: str = ""
    grade: str = ""
    warning: str = ""
    source: str = ""
    department: str = ""
    state: str = ""
    q: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return any(getattr(self, each.name) for each in fields(self))


def filters_of(arguments: Mapping[str, str]) -> Filters:
    """The filters in an address; lengths are bounded, unknown values simply match nothing."""
    return Filters(**{each.name: arguments.get(each.name, "").strip()[:60] for each in fields(Filters)})


def indicator_table(choice: Chosen, filters: Filters) -> dict[str, Any]:
    """Rows, filters and counts of the table; everything in a bounded number of statements."""
    run = assessment.current_run(choice.year, choice.root.id)
    known = catalogue(choice.year)
    rows: list[Evaluation] = []
    if run is not None:
        rows = assessment.evaluations(run.id, area_id=choice.area.id, with_verdicts=True)
    kept = [row for row in rows if matches(row, filters)]
    dimensions = {each.code: named(each.name_zh, each.name_en) for each in known.dimensions}
    return {
        "is_judged": run is not None,
        "rows": [table_row(row, dimensions) for row in kept],
        "shown": len(kept),
        "total": len(rows),
        "tabs": _tabs(rows, filters),
        "filters": filters,
        "fields": _fields(rows, filters, known.dimensions),
        "area_has_none": run is not None and not rows,
        "clear_href": here("dashboard.indicators"),
    }


def matches(row: Evaluation, filters: Filters) -> bool:
    """Whether an evaluation passes all filters."""
    wanted = (
        (filters.dimension, row.indicator.dimension_code),
        (filters.grade, row.standing),
        (filters.warning, row.warning),
        (filters.state, row.state),
        (filters.source, row.source_kind or ""),
        (filters.department, row.indicator.department.code if row.indicator.department else ""),
    )
    if any(asked and asked != found for asked, found in wanted):
        return False
    text = f"{row.indicator.code} {row.indicator.name_zh} {row.indicator.name_en}".lower()
    return all(part in text for part in filters.q.lower().split())


def table_row(row: Evaluation, dimensions: Mapping[str, str]) -> dict[str, Any]:
    """One evaluation as a row of a table."""
    indicator = row.indicator
    return {
        "code": indicator.code,
        "name": named(indicator.name_zh, indicator.name_en),
        "bottom_line": indicator.bottom_line,
        "href": indicator_href(row),
        "dimension": dimensions.get(indicator.dimension_code, indicator.dimension_code),
        "dimension_code": indicator.dimension_code,
        "figure": value_figure(row),
        "absence": text_of(row.absence) if row.absence else "",
        "source": word(SOURCE_KIND_NAMES, row.source_kind),
        "marks": marks(row),
        "grade": shown_grade(row.grade, row.grade_reason),
        "warning": row.warning,
        "score": evaluation_score(row),
        "score_reason": text_of(row.score_reason) if row.score is None else "",
        "mismatch": row.mismatch,
        "tone": {"red": "bad", "yellow": "near"}.get(row.warning),
    }


def marks(row: Evaluation) -> list[dict[str, str]]:
    """The six verdicts as (yardstick, outcome) with their words, in order."""
    return [
        {
            "yardstick": text_of(verdict.yardstick),
            "outcome": verdict.outcome,
            "said": pair(text_of(verdict.yardstick), text_of(verdict.outcome, OUTCOME_TEXTS)),
        }
        for verdict in sorted(row.verdicts, key=lambda each: each.position)
    ]


def value_figure(row: Evaluation, *, href: str | None = None) -> dict[str, Any]:
    """The judged value with its interval, leading to where it comes from."""
    explained = here("dashboard.explain", kind="value", key=row.value_id) if row.value_id else None
    return measured_figure(row, href=href or explained)


def evaluation_score(row: Evaluation) -> dict[str, Any]:
    """The score of an evaluation, leading to why it was judged so."""
    return figure(row.score, low=row.score_low, high=row.score_high, decimals=1, href=evaluation_href(row))


def indicator_href(row: Evaluation) -> str:
    """The indicator's own page, in the area of the evaluation."""
    return here("dashboard.indicator", code=row.indicator_code)


def evaluation_href(row: Evaluation) -> str:
    """Why it was judged so."""
    return here("dashboard.explain", kind="evaluation", key=row.id)


def _tabs(rows: Sequence[Evaluation], filters: Filters) -> list[dict[str, Any]]:
    counts = Counter(row.standing for row in rows)
    listed = [
        (_("全部"), "", len(rows)),
        *((text_of(grade, GRADE_TEXTS), grade, counts[grade]) for grade in STANDINGS),
    ]
    return [
        {"label": label, "href": with_query(grade=code), "active": filters.grade == code, "count": count}
        for label, code, count in listed
    ]


def _fields(
    rows: Sequence[Evaluation], filters: Filters, dimensions: Sequence[Dimension]
) -> list[dict[str, Any]]:
    """The selects above the table; departments and sources are those that occur."""
    departments = {
        row.indicator.department.code: named(
            row.indicator.department.name_zh, row.indicator.department.name_en
        )
        for row in rows
        if row.indicator.department is not None
    }
    return [
        _field("dimension", _("维度"), filters, [(d.code, named(d.name_zh, d.name_en)) for d in dimensions]),
        _field("warning", _("预警"), filters, [(code, text_of(code, WARNING_TEXTS)) for code in WARNINGS]),
        _field("source", _("来源"), filters, [(code, str(name)) for code, name in SOURCE_KIND_NAMES.items()]),
        _field("state", _("数值"), filters, [(code, _state_words(code)) for code in STATES]),
        _field("department", _("部门"), filters, sorted(departments.items())),
    ]


def _field(name: str, label: str, filters: Filters, options: Sequence[tuple[str, str]]) -> dict[str, Any]:
    listed = [{"value": code, "label": text} for code, text in options]
    every = [{"value": "", "label": _("全部%(label)s", label=label)}]
    return {"name": name, "label": label, "value": getattr(filters, name), "options": [*every, *listed]}


def _state_words(code: str) -> str:
    return {
        "reported": _("填报值"),
        "derived": _("计算值"),
        "modelled": _("模型估计"),
        "not_applicable": _("不适用"),
        "suppressed": _("样本过少"),
        "missing": _("无数据"),
    }[code]


def run_note(run: AssessmentRun | None) -> str:
    """By which run and seed the page stands, for the note at its foot."""
    if run is None:
        return ""
    return _("第 %(number)s 次评价，随机种子 %(seed)s。", number=run.number, seed=run.seed)
