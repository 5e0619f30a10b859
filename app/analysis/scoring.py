"""Judging one indicator in one area and year: verdicts, score, grade and warning.

Grade: a bottom-line breach or a failed national standard is a shortfall; national and exemplary standard
both met is a strength; satisfaction under the pass takes a strength down to "meets" and marks the
mismatch; otherwise "meets"; six yardsticks without basis, or no value, is "no basis".  "Cannot tell"
never decides.

Warning: red for a bottom-line breach or an attainment under ``red_ratio`` of the national standard;
yellow from there up to the standard, or worse two years running.  Attainment is 1 + margin / |bound|, so
a negative indicator 10 % above its bound and a positive one 10 % below both stand at 0.9; any miss of a
bound of zero is red. A miss that lies within the error of the value, or whose
error is unknown, warns yellow at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.analysis.goalposts import (
    Goalposts,
    Posts,
    ScoreMethod,
    goalposts,
    no_score_reason,
    score,
)
from app.analysis.rules import RuleSet
from app.analysis.yardsticks import (
    ROUNDING,
    Evidence,
    Outcome,
    PastValue,
    Standard,
    Verdict,
    Yardstick,
    absence,
    compare,
    fits,
    hold_against,
    judge_yardsticks,
)

__all__ = [
    "Goalposts",
    "Grade",
    "Judgement",
    "Posts",
    "ScoreMethod",
    "WarningLevel",
    "breach_limit",
    "goalposts",
    "judge",
    "score",
]


class Grade(StrEnum):
    STRENGTH = "strength"
    MEETS = "meets"
    SHORTFALL = "shortfall"
    NO_BASIS = "no_basis"


class WarningLevel(StrEnum):
    RED = "red"
    YELLOW = "yellow"
    NONE = "none"


@dataclass(frozen=True)
class Judgement:
    """Everything the rules say; ``score_reason`` is the method's name, or why there is no score."""

    verdicts: dict[Yardstick, Verdict]
    grade: Grade
    grade_reason: str
    satisfaction_mismatch: bool
    breach: bool
    score: float | None
    score_method: ScoreMethod
    score_reason: str
    goalposts: Goalposts
    warning: WarningLevel
    warning_reasons: tuple[str, ...]


def breach_limit(evidence: Evidence) -> Standard | None:
    """What a bottom-line indicator must keep: the national standard, without one the plan target."""
    if not evidence.bottom_line:
        return None
    for standard in (evidence.national, evidence.plan_target):
        if standard is not None and fits(standard, evidence.direction):
            return standard
    return None


def judge(evidence: Evidence, rules: RuleSet) -> Judgement:
    """Judge one indicator by the rules; never raises on values, a gap is a reason in the result."""
    verdicts = judge_yardsticks(evidence, rules)
    breach = _breached(evidence, rules)
    grade, grade_reason = _grade(evidence, verdicts, breach)
    posts = goalposts(evidence, rules)
    points = None if absence(evidence) else score(evidence.value, posts)
    warning, reasons = _warning(evidence, verdicts, breach, rules)
    return Judgement(
        verdicts=verdicts,
        grade=grade,
        grade_reason=grade_reason,
        satisfaction_mismatch=grade_reason == "satisfaction-mismatch",
        breach=breach,
        score=points,
        score_method=ScoreMethod.NONE if points is None else posts.method,
        score_reason=no_score_reason(evidence, posts),
        goalposts=posts,
        warning=warning,
        warning_reasons=reasons,
    )


def _breached(evidence: Evidence, rules: RuleSet) -> bool:
    limit = breach_limit(evidence)
    if limit is None or evidence.value is None or absence(evidence):
        return False
    verdict = hold_against(Yardstick.NATIONAL_STANDARD, limit, evidence.value, evidence.precision, rules)
    return verdict.outcome is Outcome.NOT_MET


def _grade(evidence: Evidence, verdicts: Mapping[Yardstick, Verdict], breach: bool) -> tuple[Grade, str]:
    outcome = {yardstick: verdict.outcome for yardstick, verdict in verdicts.items()}
    national = outcome[Yardstick.NATIONAL_STANDARD]
    if gap := absence(evidence):
        return Grade.NO_BASIS, gap
    if breach or national is Outcome.NOT_MET:
        return Grade.SHORTFALL, "bottom-line-breach" if breach else "national-standard-not-met"
    if national is Outcome.MET and outcome[Yardstick.EXEMPLARY_STANDARD] is Outcome.MET:
        if outcome[Yardstick.SATISFACTION] is Outcome.NOT_MET:
            return Grade.MEETS, "satisfaction-mismatch"
        return Grade.STRENGTH, "both-standards-met"
    if all(found is Outcome.NO_BASIS for found in outcome.values()):
        return Grade.NO_BASIS, "no-yardstick"
    return Grade.MEETS, "national-standard-met" if national is Outcome.MET else "nothing-decides"


def _warning(
    evidence: Evidence, verdicts: Mapping[Yardstick, Verdict], breach: bool, rules: RuleSet
) -> tuple[WarningLevel, tuple[str, ...]]:
    reasons: list[str] = ["bottom-line-breach"] if breach else []
    national = verdicts[Yardstick.NATIONAL_STANDARD]
    red = breach
    if national.margin is not None and national.margin < 0:
        under = national.relative_margin is None or 1 + national.relative_margin < rules.red_ratio - ROUNDING
        if national.outcome is Outcome.CANNOT_TELL:
            reasons.append("under-standard-uncertain")
        else:
            reasons.append("under-red-ratio" if under else "under-standard")
            red = red or under
    if _worse_running(evidence, rules):
        reasons.append("worse-two-years-running")
    if red:
        return WarningLevel.RED, tuple(reasons)
    return (WarningLevel.YELLOW if reasons else WarningLevel.NONE), tuple(reasons)


def _worse_running(evidence: Evidence, rules: RuleSet) -> bool:
    """Whether each of the last ``worse_steps`` years was worse than the year before it, beyond the errors."""
    if evidence.value is None or absence(evidence):
        return False
    series = [*evidence.earlier(), PastValue(evidence.year, evidence.value, evidence.precision)]
    recent = series[-rules.worse_steps - 1 :]
    if len(recent) <= rules.worse_steps or recent[0].year != evidence.year - rules.worse_steps:
        return False
    return all(_worse(evidence, before, after, rules) for before, after in pairwise(recent))


def _worse(evidence: Evidence, before: PastValue, after: PastValue, rules: RuleSet) -> bool:
    verdict = compare(
        Yardstick.PAST_YEARS,
        evidence,
        (after.value, after.precision),
        (before.value, before.precision),
        rules,
    )
    return after.year == before.year + 1 and verdict.outcome is Outcome.NOT_MET
