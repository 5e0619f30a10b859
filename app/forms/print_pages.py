"""What is printed of a form: paper questionnaires, codebooks, posters."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import city_scope, permit_area, permit_city
from app.areas.queries import in_force
from app.audit import record_access
from app.errors import NotFound, whole_number
from app.forms import queries
from app.forms.codebooks import make_codebook
from app.forms.links import make_community_links
from app.forms.models import Form, FormVersion
from app.forms.paper_questions import BLANK_ROWS
from app.forms.papers import print_paper
from app.forms.posters import make_posters, posters_of_part
from app.workbooks.table_files import safe_name

blueprint = Blueprint("forms_print", __name__)

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/versions/<int:key>/paper.pdf")
def paper(key: int) -> ResponseReturnValue:
    """A version as a questionnaire to fill in with a pen."""
    version = _version(key)
    rows = whole_number(request.args.get("rows", str(BLANK_ROWS)))
    content = print_paper(version=version, languages=request.args.get("languages", ""), rows=rows or 0)
    return send_made(content, _PDF, f"{version.form.form_id}-{version.version}.pdf")


@blueprint.get("/versions/<int:key>/codebook.xlsx")
def codebook(key: int) -> ResponseReturnValue:
    """What a version asks, as a workbook."""
    version = _version(key)
    content = make_codebook(version=version, versions=queries.versions(version.form))
    return send_made(content, _XLSX, f"{version.form.form_id}-{version.version}-codebook.xlsx")


@blueprint.get("/<int:key>/posters.pdf")
def posters(key: int) -> ResponseReturnValue:
    """A poster for each open link; who took them is noted, for whoever knows a link may answer."""
    form = _own(queries.form(key))
    part = whole_number(request.args.get("part", "1")) or 1
    links = posters_of_part(queries.open_links(form), part)
    content = make_posters(form, links, purpose=request.args.get("purpose", "").strip())
    record_access(subject="forms", subject_id=key, reason="posters")
    return send_made(content, _PDF, f"{form.form_id}-posters-{part}.pdf")


@blueprint.get("/links/<int:key>/poster.pdf")
def poster(key: int) -> ResponseReturnValue:
    """The poster of one open link; who took it is noted."""
    link = queries.link(key)
    form = _own(link.form)
    if link.kind != "open" or link.revoked_at is not None:
        raise NotFound("unknown-link")
    content = make_posters(form, [link])
    record_access(subject="links", subject_id=key, reason=form.form_id)
    return send_made(content, _PDF, f"{form.form_id}-poster-{key}.pdf")


@blueprint.post("/<int:key>/community-links")
def community_links(key: int) -> ResponseReturnValue:
    """Make an open link for each community of the form's city that has none."""
    form = _own(queries.form(key))
    city = queries.asking_area(form)
    if city is None:
        raise NotFound("form-without-city")
    communities = in_force(city, date.today(), level="community")  # noqa: DTZ011 - areas change by calendar day
    made = make_community_links(form=form, communities=[(each.code, each.name_zh) for each in communities])
    flash(_("已生成 %(count)s 个社区链接。", count=made), "success")
    return redirect(url_for("forms.form", key=key))


def send_made(content: bytes, kind: str, name: str) -> Response:
    """A file made for this request, to be saved under a name."""
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=safe_name(name))
    return response


def _version(key: int) -> FormVersion:
    """The version, for readers of its city or of a part of it; what it asks is no answer."""
    found = queries.version(key)
    permit_area(city_scope(), queries.city_of_form(found.form))
    return found


def _own(form: Form) -> Form:
    """The form, for those who work for its city."""
    permit_city(queries.city_of_form(form))
    return form
