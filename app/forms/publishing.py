"""Publishing: an XLSForm or XForm becomes an immutable version; on refusal nothing changes."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.audit import current_actor
from app.db import db, utcnow
from app.errors import Conflict, Invalid, NotFound, Place, TooLarge
from app.errors.edge import as_problem
from app.forms.compiler_words import told_code
from app.forms.definitions import choice_files, definition_key
from app.forms.models import STATES, Form, FormFile, FormVersion
from app.forms.queries import answered_ids, versions
from app.storage import storage
from app.workbooks.bounded import run_bounded
from app.workbooks.delimited import decode_text
from app.workbooks.faults import WorkbookFault
from app.workbooks.prescan import prescan
from app.xforms.definition import FormDefinition
from app.xforms.parsing import parse_form
from app.xforms.patterns import refuse_slow_patterns
from app.xforms.problems import XFormProblem
from app.xforms.secondary import attach_files

if TYPE_CHECKING:
    from app.forms.compiling import Compiled

_LARGEST_FORM = 20 * 1024 * 1024
_LARGEST_FILE = 50 * 1024 * 1024
_SECONDS, _MEMORY_MB = 60.0, 2048
_LONGEST_ID, _LONGEST_VERSION, _LONGEST_NAME = 150, 200, 255
_KINDS = ("xlsx", "xlsm", "xls", "csv", "md")
_ITEMSETS = "itemsets.csv"


@dataclass(frozen=True)
class _Source:
    xform: bytes
    warnings: tuple[str, ...]
    itemsets: bytes | None


@dataclass(frozen=True)
class _Rules:
    coarsen: list[str]
    consent_path: str | None
    consent_value: str | None


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
    Raises Invalid with places, Conflict ``version-taken``, TooLarge.
    """
    source = _source(content, filename)
    definition = _definition(source.xform, new=True)
    _check_identity(definition, form_id)
    form = db.session.execute(select(Form).where(Form.form_id == definition.form_id)).scalar_one_or_none()
    earlier = form.versions[0] if form is not None and form.versions else None
    if (same := _same_version(form, definition.version, source.xform)) is not None:
        return same
    rules = _Rules(_coarsened(definition, coarsen, earlier), *_refusal(definition, consent, earlier))
    slots = _file_slots(definition, source.itemsets, earlier)
    # Carried-over choice files are read now: one that does not fit the new form is told at once.
    _attach(definition, choice_files(definition, slots))
    form = form or _new_form(definition, state, root_id)
    form.title = (definition.title or definition.form_id)[:300]
    form.title_en = title_en[:300] or form.title_en
    version = _new_version(form, definition, source, rules, slots)
    version.workbook_name = _base_name(filename)
    version.workbook_sha256 = None if filename.lower().endswith(".xml") else storage().put(content)[0]
    db.session.add(version)
    db.session.flush()
    db.session.expire(form, ["versions"])
    return version


def _new_form(definition: FormDefinition, state: str, root_id: int | None) -> Form:
    form = Form(form_id=definition.form_id, title="", title_en="", state=_known_state(state), root_id=root_id)
    form.state_since = utcnow()
    db.session.add(form)
    return form


def attach_file(*, version: FormVersion, file_name: str, content: bytes) -> FormFile:
    """Give a file slot of a version its content, once; choice files are read first.

    Raises NotFound ``unknown-form-file``, Conflict ``form-file-filled``, TooLarge, Invalid with the code of
    the file's problem.
    """
    slot = next((each for each in version.files if each.file_name == file_name), None)
    if slot is None:
        raise NotFound(
            "unknown-form-file", found=file_name, expected=[each.file_name for each in version.files]
        )
    if len(content) > _LARGEST_FILE:
        raise TooLarge("too-large", limit=_LARGEST_FILE)
    if slot.sha256 == hashlib.sha256(content).hexdigest():
        return slot
    if slot.id not in open_slots(versions(version.form)):
        raise Conflict("form-file-filled", found=file_name, version=version.version or "—")
    definition = _definition(version.xform)
    known = choice_files(definition, version.files)
    sources = {(each.src or "").rpartition("/")[2] for each in definition.secondary_instances.values()}
    if file_name in sources:
        _attach(definition, known | {file_name: content})
    _fill_slot(slot, content)
    _renew_key(version)
    db.session.flush()
    return slot


def open_slots(listed: Sequence[FormVersion]) -> frozenset[int]:
    """Keys of the file slots that may be given content; ``listed``: the versions of a form, newest first.

    An empty slot may, and one whose content came over from the version before, until somebody has answered
    by it.
    """
    answered = answered_ids(listed)
    found: set[int] = set()
    for version, earlier in zip_longest(listed, listed[1:]):
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


def _new_version(
    form: Form, definition: FormDefinition, source: _Source, rules: _Rules, slots: list[FormFile]
) -> FormVersion:
    version = FormVersion(
        form=form,
        version=definition.version,
        xform=source.xform,
        md5=hashlib.md5(source.xform, usedforsecurity=False).hexdigest(),
        published_by=current_actor(),
        facts=_facts(definition, source.warnings),
        coarsen=rules.coarsen,
        consent_path=rules.consent_path,
        consent_value=rules.consent_value,
        files=slots,
    )
    _renew_key(version)
    return version


def _source(content: bytes, filename: str) -> _Source:
    kind = PurePath(filename).suffix.lower().lstrip(".")
    if not content:
        raise Invalid("form-file-empty", filename=filename)
    if len(content) > _LARGEST_FORM:
        raise TooLarge("too-large", limit=_LARGEST_FORM)
    if kind == "xml":
        return _Source(content, (), None)
    if kind not in _KINDS:
        raise Invalid("form-file-kind", filename=filename)
    compiled = _compile(content, kind, PurePath(filename).stem)
    itemsets = compiled.itemsets.encode() if compiled.itemsets else None
    return _Source(compiled.xform.encode(), compiled.warnings, itemsets)


def _compile(content: bytes, kind: str, stem: str) -> Compiled:
    # pyxform is slow to load and compiles in a child; here it is only needed to understand the answer.
    from app.forms.compiling import CompilingFault  # noqa: PLC0415

    try:
        if kind in {"xlsx", "xlsm"}:
            prescan(content)
        elif kind in {"csv", "md"}:
            # Spreadsheets with a Chinese locale save text in GB 18030.
            content = decode_text(content)[0].encode()
        compiled: Compiled = run_bounded(
            "app.forms.compiling:compile_form", content, kind, stem, seconds=_SECONDS, memory_mb=_MEMORY_MB
        )
    except CompilingFault as fault:
        facts = dict(fault.facts)
        places = [_compiling_place(each) for each in facts.pop("places", ())]
        raise Invalid(fault.code, places=places, **facts) from fault
    except WorkbookFault as fault:
        refused = as_problem(fault)
        place = Place(fault.code, refused.facts if refused else {})
        raise Invalid("form-workbook-unreadable", places=[place]) from fault
    return compiled


def _compiling_place(told: Mapping[str, Any]) -> Place:
    code, facts = (told["code"], told["facts"]) if "code" in told else told_code(told["detail"])
    return Place(
        code,
        dict(facts),
        sheet=told.get("sheet"),
        row=told.get("row"),
        column=told.get("column"),
    )


def _definition(xform: bytes, *, new: bool = False) -> FormDefinition:
    """The form; of a new one its regular expressions are tried as well."""
    try:
        form = parse_form(xform)
        if new:
            refuse_slow_patterns(form)
        return form
    except XFormProblem as problem:
        raise _unusable(problem) from problem


def _attach(definition: FormDefinition, files: Mapping[str, bytes]) -> FormDefinition:
    try:
        return attach_files(definition, files)
    except XFormProblem as problem:
        raise _unusable(problem) from problem


def _unusable(problem: XFormProblem) -> Invalid:
    facts = dict(problem.facts)
    line = facts.get("line")
    told = "expression" if problem.code == "expression-syntax" else "function"
    place = Place(
        f"form-{problem.code}",
        {**facts, "detail": facts.get(told) or facts.get("detail") or facts.get("path") or "—"},
        row=line if isinstance(line, int) else None,
        field_name=str(facts["path"]) if "path" in facts else None,
    )
    return Invalid("form-unusable", places=[place])


def _check_identity(definition: FormDefinition, wanted: str | None) -> None:
    if wanted is not None and definition.form_id != wanted:
        raise Invalid("form-id-differs", expected=wanted, found=definition.form_id)
    if len(definition.form_id) > _LONGEST_ID or not definition.form_id.isprintable():
        raise Invalid("form-id-unusable", found=definition.form_id[:80], limit=_LONGEST_ID)
    if len(definition.version) > _LONGEST_VERSION:
        raise Invalid("form-version-too-long", found=definition.version[:80], limit=_LONGEST_VERSION)


def _same_version(form: Form | None, text: str, xform: bytes) -> FormVersion | None:
    """The version that is there with these bytes; Conflict when it has others."""
    if form is None:
        return None
    query = select(FormVersion).where(FormVersion.form_id == form.id, FormVersion.version == text)
    found = db.session.execute(query).scalar_one_or_none()
    if found is not None and found.xform != xform:
        raise Conflict("version-taken", form=form.form_id, version=text or "—")
    return found


def _coarsened(
    definition: FormDefinition, wanted: Collection[str] | None, earlier: FormVersion | None
) -> list[str]:
    paths = list(wanted) if wanted is not None else list(earlier.coarsen if earlier else ())
    geo = set(definition.geopoints)
    # An inherited path that is gone would silently end a protection, so it is refused like a wrong one.
    places = [
        Place("coarsen-path-unknown", {"found": path}, field_name=path) for path in paths if path not in geo
    ]
    if places:
        raise Invalid("coarsening-impossible", places=places, expected=sorted(geo))
    return paths


def _refusal(
    definition: FormDefinition, wanted: tuple[str, str] | None, earlier: FormVersion | None
) -> tuple[str | None, str | None]:
    if wanted is None and earlier is not None and earlier.consent_path is not None:
        wanted = (earlier.consent_path, earlier.consent_value or "")
    if wanted is None:
        return None, None
    question = definition.questions.get(wanted[0])
    if question is None or (question.choices and wanted[1] not in {each.value for each in question.choices}):
        raise Invalid("consent-question-unknown", found=wanted[0], value=wanted[1])
    return wanted


def _file_slots(
    definition: FormDefinition, itemsets: bytes | None, earlier: FormVersion | None
) -> list[FormFile]:
    """A slot for each file the form names; contents of the version before are carried over."""
    before = {each.file_name: each for each in earlier.files} if earlier else {}
    slots = []
    names = [*definition.media, *([_ITEMSETS] if itemsets and _ITEMSETS not in definition.media else [])]
    for name in names:
        if len(name) > _LONGEST_NAME:
            raise Invalid("form-file-name", found=name[:80], limit=_LONGEST_NAME)
        old = before.get(name)
        slot = FormFile(file_name=name, size=0)
        if old is not None and old.sha256:
            slot.sha256, slot.md5, slot.size, slot.content_type = (
                old.sha256,
                old.md5,
                old.size,
                old.content_type,
            )
        if name == _ITEMSETS and itemsets:
            _fill_slot(slot, itemsets)
        slots.append(slot)
    return slots


def _fill_slot(slot: FormFile, content: bytes) -> None:
    slot.sha256, slot.size = storage().put(content)
    slot.md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    slot.content_type = mimetypes.guess_type(slot.file_name)[0] or "application/octet-stream"


def _renew_key(version: FormVersion) -> None:
    digests = {each.file_name: each.sha256 for each in version.files if each.sha256}
    version.definition_key = definition_key(version.md5, digests)


def _facts(definition: FormDefinition, warnings: tuple[str, ...]) -> dict[str, Any]:
    return {
        "languages": list(definition.languages),
        "questions": len([each for each in definition.questions.values() if each.control is not None]),
        "question_paths": list(definition.questions),
        "media": list(definition.media),
        "warnings": list(warnings),
    }


def _base_name(filename: str) -> str:
    return PurePath(filename.replace("\\", "/")).name[:_LONGEST_NAME]


def _known_state(state: str) -> str:
    if state not in STATES:
        raise Invalid("unknown-form-state", found=state, expected=STATES)
    return state
