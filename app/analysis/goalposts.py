"""Scores 0-100 by anchored goalposts: floor 0, pass 60, good 80, exemplary 100, straight lines between.

Where the posts stand:

* pass is the national standard, good the plan target, exemplary the exemplary standard;
* a post that is not known lies on the straight line between its known neighbours;
* the floor is ``floor_span`` of the first known post away on the bad side (0 for ``>=x``, 2x for ``<=x``);
* a missing exemplary post continues the last known slope, but not beyond the natural bound of the unit, so
  that a share of 100 % always has 100 points;
* a post on the wrong side of a lower one (a plan target under the national standard) is left out;
* posts that coincide make a step, and a value on the step has the upper score: ``<=0`` is 100 or 0;
* a range has posts on both sides and the lower score counts; a side with one known post is a plain
  trapezoid, 100 points inside, falling straight to 0 at the floor;
* with a plan target alone: 100 (``ratio_at_target``) at the target, 0 where it is missed by
  ``floor_span`` of itself;
* with none of these: the place within the own past years, ``past_worst_score`` at the worst and
  ``past_best_score`` at the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.analysis.rules import RuleSet
from app.analysis.yardsticks import Direction, Evidence, Standard, absence, fits, rounding_of

SCORES = (0.0, 60.0, 80.0, 100.0)
Posts = tuple[float, float, float, float]


class ScoreMethod(StrEnum):
    GOALPOSTS = "goalposts"
    TRAPEZOID = "trapezoid"
    STEP = "step"
    TARGET_RATIO = "target_ratio"
    PAST_PLACE = "past_place"
    NONE = "none"


@dataclass(frozen=True)
class Goalposts:
    """Values at 0, 60, 80, 100 points: ``lower`` ascends (more is better), ``upper`` descends (less is).

    Both stand for a range.  Without basis both are ``None`` and ``reason`` says why.
    """

    method: ScoreMethod
    lower: Posts | None = None
    upper: Posts | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Side:
    """One side's anchors with the good direction upwards (values of a "less is better" side are negated)."""

    national: float | None
    plan: float | None
    exemplary: float | None
    best: float | None


def goalposts(evidence: Evidence, rules: RuleSet) -> Goalposts:
    """The goalposts of an indicator; method NONE with a reason when nothing gives a score.

    Whether there is a value now does not matter, except that an indicator which does not apply has no
    posts.
    """
    if evidence.state == "not_applicable":
        return Goalposts(ScoreMethod.NONE, reason="value-not-applicable")
    national, plan, exemplary = (
        standard if standard is not None and fits(standard, evidence.direction) else None
        for standard in (evidence.national, evidence.plan_target, evidence.exemplary)
    )
    known = [standard for standard in (national, plan, exemplary) if standard is not None]
    if not known:
        return _past_place(evidence, rules)
    ranged = evidence.direction is Direction.RANGE or any(standard.is_range for standard in known)
    ratio = national is None and exemplary is None and not ranged
    best_up, best_down = _bests(evidence, known, ranged)
    lower = _Side(_low(national), _low(plan), _low(exemplary), best_up)
    upper = _Side(_high(national), _high(plan), _high(exemplary), best_down)
    sides = [_posts(side, ranged, ratio, rules) for side in (lower, upper)]
    up = sides[0]
    down = None if sides[1] is None else _negated(sides[1])
    return Goalposts(_method(up or down, ranged, ratio), up, down)


def _method(posts: Posts | None, ranged: bool, ratio: bool) -> ScoreMethod:
    if ranged:
        return ScoreMethod.TRAPEZOID
    if posts is not None and posts[0] == posts[3]:
        return ScoreMethod.STEP
    return ScoreMethod.TARGET_RATIO if ratio else ScoreMethod.GOALPOSTS


def _low(standard: Standard | None) -> float | None:
    return None if standard is None else standard.minimum


def _high(standard: Standard | None) -> float | None:
    return None if standard is None or standard.maximum is None else -standard.maximum


def _negated(posts: Posts) -> Posts:
    # Adding zero turns -0.0 into 0.0.
    return (0.0 - posts[0], 0.0 - posts[1], 0.0 - posts[2], 0.0 - posts[3])


def _bests(evidence: Evidence, known: Sequence[Standard], ranged: bool) -> tuple[float | None, float | None]:
    """The best value of each side: the natural bound, within a range the middle of the innermost one."""
    if not ranged:
        down = None if evidence.lower_bound is None else -evidence.lower_bound
        return evidence.upper_bound, down
    lows = [standard.minimum for standard in known if standard.minimum is not None]
    highs = [standard.maximum for standard in known if standard.maximum is not None]
    if not lows or not highs:
        return evidence.upper_bound, None if evidence.lower_bound is None else -evidence.lower_bound
    middle = (max(lows) + min(highs)) / 2
    return middle, -middle


def _posts(side: _Side, ranged: bool, ratio: bool, rules: RuleSet) -> Posts | None:
    known: list[tuple[float, float]] = []
    for score, post in zip(SCORES[1:], (side.national, side.plan, side.exemplary), strict=True):
        if post is not None and (not known or post >= known[-1][1]):
            known.append((score, post))
    if not known:
        return None
    if ratio:
        known = [(rules.ratio_at_target, known[0][1])]
    elif ranged and len(known) == 1:
        known = [(SCORES[3], known[0][1])]
    first = known[0][1]
    anchors = [(SCORES[0], first - rules.floor_span * abs(first)), *known]
    if anchors[-1][0] < SCORES[3]:
        anchors.append((SCORES[3], _continued(anchors, side.best)))
    return _filled(anchors)


def _continued(anchors: Sequence[tuple[float, float]], best: float | None) -> float:
    """Where the last slope reaches 100 points, held at the natural bound but never before the last post."""
    (score_before, before), (score, last) = anchors[-2:]
    reached = last + (last - before) / (score - score_before) * (SCORES[3] - score)
    return reached if best is None else max(last, min(reached, best))


def _filled(anchors: Sequence[tuple[float, float]]) -> Posts:
    """The four posts, those in between by straight lines."""

    def at(score: float) -> float:
        for (low, start), (high, end) in pairwise(anchors):
            if score == low:
                return start
            if score < high:
                return start + (end - start) * (score - low) / (high - low)
        return anchors[-1][1]

    return (at(0.0), at(60.0), at(80.0), at(100.0))


def _past_place(evidence: Evidence, rules: RuleSet) -> Goalposts:
    if evidence.direction is Direction.RANGE:
        return Goalposts(ScoreMethod.NONE, reason="range-without-standard")
    sign = 1.0 if evidence.direction is Direction.POSITIVE else -1.0
    values = [sign * past.value for past in evidence.earlier()]
    if len(values) < rules.past_fewest_years:
        is_enough = len(values) + len(evidence.past_other_source) >= rules.past_fewest_years
        return Goalposts(ScoreMethod.NONE, reason="past-other-source" if is_enough else "too-few-past-years")
    mean = sum(values) / len(values)
    width = max(max(values) - min(values), rules.past_smallest_width * abs(mean))
    if width == 0:
        return Goalposts(ScoreMethod.NONE, reason="past-values-all-zero")
    middle = (max(values) + min(values)) / 2
    slope = width / (rules.past_best_score - rules.past_worst_score)
    middle_score = (rules.past_best_score + rules.past_worst_score) / 2
    best = evidence.upper_bound if sign > 0 else evidence.lower_bound
    posts = [middle + (score - middle_score) * slope for score in SCORES]
    if best is not None:
        highest = max(sign * best, *values)
        posts = [min(post, highest) for post in posts]
    whole: Posts = (posts[0], posts[1], posts[2], posts[3])
    if sign > 0:
        return Goalposts(ScoreMethod.PAST_PLACE, lower=whole)
    return Goalposts(ScoreMethod.PAST_PLACE, upper=_negated(whole))


def _climb(value: float, posts: Posts) -> float:
    """Points of a value on an ascending side; coinciding posts are a step that rounding does not miss."""
    points = 0.0
    for (low, high), (start, end) in zip(pairwise(SCORES), pairwise(posts), strict=True):
        if end > start:
            points += (high - low) * min(1.0, max(0.0, (value - start) / (end - start)))
        elif value >= start - rounding_of(start):
            points += high - low
    return points


def score(value: float | None, posts: Goalposts) -> float | None:
    """Points 0-100 of a value, ``None`` without value or posts; the lower side counts for a range."""
    if value is None:
        return None
    sides: list[float] = []
    if posts.lower is not None:
        sides.append(_climb(value, posts.lower))
    if posts.upper is not None:
        sides.append(_climb(-value, _negated(posts.upper)))
    return min(sides, default=None)


def no_score_reason(evidence: Evidence, posts: Goalposts) -> str:
    """Why there is no score (before all else that there is no value), or the method's name."""
    return absence(evidence) or posts.reason or posts.method.value
