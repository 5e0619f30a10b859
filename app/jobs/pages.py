"""What staff see of long work: state, progress, how it ended."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.db.paging import PER_PAGE, page_count
from app.errors import Place, describe, describe_place
from app.jobs.leading import leads_of
from app.jobs.models import Job
from app.jobs.queries import job_by_id, newest_jobs
from app.jobs.wording import job_results, job_title

blueprint = Blueprint("jobs", __name__, template_folder="templates")
_LAST_PAGE = 1_000_000


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest jobs."""
    page = min(max(1, request.args.get("page", 1, type=int)), _LAST_PAGE)
    jobs, total = newest_jobs(page=page, per_page=PER_PAGE)
    pages = page_count(total)
    # A title reads the names it tells; the same work is listed often and named once.
    works = {_work(each): each for each in jobs}
    titles = {work: job_title(each) for work, each in works.items()}
    return render_template(
        "jobs/index.html",
        jobs=[(each, titles[_work(each)]) for each in jobs],
        page=page,
        pages=pages,
        total=total,
    )


def _work(job: Job) -> tuple[str, str, str | None]:
    """What decides the title of a job."""
    return job.kind, repr(job.arguments), job.title


@blueprint.get("/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """One job."""
    found = job_by_id(job_id)
    facts = dict(found.error_facts or {})
    places = [Place(**place) for place in facts.pop("places", [])]
    problems = [{"place": describe_place(p), "message": describe(p.code, p.facts)} for p in places]
    error = describe(found.error_code, facts) if found.error_code else None
    return render_template(
        "jobs/job.html",
        job=found,
        title=job_title(found),
        results=job_results(found),
        error=error,
        problems=problems,
        leads=leads_of(found),
    )
