"""Big data: what is there, upload, measuring."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import (
    city_scope,
    is_within,
    own_cities,
    own_city,
    permit_area,
    permit_city,
    works_for_city,
)
from app.audit import record_access
from app.errors import Invalid, year_of
from app.jobs import enqueue
from app.sources.importing import import_dataset, parse_cell_size, parse_class_table
from app.sources.jobs import MEASURE
from app.sources.models import SOURCE_KIND_OF
from app.sources.presenting import read_tables
from app.sources.queries import dataset, datasets, measurements
from app.sources.withdrawing import withdraw_dataset
from app.sources.words import ZONE_NAMES, cover_choices
from app.storage import storage
from app.web.navigation import speaks_of

blueprint = Blueprint("sources", __name__, template_folder="templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The datasets and measurements of the chosen year, of the reader's cities."""
    asked, cities = request.args.get("year"), city_scope()
    year = year_of(asked) if asked else None
    return render_template(
        "sources/index.html",
        datasets=[each for each in datasets(year, withdrawn=True) if is_within(cities, each.root_id)],
        measurements=[each for each in measurements(year) if is_within(cities, each.root_id)],
        kinds=list(SOURCE_KIND_OF),
        roots=own_cities(),
        zone_names=ZONE_NAMES,
        covers=cover_choices(),
        year=year,
    )


@blueprint.get("/<int:dataset_id>")
def one(dataset_id: int) -> ResponseReturnValue:
    """One dataset with what reading found."""
    found = dataset(dataset_id)
    permit_area(city_scope(), found.root_id)
    speaks_of(found.exam_year)
    return render_template(
        "sources/dataset.html", dataset=found, tables=read_tables(found), works=works_for_city(found.root_id)
    )


@blueprint.get("/<int:dataset_id>/file")
def file(dataset_id: int) -> ResponseReturnValue:
    """The file as it was uploaded; taking it is noted."""
    kept = dataset(dataset_id)
    # Its rows lie all over the city, so it is for readers of the whole city.
    permit_city(kept.root_id)
    record_access(subject="datasets", subject_id=dataset_id)
    # The sender chose the file: the browser must save it, never run it.
    return send_file(
        storage().path(kept.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=kept.file_name,
    )


@blueprint.post("/<int:dataset_id>/withdraw")
def withdraw(dataset_id: int) -> ResponseReturnValue:
    """Take a dataset out of the next measurement."""
    permit_city(dataset(dataset_id).root_id)
    withdraw_dataset(dataset_id=dataset_id, reason=request.form.get("reason", ""))
    flash(_("数据已撤回。下次计算时，由它得出的数据项值将失效。"), "success")
    return redirect(url_for("sources.one", dataset_id=dataset_id))


@blueprint.post("/")
def upload() -> ResponseReturnValue:
    """Take in a file."""
    root = own_city(request.form.get("root", ""))
    upload_file, form = request.files.get("file"), request.form
    if upload_file is None or not upload_file.filename:
        raise Invalid("file-missing")
    classes = form.get("class_table", "").strip()
    kept = import_dataset(
        kind=form.get("kind", ""),
        title=form.get("title", "").strip() or upload_file.filename,
        content=upload_file.read(),
        filename=upload_file.filename,
        exam_year=year_of(form.get("exam_year")),
        root=root,
        vintage=form.get("vintage", "").strip() or str(year_of(form.get("exam_year")) - 1),
        crs=form.get("crs") or None,
        source_note=form.get("source_note", ""),
        class_table=parse_class_table(classes) if classes else None,
        cell_m=parse_cell_size(form.get("cell_m", "")),
    )
    flash(_("数据“%(title)s”已保存。", title=kept.title), "success")
    return redirect(url_for("sources.one", dataset_id=kept.id))


@blueprint.post("/measure")
def measure_year() -> ResponseReturnValue:
    """Queue the measuring of a year."""
    root = own_city(request.form.get("root", ""))
    year = year_of(request.form.get("exam_year"))
    job = enqueue(
        kind=MEASURE,
        arguments={"exam_year": year, "root_id": root.id},
    )
    return redirect(url_for("jobs.job", job_id=job.id))
