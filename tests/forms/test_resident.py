"""The residents' wizard: no script, nothing typed is lost, sent once."""

from __future__ import annotations

import io
import re
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.areas.models import Area
from app.db import db, unit_of_work
from app.events import subscribe
from app.forms.definitions import definition_of
from app.forms.drafting import first_filling, forget_drafts
from app.forms.links import link_by_token, revoke_link
from app.forms.models import Draft, Form, FormVersion, Submission
from app.forms.publishing import publish, set_state
from app.forms.standing import STANDING, Standing
from app.storage import storage
from app.xforms.paging import pages
from app.xforms.parsing import parse_form
from tests.forms.conftest import compiled, link_of, shown_page, table, thread_client

PNG = b"\x89PNG\r\n\x1a\n a picture"


class Resident:
    """Somebody with a browser that runs no script: follows forms and redirects."""

    def __init__(self, app: Flask, address: str) -> None:
        self.client = app.test_client()
        self.address = address
        self.status = 0
        self.open(address)

    def open(self, address: str) -> None:
        answer = self.client.get(address, follow_redirects=True)
        self._see(answer)

    def _see(self, answer: Any) -> None:
        self.status, self.body, self.at = (
            answer.status_code,
            answer.data,
            answer.request.full_path.rstrip("?"),
        )
        self.tree = shown_page(answer.data)
        answer.close()

    @property
    def text(self) -> str:
        return " ".join(self.tree.text_content().split())

    def fields(self) -> dict[str, Any]:
        """What a browser would post of the page's form as it stands."""
        form = self.tree.xpath("//main//form")[0]
        found: dict[str, Any] = {}
        for name, value in form.fields.items():
            if value is None or name in {"remove-file"} or (value == "" and "file" in _types(form, name)):
                continue
            found[name] = list(value) if not isinstance(value, str) else value
        return found

    def names(self) -> set[str]:
        return {name for name in self.tree.xpath("//main//@name") if name.startswith("/")}

    def post(self, action: str = "next", **answers: Any) -> None:
        form = self.tree.xpath("//main//form")[0]
        data = self.fields() | {"action": action} | answers
        self._see(self.client.post(form.action, data=data, follow_redirects=True))

    def errors(self) -> list[str]:
        return [link.get("href") for link in self.tree.xpath('//*[@id="error-summary"]//a')]


def _types(form: Any, name: str) -> set[str]:
    return {each.get("type", "") for each in form.xpath(".//input") if each.get("name") == name}


CONSENT, AGE, STREET = "/data/consent", "/data/basic/age", "/data/basic/street"
COMMUNITY, HOME, PARK = "/data/basic/community", "/data/basic/home", "/data/opinion/park"
WORST, PHOTO, SUGGEST = "/data/opinion/worst", "/data/opinion/photo", "/data/opinion/suggest"


@pytest.fixture
def resident(app: Flask, page: str) -> Resident:
    return Resident(app, page)


def fill(resident: Resident) -> None:
    """Answer all screens up to the summary."""
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "45", STREET: "s1"})
    resident.post(**{COMMUNITY: "c12"})
    resident.post(**{PARK: "4", WORST: ["a", "b"], SUGGEST: "多种树"})


def rows(model: type = Submission) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(model).order_by(model.id)).scalars())


def test_way_from_the_link_to_the_receipt(app: Flask, resident: Resident, version: FormVersion) -> None:
    heard: list[tuple[int, str]] = []

    def hear(submission: Submission, answers: dict[str, Any], **_facts: Any) -> None:
        heard.append((submission.id, answers["consent"]))

    subscribe(app, "submission_received", hear)
    assert resident.names() == {CONSENT}
    assert "满意度调查" in resident.text
    assert rows(Draft) == []
    fill(resident)
    assert resident.at.endswith("/summary")
    assert "红旗社区" in resident.text and "停车、绿地" in resident.text
    resident.post("send")
    assert resident.at.endswith("/receipt")
    [submission] = rows()
    code = resident.tree.xpath('//*[@class="receipt"]')[0].text_content()
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", code)
    assert submission.receipt == code
    assert submission.version_id == version.id
    assert submission.answers["basic"]["age"] == 45
    assert submission.answers["opinion"] == {
        "park": "4",
        "worst": ["a", "b"],
        "photo": None,
        "suggest": "多种树",
    }
    assert (submission.channel, submission.flags) == ("web", [])
    assert submission.started_at is not None
    assert heard == [(submission.id, "1")]
    [draft] = rows(Draft)
    assert (draft.answers, draft.submission_id) == ({}, submission.id)


def test_choices_follow_the_answer_before_and_the_page_stays_small(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "45", STREET: "s1"})
    assert "红旗社区" in resident.text
    assert resident.body.count("东风社区".encode()) == 1
    assert len(resident.body) < 12_000


def test_errors_stand_beside_the_question_and_at_the_top_and_nothing_is_lost(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "很大", STREET: ""})
    assert resident.errors() == [f"#question-{AGE}", f"#question-{STREET}"]
    assert resident.fields()[AGE] == "很大"
    assert "请填写整数" in resident.tree.xpath(f'//*[@id="error-{AGE}"]')[0].text_content()
    resident.post(**{AGE: "12", STREET: "s2"})
    assert resident.errors() == [f"#question-{AGE}"]
    assert resident.fields()[AGE] == "12"
    assert resident.fields()[STREET] == "s2"
    resident.post(**{AGE: "４５"})
    assert resident.names() >= {COMMUNITY}


def test_going_back_keeps_what_stands_on_the_page(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post("back", **{AGE: "7 years", STREET: "s2"})
    assert resident.names() == {CONSENT}
    assert resident.fields()[CONSENT] == "1"
    resident.post()
    assert resident.fields()[AGE] == "7 years"
    assert resident.fields()[STREET] == "s2"


def test_switching_the_language_keeps_answers_and_place(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post("lang:en", **{AGE: "4o", STREET: "s1"})
    assert resident.fields()[AGE] == "4o"
    assert "Street" in resident.text and "Zhushan" in resident.text
    resident.post("lang:zh")
    assert "珠山街道" in resident.text
    assert resident.fields()[STREET] == "s1"


def test_coming_back_continues_where_it_was_left(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "45", STREET: "s1"})
    resident.open(resident.address)
    assert resident.names() >= {COMMUNITY}


def test_another_browser_at_an_open_link_starts_afresh(app: Flask, resident: Resident, page: str) -> None:
    resident.post(**{CONSENT: "1"})
    other = Resident(app, page)
    assert other.names() == {CONSENT}
    assert other.fields().get(CONSENT) is None


def test_browser_without_cookies_still_loses_nothing(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    key = resident.fields()["draft"]
    fresh = resident.client.application.test_client(use_cookies=False)
    answer = fresh.post(
        f"{resident.address}/2", data={"draft": key, AGE: "45", STREET: "s1", "action": "next"}
    )
    assert answer.status_code == 303
    assert rows(Draft)[0].answers["basic"]["age"] == 45


def test_refusal_is_confirmed_and_leaves_no_answers(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post("back", **{AGE: "45"})
    resident.post(**{CONSENT: "0"})
    assert resident.at.endswith("/summary")
    assert "不参加" in resident.text
    assert rows() == []
    resident.post("send")
    [submission] = rows()
    assert (submission.disposition, submission.answers) == ("refused", {})
    assert b"45" not in submission.xml.partition(b"consent")[2].partition(b"meta")[0]
    assert rows(Draft)[0].answers == {}
    assert "没有保存" in resident.text


def test_repeated_click_sends_once(resident: Resident) -> None:
    fill(resident)
    form, data = resident.tree.xpath("//main//form")[0], resident.fields()
    first = resident.client.post(form.action, data=data | {"action": "send"})
    second = resident.client.post(form.action, data=data | {"action": "send"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert second.headers["Location"].endswith("/receipt")
    assert len(rows()) == 1


def test_simultaneous_clicks_send_once(app: Flask, resident: Resident) -> None:
    fill(resident)
    form, data = resident.tree.xpath("//main//form")[0], resident.fields()
    gate = threading.Barrier(4)
    statuses: list[int] = []

    def click() -> None:
        with thread_client(app) as own:
            gate.wait()
            statuses.append(own.post(form.action, data=data | {"action": "send"}).status_code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 4
    assert len(rows()) == 1


def test_simultaneous_first_clicks_at_a_personal_link_begin_one_draft(app: Flask, form: Form) -> None:
    address = f"/s/{link_of(form, 'personal').token}/1"
    gate = threading.Barrier(6)
    statuses: list[int] = []

    def click() -> None:
        with thread_client(app) as own:
            gate.wait()
            statuses.append(own.post(address, data={"draft": "", CONSENT: "1"}).status_code)

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 6
    assert len(rows(Draft)) == 1


def test_summary_shows_what_was_asked_alone(resident: Resident) -> None:
    fill(resident)
    shown = [each.text_content().strip() for each in resident.tree.xpath("//dt")]
    assert shown[0] == "同意吗？"
    assert "start" not in shown


def test_progress_grows_and_is_never_whole_before_the_end(resident: Resident) -> None:
    seen: list[tuple[float, float]] = []

    def note() -> None:
        [bar] = resident.tree.xpath("//progress")
        seen.append((float(bar.get("value")), float(bar.get("max"))))

    note()
    for answers in ({CONSENT: "1"}, {AGE: "45", STREET: "s1"}, {COMMUNITY: "c12"}):
        resident.post(**answers)
        note()
    assert [value for value, _total in seen] == [0, 1, 3, 5]
    assert {total for _value, total in seen} == {9}


def test_page_says_who_asks_and_how_long_it_takes(app: Flask, resident: Resident, page: str) -> None:
    assert "约 1 分钟" in resident.text and "匿名" in resident.text
    with unit_of_work():
        db.session.add(
            Area(
                code="360200",
                level="city",
                name_zh="景德镇市",
                name_en="Jingdezhen",
                valid_from=date(2020, 1, 1),
            )
        )
    resident.open(page)
    assert "景德镇市城市体检" in resident.text
    [button] = resident.tree.xpath('//button[@id="switch-language"]')
    assert "until-focused" in button.get("class")
    resident.open(f"{page}?lang=en")
    assert "Jingdezhen" in resident.text


@pytest.mark.parametrize(
    ("kind", "subject", "told"),
    [
        # No survey hears of these forms: nothing is said of one.
        ("personal", "sample_unit:1", "您的回答已经收到"),
        ("personal", None, "您的回答已经收到"),
        ("open", None, "您的回答已经收到"),
        ("test", None, "测试，答卷不计入结果"),
    ],
)
def test_receipt_says_what_becomes_of_the_answers(
    app: Flask, form: Form, kind: str, subject: str | None, told: str
) -> None:
    somebody = Resident(app, f"/s/{link_of(form, kind, subject=subject).token}")
    fill(somebody)
    somebody.post("send")
    assert told in somebody.text
    assert "将计入" not in somebody.text


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ("sampled", "随机抽中的，您的回答将计入"),
        ("counted", "您的回答将计入"),
        ("apart", "不计入抽样调查"),
        ("ineligible", "不在这次调查的对象之内"),
    ],
)
def test_receipt_says_what_the_room_that_counts_says(app: Flask, form: Form, counts: str, told: str) -> None:
    said = Standing(counts, "调查", "/surveys/1")  # type: ignore[arg-type]
    subscribe(app, STANDING, lambda **_facts: said)
    somebody = Resident(app, f"/s/{link_of(form, 'personal').token}")
    fill(somebody)
    somebody.post("send")
    assert told in somebody.text
    assert ("将计入" in somebody.text) == (counts in {"sampled", "counted"})


def test_incomplete_draft_is_not_sent(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    answer = resident.client.post(f"{resident.address}/send", data={"draft": resident.fields()["draft"]})
    assert answer.headers["Location"].endswith("/summary")
    assert rows() == []
    resident.open(f"{resident.address}/summary")
    assert len(resident.errors()) >= 2
    assert not resident.tree.xpath('//button[@value="send"]')
    resident.open(resident.errors()[0])
    assert resident.errors()


def test_picture_is_kept_with_the_draft_and_sent(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "45", STREET: "s1"})
    resident.post(**{COMMUNITY: "c11", f"{HOME}#lat": "29.29", f"{HOME}#lon": "117.21"})
    resident.post(**{PARK: "", PHOTO: (io.BytesIO(PNG), "IMG 1.PNG")})
    assert resident.errors() == [f"#question-{PARK}"]
    assert "已收到文件" in resident.text
    resident.post(**{PARK: "5"})
    resident.post("send")
    [submission] = rows()
    [kept] = submission.files
    assert kept.file_name == submission.answers["opinion"]["photo"]
    assert kept.expected and kept.file_name.endswith(".png")
    assert storage().get(kept.sha256) == PNG
    assert submission.flags == []
    assert abs(submission.answers["basic"]["home"]["lat"] - 29.29) < 0.001


def test_picture_can_be_taken_away_again(resident: Resident) -> None:
    fill(resident)
    resident.open(f"{resident.address}/4")
    resident.post("lang:zh", **{PHOTO: (io.BytesIO(PNG), "a.png")})
    resident.post(**{"remove-file": PHOTO})
    resident.post("send")
    assert rows()[0].answers["opinion"]["photo"] is None
    assert rows()[0].files == []


def test_file_that_is_no_picture_is_told_beside_its_question(resident: Resident) -> None:
    fill(resident)
    resident.open(f"{resident.address}/4")
    resident.post(**{PHOTO: (io.BytesIO(b"<script>"), "a.png"), SUGGEST: "另一句"})
    assert resident.errors() == [f"#question-{PHOTO}"]
    assert resident.fields()[SUGGEST] == "另一句"
    resident.post()
    assert resident.at.endswith("/summary")


def test_half_a_point_is_told_and_kept(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    resident.post(**{AGE: "45", STREET: "s1"})
    resident.post(**{COMMUNITY: "c11", f"{HOME}#lat": "29.3", f"{HOME}#lon": ""})
    assert resident.errors() == [f"#question-{HOME}"]
    assert resident.fields()[f"{HOME}#lat"] == "29.3"


def test_hostile_texts_are_shown_as_text(resident: Resident) -> None:
    fill(resident)
    resident.open(f"{resident.address}/4")
    resident.post(**{SUGGEST: "<b onclick=x>"})
    assert b"<b onclick" not in resident.body
    resident.post("send")
    assert rows()[0].answers["opinion"]["suggest"] == "<b onclick=x>"


def test_personal_link_takes_one_answer_on_any_device(app: Flask, form: Form) -> None:
    link = link_of(form, "personal", subject="sample_unit:17")
    address = f"/s/{link.token}"
    first = Resident(app, address)
    first.post(**{CONSENT: "1"})
    second = Resident(app, address)
    assert AGE in second.names()
    second.post(**{AGE: "45", STREET: "s1"})
    second.post(**{COMMUNITY: "c11"})
    second.post(**{PARK: "9"})
    second.post("send")
    assert rows()[0].link_id == link.id
    first.open(address)
    assert first.at.endswith("/receipt")
    assert len(rows()) == 1


def test_used_up_link_says_so_before_anything_is_typed(app: Flask, form: Form) -> None:
    address = f"/s/{link_of(form, 'open', limit=1).token}"
    late = Resident(app, address)
    late.post(**{CONSENT: "1"})
    one = Resident(app, address)
    fill(one)
    one.post("send")
    assert Resident(app, address).status == 410
    late.post(**{AGE: "30", STREET: "s2"})
    late.post(**{COMMUNITY: "c21"})
    late.post(**{PARK: "1"})
    late.post("send")
    assert late.status == 409
    assert len(rows()) == 1
    # What was typed is still there.
    assert rows(Draft)[0].answers["basic"]["age"] == 30


def test_state_of_the_form_decides_who_may_begin(
    app: Flask, form: Form, page: str, resident: Resident
) -> None:
    resident.post(**{CONSENT: "1"})
    for state, status, begun in (("closing", 410, 200), ("closed", 410, 410), ("draft", 403, 403)):
        with unit_of_work():
            set_state(form=form, state=state)
        assert Resident(app, page).status == status
        resident.open(page)
        assert resident.status == begun
    assert Resident(app, f"/s/{link_of(form, 'test').token}").status == 200


def test_revoked_unknown_and_foreign_links(app: Flask, form: Form, page: str) -> None:
    with unit_of_work():
        revoke_link(link=link_by_token(page.rpartition("/")[2]))
    assert Resident(app, page).status == 403
    assert Resident(app, "/s/nobody").status == 404
    assert Resident(app, f"/s/{link_of(form, 'openrosa').token}").status == 404


def test_numbers_of_screens_that_do_not_exist_are_404(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    for number in ("0", "99"):
        assert resident.client.get(f"{resident.address}/{number}").status_code == 404
        assert resident.client.post(f"{resident.address}/{number}", data={}).status_code == 404


def test_hostile_actions_change_nothing(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    for action in ("add:/data/basic", "remove:/etc", "lang:xx", "add:", "???"):
        answer = resident.client.post(
            f"{resident.address}/2",
            data={"draft": resident.fields()["draft"], "action": action, "/etc/passwd": "x"},
        )
        assert answer.status_code == 303


def test_draft_stays_with_its_version(app: Flask, form: Form, resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    with unit_of_work():
        publish(content=compiled(table("V2", Parks="Green parks")), filename="a.xml")
    resident.post(**{AGE: "45", STREET: "s1"})
    resident.post(**{COMMUNITY: "c11"})
    resident.post(**{PARK: "3"})
    resident.post("send")
    assert rows()[0].version_text == "V1"
    assert rows()[0].flags == []


def test_rows_of_a_repeat_are_added_and_removed_without_script(app: Flask) -> None:
    text = b"""| survey | | | | |
| | type | name | label | required |
| | begin_repeat | place | Place | |
| | text | what | What | yes |
| | end_repeat | | | |
| settings | | | | |
| | form_id | form_title | version | |
| | places | Places | 1 | |
"""
    with unit_of_work():
        version = publish(content=compiled(text), filename="places.xml")
    resident = Resident(app, f"/s/{link_of(version.form, 'open').token}")
    before = len(resident.names())
    resident.post("add:/data/place")
    resident.post("add:/data/place")
    assert len(resident.names()) == before + 2
    names = sorted(resident.names())
    resident.post("remove:/data/place[1]", **{names[0]: "one", names[1]: "two"})
    assert resident.fields()["/data/place[1]/what"] == "two"
    while len(resident.names()) > 1:
        resident.post(f"remove:/data/place[{len(resident.names())}]")
    resident.post()
    resident.post("send")
    assert rows()[0].answers == {"place": [{"what": "two"}]}


def test_old_drafts_are_forgotten(resident: Resident) -> None:
    resident.post(**{CONSENT: "1"})
    [draft] = rows(Draft)
    with unit_of_work():
        assert forget_drafts(before=draft.started_at) == 0
        assert forget_drafts(before=draft.updated_at.replace(year=2100)) == 1
    assert rows(Draft) == []


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["satisfaction_36.xlsx", "all-question-types.xlsx", "good_eats_multilang.xls"]
)
def test_every_screen_of_real_forms_is_drawn(app: Flask, forms_folder: Any, name: str) -> None:
    with unit_of_work():
        version = publish(content=(forms_folder / name).read_bytes(), filename=name)
    resident = Resident(app, f"/s/{link_of(version.form, 'open').token}")
    resident.post("lang:en")
    for number in range(1, len(pages(definition_of(version))) + 1):
        resident.open(f"{resident.address}/{number}?check=1")
        assert resident.status == 200
        resident.post("back")
        assert resident.status == 200


def test_today_in_a_form_is_today_in_the_city(app: Flask) -> None:
    dated = b"| | start | start | | | | | | |\n| | today | today | | | | | | |"
    definition = parse_form(compiled(table().replace(b"| | start | start | | | | | | |", dated)))
    # Evening in Greenwich is the next morning in the city.
    answers = first_filling(definition, "", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)).answers
    assert answers["today"] == "2026-03-02"
    assert answers["start"] == "2026-03-02T07:30:00+08:00"


@pytest.mark.parametrize("appearance", ["likert", ""])
def test_only_a_scale_shows_how_strong_each_step_is(app: Flask, appearance: str) -> None:
    steps = "".join(f"| | deal | {code} | 第{code}级 |\n" for code in (5, 4, 3, 2, 1, 9))
    text = (
        "| survey | | | | |\n| | type | name | label | appearance |\n"
        f"| | select_one deal | mood | 满意吗？ | {appearance} |\n"
        f"| choices | | | |\n| | list_name | name | label |\n{steps}"
        "| settings | |\n| | form_id |\n| | moods |\n"
    )
    with unit_of_work():
        scale = publish(content=compiled(text.encode()), filename="moods.xml").form
    page = Resident(app, f"/s/{link_of(scale, 'open').token}")
    strong = [len(each.xpath('.//rect[@class="on"]')) for each in page.tree.xpath('//label[@class="answer"]')]
    # From very satisfied down; what stands after the last step has no strength.
    assert strong == ([5, 4, 3, 2, 1, 0] if appearance else [0] * 6)
