"""What staff see of long work: state, progress, how it ended."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from app.db import db
from app.errors import NotFound, Place, describe, describe_place
from app.jobs.models import Job

blueprint = Blueprint("jobs", __name__, template_folder="templates")
_PER_PAGE = 50
_LAST_PAGE = 1_000_000


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest jobs."""
    page = min(max(1, request.args.get("page", 1, type=int)), _LAST_PAGE)
    total = db.session.execute(select(func.count()).select_from(Job)).scalar_one()
    query = select(Job).order_by(Job.id.desc()).limit(_PER_PAGE).offset((page - 1) * _PER_PAGE)
    jobs = db.session.execute(query).scalars().all()
    pages = max(1, -(-total // _PER_PAGE))
    return render_template("jobs/index.html", jobs=jobs, page=page, pages=pages, total=total)


@blueprint.get("/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """One job."""
    found = db.session.get(Job, job_id)
    if found is None:
        raise NotFound("not-found")
    facts = dict(found.error_facts or {})
    places = [Place(**place) for place in facts.pop("places", [])]
    problems = [{"place": describe_place(p), "message": describe(p.code, p.facts)} for p in places]
    error = describe(found.error_code, facts) if found.error_code else None
    return render_template("jobs/job.html", job=found, error=error, problems=problems)
