"""Drafts of residents: kept on the server at every step, sent once."""

from __future__ import annotations

import secrets
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from werkzeug.datastructures import FileStorage

from app.db import db, utcnow
from app.errors import Conflict, Gone
from app.forms.clock import city_now, on_city_clock
from app.forms.collecting import IncomingFile, plain_name, receive
from app.forms.definitions import definition_of
from app.forms.models import Draft, DraftFile, FormVersion, Link, Submission
from app.storage import storage
from app.xforms.answers import get_answer, path_of
from app.xforms.auditing import AUDIT_FILE, audit_log
from app.xforms.definition import FormDefinition, Question
from app.xforms.filling import Filling, add_row, open_filling, remove_row, take_fields
from app.xforms.instances import write_submission
from app.xforms.paging import Page

#: Letters and digits that are not mistaken for one another when read aloud or copied by hand.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LARGEST_FILE_MB = 15
_MOST_ANSWER_CHARACTERS = 100_000
_NUMBER_KINDS = frozenset({"integer", "decimal", "range", "geopoint"})
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")


@dataclass(frozen=True)
class Posted:
    """What a screen of the page sent: fields by place, files by place, places whose file goes."""

    fields: Mapping[str, list[str]]
    files: Mapping[str, FileStorage]
    removed: frozenset[str]


def find_draft(link: Link, key: str | None) -> Draft | None:
    """The draft of a key; of a personal link also without one, so that another device can go on."""
    query = select(Draft).where(Draft.link_id == link.id)
    if key:
        found = db.session.execute(query.where(Draft.draft_key == key)).scalar_one_or_none()
        if found is not None:
            return found
    if link.kind != "personal":
        return None
    return db.session.execute(query.order_by(Draft.id.desc()).limit(1)).scalar_one_or_none()


def start_draft(*, link: Link, version: FormVersion) -> Draft:
    """Begin a draft with the form's defaults; Gone ``link-used`` when the link has taken its answers.

    A personal link has one draft: whoever comes second, however close, goes on with it.
    """
    refuse_used(link)
    if link.kind == "personal":
        _hold_link(link)
        there = find_draft(link, None)
        if there is not None:
            return there
    answers = first_filling(definition_of(version), "", utcnow()).all_answers()
    return new_draft(link=link, version=version, instance_id=f"uuid:{uuid.uuid4()}", answers=answers)


def new_draft(
    *,
    link: Link | None,
    version: FormVersion,
    instance_id: str,
    answers: dict[str, Any],
    edits: Submission | None = None,
) -> Draft:
    """Add a draft with these answers: of a link, or of staff who edit a submission."""
    draft = Draft(
        draft_key=secrets.token_urlsafe(24),
        link=link,
        edits=edits,
        version=version,
        instance_id=instance_id,
        answers=answers,
        rejected={},
        started_at=utcnow(),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def _hold_link(link: Link) -> None:
    """Keep whoever else begins at this link waiting until the transaction ends."""
    # Written past the trail: nothing changes.
    table = Link.__table__
    db.session.execute(update(table).where(table.c.id == link.id).values(used=table.c.used))


def first_filling(definition: FormDefinition, language: str, now: datetime) -> Filling:
    """The form before the first answer."""
    begun = on_city_clock(now)
    return open_filling(
        definition, {}, language=language, first=True, now=begun, metadata={"start": begun.isoformat()}
    )


def refuse_used(link: Link) -> None:
    """Gone ``link-used`` when the link has taken as many answers as it may."""
    if link.submission_limit is not None and link.used >= link.submission_limit:
        raise Gone("link-used")


def hold(*, draft: Draft) -> None:
    """Keep other writers of this draft waiting until the transaction ends: two clicks come one by one."""
    db.session.execute(update(Draft).where(Draft.id == draft.id).values(updated_at=utcnow()))
    db.session.refresh(draft)


def save_page(*, draft: Draft, definition: FormDefinition, page: Page, posted: Posted) -> None:
    """Keep all that a screen sent, right or wrong. A file that cannot be taken is noted in ``rejected``."""
    fields = {
        place: [_tidy(definition, place, text) for text in texts] for place, texts in posted.fields.items()
    }
    rejected: dict[str, Any] = {}
    for place in _upload_places(draft, definition, page):
        upload = posted.files.get(place)
        fields.pop(place, None)
        if upload is not None and upload.filename:
            code = file_problem(definition.questions[path_of(place)], upload)
            if code is None:
                fields[place] = [_keep_file(draft, place, upload)]
            else:
                rejected[place] = {"code": code, "limit": LARGEST_FILE_MB}
        elif place in posted.removed:
            fields[place] = [""]
    answers, _untyped = take_fields(definition, draft.answers, page, fields, now=city_now())
    draft.answers, draft.rejected, draft.updated_at = answers, rejected, utcnow()
    db.session.flush()


def change_rows(*, draft: Draft, definition: FormDefinition, place: str, remove: bool) -> None:
    """Add a row to the repeat at ``place``, or remove the row at ``place``, if that is still there."""
    change = remove_row if remove else add_row
    try:
        draft.answers = change(definition, draft.answers, place)
    except KeyError:
        # A second click on the last row's button comes when the row is gone: nothing is left to do.
        return
    db.session.flush()


def refuses(draft_answers: Mapping[str, Any], version: FormVersion) -> bool:
    """Whether the answers refuse consent."""
    if version.consent_path is None:
        return False
    return bool(get_answer(dict(draft_answers), version.consent_path) == version.consent_value)


def send(*, draft: Draft, device: str | None = None) -> Submission:
    """Send a draft through the one door of all submissions; a second click finds the first one's submission.

    Conflict ``link-used`` when the link's answers were taken meanwhile, ``device-limit``.
    """
    if not mark_sent(draft=draft):
        if draft.submission is None:
            raise Conflict("link-used")
        return draft.submission
    now, definition = city_now(), definition_of(draft.version)
    log = audit_files(definition, draft.started_at, now)
    audit = log[0].name if log else None
    xml = write_submission(definition, draft.answers, instance_id=draft.instance_id, audit=audit, now=now)
    received = receive(
        form=draft.version.form,
        xml=xml,
        files=[*named_files(draft), *log],
        link=draft.link,
        channel="web",
        device_id=device,
        receipt=receipt_code(),
    )
    finish(draft=draft, submission=received.submission)
    return received.submission


def named_files(draft: Draft) -> list[IncomingFile]:
    """The files that the answers still name; others were replaced or taken back."""
    named = set(_texts(draft.answers))
    return [
        IncomingFile(each.file_name, storage().get(each.sha256), each.content_type)
        for each in draft.files
        if each.file_name in named
    ]


def audit_files(definition: FormDefinition, started: datetime, ended: datetime) -> list[IncomingFile]:
    """The log of the filling, where the form asks for one."""
    if not definition.audited:
        return []
    return [IncomingFile(AUDIT_FILE, audit_log(started, ended), "text/csv")]


def mark_sent(*, draft: Draft) -> bool:
    """Mark a draft as sent. Whoever sets the mark sends; the database lets one do it."""
    marked = db.session.execute(
        update(Draft).where(Draft.id == draft.id, Draft.sent_at.is_(None)).values(sent_at=utcnow())
    )
    db.session.refresh(draft)
    return marked.rowcount == 1


def finish(*, draft: Draft, submission: Submission) -> None:
    """The answers are a submission now; the draft keeps no second copy of them."""
    draft.submission = submission
    draft.answers, draft.rejected, draft.resume_digest, draft.reason = {}, {}, None, None
    draft.files.clear()
    db.session.flush()


def receipt_code() -> str:
    """A short code that nobody can guess: 10 letters of 32, 50 bits."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def forget_drafts(*, before: datetime) -> int:
    """Delete the unsent drafts that nobody touched since ``before``, with their files; returns how many."""
    old = delete(Draft).where(Draft.sent_at.is_(None), Draft.updated_at < before)
    gone = db.session.execute(old.execution_options(synchronize_session=False))
    return int(gone.rowcount)


def _tidy(definition: FormDefinition, place: str, text: str) -> str:
    """Bound the text; digits typed with a Chinese keyboard become plain ones where a number is asked for."""
    kept = text[:_MOST_ANSWER_CHARACTERS].replace("\x00", "")
    question = definition.questions.get(path_of(place.partition("#")[0]))
    if question is not None and question.kind in _NUMBER_KINDS:
        return unicodedata.normalize("NFKC", kept)
    return kept


def _upload_places(draft: Draft, definition: FormDefinition, page: Page) -> Sequence[str]:
    paths = [path for path in page.questions if definition.questions[path].is_upload]
    if not paths:
        return ()
    filling = open_filling(definition, draft.answers, now=city_now())
    return [place for path in paths for place in filling.places(path)]


def file_problem(question: Question, upload: FileStorage) -> str | None:
    """The code of what speaks against a file as the answer to a question, if anything does."""
    head = upload.stream.read(32)
    upload.stream.seek(0, 2)
    size = upload.stream.tell()
    upload.stream.seek(0)
    if size > LARGEST_FILE_MB * 1024 * 1024:
        return "answer-file-too-large"
    if question.kind == "image" and not _is_picture(head):
        return "answer-file-kind"
    return None


def _is_picture(head: bytes) -> bool:
    riff = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    heif = head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"hevc"}
    return head.startswith(_PICTURES) or riff or heif


def _keep_file(draft: Draft, place: str, upload: FileStorage) -> str:
    """Store the file under a name that no other file of this draft has."""
    sha256, size = storage().put(upload.stream)
    name = file_name_for(place, upload.filename, secrets.token_hex(6))
    kind = (upload.mimetype or "application/octet-stream")[:120]
    draft.files.append(DraftFile(file_name=name, sha256=sha256, size=size, content_type=kind))
    return name


def keep_files(*, draft: Draft, files: Mapping[str, IncomingFile]) -> None:
    """Keep these files (by place) with a draft, and none that it had before."""
    before = {each.file_name: each for each in draft.files}
    kept = []
    for each in files.values():
        if each.name in before:
            kept.append(before[each.name])
            continue
        sha256, size = storage().put(each.content)
        kind = (each.content_type or "application/octet-stream")[:120]
        kept.append(DraftFile(file_name=each.name, sha256=sha256, size=size, content_type=kind))
    draft.files = kept
    db.session.flush()


def file_name_for(place: str, given: str | None, mark: str) -> str:
    """The name under which the file of a place is kept; ``mark`` tells it from others."""
    plain = plain_name(given or "file")
    ending = plain.rpartition(".")[2].lower() if "." in plain else ""
    ending = f".{ending}" if ending.isalnum() and len(ending) <= 5 else ""
    return f"{path_of(place).rpartition('/')[2][:60]}-{mark}{ending}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return []
