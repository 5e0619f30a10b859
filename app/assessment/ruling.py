"""Keeping the rules of judgement: versioned data, in force from an exam year on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.analysis.rules import RuleSet
from app.assessment.models import RuleVersion
from app.audit import current_actor
from app.db import db

#: What the room goes by besides the rule set. Bounds that a unit cannot pass keep goalposts inside the
#: possible; a finding names at most ``most_named`` places and speaks of parts from ``part_share`` on.
FIRST_PARAMETERS: Mapping[str, Any] = {
    "natural_bounds": {"%": [0.0, 100.0], "score": [0.0, 100.0]},
    "other_lower_bound": 0.0,
    "most_named": 5,
    "part_share": 1 / 3,
}


def rules_in_force(exam_year: int) -> RuleVersion:
    """The newest rules valid from this year or earlier; the first rules are laid down where none are."""
    query = (
        select(RuleVersion)
        .where(RuleVersion.valid_from_year <= exam_year)
        .order_by(RuleVersion.valid_from_year.desc(), RuleVersion.version.desc())
        .limit(1)
    )
    found = db.session.execute(query).scalar_one_or_none()
    return found or _add(exam_year, RuleSet(), FIRST_PARAMETERS, "first rules")


def keep_rules(
    *,
    exam_year: int,
    rules: RuleSet,
    parameters: Mapping[str, Any] | None = None,
    note: str = "",
) -> RuleVersion:
    """Put rules in force from an exam year on; exactly the same ones keep the version that is there.

    ``parameters`` replace single entries of the ones in force.
    """
    held = rules_in_force(exam_year)
    whole = {**held.parameters, **(parameters or {})}
    if held.digest == _digest(rules, whole):
        return held
    return _add(exam_year, rules, whole, note)


def rule_versions() -> list[RuleVersion]:
    """All versions, the newest first."""
    query = select(RuleVersion).order_by(RuleVersion.valid_from_year.desc(), RuleVersion.version.desc())
    return list(db.session.execute(query).scalars())


def _add(exam_year: int, rules: RuleSet, parameters: Mapping[str, Any], note: str) -> RuleVersion:
    latest = select(func.max(RuleVersion.version)).where(RuleVersion.valid_from_year == exam_year)
    made = RuleVersion(
        valid_from_year=exam_year,
        version=(db.session.execute(latest).scalar() or 0) + 1,
        rules=rules.to_dict(),
        parameters=dict(parameters),
        digest=_digest(rules, parameters),
        note=note,
        made_by=current_actor(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _digest(rules: RuleSet, parameters: Mapping[str, Any]) -> str:
    text = json.dumps([rules.to_dict(), dict(parameters)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
