"""What residents did not send, and stored content that nothing names, goes in time; the rest stays."""

from __future__ import annotations

import io
import os
from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from app.db import db, unit_of_work, utcnow
from app.forms.collecting import IncomingFile, quarantine, receive
from app.forms.forgetting import _namings, named_content
from app.forms.models import Draft, DraftFile, Form, Submission
from app.jobs.models import Job
from app.jobs.queue import enqueue_daily
from app.storage import storage
from tests.forms.conftest import instance
from tests.forms.test_resident import AGE, COMMUNITY, CONSENT, PARK, PHOTO, PNG, STREET, Resident, rows

LONG_AGO = (utcnow() - timedelta(days=40)).timestamp()


def age_content(*digests: str) -> None:
    """Let stored content look old."""
    for each in digests:
        os.utime(storage().path(each), (LONG_AGO, LONG_AGO))


def put_back(days: int) -> None:
    """Let all drafts look as if nobody had touched them for this long."""
    with unit_of_work():
        db.session.execute(update(Draft).values(updated_at=utcnow() - timedelta(days=days)))


def begun(app: Flask, page: str) -> str:
    """A draft with a photograph that is not sent; returns the digest of that."""
    resident = Resident(app, page)
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "45", STREET: "s1"})
    resident.post(**{COMMUNITY: "c12"})
    resident.post(**{PARK: "4", PHOTO: (io.BytesIO(PNG), "me.png")})
    return str(rows(DraftFile)[0].sha256)


def forget(app: Flask) -> str:
    """Run the command; what it says."""
    answer = app.test_cli_runner().invoke(args=["forms", "forget-drafts"])
    assert answer.exit_code == 0, answer.output
    return answer.output.strip()


def test_unsent_answers_and_their_photograph_go_after_their_time(app: Flask, page: str) -> None:
    photo = begun(app, page)
    age_content(photo)
    put_back(days=29)
    assert forget(app) == "drafts 0, exports 0, files 0"
    put_back(days=31)
    assert forget(app) == "drafts 1, exports 0, files 1"
    assert (rows(Draft), rows(DraftFile)) == ([], [])
    assert not storage().path(photo).exists()


def test_photograph_of_a_refusal_goes_with_it(app: Flask, page: str) -> None:
    photo = begun(app, page)
    resident = Resident(app, page)
    resident.client.set_cookie("draft", rows(Draft)[0].draft_key, path=page)
    resident.open(f"{page}/1")
    resident.post(**{CONSENT: "0"})
    resident.post("send")
    assert rows(Submission)[0].disposition == "refused"
    # A day passes before anything is taken for forgotten.
    assert forget(app) == "drafts 0, exports 0, files 0"
    age_content(photo)
    assert forget(app) == "drafts 0, exports 0, files 1"
    assert not storage().path(photo).exists()


def test_what_any_row_names_stays(app: Flask, form: Form) -> None:
    photo = IncomingFile("p.jpg", PNG)
    apart = IncomingFile("q.jpg", PNG + b"2")
    with unit_of_work():
        receive(form=form, xml=instance(), files=[photo], channel="import")
        quarantine(form=form, link=None, reason="instance-changed", xml=instance(), files=[apart], facts={})
    held = storage().untouched_since(utcnow() + timedelta(days=1))
    assert len(held) == 3
    age_content(*held)
    assert forget(app) == "drafts 0, exports 0, files 0"
    assert named_content() == set(held)


def test_every_column_that_names_content_is_asked(app: Flask) -> None:
    named = {str(query.selected_columns[0]) for query in _namings()}
    assert {
        "form_files.sha256",
        "form_versions.workbook_sha256",
        "submission_files.sha256",
        "draft_files.sha256",
        "quarantine.sha256",
    } <= named
    assert len(named) == 10


def test_worker_forgets_once_a_day(app: Flask, page: str) -> None:
    photo = begun(app, page)
    age_content(photo)
    put_back(days=31)
    for _ in range(2):
        with unit_of_work():
            enqueue_daily()
    [job] = [each for each in rows(Job) if each.kind == "forms.forget-drafts"]
    assert job.state == "succeeded"
    assert job.result == {"drafts": 1, "exports": 0, "files": 1, "messages": 0}
    job.created_at = utcnow() - timedelta(hours=24)
    with unit_of_work():
        enqueue_daily()
    assert len([each for each in rows(Job) if each.kind == job.kind]) == 2
