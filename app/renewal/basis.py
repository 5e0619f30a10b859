"""Which assessment a ranking stands on, and whether a newer one has come since."""

from __future__ import annotations

from dataclasses import dataclass

from app.assessment.models import AssessmentRun
from app.assessment.queries import current_run, run_by_id
from app.renewal.models import PriorityRun


@dataclass(frozen=True)
class RankingBasis:
    """The assessment a ranking was made from; ``newer`` is the one in force where it is another."""

    ranking: PriorityRun
    assessed: AssessmentRun
    newer: AssessmentRun | None


def ranking_basis(run: PriorityRun) -> RankingBasis:
    """What a ranking stands on. Two statements."""
    assessed = run_by_id(run.assessment_run_id)
    current = current_run(run.exam_year, run.root_id)
    return RankingBasis(run, assessed, None if current is None or current.id == assessed.id else current)
