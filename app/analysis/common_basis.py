"""Two years' composite scores on what they have in common: the indicators scored in both.

A score is the mean of whatever had a score in its year. When the set of indicators grows, two years' scores
are means of different things, and their difference says as much of the sets as of the city.  Here both years
are composed anew, by the same rule as the composite scores, from the indicators scored in both and placed
in the later year's dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.analysis.composites import city_score, dimension_score
from app.analysis.rules import RuleSet

#: A common basis of fewer indicators, or of a smaller share of the dimensions, stands for neither year.
FEWEST_INDICATORS = 10
LEAST_SHARE_OF_DIMENSIONS = 0.5


@dataclass(frozen=True)
class ScoredIndicator:
    """A score of 0-100 in one year; ``dimension`` is that of the year's own set."""

    dimension: str
    score: float
    breach: bool


@dataclass(frozen=True)
class CommonBasis:
    """``earlier`` and ``later`` are the scores on the common basis, None where it is too thin for a score.

    ``is_same``: the same was scored in both years, one for one and in the same dimensions, and nothing
    else, so the years' own scores compare as they are.
    """

    indicators: int
    dimensions: int
    is_same: bool
    earlier: float | None
    later: float | None


def common_basis(
    earlier: Mapping[str, ScoredIndicator],
    later: Mapping[str, ScoredIndicator],
    counterparts: Mapping[str, str],
    rules: RuleSet,
) -> CommonBasis:
    """What two years have in common, and their scores on it.

    ``earlier`` and ``later`` hold the scored indicators by the codes of their years; ``counterparts`` names
    for a later code the earlier one it is comparable with (the equivalence table's word, never the name's).
    """
    common = {
        code: counterparts[code] for code in later if code in counterparts and counterparts[code] in earlier
    }
    dimensions = {later[code].dimension for code in common}
    is_same = len(set(common.values())) == len(common) == len(later) == len(earlier) and all(
        later[code].dimension == earlier[was].dimension for code, was in common.items()
    )
    needed = LEAST_SHARE_OF_DIMENSIONS * len({each.dimension for each in later.values()})
    if not is_same and (len(common) < FEWEST_INDICATORS or len(dimensions) < needed):
        return CommonBasis(len(common), len(dimensions), is_same, None, None)
    before = [(later[code].dimension, earlier[was]) for code, was in common.items()]
    now = [(later[code].dimension, later[code]) for code in common]
    return CommonBasis(len(common), len(dimensions), is_same, _composed(before, rules), _composed(now, rules))


def _composed(scored: Iterable[tuple[str, ScoredIndicator]], rules: RuleSet) -> float | None:
    by_dimension: dict[str, list[ScoredIndicator]] = {}
    for dimension, each in scored:
        by_dimension.setdefault(dimension, []).append(each)
    scores = [
        dimension_score([each.score for each in inside], [each.breach for each in inside], rules).score
        for inside in by_dimension.values()
    ]
    return city_score(scores).score
