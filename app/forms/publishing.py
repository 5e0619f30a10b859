"""Publishing: an XLSForm or XForm becomes an immutable version; on refusal nothing changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from itertools import zip_longest

from app.audit import current_actor
from app.db import db, flush_or, utcnow
from app.errors import Conflict, Invalid, NotFound, TooLarge
from app.forms.definitions import choice_files
from app.forms.models import STATES, Form, FormFile, FormVersion
from app.forms.preparing import (
    Prepared,
    Wanted,
    attach,
    fill_slot,
    identified,
    key_of,
    prepare,
    same_version,
    version_taken,
)
from app.forms.queries import answered_ids, versions
from app.forms.slot_columns import refuse_missing_columns
from app.forms.uploading import read_upload
from app.xforms.definition import FormDefinition
from app.xforms.parsing import parse_form

_LARGEST_FILE = 50 * 1024 * 1024


def publish(
    *,
    content: bytes,
    filename: str,
    form_id: str | None = None,
    root_id: int | None = None,
    coarsen: Collection[str] | None = None,
    consent: tuple[str, str] | None = None,
    state: str = "open",
    title_en: str = "",
) -> FormVersion:
    """Publish an XLSForm (.xlsx, .xlsm, .xls, .csv, .md) or an XForm (.xml, kept byte for byte).

    ``form_id``: the id the form must have. ``coarsen``: paths of places to coarsen on arrival.
    ``consent``: (path, the answer that refuses). None keeps what the version before had.
    ``title_en`` is for readers of English: a form holds one title. ``state`` is given to a new form alone.
    Equal bytes of an equal version return the version that is there.
    Raises Invalid with places, Conflict ``version-taken`` or ``version-is-draft``, TooLarge.
    """
    upload = read_upload(content, filename)
    definition, form = identified(upload, form_id)
    if (same := same_version(form, definition.version, upload.xform)) is not None:
        return same
    if form is not None and form.draft is not None and form.draft.version == definition.version:
        raise Conflict("version-is-draft", form=form.form_id, version=definition.version or "—")
    prepared = prepare(
        upload, Wanted(form_id, coarsen, consent), definition=definition, form=form, warnings=()
    )
    version = new_version(prepared=prepared, state=state, root_id=root_id)
    make_newest(version=version, definition=definition, title_en=title_en)
    return version


def make_newest(*, version: FormVersion, definition: FormDefinition, title_en: str = "") -> None:
    """Publish what is prepared, for good. Raises Conflict ``version-taken``."""
    give_title(version.form, definition, title_en)
    version.published_at, version.published_by = utcnow(), current_actor()
    flush_or(meanwhile=version_taken(version.form, version.version))
    db.session.expire(version.form, ["versions"])


def new_version(*, prepared: Prepared, state: str, root_id: int | None) -> FormVersion:
    """A row for what is prepared, of a new form where there is none; not published yet."""
    form = prepared.form
    if form is None:
        form = Form(form_id=prepared.definition.form_id, title="", title_en="", root_id=root_id)
        form.state, form.state_since = _known_state(state), utcnow()
        db.session.add(form)
    version = FormVersion(
        form=form, published_by=current_actor(), files=list(prepared.slots), **prepared.columns
    )
    db.session.add(version)
    return version


def give_title(form: Form, definition: FormDefinition, title_en: str) -> None:
    """Let a form be called as its newest version says."""
    form.title = (definition.title or form.form_id)[:300]
    form.title_en = title_en[:300] or form.title_en


def attach_file(*, version: FormVersion, file_name: str, content: bytes) -> FormFile:
    """Give a file slot of a version its content; of a published one once. Choice files are read first.

    Raises NotFound ``unknown-form-file``, Conflict ``form-file-filled``, TooLarge, Invalid with the code of
    the file's problem, ``form-file-columns`` where a table lacks columns that the form names.
    """
    slot = next((each for each in version.files if each.file_name == file_name), None)
    if slot is None:
        raise NotFound(
            "unknown-form-file", found=file_name, expected=[each.file_name for each in version.files]
        )
    if len(content) > _LARGEST_FILE:
        raise TooLarge("too-large", limit=_LARGEST_FILE)
    content = as_phones_read(file_name, content)
    if slot.sha256 == hashlib.sha256(content).hexdigest():
        return slot
    if slot.id not in open_slots(versions(version.form)):
        raise Conflict("form-file-filled", found=file_name, version=version.version or "—")
    definition = parse_form(version.xform)
    known = choice_files(definition, version.files)
    sources = {(each.src or "").rpartition("/")[2] for each in definition.secondary_instances.values()}
    if file_name in sources:
        refuse_missing_columns(definition, file_name, content)
        attach(definition, known | {file_name: content})
    fill_slot(slot, content)
    version.definition_key = key_of(version.md5, version.files)
    db.session.flush()
    return slot


def as_phones_read(file_name: str, content: bytes) -> bytes:
    """A table in UTF-8: spreadsheets with a Chinese locale save text in GB 18030."""
    if not file_name.lower().endswith(".csv"):
        return content
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _from_chinese(content)
    return content


def _from_chinese(content: bytes) -> bytes:
    try:
        return content.decode("gb18030").encode()
    except UnicodeDecodeError:
        # What it is not is told by whoever reads its columns.
        return content


def open_slots(listed: Sequence[FormVersion]) -> frozenset[int]:
    """Keys of the file slots that may be given content; ``listed``: the versions of a form, newest first.

    All of a draft; of a published version an empty slot, and one whose content came over from the version
    before, until somebody has answered by it.
    """
    answered = answered_ids(listed)
    found = {slot.id for version in listed if version.is_draft for slot in version.files}
    published = [each for each in listed if not each.is_draft]
    for version, earlier in zip_longest(published, published[1:]):
        before = {each.file_name: each.sha256 for each in earlier.files} if earlier is not None else {}
        for slot in version.files:
            carried = version.id not in answered and slot.sha256 == before.get(slot.file_name)
            if slot.sha256 is None or carried:
                found.add(slot.id)
    return frozenset(found)


def set_state(*, form: Form, state: str) -> None:
    """Open or close a form: draft, open, closing (what is begun may be finished), closed."""
    wanted = _known_state(state)
    if wanted != form.state:
        form.state, form.state_since = wanted, utcnow()
    db.session.flush()


def _known_state(state: str) -> str:
    if state not in STATES:
        raise Invalid("unknown-form-state", found=state, expected=STATES)
    return state
