"""Drafts of forms: uploaded or copied, tried through their own link, replaced, thrown away, published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update

from app.audit import current_actor
from app.db import db, flush_or, take_turn, utcnow
from app.errors import Conflict
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
    identified,
    key_of,
    prepare,
    refuse_changed_types,
    same_version,
    take_content,
)
from app.forms.publishing import give_title, new_version
from app.forms.uploading import Upload, read_upload, refuse_what_phones_refuse
from app.xforms.renaming import renamed


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
    warnings = refuse_what_phones_refuse(upload)
    if form is not None:
        take_turn(under=form)
        db.session.expire(form, ["versions"])
    wanted = Wanted(form_id, coarsen, consent)
    prepared = prepare(upload, wanted, definition=definition, form=form, warnings=warnings)
    return _keep(prepared, root_id=root_id, title_en=title_en)


def copy_version(*, version: FormVersion, called: Copy) -> FormVersion:
    """Make the draft of a new form out of a version of another: its questions, rules, files and protection.

    Raises Invalid ``form-id-unusable``, ``form-id-path-like``, Conflict ``form-id-taken``.
    """
    check_form_id(called.form_id)
    if db.session.execute(select(Form.id).where(Form.form_id == called.form_id)).first() is not None:
        raise Conflict("form-id-taken", found=called.form_id)
    content = renamed(
        version.xform, form_id=called.form_id, version=called.version, title=called.title.strip()
    )
    upload = Upload(f"{called.form_id}.xml", content, content)
    definition, _none = identified(upload, called.form_id)
    consent = (version.consent_path, version.consent_value or "") if version.consent_path else None
    wanted = Wanted(called.form_id, list(version.coarsen), consent)
    prepared = prepare(upload, wanted, definition=definition, form=None, warnings=())
    copied = _keep(prepared, root_id=version.form.root_id, title_en="")
    before = {each.file_name: each for each in version.files}
    for slot in copied.files:
        if slot.file_name in before:
            take_content(slot, before[slot.file_name])
    copied.definition_key = key_of(copied.md5, copied.files)
    db.session.flush()
    return copied


def publish_draft(*, version: FormVersion, without_files: bool = False) -> FormVersion:
    """Make a draft the newest version of its form, for good.

    ``without_files``: although files are missing. Raises Conflict ``version-published``,
    ``form-files-missing``, Invalid ``form-types-changed``.
    """
    form = version.form
    take_turn(under=form)
    db.session.refresh(version, ["published_at"])
    _refuse_published(version)
    missing = missing_files(version)
    if missing and not without_files:
        raise Conflict("form-files-missing", found=missing)
    definition = definition_of(version)
    refuse_changed_types(definition, form)
    form.title = (definition.title or form.form_id)[:300]
    version.published_at, version.published_by = utcnow(), current_actor()
    db.session.flush()
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
        give_title(draft.form, prepared, title_en)
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
