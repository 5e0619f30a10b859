"""The catalogue of a year, one indicator, one value's explanation; upload, download, deriving, adopting."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import ANALYSTS, area_scope, permit_area
from app.areas.models import Area
from app.areas.queries import city_by_code
from app.db import db
from app.errors import Invalid, whole_number
from app.indicators import presenting
from app.indicators.adopting import adopt_by_hand
from app.indicators.exporting import tables_of
from app.indicators.importing import import_catalogue
from app.indicators.jobs import enqueue_derivation
from app.indicators.queries import current_set, value_by_id, years_with_sets
from app.indicators.samples import sample_workbook
from app.indicators.tracing import trace
from app.indicators.words import unit_words
from app.indicators.workbook import catalogue_workbook
from app.web.navigation import speaks_of
from app.web.telling import tell

blueprint = Blueprint("indicators", __name__, template_folder="templates")
blueprint.add_app_template_global(unit_words)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/")
def catalogue() -> ResponseReturnValue:
    """The set of a year (the newest without ``?year=``), and the upload of a workbook."""
    years = years_with_sets()
    asked = request.args.get("year", "")
    if not years and not asked:
        return render_template("indicators/empty.html")
    year = _year(asked) if asked else years[-1]
    return render_template("indicators/catalogue.html", **presenting.catalogue_page(year, years))


@blueprint.post("/upload")
def upload() -> ResponseReturnValue:
    """Import a workbook as a new version of a year's set."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file-missing")
    made = import_catalogue(
        content=file.read(),
        filename=file.filename,
        exam_year=_year(request.form.get("exam_year", "")),
        data_date=_day(request.form.get("data_date", "")),
        note=request.form.get("note", "").strip(),
    )
    flash(
        _("%(year)s 年度指标库第 %(version)s 版已生效。", year=made.exam_year, version=made.version),
        "success",
    )
    return redirect(url_for("indicators.catalogue", year=made.exam_year))


@blueprint.get("/sample")
def sample() -> ResponseReturnValue:
    """A small workbook to begin a catalogue with."""
    return send_file(
        BytesIO(sample_workbook()), mimetype=_XLSX, as_attachment=True, download_name="catalogue-sample.xlsx"
    )


@blueprint.get("/<int:year>/workbook")
def download(year: int) -> ResponseReturnValue:
    """The set in force as a workbook, ready to be changed and uploaded again."""
    version = current_set(year).version
    content = catalogue_workbook(tables_of(year))
    name = f"indicators-{year}-v{version}.xlsx"
    return send_file(BytesIO(content), mimetype=_XLSX, as_attachment=True, download_name=name)


@blueprint.get("/<int:year>/<code>")
def definition(year: int, code: str) -> ResponseReturnValue:
    """One indicator: definition, formulas, items, standards, values."""
    shown = presenting.definition_page(year, code, area_scope(ANALYSTS))
    return render_template("indicators/definition.html", **shown)


@blueprint.post("/<int:year>/derive")
def derive_year(year: int) -> ResponseReturnValue:
    """Derive the year's values and cross-check them, as a job."""
    root = city_by_code(request.form.get("root", ""))
    return redirect(url_for("jobs.job", job_id=enqueue_derivation(year, root).id))


@blueprint.get("/values/<int:value_id>")
def explain(value_id: int) -> ResponseReturnValue:
    """Why this number: the chain behind a value, and its rivals from other sources."""
    found = trace(value_id)
    permit_area(area_scope(ANALYSTS), found.area.id)
    speaks_of(found.value.exam_year)
    return render_template("indicators/explain.html", **presenting.explanation(found))


@blueprint.post("/values/<int:value_id>/adopt")
def adopt(value_id: int) -> ResponseReturnValue:
    """Adopt this value by hand, with a written reason."""
    value = value_by_id(value_id)
    adopt_by_hand(
        exam_year=value.exam_year,
        indicator_code=value.indicator_code,
        area_id=value.area_id,
        value_id=value.id,
        reason=request.form.get("reason", ""),
    )
    place = {"year": value.exam_year, "area": db.session.get_one(Area, value.area_id).code}
    tell(
        _("已采用这个数值，理由已记录。重新评价之后，结果才会更新。"),
        (_("看指标"), url_for("dashboard.indicator", code=value.indicator_code, **place)),
    )
    return redirect(url_for("indicators.explain", value_id=value.id))


def _year(text: str) -> int:
    year = whole_number(text)
    if year is None or len(text) != 4:
        raise Invalid("exam-year-unreadable", found=text[:40] or "—")
    return year


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("date-unreadable", found=text) from None
