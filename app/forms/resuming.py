"""Going on with a draft on another device, by a code that is shown once and cannot be guessed."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from sqlalchemy import select

from app.accounts.throttling import forget_trial, note_attempt
from app.db import db, utcnow
from app.errors import Conflict, NotFound
from app.forms.definitions import definition_of
from app.forms.delivering import Whole, draft_of, make_out
from app.forms.drafting import CODE_LETTERS, hold, keep_files, new_draft, refuse_used
from app.forms.models import Draft, FormVersion, Link
from app.forms.visiting import begun_in_time, refuse_closed

#: 12 letters of 32 are 60 bits.
_LETTERS = 12
_GROUP = 4
#: Wrong codes of one address in 15 minutes; whole offices and networks of phones share one.
_MOST_TRIALS = 20


def give_code(*, draft: Draft) -> str:
    """A new code for a draft, "ABCD-EFGH-JKLM"; the one before is worth nothing any more."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(_LETTERS))
    draft.resume_digest = _digest(draft.link_id, letters)
    db.session.flush()
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LETTERS, _GROUP))


def draft_of_code(*, link: Link, code: str, address: str) -> Draft:
    """The unsent draft of a code, however it was typed.

    Raises NotFound ``resume-code-unknown``, and TooMany ``too-many-attempts`` when the address has tried too
    many that were wrong.
    """
    subject = hashlib.sha256(f"resume|{address}".encode()).hexdigest()
    trial = note_attempt(subject=subject, most=_MOST_TRIALS)
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKC", code).upper() if letter in CODE_LETTERS
    )
    query = select(Draft).where(Draft.link_id == link.id, Draft.resume_digest == _digest(link.id, plain))
    found = db.session.execute(query).scalar_one_or_none()
    if found is None or found.sent_at is not None:
        raise NotFound("resume-code-unknown")
    forget_trial(trial=trial)
    return found


def keep_whole(*, link: Link, version: FormVersion, whole: Whole) -> tuple[Draft | None, dict[str, str]]:
    """Keep a whole set of answers as a draft, right or wrong; or what of it cannot be kept, by place.

    Raises Conflict ``draft-sent``, and what :func:`app.forms.visiting.refuse_closed` and
    :func:`app.forms.drafting.refuse_used` raise.
    """
    draft = draft_of(link, whole)
    refuse_closed(link, begun=draft is not None or begun_in_time(link, whole.started))
    refuse_used(link)
    if draft is not None:
        hold(draft=draft)
        if draft.sent_at is not None:
            raise Conflict("draft-sent")
    answers, files, wrong = make_out(
        definition=definition_of(version), whole=whole, kept=draft.files if draft is not None else ()
    )
    if wrong:
        return None, wrong
    if draft is None:
        draft = new_draft(link=link, version=version, instance_id=whole.instance_id, answers=answers)
        draft.started_at = whole.started
    draft.version, draft.answers, draft.updated_at = version, answers, utcnow()
    keep_files(draft=draft, files=files)
    return draft, {}


def _digest(link_id: int, letters: str) -> str:
    return hashlib.sha256(f"{link_id}|{letters}".encode()).hexdigest()
