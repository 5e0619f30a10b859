"""What staff make of a submission. It is noted beside the answers and never changes them."""

from __future__ import annotations

from app.audit import record_event
from app.db import db
from app.errors import Invalid
from app.forms.models import REVIEW_STATES, Submission


def review(*, submission: Submission, state: str) -> None:
    """Set the review state: received, approved, has_issues, rejected."""
    if state not in REVIEW_STATES:
        raise Invalid("unknown-review-state", found=state, expected=REVIEW_STATES)
    before, submission.review_state = submission.review_state, state
    record_event(
        subject="submissions", subject_id=submission.id, after={"review_state": state}, reason=f"was {before}"
    )
    db.session.flush()
