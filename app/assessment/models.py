"""Tables of the room: rules, runs, and what a run found.

Everything is only ever added. A newer run of the same city and year takes the mark ``is_current``
over; what an earlier one judged, and by what, stays as it was.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from app.assessment.evaluation_tables import (
    ABSENCES,
    BASIS_KINDS,
    GRADES,
    METHODS,
    OUTCOMES,
    STANDINGS,
    WARNINGS,
    YARDSTICKS,
    Evaluation,
    Verdict,
    anything_judged,
    standing,
)
from app.assessment.run_tables import LEVELS, AssessmentRun, RuleVersion
from app.assessment.score_tables import FINDING_KINDS, SEVERITIES, AreaScore, DimensionScore, Finding

__all__ = [
    "ABSENCES",
    "BASIS_KINDS",
    "FINDING_KINDS",
    "GRADES",
    "LEVELS",
    "METHODS",
    "OUTCOMES",
    "SEVERITIES",
    "STANDINGS",
    "WARNINGS",
    "YARDSTICKS",
    "AreaScore",
    "AssessmentRun",
    "DimensionScore",
    "Evaluation",
    "Finding",
    "RuleVersion",
    "Verdict",
    "anything_judged",
    "standing",
]

_MARKS = {"is_current"}


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    state = inspect(row)
    changed = {each.key for each in state.mapper.column_attrs if state.attrs[each.key].history.has_changes()}
    if changed - _MARKS:
        raise ValueError(f"{row.__tablename__} is append-only; assess anew instead of changing {changed}")


def _refuse_removal(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    raise ValueError(f"{row.__tablename__} is append-only; nothing is removed")


for _table in (RuleVersion, AssessmentRun, Evaluation, Verdict, DimensionScore, AreaScore, Finding):
    event.listen(_table, "before_update", _refuse_change)
    event.listen(_table, "before_delete", _refuse_removal)
