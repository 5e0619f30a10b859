"""The door for programs made for ODK Central: submissions, their versions, files and comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit import record_access
from app.errors import NotFound
from app.forms import queries
from app.forms.central_asking import done, listed, open_form, sent_json, sent_xml
from app.forms.central_csv import csv_archive, csv_table, pieces_of
from app.forms.central_editing import edit, submit
from app.forms.central_reading import Line, Stored, comments, history
from app.forms.central_schemas import (
    Attachment,
    NewComment,
    Review,
    comment_json,
    loaded,
    review_state_sent,
    submission_json,
    version_json,
)
from app.forms.collecting import IncomingFile, add_file
from app.forms.commenting import comment
from app.forms.definitions import definition_of
from app.forms.models import Form, Submission
from app.forms.reading import instance_of
from app.forms.reviewing import review
from app.forms.serving import HARMLESS, send_uploaded
from app.xforms.instances import referenced_files

blueprint = Blueprint("central_submissions", __name__)

_ALL = "/<int:project_id>/forms/<form_id>/submissions"
_ONE = f"{_ALL}/<instance_id>"


@blueprint.get(_ALL)
def submissions(project_id: int, form_id: str) -> ResponseReturnValue:
    """All submissions without their answers, newest first, sent as they are read."""
    form = open_form(project_id, form_id)
    record_access(subject="forms", subject_id=form.id, reason="submissions by a program")
    line = Line(form, queries.last_submission_id(form.id))
    return listed(submission_json(each) for each in line.read())


@blueprint.post(_ALL)
def create_submission(project_id: int, form_id: str) -> ResponseReturnValue:
    """Store a submission; the same once more is the same."""
    form = open_form(project_id, form_id)
    made = submit(form=form, xml=sent_xml(), device_id=request.args.get("deviceID"))
    return jsonify(_told(form, made))


@blueprint.get(f"{_ALL}.csv")
def table_csv(project_id: int, form_id: str) -> ResponseReturnValue:
    """The form's table as CSV, with Central's columns, sent as it is read."""
    form = _exported(project_id, form_id)
    pieces = stream_with_context(csv_table(form))
    return _csv(pieces, "text/csv; charset=utf-8", f"{form.form_id}.csv")


@blueprint.get(f"{_ALL}.csv.zip")
def tables_csv(project_id: int, form_id: str) -> ResponseReturnValue:
    """The form's table and those of its repeats as a zip of CSVs, with Central's columns."""
    form = _exported(project_id, form_id)
    return _csv(pieces_of(csv_archive(form)), "application/zip", f"{form.form_id}.zip")


@blueprint.get(_ONE)
def submission(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """One submission, by the id of any of its versions."""
    form, current = _current(project_id, form_id, instance_id)
    _note(current)
    return jsonify(_told(form, current))


@blueprint.get(f"{_ONE}.xml")
def submission_xml(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """The XML of the current version."""
    _form, current = _current(project_id, form_id, instance_id)
    return _xml(current)


@blueprint.put(_ONE)
def edit_submission(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """Put another version in the place of the current one."""
    form, current = _current(project_id, form_id, instance_id)
    return jsonify(_told(form, edit(current=current, xml=sent_xml())))


@blueprint.patch(_ONE)
def review_submission(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """Say what came of looking at a submission."""
    given = loaded(Review, sent_json())["review_state"]
    form, versions = _versions(project_id, form_id, instance_id)
    review(submission=versions[-1], state=review_state_sent(given, len(versions) - 1))
    return jsonify(_told(form, versions[-1]))


@blueprint.get(f"{_ONE}/comments")
def list_comments(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """The comments on all versions, newest first."""
    _form, versions = _versions(project_id, form_id, instance_id)
    _note(versions[-1])
    return jsonify([comment_json(each) for each in comments(versions)])


@blueprint.post(f"{_ONE}/comments")
def add_comment(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """Note something about the current version."""
    body = loaded(NewComment, sent_json())["body"]
    _form, current = _current(project_id, form_id, instance_id)
    return jsonify(comment_json(comment(submission=current, body=body)))


@blueprint.get(f"{_ONE}/versions")
def list_versions(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """All versions, newest first."""
    form, versions = _versions(project_id, form_id, instance_id)
    _note(versions[-1])
    app_user_id = _stored(form, versions[-1]).app_user_id
    return jsonify([version_json(each, app_user_id) for each in reversed(versions)])


@blueprint.get(f"{_ONE}/versions/<version_id>.xml")
def version_xml(project_id: int, form_id: str, instance_id: str, version_id: str) -> ResponseReturnValue:
    """The XML of one version."""
    _form, versions = _versions(project_id, form_id, instance_id)
    found = next((each for each in versions if each.instance_id == version_id), None)
    if found is None:
        raise NotFound("unknown-submission", found=version_id)
    return _xml(found)


@blueprint.get(f"{_ONE}/attachments")
def list_attachments(project_id: int, form_id: str, instance_id: str) -> ResponseReturnValue:
    """The files that the current version names, there or awaited."""
    _form, current = _current(project_id, form_id, instance_id)
    _note(current)
    there = {each.file_name for each in current.files if each.expected}
    told = [{"name": each, "exists": each in there} for each in _named(current)]
    return jsonify([Attachment(only=("name", "exists")).dump(each) for each in told])


@blueprint.get(f"{_ONE}/attachments/<file_name>")
def attachment(project_id: int, form_id: str, instance_id: str, file_name: str) -> ResponseReturnValue:
    """One of them, the newest of its name."""
    _form, current = _current(project_id, form_id, instance_id)
    found = next((each for each in reversed(current.files) if each.file_name == file_name), None)
    if found is None:
        raise NotFound("unknown-submission-file")
    record_access(subject="submission_files", subject_id=found.id)
    return send_uploaded(found.sha256, None, found.file_name)


@blueprint.post(f"{_ONE}/attachments/<file_name>")
def add_attachment(project_id: int, form_id: str, instance_id: str, file_name: str) -> ResponseReturnValue:
    """Give a file that an answer names its content."""
    _form, current = _current(project_id, form_id, instance_id)
    add_file(submission=current, file=IncomingFile(file_name, request.stream, request.mimetype or None))
    return done()


def _versions(project_id: int, form_id: str, instance_id: str) -> tuple[Form, list[Submission]]:
    form = open_form(project_id, form_id)
    return form, list(history(form, instance_id))


def _current(project_id: int, form_id: str, instance_id: str) -> tuple[Form, Submission]:
    form, versions = _versions(project_id, form_id, instance_id)
    return form, versions[-1]


def _stored(form: Form, current: Submission) -> Stored:
    return Line(form, queries.last_submission_id(form.id)).one(current.id)


def _told(form: Form, current: Submission) -> Any:
    name = None if current.disposition == "refused" else instance_of(current.xml).instance_name
    return submission_json(_stored(form, current), name)


def _named(current: Submission) -> list[str]:
    if current.disposition == "refused":
        return []
    definition = definition_of(current.version or queries.published_version(current.form))
    return referenced_files(definition, instance_of(current.xml))


def _note(current: Submission) -> None:
    record_access(subject="submissions", subject_id=current.id, reason="by a program")


def _exported(project_id: int, form_id: str) -> Form:
    form = open_form(project_id, form_id)
    record_access(subject="forms", subject_id=form.id, reason="CSV by a program")
    return form


def _csv(pieces: Iterator[bytes], kind: str, name: str) -> Response:
    response = Response(pieces, content_type=kind, headers=HARMLESS)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _xml(found: Submission) -> Response:
    record_access(subject="submissions", subject_id=found.id, reason="raw XML by a program")
    return Response(found.xml, content_type="application/xml; charset=utf-8", headers=HARMLESS)
