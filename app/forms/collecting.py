"""Collecting: an instance and its files become a submission, once, whatever door they came through."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, TypeVar, cast

from sqlalchemy import Table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient_to_detached

from app.audit import current_actor
from app.db import Base, db, utcnow
from app.errors import Conflict, NotFound
from app.events import publish
from app.forms.definitions import definition_of
from app.forms.limiting import count_device
from app.forms.models import Form, Link, Quarantine, Submission, SubmissionFile
from app.forms.queries import published_version, submission_by_instance, successor
from app.forms.reading import Reading, instance_of, read_instance
from app.storage import storage
from app.xforms.instances import referenced_files

_LONGEST_NAME = 255
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class IncomingFile:
    """A file as it came: its name, and its bytes or a stream of them."""

    name: str
    content: bytes | IO[bytes]
    content_type: str | None = None


@dataclass(frozen=True)
class Received:
    """The submission that now stands for the instance; ``created`` is false for a retry."""

    submission: Submission
    created: bool


@dataclass(frozen=True)
class _Stored:
    name: str
    sha256: str
    size: int
    content_type: str | None


def receive(
    *,
    form: Form,
    xml: bytes,
    files: Sequence[IncomingFile] = (),
    link: Link | None = None,
    channel: str,
    device_id: str | None = None,
    incomplete: bool = False,
    receipt: str | None = None,
    of: Submission | None = None,
    digest: str | None = None,
    adopting: bool = False,
    reason: str | None = None,
) -> Received:
    """Store an instance of ``form`` with its files, in the present transaction.

    The same bytes again are the same submission, which takes further files. What is odd is flagged, not
    refused. ``digest``: of what was sent, if not the XML. ``of``: what staff replace by this, ``reason``:
    why. ``adopting``: from quarantine. Publishes ``submission_received`` if new.
    Raises Problem (400) for XML that is no instance, NotFound ``unknown-form``, ``unknown-instance-edited``,
    TooLarge, Conflict ``instance-changed``, ``instance-outdated`` or (web) ``link-used``, ``device-limit``.
    """
    reading = read_instance(form=form, xml=xml, link=link)
    digest = digest or hashlib.sha256(xml).hexdigest()
    earlier = of or (_newest(form, reading) if adopting else _edited(form, reading, link, device_id))
    kept = [] if reading.disposition == "refused" else _store_files(files)
    flags = _flags_since(of, reading.flags) + _file_flags(reading.expected_files, kept, incomplete=incomplete)
    facts = _facts(form, reading, digest, link, channel, device_id) | _edit_facts(flags, earlier, reason)
    submission = _insert(Submission, facts | {"receipt": receipt})
    if submission is None:
        # A page sends all at once: nothing is added to what came first.
        return _again(form, reading, digest, kept if channel != "web" else (), incomplete=incomplete)
    if earlier is not None:
        _supersede(earlier)
    elif link is not None:
        _count(link, submission)
    _add_files(submission, reading.expected_files, kept)
    publish("submission_received", submission=submission, link=link, answers=submission.answers)
    return Received(submission, created=True)


def quarantine(
    *,
    form: Form,
    link: Link | None,
    reason: str,
    xml: bytes,
    files: Sequence[IncomingFile],
    facts: dict[str, Any],
) -> None:
    """Keep an instance that cannot be a submission, coarsened or refused like one; the same bytes once."""
    reading = read_instance(form=form, xml=xml, link=link)
    if reading.disposition == "refused":
        files = ()
    for each in files:
        if not isinstance(each.content, bytes):
            each.content.seek(0)
    kept = _store_files(files)
    sha256, _size = storage().put(reading.xml)
    digest = hashlib.sha256(xml).hexdigest()
    listed = [{"name": each.name, "sha256": each.sha256, "size": each.size} for each in kept]
    values = {"form_id": form.id, "link_id": link.id if link else None, "reason": reason, "digest": digest}
    values |= {"sha256": sha256, "files": listed}
    values["facts"] = {key: str(value) for key, value in facts.items()}
    _insert(Quarantine, values)


def _facts(
    form: Form, reading: Reading, digest: str, link: Link | None, channel: str, device_id: str | None
) -> dict[str, Any]:
    refused = reading.disposition == "refused"
    return {
        "form_id": form.id,
        "version_id": reading.version.id if reading.version else None,
        "version_text": reading.version_text,
        "instance_id": reading.instance_id,
        "xml": reading.xml,
        "digest": digest,
        "answers": reading.answers,
        "disposition": reading.disposition,
        "channel": channel,
        "link_id": link.id if link else None,
        "device_id": None if refused else _device(reading, device_id),
        "started_at": reading.started_at,
        "ended_at": reading.ended_at,
        "received_at": utcnow(),
        "findings": reading.findings,
    }


#: What was found when the first version came, and no edit of staff changes.
_OF_THE_ARRIVAL = ("form-closed", "form-not-open", "over-limit", "edit-of-another")


def _flags_since(of: Submission | None, flags: list[str]) -> list[str]:
    """The flags of an edit of staff: when and how the answers came is when and how the first ones came."""
    if of is None:
        return flags
    kept = [flag for flag in of.flags if flag in _OF_THE_ARRIVAL]
    return [*(flag for flag in flags if flag not in _OF_THE_ARRIVAL), *kept]


def _edit_facts(flags: list[str], earlier: Submission | None, reason: str | None) -> dict[str, Any]:
    """Flags; of an edit also what it replaces, who made it and why."""
    if earlier is None:
        return {"flags": flags}
    return {
        "flags": [*flags, "edited"],
        "replaces_id": earlier.id,
        "edited_by": current_actor()[:80],
        "edit_reason": reason,
    }


def _insert(table: type[Row], values: dict[str, Any]) -> Row | None:
    """One INSERT … ON CONFLICT DO NOTHING; None when a row of an equal key was there."""
    statement = _insertion(table, db.session.get_bind().dialect.name)
    key = db.session.execute(statement, values).scalar_one_or_none()
    if key is None:
        return None
    # The row is known without reading it back.
    row = table(**values, id=key)
    make_transient_to_detached(row)
    db.session.add(row)
    return row


@lru_cache(maxsize=16)
def _insertion(table: type[Base], dialect: str) -> Any:
    columns = cast(Table, table.__table__)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(columns).on_conflict_do_nothing().returning(columns.c.id)


def _edited(form: Form, reading: Reading, link: Link | None, device_id: str | None) -> Submission | None:
    """The submission that this instance edits; NotFound when there is none of that id.

    Only who sent it may edit it: by the same link, and where many phones share one, from the same device.
    What anybody else sends is a submission of its own, flagged for staff.
    """
    if not reading.deprecated_id or reading.deprecated_id == reading.instance_id:
        return None
    earlier = submission_by_instance(form, reading.deprecated_id)
    if earlier is None:
        raise NotFound("unknown-instance-edited", found=reading.deprecated_id)
    same = earlier.link_id == (link.id if link is not None else None)
    if same and link is not None and link.kind == "openrosa":
        same = earlier.device_id is not None and earlier.device_id == _device(reading, device_id)
    if not same:
        reading.flags.append("edit-of-another")
        return None
    return earlier


def _newest(form: Form, reading: Reading) -> Submission | None:
    """The present version of what an adopted edit speaks of; None where that never came."""
    reading.flags.append("adopted")
    found = submission_by_instance(form, reading.deprecated_id) if reading.deprecated_id else None
    while found is not None and (later := successor(found)) is not None:
        found = later
    return found


def _device(reading: Reading, device_id: str | None) -> str | None:
    return _printable(device_id or reading.device_id or "")[:255] or None


def _supersede(earlier: Submission) -> None:
    """Take the earlier one out of the current ones; Conflict when another edit did so before."""
    done = db.session.execute(
        update(Submission)
        .where(Submission.id == earlier.id, Submission.superseded_at.is_(None))
        .values(superseded_at=utcnow())
    )
    if done.rowcount != 1:
        raise Conflict("instance-outdated", found=earlier.instance_id)


def _count(link: Link, submission: Submission) -> None:
    """Count against the limits in one statement each, so that two at once cannot both be the last one."""
    if submission.channel == "web" and submission.disposition != "refused":
        count_device(link=link, device=submission.device_id)
    if link.submission_limit is None:
        return
    # Written past the trail: the submission itself tells when and by which link it came.
    table = Link.__table__
    done = db.session.execute(
        update(table)
        .where(table.c.id == link.id, table.c.used < table.c.submission_limit)
        .values(used=table.c.used + 1)
    )
    if done.rowcount == 1:
        return
    if submission.channel == "web":
        raise Conflict("link-used")
    submission.flags = [*submission.flags, "over-limit"]
    db.session.flush()


def _again(
    form: Form, reading: Reading, digest: str, kept: Sequence[_Stored], *, incomplete: bool
) -> Received:
    """The instance is there: the same bytes are a success again and may bring further files."""
    # In turn: two parts of one upload at once would each miss the other's files.
    there = submission_by_instance(form, reading.instance_id, in_turn=True)
    if there is None:
        # Not this instance but another edit of the same earlier one stood in the way.
        raise Conflict("instance-outdated", found=reading.deprecated_id)
    if there.digest != digest:
        raise Conflict("instance-changed", found=reading.instance_id)
    before = [_Stored(each.file_name, each.sha256, each.size, each.content_type) for each in there.files]
    fresh = [
        each for each in kept if (each.name, each.sha256) not in {(old.name, old.sha256) for old in before}
    ]
    _add_files(there, reading.expected_files, fresh)
    # The last part may overtake the others: what it has completed stays complete.
    waiting = incomplete and "incomplete" in there.flags
    file_flags = _file_flags(reading.expected_files, [*before, *fresh], incomplete=waiting)
    flags = [flag for flag in there.flags if flag not in _FILE_FLAGS] + file_flags
    if flags != there.flags and there.disposition != "refused":
        there.flags = flags
    db.session.flush()
    return Received(there, created=False)


def add_file(*, submission: Submission, file: IncomingFile) -> None:
    """Keep one more file of a submission that was sent without it.

    NotFound ``unknown-submission-file`` for one that no answer names, or of who did not take part.
    """
    expected: frozenset[str] = frozenset()
    if submission.disposition != "refused":
        definition = definition_of(submission.version or published_version(submission.form))
        expected = frozenset(referenced_files(definition, instance_of(submission.xml)))
    if file.name not in expected:
        raise NotFound("unknown-submission-file")
    before = [_Stored(each.file_name, each.sha256, each.size, each.content_type) for each in submission.files]
    kept = _store_files([file])
    _add_files(submission, expected, kept)
    flags = [flag for flag in submission.flags if flag not in _FILE_FLAGS]
    submission.flags = flags + _file_flags(expected, list({*before, *kept}), incomplete=False)
    db.session.flush()


_FILE_FLAGS = ("incomplete", "files-missing", "extra-files", "changed-file")


def _file_flags(expected: Iterable[str], kept: Sequence[_Stored], *, incomplete: bool) -> list[str]:
    wanted, names = set(expected), [each.name for each in kept]
    found = {
        "incomplete": incomplete,
        "files-missing": not incomplete and bool(wanted - set(names)),
        "extra-files": bool(set(names) - wanted),
        "changed-file": len(set(names)) < len(names),
    }
    return [flag for flag in _FILE_FLAGS if found[flag]]


def _store_files(files: Sequence[IncomingFile]) -> list[_Stored]:
    """Put the contents into storage before the first write, while nobody waits for the database."""
    kept: dict[tuple[str, str], _Stored] = {}
    for each in files:
        sha256, size = storage().put(each.content)
        name = plain_name(each.name)
        kind = (each.content_type or mimetypes.guess_type(name)[0] or "application/octet-stream")[:120]
        kept[name, sha256] = _Stored(name, sha256, size, kind)
    return list(kept.values())


def _add_files(submission: Submission, expected: frozenset[str], kept: Sequence[_Stored]) -> None:
    for each in kept:
        values = {
            "submission_id": submission.id,
            "file_name": each.name,
            "sha256": each.sha256,
            "size": each.size,
            "content_type": each.content_type,
            "expected": each.name in expected,
        }
        _insert(SubmissionFile, values)
    if kept:
        db.session.expire(submission, ["files"])


def plain_name(name: str) -> str:
    """A file name without folders and control characters, short enough to keep."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = _printable(last)
    clean = clean if clean.strip(".") else "file"
    return clean if len(clean) <= _LONGEST_NAME else clean[-_LONGEST_NAME:]


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()
