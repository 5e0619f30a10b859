"""OData as Excel and Power BI walk it, by plain HTTP: service, metadata, tables, pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import event, update

from app.accounts.managing import Grant, add_user
from app.areas.models import Area
from app.audit.models import AuditEntry
from app.db import db, unit_of_work
from app.forms.central_editing import edit
from app.forms.collecting import receive
from app.forms.models import Form, Submission
from app.forms.publishing import publish
from app.forms.reviewing import review
from tests.conftest import PASSWORD
from tests.forms.conftest import compiled, instance, link_of

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
DEEP = """| survey | | | |
| | type | name | label |
| | date | day | 日期 |
| | dateTime | moment | 时刻 |
| | time | clock | 钟点 |
| | decimal | share | 比例 |
| | geopoint | home | 住处 |
| | geotrace | way | 路线 |
| | geoshape | plot | 地块 |
| | select_multiple c | tags | 标签 |
| | begin_group | 家庭 | 家庭 |
| | integer | size | 人数 |
| | begin_repeat | child | 孩子 |
| | text | name | 名字 |
| | begin_repeat | toy | 玩具 |
| | text | name | 名字 |
| | end_repeat | | |
| | end_repeat | | |
| | end_group | | |
| choices | | | |
| | list_name | name | label |
| | c | a | 甲 |
| | c | b | 乙 |
| settings | | | |
| | form_id | form_title | version |
| | deep | 多层 | 1 |
"""
CHILD = "<child><name>{0}</name><toy><name>{0}1</name></toy><toy><name>{0}2</name></toy></child>"
BODY = (
    "<day>2024-03-01</day><moment>2024-03-01T08:30:00.000</moment><clock>08:30:00</clock><share>0.5</share>"
    "<home>29.3 117.2 10 5</home><way>29 117; 29.1 117.1</way><plot>29 117; 29 118; 30 118; 29 117</plot>"
    "<tags>a b</tags><家庭><size>3</size>" + CHILD.format("甲") + CHILD.format("乙") + "</家庭>"
)


@pytest.fixture(scope="session")
def deep_xform() -> bytes:
    return compiled(DEEP.encode())


@pytest.fixture
def deep(app: Flask, deep_xform: bytes) -> Form:
    with unit_of_work():
        db.session.add(Area(code="3602", name_zh="小城", level="city", valid_from=date(2020, 1, 1)))
        add_user(username="分析", display_name="a", password=PASSWORD, grants=[Grant("analyst")])
    with unit_of_work():
        return publish(content=deep_xform, filename="deep.xml").form


def collect(form: Form, count: int = 1, **facts: Any) -> list[Submission]:
    with unit_of_work():
        return [
            receive(
                form=form,
                xml=instance(BODY, form_id="deep", version="1", **facts).replace(
                    b"<start>2024-03-01T08:00:00.000+08:00</start>", b""
                ),
                channel="import",
            ).submission
            for _ in range(count)
        ]


class Reader:
    """Reads as Excel does: name and password with each request, every next link followed."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.base = "/v1/projects/1/forms/deep.svc"

    def get(self, path: str, expected: int = 200, **headers: str) -> Any:
        address = path if path.startswith("/v1") else f"{self.base}/{path}"
        answer = self._client.get(address, auth=("分析", PASSWORD), headers=headers)
        assert answer.status_code == expected, answer.text
        if expected == 200:
            assert answer.headers["OData-Version"] == "4.0"
        return answer.json if answer.is_json else answer

    def all(self, path: str, **headers: str) -> Iterator[list[Any]]:
        while path:
            page = self.get(path, **headers)
            yield page["value"]
            path = page.get("@odata.nextLink", "").removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def reader(client: FlaskClient, deep: Form) -> Reader:
    return Reader(client)


def test_service_and_metadata_name_the_same_tables_and_types(reader: Reader) -> None:
    listed = reader.get("")
    names = ["Submissions", "Submissions.家庭.child", "Submissions.家庭.child.toy"]
    assert [each["name"] for each in listed["value"]] == names
    assert listed["@odata.context"].endswith("/v1/projects/1/forms/deep.svc/$metadata")
    answer = reader.get("$metadata")
    assert answer.content_type == "application/xml; charset=utf-8"
    root = etree.fromstring(answer.data)
    schemas = root.findall(f".//{EDM}Schema")
    assert [each.get("Namespace") for each in schemas] == [
        "org.opendatakit.submission",
        "org.opendatakit.user.deep",
    ]
    types = {
        f"{schema.get('Namespace')}.{each.get('Name')}"
        for schema in schemas
        for each in schema
        if each.tag != f"{EDM}EntityContainer"
    }
    for each in root.iter(f"{EDM}Property", f"{EDM}NavigationProperty"):
        named = each.get("Type", "").removeprefix("Collection(").removesuffix(")")
        assert named.startswith("Edm.") or named in types, named
    properties = schemas[1].iterfind(f"{EDM}EntityType[@Name='Submissions']/{EDM}Property")
    own = {each.get("Name"): each.get("Type") for each in properties}
    assert own["day"] == "Edm.Date" and own["moment"] == "Edm.DateTimeOffset" and own["clock"] == "Edm.String"
    assert own["home"] == "Edm.GeographyPoint" and own["share"] == "Edm.Double"
    sets = {each.get("Name"): each.get("EntityType") for each in root.iter(f"{EDM}EntitySet")}
    assert list(sets) == names and set(sets.values()) <= types


def test_values_have_the_types_that_the_metadata_promise(reader: Reader, deep: Form) -> None:
    (sent,) = collect(deep)
    (row,) = reader.get("Submissions")["value"]
    assert row["__id"] == sent.instance_id and row["meta"] == {"instanceID": sent.instance_id}
    assert row["day"] == "2024-03-01" and row["moment"] == "2024-03-01T08:30:00+08:00"
    assert (row["clock"], row["share"], row["tags"]) == ("08:30:00", 0.5, "a b")
    assert row["home"] == {
        "type": "Point",
        "coordinates": [117.2, 29.3, 10.0],
        "properties": {"accuracy": 5.0},
    }
    assert row["way"]["type"] == "LineString" and row["plot"]["coordinates"][0][0] == [117.0, 29.0]
    assert row["家庭"]["size"] == 3
    link = row["家庭"]["child@odata.navigationLink"]
    assert link == f"Submissions('{sent.instance_id}')/家庭/child"
    assert row["__system"]["reviewState"] is None and row["__system"]["edits"] == 0
    (text,) = reader.get("Submissions?$wkt=true&$select=home,way,plot")["value"]
    assert text == {
        "home": "POINT (117.2 29.3 10.0)",
        "way": "LINESTRING (117.0 29.0, 117.1 29.1)",
        "plot": "POLYGON ((117.0 29.0, 118.0 29.0, 118.0 30.0, 117.0 29.0))",
    }


def test_repeats_are_tables_joined_by_keys_or_stand_in_their_row(reader: Reader, deep: Form) -> None:
    (sent,) = collect(deep)
    children = reader.get("Submissions.家庭.child")["value"]
    assert [(each["name"], each["__Submissions-id"]) for each in children] == [
        ("甲", sent.instance_id),
        ("乙", sent.instance_id),
    ]
    toys = reader.get("Submissions.家庭.child.toy?$count=true")
    assert toys["@odata.count"] == 4
    by_child = [each["__Submissions-家庭-child-id"] for each in toys["value"]]
    assert by_child == [children[0]["__id"]] * 2 + [children[1]["__id"]] * 2
    (row,) = reader.get("Submissions?$expand=*")["value"]
    inner = row["家庭"]["child"]
    assert [each["__id"] for each in inner] == [each["__id"] for each in children]
    assert [each["name"] for each in inner[1]["toy"]] == ["乙1", "乙2"]
    collect(deep)
    assert len(reader.get(row["家庭"]["child@odata.navigationLink"])["value"]) == 2
    found = reader.get(inner[1]["toy@odata.navigationLink"])["value"]
    assert [each["name"] for each in found] == ["乙1", "乙2"]
    (one,) = reader.get(f"Submissions('{sent.instance_id}')")["value"]
    assert one["__id"] == sent.instance_id
    reader.get("Submissions('uuid:none')", expected=404)


def test_pages_give_each_row_once_whatever_happens_meanwhile(reader: Reader, deep: Form) -> None:
    sent = collect(deep, 7)
    ids = [each.instance_id for each in reversed(sent)]
    pages = reader.all("Submissions?$top=3&$count=true")
    found = [row["__id"] for row in next(pages)]
    collect(deep, 2)
    # One that was not read yet is edited: its new version is newer than the first page.
    with unit_of_work():
        now = instance(BODY, form_id="deep", version="1", instance_id="uuid:new", deprecated=ids[-1])
        edit(current=sent[0], xml=now)
    found += [row["__id"] for page in pages for row in page]
    assert found == ids
    assert len(reader.get("Submissions")["value"]) == 9
    for size in (1, 2, 3, 50):
        toys = [row["__id"] for page in reader.all(f"Submissions.家庭.child.toy?$top={size}") for row in page]
        assert len(toys) == len(set(toys)) == 36
    by_preference = list(reader.all("Submissions", Prefer="odata.maxpagesize=4"))
    assert [len(each) for each in by_preference] == [4, 4, 1]
    assert [row["__id"] for row in reader.get("Submissions?$skip=7")["value"]] == ids[-3:-1]
    assert len(reader.get("Submissions.家庭.child?$skip=15&$top=5")["value"]) == 3
    assert reader.get("Submissions?$top=0&$count=true")["@odata.count"] == 9


def test_filters_choose_by_date_state_and_sender(reader: Reader, deep: Form) -> None:
    sent = collect(deep, 4)
    with unit_of_work():
        for day, each in enumerate(sent, start=1):
            moment = datetime(2024, 1, day, 12, tzinfo=UTC)
            db.session.execute(update(Submission).where(Submission.id == each.id).values(received_at=moment))
    with unit_of_work():
        review(submission=sent[0], state="approved")
        review(submission=sent[1], state="has_issues")
        first = sent[2].instance_id
        edit(
            current=sent[2],
            xml=instance(BODY, form_id="deep", version="1", instance_id="uuid:new", deprecated=first),
        )
    name = {each.instance_id: number for number, each in enumerate(sent, start=1)}

    def chosen(text: str) -> list[int]:
        rows = reader.get(f"Submissions?$filter={text}&$count=true")
        found = sorted(name[row["__id"]] for row in rows["value"])
        assert rows["@odata.count"] == len(found)
        return found

    date_of = "__system/submissionDate"
    assert chosen(f"{date_of} ge 2024-01-02T12:00:00Z and {date_of} lt 2024-01-04T12:00:00Z") == [2, 3]
    assert chosen(f"{date_of} lt 2024-01-02") == [1]
    assert chosen(f"2024-01-02 gt {date_of}") == [1]
    assert chosen(f"day({date_of}) eq 3 and year({date_of}) eq 2024") == [3]
    assert chosen(f"{date_of} lt now()") == [1, 2, 3, 4]
    assert chosen("__system/reviewState eq 'approved'") == [1]
    assert chosen("__system/reviewState eq 'hasIssues' or __system/reviewState eq 'edited'") == [2, 3]
    assert chosen("__system/reviewState eq null") == [4]
    assert chosen("not (__system/reviewState eq null or __system/reviewState eq 'edited')") == [1, 2]
    assert chosen("__system/updatedAt ne null") == [3]
    assert chosen("__system/submitterId eq '0'") == [1, 2, 3, 4]
    assert chosen("__system/submitterId eq 2000000001") == []
    rows = reader.get(f"Submissions.家庭.child?$filter=$root/Submissions/{date_of} ge 2024-01-04")["value"]
    assert {row["__Submissions-id"] for row in rows} == {sent[3].instance_id}
    for wrong in (
        "__system/submissionDate ge 'x'",
        "__system/submissionDate",
        "age gt 3",
        "__system/reviewState gt",
        "1 eq 1",
        "(" * 50 + "__system/reviewState eq null",
        "year(3) eq 2",
        "__system/reviewState lt null",
        "__system/submissionDate eq 2024-13-45",
        "%C3%A9;drop",
    ):
        assert reader.get(f"Submissions?$filter={wrong}", expected=400)["message"]


def test_columns_are_chosen_and_what_is_unknown_is_refused(reader: Reader, deep: Form) -> None:
    (sent,) = collect(deep)
    (row,) = reader.get("Submissions?$select=__id,__system/submissionDate,家庭/size,家庭/child")["value"]
    assert row["__id"] == sent.instance_id and list(row["__system"]) == ["submissionDate"]
    assert set(row["家庭"]) == {"size", "child@odata.navigationLink"}
    for wrong in (
        "Submissions?$select=nothing",
        "Submissions?$select=家庭/nothing",
        "Submissions?$select=__system/nothing",
        "Submissions?$top=-1",
        "Submissions?$skip=x",
        "Submissions?$search=x",
        "Submissions?$expand=child",
        "Submissions?$orderby=day",
        "Submissions?$skiptoken=zzz",
        "Submissions?$skiptoken=WzEsMl0",
    ):
        told = reader.get(wrong, expected=400)
        assert told["code"] == 400.8 and told["details"]["reference"].startswith("odata-")
    assert reader.get("Nothing", expected=404)["details"]["facts"]["expected"]


def test_reading_a_page_takes_few_statements_however_many_rows(reader: Reader, deep: Form) -> None:
    collect(deep, 3)
    reader.get("Submissions")
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *facts: counted.append(facts[2]))
    reader.get("Submissions?$top=2&$count=true")
    few = len(counted)
    collect(deep, 30)
    counted.clear()
    reader.get("Submissions?$top=30&$count=true")
    assert len(counted) == few <= 15, counted


def test_each_look_is_noted_and_only_for_the_whole_city(
    app: Flask, reader: Reader, deep: Form, client: FlaskClient
) -> None:
    reader.get("Submissions")
    noted = db.session.query(AuditEntry).filter_by(action="access", subject="forms").one()
    assert noted.reason == "OData Submissions" and noted.actor.startswith("user:")
    with unit_of_work():
        root = db.session.query(Area).one()
        part = Area(code="360202", name_zh="区", level="district", parent=root, valid_from=date(2020, 1, 1))
        db.session.add(part)
    with unit_of_work():
        grants = [Grant("analyst", area_code="360202")]
        add_user(username="limited", display_name="l", password=PASSWORD, grants=grants)
    answer = client.get(f"{reader.base}/Submissions", auth=("limited", PASSWORD))
    assert answer.status_code == 403
    assert answer.json is not None and answer.json["details"]["reference"] == "whole-city-only"


def test_a_browsers_session_opens_nothing_here(client_as: Callable[..., FlaskClient], deep: Form) -> None:
    answer = client_as("administrator").get("/v1/projects")
    assert answer.status_code == 401 and answer.json is not None and answer.json["code"] == 401.2


def test_a_test_links_answers_are_told_apart(reader: Reader, deep: Form) -> None:
    link = link_of(deep, "test")
    with unit_of_work():
        xml = instance(BODY, form_id="deep", version="1", instance_id=f"uuid:{uuid.uuid4()}")
        receive(form=deep, xml=xml, link=link, channel="openrosa")
    (row,) = reader.get("Submissions")["value"]
    assert "test" in row["__system"]["flags"].split()
    assert datetime.fromisoformat(row["__system"]["submissionDate"]) > datetime.now(UTC) - timedelta(hours=1)
