"""The door for programs made for ODK Central: forms, their versions, files and drafts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.errors import Invalid, NotFound
from app.forms import queries
from app.forms.central_asking import done, is_true, open_form, open_project, sent_form, sent_json
from app.forms.central_reading import version_of
from app.forms.central_schemas import Attachment, FormChange, draft_json, form_json, loaded
from app.forms.definitions import definition_of
from app.forms.exchange_models import FormDraft, FormDraftFile
from app.forms.exchange_preparing import (
    discard,
    draft_in,
    find_draft_of,
    give_file,
    kind_of_file,
    new_drafts,
    prepare,
    prepare_again,
    publish_draft,
)
from app.forms.models import Form, FormFile, FormVersion
from app.forms.publishing import set_state
from app.forms.serving import HARMLESS, send_uploaded
from app.xforms.definition import Group, Question, Repeat

blueprint = Blueprint("central_forms", __name__)

_FORM = "/<int:project_id>/forms/<form_id>"
_STATES = ("open", "closing", "closed")
_BOOKS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
}


@blueprint.get("/<int:project_id>/forms")
def forms(project_id: int) -> ResponseReturnValue:
    """The forms of a city, those first that were published once."""
    found = queries.all_forms({open_project(project_id)})
    told = [form_json(project_id, each) for each in found]
    return jsonify(told + [_draft_json(each) for each in new_drafts(project_id)])


@blueprint.post("/<int:project_id>/forms")
def create_form(project_id: int) -> ResponseReturnValue:
    """Make a draft of a new form, or publish it at once (``?publish=true``)."""
    open_project(project_id)
    content, filename = sent_form()
    draft = prepare(content=content, filename=filename, root_id=project_id)
    if is_true("publish"):
        return jsonify(form_json(project_id, publish_draft(draft=draft).form))
    return jsonify(_draft_json(draft))


@blueprint.get(_FORM)
def form(project_id: int, form_id: str) -> ResponseReturnValue:
    """One form."""
    return jsonify(form_json(project_id, open_form(project_id, form_id)))


@blueprint.patch(_FORM)
def change_form(project_id: int, form_id: str) -> ResponseReturnValue:
    """Open or close a form."""
    found, state = open_form(project_id, form_id), loaded(FormChange, sent_json())["state"]
    if state not in _STATES:
        raise Invalid("unknown-form-state", found=state, expected=_STATES)
    set_state(form=found, state=state)
    return jsonify(form_json(project_id, found))


@blueprint.get(f"{_FORM}.xml")
def form_xml(project_id: int, form_id: str) -> ResponseReturnValue:
    """The XForm of the newest version."""
    return _xml(queries.published_version(open_form(project_id, form_id)).xform)


@blueprint.get(f"{_FORM}.<any(xlsx, xls):kind>")
def form_book(project_id: int, form_id: str, kind: str) -> ResponseReturnValue:
    """The workbook that the newest version was made from."""
    newest = queries.published_version(open_form(project_id, form_id))
    if newest.workbook_sha256 is None or not newest.workbook_name.lower().endswith(f".{kind}"):
        raise NotFound("form-without-workbook", found=form_id)
    return send_uploaded(newest.workbook_sha256, _BOOKS[kind], newest.workbook_name)


@blueprint.get(f"{_FORM}/fields")
def fields(project_id: int, form_id: str) -> ResponseReturnValue:
    """The questions, groups and repeats of the newest version, flat and in order."""
    definition = definition_of(queries.published_version(open_form(project_id, form_id)))
    return jsonify([_field(node, definition.root.path) for node in definition.nodes.values()])


@blueprint.get(f"{_FORM}.schema.json")
def schema(project_id: int, form_id: str) -> ResponseReturnValue:
    """The same, at its older address."""
    return fields(project_id, form_id)


@blueprint.get(f"{_FORM}/versions")
def versions(project_id: int, form_id: str) -> ResponseReturnValue:
    """All published versions, newest first."""
    found = open_form(project_id, form_id)
    return jsonify([form_json(project_id, found, each) for each in found.versions])


@blueprint.get(f"{_FORM}/versions/<version>")
def version(project_id: int, form_id: str, version: str) -> ResponseReturnValue:
    """One version."""
    found = open_form(project_id, form_id)
    return jsonify(form_json(project_id, found, _version(found, version)))


@blueprint.get(f"{_FORM}/versions/<version>.xml")
def version_xml(project_id: int, form_id: str, version: str) -> ResponseReturnValue:
    """The XForm of one version."""
    return _xml(_version(open_form(project_id, form_id), version).xform)


@blueprint.get(f"{_FORM}/attachments")
def attachments(project_id: int, form_id: str) -> ResponseReturnValue:
    """The files that the newest version names."""
    return _attachments(queries.published_version(open_form(project_id, form_id)).files)


@blueprint.get(f"{_FORM}/attachments/<file_name>")
def attachment(project_id: int, form_id: str, file_name: str) -> ResponseReturnValue:
    """One of them."""
    newest = queries.published_version(open_form(project_id, form_id))
    found = next((each for each in newest.files if each.file_name == file_name and each.sha256), None)
    if found is None or found.sha256 is None:
        raise NotFound("unknown-form-file", found=file_name, expected=[x.file_name for x in newest.files])
    return send_uploaded(found.sha256, found.content_type, found.file_name)


@blueprint.get(f"{_FORM}/draft")
def draft(project_id: int, form_id: str) -> ResponseReturnValue:
    """The draft of a form."""
    return jsonify(_draft_json(_draft(project_id, form_id)))


@blueprint.post(f"{_FORM}/draft")
def create_draft(project_id: int, form_id: str) -> ResponseReturnValue:
    """Make a draft: of what is sent, else of what is published."""
    open_project(project_id)
    known = find_draft_of(form_id)
    found = None if known is not None and known in new_drafts(project_id) else open_form(project_id, form_id)
    if request.content_length or request.mimetype:
        content, filename = sent_form()
        prepare(content=content, filename=filename, root_id=project_id, form=found)
    elif found is not None:
        prepare_again(form=found, root_id=project_id)
    return done()


@blueprint.delete(f"{_FORM}/draft")
def delete_draft(project_id: int, form_id: str) -> ResponseReturnValue:
    """Throw the draft away."""
    discard(draft=_draft(project_id, form_id))
    return done()


@blueprint.get(f"{_FORM}/draft.xml")
def draft_xml(project_id: int, form_id: str) -> ResponseReturnValue:
    """The XForm of the draft."""
    return _xml(_draft(project_id, form_id).xform)


@blueprint.get(f"{_FORM}/draft/attachments")
def draft_attachments(project_id: int, form_id: str) -> ResponseReturnValue:
    """The files that the draft names."""
    return _attachments(_draft(project_id, form_id).files)


@blueprint.post(f"{_FORM}/draft/attachments/<file_name>")
def draft_attachment(project_id: int, form_id: str, file_name: str) -> ResponseReturnValue:
    """Give one of them its content."""
    slot = give_file(
        draft=_draft(project_id, form_id), file_name=file_name, content=request.get_data(cache=False)
    )
    return jsonify(_attachment(slot) | {"success": True})


@blueprint.post(f"{_FORM}/draft/publish")
def publish(project_id: int, form_id: str) -> ResponseReturnValue:
    """Publish the draft, with another version string if one is given."""
    publish_draft(draft=_draft(project_id, form_id), version=request.args.get("version"))
    return done()


def _draft(project_id: int, form_id: str) -> FormDraft:
    return draft_in(open_project(project_id), form_id)


def _draft_json(draft: FormDraft) -> Any:
    return draft_json(draft.root_id or 0, draft, hashlib.md5(draft.xform, usedforsecurity=False).hexdigest())


def _version(form: Form, text: str) -> FormVersion:
    # Central writes three underscores where a version has no text.
    return version_of(form, "" if text == "___" else text)


def _attachments(files: Sequence[FormFile | FormDraftFile]) -> Response:
    return jsonify([_attachment(each) for each in files])


def _attachment(file: FormFile | FormDraftFile) -> Any:
    told = {
        "name": file.file_name,
        "type": kind_of_file(file.file_name),
        "exists": file.sha256 is not None,
        "blob_exists": file.sha256 is not None,
        "dataset_exists": False,
        "updated_at": file.updated_at if isinstance(file, FormDraftFile) else None,
    }
    return Attachment().dump(told)


def _field(node: Question | Group | Repeat, root: str) -> dict[str, Any]:
    kind = "repeat" if isinstance(node, Repeat) else "structure"
    found: dict[str, Any] = {"path": node.path.removeprefix(root), "name": node.name, "type": kind}
    if isinstance(node, Question):
        found |= {
            "type": node.data_type,
            "binary": node.is_upload,
            "selectMultiple": node.kind == "select_multiple",
        }
    return found


def _xml(content: bytes) -> Response:
    # A browser that is led here must not run a form.
    return Response(content, content_type="application/xml; charset=utf-8", headers=HARMLESS)
