"""The answer first: scores, grades, warnings and satisfaction of an area, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.assessment import queries as assessment
from app.assessment.models import (
    GRADES,
    STANDINGS,
    AreaScore,
    AssessmentRun,
    DimensionScore,
    anything_judged,
)
from app.assessment.queries import FindingRow
from app.assessment.words import GRADE_TEXTS
from app.assessment.year_bases import YearBasis, year_bases
from app.dashboard.choosing import Chosen, here
from app.dashboard.doorways import door_href
from app.dashboard.figures import count_figure, estimate_figure, score_figure
from app.dashboard.finding_words import finding_rows
from app.dashboard.score_years import change_words, score_years_part
from app.dashboard.wave_results import Opinion, opinion, satisfaction_href
from app.i18n import listing, named

_PASS, _GOOD = 60.0, 80.0
_FINDINGS_SHOWN = 8


@dataclass(frozen=True)
class Results:
    """The results of one area; ``run`` None: nothing has been judged yet."""

    run: AssessmentRun | None
    score: AreaScore | None
    dimensions: list[DimensionScore]
    grades: dict[str, int]
    warnings: dict[str, int]
    history: list[YearBasis]
    findings: Sequence[FindingRow]
    opinion: Opinion | None

    @property
    def is_judged(self) -> bool:
        """Whether a run found any value to judge; one made before the data came in found none."""
        return anything_judged(self.grades)


def results_of(choice: Chosen) -> Results:
    """Read what the overview stands on: a bounded number of statements, whatever the size of the city."""
    run = assessment.current_run(choice.year, choice.root.id)
    said = opinion(choice)
    if run is None:
        return Results(None, None, [], {}, {}, [], [], said)
    area_id = choice.area.id
    past = assessment.score_history(choice.root.id, area_id)
    return Results(
        run,
        assessment.area_score(run.id, area_id),
        assessment.dimension_scores(run.id, area_id),
        assessment.standings_count(run.id, area_id),
        assessment.warning_counts(run.id, area_id),
        year_bases([(year, row) for year, row in past if year <= choice.year]),
        assessment.findings(run.id, area_id=area_id),
        said,
    )


def present(choice: Chosen, found: Results) -> dict[str, Any]:
    """The first half of the overview as its template shows it."""
    return {
        "headline": _headline(choice, found),
        "facts": _facts(choice, found),
        "dimensions": _dimension_rows(found),
        "dimension_title": _dimension_title(found.dimensions),
        "history": score_years_part(found.history),
        "findings": finding_rows(found.findings[:_FINDINGS_SHOWN]),
        "findings_count": len(found.findings),
        "is_assessed": found.run is not None,
        "is_judged": found.is_judged,
        "begun": _begun(choice),
        "is_surveyed": found.opinion is not None,
    }


def _begun(choice: Chosen) -> dict[str, Any] | None:
    """The newest exam while it has no scores, told beside the newest results to those who work on it."""
    newest = choice.years[-1]
    entrance = door_href("indicators.catalogue", year=newest) or door_href("reporting.index", year=newest)
    if newest <= choice.year or entrance is None:
        return None
    scored = assessment.scored_years([choice.root.id])
    if newest in scored or choice.year != max(scored, default=choice.year):
        return None
    return {"year": newest, "href": here("dashboard.overview", year=newest), "entrance": entrance}


def _headline(choice: Chosen, found: Results) -> str:
    name = named(choice.area.name_zh, choice.area.name_en)
    if found.run is None:
        return _("%(name)s %(year)s 年度还没有评价结果", name=name, year=choice.year)
    if not found.is_judged:
        return _("%(name)s %(year)s 年度还没有可评价的数值", name=name, year=choice.year)
    if found.score is None or found.score.score is None:
        return _("%(name)s：已有指标评价，还不能得出总分", name=name)
    score = f"{found.score.score:.1f}"
    if found.warnings.get("red"):
        return _(
            "%(name)s得 %(score)s 分，有 %(red)s 项红色预警",
            name=name,
            score=score,
            red=found.warnings["red"],
        )
    if found.grades.get("shortfall"):
        count = found.grades["shortfall"]
        return _("%(name)s得 %(score)s 分，有 %(count)s 项短板", name=name, score=score, count=count)
    return _("%(name)s得 %(score)s 分，没有短板", name=name, score=score)


def _facts(choice: Chosen, found: Results) -> list[dict[str, Any]]:
    facts = []
    if found.run is not None and found.is_judged:
        explained = here("dashboard.explain", kind="score", key=f"{found.run.id}:{choice.area.id}")
        note = change_words(found.history)
        facts.append({"label": _("综合得分"), "note": note, **score_figure(found.score, href=explained)})
    if found.opinion is not None:
        row = found.opinion.overall
        said = estimate_figure(row, href=here("dashboard.satisfaction"))
        sample = _("%(n)s 份有效回答", n=f"{row.n:,}") if row is not None else None
        facts.append({"label": _("居民满意度"), "note": sample, **said})
    for each in STANDINGS if found.is_judged else ():
        # That everything has a value and applies needs no saying.
        if each in GRADES or found.grades[each]:
            href = here("dashboard.indicators", grade=each)
            told = count_figure(found.grades[each], _("项"), href=href)
            facts.append({"label": str(GRADE_TEXTS[each]), **told})
    if found.is_judged:
        facts.append(_warning_fact(found.warnings))
    return facts


def _warning_fact(counts: dict[str, int]) -> dict[str, Any]:
    href = here("dashboard.warnings")
    note = _("红色 %(red)s · 黄色 %(yellow)s", red=counts["red"], yellow=counts["yellow"])
    total = counts["red"] + counts["yellow"]
    return {"label": _("预警"), "note": note, **count_figure(total, _("项"), href=href)}


def _dimension_rows(found: Results) -> list[dict[str, Any]]:
    said = found.opinion.dimensions if found.opinion is not None else {}
    wave_id = found.opinion.wave.id if found.opinion is not None else 0
    return [_dimension_row(row, said.get(row.dimension_code), wave_id) for row in found.dimensions]


def _dimension_row(row: DimensionScore, said: Any, wave_id: int) -> dict[str, Any]:
    code = row.dimension_code
    name = named(row.dimension.name_zh, row.dimension.name_en)
    felt = estimate_figure(said)
    return {
        "code": code,
        "label": name,
        "href": here("dashboard.indicators", dimension=code),
        "score": row.score,
        "low": row.low,
        "high": row.high,
        "grade": _tone(row.score),
        "capped": row.capped,
        "scored": row.scored,
        "total": row.total,
        "explained": here("dashboard.explain", kind="score", key=f"{row.run_id}:{row.area_id}:{code}"),
        "satisfaction": felt,
        "satisfaction_explained": satisfaction_href(wave_id, code, measure="dimension")
        if felt["value"] is not None
        else None,
        "gap": _gap(row.score, felt["value"]),
    }


def _tone(score: float | None) -> str | None:
    """The colour of a bar: under 60 a shortfall, from 80 a strength."""
    if score is None:
        return None
    if score < _PASS:
        return "shortfall"
    return "strength" if score >= _GOOD else "meets"


def _gap(score: float | None, satisfaction: float | None) -> str | None:
    """How the measured state and what residents feel stand to each other, at 60 points each."""
    if score is None or satisfaction is None:
        return None
    names = {
        (True, True): "both_good",
        (True, False): "felt_worse",
        (False, True): "felt_better",
        (False, False): "both_bad",
    }
    return names[score >= _PASS, satisfaction >= _PASS]


def _dimension_title(rows: list[DimensionScore]) -> str:
    scored = [row for row in rows if row.score is not None]
    if not scored:
        return _("各维度得分")
    low = sorted((row for row in scored if (row.score or 0) < _PASS), key=lambda row: row.score or 0)
    if not low:
        return _("%(count)s 个有分的维度都在 60 分以上", count=len(scored))
    names = listing(named(row.dimension.name_zh, row.dimension.name_en) for row in low[:3])
    if len(low) > 3:
        return _("%(names)s等 %(count)s 个维度低于 60 分", names=names, count=len(low))
    return _("%(names)s低于 60 分", names=names)
