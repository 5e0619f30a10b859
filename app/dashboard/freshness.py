"""Says where a shown judgement is older than what it was made from, and offers the next step."""

from __future__ import annotations

from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.assessment.models import AssessmentRun
from app.dashboard.choosing import Chosen
from app.dashboard.doorways import door_href
from app.i18n import listing
from app.indicators.newer_facts import NewerFacts, newer_facts


def newer_than(run: AssessmentRun | None, choice: Chosen, indicator_code: str | None = None) -> Any:
    """The notice for its template, about the chosen area or one indicator in it; None: nothing is newer."""
    if run is None:
        return None
    found = newer_facts(
        exam_year=choice.year,
        root_id=choice.root.id,
        area_id=choice.area.id,
        judged_at=run.made_at,
        indicator_code=indicator_code,
    )
    if not found.is_any:
        return None
    return {
        "title": _("评价作于 %(at)s，比它的依据旧", at=format_datetime(found.judged_at)),
        "lines": [line for line in (_since_derivation(found), _since_judgement(found)) if line],
        # Whoever may not start it is told alone that it is due.
        "action": door_href("assessment.assess_anew", "POST"),
        "year": choice.year,
        "root": choice.root.code,
    }


def _since_derivation(found: NewerFacts) -> str:
    told = [
        (found.figures, _("%(count)s 个已通过的填报数字", count=f"{found.figures:,}")),
        (found.measured, _("%(count)s 个大数据测得的数字", count=f"{found.measured:,}")),
        (found.survey_values, _("%(count)s 个问卷估计的指标值", count=f"{found.survey_values:,}")),
    ]
    things = listing(words for count, words in told if count)
    if not things:
        return ""
    if found.derived_at is None:
        return _("从未计算过：%(things)s", things=things)
    at = format_datetime(found.derived_at)
    return _("评价所用的计算始于 %(at)s，此后新增：%(things)s", at=at, things=things)


def _since_judgement(found: NewerFacts) -> str:
    told = [
        (found.adoptions, _("%(count)s 个采用值", count=f"{found.adoptions:,}")),
        (found.satisfactions, _("%(count)s 个指标的满意度", count=f"{found.satisfactions:,}")),
    ]
    things = listing(words for count, words in told if count)
    return _("评价之后更新：%(things)s", things=things) if things else ""
