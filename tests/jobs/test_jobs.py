"""Jobs as their rooms and staff see them, run in the same process right after the commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Department
from app.analysis.rasters import RasterError
from app.areas.models import Area
from app.audit import acting_as, current_actor
from app.db import db, unit_of_work
from app.errors import Invalid, Place, Unavailable
from app.jobs import Link, Progress, enqueue, register_job, wait_for
from app.jobs.leading import leads_of
from app.jobs.models import Job

ClientAs = Callable[..., FlaskClient]
SEEN: list[Any] = []


def work(progress: Progress, *, what: str = "well") -> dict[str, Any] | None:
    """A job that ends as it is asked."""
    SEEN.append((what, current_actor()))
    db.session.add(Department(code=what, name_zh=what, name_en=what))
    db.session.flush()
    if what == "checkpoint":
        enqueue(kind="test.inline", title="next", arguments={"what": "from within"})
        progress.checkpoint(0.4, "四成" * 200)
        db.session.add(Department(code="after", name_zh="after", name_en="after"))
        db.session.flush()
        raise RuntimeError("after the checkpoint")
    if what == "refuse":
        raise Invalid("area-table-invalid", count=2, places=[Place("value-missing", row=3, column="代码")])
    if what == "pure":
        raise RasterError("raster-many-bands", bands=3)
    if what == "crash":
        raise RuntimeError("at /root/secret")
    if what == "numbers":
        return {
            "mean": np.float64(1.5),
            "count": np.int64(3),
            "none": float("nan"),
            "list": (np.int32(1), {"a"}),
        }
    return None


register_job("test.inline", work)


def run(what: str) -> Job:
    """Queue and run a job."""
    SEEN.clear()
    with acting_as("user:4"), unit_of_work():
        job_id = enqueue(kind="test.inline", title="试", arguments={"what": what}).id
        assert SEEN == []
    return wait_for(job_id, seconds=1)


def codes() -> set[str]:
    """What the jobs wrote."""
    return {department.code for department in db.session.query(Department)}


def test_job_runs_after_the_commit_in_its_own_name(app: Flask) -> None:
    job = run("well")
    assert [("well", f"job:{job.id}")] == SEEN
    assert (job.state, job.progress, job.created_by) == ("succeeded", 1.0, "user:4")
    assert job.error_code is None
    assert codes() == {"well"}
    assert current_actor() == "system"


def test_job_of_a_refused_transaction_never_runs(app: Flask) -> None:
    SEEN.clear()
    with pytest.raises(RuntimeError), unit_of_work():
        enqueue(kind="test.inline", title="试")
        raise RuntimeError
    with unit_of_work():
        db.session.add(Department(code="other", name_zh="other", name_en="other"))
    assert SEEN == []
    assert db.session.query(Job).count() == 0


@pytest.mark.parametrize(
    ("what", "code", "facts"),
    [
        ("refuse", "area-table-invalid", {"count": 2}),
        ("pure", "raster-many-bands", {"bands": 3}),
        ("crash", "internal", {}),
    ],
)
def test_failure_keeps_its_code_and_facts_and_nothing_it_wrote(
    app: Flask, what: str, code: str, facts: dict[str, Any]
) -> None:
    job = run(what)
    kept = dict(job.error_facts or {})
    places = kept.pop("places", [])
    assert (job.state, job.error_code, kept) == ("failed", code, facts)
    assert [place["row"] for place in places] == ([3] if what == "refuse" else [])
    assert ("secret" in (job.error_trace or "")) == (what == "crash")
    assert codes() == set()


def test_result_is_plain_json(app: Flask) -> None:
    assert run("numbers").result == {"mean": 1.5, "count": 3, "none": "nan", "list": [1, ["a"]]}


def test_checkpoint_keeps_what_is_done_and_starts_what_waited(app: Flask) -> None:
    job = run("checkpoint")
    assert job.state == "failed"
    assert (job.progress, len(job.message or "")) == (0.4, 300)
    assert codes() == {"checkpoint", "from within"}
    assert {each.state for each in db.session.query(Job)} == {"failed", "succeeded"}


def test_unknown_kind_and_second_function_are_programming_errors(app: Flask) -> None:
    with pytest.raises(LookupError):
        enqueue(kind="test.unknown", title="x")
    with pytest.raises(ValueError, match="registered twice"):
        register_job("test.inline", lambda _progress: None)
    register_job("test.inline", work)


def test_waiting_ends_with_its_time(app: Flask) -> None:
    with pytest.raises(Unavailable, match="job-unfinished"):
        wait_for(12345, seconds=0.1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_show_state_and_what_went_wrong(app: Flask, client_as: ClientAs, language: str) -> None:
    client = client_as("analyst")
    assert client.get(f"/jobs/?lang={language}").status_code == 200
    for what in ("well", "refuse", "crash", "numbers"):
        job_id = run(what).id
        page = client.get(f"/jobs/{job_id}?lang={language}")
        assert page.status_code == 200
        assert "secret" not in page.text
        if what == "refuse" and language == "zh":
            assert "第 3 行，“代码”列" in page.text
            assert "2 处问题" in page.text
    assert client.get(f"/jobs/?page=999999999999&lang={language}").status_code == 200
    assert client.get("/jobs/999").status_code == 404
    assert client_as("viewer").get("/jobs/").status_code == 403


def test_many_jobs_are_turned_over_by_page(app: Flask, client_as: ClientAs) -> None:
    with unit_of_work():
        for number in range(60):
            db.session.add(Job(kind="x", title=f"第{number}个", arguments={}, created_by="system"))
    client = client_as("analyst")
    assert "第59个" in client.get("/jobs/").text
    second = client.get("/jobs/?page=2").text
    assert "第9个" in second
    assert "第59个" not in second


def leads(arguments: Any, result: Any) -> list[Link]:
    """Where the work of these tests leads."""
    return [
        Link("看结果", f"/made/{arguments['what']}/{result['count']}"),
        Link("下一步", "/next", is_next=True),
    ]


def test_a_finished_job_leads_to_what_it_made_and_to_the_next_step(app: Flask, client_as: ClientAs) -> None:
    register_job("test.leading", work, leads_to=leads)
    with acting_as("user:4"), unit_of_work():
        made = {
            what: enqueue(kind="test.leading", title=what, arguments={"what": what}).id
            for what in ("numbers", "refuse")
        }
    analyst = client_as("analyst")
    done = analyst.get(f"/jobs/{made['numbers']}").text
    assert '<a class="button" href="/made/numbers/3">看结果</a>' in done
    assert '<a class="button button-primary" href="/next">下一步</a>' in done
    assert "/made/" not in analyst.get(f"/jobs/{made['refuse']}").text
    assert leads_of(db.session.get_one(Job, run("numbers").id)) == []
    with pytest.raises(ValueError, match="two places"):
        register_job("test.leading", work, leads_to=lambda _arguments, _result: [])


def test_a_job_is_told_in_the_readers_language(app: Flask, client_as: ClientAs) -> None:
    """Its title and its result are words of its kind, made when they are read."""
    city = Area(code="3602", name_zh="小城", name_en="Smalltown", level="city", valid_from=date(2020, 1, 1))
    db.session.add(city)
    db.session.flush()
    facts = {"run": 1, "areas": 1200, "grades": {"strength": 2, "shortfall": 0}, "draws": 1000}
    arguments = {"exam_year": 2024, "root_id": city.id}
    job = Job(kind="assessment.assess", title="", arguments=arguments, created_by="system")
    job.state, job.progress, job.result = "succeeded", 1.0, facts
    db.session.add(job)
    client = client_as("exam_office")
    chinese = client.get(f"/jobs/{job.id}").text
    assert "评估 小城 2024 年度" in chinese
    assert "<dt>评价的地区</dt><dd>1,200</dd>" in chinese
    assert "<dt>全市指标的等级</dt><dd>优势 2、短板 0</dd>" in chinese
    assert "JSON" not in chinese
    assert "Smalltown" in client.get(f"/jobs/{job.id}?lang=en").text
    assert "Smalltown" in client.get("/jobs/").text
