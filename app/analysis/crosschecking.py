"""Cross-checking one indicator × area × year between sources, and choosing the value to adopt.

Two values agree when their difference is within the relative tolerance or within the error of the
difference. The official value is adopted unless it contradicts two others which agree with each other;
without an official one the first in the catalogue's order of source kinds.  Every step leaves a
machine-readable reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from math import isfinite
from typing import Literal

from app.analysis.precision import Z95, Precision
from app.analysis.refusals import Refusal

SOURCE_OF: dict[str, str] = {
    "official": "official",
    "field_survey": "official",
    "remote_sensing": "big_data",
    "mobile_signalling": "big_data",
    "internet": "big_data",
    "survey": "survey",
}


class CrossCheckError(Refusal):
    """Values that cannot be compared; ``code`` is stable, ``facts`` name the source kind or rule."""


@dataclass(frozen=True)
class CrossCheckRules:
    """``relative_tolerance`` is a share of the larger value, ``absolute_tolerance`` in the indicator's unit.

    ``z`` is the normal quantile of the interval of the difference, the error limit.  Without
    ``prefer_official`` the catalogue's order alone decides.
    """

    relative_tolerance: float = 0.1
    absolute_tolerance: float = 0.0
    z: float = Z95
    prefer_official: bool = True

    def __post_init__(self) -> None:
        for name in ("relative_tolerance", "absolute_tolerance", "z"):
            value = getattr(self, name)
            if (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not 0 <= value < float("inf")
            ):
                raise CrossCheckError("rule-out-of-range", field=name, found=repr(value))

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, object]) -> CrossCheckRules:
        unknown = sorted(set(facts) - {field.name for field in fields(cls)})
        if unknown:
            raise CrossCheckError("rule-unknown", fields=unknown)
        return cls(**facts)  # type: ignore[arg-type]


@dataclass(frozen=True)
class SourceValue:
    source_kind: str
    value: float | None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None

    @property
    def precision(self) -> Precision:
        return Precision(self.standard_error, self.degrees_of_freedom)


@dataclass(frozen=True)
class Comparison:
    """``difference`` is second minus first; ``relative_difference`` its size over the larger of both sizes.

    ``error_limit`` is half the interval of the difference, ``None`` when neither error is known.
    """

    first: str
    second: str
    difference: float
    relative_difference: float
    error_limit: float | None
    agrees: bool
    reason: str


@dataclass(frozen=True)
class Reason:
    code: str
    facts: dict[str, object]


@dataclass(frozen=True)
class CrossCheck:
    """``needs_decision`` asks a person to look: the sources differ, whatever is adopted meanwhile."""

    verdict: Literal["agree", "differ", "single_source", "no_value"]
    comparisons: tuple[Comparison, ...]
    adopted: SourceValue | None
    needs_decision: bool
    reasons: tuple[Reason, ...]


def compare_values(first: SourceValue, second: SourceValue, rules: CrossCheckRules) -> Comparison:
    """Compare two values; both must be there."""
    if first.value is None or second.value is None:
        raise CrossCheckError("value-missing", kinds=[first.source_kind, second.source_kind])
    difference = second.value - first.value
    larger = max(abs(first.value), abs(second.value))
    relative = abs(difference) / larger if larger else 0.0
    limit = first.precision.of_difference(second.precision).half_width(rules.z)
    if relative <= rules.relative_tolerance or abs(difference) <= rules.absolute_tolerance:
        agrees, reason = True, "within-relative-tolerance"
    elif limit is not None and abs(difference) <= limit:
        agrees, reason = True, "within-error"
    else:
        agrees, reason = False, "beyond-tolerance"
    return Comparison(first.source_kind, second.source_kind, difference, relative, limit, agrees, reason)


def _ordered(
    values: Sequence[SourceValue], priority: Sequence[str]
) -> tuple[list[SourceValue], list[Reason]]:
    """The values that are there, in catalogue order; kinds the catalogue does not name come last."""
    kinds = [value.source_kind for value in values]
    for kind in kinds:
        if kind not in SOURCE_OF:
            raise CrossCheckError("source-kind-unknown", found=kind)
        if kinds.count(kind) > 1:
            raise CrossCheckError("source-kind-repeats", found=kind)
    present = [value for value in values if value.value is not None and isfinite(value.value)]
    known = list(SOURCE_OF)
    place = {kind: index for index, kind in reversed(list(enumerate(priority)))}
    present.sort(
        key=lambda value: (place.get(value.source_kind, len(priority)), known.index(value.source_kind))
    )
    strangers = [value.source_kind for value in present if value.source_kind not in place]
    return present, [Reason("source-kind-not-in-catalogue", {"source_kind": kind}) for kind in strangers]


def _contradicting(
    candidate: SourceValue, present: Sequence[SourceValue], agrees: Mapping[frozenset[str], bool]
) -> tuple[SourceValue, SourceValue] | None:
    """The first two others which agree with each other and both contradict the candidate."""
    others = [
        value
        for value in present
        if not agrees.get(frozenset({candidate.source_kind, value.source_kind}), True)
    ]
    for first, second in combinations(others, 2):
        if agrees[frozenset({first.source_kind, second.source_kind})]:
            return first, second
    return None


def _adopt(
    present: Sequence[SourceValue], comparisons: Sequence[Comparison], rules: CrossCheckRules
) -> tuple[SourceValue, Reason]:
    official = next((value for value in present if value.source_kind == "official"), None)
    if official is None or not rules.prefer_official:
        chosen = present[0]
        return chosen, Reason("first-in-catalogue-order", {"source_kind": chosen.source_kind})
    agrees = {frozenset({pair.first, pair.second}): pair.agrees for pair in comparisons}
    pair = _contradicting(official, present, agrees)
    if pair is None:
        return official, Reason("official-preferred", {"source_kind": "official"})
    facts: dict[str, object] = {
        "official": official.value,
        "source_kinds": [value.source_kind for value in pair],
        "values": [value.value for value in pair],
    }
    return pair[0], Reason("official-contradicted", facts)


def cross_check(
    values: Sequence[SourceValue], priority: Sequence[str], rules: CrossCheckRules | None = None
) -> CrossCheck:
    """Compare all pairs and choose what to adopt.

    ``priority`` is the indicator's list of source kinds in catalogue order.  The verdict is "agree" only
    when every pair agrees.  The order of ``values`` does not matter.  Raises :class:`CrossCheckError` on
    an unknown or a repeated source kind.
    """
    rules = rules or CrossCheckRules()
    present, reasons = _ordered(values, priority)
    if not present:
        return CrossCheck("no_value", (), None, False, (Reason("no-value", {}),))
    if len(present) == 1:
        only = Reason("only-source", {"source_kind": present[0].source_kind})
        return CrossCheck("single_source", (), present[0], False, (only, *reasons))
    comparisons = tuple(compare_values(first, second, rules) for first, second in combinations(present, 2))
    adopted, why = _adopt(present, comparisons, rules)
    apart = [pair for pair in comparisons if not pair.agrees]
    differing = [
        Reason(
            "sources-differ",
            {"source_kinds": [pair.first, pair.second], "relative_difference": pair.relative_difference},
        )
        for pair in apart
    ]
    verdict: Literal["agree", "differ"] = "differ" if apart else "agree"
    return CrossCheck(verdict, comparisons, adopted, bool(apart), (why, *differing, *reasons))
