"""Findings (urban diseases) in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.assessment.queries import FindingRow
from app.assessment.words import text_of, threshold_words
from app.dashboard.choosing import here
from app.dashboard.figures import decimals_for, unit_words
from app.i18n import listing, named

_PLACES_SHOWN = 3


def finding_rows(findings: Sequence[FindingRow]) -> list[dict[str, Any]]:
    """Findings as the pages list them, in their order."""
    return [_row(each) for each in findings]


def _row(each: FindingRow) -> dict[str, Any]:
    finding, indicator = each.finding, each.indicator
    names = [named(area.name_zh, area.name_en) for area in each.where[:_PLACES_SHOWN]]
    more = len(each.where) - len(names)
    where = listing(names)
    return {
        "severity": finding.severity,
        "kind": text_of(finding.kind),
        "indicator": named(indicator.name_zh, indicator.name_en),
        "code": indicator.code,
        "area": named(each.area.name_zh, each.area.name_en),
        "area_href": here("dashboard.indicator", code=indicator.code, area=each.area.code),
        "href": here("dashboard.explain", kind="evaluation", key=finding.evaluation_id),
        "said": finding_said(finding.kind, finding.facts),
        "where": _("%(names)s等 %(count)s 处", names=where, count=len(each.where)) if more > 0 else where,
    }


def finding_said(kind: str, facts: dict[str, Any]) -> str:
    """The facts of a finding: value against threshold, satisfaction, shares of parts."""
    said = []
    value, unit = facts.get("value"), facts.get("unit")
    if value is not None:
        shown = f"{value:,.{decimals_for(unit, [value])}f}"
        said.append(_("现为 %(value)s %(unit)s", value=shown, unit=unit_words(unit)).strip())
    if facts.get("threshold"):
        said.append(_("要求 %(threshold)s", threshold=threshold_words(facts["threshold"], unit)))
    if facts.get("satisfaction") is not None:
        said.append(_("满意度 %(score)s 分", score=f"{facts['satisfaction']:.1f}"))
    parts = facts.get("parts")
    # How many places are short of the standard says nothing of what residents think.
    if parts and kind != "dissatisfied":
        said.append(_("%(judged)s 处中 %(count)s 处为短板", judged=parts["judged"], count=parts["shortfall"]))
    return _("，").join(said)
