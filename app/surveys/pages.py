"""Pages of the room: waves, the design of a form, the sample, weights and estimates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import (
    ANALYSTS,
    VISITORS,
    area_scope,
    city_scope,
    is_within,
    own_cities,
    own_city,
    permit_area,
    permit_city,
    works_for_city,
)
from app.areas.queries import margin_table, margin_tables, roots
from app.audit import record_access
from app.errors import Forbidden, NotFound, describe, whole_number
from app.forms.links import link_address
from app.forms.posters import make_letters
from app.forms.print_pages import send_made
from app.forms.queries import links as form_links
from app.jobs import enqueue
from app.surveys import presenting
from app.surveys.adjusting import adjust_settings
from app.surveys.designing import create_wave
from app.surveys.form_fields import needed_file, needed_number, sent_file, wave_plan
from app.surveys.jobs import ESTIMATE, WEIGH
from app.surveys.models import DESIGNS, Wave
from app.surveys.next_steps import wave_steps
from app.surveys.queries import (
    community_visits,
    draw_of,
    estimated_run,
    frame_size,
    strata,
    unit_links,
    units_of_community,
    wave_by_id,
    wave_name,
    wave_summary,
    waves,
)
from app.surveys.question_list import read_question_list
from app.surveys.samples import sample_table
from app.surveys.sampling import draw_sample, import_frame, plan_sample
from app.surveys.settings_fields import settings_page
from app.surveys.standing import dwellings
from app.surveys.stratifying import import_strata
from app.surveys.undoing import count_used_dwellings, undo_draw
from app.surveys.visit_queries import PENDING
from app.surveys.wave_settings import current_settings
from app.web.entering import may_enter
from app.web.navigation import speaks_of
from app.workbooks.csv_writing import stream_csv

blueprint = Blueprint("surveys", __name__, template_folder="templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All waves, newest exam first; to whoever only visits dwellings, those with dwellings to visit."""
    year = whole_number(request.args.get("year"))
    designs = bool(current_user.roles & ANALYSTS)
    visits = bool(current_user.roles & VISITORS)
    rows, scope, cities = [], area_scope(VISITORS), city_scope(ANALYSTS | VISITORS)
    for found in waves(year):
        if not is_within(cities, found.root_id):
            continue
        places = community_visits(found.id, area_ids=scope) if visits else []
        if places or designs:
            rows.append(presenting.wave_row(found, places, opens_wave=designs))
    opens = designs and bool(own_cities() or not roots())
    return render_template(
        "surveys/index.html", rows=rows, year=year, designs=designs, opens=opens, visits=visits
    )


@blueprint.get("/design")
def design() -> ResponseReturnValue:
    """Where a question list becomes a form and a wave."""
    cities = own_cities()
    if not cities and roots():
        raise Forbidden("whole-city-only")
    return render_template("surveys/design.html", roots=cities, designs=presenting.design_options(DESIGNS))


@blueprint.post("/design")
def make_wave() -> ResponseReturnValue:
    """Publish the form of a question list and open its wave."""
    root = own_city(request.form.get("root", ""))
    questions = needed_file("questions")
    wave = create_wave(
        **wave_plan(root),
        questions=read_question_list(
            questions=questions, choices=sent_file("choices"), sections=sent_file("sections")
        ),
    )
    flash(_("调查“%(name)s”已建立，表单已发布。", name=wave_name(wave)), "success")
    return redirect(url_for("surveys.wave", wave_id=wave.id))


@blueprint.get("/samples/<any(questions, choices, sections, frame, strata):name>.csv")
def sample(name: str) -> ResponseReturnValue:
    """An example of a table to upload."""
    disposition = f"attachment; filename={name}.csv"
    return Response(sample_table(name), mimetype="text/csv", headers={"Content-Disposition": disposition})


@blueprint.get("/<int:wave_id>")
def wave(wave_id: int) -> ResponseReturnValue:
    """One wave: answers against the sample, flags, weights, satisfaction."""
    permit_area(city_scope(), wave_by_id(wave_id).root_id)
    summary = wave_summary(wave_id, area_ids=area_scope(ANALYSTS))
    speaks_of(summary.wave.exam_year)
    drawn, framed, layers = draw_of(wave_id), frame_size(wave_id), strata(wave_id)
    takes_links = bool(current_user.roles & VISITORS)
    return render_template(
        "surveys/wave.html",
        summary=summary,
        shown=presenting.wave_page(summary),
        way=wave_steps(
            summary, sampled=drawn is not None, prepared=bool(framed or layers), takes_links=takes_links
        ),
        doors=presenting.door_rows(
            form_links(summary.wave.form, kinds=("open", "openrosa")),
            may_open=may_enter("forms.link"),
        ),
        draw=drawn,
        used_dwellings=count_used_dwellings(summary.wave) if drawn is not None else 0,
        frame_size=framed,
        strata=presenting.stratum_rows(layers),
        tables=margin_tables(),
        takes_links=takes_links,
        works=works_for_city(summary.wave.root_id),
    )


@blueprint.get("/<int:wave_id>/settings")
def settings(wave_id: int) -> ResponseReturnValue:
    """What a wave is run by, to be changed."""
    found = _own_wave(wave_id)
    run = estimated_run(wave_id)
    return render_template(
        "surveys/settings.html",
        wave=found,
        shown=settings_page(current_settings(found)),
        results_version=run.settings_version if run is not None else None,
    )


@blueprint.post("/<int:wave_id>/settings")
def change_settings(wave_id: int) -> ResponseReturnValue:
    """Make a new version of a wave's settings."""
    found = _own_wave(wave_id)
    is_changed = adjust_settings(wave_id=found.id, version=needed_number("version"), given=request.form)
    said = _("设置已存为第 %(version)s 版。", version=found.settings_version)
    flash(said if is_changed else _("没有改动，仍是原来的设置。"), "success" if is_changed else "info")
    return redirect(url_for("surveys.wave", wave_id=wave_id))


@blueprint.post("/<int:wave_id>/frame")
def frame(wave_id: int) -> ResponseReturnValue:
    """Read the frame of communities."""
    found = _own_wave(wave_id)
    content, filename = needed_file("file")
    done = import_frame(wave_id=found.id, content=content, filename=filename)
    flash(_("抽样框已导入：%(count)s 个社区。", count=done.units), "success")
    for place in done.left_out[:20]:
        flash(describe(place.code, place.facts), "info")
    return redirect(url_for("surveys.wave", wave_id=wave_id))


@blueprint.post("/<int:wave_id>/strata")
def register_strata(wave_id: int) -> ResponseReturnValue:
    """Read what the answers of each stratum stand for."""
    found = _own_wave(wave_id)
    content, filename = needed_file("file")
    rows = import_strata(wave_id=found.id, content=content, filename=filename)
    flash(_("各层人口已登记：%(count)s 层。", count=len(rows)), "success")
    return redirect(url_for("surveys.wave", wave_id=wave_id))


@blueprint.post("/<int:wave_id>/draw")
def draw(wave_id: int) -> ResponseReturnValue:
    """Show what a sample would be; once that is confirmed, draw it and make its personal links."""
    found = _own_wave(wave_id)
    asked: dict[str, Any] = {name: needed_number(name) for name in ("psus", "units_per_psu", "seed")}
    asked["allocation"] = request.form.get("allocation", "proportional")
    if not request.form.get("confirmed"):
        plan = plan_sample(wave_id=found.id, **asked)
        shown = presenting.plan_page(plan, asked)
        return render_template("surveys/draw.html", wave=found, asked=asked, shown=shown)
    done = draw_sample(wave_id=found.id, **asked)
    flash(_("已抽取 %(psus)s 个社区，随机种子 %(seed)s。", psus=done.psus, seed=done.seed), "success")
    return redirect(url_for("surveys.wave", wave_id=wave_id))


@blueprint.post("/<int:wave_id>/undraw")
def undraw(wave_id: int) -> ResponseReturnValue:
    """Take the sample back while nobody has answered by it."""
    undo_draw(wave_id=_own_wave(wave_id).id)
    flash(_("抽样已撤销，原来的个人链接已失效。可以重新抽取样本。"), "success")
    return redirect(url_for("surveys.wave", wave_id=wave_id, _anchor="sample"))


@blueprint.post("/<int:wave_id>/<any(weigh, estimate):work>")
def start(wave_id: int, work: str) -> ResponseReturnValue:
    """Flag and weigh the answers, or estimate satisfaction from the present weights: as a job."""
    arguments: dict[str, Any] = {"wave_id": _own_wave(wave_id).id}
    if work == "weigh":
        table = request.form.get("margin_table")
        arguments["margin_table"] = margin_table(table).name if table else None
    job = enqueue(kind={"weigh": WEIGH, "estimate": ESTIMATE}[work], arguments=arguments)
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.get("/<int:wave_id>/visits")
def visits(wave_id: int) -> ResponseReturnValue:
    """The dwellings of the reader's areas to visit, with their links; who saw links is kept."""
    found, code = _visited_wave(wave_id), request.args.get("community")
    communities = community_visits(wave_id, area_ids=area_scope(VISITORS))
    units = None
    if code is not None:
        communities = [each for each in communities if each.code == code]
        if not communities:
            raise NotFound("not-found")
        record_access(subject="survey_links", subject_id=wave_id, reason=f"{found.name} {code}")
        units = units_of_community(wave_id, code)
    return render_template(
        "surveys/visits.html",
        wave=found,
        shown=presenting.visits_page(wave_id, communities, units),
        phones=presenting.phone_links(form_links(found.form, kinds=("openrosa",))),
    )


@blueprint.get("/<int:wave_id>/links.csv")
def links(wave_id: int) -> ResponseReturnValue:
    """The personal links of the sample, for whoever visits the dwellings; who took them is kept."""
    found, scope = _visited_wave(wave_id), area_scope(VISITORS)
    record_access(subject="survey_links", subject_id=wave_id, reason=found.name)

    def rows() -> Iterator[tuple[str | int, ...]]:
        for each in unit_links(wave_id, area_ids=scope):
            yield (
                each.psu,
                each.community_name,
                each.unit,
                link_address(each.link),
                each.disposition,
            )

    columns = ("community_code", "community_name", "unit", "address", "disposition")
    content = b"".join(stream_csv(rows(), columns=columns))
    disposition = f"attachment; filename=links-{wave_id}.csv"
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": disposition})


@blueprint.get("/<int:wave_id>/letters.pdf")
def letters(wave_id: int) -> ResponseReturnValue:
    """Letters to the dwellings of a community that have not answered; who took them is kept."""
    found, code = _visited_wave(wave_id), request.args.get("community", "")
    if not any(each.code == code for each in community_visits(wave_id, area_ids=area_scope(VISITORS))):
        raise NotFound("not-found")
    waiting = [each for each in units_of_community(wave_id, code) if each.disposition == PENDING]
    places = dwellings(links=[each.link for each in waiting])
    content = make_letters(found.form, [(each.link, places[each.link.id]) for each in waiting])
    record_access(subject="survey_links", subject_id=wave_id, reason=f"letters {found.name} {code}")
    return send_made(content, "application/pdf", f"letters-{wave_id}-{code}.pdf")


def _visited_wave(wave_id: int) -> Wave:
    """The wave of a city where the present user visits dwellings."""
    found = wave_by_id(wave_id)
    permit_area(city_scope(VISITORS), found.root_id)
    return found


def _own_wave(wave_id: int) -> Wave:
    """The wave of a city that the present user works for."""
    found = wave_by_id(wave_id)
    permit_city(found.root_id)
    return found
