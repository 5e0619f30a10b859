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
from app.errors import NotFound

#: What the room goes by besides the rule set. Bounds that a unit cannot pass keep goalposts inside the
#: possible; a finding names at most ``most_named`` places and speaks of parts from ``part_share`` on.
FIRST_PARAMETERS: Mapping[str, Any] = {
    "natural_bounds": {"%": [0.0, 100.0], "score": [0.0, 100.0]},
    "other_lower_bound": 0.0,
    "most_named": 5,
    "part_share": 1 / 3,
}


#: The first rules count for every year, so that rules kept for any year go before them.
FIRST_YEAR = 0


def rules_in_force(exam_year: int) -> RuleVersion:
    """The newest rules valid from this year or earlier; before any were kept the first ones, unstored."""
    query = (
        select(RuleVersion)
        .where(RuleVersion.valid_from_year <= exam_year)
        .order_by(RuleVersion.valid_from_year.desc(), RuleVersion.version.desc())
        .limit(1)
    )
    found = db.session.execute(query).scalar_one_or_none()
    return found or _version(FIRST_YEAR, 1, RuleSet(), FIRST_PARAMETERS, "")


def laid_down(*, version: RuleVersion) -> RuleVersion:
    """The version as a row, for a run to point to: first rules that nobody changed are stored now."""
    if version.id is None:
        db.session.add(version)
        db.session.flush()
    return version


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
        return laid_down(version=held)
    latest = select(func.max(RuleVersion.version)).where(RuleVersion.valid_from_year == exam_year)
    number = (db.session.execute(latest).scalar() or 0) + 1
    return laid_down(version=_version(exam_year, number, rules, whole, note))


def rule_versions() -> list[RuleVersion]:
    """All versions, those valid from the latest year first, the first rules always among them."""
    query = select(RuleVersion).order_by(RuleVersion.valid_from_year.desc(), RuleVersion.version.desc())
    found = list(db.session.execute(query).scalars())
    return (
        found if found and found[-1].valid_from_year == FIRST_YEAR else [*found, rules_in_force(FIRST_YEAR)]
    )


def rule_version(valid_from_year: int, version: int) -> RuleVersion:
    """One version by its key; NotFound ``unknown-rules``."""
    for each in rule_versions():
        if (each.valid_from_year, each.version) == (valid_from_year, version):
            return each
    raise NotFound("unknown-rules", found=f"{valid_from_year}/{version}")


def _version(
    exam_year: int, number: int, rules: RuleSet, parameters: Mapping[str, Any], note: str
) -> RuleVersion:
    return RuleVersion(
        valid_from_year=exam_year,
        version=number,
        rules=rules.to_dict(),
        parameters=dict(parameters),
        digest=_digest(rules, parameters),
        note=note,
        made_by=current_actor(),
    )


def _digest(rules: RuleSet, parameters: Mapping[str, Any]) -> str:
    text = json.dumps([rules.to_dict(), dict(parameters)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
