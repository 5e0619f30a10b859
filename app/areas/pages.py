"""The city's areas: list, upload of a table, boundaries, margins."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.areas.importing import import_areas, import_boundaries, import_margins, import_memberships
from app.areas.predecessors import named_predecessors
from app.areas.queries import city_by_code, margin_tables, roots, shown_areas
from app.areas.samples import sample_table
from app.areas.words import KIND_NAMES, LEVEL_NAMES
from app.errors import Invalid, year_of
from app.i18n import listing, named

blueprint = Blueprint("areas", __name__, template_folder="templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All cities with their areas and margin tables."""
    trees = [(root, shown_areas(root)) for root in roots()]
    return render_template(
        "areas/index.html",
        trees=trees,
        predecessors={
            area_id: listing(named(each.name_zh, each.name_en) for each in earlier)
            for area_id, earlier in named_predecessors().items()
        },
        margins=margin_tables(),
        level_names=LEVEL_NAMES,
        kind_names=KIND_NAMES,
    )


@blueprint.post("/table")
def upload_table() -> ResponseReturnValue:
    """Add or change areas from a table."""
    content, filename = _file()
    done = import_areas(content=content, filename=filename, valid_from=_day(request.form.get("valid_from")))
    flash(
        _("已新增 %(added)s 个、更新 %(changed)s 个区域。", added=done.added, changed=done.changed), "success"
    )
    return redirect(url_for("areas.index"))


@blueprint.post("/boundaries")
def upload_boundaries() -> ResponseReturnValue:
    """Give areas their shapes."""
    content, _name = _file()
    crs, schematic = request.form.get("crs", ""), request.form.get("schematic") == "1"
    on = _day(request.form["valid_from"]) if request.form.get("valid_from") else None
    done = import_boundaries(content=content, crs=crs, schematic=schematic, on=on)
    flash(_("已更新 %(changed)s 个区域的边界。", changed=done.changed), "success")
    return redirect(url_for("areas.index"))


@blueprint.post("/memberships")
def upload_memberships() -> ResponseReturnValue:
    """Say which areas the functional areas lie over."""
    content, filename = _file()
    done = import_memberships(content=content, filename=filename)
    flash(_("已导入功能区成员 %(added)s 行。", added=done.added), "success")
    return redirect(url_for("areas.index"))


@blueprint.post("/margins")
def upload_margins() -> ResponseReturnValue:
    """Keep a table of population margins."""
    content, filename = _file()
    form = request.form
    table = import_margins(
        content=content,
        filename=filename,
        name=form.get("name", "").strip() or filename,
        root=city_by_code(form.get("root", "")),
        reference_year=year_of(form.get("reference_year")),
        source_note=form.get("source_note", ""),
    )
    flash(_("人口边际表“%(name)s”已保存。", name=table.name), "success")
    return redirect(url_for("areas.index"))


@blueprint.get("/samples/<any(areas, memberships, margins):name>.csv")
def sample(name: str) -> ResponseReturnValue:
    """An example of a table to upload."""
    disposition = f"attachment; filename={name}.csv"
    return Response(sample_table(name), mimetype="text/csv", headers={"Content-Disposition": disposition})


def _file() -> tuple[bytes, str]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid("file-missing")
    return upload.read(), upload.filename


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Invalid("date-unreadable", found=text or "—") from None
