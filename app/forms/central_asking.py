"""What the views of the Central-compatible interface have in common: whom they let in, what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from flask import Response, jsonify, request, stream_with_context

from app.accounts.guards import permit_city
from app.areas.queries import roots
from app.errors import NotFound, Problem
from app.forms.central_reading import form_in
from app.forms.models import Form
from app.workbooks.faults import UnreadableTable
from app.workbooks.json_texts import read_json

#: How the forms that clients send are called there.
_KINDS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/xml": "xml",
    "text/xml": "xml",
}


def open_project(project_id: int) -> int:
    """The city of a number, for those whose work covers the whole of it; NotFound ``no-such-city``."""
    if project_id not in {each.id for each in roots()}:
        raise NotFound("no-such-city", found=project_id)
    permit_city(project_id)
    return project_id


def open_form(project_id: int, form_id: str) -> Form:
    """A form of such a city."""
    return form_in(open_project(project_id), form_id)


def sent_json() -> Any:
    """The JSON that was sent; Problem ``json-unreadable``, ``value-unstorable``."""
    try:
        found = read_json(request.get_data())
    except UnreadableTable as unusable:
        raise Problem("value-unstorable") from unusable
    except (ValueError, RecursionError) as error:
        raise Problem("json-unreadable") from error
    if found is None:
        raise Problem("json-unreadable")
    return found


def sent_xml() -> bytes:
    """The XML that was sent; Problem ``submission-part-missing`` where there is none."""
    xml = request.get_data()
    if not xml:
        raise Problem("submission-part-missing")
    return xml


def sent_form() -> tuple[bytes, str]:
    """The form that was sent, and a name for it."""
    kind = _KINDS.get(request.mimetype)
    if kind is None:
        raise Problem("form-content-type", found=request.mimetype or "—", expected=list(_KINDS))
    named = unquote(request.headers.get("X-XlsForm-FormId-Fallback", "")).replace("/", "_").strip()
    return request.get_data(), f"{named[:150] or 'form'}.{kind}"


def is_true(name: str) -> bool:
    """Whether a parameter of the address says yes."""
    return request.args.get(name, "").lower() in {"true", "1", "yes"}


def done() -> Response:
    """What Central answers where there is nothing else to tell."""
    return jsonify({"success": True})


def listed(items: Iterator[Any]) -> Response:
    """A JSON list, sent as it is made."""

    def pieces() -> Iterator[str]:
        yield "["
        for number, each in enumerate(items):
            yield ("," if number else "") + written(each)
        yield "]"

    return Response(stream_with_context(joined(pieces())), mimetype="application/json")


def written(body: Any) -> str:
    """JSON as it was put together: sorting its keys, as for single answers, takes long for many rows."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def joined(pieces: Iterator[str], *, letters: int = 32_768) -> Iterator[bytes]:
    """Small pieces put together, so that not each goes over the wire alone."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= letters:
            yield "".join(waiting).encode("utf-8", "replace")
            waiting, size = [], 0
    yield "".join(waiting).encode("utf-8", "replace")
