"""What staff do with submissions: comments, differences of edits, and what is in quarantine."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.db import db
from app.forms.models import Quarantine, Submission, SubmissionComment
from tests.forms.conftest import instance
from tests.forms.test_openrosa import PICTURE, send


def audited(subject: str) -> list[str]:
    """The actions on rows of a table, in order."""
    query = select(AuditEntry.action).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
    return list(db.session.execute(query).scalars())


def test_comment_is_kept_with_its_author(office: FlaskClient, phone: str) -> None:
    send(office, phone, instance())
    assert office.post("/forms/submissions/1/comments", data={"text": " "}).status_code == 422
    assert office.post("/forms/submissions/1/comments", data={"text": "x" * 10_001}).status_code == 422
    assert office.post("/forms/submissions/1/comments", data={"text": "已电话核实"}).status_code == 302
    [kept] = db.session.execute(select(SubmissionComment)).scalars()
    assert kept.body == "已电话核实" and kept.actor.startswith("user:")
    assert "已电话核实" in office.get("/forms/submissions/1").text
    assert audited("submission_comments") == ["insert"]


def test_edit_shows_its_difference_in_words(office: FlaskClient, phone: str) -> None:
    send(office, phone, instance(instance_id="uuid:1"))
    body = (
        "<consent>1</consent><basic><age>46</age><street>s1</street></basic><opinion><park>2</park></opinion>"
    )
    send(office, phone, instance(body, deprecated="uuid:1"))
    page = office.get("/forms/submissions/2").text.partition("与原答卷的差别")[2]
    rows = [page.partition(label)[2][:300] for label in ("年龄", "社区", "公园")]
    told = [("45", "46"), ("东风社区", "—"), ("比较满意", "不太满意")]
    assert [all(text in row for text in pair) for row, pair in zip(rows, told, strict=True)] == [True] * 3
    assert "珠山街道" not in page.partition("</table>")[0]


def test_edit_of_what_never_came_is_adopted_once(office: FlaskClient, phone: str) -> None:
    xml = instance(deprecated="uuid:never")
    assert send(office, phone, xml, ("p.jpg", PICTURE)).status_code == 404
    assert "45" in office.get("/forms/quarantine/1").text
    answers = [office.post("/forms/quarantine/1", data={"outcome": "adopted"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 409]
    [row] = db.session.execute(select(Submission)).scalars()
    assert (row.xml, row.replaces_id, len(row.files)) == (xml, None, 1)
    assert "adopted" in row.flags
    assert db.session.execute(select(Quarantine.submission_id)).scalar_one() == row.id
    assert {"access", "update"} <= set(audited("quarantine"))
    assert send(office, phone, xml.replace(b"uuid:never", b"uuid:never")).status_code == 404


def test_outdated_edit_is_adopted_as_the_newest(office: FlaskClient, phone: str) -> None:
    send(office, phone, instance(instance_id="uuid:1"))
    send(office, phone, instance(instance_id="uuid:2", deprecated="uuid:1"))
    assert send(office, phone, instance(instance_id="uuid:3", deprecated="uuid:1")).status_code == 409
    assert office.post("/forms/quarantine/1", data={"outcome": "adopted"}).status_code == 302
    first, second, third = db.session.execute(select(Submission).order_by(Submission.id)).scalars()
    assert (third.instance_id, third.replaces_id) == ("uuid:3", second.id)
    assert first.superseded_at and second.superseded_at and third.superseded_at is None


def test_other_content_of_an_instance_is_dismissed_with_a_reason(office: FlaskClient, phone: str) -> None:
    xml = instance(instance_id="uuid:1")
    send(office, phone, xml)
    assert send(office, phone, xml.replace(b">45<", b">46<")).status_code == 409
    assert office.post("/forms/quarantine/1", data={"outcome": "adopted"}).status_code == 409
    assert office.post("/forms/quarantine/1", data={"outcome": "dismissed"}).status_code == 422
    endless = office.post("/forms/quarantine/1", data={"outcome": "dismissed", "reason": "重" * 501})
    assert endless.status_code == 422
    assert "理由有 501 个字，最多 500 个。" in endless.text
    assert office.post("/forms/quarantine/1", data={"reason": "重复"}).status_code == 302
    [kept] = db.session.execute(select(Quarantine)).scalars()
    assert (kept.outcome, kept.outcome_reason) == ("dismissed", "重复")
    assert kept.resolved_at is not None and (kept.resolved_by or "").startswith("user:")
    assert "重复" in office.get("/forms/quarantine/1").text
    assert office.get("/forms/quarantine/9").status_code == 404
