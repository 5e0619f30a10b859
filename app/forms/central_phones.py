"""The address that Central's programs put into the QR code of an app user: all its forms at one place."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.audit import set_actor
from app.errors import NotFound, Problem
from app.forms import openrosa
from app.forms.appointing import app_user_by_token, links_of
from app.forms.exchange_models import AppUser
from app.forms.reading import LARGEST_XML, instance_of

blueprint = Blueprint("central_phones", __name__)


@blueprint.get("/<token>/projects/<int:project_id>/formList")
def form_list(token: str, project_id: int) -> ResponseReturnValue:
    """The open forms of the app user; each is fetched, and looked up again, through its own link."""
    return openrosa.form_list_of(links_of(_app_user(token, project_id)))


@blueprint.route("/<token>/projects/<int:project_id>/submission", methods=["HEAD", "POST"])
def submission(token: str, project_id: int) -> ResponseReturnValue:
    """Announce the bound (HEAD), or take an instance through the link of its form."""
    links = {each.form.form_id: each for each in links_of(_app_user(token, project_id))}
    if request.method == "HEAD":
        return "", 204
    form_id = instance_of(_xml()).form_id
    link = links.get(form_id)
    if link is None:
        raise NotFound("unknown-form", found=form_id)
    return openrosa.submission(link.token)


def _app_user(token: str, project_id: int) -> AppUser:
    found = app_user_by_token(token, project_id)
    set_actor(f"app_user:{found.id}")
    return found


def _xml() -> bytes:
    """The instance, left in the request to be read again."""
    part = request.files.get(openrosa.XML_PART)
    xml = request.form.get(openrosa.XML_PART, "").encode()
    if part is not None:
        xml = part.stream.read(LARGEST_XML + 1)
        part.stream.seek(0)
    if not xml:
        raise Problem("submission-part-missing")
    return xml
