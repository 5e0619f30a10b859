"""The whole examination in plain facts: the same material gives the same bytes.

Only counts, values and codes that follow from the material: no ids of rows, no times, no tokens.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.assessment import queries as assessment
from app.assessment.models import AssessmentRun
from app.dashboard.choosing import Chosen
from app.indicators.adopted_values import adopted
from app.indicators.exam_years import areas_of_exam
from app.indicators.models import SOURCE_KINDS, STATES, VERDICTS
from app.indicators.queries import catalogue, values_of
from app.renewal.queries import current_priority_run, priority_areas, projects
from app.reporting.queries import board, campaign_of, return_count
from app.sources.queries import datasets
from app.surveys.models import Wave
from app.surveys.queries import ResultRow, WaveSummary, wave_summary, waves

_DIGITS = 10


def exam_summary(choice: Chosen) -> dict[str, Any]:
    """Facts of one year and city: JSON-able, every list and mapping in a stated order."""
    run = assessment.current_run(choice.year, choice.root.id)
    return {
        "year": choice.year,
        "city": choice.root.code,
        "areas": _areas(choice),
        "indicators": _indicators(choice),
        "waves": [_wave(wave) for wave in _waves(choice)],
        "reports": _reports(choice),
        "datasets": dict(
            sorted(Counter(each.kind for each in datasets(choice.year, choice.root.id)).items())
        ),
        "values": _values(choice),
        "cross_check": _cross_check(choice),
        "assessment": _assessment(choice, run) if run is not None else None,
        "renewal": _renewal(choice),
    }


def as_json(facts: Mapping[str, Any]) -> str:
    """Sorted keys, numbers with ten significant digits, Chinese as it is."""
    return json.dumps(rounded(facts), ensure_ascii=False, indent=2, sort_keys=True)


def rounded(facts: Any) -> Any:
    """The same facts with every float at ten significant digits; not-a-number becomes null."""
    if isinstance(facts, Mapping):
        return {str(key): rounded(value) for key, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [rounded(each) for each in facts]
    if isinstance(facts, float):
        if not math.isfinite(facts):
            return None
        # Minus nought and nought are one number.
        return float(f"{facts:.{_DIGITS}g}") + 0.0
    return facts


def _areas(choice: Chosen) -> dict[str, int]:
    return dict(Counter(area.level for area in areas_of_exam(choice.year, choice.root)))


def _indicators(choice: Chosen) -> dict[str, Any]:
    """Indicators of the set, and the state of what was adopted for the whole city."""
    known = catalogue(choice.year)
    held = adopted(choice.year, choice.root.id, level="city")
    states = Counter(each.state for each in held)
    states["undecided"] = sum(1 for each in held if each.value_id is None)
    states["missing"] -= states["undecided"]
    states["not_collected"] = len(known.indicators) - len(held)
    names = (*STATES, "undecided", "not_collected")
    return {"total": len(known.indicators), "by_state": {name: states[name] for name in names}}


def _waves(choice: Chosen) -> list[Wave]:
    """The year's waves of the city, oldest first, then those of other cities: code and name decide."""
    found = waves(choice.year)
    return sorted(found, key=lambda each: (each.root_id != choice.root.id, each.root.code, each.name))


def _wave(wave: Wave) -> dict[str, Any]:
    told = wave_summary(wave.id)
    return {
        "name": wave.name,
        "city": wave.root.code,
        "design": wave.design,
        "received": told.counts.received,
        "complete": told.counts.complete,
        "refused": told.counts.refused,
        "ineligible": told.counts.ineligible,
        "duplicates": told.counts.duplicates,
        "flagged": told.counts.flagged,
        "used": told.counts.used,
        "by_flag": told.by_flag,
        "sample_size": told.sample_size,
        "responded_units": told.responded_units,
        "response_rate": told.response_rate,
        "weights": _weights(told),
        "satisfaction": _estimate(told.city),
        "districts": {row.area_code: _estimate(row) for row in told.districts},
        "comparison": {cases: _estimate(row) for cases, row in told.comparison.items()},
    }


def _weights(told: WaveSummary) -> dict[str, Any] | None:
    weights = told.weights
    if weights is None:
        return None
    return {
        "answers": weights.answers,
        "converged": weights.converged,
        "design_effect": weights.design_effect,
        "kish_n": weights.kish_n,
        "largest_gap": weights.largest_gap,
        "maximum": weights.maximum,
        "minimum": weights.minimum,
        "ratio": weights.maximum / weights.minimum if weights.minimum else None,
        "total": weights.total,
    }


def _estimate(row: ResultRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    if row.suppressed:
        return {"n": row.n, "suppressed": True}
    return {
        "mean": row.estimate,
        "se": row.se,
        "low": row.low,
        "high": row.high,
        "n": row.n,
        "deff": row.deff,
    }


def _reports(choice: Chosen) -> dict[str, Any] | None:
    campaign = campaign_of(choice.year, choice.root.id)
    if campaign is None:
        return None
    rows = board(campaign.id)
    states = Counter(row.status for row in rows)
    return {
        "departments": len(rows),
        "submitted": len(rows) - states["not_started"],
        "accepted": states["accepted"],
        "returned": return_count(campaign.id),
        "versions": sum(row.version_number or 0 for row in rows),
        "by_status": dict(states),
        "figures_expected": sum(row.figures_expected for row in rows),
        "figures_given": sum(row.figures_given for row in rows),
    }


def _values(choice: Chosen) -> dict[str, Any]:
    """Current values by source kind and state, of the city and everything below it."""
    inside = [area.id for area in areas_of_exam(choice.year, choice.root)]
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in SOURCE_KINDS}
    for value in values_of(choice.year, area_ids=inside):
        counts[value.source_kind][value.state] += 1
    return {kind: {"total": sum(states.values()), **states} for kind, states in counts.items() if states}


def _cross_check(choice: Chosen) -> dict[str, Any]:
    """Verdicts by level."""
    found: dict[str, Counter[str]] = {}
    for each in adopted(choice.year, choice.root.id):
        counts = found.setdefault(each.area_level, Counter())
        counts[each.verdict] += 1
        counts["needs_decision"] += each.needs_decision
        counts["by_hand"] += each.manner == "by_hand"
    names = (*VERDICTS, "needs_decision", "by_hand")
    return {level: {name: counts[name] for name in names} for level, counts in found.items()}


def _assessment(choice: Chosen, run: AssessmentRun) -> dict[str, Any]:
    city = choice.root.id
    return {
        "seed": run.seed,
        "rules_digest": run.rules.digest,
        "results_digest": run.results_digest,
        "grades": assessment.standings_count(run.id, city),
        "warnings": assessment.warning_counts(run.id, city),
        "yardsticks": assessment.yardstick_summary(run.id, city),
        "findings": dict(Counter(row.finding.kind for row in assessment.findings(run.id))),
        "scores": {
            row.area.code: _score(row) for row in assessment.area_scores(run.id) if row.level != "street"
        },
        "dimensions": {
            row.dimension_code: {**_score(row), "capped": row.capped, "share": row.share}
            for row in assessment.dimension_scores(run.id, city)
        },
        "warned": [
            {"indicator": row.indicator_code, "warning": row.warning, "score": row.score}
            for row in assessment.warnings(run.id, area_id=city)
        ],
    }


def _score(row: Any) -> dict[str, Any]:
    return {"score": row.score, "low": row.low, "high": row.high, "scored": row.scored, "total": row.total}


def _renewal(choice: Chosen) -> dict[str, Any] | None:
    run = current_priority_run(choice.year, choice.root.id)
    if run is None:
        return None
    listed = projects(exam_year=choice.year, root_id=choice.root.id)
    return {
        "areas": [
            {
                "rank": row.rank,
                "area": row.area.code,
                "quadrant": row.quadrant,
                "problem": row.problem,
                "potential": row.potential,
                "priority": row.priority,
                "worst": [each["indicator_code"] for each in row.below_pass[:3]],
            }
            for row in priority_areas(run.id)
        ],
        "projects": len(listed),
        "projects_by_state": dict(Counter(each.state for each in listed)),
    }
