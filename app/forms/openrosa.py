"""The OpenRosa door of phones (`/k/<token>/…`)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import set_actor
from app.db import db, unit_of_work
from app.errors import Conflict, NotFound, Problem
from app.forms.collecting import IncomingFile, quarantine, receive
from app.forms.links import PHONE_KINDS, collect_address, link_by_token
from app.forms.models import Link
from app.forms.queries import published_version, version_at
from app.forms.reading import LARGEST_XML
from app.forms.serving import HARMLESS, send_uploaded
from app.xforms import openrosa

blueprint = Blueprint("openrosa", __name__, template_folder="templates")

_PHONE_DOORS = ("/k/", "/v1/key/")
XML_PART = "xml_submission_file"
_INCOMPLETE = "*isIncomplete*"
#: Refused, and yet somebody's answers: kept for staff.
_KEPT_APART = frozenset({"instance-changed", "instance-outdated", "unknown-instance-edited"})


@blueprint.after_app_request
def _say_openrosa(response: Response) -> Response:
    # For the whole path, so that addresses without a view and refusals carry it too. The server adds Date.
    if request.path.startswith(_PHONE_DOORS):
        response.headers["X-OpenRosa-Version"] = "1.0"
        # A phone takes the bytes as they are; a browser that is led here must not run a form.
        response.headers.update(HARMLESS)
        response.headers["X-OpenRosa-Accept-Content-Length"] = str(current_app.config["MAX_CONTENT_LENGTH"])
    return response


@blueprint.get("/<token>/formList")
def form_list(token: str) -> ResponseReturnValue:
    """The forms of the link: its newest version while it is open."""
    return form_list_of([_link(token)])


def form_list_of(links: Sequence[Link]) -> Response:
    """The list of the forms that are open through these links."""
    listed = []
    for link in links:
        if link.form.state != "open" and link.kind != "test":
            continue
        newest = link.version or published_version(link.form)
        listed.append(
            openrosa.ListedForm(
                form_id=link.form.form_id,
                name=link.form.title,
                version=newest.version,
                hash=f"md5:{newest.md5}",
                download_url=_absolute(link, "form_xml", version_id=newest.id),
                manifest_url=_absolute(link, "manifest", version_id=newest.id) if newest.files else None,
            )
        )
    return _xml(openrosa.form_list(listed))


@blueprint.get("/<token>/forms/<int:version_id>/form.xml")
def form_xml(token: str, version_id: int) -> ResponseReturnValue:
    """The stored bytes of a version, as they were hashed."""
    return _xml(version_at(_link(token), version_id).xform)


@blueprint.get("/<token>/forms/<int:version_id>/manifest")
def manifest(token: str, version_id: int) -> ResponseReturnValue:
    """The files of a version that have content."""
    link = _link(token)
    listed = [
        openrosa.ListedFile(
            file_name=each.file_name,
            hash=f"md5:{each.md5}",
            download_url=_absolute(link, "media", version_id=version_id, file_id=each.id),
        )
        for each in version_at(link, version_id).files
        if each.sha256
    ]
    return _xml(openrosa.manifest(listed))


@blueprint.get("/<token>/forms/<int:version_id>/media/<int:file_id>")
def media(token: str, version_id: int, file_id: int) -> ResponseReturnValue:
    """One file of a version."""
    files = {each.id: each for each in version_at(_link(token), version_id).files}
    found = files.get(file_id)
    if found is None or not found.sha256:
        raise NotFound("not-found")
    return send_uploaded(found.sha256, found.content_type, found.file_name, own_type=True)


@blueprint.route("/<token>/submission", methods=["HEAD", "POST"])
def submission(token: str) -> ResponseReturnValue:
    """Announce the bound (HEAD), or take an instance with its files."""
    link = _link(token)
    if request.method == "HEAD":
        return Response(status=204)
    xml, files = _parts()
    incomplete = request.form.get(_INCOMPLETE, "").lower() == "yes"
    device = request.args.get("deviceID")
    try:
        received = receive(
            form=link.form,
            xml=xml,
            files=files,
            link=link,
            channel="openrosa",
            device_id=device,
            incomplete=incomplete,
        )
    except (Conflict, NotFound) as problem:
        if problem.code in _KEPT_APART:
            _keep_apart(link, problem, xml, files)
        raise
    return _xml(openrosa.response(_thanks(incomplete=incomplete, created=received.created)), 201)


def _thanks(*, incomplete: bool, created: bool) -> str:
    if incomplete:
        return _("已收到一部分，请继续发送其余文件。")
    return _("提交成功，谢谢！") if created else _("这份答卷此前已收到，无需重复提交。谢谢！")


def _parts() -> tuple[bytes, list[IncomingFile]]:
    """The XML of the instance and the files beside it; every file is taken, known or not."""
    xml: bytes | None = None
    files = []
    for field, upload in request.files.items(multi=True):
        if field == XML_PART and xml is None:
            # One byte more than is taken tells that it is too much.
            xml = upload.stream.read(LARGEST_XML + 1)
            continue
        files.append(IncomingFile(upload.filename or field, upload.stream, upload.mimetype or None))
    if xml is None and XML_PART in request.form:
        xml = request.form[XML_PART].encode()
    if not xml:
        raise Problem("submission-part-missing")
    return xml, files


def _keep_apart(link: Link, problem: Problem, xml: bytes, files: list[IncomingFile]) -> None:
    # The refused transaction ends first: SQLite has one writer, and this must outlive the refusal.
    db.session.rollback()
    with unit_of_work():
        quarantine(form=link.form, link=link, reason=problem.code, xml=xml, files=files, facts=problem.facts)


def _link(token: str) -> Link:
    link = link_by_token(token, kinds=PHONE_KINDS)
    set_actor(f"link:{link.id}")
    return link


def _absolute(link: Link, endpoint: str, **values: int) -> str:
    path = url_for(f"openrosa.{endpoint}", token=link.token, **values)
    return collect_address(link).removesuffix(f"/k/{link.token}") + path


def _xml(content: bytes, status: int = 200) -> Response:
    response = Response(content, status=status)
    response.headers["Content-Type"] = openrosa.CONTENT_TYPE
    return response
