"""Whole sets of answers made on a device: checked by the server alone, and stored once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.db import db
from app.errors import Conflict, describe
from app.forms.clock import on_city_clock
from app.forms.collecting import IncomingFile, Received, receive
from app.forms.definitions import definition_of
from app.forms.drafting import (
    LARGEST_FILE_MB,
    audit_files,
    file_name_for,
    file_problem,
    find_draft,
    finish,
    mark_sent,
    new_draft,
    receipt_code,
    refuse_used,
    refuses,
)
from app.forms.models import Draft, DraftFile, FormVersion, Link, Submission
from app.forms.queries import submission_by_instance
from app.forms.screens import messages
from app.forms.visiting import begun_in_time, refuse_closed
from app.storage import storage
from app.xforms.adopting import adopt_answers, put_metadata, upload_places
from app.xforms.answers import get_answer, path_of, put_answer
from app.xforms.definition import FormDefinition
from app.xforms.filling import Filling, open_filling
from app.xforms.instances import write_submission


@dataclass(frozen=True)
class Whole:
    """What a device sent of one form: ``answers`` as JSON gave them, files by place."""

    instance_id: str
    answers: Any
    files: Mapping[str, FileStorage]
    started: datetime
    ended: datetime
    device: str | None = None
    draft_key: str | None = None

    def metadata(self) -> dict[str, str]:
        """What the form may preload. Its start and day are the device's: nobody else knows when it began."""
        started = on_city_clock(self.started)
        known = {"start": started.isoformat(), "today": started.date().isoformat()}
        return known | ({"deviceid": self.device} if self.device else {})

    def digest(self, version: FormVersion) -> str:
        """The sameness of two sets: of form, answers and files. Times and device are not looked at."""
        files = []
        for place in sorted(self.files):
            stream = self.files[place].stream
            stream.seek(0)
            files.append([place, hashlib.file_digest(stream, "sha256").hexdigest()])  # type: ignore[arg-type]
            stream.seek(0)
        told = json.dumps([version.id, self.instance_id, self.answers, files], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class _Checked:
    """What the server made of a whole set: problems are texts by place, files those that answers name."""

    filling: Filling
    problems: dict[str, str]
    files: list[IncomingFile]


@dataclass(frozen=True)
class Delivered:
    """The submission that stands for the set, or what is wrong with it: texts by place."""

    submission: Submission | None
    problems: Mapping[str, str] = field(default_factory=dict)


def deliver(*, link: Link, version: FormVersion, whole: Whole, language: str) -> Delivered:
    """Check a whole set of answers and store it; the same set again finds the first one's submission.

    Raises Conflict ``answers-changed`` (the instance is there with other answers), ``draft-sent`` or
    ``link-used``, Gone ``survey-closed`` or ``link-used``, Forbidden ``survey-not-open``.
    """
    digest = whole.digest(version)
    there = _same(link, whole, digest)
    if there is not None:
        return Delivered(there)
    draft = draft_of(link, whole)
    refuse_closed(link, begun=draft is not None or begun_in_time(link, whole.started))
    refuse_used(link)
    definition = definition_of(version)
    checked = _check(definition, whole, language, draft)
    answers = checked.filling.answers
    refused = refuses(answers, version)
    if checked.problems and not refused:
        return Delivered(None, checked.problems)
    if draft is not None and not mark_sent(draft=draft):
        there = _same(link, whole, digest)
        if there is None:
            raise Conflict("draft-sent")
        return Delivered(there)
    now, log = on_city_clock(whole.ended), audit_files(definition, whole.started, whole.ended)
    audit = log[0].name if log else None
    xml = write_submission(definition, answers, instance_id=whole.instance_id, audit=audit, now=now)
    received = _receive(link, version, whole, xml, [*checked.files, *log], digest)
    if draft is None and link.kind == "personal" and received.created:
        draft = new_draft(link=link, version=version, instance_id=whole.instance_id, answers={})
        mark_sent(draft=draft)
    if draft is not None:
        finish(draft=draft, submission=received.submission)
    return Delivered(received.submission)


def _same(link: Link, whole: Whole, digest: str) -> Submission | None:
    """The submission that came of the same set before; Conflict when it came of another."""
    there = submission_by_instance(link.form, whole.instance_id)
    if there is not None and (there.digest != digest or there.link_id != link.id):
        raise Conflict("answers-changed")
    return there


def _receive(
    link: Link, version: FormVersion, whole: Whole, xml: bytes, files: list[IncomingFile], digest: str
) -> Received:
    try:
        return receive(
            form=version.form,
            xml=xml,
            files=files,
            link=link,
            channel="web",
            device_id=whole.device,
            receipt=receipt_code(),
            digest=digest,
        )
    except Conflict as problem:
        # On this way nothing is kept apart: the device still has what it sent.
        raise Conflict("answers-changed") if problem.code == "instance-changed" else problem from problem


def draft_of(link: Link, whole: Whole) -> Draft | None:
    """The draft on the server that these answers go on from, if there is one."""
    found = find_draft(link, whole.draft_key)
    if found is None:
        query = select(Draft).where(Draft.link_id == link.id, Draft.instance_id == whole.instance_id)
        found = db.session.execute(query.order_by(Draft.id.desc()).limit(1)).scalar_one_or_none()
    return found


def make_out(
    *, definition: FormDefinition, whole: Whole, kept: Sequence[DraftFile]
) -> tuple[dict[str, Any], dict[str, IncomingFile], dict[str, str]]:
    """The answers in the form's shape with its own metadata, the files by place, and what is wrong by place.

    ``kept``: the files of a draft that these answers go on from.
    """
    answers, strange = adopt_answers(definition, whole.answers)
    files, wrong = _take_files(definition, whole, answers, kept)
    wrong |= {each.place: describe(f"answer-{each.code}", each.facts) for each in strange}
    now = on_city_clock(whole.ended)
    return put_metadata(definition, answers, now=now, metadata=whole.metadata()), files, wrong


def _check(definition: FormDefinition, whole: Whole, language: str, draft: Draft | None) -> _Checked:
    """Work everything out anew: calculations, relevance, rows; then check all answers and files."""
    kept = draft.files if draft is not None else ()
    answers, files, wrong = make_out(definition=definition, whole=whole, kept=kept)
    now = on_city_clock(whole.ended)
    filling = open_filling(definition, answers, language=language, now=now, metadata=whole.metadata())
    # What did not arrive as it should is told as such, not as a question without an answer.
    asked = {place: text for place, text in wrong.items() if _is_asked(filling, place)}
    problems = messages(filling, filling.problems()) | asked
    named = {get_answer(filling.answers, place) for place in files}
    return _Checked(filling, problems, [each for each in files.values() if each.name in named])


def _is_asked(filling: Filling, place: str) -> bool:
    """Whether what is wrong there is of this form as it stands: not of a question that is asked no more."""
    path = path_of(place)
    known = path in filling.form.questions and place in filling.places(path)
    return not known or filling.relevant(place)


def _take_files(
    definition: FormDefinition, whole: Whole, answers: dict[str, Any], kept: Sequence[DraftFile]
) -> tuple[dict[str, IncomingFile], dict[str, str]]:
    """Put the names of the files that came into the answers; the files, and what is wrong, by place.

    An answer names a file that came with it, or one that its draft keeps already.
    """
    there = {each.file_name: each for each in kept}
    files: dict[str, IncomingFile] = {}
    places = upload_places(definition, answers)
    wrong = {place: describe("answer-unknown-node") for place in whole.files.keys() - set(places)}
    for place in places:
        upload, named = whole.files.get(place), get_answer(answers, place)
        if upload is None and named in there:
            old = there[named]
            files[place] = IncomingFile(old.file_name, storage().get(old.sha256), old.content_type)
            continue
        put_answer(definition, answers, place, None)
        if upload is None:
            wrong |= {place: describe("answer-file-missing")} if named else {}
            continue
        code = file_problem(definition.questions[path_of(place)], upload)
        if code is not None:
            wrong[place] = describe(code, {"limit": LARGEST_FILE_MB})
            continue
        name = file_name_for(place, upload.filename, _mark(whole, place, upload))
        put_answer(definition, answers, place, name)
        files[place] = IncomingFile(name, upload.stream, upload.mimetype or None)
    return files, wrong


def _mark(whole: Whole, place: str, upload: FileStorage) -> str:
    """What tells the file from others of its question: the same for the same set sent again."""
    content = hashlib.file_digest(upload.stream, "sha256").digest()  # type: ignore[arg-type]
    upload.stream.seek(0)
    return hashlib.sha256(f"{whole.instance_id} {place} ".encode() + content).hexdigest()[:12]
