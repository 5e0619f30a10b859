"""Where exceptions become responses: RFC 9457 problems, OpenRosa envelopes, or a page."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app.errors.messages import describe, describe_place
from app.errors.problems import Invalid, Place, Problem, TooLarge
from app.xforms import openrosa

log = logging.getLogger(__name__)

_PURE_ROOMS = ("app.analysis.", "app.workbooks.", "app.xforms.")

_HTTP_CODES = {400: "bad-request", 403: "forbidden", 404: "not-found", 405: "method-not-allowed"}


def init_errors(app: Flask) -> None:
    """Register one handler for every kind of exception."""
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(CSRFError, lambda _error: answer(400, "csrf", {}))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def answer_problem(problem: Problem) -> Response:
    """The response of a :class:`Problem`."""
    return answer(problem.status, problem.code, problem.facts, problem.places)


def as_problem(error: BaseException) -> Problem | None:
    """The problem an exception stands for; None when it is an error of ours.

    The pure rooms know no HTTP: what they refuse, with a code and facts, is the sender's material.
    """
    if isinstance(error, Problem):
        return error
    code, facts = getattr(error, "code", None), getattr(error, "facts", None)
    if isinstance(code, str) and facts is not None and type(error).__module__.startswith(_PURE_ROOMS):
        return Invalid(code, **{str(key): value for key, value in dict(facts).items()})
    return None


def _answer_http(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 413:
        return answer_problem(TooLarge("too-large", limit=current_app.config["MAX_CONTENT_LENGTH"]))
    data = getattr(error, "data", None) or {}
    places = _field_places(data.get("messages"))
    response = answer(error.code, _HTTP_CODES.get(error.code, "bad-request"), {}, places)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "www-authenticate"}:
            response.headers[name] = value
    return response


def _field_places(messages: Any, path: str = "") -> tuple[Place, ...]:
    """Validation messages of a request schema, one place for each field."""
    if isinstance(messages, dict):
        found: list[Place] = []
        for key, value in messages.items():
            found.extend(_field_places(value, f"{path}.{key}" if path else str(key)))
        return tuple(found)
    if isinstance(messages, list):
        return tuple(Place("invalid-field", {"found": text}, field_name=path) for text in messages)
    return ()


def _answer_unexpected(error: Exception) -> Response:
    known = as_problem(error)
    if known is not None:
        return answer_problem(known)
    log.exception("unexpected error on %s", request.path, exc_info=error)
    if current_app.testing or current_app.debug:
        raise error
    return answer(500, "internal", {})


def answer(status: int, code: str, facts: dict[str, Any], places: tuple[Place, ...] = ()) -> Response:
    """The response in the manner of the door: OpenRosa, JSON or page."""
    detail = describe(code, facts)
    if request.path.startswith("/k/"):
        response = Response(openrosa.response(detail, nature="submit_error"), status=status)
        response.headers["Content-Type"] = "text/xml; charset=utf-8"
        return response
    listed = [
        {
            "place": describe_place(place),
            "message": describe(place.code, place.facts),
            "code": place.code,
        }
        for place in places
    ]
    if request.path.startswith(("/api/", "/v1/")) or request.accept_mimetypes.best == "application/json":
        body = {"type": f"urn:cityexam:{code}", "title": detail, "status": status, "code": code}
        body |= {"facts": {key: str(value) for key, value in facts.items()}, "problems": listed}
        response = jsonify(body)
        response.content_type = "application/problem+json"
        response.status_code = status
        return response
    base = "web/resident.html" if request.path.startswith("/s/") else "web/base.html"
    page = render_template(
        "web/error.html", code=status, what_happened=detail, problems=listed, reference=code, error_base=base
    )
    return Response(page, status=status, mimetype="text/html")
