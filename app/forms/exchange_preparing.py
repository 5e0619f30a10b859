"""Drafts of forms: sent and looked at, given their files, and only then published."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import PurePath

from sqlalchemy import select

from app.audit import current_actor
from app.db import db, utcnow
from app.errors import Conflict, Invalid, NotFound, TooLarge
from app.forms.exchange_models import FormDraft, FormDraftFile
from app.forms.models import Form, FormVersion
from app.forms.preparing import file_names, identified
from app.forms.publishing import attach_file, publish, set_state
from app.forms.queries import published_version
from app.forms.uploading import read_upload
from app.storage import storage
from app.xforms.versioning import with_version

_LARGEST_FILE = 50 * 1024 * 1024
_LONGEST_VERSION = 200


def prepare(*, content: bytes, filename: str, root_id: int, form: Form | None = None) -> FormDraft:
    """Keep a form, or the next version of ``form``, as a draft in the place of an earlier one.

    Refuses what ``publish`` would refuse of the file itself; Conflict ``form-exists``
    where a new form has the id of another.
    """
    upload = read_upload(content, filename)
    definition, known = identified(upload, form.form_id if form else None)
    if form is None and known is not None:
        raise Conflict("form-exists", found=definition.form_id)
    draft = FormDraft(
        form_id=definition.form_id,
        root_id=root_id,
        title=(definition.title or definition.form_id)[:300],
        version=definition.version,
        xform=upload.xform,
        source_sha256=storage().put(content)[0],
        source_name=PurePath(filename.replace("\\", "/")).name[:255],
        made_by=current_actor(),
        files=[FormDraftFile(file_name=each) for each in file_names(definition, upload.itemsets)],
    )
    return _keep(draft)


def prepare_again(*, form: Form, root_id: int) -> FormDraft:
    """Make a draft of what is published, to give it other files and a new version; one statement more."""
    newest = published_version(form)
    draft = FormDraft(
        form_id=form.form_id,
        root_id=root_id,
        title=form.title,
        version=newest.version,
        xform=newest.xform,
        source_sha256=storage().put(newest.xform)[0],
        source_name=f"{form.form_id[:200]}.xml".replace("/", "_"),
        made_by=current_actor(),
        files=[FormDraftFile(file_name=each.file_name) for each in newest.files],
    )
    return _keep(draft)


def _keep(draft: FormDraft) -> FormDraft:
    earlier = find_draft_of(draft.form_id)
    if earlier is not None:
        if earlier.root_id != draft.root_id:
            raise Conflict("form-exists", found=draft.form_id)
        db.session.delete(earlier)
        db.session.flush()
    db.session.add(draft)
    db.session.flush()
    return draft


def give_file(*, draft: FormDraft, file_name: str, content: bytes) -> FormDraftFile:
    """Give a file of the draft its content; NotFound ``unknown-form-file``, TooLarge."""
    slot = next((each for each in draft.files if each.file_name == file_name), None)
    if slot is None:
        known = [each.file_name for each in draft.files]
        raise NotFound("unknown-form-file", found=file_name, expected=known)
    if len(content) > _LARGEST_FILE:
        raise TooLarge("too-large", limit=_LARGEST_FILE)
    slot.sha256, slot.updated_at = storage().put(content)[0], utcnow()
    db.session.flush()
    return slot


def publish_draft(*, draft: FormDraft, version: str | None = None) -> FormVersion:
    """Publish a draft with its files, under another version if one is given; the draft is then gone.

    Refuses what ``publish`` and ``attach_file`` refuse, and Invalid ``form-version-too-long``.
    """
    if version is not None and len(version) > _LONGEST_VERSION:
        raise Invalid("form-version-too-long", found=version[:80], limit=_LONGEST_VERSION)
    if version is None or version == draft.version:
        content, filename = storage().get(draft.source_sha256), draft.source_name
    else:
        content, filename = with_version(draft.xform, version), f"{PurePath(draft.source_name).stem}.xml"
    made = publish(
        content=content, filename=filename, form_id=draft.form_id, root_id=draft.root_id, state="open"
    )
    for each in draft.files:
        if each.sha256:
            attach_file(version=made, file_name=each.file_name, content=storage().get(each.sha256))
    if made.form.state == "draft":
        set_state(form=made.form, state="open")
    discard(draft=draft)
    return made


def discard(*, draft: FormDraft) -> None:
    """Throw a draft away."""
    db.session.delete(draft)
    db.session.flush()


def find_draft_of(form_id: str) -> FormDraft | None:
    """The draft of a form id."""
    return db.session.execute(select(FormDraft).where(FormDraft.form_id == form_id)).scalar_one_or_none()


def draft_in(root_id: int, form_id: str) -> FormDraft:
    """The draft of a form id in a city; NotFound ``form-without-draft``."""
    found = find_draft_of(form_id)
    if found is None or found.root_id != root_id:
        raise NotFound("form-without-draft", found=form_id)
    return found


def new_drafts(root_id: int) -> Sequence[FormDraft]:
    """The drafts of a city's forms that were never published, by title."""
    published = select(Form.id).where(Form.form_id == FormDraft.form_id).exists()
    query = select(FormDraft).where(FormDraft.root_id == root_id, ~published)
    return db.session.execute(query.order_by(FormDraft.title, FormDraft.id)).scalars().all()


def kind_of_file(file_name: str) -> str:
    """What Central calls the kind of a form's file."""
    kind = (mimetypes.guess_type(file_name)[0] or "").partition("/")[0]
    return kind if kind in {"image", "audio", "video"} else "file"
