"""A refused form of a signed-in member of staff comes back with its page, not with an error page.

The page is asked for again, as a request of its own with the reader's own cookie: every guard holds,
and nobody is led elsewhere.
"""

from __future__ import annotations

import logging
from contextvars import Context
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.errors import Place, describe, describe_place
from app.errors.edge import Refusal
from app.web.refilling import CAME_FROM, Fault, RefusedPage, Sent

log = logging.getLogger(__name__)

_OF_THE_BODY = ("CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH")


def way_back() -> str | None:
    """The page the request came from, if it is one of ours that this reader may open."""
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc != request.host:
        return None
    # The second refusal comes from the address of the first, which is no page: the form says which is.
    named = _form_values().get(CAME_FROM, [""])[0] if request.method == "POST" else ""
    parts = urlsplit(named) if named.startswith("/") and not named.startswith("//") else referrer
    path = parts.path.removeprefix(request.script_root) or "/"
    try:
        endpoint, _arguments = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return None
    # What everybody may open (the log-in, static files) is no page of the reader's own.
    audience = current_app.extensions["cityexam_doors"].audience(endpoint)
    if not isinstance(audience, frozenset) or not current_user.roles & audience:
        return None
    return request.script_root + path + (f"?{parts.query}" if parts.query else "")


def draw_refused(refusal: Refusal) -> Response | None:
    """The page of a refused form with what is wrong at its top; None where there is no such page."""
    if request.method != "POST" or not current_user or not current_user.is_authenticated:
        return None
    # Out of words of the server's own (500) no form can be mended.
    page = way_back() if refusal.status < 500 or refusal.status == 503 else None
    drawn = _page_again(page) if page else None
    if page is None or drawn is None:
        return None
    sent = Sent(
        address=request.script_root + request.path,
        values=_form_values(),
        files=frozenset(name for name, file in _files() if file),
    )
    shown = RefusedPage(drawn.get_data(as_text=True), page=page, sent=sent)
    faults = shown.mark(_faults(refusal), choose_again=_("文件没有保存，请重新选择。"))
    # The text of the whole stands in the heading; only its field, where there is one, is listed.
    listed = [fault for fault in faults if fault.message != refusal.detail or fault.href]
    summary = render_template("web/refused.html", refusal=refusal, problems=listed, form_id=shown.form_id)
    return Response(shown.with_summary(summary), status=refusal.status, mimetype="text/html")


def _page_again(page: str) -> Response | None:
    """The page as its reader would get it now; None when it is not shown."""
    parts = urlsplit(page)
    environment = {key: value for key, value in request.environ.items() if key not in _OF_THE_BODY}
    environment = {key: value for key, value in environment.items() if not key.startswith("werkzeug.")}
    environment |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": parts.path.removeprefix(request.script_root).encode().decode("latin-1"),
        "QUERY_STRING": parts.query,
        "wsgi.input": BytesIO(),
    }
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def ask() -> tuple[Response, dict[str, Any]]:
        with app.request_context(environment):
            return app.full_dispatch_request(), dict(session)

    try:
        # An empty context: nothing of the refused request (its session, its flags) reaches the page.
        response, kept = Context().run(ask)
    except Exception:
        log.exception("the page of a refused form could not be drawn")
        return None
    if response.status_code != 200 or response.mimetype != "text/html":
        return None
    # The token of the page's forms is in its session; what the refused request did to its own is undone.
    session.clear()
    session.update(kept)
    return response


def _faults(refusal: Refusal) -> list[Fault]:
    found = refusal.facts.get("found")
    whole = Fault("", refusal.detail, found=found if isinstance(found, str) else None)
    return [whole, *(_fault(place) for place in refusal.places)]


def _fault(place: Place) -> Fault:
    in_file = bool(place.sheet or place.cell or place.column or place.row is not None or place.feature)
    return Fault(
        describe_place(place),
        describe(place.code, place.facts),
        field=place.field_name,
        in_file=in_file,
        inside=describe_place(replace(place, field_name=None)),
    )


def _form_values() -> dict[str, list[str]]:
    """The values of the form; none when its body was too large or broken to be read."""
    try:
        return {key: request.form.getlist(key) for key in request.form}
    except HTTPException:
        return {}


def _files() -> list[tuple[str, str]]:
    try:
        return [(name, file.filename or "") for name, file in request.files.items(multi=True)]
    except HTTPException:
        return []
