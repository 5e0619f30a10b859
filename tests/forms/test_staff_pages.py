"""Staff pages: upload, links, submissions in words, export."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy import select

from app.accounts.managing import Grant, add_user
from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.forms.collecting import IncomingFile, receive
from app.forms.links import make_personal_links
from app.forms.models import Form, Link, Submission
from app.forms.publishing import set_state
from app.forms.queries import count_submissions, submissions
from tests.conftest import PASSWORD, at_once
from tests.forms.conftest import instance, link_of, table


def collect(form: Form, count: int = 1, body: str | None = None, **facts: object) -> list[Submission]:
    with unit_of_work():
        return [
            receive(
                form=form, xml=instance(body) if body else instance(), channel="import", **facts
            ).submission  # type: ignore[arg-type]
            for _ in range(count)
        ]


def test_pages_are_closed_to_strangers(client: FlaskClient, form: Form) -> None:
    for address in (
        "/forms/",
        f"/forms/{form.id}",
        f"/forms/{form.id}/submissions",
        "/forms/exports/1",
    ):
        answer = client.get(address)
        assert answer.status_code == 302 and "/accounts/log-in" in answer.headers["Location"]


def test_uploaded_form_is_listed_as_a_draft(office: FlaskClient) -> None:
    assert "还没有表单" in office.get("/forms/").text
    data = {
        "file": (io.BytesIO(table()), "survey.md"),
        "coarsen": "/data/basic/home",
        "consent_path": "/data/consent",
        "consent_value": "0",
    }
    answer = office.post("/forms/upload", data=data, follow_redirects=True)
    assert answer.status_code == 200
    form = db.session.execute(select(Form)).scalar_one()
    assert form.state == "draft"
    assert form.versions[0].published_by.startswith("user:")
    assert "/data/basic/home" in answer.text
    assert "满意度调查" in office.get("/forms/").text


def test_faulty_upload_names_its_rows(office: FlaskClient) -> None:
    data = {"file": (io.BytesIO(table().replace(b"| age |", b"| a ge |")), "survey.md")}
    answer = office.post("/forms/upload", data=data)
    assert answer.status_code == 422
    assert "第 5 行" in answer.text and "survey" in answer.text
    assert office.post("/forms/upload", data={}).status_code == 422


def test_state_is_changed_and_an_unknown_one_refused(office: FlaskClient, form: Form) -> None:
    assert office.post(f"/forms/{form.id}/state", data={"state": "closed"}).status_code == 302
    db.session.expire_all()
    assert form.state == "closed"
    assert office.post(f"/forms/{form.id}/state", data={"state": "ajar"}).status_code == 422


@pytest.mark.parametrize("kind", ["open", "openrosa"])
def test_link_shows_its_address_and_code(office: FlaskClient, form: Form, kind: str) -> None:
    answer = office.post(
        f"/forms/{form.id}/links", data={"kind": kind, "label": "街道宣传"}, follow_redirects=True
    )
    link = db.session.execute(select(Link)).scalar_one()
    door = "k" if kind == "openrosa" else "s"
    page = html.fromstring(answer.data)
    assert f"http://127.0.0.1:8000/{door}/{link.token}" in page.text_content()
    # On a dark page too a camera needs dark squares on light ones.
    assert page.xpath('//main//svg//*[@fill="#fff"]')
    assert len(link.token) >= 32
    assert office.post(f"/forms/links/{link.id}/revoke").status_code == 302
    assert "已停用" in office.get(f"/forms/links/{link.id}").text
    # The token is a permission: the trail does not hold it.
    assert link.token not in str([each.after for each in db.session.execute(select(AuditEntry)).scalars()])


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "door"},
        {"kind": "open", "limit": "0"},
        {"kind": "open", "limit": "many"},
        {"kind": "personal", "limit": "5"},
    ],
)
def test_impossible_links_are_refused(office: FlaskClient, form: Form, data: dict[str, str]) -> None:
    assert office.post(f"/forms/{form.id}/links", data=data).status_code == 422


def test_the_address_of_a_link_is_the_offices_alone(app: Flask, office: FlaskClient, form: Form) -> None:
    link = link_of(form, "openrosa")
    with unit_of_work():
        add_user(
            username="analyst",
            display_name="A",
            password="long enough for us",
            grants=[Grant("analyst")],
        )
    analyst = app.test_client()
    analyst.post("/accounts/log-in", data={"username": "analyst", "password": "long enough for us"})
    assert f"/forms/links/{link.id}" in office.get(f"/forms/{form.id}").text
    shown = analyst.get(f"/forms/{form.id}")
    assert (shown.status_code, f"/forms/links/{link.id}" in shown.text) == (200, False)
    assert analyst.get(f"/forms/links/{link.id}").status_code == 403


def test_links_are_made_in_bulk_in_the_order_of_their_subjects(form: Form) -> None:
    with unit_of_work():
        make_personal_links(form=form, subjects=[f"sample_unit:{n}" for n in range(200)])
    made = db.session.execute(select(Link).order_by(Link.id)).scalars().all()
    assert [each.subject for each in made[:2]] == ["sample_unit:0", "sample_unit:1"]
    assert len({each.token for each in made}) == 200
    assert {each.submission_limit for each in made} == {1}


def test_submission_is_shown_in_words(office: FlaskClient, form: Form) -> None:
    link = link_of(form, "openrosa")
    [row] = collect(form, link=link)
    assert office.get(f"/forms/{form.id}/submissions").status_code == 200
    shown = office.get(f"/forms/submissions/{row.id}").text
    for words in ("珠山街道", "东风社区", "比较满意", "停车、绿地"):
        assert words in shown
    assert office.get("/forms/submissions/9999").status_code == 404


def test_looking_at_raw_xml_is_noted(office: FlaskClient, form: Form) -> None:
    [row] = collect(form)
    raw = office.get(f"/forms/submissions/{row.id}/xml")
    assert raw.data == row.xml
    assert raw.content_type == "text/plain; charset=utf-8"
    noted = db.session.execute(select(AuditEntry).where(AuditEntry.action == "access")).scalars().all()
    assert [(each.subject, each.subject_id) for each in noted] == [("submissions", str(row.id))]
    assert noted[0].actor.startswith("user:")


def test_file_is_saved_never_run(office: FlaskClient, form: Form) -> None:
    page = IncomingFile("x.html", b"<script>alert(1)</script>", "text/html")
    [row] = collect(form, files=[page])
    answer = office.get(f"/forms/submissions/{row.id}/files/{row.files[0].id}")
    assert answer.content_type == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]
    answer.close()
    assert office.get(f"/forms/submissions/{row.id}/files/99").status_code == 404


def test_review_is_noted_beside_the_answers(office: FlaskClient, form: Form) -> None:
    [row] = collect(form)
    assert office.post(f"/forms/submissions/{row.id}/review", data={"state": "approved"}).status_code == 302
    db.session.expire_all()
    assert row.review_state == "approved"
    assert office.post(f"/forms/submissions/{row.id}/review", data={"state": "fine"}).status_code == 422


def test_reading_submissions_goes_in_batches_and_leaves_refusals_out(form: Form) -> None:
    collect(form, 5)
    collect(form, body="<consent>0</consent>")
    assert [each.answers["basic"]["age"] for each in submissions(form.id, batch=2)] == [45] * 5
    assert len(list(submissions(form.id, batch=2, refused=True))) == 6
    ids = [each.id for each in submissions(form.id)]
    assert ids == sorted(ids)
    assert len(list(submissions(form.id, after_id=ids[2]))) == 2
    assert count_submissions(form.id) == {"complete": 5, "refused": 1}


def test_file_slots_are_filled_on_the_page(office: FlaskClient, app: Flask) -> None:
    text = table().replace(
        b"| | geopoint | home |",
        b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n| | geopoint | home |",
    )
    office.post("/forms/upload", data={"file": (io.BytesIO(text), "survey.md")})
    form = db.session.execute(select(Form)).scalar_one()
    version = form.versions[0]
    address = f"/forms/versions/{version.id}/files"
    good = {"file": (io.BytesIO(b"name,label\nz,Z\n"), "mine.csv"), "file_name": "zones.csv"}
    assert office.post(address, data=good).status_code == 302
    assert office.post(address, data={"file": (io.BytesIO(b"x"), "no.csv")}).status_code == 404
    db.session.expire_all()
    assert version.files[0].sha256
    assert etree.fromstring(office.get(f"/forms/versions/{version.id}/form.xml").data) is not None


def test_closed_form_still_shows_its_submissions(office: FlaskClient, form: Form, tmp_path: Path) -> None:
    collect(form)
    with unit_of_work():
        set_state(form=form, state="closed")
    assert office.get(f"/forms/{form.id}").status_code == 200


def test_a_submission_is_found_by_its_receipt(office: FlaskClient, form: Form) -> None:
    [one, other] = collect(form, 2)
    with unit_of_work():
        db.session.get_one(Submission, one.id).receipt = "ABCDE-FGHJK"
    found = office.get(f"/forms/{form.id}/submissions?receipt=abcde-fghjk").text
    assert f"/forms/submissions/{one.id}" in found and f"/forms/submissions/{other.id}" not in found
    assert "ABCDE-FGHJK" in office.get(f"/forms/submissions/{one.id}").text
    assert "没有这个回执号的答卷" in office.get(f"/forms/{form.id}/submissions?receipt=ABCDE").text


def test_personal_links_are_folded_counted_and_found(office: FlaskClient, form: Form) -> None:
    public = link_of(form, "open", label="张贴")
    with unit_of_work():
        make_personal_links(form=form, subjects=[f"x:{n}" for n in range(120)])
    links = db.session.execute(select(Link).where(Link.kind == "personal").order_by(Link.id)).scalars().all()
    page = office.get(f"/forms/{form.id}").text
    assert "一人一链接 120 个" in page and "<details" in page
    assert page.index(f"/forms/links/{public.id}") < page.index(f"/forms/links/{links[-1].id}")
    assert f'/forms/links/{links[0].id}"' not in page
    assert f'/forms/links/{links[0].id}"' in office.get(f"/forms/{form.id}?page=3").text
    found = office.get(f"/forms/{form.id}?link=https://x.cn/s/{links[0].token}").text
    assert f'/forms/links/{links[0].id}"' in found and "一人一链接 1 个" in found
    assert "没有找到这样的链接" in office.get(f"/forms/{form.id}?link=nobody").text


def test_who_reads_answers_or_sees_a_link_is_noted(office: FlaskClient, form: Form) -> None:
    link = link_of(form, "open")
    [row] = collect(form, link=link)
    office.get(f"/forms/{form.id}/submissions")
    assert db.session.query(AuditEntry).filter_by(action="access").count() == 0
    office.get(f"/forms/submissions/{row.id}")
    office.get(f"/forms/links/{link.id}")
    noted = db.session.execute(select(AuditEntry).where(AuditEntry.action == "access")).scalars()
    assert [(each.subject, each.subject_id) for each in noted] == [
        ("submissions", str(row.id)),
        ("links", str(link.id)),
    ]


def test_times_are_the_citys(office: FlaskClient, form: Form) -> None:
    [row] = collect(form)
    with unit_of_work():
        db.session.get_one(Submission, row.id).received_at = datetime(2024, 5, 1, 20, 30, tzinfo=UTC)
    for address in (f"/forms/{form.id}/submissions", f"/forms/submissions/{row.id}"):
        shown = office.get(address).text
        assert "2024年5月2日" in shown and "04:30" in shown, shown


def test_a_link_asked_for_many_times_is_one(
    app: Flask, form: Form, office: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    asked, address = {"kind": "open", "label": "公众号"}, f"/forms/{form.id}/links"
    clients = [client_as("exam_office") for _ in range(4)]
    sent = [lambda client=client: client.post(address, data=asked) for client in clients]
    assert at_once(app, sent) == [302, 409, 409, 409]
    again = office.post(address, data=asked)
    assert (again.status_code, "请写不同的备注" in again.text) == (409, True)
    assert office.post(address, data=asked | {"label": "海报"}).status_code == 302
    # A closed door may be made anew, and households' links are as many as there are households.
    first = db.session.query(Link).filter_by(label="公众号").one()
    office.post(f"/forms/links/{first.id}/revoke")
    assert office.post(address, data=asked).status_code == 302
    for _ in range(2):
        assert office.post(address, data=asked | {"kind": "personal"}).status_code == 302


def test_single_answers_are_for_readers_of_the_whole_city(app: Flask, form: Form) -> None:
    [submission] = collect(form)
    root = Area(code="36", name_zh="市", level="city", valid_from=date(2020, 1, 1))
    district = Area(code="3601", name_zh="区", level="district", parent=root, valid_from=date(2020, 1, 1))
    other = Area(code="37", name_zh="他市", level="city", valid_from=date(2020, 1, 1))
    with unit_of_work():
        db.session.add_all([root, district, other])
        db.session.flush()
        form.root_id = root.id
    opened = {}
    for code in ("36", "3601", "37"):
        client = analyst_of(app, code)
        for page in ("", "/submissions"):
            opened[code, page] = client.get(f"/forms/{form.id}{page}").status_code
        opened[code, "answer"] = client.get(f"/forms/submissions/{submission.id}").status_code
        assert (form.title in client.get("/forms/").text) is (code != "37")
    assert opened == {
        **dict.fromkeys([("36", page) for page in ("", "/submissions", "answer")], 200),
        **dict.fromkeys([("3601", page) for page in ("/submissions", "answer")], 403),
        **dict.fromkeys([("37", page) for page in ("", "/submissions", "answer")], 403),
        ("3601", ""): 200,
    }


def analyst_of(app: Flask, code: str) -> FlaskClient:
    """A client signed in as an analyst of one area."""
    name = f"analyst-{code}"
    with unit_of_work():
        grants = [Grant("analyst", area_code=code)]
        add_user(username=name, display_name=name, password=PASSWORD, grants=grants)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answer = client.post("/accounts/log-in", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_page_beyond_the_last_is_the_last(office: FlaskClient, form: Form) -> None:
    collect(form, 2)
    answer = office.get(f"/forms/{form.id}/submissions?page=99", follow_redirects=True)
    assert answer.request.args["page"] == "1"
    assert "还没有答卷" not in answer.text and "共 2 条" in answer.text
