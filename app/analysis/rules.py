"""The rules of judgement as data: every number the judging uses, with the first rules as the defaults.

A rule set is versioned by whoever keeps it; here it only travels to JSON and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite

from app.analysis.precision import Z95
from app.analysis.refusals import Refusal


class RuleSetError(Refusal):
    """A rule set that cannot be used; ``code`` is stable, ``facts`` name the field."""


@dataclass(frozen=True)
class RuleSet:
    """Parameters of the six yardsticks, the scores, the grades and the warnings.

    The scores of the four goalposts are 0 (floor), 60 (pass), 80 (good) and 100 (exemplary).

    ``z``                     normal quantile of the level (1.96: 95 %): a margin inside the interval of
                              that level is "cannot tell".
    ``floor_span``            the floor lies this share of the first known post away from it, on the bad
                              side: 1.0 puts it at value 0 for ``>=x`` and at 2x for ``<=x``.
    ``ratio_at_target``       without any standard, the score of a value exactly at the plan target.  The
                              score falls to 0 where the target is missed by ``floor_span`` of itself, so
                              for a positive indicator it is the ratio of value and target in per cent,
                              never over 100.
    ``past_fewest_years``     past years needed before the place within them gives a score.
    ``past_worst_score``      score of a value as bad as the worst past year, and
    ``past_best_score``       as good as the best; on the straight line through both, cut at 0 and 100.
    ``past_smallest_width``   least distance of best and worst, as a share of the mean, so that noise in a
                              flat series does not swing the score.
    ``satisfaction_pass``     satisfaction (0-100) from which yardstick six is met.
    ``red_ratio``             attainment of the national standard under which a warning is red.
    ``worse_steps``           steps for the worse in a row which raise a yellow warning.
    ``breach_cap``            highest score of a dimension with a bottom-line breach.
    ``draws``, ``level``      Monte Carlo draws, and the level of the intervals.
    """

    z: float = Z95
    floor_span: float = 1.0
    ratio_at_target: float = 100.0
    past_fewest_years: int = 3
    past_worst_score: float = 40.0
    past_best_score: float = 80.0
    past_smallest_width: float = 0.05
    satisfaction_pass: float = 60.0
    red_ratio: float = 0.9
    worse_steps: int = 2
    breach_cap: float = 59.0
    draws: int = 1000
    level: float = 0.95

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
                raise RuleSetError("rule-not-a-number", field=field.name, found=repr(value))
        for name, low, high in _LIMITS:
            if not low <= getattr(self, name) <= high:
                raise RuleSetError(
                    "rule-out-of-range", field=name, found=getattr(self, name), low=low, high=high
                )
        for name in ("past_fewest_years", "worse_steps", "draws"):
            if not isinstance(getattr(self, name), int):
                raise RuleSetError("rule-not-whole", field=name, found=getattr(self, name))
        if self.past_worst_score >= self.past_best_score:
            facts = {"low": 0.0, "high": self.past_best_score, "found": self.past_worst_score}
            raise RuleSetError("rule-out-of-range", field="past_worst_score", **facts)

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, object]) -> RuleSet:
        """Fields left out keep their defaults; an unknown field is a :class:`RuleSetError`."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(facts) - known)
        if unknown:
            raise RuleSetError("rule-unknown", fields=unknown)
        return cls(**facts)  # type: ignore[arg-type]


_LIMITS: tuple[tuple[str, float, float], ...] = (
    ("z", 0.0, 10.0),
    ("floor_span", 0.01, 100.0),
    ("ratio_at_target", 1.0, 100.0),
    ("past_fewest_years", 2, 50),
    ("past_worst_score", 0.0, 100.0),
    ("past_best_score", 0.0, 100.0),
    ("past_smallest_width", 0.0, 10.0),
    ("satisfaction_pass", 0.0, 100.0),
    ("red_ratio", 0.0, 1.0),
    ("worse_steps", 1, 50),
    ("breach_cap", 0.0, 100.0),
    ("draws", 2, 1_000_000),
    ("level", 0.5, 0.9999),
)
