"""Runs of the assessment, what they were judged by, and the button that starts one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.guards import (
    RESULTS,
    area_scope,
    city_scope,
    is_within,
    permit_area,
    permit_city,
    works_for_city,
)
from app.areas.models import Area
from app.areas.queries import city_by_code, roots
from app.assessment.jobs import ASSESS
from app.assessment.models import LEVELS, anything_judged
from app.assessment.queries import (
    area_scores,
    dimension_scores,
    evaluation,
    evaluations,
    findings,
    run_by_id,
    runs,
    standings_count,
    warning_counts,
    yardstick_summary,
)
from app.assessment.rule_files import keep_file, rules_file
from app.assessment.ruling import rule_version, rule_versions, rules_in_force
from app.assessment.words import RULE_TEXTS, grade_name, rules_name, shown_grade, text_of, threshold_words
from app.db import utcnow
from app.errors import Invalid, NotFound, whole_number, year_of
from app.indicators.jobs import enqueue_derivation
from app.indicators.queries import years_with_sets
from app.jobs import enqueue
from app.jobs.models import Job
from app.web.navigation import speaks_of
from app.web.telling import tell

blueprint = Blueprint("assessment", __name__, template_folder="templates")
blueprint.add_app_template_global(text_of, "judgement_text")
blueprint.add_app_template_global(grade_name)
blueprint.add_app_template_global(rules_name)
blueprint.add_app_template_global(shown_grade)
blueprint.add_app_template_global(threshold_words)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The runs of the reader's cities, of one year or all."""
    year, cities = whole_number(request.args.get("year")), city_scope()
    found = [each for each in runs(exam_year=year) if is_within(cities, each.root_id)]
    return render_template(
        "assessment/index.html",
        runs=found,
        whole={each for each in {run.root_id for run in found} if works_for_city(each)},
        years=years_with_sets(),
        roots=roots(),
        year=year,
    )


@blueprint.post("/")
def assess() -> ResponseReturnValue:
    """Queue an assessment."""
    return redirect(url_for("jobs.job", job_id=_enqueue_assessment(*_posted_city()).id))


@blueprint.post("/anew")
def assess_anew() -> ResponseReturnValue:
    """Queue the derivation and cross-check of a year's values, and after it the assessment."""
    year, root = _posted_city()
    derivation = enqueue_derivation(year, root)
    job = _enqueue_assessment(year, root)
    tell(
        _("计算与校核先进行，评价随后开始；评价完成后，概览就是新的。"),
        (_("看计算任务"), url_for("jobs.job", job_id=derivation.id)),
    )
    return redirect(url_for("jobs.job", job_id=job.id))


def _posted_city() -> tuple[int, Area]:
    """The year and the city of a form."""
    return year_of(request.form.get("exam_year")), city_by_code(request.form.get("root", ""))


def _enqueue_assessment(year: int, root: Area) -> Job:
    return enqueue(
        kind=ASSESS,
        arguments={"exam_year": year, "root_id": root.id},
    )


@blueprint.get("/<int:run_id>")
def run(run_id: int) -> ResponseReturnValue:
    """One run: scores, counts, findings, and what it was made from."""
    found = run_by_id(run_id)
    # The page is the whole city's, so it is for readers of the whole city.
    permit_city(found.root_id)
    speaks_of(found.exam_year)
    standings = standings_count(run_id, found.root_id)
    return render_template(
        "assessment/run.html",
        run=found,
        areas=area_scores(run_id, level=LEVELS[0]) + area_scores(run_id, level=LEVELS[1]),
        dimensions=dimension_scores(run_id, found.root_id),
        grades=standings,
        is_judged=anything_judged(standings),
        warnings=warning_counts(run_id, found.root_id),
        yardsticks=yardstick_summary(run_id, found.root_id),
        findings=findings(run_id, area_id=found.root_id),
        evaluations=evaluations(run_id, area_id=found.root_id),
    )


@blueprint.get("/<int:run_id>/<indicator_code>/<area_code>", endpoint="evaluation")
def evaluation_page(run_id: int, indicator_code: str, area_code: str) -> ResponseReturnValue:
    """Why an indicator has its grade and score in an area: every yardstick with its source."""
    found = run_by_id(run_id)
    speaks_of(found.exam_year)
    listed = evaluations(run_id, indicator_code=indicator_code)
    area_id = next((each.area_id for each in listed if each.area.code == area_code), None)
    if area_id is None:
        raise NotFound("unknown-evaluation", found=indicator_code)
    scope = area_scope(RESULTS)
    permit_area(scope, area_id)
    return render_template(
        "assessment/evaluation.html",
        run=found,
        detail=evaluation(run_id, indicator_code, area_id),
        others=[e for e in listed if e.area_id != area_id and is_within(scope, e.area_id)],
    )


@blueprint.get("/rules")
def rules() -> ResponseReturnValue:
    """The rules in force of a year (the newest without ``?year=``) in words, all versions, the upload."""
    versions, years = rule_versions(), years_with_sets()
    year = whole_number(request.args.get("year"))
    if year is None:
        year = years[-1] if years else utcnow().year
    return render_template(
        "assessment/rules.html",
        held=rules_in_force(year),
        versions=versions,
        year=year,
        names=RULE_TEXTS,
    )


@blueprint.post("/rules")
def keep() -> ResponseReturnValue:
    """Put the rules of an uploaded file in force."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file-missing")
    year = year_of(request.form.get("exam_year"))
    made = keep_file(content=file.read(), exam_year=year, note=request.form.get("note", "").strip())
    flash(
        _("评价规则“%(name)s”已生效。", name=rules_name(made.valid_from_year, made.version)),
        "success",
    )
    return redirect(url_for("assessment.rules", year=year))


@blueprint.get("/rules/<int:valid_from_year>/<int:version>")
def download_rules(valid_from_year: int, version: int) -> ResponseReturnValue:
    """A version as a JSON file, ready to be changed and uploaded."""
    name = f"rules-{valid_from_year}-v{version}.json"
    return Response(
        rules_file(rule_version(valid_from_year, version)),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
