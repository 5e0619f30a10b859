"""Runs of the assessment, what they were judged by, and the button that starts one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.areas.queries import area_by_code, roots
from app.assessment.models import LEVELS
from app.assessment.queries import (
    area_scores,
    dimension_scores,
    evaluation,
    evaluations,
    findings,
    grades_count,
    run_by_id,
    runs,
    warning_counts,
    yardstick_summary,
)
from app.assessment.ruling import rule_versions
from app.assessment.words import text_of
from app.errors import Invalid, NotFound
from app.indicators.queries import years_with_sets
from app.jobs import enqueue
from app.web.navigation import speaks_of

blueprint = Blueprint("assessment", __name__, template_folder="templates")
blueprint.add_app_template_global(text_of, "judgement_text")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All runs, of one year or all."""
    year = request.args.get("year", type=int)
    return render_template(
        "assessment/index.html",
        runs=runs(exam_year=year),
        years=years_with_sets(),
        roots=roots(),
        year=year,
    )


@blueprint.post("/")
def assess() -> ResponseReturnValue:
    """Queue an assessment."""
    text = request.form.get("exam_year", "")
    if not text.isdigit():
        raise Invalid("exam-year-missing")
    root = area_by_code(request.form.get("root", ""))
    job = enqueue(
        kind="assessment.assess",
        title=_("评估 %(city)s %(year)s 年度", city=root.name_zh, year=text),
        arguments={"exam_year": int(text), "root_id": root.id},
    )
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.get("/<int:run_id>")
def run(run_id: int) -> ResponseReturnValue:
    """One run: scores, counts, findings, and what it was made from."""
    found = run_by_id(run_id)
    speaks_of(found.exam_year)
    return render_template(
        "assessment/run.html",
        run=found,
        areas=area_scores(run_id, level=LEVELS[0]) + area_scores(run_id, level=LEVELS[1]),
        dimensions=dimension_scores(run_id, found.root_id),
        grades=grades_count(run_id, found.root_id),
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
    return render_template(
        "assessment/evaluation.html",
        run=found,
        detail=evaluation(run_id, indicator_code, area_id),
        others=[each for each in listed if each.area_id != area_id],
    )


@blueprint.get("/rules")
def rules() -> ResponseReturnValue:
    """The versions of the rules of judgement."""
    return render_template("assessment/rules.html", versions=rule_versions())
