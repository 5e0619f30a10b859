"""Finds the urban diseases: what is wrong in the city and its districts, and where most. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.analysis.goalposts import SCORES
from app.analysis.scoring import Grade, Judgement, WarningLevel
from app.analysis.yardsticks import Direction, Outcome, Yardstick
from app.assessment.gathering import Case
from app.assessment.models import FINDING_KINDS, LEVELS, SEVERITIES

Judged = tuple[Case, Judgement]
_PASS = SCORES[1]


@dataclass(frozen=True)
class Found:
    """A finding about the case; ``where_ids`` are the ids of the worst parts, worst first."""

    case: Case
    kind: str
    severity: str
    facts: dict[str, Any]
    where_ids: tuple[int, ...]


def find(
    judged: Sequence[Judged], *, district_of: Mapping[int, int], parameters: Mapping[str, Any]
) -> list[Found]:
    """All findings in the order of the list: the city first, the worse first, then the catalogue's order.

    ``district_of`` gives the district of each street; ``parameters`` are those of the rule version.
    """
    parts = _parts(judged, district_of)
    found: list[tuple[tuple[int, str, int, int, int], Found]] = []
    for place, (case, judgement) in enumerate(judged):
        if case.area.level == LEVELS[-1]:
            continue
        below = parts.get((case.indicator.code, case.area.id), ())
        for kind, severity in _kinds(judgement, below, parameters):
            order = (
                LEVELS.index(case.area.level),
                case.area.code,
                SEVERITIES.index(severity),
                FINDING_KINDS.index(kind),
                place,
            )
            named = _worst(kind, below)[: parameters["most_named"]]
            facts = _facts(kind, case, judgement, below)
            found.append((order, Found(case, kind, severity, facts, tuple(each.area.id for each in named))))
    return [each for _order, each in sorted(found, key=lambda pair: pair[0])]


def _parts(judged: Sequence[Judged], district_of: Mapping[int, int]) -> dict[tuple[str, int], list[Judged]]:
    """The judged streets of each district and of the city; districts stand in where no street is judged."""
    root_id = next(case.area.id for case, _judgement in judged if case.area.level == LEVELS[0])
    streets: dict[tuple[str, int], list[Judged]] = {}
    districts: dict[tuple[str, int], list[Judged]] = {}
    for case, judgement in judged:
        code = case.indicator.code
        if case.area.level == LEVELS[2]:
            streets.setdefault((code, root_id), []).append((case, judgement))
            streets.setdefault((code, district_of.get(case.area.id, root_id)), []).append((case, judgement))
        elif case.area.level == LEVELS[1]:
            districts.setdefault((code, root_id), []).append((case, judgement))
    return {**districts, **streets}


def _kinds(
    judgement: Judgement, below: Sequence[Judged], parameters: Mapping[str, Any]
) -> list[tuple[str, str]]:
    found = []
    outcome = {yardstick: verdict.outcome for yardstick, verdict in judgement.verdicts.items()}
    if judgement.breach:
        found.append(("bottom_line_breach", "red"))
    elif outcome[Yardstick.NATIONAL_STANDARD] is Outcome.NOT_MET:
        red = judgement.warning is WarningLevel.RED
        found.append(("national_standard_failed", "red" if red else "yellow"))
    if "worse-two-years-running" in judgement.warning_reasons:
        found.append(("worse_two_years", "yellow"))
    if outcome[Yardstick.SATISFACTION] is Outcome.NOT_MET:
        found.append(("dissatisfied", "yellow"))
    short = _shortfalls(below)
    if judgement.grade is not Grade.SHORTFALL and short and short >= parameters["part_share"] * len(below):
        found.append(("shortfall_in_parts", "yellow"))
    return found


def _shortfalls(below: Sequence[Judged]) -> int:
    return sum(judgement.grade is Grade.SHORTFALL for _case, judgement in below)


def _worst(kind: str, below: Sequence[Judged]) -> list[Case]:
    """The parts where it is bad, worst first."""
    if kind == "dissatisfied":
        known = [case for case, _judgement in below if case.evidence.satisfaction is not None]
        return sorted(known, key=lambda case: (case.evidence.satisfaction or 0.0, case.area.code))
    bad = [each for each in below if _is_bad(*each)]
    return [case for case, _judgement in sorted(bad, key=_badness)]


def _is_bad(case: Case, judgement: Judgement) -> bool:
    """Short of a standard or under the pass; without a score, any number that counts something bad."""
    if judgement.grade is Grade.SHORTFALL:
        return True
    if judgement.score is not None:
        return judgement.score < _PASS
    return case.evidence.direction is Direction.NEGATIVE and bool(case.evidence.value)


def _badness(each: Judged) -> tuple[bool, float, float, str]:
    case, judgement = each
    sign = 1.0 if case.evidence.direction is Direction.POSITIVE else -1.0
    score = judgement.score
    return score is None, score or 0.0, sign * (case.evidence.value or 0.0), case.area.code


def _facts(kind: str, case: Case, judgement: Judgement, below: Sequence[Judged]) -> dict[str, Any]:
    national = judgement.verdicts[Yardstick.NATIONAL_STANDARD]
    target = judgement.verdicts[Yardstick.PLAN_TARGET]
    bound = national if national.threshold is not None else target
    facts: dict[str, Any] = {
        "value": case.evidence.value,
        "unit": case.indicator.unit,
        "score": judgement.score,
        "threshold": bound.threshold,
        "margin": bound.margin,
    }
    if case.evidence.satisfaction is not None:
        facts["satisfaction"] = case.evidence.satisfaction
    if kind == "dissatisfied":
        facts["mismatch"] = judgement.satisfaction_mismatch
    if below:
        facts["parts"] = {"shortfall": _shortfalls(below), "judged": len(below)}
    return facts
