"""The state of a report: a reduction of what happened to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.errors import Conflict

Status = Literal["not_started", "under_review", "returned", "withdrawn", "accepted", "reopened"]
EVENT_KINDS = ("submitted", "resubmitted", "returned", "accepted", "reopened", "withdrawn")
STATUSES: tuple[Status, ...] = (
    "not_started",
    "under_review",
    "returned",
    "withdrawn",
    "accepted",
    "reopened",
)

#: What may happen in each status, and what it then becomes.
_STEPS: dict[Status, dict[str, Status]] = {
    "not_started": {"submitted": "under_review"},
    "under_review": {
        # The department may mend its report as long as nobody has decided.
        "resubmitted": "under_review",
        "returned": "returned",
        "accepted": "accepted",
        "withdrawn": "withdrawn",
    },
    "returned": {"resubmitted": "under_review"},
    "withdrawn": {"resubmitted": "under_review"},
    "accepted": {"reopened": "reopened"},
    "reopened": {"resubmitted": "under_review"},
}
#: These open a new round.
_ROUND_ENDS = frozenset({"returned", "reopened"})


@dataclass(frozen=True)
class Step:
    """What the state needs to know of an event."""

    kind: str
    version_id: int


@dataclass(frozen=True)
class ReportState:
    """Where a report stands.

    ``round_no`` is the round a submission now would belong to; ``version_id`` the newest version,
    ``accepted_version_id`` the one whose figures are in force (it stays so while a correction is made).
    """

    status: Status = "not_started"
    round_no: int = 1
    version_id: int | None = None
    accepted_version_id: int | None = None

    @property
    def may_submit(self) -> bool:
        """Whether the department may file a version now."""
        return self.submission_kind is not None

    @property
    def submission_kind(self) -> str | None:
        """What filing a version now would be: submitted, resubmitted, or None where it may not be."""
        for kind in ("submitted", "resubmitted"):
            if kind in _STEPS[self.status]:
                return kind
        return None

    def may(self, kind: str) -> bool:
        """Whether this may happen now."""
        return kind in _STEPS[self.status]


def reduce_events(steps: Iterable[Step]) -> ReportState:
    """The state after these events, in their order; Conflict ``report-step-impossible``."""
    state = ReportState()
    for step in steps:
        state = after(state, step)
    return state


def after(state: ReportState, step: Step) -> ReportState:
    """The state one event later; Conflict ``report-step-impossible`` (facts: status, step)."""
    following = _STEPS[state.status].get(step.kind)
    if following is None:
        raise Conflict("report-step-impossible", status=state.status, step=step.kind)
    return ReportState(
        status=following,
        round_no=state.round_no + (step.kind in _ROUND_ENDS),
        version_id=step.version_id if step.kind in ("submitted", "resubmitted") else state.version_id,
        accepted_version_id=step.version_id if step.kind == "accepted" else state.accepted_version_id,
    )
