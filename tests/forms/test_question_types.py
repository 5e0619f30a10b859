"""Every type and appearance of XLSForm on the residents' page, without a script."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import unit_of_work
from app.forms.compiling import compile_form
from app.forms.models import FormVersion, Submission
from app.forms.publishing import attach_file, publish
from tests.forms.all_types import FILES, TABLE, png
from tests.forms.conftest import link_of
from tests.forms.test_resident import Resident, rows

S, W, P, F = "/data/selects/", "/data/writing/", "/data/places/", "/data/files/"


@pytest.fixture(scope="session")
def all_types() -> tuple[bytes, bytes]:
    """The form of all types, compiled once, and its external choices."""
    found = compile_form(TABLE.encode(), "md", "all_types")
    return found.xform.replace("\\n", "\n").encode(), (found.itemsets or "").encode()


@pytest.fixture
def version(app: Flask, all_types: tuple[bytes, bytes]) -> FormVersion:
    xform, itemsets = all_types
    with unit_of_work():
        made = publish(content=xform, filename="all_types.xml")
        for name, content in {**FILES, "itemsets.csv": itemsets}.items():
            attach_file(version=made, file_name=name, content=content)
    return made


@pytest.fixture
def resident(app: Flask, version: FormVersion) -> Resident:
    return Resident(app, f"/s/{link_of(version.form, 'open').token}")


def question(resident: Resident, place: str) -> Any:
    [found] = resident.tree.xpath(f'//*[@id="question-{place}"]')
    return found


def fetched(client: FlaskClient, address: str) -> tuple[int, bytes]:
    with client.get(address) as answer:
        return answer.status_code, answer.data


CHOSEN = {
    "plain": "1",
    "likert": "3",
    "minimal": "2",
    "seek": "n20",
    "pictured": "p2",
    "cols": "3",
    "quick": "2",
    "rnd": "1",
    "many": ["n01", "n35"],
    "many_min": ["2"],
    "many_seek": ["n03", "n04"],
    "rank": ["c", "a", "b"],
    "from_csv": "k2",
    "from_geo": "f1",
    "ext": "c1",
    "ack": "OK",
    "trig": "OK",
}
WRITTEN = {
    "one_line": "一行字",
    "lines": "第一行\r\n第二行",
    "digits": "0798",
    "url": "https://example.org/a?b=1",
    "whole": "１，２３４",
    "part": "3.5",
    "slide": "4",
    "pick": "1.5",
    "stars": "4",
    "ticks": "5",
    "code": "6901234567892",
    "day": "2024-02-29",
    "year": "1958",
    "month": "1958-03",
    "typed": "1958年3月9日",
    "clock": "08:30",
    "moment": "2024-02-29T08:30",
}
KEPT = {
    "one_line": "一行字",
    "lines": "第一行\n第二行",
    "digits": "0798",
    "url": "https://example.org/a?b=1",
    "whole": 1234,
    "part": 3.5,
    "slide": 4,
    "pick": 1.5,
    "stars": 4,
    "ticks": 5,
    "code": "6901234567892",
    "day": "2024-02-29",
    "year": "1958-01-01",
    "month": "1958-03-01",
    "typed": "1958-03-09",
    "clock": "08:30",
    "moment": "2024-02-29T08:30",
    "fixed": "不能改",
    "ranked": "选了1",
}
LINE = [(29.29, 117.2), (29.3, 117.21)]
AREA = [(29.29, 117.2), (29.3, 117.21), (29.28, 117.22), (29.29, 117.2)]


def points(found: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(point["lat"], point["lon"]) for point in found]


def test_every_type_is_asked_and_kept_as_it_was_answered(app: Flask, resident: Resident) -> None:
    resident.post(**{S + name: value for name, value in CHOSEN.items()})
    assert resident.errors() == []
    resident.post(**{"/data/grid/g1": "1", "/data/grid/g2": "0"})
    resident.post(**{W + name: value for name, value in WRITTEN.items()})
    assert resident.errors() == []
    typed_line = "29.29，117.2\r\n29.3 117.21"
    area = "29.29, 117.2\n29.3, 117.21; 29.28, 117.22"
    resident.post(
        **{f"{P}point#lat": "29.29", f"{P}point#lon": "117.2", P + "trace": typed_line, P + "shape": area}
    )
    assert resident.errors() == []
    names = ("photo", "sign", "sketch", "marks", "sound", "film", "paper")
    contents = [png(), png(), png(), png(), b"sound", b"film", "纸".encode()]
    given = zip(names, contents, strict=True)
    resident.post(**{F + name: (io.BytesIO(content), "我的 文件.png") for name, content in given})
    assert resident.errors() == []
    resident.post("add:/data/home[1]/person")
    rooms = {"/data/home[1]/street": "东街"}
    resident.post(
        **rooms, **{f"/data/home[1]/person[{each}]/name": name for each, name in ((1, "甲"), (2, "乙"))}
    )
    resident.post(**{"/data/final": "other"})
    resident.post(**{"/data/final_other": "别的"})
    assert resident.at.endswith("/summary")
    resident.post("send")
    [submission] = rows(Submission)
    answers = submission.answers
    acknowledged = CHOSEN | {"hello": None}
    assert answers["selects"] == acknowledged
    assert {"g1": answers["grid"]["g1"], "g2": answers["grid"]["g2"]} == {"g1": "1", "g2": "0"}
    assert answers["writing"] == KEPT
    assert answers["places"]["point"] == {"lat": 29.29, "lon": 117.2, "altitude": None, "accuracy": None}
    assert points(answers["places"]["trace"]) == LINE
    assert points(answers["places"]["shape"]) == AREA
    assert [len(answers["files"][name]) > 0 for name in names] == [True] * 7
    assert len(submission.files) == 7
    assert answers["home"] == [{"street": "东街", "person": [{"name": "甲"}, {"name": "乙"}]}]
    assert (answers["final"], answers["final_other"]) == ("other", "别的")
    assert (answers["hid"], answers["sum"]) == ("7", "2")


def to_places(resident: Resident) -> None:
    resident.post(**{S + "plain": "1"})
    resident.post()
    resident.post()


def test_a_line_or_area_that_cannot_be_read_says_where_and_stays_as_it_was_typed(resident: Resident) -> None:
    to_places(resident)
    typed = "29.29, 117.2\n御窑厂\n29.3, 117.21"
    resident.post(**{P + "trace": typed, P + "shape": "29.29, 117.2\n29.3, 117.21"})
    assert resident.errors() == [f"#question-{P}trace", f"#question-{P}shape"]
    assert "第 2 行“御窑厂”不是一个点" in question(resident, P + "trace").text_content()
    assert "至少填 3 个不同的点，现在有 2 个" in question(resident, P + "shape").text_content()
    [kept] = question(resident, P + "trace").xpath(".//textarea")
    assert kept.text.split() == typed.split()
    resident.post(**{P + "trace": "29.29, 117.2\n91, 0", P + "shape": ""})
    assert "第 2 行“91 0”不是一个点" in question(resident, P + "trace").text_content()
    resident.post(**{P + "trace": "29.29 117.2 5 3\n29.3 117.21"})
    assert resident.errors() == []
    resident.post("back")
    [kept] = question(resident, P + "trace").xpath(".//textarea")
    assert kept.text.split("\n") == ["29.29, 117.2 5 3", "29.3, 117.21"]


def test_a_choice_ranked_twice_is_told_by_its_label(resident: Resident) -> None:
    resident.post(**{S + "plain": "1", S + "rank": ["b", "b", "a"]})
    assert "“绿地”排了两次" in question(resident, S + "rank").text_content()


def test_what_the_form_says_of_a_question_stands_beside_it_in_the_readers_language(
    resident: Resident,
) -> None:
    resident.post()
    asked = question(resident, S + "plain")
    assert "这题要答" in asked.text_content()
    assert asked.get("aria-describedby") == f"hint-{S}plain error-{S}plain"
    assert asked.xpath('.//p[@class="hint"]/strong/text()') == ["一个"]
    [guidance] = asked.xpath(".//details")
    assert guidance.get("open") is None
    assert "详细说明" in guidance.text_content()
    resident.post("lang:en")
    resident.post()
    assert "This must be answered" in question(resident, S + "plain").text_content()


def test_notes_have_the_marks_of_the_form_and_no_tags_of_their_own(resident: Resident) -> None:
    note = question(resident, S + "hello")
    assert [each.tag for each in note.xpath("./*")] == ["h2", "p", "ul", "p"]
    [link] = note.xpath(".//p/a")
    assert (link.get("href"), link.get("rel")) == ("https://example.org/a", "noopener noreferrer")
    assert "红字 <b>不许</b>" in note.text_content()
    assert note.xpath(".//@style") == []
    [picture] = note.xpath(".//img")
    assert fetched(resident.client, picture.get("src")) == (200, png())


def test_media_of_questions_and_choices_are_shown_by_names_in_chinese(resident: Resident) -> None:
    asked = question(resident, S + "pictured")
    sources = [address.rpartition("/")[2] for address in asked.xpath(".//@src")]
    names = ["%E5%9B%BE%E7%89%87%E4%B8%80.png", "%E5%A3%B0%E9%9F%B3.mp3", "%E5%BD%B1%E7%89%87.mp4"]
    assert sources == [*names, names[0], names[0]]
    [big] = asked.xpath(".//a/@href")
    assert big.endswith("%E5%A4%A7%E5%9B%BE.png")


def test_a_third_language_of_the_form_can_be_chosen_and_keeps_the_answers(resident: Resident) -> None:
    labels = resident.tree.xpath('//label[@class="language-switch"]/text()')
    assert labels == ["English", "日本語"]
    resident.post("lang:日本語 (ja)", **{S + "plain": "2"})
    asked = question(resident, S + "plain")
    assert "満足？" in asked.text_content()
    assert asked.xpath(".//input[@checked]/@value") == ["2"]
    assert asked.xpath("ancestor::div[@lang]/@lang") == ["ja"]
    # Where the form has no text in that language, it is told in the form's first.
    assert "选一个" in asked.text_content()
    resident.post()
    assert "一行" in question(resident, "/data/grid/g1").text_content()
    resident.post("lang:en")
    assert "Row one" in question(resident, "/data/grid/g1").text_content()


def test_a_kept_file_is_shown_to_who_gave_it_alone(app: Flask, resident: Resident) -> None:
    to_places(resident)
    resident.post()
    resident.post(**{F + "photo": (io.BytesIO(png()), "屋 顶.png")})
    resident.post("back")
    [address] = question(resident, F + "photo").xpath(".//img/@src")
    assert fetched(resident.client, address) == (200, png())
    assert fetched(app.test_client(), address)[0] == 404


def test_moments_and_years_are_shown_as_their_fields_can_hold_them(resident: Resident) -> None:
    resident.post(**{S + "plain": "1"})
    resident.post()
    resident.post(**{W + "moment": "2024-02-29T08:30", W + "year": "1958"})
    resident.post("back")
    shown = resident.fields()
    assert (shown[W + "moment"], shown[W + "year"]) == ("2024-02-29T08:30", "1958")
