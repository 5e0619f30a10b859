"""Where exceptions become responses: RFC 9457 problems, OpenRosa envelopes, or a page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from app.analysis import refusals as analysis
from app.errors.central import central_problem
from app.errors.database import database_problem
from app.errors.fields import field_places
from app.errors.messages import describe, describe_place, printable
from app.errors.problems import Invalid, Place, Problem, TooLarge
from app.workbooks.faults import WorkbookFault
from app.xforms import openrosa
from app.xforms.problems import XFormProblem

log = logging.getLogger(__name__)

#: What the pure rooms raise; they know no HTTP, and what they refuse is the sender's material.
_OF_PURE_ROOMS = (analysis.Refusal, WorkbookFault, XFormProblem)
#: Facts of pure rooms that may tell of the machine (paths, traces): for the log, not for a reader.
_HIDDEN_FACTS = frozenset({"stderr", "target", "exception", "message"})

_HTTP_CODES = {
    401: "not-signed-in",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    415: "media-type-unsupported",
    422: "fields-invalid",
}
#: Addresses at which phones, and programs made for ODK Central, ask.
_OF_PHONES = ("/k/", "/v1/key/")
_OF_CENTRAL = "/v1/"
_KEPT_HEADERS = frozenset({"allow", "retry-after", "www-authenticate"})


@dataclass(frozen=True)
class Refusal:
    """What a page has to tell: the status, the code, its text, the facts and the places."""

    status: int
    code: str
    detail: str
    facts: dict[str, Any]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Pages:
    """What the room of the pages knows: to draw the page of a refused form, and the way back to a page."""

    refused: Callable[[Refusal], Response | None]
    way_back: Callable[[], str | None]


def init_errors(app: Flask) -> None:
    """Register one handler for every kind of exception."""
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(CSRFError, lambda _error: answer(400, "csrf", {}))
    app.register_error_handler(HTTPException, _answer_http)
    for kind in (IntegrityError, OperationalError, DataError, OverflowError):
        app.register_error_handler(kind, _answer_database)
    app.register_error_handler(InternalServerError, _answer_internal)
    app.register_error_handler(Exception, _answer_unexpected)


def before_answer(app: Flask, action: Callable[[], None]) -> None:
    """Run ``action`` before an exception is answered (the database room ends its transaction)."""
    app.extensions.setdefault("cityexam_before_answer", []).append(action)


def draw_with(app: Flask, pages: Pages) -> None:
    """Let the room of the pages draw what it can; the error page remains for the rest."""
    app.extensions["cityexam_pages"] = pages


def answer_script(app: Flask, blueprint: str) -> None:
    """Answer what is refused at the doors of a blueprint to a script of ours: code, message, problems."""
    app.extensions.setdefault("cityexam_scripts", set()).add(blueprint)


def answer_problem(problem: Problem) -> Response:
    """The response of a :class:`Problem`."""
    return answer(problem.status, problem.code, problem.facts, problem.places)


def as_problem(error: BaseException) -> Problem | None:
    """The problem an exception stands for; None when it is an error of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, _OF_PURE_ROOMS):
        told: dict[str, Any] = dict(error.facts)
        if hidden := {key: told.pop(key) for key in _HIDDEN_FACTS & told.keys()}:
            log.warning("%s: %s", error.code, hidden)
        problem = Invalid(error.code)
        problem.facts = told
        return problem
    return None


def _answer_http(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 413:
        return answer_problem(_too_large())
    data = getattr(error, "data", None) or {}
    places = field_places(data.get("messages"))
    other = "internal" if error.code >= 500 else "bad-request"
    response = answer(error.code, _HTTP_CODES.get(error.code, other), {}, places)
    for name, value in error.get_headers():
        if name.lower() in _KEPT_HEADERS:
            response.headers[name] = value
    return response


def _too_large() -> Problem:
    """What of the request is too large: the whole of it, or what its fields and parts count together."""
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    if request.content_length is None or request.content_length > limit:
        return TooLarge("too-large", limit=limit)
    memory = request.max_form_memory_size
    return TooLarge("too-many-parts", limit=request.max_form_parts, bytes=memory)


def _answer_internal(_error: InternalServerError) -> BaseResponse:
    # What escaped from outside the views (a hook, an error handler); Flask has logged it.
    return answer(500, "internal", {})


def _answer_database(error: IntegrityError | OperationalError | DataError | OverflowError) -> Response:
    problem = database_problem(error)
    if problem is None:
        return _answer_unexpected(error)
    log.warning(
        "the database refused %s %s: %s", request.method, request.endpoint, getattr(error, "orig", error)
    )
    return answer_problem(problem)


def _answer_unexpected(error: Exception) -> Response:
    known = as_problem(error)
    if known is not None:
        return answer_problem(known)
    # The path may carry a resident's token, so the endpoint names the place.
    log.error("unexpected error in %s", request.endpoint, exc_info=error)
    if current_app.testing or current_app.debug:
        raise error
    return answer(500, "internal", {})


def answer(status: int, code: str, facts: dict[str, Any], places: tuple[Place, ...] = ()) -> Response:
    """The response in the manner of the door: OpenRosa, JSON or page."""
    for action in current_app.extensions.get("cityexam_before_answer", ()):
        action()
    response = _in_manner_of_door(status, code, facts, places)
    if "retry_after" in facts:
        response.headers["Retry-After"] = str(facts["retry_after"])
    return response


def _in_manner_of_door(status: int, code: str, facts: dict[str, Any], places: tuple[Place, ...]) -> Response:
    detail = describe(code, facts)
    if request.path.startswith(_OF_PHONES):
        response = Response(openrosa.response(detail, nature="submit_error"), status=status)
        response.headers["Content-Type"] = openrosa.CONTENT_TYPE
        response.headers["X-OpenRosa-Version"] = "1.0"
        return response
    listed = [
        {
            "place": describe_place(place),
            "message": describe(place.code, place.facts),
            "code": place.code,
        }
        for place in places
    ]
    if request.path.startswith(_OF_CENTRAL):
        return _of_central(central_problem(status, code, detail, _wired(facts), listed))
    if request.blueprint in current_app.extensions.get("cityexam_scripts", ()):
        return _for_script(status, code, detail, listed)
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        body = {"type": f"urn:cityexam:{code}", "title": detail, "status": status, "code": code}
        body |= {"facts": _wired(facts), "problems": listed}
        response = jsonify(body)
        response.content_type = "application/problem+json"
        response.status_code = status
        return response
    return _page(Refusal(status, code, detail, facts, places), listed)


def _of_central(told: tuple[int, dict[str, Any]]) -> Response:
    status, body = told
    response = jsonify(body)
    response.status_code = status
    if status == 401:
        # Excel asks for name and password only after this.
        response.headers["WWW-Authenticate"] = 'Basic realm="CityExam", charset="UTF-8"'
    return response


def _for_script(status: int, code: str, detail: str, listed: list[dict[str, str]]) -> Response:
    response = jsonify(code=code, message=detail, problems=listed)
    response.status_code = status
    return response


def _page(refusal: Refusal, listed: list[dict[str, str]]) -> Response:
    resident = request.path.startswith("/s/")
    pages = current_app.extensions.get("cityexam_pages") if not resident else None
    try:
        if pages and (drawn := pages.refused(refusal)) is not None:
            return drawn  # type: ignore[no-any-return]
        text = render_template(
            "web/error.html",
            code=refusal.status,
            what_happened=refusal.detail,
            problems=listed,
            reference=refusal.code,
            resident=resident,
            back_href=pages.way_back() if pages else None,
        )
    except Exception:
        # The frame of a page asks the database who is signed in; without one a bare page must do.
        log.exception("the error page could not be drawn")
        bare = current_app.jinja_env.get_template("web/bare_error.html")
        text = bare.render(what_happened=refusal.detail, reference=refusal.code)
    return Response(text, status=refusal.status, mimetype="text/html")


def _wired(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: _wire(value) for key, value in facts.items()}


def _wire(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_wire(each) for each in value]
    return printable(str(value))
