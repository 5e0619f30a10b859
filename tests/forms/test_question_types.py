"""Every type and appearance of XLSForm on the residents' page, without a script."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

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
