"""Comments of staff on a submission. They stand beside the answers and never change them."""

from __future__ import annotations

from app.audit import current_actor
from app.db import db
from app.errors import Invalid
from app.forms.models import Submission, SubmissionComment

_LONGEST = 10_000


def comment(*, submission: Submission, body: str) -> SubmissionComment:
    """Note something about a submission; Invalid ``comment-empty``, ``comment-too-long``."""
    text = body.strip()
    if not text:
        raise Invalid("comment-empty")
    if len(text) > _LONGEST:
        raise Invalid("comment-too-long", found=len(text), limit=_LONGEST)
    made = SubmissionComment(submission_id=submission.id, body=text, actor=current_actor())
    db.session.add(made)
    db.session.flush()
    return made
