"""The door for programs made for ODK Central: forms, their versions, files and drafts."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.errors import Invalid, NotFound
from app.forms import queries
from app.forms.authoring import (
    discard_draft,
    draft_in,
    draft_new_form,
    draft_next_version,
    draft_published,
    publish_draft,
)
from app.forms.central_asking import done, is_true, open_form, open_project, sent_form, sent_json
from app.forms.central_reading import version_of
from app.forms.central_schemas import Attachment, FormChange, draft_json, form_json, loaded
from app.forms.definitions import definition_of
from app.forms.models import Form, FormFile, FormVersion
from app.forms.publishing import attach_file, set_state
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
    published = sorted(found, key=lambda each: each.newest is None)
    return jsonify([form_json(project_id, each) for each in published])


@blueprint.post("/<int:project_id>/forms")
def create_form(project_id: int) -> ResponseReturnValue:
    """Make a draft of a new form, or publish it at once (``?publish=true``)."""
    open_project(project_id)
    content, filename = sent_form()
    draft = draft_new_form(content=content, filename=filename, root_id=project_id)
    if is_true("publish"):
        return jsonify(form_json(project_id, _publish(draft, None)))
    return jsonify(draft_json(project_id, draft))


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
    queries.published_version(found)
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
    published = [each for each in queries.versions(found) if not each.is_draft]
    return jsonify([form_json(project_id, found, each) for each in published])


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
    return jsonify(draft_json(project_id, _draft(project_id, form_id)))


@blueprint.post(f"{_FORM}/draft")
def create_draft(project_id: int, form_id: str) -> ResponseReturnValue:
    """Make a draft: of what is sent, else of what is published."""
    found = open_form(project_id, form_id)
    if request.content_length or request.mimetype:
        content, filename = sent_form()
        draft_next_version(form=found, content=content, filename=filename)
    elif found.newest is not None:
        draft_published(form=found)
    return done()


@blueprint.delete(f"{_FORM}/draft")
def delete_draft(project_id: int, form_id: str) -> ResponseReturnValue:
    """Throw the draft away."""
    discard_draft(version=_draft(project_id, form_id))
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
    found, content = _draft(project_id, form_id), request.get_data(cache=False)
    slot = attach_file(version=found, file_name=file_name, content=content)
    return jsonify(_attachment(slot) | {"success": True})


@blueprint.post(f"{_FORM}/draft/publish")
def publish(project_id: int, form_id: str) -> ResponseReturnValue:
    """Publish the draft, with another version string if one is given."""
    _publish(_draft(project_id, form_id), request.args.get("version"))
    return done()


def _draft(project_id: int, form_id: str) -> FormVersion:
    return draft_in(open_project(project_id), form_id)


def _publish(draft: FormVersion, called: str | None) -> Form:
    # Central publishes without the files that are missing, and opens what is published.
    form = publish_draft(version=draft, without_files=True, called=called).form
    if form.state == "draft":
        set_state(form=form, state="open")
    return form


def _version(form: Form, text: str) -> FormVersion:
    # Central writes three underscores where a version has no text.
    return version_of(form, "" if text == "___" else text)


def _attachments(files: Sequence[FormFile]) -> Response:
    return jsonify([_attachment(each) for each in files])


def _attachment(file: FormFile) -> Any:
    kind = (mimetypes.guess_type(file.file_name)[0] or "").partition("/")[0]
    told = {
        "name": file.file_name,
        "type": kind if kind in {"image", "audio", "video"} else "file",
        "exists": file.sha256 is not None,
        "blob_exists": file.sha256 is not None,
        "dataset_exists": False,
        "updated_at": file.updated_at,
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
