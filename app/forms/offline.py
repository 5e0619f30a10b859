"""What the residents' page asks for to run in the browser: the whole form, scripts, the service worker."""

from __future__ import annotations

import json

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound, whole_number
from app.forms.definitions import definition_of
from app.forms.queries import published_version, version_at
from app.forms.visiting import Visit, refuse_closed, residents_link
from app.forms.whole_page import whole_parts
from app.web.packs import pack

blueprint = Blueprint("offline", __name__, template_folder="templates")

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"


@blueprint.get("/<token>/whole")
def whole(token: str) -> ResponseReturnValue:
    """Every screen of the form with its rules; ``?version=`` asks for the one that a draft was begun with."""
    link, asked = residents_link(token), request.args.get("version")
    # A draft may be finished while the form is closing.
    refuse_closed(link, begun=asked is not None)
    if asked is None:
        version = link.version or published_version(link.form)
    else:
        version = version_at(link, whole_number(asked) or 0)
    visit = Visit(link, None, version, definition_of(version))
    total = max(1, version.facts["questions"])
    response = make_response(render_template("forms/whole.html", total=total, **whole_parts(visit)))
    response.headers["Cache-Control"] = _ASK_AGAIN
    response.vary.update(["Accept-Language", "Cookie"])
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/pack/<digest>/<name>")
def pack_file(digest: str, name: str) -> ResponseReturnValue:
    """Scripts or styles in one file; what stands at an address never changes."""
    try:
        found = pack(name)
    except KeyError as error:
        raise NotFound("not-found") from error
    if found.digest != digest:
        raise NotFound("not-found")
    return _file(found.body, found.mimetype, _FOR_EVER)


@blueprint.get("/worker.js")
def worker() -> ResponseReturnValue:
    """The service worker, which may serve all below /s/, as its address says. It sends as the page does."""
    begin = f"importScripts({json.dumps(pack_address('queue.js'))});\n".encode()
    return _file(begin + pack("worker.js").body, "text/javascript", "no-cache")


@blueprint.app_template_global()
def pack_address(name: str) -> str:
    """Where the present bytes of a pack are."""
    return url_for("offline.pack_file", digest=pack(name).digest, name=name)


def _file(body: bytes, mimetype: str, keeping: str) -> ResponseReturnValue:
    response = make_response(body)
    response.mimetype = mimetype
    response.headers["Cache-Control"] = keeping
    response.add_etag()
    return response.make_conditional(request)
