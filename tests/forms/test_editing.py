"""Staff edit a submission in its own questions: stored as its next version, refused clearly, nothing lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select

from app.accounts.managing import Grant, add_user
from app.accounts.wording import actor_name
from app.areas.importing import import_areas
from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.forms.appointing import appoint, assign
from app.forms.arranging import arrange_page
from app.forms.authoring import save_draft
from app.forms.collecting import IncomingFile, receive
from app.forms.forgetting import forget_old_drafts
from app.forms.models import Draft, Form, Link, Quarantine, Submission
from app.forms.publishing import publish, set_state
from app.storage import storage
from tests.conftest import at_once
from tests.forms.conftest import compiled, instance, link_of, table

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
PERSON = (
    "<consent>1</consent><basic><age>45</age><street>s1</street><community>c11</community><home/></basic>"
)
PHOTO = "<opinion><park>4</park><worst>a b</worst><photo>p.png</photo><suggest/></opinion>"
ClientAs = Callable[..., FlaskClient]


def received(form: Form, body: str | None = None, **facts: object) -> Submission:
    with unit_of_work():
        facts = {"channel": "import", "link": None} | facts
        made = receive(form=form, xml=instance(body) if body else instance(), **facts)  # type: ignore[arg-type]
        return made.submission


def begin(client: FlaskClient, submission: Submission) -> str:
    """The address of the edit, without the number of a screen."""
    answer = client.post(f"/forms/submissions/{submission.id}/edit")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[0]


def fields(client: FlaskClient, address: str) -> dict[str, object]:
    """What the only form of a screen would send, as the page came."""
    page = html.fromstring(client.get(address).data)
    found: dict[str, object] = {}
    for name, value in page.forms[0].form_values():
        if name.startswith("/"):
            found[name] = [*found.get(name, ()), value]  # type: ignore[misc]
    return found


def screen_with(client: FlaskClient, edit: str, place: str) -> str:
    for number in range(1, 9):
        answer = client.get(f"{edit}/{number}")
        if answer.status_code == 200 and f'name="{place}' in answer.text:
            return f"{edit}/{number}"
    raise AssertionError(place)


def change(client: FlaskClient, edit: str, place: str, value: object, action: str = "summary") -> str:
    """Answer one question anew on its screen, as a browser does; gives where it leads."""
    address = screen_with(client, edit, place)
    data = {**fields(client, address), place: value, "action": action}
    answer = client.post(address, data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    return answer.headers["Location"]


def send(client: FlaskClient, edit: str, reason: str = "电话回访后更正"):  # type: ignore[no-untyped-def]
    page = {"Referer": f"http://localhost{edit}/summary"}
    return client.post(f"{edit}/send", data={"reason": reason}, headers=page)


def newest() -> Submission:
    return db.session.execute(select(Submission).order_by(Submission.id.desc()).limit(1)).scalar_one()


def test_an_edit_is_the_next_version_with_its_reason_and_its_difference(
    office: FlaskClient, form: Form
) -> None:
    link = link_of(form, "openrosa", label="队伍一", limit=1)
    old = received(form, link=link, channel="openrosa", device_id="phone-1")
    edit = begin(office, old)
    assert office.get(screen_with(office, edit, "/data/basic/age")).text.count('value="45"') == 1
    assert change(office, edit, "/data/basic/age", "46").endswith("/summary")
    shown = office.get(f"{edit}/summary").text
    differences = html.fromstring(shown).xpath("//table")[0].xpath(".//tbody/tr")
    assert [[cell.text for cell in row] for row in differences] == [["基本情况：年龄", "45", "46"]]
    answer = send(office, edit)
    new = newest()
    assert answer.headers["Location"].startswith(f"/forms/submissions/{new.id}")
    assert (new.replaces_id, new.answers["basic"]["age"], old.answers["basic"]["age"]) == (old.id, 46, 45)
    assert old.superseded_at is not None and old.instance_id.encode() in new.xml
    assert (new.link_id, new.device_id, new.started_at) == (link.id, "phone-1", old.started_at)
    assert (new.edit_reason, new.flags, new.version_id) == ("电话回访后更正", ["edited"], old.version_id)
    assert db.session.get(Link, link.id).used == 1  # type: ignore[union-attr]
    page = office.get(f"/forms/submissions/{new.id}").text
    assert "电话回访后更正" in page and "体检办（体检办公室）" in page and "手机（队伍一）" in page
    assert "user:" not in page and new.edited_by is not None and new.edited_by not in page
    assert f"答卷 {new.id}" in office.get(f"/forms/submissions/{old.id}").text
    # The draft keeps no second copy, and a second click finds the same version.
    draft = db.session.execute(select(Draft)).scalar_one()
    assert (draft.answers, draft.files, draft.submission_id) == ({}, [], new.id)
    assert send(office, edit).headers["Location"].startswith(f"/forms/submissions/{new.id}")
    assert office.get(f"{edit}/summary").headers["Location"] == f"/forms/submissions/{new.id}"
    trail = db.session.execute(select(AuditEntry).where(AuditEntry.subject == "submissions")).scalars().all()
    seen = [(each.action, each.subject_id, each.reason) for each in trail]
    assert ("event", str(new.id), "电话回访后更正") in seen and ("access", str(old.id), "edit") in seen


def test_the_question_of_consent_is_not_asked(office: FlaskClient, form: Form) -> None:
    edit = begin(office, received(form))
    for number in range(1, 9):
        assert "/data/consent" not in office.get(f"{edit}/{number}").text
    address = screen_with(office, edit, "/data/basic/age")
    data = {**fields(office, address), "/data/consent": "0", "/data/basic/age": "50", "action": "summary"}
    office.post(address, data=data)
    assert send(office, edit).status_code == 303
    assert (newest().disposition, newest().answers["consent"]) == ("complete", "1")


def test_files_come_along_and_may_be_replaced(office: FlaskClient, form: Form) -> None:
    old = received(form, PERSON + PHOTO, files=[IncomingFile("p.png", PNG, "image/png")])
    edit = begin(office, old)
    assert office.get(f"{edit}/kept/p.png", buffered=True).data == PNG
    change(office, edit, "/data/opinion/suggest", "多种树")
    send(office, edit)
    first = newest()
    assert [(each.file_name, each.expected) for each in first.files] == [("p.png", True)]
    edit = begin(office, first)
    picture = (io.BytesIO(PNG + b"new"), "other.png", "image/png")
    change(office, edit, "/data/opinion/photo", picture)
    assert send(office, edit).status_code == 303
    [kept] = newest().files
    assert (storage().get(kept.sha256), kept.file_name != "p.png") == (PNG + b"new", True)
    assert newest().flags == ["edited"]
    edit = begin(office, newest())
    wrong = (io.BytesIO(b"no picture"), "x.png", "image/png")
    change(office, edit, "/data/opinion/photo", wrong)
    assert "这不是可用的图片" in office.get(f"{edit}/summary").text
    assert send(office, edit).status_code == 422


def test_rows_are_changed_added_and_removed(app: Flask, office: FlaskClient) -> None:
    text = b"""| survey | | | |
| | type | name | label |
| | text | town | Town |
| | begin_repeat | people | Person |
| | text | name | Name |
| | end_repeat | | |
| settings | | |
| | form_id | version |
| | house | 1 |
"""
    with unit_of_work():
        form = publish(content=compiled(text), filename="house.xml").form
    body = "<town>A</town><people><name>Ann</name></people><people><name>Bob</name></people>"
    with unit_of_work():
        xml = instance(body, form_id="house", version="1").replace(
            b"<start>2024-03-01T08:00:00.000+08:00</start>", b""
        )
        old = receive(form=form, xml=xml, channel="import").submission
    edit = begin(office, old)
    change(office, edit, "/data/people[2]/name", "Bea")
    change(office, edit, "/data/people[1]/name", "Ann", action="add:/data/people")
    change(office, edit, "/data/people[3]/name", "Cy")
    change(office, edit, "/data/people[1]/name", "Ann", action="remove:/data/people[1]")
    assert send(office, edit).status_code == 303
    assert newest().answers["people"] == [{"name": "Bea"}, {"name": "Cy"}]
    assert "Person 2" in office.get(f"/forms/submissions/{newest().id}").text


def test_what_is_wrong_is_refused_and_kept(office: FlaskClient, form: Form) -> None:
    old = received(form)
    edit = begin(office, old)
    unchanged = send(office, edit)
    assert unchanged.status_code == 422 and "回答没有任何改动" in unchanged.text
    assert "check=1" in change(office, edit, "/data/basic/age", "200", action="next")
    assert "200" in office.get(screen_with(office, edit, "/data/basic/age")).text
    assert "不在允许的范围内" in office.get(f"{edit}/summary").text
    refused = send(office, edit, "回访记录第 7 条")
    assert refused.status_code == 422 and "回访记录第 7 条" in refused.text
    change(office, edit, "/data/basic/age", "46")
    for reason in ("", "  "):
        missing = send(office, edit, reason)
        assert missing.status_code == 422 and "请写明修改的理由" in missing.text
    assert send(office, edit, "长" * 501).status_code == 422
    assert db.session.execute(select(Submission)).scalars().all() == [old]
    assert send(office, edit).status_code == 303


def colleague(app: Flask, username: str = "second", **grant: object) -> FlaskClient:
    with unit_of_work():
        add_user(
            username=username,
            display_name="同事",
            password="long enough for us",
            grants=[Grant(**({"role": "exam_office"} | grant))],  # type: ignore[arg-type]
        )
    client = app.test_client()
    answer = client.post("/accounts/log-in", data={"username": username, "password": "long enough for us"})
    assert answer.status_code == 302
    return client


def test_who_comes_second_is_told_and_goes_on_from_the_newest(
    app: Flask, office: FlaskClient, form: Form
) -> None:
    old, other = received(form), colleague(app)
    edit, theirs = begin(office, old), begin(other, old)
    assert edit != theirs and office.get(f"{theirs}/summary").status_code == 404
    change(other, theirs, "/data/opinion/suggest", "少停车")
    change(office, edit, "/data/basic/age", "46")
    assert send(other, theirs).status_code == 303
    first = newest()
    refused = send(office, edit, "回访")
    assert refused.status_code == 409 and "别人已经改过这份答卷" in refused.text
    assert html.fromstring(refused.text).xpath("//textarea")[0].text.strip() == "回访"
    assert newest().id == first.id
    shown = office.get(f"{edit}/summary").text
    assert "同事（体检办公室）" in shown and "少停车" in shown and "46" in shown
    assert f"{edit}/summary" in office.get(f"/forms/submissions/{first.id}").text
    assert office.post(f"/forms/submissions/{old.id}/edit").status_code == 409
    assert office.post(f"{edit}/newest", data={"reason": "回访"}).status_code == 303
    assert html.fromstring(office.get(f"{edit}/summary").text).xpath("//textarea")[0].text.strip() == "回访"
    # What the editor left alone is as in the newest version, and what differs from that one is told.
    rows = html.fromstring(office.get(f"{edit}/summary").data).xpath("//table")[0].xpath(".//tbody/tr")
    assert [[cell.text for cell in row] for row in rows] == [["基本情况：年龄", "45", "46"]]
    assert send(office, edit).status_code == 303
    assert newest().replaces_id == first.id
    assert (newest().answers["basic"]["age"], newest().answers["opinion"]["suggest"]) == (46, "少停车")


def test_simultaneous_edits_let_one_through(app: Flask, office: FlaskClient, form: Form) -> None:
    old, other = received(form), colleague(app)
    edits = []
    for client, age in ((office, "46"), (other, "47")):
        edits.append((client, begin(client, old)))
        change(client, edits[-1][1], "/data/basic/age", age)

    def sending(client: FlaskClient, edit: str):  # type: ignore[no-untyped-def]
        cookies = client.get_cookie("session")
        assert cookies is not None
        thread = app.test_client()
        thread.set_cookie("session", cookies.value)
        return lambda: thread.post(f"{edit}/send", data={"reason": "更正"})

    assert at_once(app, [sending(*each) for each in edits]) == [303, 409]
    rows = db.session.execute(select(Submission)).scalars().all()
    assert len([each for each in rows if each.superseded_at is None]) == 1 and len(rows) == 2


def test_only_those_with_the_right_role_and_city_edit(
    app: Flask, office: FlaskClient, client_as: ClientAs, form: Form, client: FlaskClient
) -> None:
    old = received(form)
    assert client.post(f"/forms/submissions/{old.id}/edit").status_code == 401
    for role in ("analyst", "viewer", "field_worker"):
        reader = client_as(role)
        assert reader.post(f"/forms/submissions/{old.id}/edit").status_code == 403
    assert "/edit" not in client_as("analyst").get(f"/forms/submissions/{old.id}").text
    edit = begin(office, old)
    number = screen_with(office, edit, "/data/basic/age")
    for address in (number, f"{edit}/summary", f"{edit}/kept/p.png"):
        assert client_as("analyst").get(address).status_code == 403
        assert client_as("administrator").get(address).status_code == 404
    assert db.session.execute(select(Draft)).scalars().one().edits_id == old.id


def test_who_is_limited_to_another_city_edits_nothing_here(
    app: Flask, office: FlaskClient, form: Form
) -> None:
    areas = "code,name,level,parent_code\n100000000000,甲市,city,\n200000000000,乙市,city,\n"
    with unit_of_work():
        import_areas(content=areas.encode(), filename="areas.csv", valid_from=date(2020, 1, 1))
        first, second = db.session.execute(select(Area).order_by(Area.code)).scalars().all()
        form.root_id = first.id
    old = received(form)
    edit = begin(office, old)
    away = colleague(app, "away", role="analyst", area_code=second.code)
    assert away.get(f"/forms/submissions/{old.id}").status_code == 403
    assert away.post(f"/forms/submissions/{old.id}/edit").status_code == 403
    assert away.get(f"{edit}/summary").status_code == 403


def test_closed_forms_and_older_versions_are_edited_as_they_were_asked(
    office: FlaskClient, form: Form
) -> None:
    old = received(form)
    with unit_of_work():
        newer = table("V2").replace(b"| text | suggest |", b"| text | other |")
        publish(content=compiled(newer), filename="survey.xml")
        set_state(form=db.session.get(Form, form.id), state="closed")  # type: ignore[arg-type]
    edit = begin(office, old)
    change(office, edit, "/data/opinion/suggest", "多种树")
    assert send(office, edit).status_code == 303
    assert (newest().version_text, newest().version_id) == ("V1", old.version_id)
    # It came while the form was open, whenever it is edited.
    assert newest().flags == ["edited"] and newest().answers["opinion"]["suggest"] == "多种树"


def test_no_limit_of_links_or_devices_counts_an_edit(office: FlaskClient, form: Form) -> None:
    with unit_of_work():
        arrange_page(
            form=db.session.get(Form, form.id),  # type: ignore[arg-type]
            one_page=True,
            device_drafts=True,
            device_limit="1",
        )
    link = link_of(form, "open", limit=1)
    old = received(form, link=link, channel="web", device_id="browser-1")
    for age in ("46", "47", "48"):
        edit = begin(office, old)
        change(office, edit, "/data/basic/age", age)
        assert send(office, edit).status_code == 303
        old = newest()
    assert db.session.get(Link, link.id).used == 1  # type: ignore[union-attr]


def test_refusals_are_not_edited(office: FlaskClient, form: Form) -> None:
    old = received(form, "<consent>0</consent>")
    assert old.disposition == "refused"
    answer = office.post(f"/forms/submissions/{old.id}/edit")
    assert answer.status_code == 409 and "没有同意参加" in answer.text
    assert "/edit" not in office.get(f"/forms/submissions/{old.id}").text


def test_an_edit_is_discarded_or_forgotten(app: Flask, office: FlaskClient, form: Form) -> None:
    old = received(form)
    edit = begin(office, old)
    assert begin(office, old) == edit
    assert office.post(f"{edit}/discard").status_code == 303
    assert db.session.execute(select(Draft)).scalars().all() == []
    assert office.get(f"{edit}/summary").status_code == 404
    begin(office, old)
    draft = db.session.execute(select(Draft)).scalar_one()
    draft.updated_at = draft.updated_at.replace(year=2020)
    db.session.commit()
    with unit_of_work():
        assert forget_old_drafts() == 1


def test_a_trial_that_is_being_edited_goes_with_its_draft(office: FlaskClient, form: Form) -> None:
    with unit_of_work():
        draft = save_draft(content=compiled(table("V2")), filename="survey.xml")
        link = db.session.execute(select(Link).where(Link.version_id == draft.id)).scalar_one()
    with unit_of_work():
        trial = receive(form=draft.form, xml=instance(version="V2"), link=link, channel="openrosa").submission
    begin(office, trial)
    with unit_of_work():
        save_draft(content=compiled(table("V3")), filename="survey.xml")
    assert db.session.execute(select(Submission)).scalars().all() == []
    assert db.session.execute(select(Draft)).scalars().all() == []


@pytest.fixture
def apart(client: FlaskClient, office: FlaskClient, form: Form, phone: str) -> Quarantine:
    """An edit of what never came, with a picture and a page."""
    data = {
        "xml_submission_file": (io.BytesIO(instance(PERSON + PHOTO, deprecated="uuid:never")), "s.xml"),
        "p.png": (io.BytesIO(PNG), "p.png", "image/png"),
        "bad.png": (io.BytesIO(b"<html><script>1</script>"), "bad.png", "image/png"),
    }
    assert client.post(f"{phone}/submission", data=data).status_code == 404
    return db.session.execute(select(Quarantine)).scalar_one()


def test_files_in_quarantine_are_saved_and_pictures_shown(office: FlaskClient, apart: Quarantine) -> None:
    page = html.fromstring(office.get(f"/forms/quarantine/{apart.id}").data)
    [picture] = page.xpath("//main//img/@src")
    saved = [link for link in page.xpath("//main//a/@href") if "/files/" in link and "show" not in link]
    assert len(saved) == 2
    for address in saved:
        answer = office.get(address, buffered=True)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "application/octet-stream" and answer.data
    shown = office.get(picture, buffered=True)
    assert (shown.mimetype, shown.data) == ("image/png", PNG)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    # Whatever its name says, what is no picture is not shown.
    other = next(each for each in saved if each not in picture)
    assert office.get(f"{other}?show=1").status_code == 404
    assert office.get(f"/forms/quarantine/{apart.id}/files/3").status_code == 404
    assert office.get(f"/forms/quarantine/{apart.id}/files/0").status_code == 404
    noted = select(AuditEntry).where(AuditEntry.subject == "quarantine", AuditEntry.action == "access")
    assert {"p.png", "bad.png"} <= {each.reason for each in db.session.execute(noted).scalars()}


def test_files_in_quarantine_are_for_readers_of_answers(
    client_as: ClientAs, client: FlaskClient, apart: Quarantine
) -> None:
    address = f"/forms/quarantine/{apart.id}/files/1"
    assert client_as("analyst").get(address, buffered=True).status_code == 200
    assert client_as("viewer").get(address).status_code == 403
    assert "/accounts/log-in" in client.get(address).headers["Location"]


def test_who_acted_is_told_by_name(app: Flask, office: FlaskClient, apart: Quarantine) -> None:
    office.post(f"/forms/quarantine/{apart.id}", data={"outcome": "dismissed", "reason": "重复"})
    page = office.get(f"/forms/quarantine/{apart.id}").text
    assert "体检办（体检办公室）" in page and "user:" not in page
    old = received(apart.form)
    office.post(f"/forms/submissions/{old.id}/comments", data={"text": "已核对"})
    shown = office.get(f"/forms/submissions/{old.id}").text
    assert "体检办（体检办公室）" in shown and "user:" not in shown


def test_phones_and_residents_are_told_by_what_they_are(app: Flask, form: Form) -> None:
    with unit_of_work():
        import_areas(
            content="code,name,level,parent_code\n100000000000,甲市,city,\n".encode(),
            filename="areas.csv",
            valid_from=date(2020, 1, 1),
        )
        city = db.session.execute(select(Area)).scalar_one()
        phone = appoint(root_id=city.id, display_name="调查员甲")
        link = assign(app_user=phone, form=db.session.get(Form, form.id))  # type: ignore[arg-type]
    with app.test_request_context():
        assert actor_name(f"link:{link.id}") == "手机用户 调查员甲"
        assert actor_name(f"app_user:{phone.id}") == "手机用户 调查员甲"
        assert actor_name(f"link:{link_of(form, 'open').id}") == "居民"
        assert actor_name(f"link:{link_of(form, 'openrosa').id}") == "手机"
        trial = link_of(form, "test")
        assert actor_name(f"link:{trial.id}", exact=True) == f"测试链接（编号 {trial.id}）"
        assert actor_name("link:999") == "居民链接 999"


def test_a_browser_without_script_edits_to_the_end(
    app: Flask, form: Form, office: FlaskClient, serve: Callable[[Flask], str], browser: Browser
) -> None:
    old = received(form)
    # The forms of the pages carry their token, as for everybody.
    app.config["WTF_CSRF_ENABLED"] = True
    context = browser.new_context(
        java_script_enabled=False, locale="zh-CN", viewport={"width": 390, "height": 844}
    )
    page, at = context.new_page(), serve(app)
    page.goto(f"{at}/accounts/log-in?next=/forms/submissions/{old.id}")
    page.fill("input[name=username]", "office")
    page.fill("input[name=password]", "long enough for us")
    page.click("main form button")
    page.click("text=修改回答")
    page.fill("input[name='/data/basic/age']", "52")
    page.click("text=下一步")
    page.click("text=核对修改")
    page.fill("textarea[name=reason]", "核对过纸质底卷")
    page.click("text=提交修改")
    assert "核对过纸质底卷" in page.inner_text("main") and "体检办（体检办公室）" in page.inner_text("main")
    context.close()
    db.session.rollback()
    assert newest().answers["basic"]["age"] == 52
