"""From an upload to what a version is made of: identity, rules, file slots, what is to be looked at."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.db import db, utcnow
from app.errors import Conflict, Invalid, Place, printable
from app.forms.definitions import choice_files, definition_key, definition_of
from app.forms.models import Form, FormFile, FormVersion
from app.forms.question_words import type_word
from app.forms.uploading import Upload, definition_of_upload, unusable
from app.storage import storage
from app.xforms.definition import FormDefinition
from app.xforms.differing import changed_types
from app.xforms.inspecting import Finding, inspect_form
from app.xforms.problems import XFormProblem
from app.xforms.secondary import attach_files

LONGEST_ID = 150
_LONGEST_VERSION, _LONGEST_NAME = 200, 255
_MOST_FINDINGS = 200
_ITEMSETS = "itemsets.csv"
#: Ids stand in addresses and name the files of exports: none may lead out of a folder.
_PATH_LIKE = re.compile(r"[/\\]|\A\.|\.\Z")


@dataclass(frozen=True)
class Wanted:
    """What whoever uploads says beside the file; None keeps what the version before had.

    ``coarsen``: paths of places to coarsen on arrival. ``consent``: (path, the answer that refuses).
    """

    form_id: str | None = None
    coarsen: Collection[str] | None = None
    consent: tuple[str, str] | None = None


@dataclass(frozen=True)
class Prepared:
    """All columns of a version that come from the upload, and its file slots."""

    definition: FormDefinition
    form: Form | None
    columns: Mapping[str, Any]
    slots: Sequence[FormFile]


def prepare(
    upload: Upload, wanted: Wanted, *, definition: FormDefinition, form: Form | None, warnings: Sequence[str]
) -> Prepared:
    """Check a form against its earlier versions and make its columns; writes nothing but stored bytes.

    Raises Invalid ``form-types-changed``, ``coarsening-impossible``, ``consent-question-unknown``,
    ``form-unusable``, with places.
    """
    earlier = form.newest if form is not None else None
    refuse_changed_types(definition, form, upload)
    coarsen = _coarsened(definition, wanted.coarsen, earlier)
    path, value = _refusal(definition, wanted.consent, earlier)
    slots = _file_slots(definition, upload.itemsets, form)
    # Carried-over choice files are read now: one that does not fit the new form is told at once.
    attached = attach(definition, choice_files(definition, slots))
    md5 = md5_of(upload.xform)
    columns = {
        "version": definition.version,
        "xform": upload.xform,
        "md5": md5,
        "definition_key": key_of(md5, slots),
        "facts": facts_of(attached, upload, warnings),
        "coarsen": coarsen,
        "consent_path": path,
        "consent_value": value,
        "workbook_name": _base_name(upload.filename),
        "workbook_sha256": storage().put(upload.content)[0] if upload.is_workbook else None,
    }
    return Prepared(definition, form, columns, slots)


def identified(upload: Upload, wanted_id: str | None) -> tuple[FormDefinition, Form | None]:
    """The meaning of an upload and the form that has its id.

    Raises Invalid ``form-unusable``, ``form-id-differs``, ``form-id-unusable``, ``form-id-path-like``,
    ``form-version-too-long``, ``form-version-unusable``.
    """
    definition = definition_of_upload(upload)
    if wanted_id is not None and definition.form_id != wanted_id:
        raise Invalid("form-id-differs", expected=wanted_id, found=definition.form_id)
    check_form_id(definition.form_id)
    check_version(definition.version)
    query = select(Form).where(Form.form_id == definition.form_id)
    return definition, db.session.execute(query).scalar_one_or_none()


def check_form_id(form_id: str) -> None:
    """Raise Invalid ``form-id-unusable`` or ``form-id-path-like``."""
    if not form_id or len(form_id) > LONGEST_ID or not form_id.isprintable():
        raise Invalid("form-id-unusable", found=form_id[:80], limit=LONGEST_ID)
    if _PATH_LIKE.search(form_id):
        raise Invalid("form-id-path-like", found=form_id[:80])


def refuse_changed_types(definition: FormDefinition, form: Form | None, upload: Upload | None = None) -> None:
    """Raise Invalid ``form-types-changed`` where a field had another type in any published version."""
    places: dict[str, Place] = {}
    for version in form.versions if form is not None else ():
        if version.is_draft:
            continue
        for change in changed_types(definition_of(version), definition):
            facts = {"found": change.name, "version": version.version or "—"}
            facts |= {"before": type_word(change.before), "now": type_word(change.now)}
            place = Place("field-type-changed", facts, field_name=change.path)
            if upload is not None:
                place = upload.place("field-type-changed", facts, path=change.path, column="type")
            places.setdefault(change.path, place)
    if places:
        raise Invalid("form-types-changed", places=list(places.values()))


def refuse_lost_protection(
    definition: FormDefinition, coarsen: Collection[str], consent: tuple[str, str] | None
) -> None:
    """Raise Invalid ``coarsening-impossible``, ``coarsening-without-places``, ``consent-question-unknown``
    where a form lacks the question.

    An inherited path that is gone would silently end a protection, so it is refused like a wrong one.
    """
    geo = set(definition.geopoints)
    places = [
        Place("coarsen-path-unknown", {"found": path}, field_name=path) for path in coarsen if path not in geo
    ]
    if places:
        code = "coarsening-impossible" if geo else "coarsening-without-places"
        raise Invalid(code, places=places, expected=sorted(geo))
    if consent is None:
        return
    question = definition.questions.get(consent[0])
    if question is None or (question.choices and consent[1] not in {each.value for each in question.choices}):
        raise Invalid("consent-question-unknown", found=consent[0], value=consent[1])


def check_version(text: str) -> None:
    """Raise Invalid ``form-version-too-long``, ``form-version-unusable``."""
    if len(text) > _LONGEST_VERSION:
        raise Invalid("form-version-too-long", found=text[:80], limit=_LONGEST_VERSION)
    if printable(text) != text:
        raise Invalid("form-version-unusable", found=text[:80])


def same_version(form: Form | None, text: str, xform: bytes) -> FormVersion | None:
    """The published version that is there with these bytes; Conflict when it has others."""
    for found in form.versions if form is not None else ():
        if found.version == text and not found.is_draft:
            if found.xform != xform:
                raise version_taken(found.form, text)
            return found
    return None


def version_taken(form: Form, text: str) -> Conflict:
    """The refusal of a version that is published with other content."""
    return Conflict("version-taken", form=form.form_id, version=text or "—")


def attach(definition: FormDefinition, files: Mapping[str, bytes]) -> FormDefinition:
    """The form with its choice files. Raises Invalid ``form-unusable``."""
    try:
        return attach_files(definition, files)
    except XFormProblem as problem:
        raise unusable(problem) from problem


def fill_slot(slot: FormFile, content: bytes) -> None:
    """Store the content of a file slot."""
    slot.sha256, slot.size = storage().put(content)
    slot.md5 = md5_of(content)
    slot.content_type = mimetypes.guess_type(slot.file_name)[0] or "application/octet-stream"
    slot.updated_at = utcnow()


def take_content(slot: FormFile, source: FormFile) -> None:
    """Give a slot what another one has."""
    for column in ("sha256", "md5", "size", "content_type", "updated_at"):
        setattr(slot, column, getattr(source, column))


def md5_of(content: bytes) -> str:
    """The digest by which phones know a form or a file."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def key_of(md5: str, files: Sequence[FormFile]) -> str:
    """The key of a definition: its bytes and those of its files."""
    return definition_key(md5, {each.file_name: each.sha256 for each in files if each.sha256})


def _coarsened(
    definition: FormDefinition, wanted: Collection[str] | None, earlier: FormVersion | None
) -> list[str]:
    paths = list(wanted) if wanted is not None else list(earlier.coarsen if earlier else ())
    refuse_lost_protection(definition, paths, None)
    return paths


def _refusal(
    definition: FormDefinition, wanted: tuple[str, str] | None, earlier: FormVersion | None
) -> tuple[str | None, str | None]:
    if wanted is None and earlier is not None and earlier.consent_path is not None:
        wanted = (earlier.consent_path, earlier.consent_value or "")
    if wanted is None:
        return None, None
    refuse_lost_protection(definition, (), wanted)
    return wanted


def _file_slots(definition: FormDefinition, itemsets: bytes | None, form: Form | None) -> list[FormFile]:
    """A slot for each file the form names; contents of the draft and the version before are carried over."""
    before: dict[str, FormFile] = {}
    for version in (form.newest, form.draft) if form is not None else ():
        before |= {each.file_name: each for each in version.files if each.sha256} if version else {}
    slots = []
    # The compiler makes a file of external choices.
    made = [_ITEMSETS] if itemsets and _ITEMSETS not in definition.media else []
    for name in (*definition.media, *made):
        if len(name) > _LONGEST_NAME:
            raise Invalid("form-file-name", found=name[:80], limit=_LONGEST_NAME)
        slot = FormFile(file_name=name, size=0)
        if (old := before.get(name)) is not None:
            take_content(slot, old)
        if name == _ITEMSETS and itemsets:
            fill_slot(slot, itemsets)
        slots.append(slot)
    return slots


def facts_of(definition: FormDefinition, upload: Upload, warnings: Sequence[str]) -> dict[str, Any]:
    """What a version's page tells of it: languages, counts, warnings, findings with their places."""
    return {
        "languages": list(definition.languages),
        "questions": len([each for each in definition.questions.values() if each.control is not None]),
        "question_paths": list(definition.questions),
        "media": list(definition.media),
        "warnings": [*upload.warnings, *warnings],
        "findings": [_told(each, upload) for each in inspect_form(definition)[:_MOST_FINDINGS]],
    }


def _told(finding: Finding, upload: Upload) -> dict[str, Any]:
    place = upload.place(f"form-{finding.code}", finding.facts, path=finding.path)
    row, sheet = place.row, place.sheet
    if finding.list_name is not None and (row := upload.rows.choices.get(finding.list_name)) is not None:
        sheet = "choices"
    return {
        "code": place.code,
        "facts": place.facts,
        "sheet": sheet,
        "row": row,
        "field_name": place.field_name,
    }


def _base_name(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]
