"""Staff edit the answers of a submission: kept as a draft of their own, sent as its next version.

The question of consent is not theirs to answer, so no edit asks it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.audit import current_actor, record_event
from app.db import db, take_turn
from app.errors import Conflict, Invalid, NotFound, Place
from app.forms.clock import city_now
from app.forms.collecting import IncomingFile, receive
from app.forms.definitions import definition_of
from app.forms.drafting import finish, mark_sent, named_files, new_draft, refuses
from app.forms.models import Draft, DraftFile, FormVersion, Submission
from app.forms.queries import published_version, successor
from app.forms.wording import Change, answer_lines, changes
from app.storage import storage
from app.xforms.answers import get_answer
from app.xforms.auditing import AUDIT_FILE
from app.xforms.definition import FormDefinition
from app.xforms.filling import AnswerProblem, Filling, open_filling
from app.xforms.instances import write_submission
from app.xforms.paging import Page, has_content, pages

LONGEST_REASON = 500


@dataclass(frozen=True)
class Editing:
    """An edit under way: its draft, the submission that it began from, and the form as it was asked then."""

    draft: Draft
    submission: Submission
    definition: FormDefinition

    @property
    def one_page(self) -> bool:
        """Whether all questions stand on one page."""
        return self.submission.form.one_page

    def filling(self, language: str = "") -> Filling:
        """The form with the answers so far, in a language of the form."""
        return open_filling(self.definition, self.draft.answers, language=language, now=city_now())

    def pages(self) -> list[Page]:
        """The pages of the form without the question of consent; numbers stay those of the form."""
        consent = self.draft.version.consent_path
        listed = pages(self.definition, one=self.one_page)
        kept = (replace(each, questions=_without(each.questions, consent)) for each in listed)
        return [each for each in kept if each.questions]

    def page(self, number: int) -> Page:
        """The page of this number; NotFound where there is none to edit."""
        found = next((each for each in self.pages() if each.number == number), None)
        if found is None:
            raise NotFound("not-found")
        return found

    def next_page(self, filling: Filling, number: int) -> int | None:
        """The number of the next page that has something to show; ``number`` 0 stands before the first."""
        later = (each for each in self.pages() if each.number > number and has_content(filling, each))
        return next((each.number for each in later), None)

    def previous_page(self, filling: Filling, number: int) -> int | None:
        """The number of the page before that has something to show."""
        before = (
            each for each in reversed(self.pages()) if each.number < number and has_content(filling, each)
        )
        return next((each.number for each in before), None)

    def problems(self, filling: Filling) -> list[AnswerProblem]:
        """What is wrong with the answers, as by the page; a missing consent is not the editor's to mend."""
        return [each for each in filling.problems() if each.path != self.draft.version.consent_path]

    def differences(self, filling: Filling) -> list[Change]:
        """The answers in which the edit differs from the submission so far."""
        before = answer_lines(self.definition, self.submission.answers, filling.language)
        return changes(before, answer_lines(self.definition, filling.answers, filling.language))

    @property
    def outdated_by(self) -> Submission | None:
        """The version that somebody else put in the place of what this edit began from."""
        return None if self.draft.sent_at is not None else successor(self.submission)


def _without(questions: tuple[str, ...], path: str | None) -> tuple[str, ...]:
    return tuple(each for each in questions if each != path)


def begin_edit(*, submission: Submission) -> Draft:
    """The present actor's edit of a submission: the one begun before, else a new one with its answers.

    Conflict ``edit-superseded``, ``edit-of-refusal``, ``edit-of-encrypted``.
    """
    take_turn(under=submission)
    if successor(submission) is not None:
        raise Conflict("edit-superseded")
    if submission.disposition == "refused":
        raise Conflict("edit-of-refusal")
    if "encrypted" in submission.flags:
        raise Conflict("edit-of-encrypted")
    begun = open_edits([submission])
    if begun:
        return begun[-1]
    version = submission.version or published_version(submission.form)
    draft = new_draft(
        link=None,
        version=version,
        instance_id=f"uuid:{uuid.uuid4()}",
        answers=_begun(version, submission),
        edits=submission,
    )
    draft.editor = _editor()
    draft.files = _copies(submission)
    db.session.flush()
    return draft


def _editor() -> str:
    """The present actor, as long as the trail keeps it."""
    return current_actor()[:80]


def _begun(version: FormVersion, submission: Submission) -> dict[str, Any]:
    """The answers that an edit of a submission begins with."""
    return open_filling(definition_of(version), submission.answers, now=city_now()).all_answers()


def _rebased(begun: Any, mine: Any, theirs: Any) -> Any:
    """What was changed since ``begun`` as in ``mine``, all else as in ``theirs``.

    A repeat or a place is one answer here: halves of two would be nobody's.
    """
    if mine == begun:
        return theirs
    groups = all(isinstance(each, dict) and "lat" not in each for each in (begun, mine, theirs))
    if not groups:
        return mine
    return {name: _rebased(begun.get(name), mine[name], theirs.get(name)) for name in mine}


def _copies(submission: Submission) -> list[DraftFile]:
    # Of files of one name the last one is what the answer speaks of.
    newest = {each.file_name: each for each in submission.files}.values()
    names = ("file_name", "sha256", "size", "content_type")
    return [DraftFile(**{name: getattr(each, name) for name in names}) for each in newest]


def open_edits(versions: Sequence[Submission]) -> Sequence[Draft]:
    """The present actor's unsent edits of these submissions, oldest first. One statement."""
    query = select(Draft).where(
        Draft.edits_id.in_([each.id for each in versions]),
        Draft.editor == _editor(),
        Draft.sent_at.is_(None),
    )
    return db.session.execute(query.order_by(Draft.id)).scalars().all()


def edit_of(key: int) -> Editing:
    """The present actor's edit of this key; NotFound ``edit-missing`` for that of anybody else."""
    draft = db.session.get(Draft, key)
    if draft is None or draft.edits is None or draft.editor != _editor():
        raise NotFound("edit-missing")
    return Editing(draft, draft.edits, definition_of(draft.version))


def send_edit(*, editing: Editing, reason: str) -> Submission:
    """Store an edit as the next version of its submission, with the door and the device of the first.

    A second click finds the version of the first. It counts against no limit. Invalid
    ``edit-reason-missing``, ``edit-reason-too-long``, ``edit-unfit``, ``edit-changes-nothing``,
    ``edit-refuses-consent``; Conflict ``edit-outdated`` where somebody else was first.
    """
    draft, submission = editing.draft, editing.submission
    if draft.submission is not None:
        return draft.submission
    _refuse_unfit(editing, reason.strip())
    if not mark_sent(draft=draft):
        raise Conflict("edit-outdated")
    try:
        received = receive(
            form=submission.form,
            xml=_written(editing),
            files=list(_files(draft)),
            link=submission.link,
            channel="web",
            device_id=submission.device_id,
            of=submission,
            reason=reason.strip(),
        )
    except Conflict as problem:
        raise Conflict("edit-outdated") from problem
    finish(draft=draft, submission=received.submission)
    record_event(
        subject="submissions",
        subject_id=received.submission.id,
        after={"replaces": submission.id},
        reason=reason.strip(),
    )
    return received.submission


def _refuse_unfit(editing: Editing, reason: str) -> None:
    if editing.outdated_by is not None:
        raise Conflict("edit-outdated")
    filling = editing.filling()
    if refuses(filling.answers, editing.draft.version):
        raise Invalid("edit-refuses-consent")
    problems = editing.problems(filling)
    if problems or editing.draft.rejected:
        raise Invalid("edit-unfit", count=len(problems) + len(editing.draft.rejected))
    if not editing.differences(filling):
        raise Invalid("edit-changes-nothing")
    if not reason:
        raise Invalid("edit-reason-missing", places=[Place("edit-reason-missing", field_name="reason")])
    if len(reason) > LONGEST_REASON:
        facts = {"found": len(reason), "limit": LONGEST_REASON}
        place = Place("edit-reason-too-long", facts, field_name="reason")
        raise Invalid("edit-reason-too-long", places=[place], **facts)


def _written(editing: Editing) -> bytes:
    """The XML of the edit. When the answers were finished stays as it was: the editor's time is no answer."""
    audited = any(each.file_name == AUDIT_FILE for each in editing.draft.files)
    return write_submission(
        editing.definition,
        editing.draft.answers,
        instance_id=editing.draft.instance_id,
        deprecated_id=editing.submission.instance_id,
        audit=AUDIT_FILE if audited else None,
        now=city_now(),
        metadata=_end(editing),
    )


def _end(editing: Editing) -> dict[str, str]:
    for question in editing.definition.questions.values():
        preload = question.preload
        if preload is not None and (preload.kind, preload.params) == ("timestamp", "end"):
            known = get_answer(editing.submission.answers, question.path)
            return {"end": known} if isinstance(known, str) else {}
    return {}


def _files(draft: Draft) -> Iterator[IncomingFile]:
    """The files that the answers name, and the log of the filling."""
    yield from named_files(draft)
    for each in draft.files:
        if each.file_name == AUDIT_FILE:
            yield IncomingFile(each.file_name, storage().get(each.sha256), each.content_type)


def go_on_from_newest(*, editing: Editing, reason: str) -> None:
    """Let an edit that somebody else was faster than replace the newest version.

    What the editor changed stays, and the reason so far; all else is as in the newest version. What
    differs is then told against that one, so nothing of it is overwritten unseen.
    Conflict ``edit-of-refusal``.
    """
    newest = editing.submission
    while (later := successor(newest)) is not None:
        newest = later
    if newest.disposition == "refused":
        raise Conflict("edit-of-refusal")
    begun, now = _begun(editing.draft.version, editing.submission), _begun(editing.draft.version, newest)
    editing.draft.answers = _rebased(begun, editing.draft.answers, now)
    # Longer than may be sent, so that nothing typed is lost; yet no more than a page can show.
    editing.draft.edits, editing.draft.reason = newest, reason[: 20 * LONGEST_REASON]
    known = {each.file_name for each in editing.draft.files}
    editing.draft.files.extend(each for each in _copies(newest) if each.file_name not in known)
    db.session.flush()


def discard_edit(*, editing: Editing) -> None:
    """Throw an unsent edit away; Conflict ``edit-sent``."""
    if editing.draft.sent_at is not None:
        raise Conflict("edit-sent")
    db.session.delete(editing.draft)
    db.session.flush()
