"""What staff make of a submission. It is noted beside the answers and never changes them."""

from __future__ import annotations

from app.audit import current_actor, record_event
from app.db import db, take_turn, utcnow
from app.errors import Conflict, Invalid
from app.forms.collecting import IncomingFile, receive
from app.forms.models import REVIEW_STATES, Quarantine, Submission
from app.storage import storage

_LONGEST_REASON = 500
#: Of one instance only one content can stand, so what changed under the same id is looked at and dismissed.
ADOPTABLE = frozenset({"instance-outdated", "unknown-instance-edited"})


def review(*, submission: Submission, state: str) -> None:
    """Set the review state: received, approved, has_issues, rejected."""
    if state not in REVIEW_STATES:
        raise Invalid("unknown-review-state", found=state, expected=REVIEW_STATES)
    before, submission.review_state = submission.review_state, state
    record_event(
        subject="submissions", subject_id=submission.id, after={"review_state": state}, reason=f"was {before}"
    )
    db.session.flush()


def adopt(*, entry: Quarantine) -> Submission:
    """Make what is in quarantine a submission: an edit of what it speaks of, or one of its own.

    Raises Conflict ``quarantine-resolved``, ``quarantine-not-adoptable``, ``instance-changed``.
    """
    _open(entry)
    if entry.reason not in ADOPTABLE:
        raise Conflict("quarantine-not-adoptable")
    files = [IncomingFile(each["name"], storage().get(each["sha256"])) for each in entry.files]
    received = receive(
        form=entry.form,
        xml=storage().get(entry.sha256),
        files=files,
        link=entry.link,
        channel="openrosa",
        digest=entry.digest,
        adopting=True,
    )
    entry.submission_id = received.submission.id
    _resolve(entry, "adopted", None)
    return received.submission


def dismiss(*, entry: Quarantine, reason: str) -> None:
    """Close what is in quarantine without taking it; its bytes stay.

    Invalid ``dismissal-reason-missing``, ``dismissal-reason-too-long``.
    """
    _open(entry)
    told = reason.strip()
    if not told:
        raise Invalid("dismissal-reason-missing")
    if len(told) > _LONGEST_REASON:
        raise Invalid("dismissal-reason-too-long", found=len(told), limit=_LONGEST_REASON)
    _resolve(entry, "dismissed", told)


def _open(entry: Quarantine) -> None:
    take_turn(under=entry)
    db.session.refresh(entry)
    if entry.outcome is not None:
        raise Conflict("quarantine-resolved")


def _resolve(entry: Quarantine, outcome: str, reason: str | None) -> None:
    entry.outcome, entry.outcome_reason = outcome, reason
    entry.resolved_at, entry.resolved_by = utcnow(), current_actor()
    db.session.flush()
