"""Rules of judgement as a JSON file: downloaded, changed by the exam office, uploaded again."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from math import isfinite
from typing import Any

from app.analysis.rules import RuleSet, RuleSetError
from app.assessment.models import RuleVersion
from app.assessment.ruling import keep_rules, rules_in_force
from app.errors import Invalid, Place
from app.workbooks.json_texts import read_json

#: What the file tells of the version it was taken from; an upload makes a version of its own.
_TOLD = ("valid_from_year", "version", "note")
_MOST_NAMED = 100


def rules_file(version: RuleVersion) -> str:
    """The version as JSON, ready to be changed and uploaded."""
    told = {name: getattr(version, name) for name in _TOLD}
    told |= {"rules": version.rules, "parameters": version.parameters}
    return json.dumps(told, ensure_ascii=False, indent=2)


def keep_file(*, content: bytes, exam_year: int, note: str = "") -> RuleVersion:
    """Put the rules of a file in force from an exam year on; what the file leaves out stays as it is.

    Raises Invalid ``rules-unreadable``, ``rule-unknown``, ``rule-not-a-number``, ``rule-not-whole``,
    ``rule-out-of-range``, ``rule-bounds``, ``rules-note-too-long``, each with the field as its place.
    """
    if len(note) > 500:
        raise Invalid("rules-note-too-long", most=500)
    told = _read(content)
    held = rules_in_force(exam_year)
    parameters = _object(told, "parameters")
    wanted = _object(told, "rules")
    _refuse_unknown(parameters, _CHECKS, "parameters.")
    _refuse_unknown(wanted, held.rules, "rules.")
    for name, value in parameters.items():
        _CHECKS[name](f"parameters.{name}", value)
    try:
        rules = RuleSet.from_dict({**held.rules, **wanted})
    except RuleSetError as error:
        raise _refused(error.code, f"rules.{error.facts['field']}", error.facts.get("found")) from error
    return keep_rules(exam_year=exam_year, rules=rules, parameters=parameters, note=note)


def _read(content: bytes) -> dict[str, Any]:
    try:
        told = read_json(content)
    except (ValueError, RecursionError) as error:
        raise Invalid("rules-unreadable") from error
    if not isinstance(told, dict):
        raise Invalid("rules-unreadable")
    _refuse_unknown(told, {*_TOLD, "rules", "parameters"}, "")
    return told


def _object(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise _refused("rules-unreadable", name, found)
    return found


def _refuse_unknown(told: Mapping[str, Any], known: Container[str], prefix: str) -> None:
    for name in told:
        if name not in known:
            raise _refused("rule-unknown", f"{prefix}{name}")


def _refused(code: str, field: str, found: object = None) -> Invalid:
    facts = {"field": field, "fields": field, "found": repr(found)[:40]}
    return Invalid(code, places=[Place(code, facts, field_name=field)], **facts)


def _number(field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise _refused("rule-not-a-number", field, value)
    return value


def _within(low: float, high: float, *, whole: bool = False) -> Callable[[str, object], None]:
    def check(field: str, value: object) -> None:
        number = _number(field, value)
        if whole and not isinstance(number, int):
            raise _refused("rule-not-whole", field, number)
        if not low <= number <= high:
            raise _refused("rule-out-of-range", field, number)

    return check


def _bounds(field: str, value: object) -> None:
    """Units with the two numbers they cannot pass."""
    if not isinstance(value, dict):
        raise _refused("rule-bounds", field, value)
    for unit, pair in value.items():
        place = f"{field}.{unit}"
        if not isinstance(pair, list) or len(pair) != 2:
            raise _refused("rule-bounds", place, pair)
        if _number(place, pair[0]) >= _number(place, pair[1]):
            raise _refused("rule-bounds", place, pair)


_CHECKS: Mapping[str, Callable[[str, object], object]] = {
    "natural_bounds": _bounds,
    "other_lower_bound": _number,
    "most_named": _within(1, _MOST_NAMED, whole=True),
    "part_share": _within(0.0, 1.0),
}
