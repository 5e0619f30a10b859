"""OData of ODK Central (``….svc``): what Excel, Power BI and scripts read of a form's submissions."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit import record_access
from app.errors import NotFound
from app.forms import queries
from app.forms.central_asking import joined, open_form
from app.forms.central_filtering import condition
from app.forms.central_metadata import metadata, service_document
from app.forms.central_options import Options, read_options
from app.forms.central_pages import Page, RowReader, Under
from app.forms.central_reading import Line, history
from app.forms.central_tables import ODataTables
from app.forms.definitions import definition_of
from app.forms.models import Form

blueprint = Blueprint("central_odata", __name__)

_SERVICE = "/<int:project_id>/forms/<form_id>.svc"
_JSON = "application/json; odata.metadata=minimal; charset=utf-8"
_KEY = re.compile(r"\('((?:[^']|'')*)'\)")


@blueprint.after_request
def _say_odata(response: Response) -> Response:
    response.headers["OData-Version"] = "4.0"
    return response


@blueprint.get(_SERVICE)
@blueprint.get(f"{_SERVICE}/", endpoint="service_root")
def service(project_id: int, form_id: str) -> ResponseReturnValue:
    """The list of tables."""
    form = open_form(project_id, form_id)
    response = jsonify(service_document(_tables(form), _address(project_id, form)))
    response.content_type = _JSON
    return response


@blueprint.get(f"{_SERVICE}/$metadata")
def describe(project_id: int, form_id: str) -> ResponseReturnValue:
    """The columns of the tables (EDMX)."""
    form = open_form(project_id, form_id)
    return Response(metadata(_tables(form), form.form_id), content_type="application/xml; charset=utf-8")


@blueprint.get(f"{_SERVICE}/<path:path>")
def table(project_id: int, form_id: str, path: str) -> ResponseReturnValue:
    """A table, a page of one, one row by its key, or the rows under one; who looks is noted."""
    form = open_form(project_id, form_id)
    reader = _reader(form, _tables(form), path, read_options(request.args, request.headers.get("Prefer", "")))
    record_access(subject="forms", subject_id=form.id, reason=f"OData {path}"[:200])
    address = _address(project_id, form)
    page = Page(
        context=f"{address}/$metadata#{reader.name}",
        count=reader.count() if reader.options.count else None,
        next_address=lambda token: _next(f"{address}/{path}", token),
    )
    pieces = stream_with_context(joined(reader.written(page)))
    return Response(pieces, content_type=_JSON)


def _reader(form: Form, tables: ODataTables, path: str, options: Options) -> RowReader:
    name, keys = _place(path)
    if name not in tables.tables:
        raise NotFound("odata-table", found=name[:80], expected=list(tables.tables))
    line = Line(form, options.token.upto if options.token else queries.last_submission_id(form.id))
    wanted = [condition(options.filter, line.columns)] if options.filter else []
    if keys:
        wanted.append(line.is_key(history(form, keys[0])[-1].id))
    # The last key is that of a row, or of the row that holds the rows asked for.
    under = Under(row=keys[-1]) if path.endswith(")") else Under(parent=keys[-1] if len(keys) > 1 else "")
    return RowReader(line=line, tables=tables, name=name, options=options, wanted=wanted, under=under)


def _tables(form: Form) -> ODataTables:
    return ODataTables([definition_of(each) for each in queries.answered_versions(form)])


def _place(path: str) -> tuple[str, list[str]]:
    """The table that a path means, and the keys on the way: ``Submissions('uuid:…')/children``."""
    keys = [each.replace("''", "'") for each in _KEY.findall(path)]
    return _KEY.sub("", path).strip("/").replace("/", "."), keys


def _address(project_id: int, form: Form) -> str:
    base = str(current_app.config["SETTINGS"].base_url)
    return f"{base}/v1/projects/{project_id}/forms/{form.form_id}.svc"


def _next(address: str, token: str) -> str:
    kept = {key: value for key, value in request.args.items() if key not in {"$skip", "$skiptoken"}}
    return f"{address}?{urlencode({**kept, '$skiptoken': token})}"
