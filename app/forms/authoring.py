"""Drafts of forms: uploaded or copied, tried through their own link, replaced, thrown away, published.

Pages and programs come by different doors and meet the same draft: a form has one at most.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import delete, or_, select, update

from app.audit import current_actor
from app.db import db, flush_or, take_turn, utcnow
from app.errors import Conflict, NotFound, printable
from app.forms.definitions import definition_of
from app.forms.exchange_models import AppUserLink
from app.forms.hooking import hooks_of, remove_hook
from app.forms.links import make_link
from app.forms.models import (
    Draft,
    DraftFile,
    Form,
    FormVersion,
    Link,
    Quarantine,
    Submission,
    SubmissionComment,
    SubmissionFile,
)
from app.forms.preparing import (
    Prepared,
    Wanted,
    check_form_id,
    check_version,
    identified,
    key_of,
    md5_of,
    prepare,
    refuse_changed_types,
    refuse_lost_protection,
    same_version,
    take_content,
    version_taken,
)
from app.forms.publishing import give_title, make_newest, new_version
from app.forms.queries import city_of_form, published_version
from app.forms.uploading import Upload, read_upload, refuse_what_phones_refuse
from app.xforms.definition import FormDefinition
from app.xforms.renaming import renamed
from app.xforms.versioning import with_version


@dataclass(frozen=True)
class Copy:
    """How a copy of a form is called. An empty title is that of the form it is made from."""

    form_id: str
    version: str
    title: str = ""


def save_draft(
    *,
    content: bytes,
    filename: str,
    form_id: str | None = None,
    root_id: int | None = None,
    coarsen: Collection[str] | None = None,
    consent: tuple[str, str] | None = None,
    title_en: str = "",
) -> FormVersion:
    """Keep an uploaded form as the draft of its form; a draft that is there is replaced, its link stays.

    What is asked and refused is as for :func:`app.forms.publishing.publish`; where Java is there, ODK
    Validate looks at the form as well. Gives the published version where it is the same.
    """
    upload = read_upload(content, filename)
    definition, form = identified(upload, form_id)
    if (same := same_version(form, definition.version, upload.xform)) is not None:
        return same
    return _draft(upload, definition, form, Wanted(form_id, coarsen, consent), root_id, title_en)


def draft_new_form(*, content: bytes, filename: str, root_id: int) -> FormVersion:
    """As :func:`save_draft`, of a form of which nothing is published; Conflict ``form-exists`` of another."""
    upload = read_upload(content, filename)
    definition, form = identified(upload, None)
    if form is not None and (form.newest is not None or city_of_form(form) != root_id):
        raise Conflict("form-exists", found=form.form_id)
    return _draft(upload, definition, form, Wanted(), root_id)


def draft_next_version(*, form: Form, content: bytes, filename: str) -> FormVersion:
    """As :func:`save_draft`, also where its version is published: publishing may call it otherwise."""
    upload = read_upload(content, filename)
    definition, _same = identified(upload, form.form_id)
    return _draft(upload, definition, form, Wanted())


def draft_published(*, form: Form) -> FormVersion:
    """Make a draft of what is published, to give it other files; NotFound ``form-not-published``."""
    newest = published_version(form)
    upload = Upload(f"{form.form_id[:200]}.xml", newest.xform, newest.xform)
    definition, _same = identified(upload, form.form_id)
    _take_turn(form)
    prepared = prepare(upload, Wanted(), definition=definition, form=form, warnings=())
    made = _keep(prepared, root_id=None, title_en="")
    _take_files(made, newest)
    return made


def copy_version(*, version: FormVersion, called: Copy) -> FormVersion:
    """Make the draft of a new form out of a version of another: its questions, rules, files and protection.

    Raises Invalid ``form-id-unusable``, ``form-id-path-like``, Conflict ``form-id-taken``.
    """
    check_form_id(called.form_id)
    check_version(called.version)
    if db.session.execute(select(Form.id).where(Form.form_id == called.form_id)).first() is not None:
        raise Conflict("form-id-taken", found=called.form_id)
    content = renamed(
        version.xform,
        form_id=called.form_id,
        version=called.version,
        title=printable(called.title).strip(),
    )
    upload = Upload(f"{called.form_id}.xml", content, content)
    definition, _none = identified(upload, called.form_id)
    consent = (version.consent_path, version.consent_value or "") if version.consent_path else None
    wanted = Wanted(called.form_id, list(version.coarsen), consent)
    prepared = prepare(upload, wanted, definition=definition, form=None, warnings=())
    copied = _keep(prepared, root_id=version.form.root_id, title_en="")
    _take_files(copied, version)
    return copied


def publish_draft(
    *, version: FormVersion, without_files: bool = False, called: str | None = None
) -> FormVersion:
    """Make a draft the newest version of its form, for good.

    ``without_files``: although files are missing. ``called``: under this version instead of its own.
    What is published already, file by file, is given back, and the draft is gone. Raises Conflict
    ``version-published``, ``form-files-missing``, ``version-taken``, Invalid ``form-types-changed``,
    ``form-version-too-long``, and what :func:`app.forms.preparing.refuse_lost_protection` raises.
    """
    form = version.form
    _take_turn(form)
    db.session.refresh(version, ["published_at"])
    _refuse_published(version)
    missing = missing_files(version)
    if missing and not without_files:
        raise Conflict("form-files-missing", found=missing)
    if called is not None and called != version.version:
        _call(version, called)
    if (same := same_version(form, version.version, version.xform)) is not None:
        if same.definition_key != version.definition_key:
            raise version_taken(form, version.version)
        discard_draft(version=version)
        return same
    definition = definition_of(version)
    refuse_changed_types(definition, form)
    consent = (version.consent_path, version.consent_value or "") if version.consent_path else None
    refuse_lost_protection(definition, version.coarsen, consent)
    make_newest(version=version, definition=definition)
    return version


def discard_draft(*, version: FormVersion) -> Form | None:
    """Throw a draft away with its link and what came through it; gives its form, unless that is gone too:
    a form of which nothing was ever published goes with its draft. Raises Conflict ``version-published``.
    """
    form = version.form
    take_turn(under=form)
    db.session.refresh(version, ["published_at"])
    _refuse_published(version)
    _forget_trials(version)
    for link in db.session.execute(select(Link).where(Link.version_id == version.id)).scalars():
        db.session.delete(link)
    db.session.flush()
    db.session.delete(version)
    db.session.flush()
    db.session.expire(form, ["versions", "links"])
    if form.versions:
        return form
    # Nobody can have answered: without a published version no other link shows anything.
    keys = [link.id for link in form.links]
    db.session.execute(delete(AppUserLink).where(AppUserLink.link_id.in_(keys)))
    for link in form.links:
        db.session.delete(link)
    for hook in hooks_of(form):
        remove_hook(hook=hook)
    db.session.delete(form)
    db.session.flush()
    return None


def draft_in(root_id: int, form_id: str) -> FormVersion:
    """The draft of a form id in a city; NotFound ``form-without-draft``."""
    form = db.session.execute(select(Form).where(Form.form_id == form_id)).scalar_one_or_none()
    if form is None or form.draft is None or city_of_form(form) != root_id:
        raise NotFound("form-without-draft", found=form_id)
    return form.draft


def missing_files(version: FormVersion) -> list[str]:
    """Names of the files that a version names and that are not there yet."""
    return [each.file_name for each in version.files if not each.sha256]


def test_link_of(version: FormVersion) -> Link | None:
    """The link through which a version is tried."""
    query = select(Link).where(Link.version_id == version.id, Link.revoked_at.is_(None))
    return db.session.execute(query.order_by(Link.id).limit(1)).scalar_one_or_none()


def try_version(*, version: FormVersion) -> Link:
    """Make the test link of a version. Raises Conflict ``test-link-exists``."""
    if test_link_of(version) is not None:
        raise Conflict("test-link-exists")
    return make_link(form=version.form, kind="test", label=version.version, version=version)


def _draft(
    upload: Upload,
    definition: FormDefinition,
    form: Form | None,
    wanted: Wanted,
    root_id: int | None = None,
    title_en: str = "",
) -> FormVersion:
    warnings = refuse_what_phones_refuse(upload)
    if form is not None:
        _take_turn(form)
    prepared = prepare(upload, wanted, definition=definition, form=form, warnings=warnings)
    return _keep(prepared, root_id=root_id, title_en=title_en)


def _take_turn(form: Form) -> None:
    take_turn(under=form)
    db.session.expire(form, ["versions"])


def _call(version: FormVersion, text: str) -> None:
    """Let a draft be another version. A workbook that says otherwise is no longer what it was made from."""
    check_version(text)
    version.xform = with_version(version.xform, text)
    version.version, version.md5 = text, md5_of(version.xform)
    version.definition_key = key_of(version.md5, version.files)
    version.workbook_sha256, version.workbook_name = None, f"{PurePath(version.workbook_name).stem}.xml"


def _take_files(draft: FormVersion, source: FormVersion) -> None:
    """Give a draft the files that another version has."""
    before = {each.file_name: each for each in source.files}
    for slot in draft.files:
        if slot.file_name in before:
            take_content(slot, before[slot.file_name])
    draft.definition_key = key_of(draft.md5, draft.files)
    db.session.flush()


def _keep(prepared: Prepared, *, root_id: int | None, title_en: str) -> FormVersion:
    draft = prepared.form.draft if prepared.form is not None else None
    if draft is None:
        draft = new_version(prepared=prepared, state="draft", root_id=root_id)
        flush_or(meanwhile=Conflict("version-taken", form=prepared.definition.form_id, version="—"))
        db.session.expire(draft.form, ["versions"])
        make_link(form=draft.form, kind="test", label=draft.version, version=draft)
    else:
        _forget_trials(draft)
        # What is carried over was read from the old slots before; they go first, for names are unique.
        draft.files.clear()
        db.session.flush()
        draft.files.extend(prepared.slots)
        for name, value in prepared.columns.items():
            setattr(draft, name, value)
        draft.made_at, draft.published_by = utcnow(), current_actor()
    if draft.form.newest is None:
        give_title(draft.form, prepared.definition, title_en)
    db.session.flush()
    return draft


def _refuse_published(version: FormVersion) -> None:
    if not version.is_draft:
        raise Conflict("version-published", version=version.version or "—")


def _forget_trials(version: FormVersion) -> None:
    """Delete what came through the links of a draft: it answers other questions than the next one's."""
    links = select(Link.id).where(Link.version_id == version.id)
    sent = select(Submission.id).where(Submission.link_id.in_(links))
    typed = select(Draft.id).where(or_(Draft.link_id.in_(links), Draft.edits_id.in_(sent)))
    for statement in (
        delete(DraftFile).where(DraftFile.draft_id.in_(typed)),
        delete(Draft).where(or_(Draft.link_id.in_(links), Draft.edits_id.in_(sent))),
        delete(SubmissionFile).where(SubmissionFile.submission_id.in_(sent)),
        delete(SubmissionComment).where(SubmissionComment.submission_id.in_(sent)),
        delete(Quarantine).where(Quarantine.link_id.in_(links)),
        update(Submission).where(Submission.link_id.in_(links)).values(replaces_id=None),
        delete(Submission).where(Submission.link_id.in_(links)),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
