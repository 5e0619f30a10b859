"""Cross-checks the sources of every indicator in every area and adopts one value, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from app.analysis.crosschecking import CrossCheck, CrossCheckRules, SourceValue, cross_check
from app.audit import current_actor, record_event
from app.db import db
from app.errors import Invalid
from app.indicators.area_tree import tree_of
from app.indicators.decisions import (
    CANDIDATE_COLUMNS,
    Candidate,
    choices_by_hand,
    newest,
    standing_value,
    weighed_values,
)
from app.indicators.models import STATES, Adoption, Value
from app.indicators.queries import catalogue, indicator, sources_of, value_by_id
from app.indicators.superseding import retire, supersede

Key = tuple[str, int]
_LONGEST_REASON = 1000
_COUNTED = ("adopted", "agree", "differ", "single_source", "no_value", "needs_decision", "by_hand_kept")


@dataclass(frozen=True)
class CrossCheckSummary:
    """Counts over all pairs of indicator and area that have at least one recorded value."""

    exam_year: int
    root_id: int
    checked: int
    adopted: int
    agree: int
    differ: int
    single_source: int
    no_value: int
    needs_decision: int
    by_hand_kept: int
    recorded: int
    unchanged: int


def cross_check_year(
    *, exam_year: int, root_id: int, rules: CrossCheckRules | None = None
) -> CrossCheckSummary:
    """Compare the sources of each indicator × area under ``root_id`` and adopt.

    A choice made by hand stays, on the row that holds its value today, until a number that it weighed
    differs; then the automatic one counts again and asks for a decision. Running it again on the same
    values changes nothing. Raises
    NotFound ``no-indicator-set``, ``unknown-area-id``.
    """
    used = rules or CrossCheckRules()
    known = catalogue(exam_year)
    area_ids = set(tree_of(root_id, on=known.exam_year.data_date).areas)
    priority = {each.code: each.source_kinds for each in known.indicators}
    candidates = _candidates(exam_year, priority, area_ids)
    rows, counts = _compare_all(exam_year, candidates, priority, used)
    recorded = supersede(table=Adoption, rows=rows)
    _retire_baseless(exam_year, area_ids, set(candidates))
    if recorded.recorded:
        facts = {"rules": used.to_dict(), "rows": recorded.recorded}
        record_event(subject="adoptions", subject_id=f"{exam_year}:{root_id}", after=facts)
    return CrossCheckSummary(
        exam_year,
        root_id,
        len(candidates),
        recorded=recorded.recorded,
        unchanged=recorded.unchanged,
        **{name: counts[name] for name in _COUNTED},
    )


def _compare_all(
    exam_year: int,
    candidates: Mapping[Key, list[Candidate]],
    priority: Mapping[str, list[str]],
    rules: CrossCheckRules,
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """The adoptions to record as rows, and the counts over all pairs, those decided by hand included.

    They are the automatic ones, and the decisions whose value was recorded anew without a change.
    """
    by_hand = choices_by_hand(exam_year)
    weighed = weighed_values(by_hand.values())
    counts: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    for key, listed in candidates.items():
        held = by_hand.get(key)
        stands_on = standing_value(held, weighed, listed) if held is not None else None
        if held is not None and stands_on is not None:
            _count(counts, held.verdict, stands_on, needs_decision=False)
            counts["by_hand_kept"] += 1
            if stands_on != held.value_id:
                rows.append(_followed(held, stands_on, listed))
            continue
        order = priority[key[0]]
        compared = _in_preference(newest(listed), order)
        row = _automatic(key, exam_year, compared, order, rules, outdated=held is not None)
        _count(counts, row["verdict"], row["value_id"], needs_decision=row["needs_decision"])
        rows.append(row)
    return rows, counts


def _followed(held: Adoption, value_id: int, listed: Sequence[Candidate]) -> dict[str, Any]:
    """The same decision on the row that holds its value today, told in the trail."""
    followed = {"code": "decision-followed", "facts": {"instead_of": held.value_id}}
    names = ("indicator_code", "area_id", "exam_year", "verdict", "comparisons", "reason_text")
    kept = ("manner", "needs_decision", "provenance_kind", "provenance_id")
    record_event(
        subject="adoptions",
        subject_id=held.id,
        after={"value_id": value_id, "equal_to": held.value_id, "decided_by": held.provenance_id},
        reason=held.reason_text[:500],
    )
    return {
        **{name: getattr(held, name) for name in (*names, *kept)},
        "value_id": value_id,
        "reasons": [each for each in held.reasons if each["code"] != followed["code"]] + [followed],
        "considered": [each.id for each in listed],
    }


def adopt_by_hand(
    *, exam_year: int, indicator_code: str, area_id: int, value_id: int, reason: str
) -> Adoption:
    """Adopt a value by decision of the exam office, with its written reason.

    Raises NotFound ``unknown-indicator``, ``unknown-value``; Invalid ``adoption-reason-missing``,
    ``adoption-reason-too-long``, ``value-not-of-place`` (of another indicator, area or year, or superseded).
    """
    written = _written(reason)
    value_by_id(value_id)
    order = indicator(exam_year, indicator_code).source_kinds
    listed = [Candidate.of(each) for each in sources_of(exam_year, indicator_code, area_id)]
    if value_id not in {each.id for each in listed}:
        raise Invalid("value-not-of-place", found=value_id, named=indicator_code)
    row = _automatic(
        (indicator_code, area_id),
        exam_year,
        _in_preference(newest(listed), order),
        order,
        CrossCheckRules(),
        outdated=False,
    )
    chosen = {"code": "decided-by-hand", "facts": {"instead_of": row["value_id"]}}
    row |= {
        "value_id": value_id,
        "manner": "by_hand",
        "needs_decision": False,
        "reason_text": written,
        "reasons": [*row["reasons"], chosen],
        "considered": [each.id for each in listed],
        "provenance_kind": "decision",
        "provenance_id": current_actor(),
    }
    adopted = db.session.get_one(Adoption, supersede(table=Adoption, rows=[row]).ids[0])
    record_event(
        subject="adoptions", subject_id=adopted.id, after={"value_id": value_id}, reason=written[:500]
    )
    return adopted


def _written(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise Invalid("adoption-reason-missing")
    if len(text) > _LONGEST_REASON:
        raise Invalid("adoption-reason-too-long", limit=_LONGEST_REASON)
    return text


def _count(counts: Counter[str], verdict: str, value_id: int | None, *, needs_decision: bool) -> None:
    counts[verdict] += 1
    counts["adopted"] += value_id is not None
    counts["needs_decision"] += needs_decision


def _candidates(
    exam_year: int, priority: Mapping[str, list[str]], area_ids: set[int]
) -> dict[Key, list[Candidate]]:
    """All current values by indicator and area."""
    query = (
        select(*(getattr(Value, name) for name in CANDIDATE_COLUMNS))
        .where(Value.exam_year == exam_year, Value.is_current.is_(True))
        .order_by(Value.indicator_code, Value.area_id, Value.id)
    )
    found: dict[Key, list[Candidate]] = {}
    for row in db.session.execute(query):
        each = Candidate(*row)
        if each.indicator_code in priority and each.area_id in area_ids:
            found.setdefault((each.indicator_code, each.area_id), []).append(each)
    return found


def _in_preference(listed: list[Candidate], order: list[str]) -> list[Candidate]:
    def place(each: Candidate) -> tuple[int, str]:
        known = each.source_kind in order
        return (order.index(each.source_kind) if known else len(order), each.source_kind)

    return sorted(listed, key=place)


def _automatic(
    key: Key,
    exam_year: int,
    listed: Sequence[Candidate],
    order: list[str],
    rules: CrossCheckRules,
    *,
    outdated: bool,
) -> dict[str, Any]:
    values = [
        SourceValue(each.source_kind, each.value, each.standard_error, each.degrees_of_freedom)
        for each in listed
    ]
    checked = cross_check(values, order, rules)
    reasons = [{"code": each.code, "facts": _plain(each.facts)} for each in checked.reasons]
    if outdated:
        # Somebody once decided here, about figures that have changed since.
        reasons.append({"code": "by-hand-choice-superseded", "facts": {}})
    return {
        "indicator_code": key[0],
        "area_id": key[1],
        "exam_year": exam_year,
        "value_id": _adopted_id(checked, listed),
        "verdict": str(checked.verdict),
        "needs_decision": checked.needs_decision or outdated,
        "manner": "automatic",
        "reasons": reasons,
        "comparisons": [_plain(asdict(each)) for each in checked.comparisons],
        "considered": [each.id for each in listed],
        "reason_text": "",
        "provenance_kind": "cross_check",
        "provenance_id": str(exam_year),
    }


def _adopted_id(checked: CrossCheck, listed: Sequence[Candidate]) -> int | None:
    """The adopted value's row. Without any number, the row that says why: not applicable before missing."""
    if checked.adopted is not None:
        kind = checked.adopted.source_kind
        return next(each.id for each in listed if each.source_kind == kind)
    if checked.verdict == "no_value":
        by_state = {each.state: each.id for each in reversed(listed)}
        return next((by_state[state] for state in STATES if state in by_state), None)
    return None


def _retire_baseless(exam_year: int, area_ids: set[int], with_values: set[Key]) -> None:
    """An adoption of which no value is left stands for nothing."""
    query = select(Adoption.id, Adoption.indicator_code, Adoption.area_id).where(
        Adoption.exam_year == exam_year, Adoption.is_current.is_(True)
    )
    baseless = {
        row_id: None
        for row_id, code, area_id in db.session.execute(query.order_by(Adoption.id))
        if area_id in area_ids and (code, area_id) not in with_values
    }
    if baseless:
        retire(table=Adoption, successors=baseless)


def _plain(facts: Mapping[str, object]) -> dict[str, Any]:
    """Facts as plain JSON, so that what is read back equals what was written."""
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, tuple | list | set | frozenset):
            told[name] = [str(each) if not isinstance(each, int | float) else each for each in value]
        elif value is None or isinstance(value, bool | int | float | str):
            told[name] = value
        else:
            told[name] = str(value)
    return told
