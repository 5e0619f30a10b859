"""A small two-language form with every door's way into it."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from app.accounts.managing import Grant, add_user
from app.db import unit_of_work
from app.forms.compiling import compile_form
from app.forms.links import make_link
from app.forms.models import Form, FormVersion, Link
from app.forms.publishing import publish


def shown_page(data: bytes) -> Any:
    """A page as it is shown without script: what it has folded away for the script is left out."""
    tree = html.fromstring(data)
    for folded in tree.xpath('//template[@id="whole"]'):
        folded.drop_tree()
    return tree


TABLE = """| survey | | | | | | | | |
| | type | name | label::中文 (zh) | label::English (en) | required | relevant | constraint | choice_filter |
| | start | start | | | | | | |
| | select_one yn | consent | 同意吗？ | Do you agree? | yes | | | |
| | begin_group | basic | 基本情况 | About you | | ${consent} = '1' | | |
| | integer | age | 年龄 | Age | yes | | . >= 16 and . <= 110 | |
| | select_one street | street | 街道 | Street | yes | | | |
| | select_one community | community | 社区 | Community | yes | | | street = ${street} |
| | geopoint | home | 住处 | Home | | | | |
| | end_group | | | | | | | |
| | begin_group | opinion | 看法 | Opinion | | ${consent} = '1' | | |
| | select_one sat5 | park | 公园 | Parks | yes | | | |
| | select_multiple aspect | worst | 最差 | Worst | | | count-selected(.) <= 2 | |
| | image | photo | 照片 | Photo | | | | |
| | text | suggest | 建议 | Suggestions | | | string-length(.) <= 20 | |
| | end_group | | | | | | | |
| choices | | | | | |
| | list_name | name | label::中文 (zh) | label::English (en) | street |
| | yn | 1 | 是 | Yes | |
| | yn | 0 | 否 | No | |
| | street | s1 | 珠山街道 | Zhushan | |
| | street | s2 | 新村街道 | Xincun | |
| | community | c11 | 东风社区 | Dongfeng | s1 |
| | community | c12 | 红旗社区 | Hongqi | s1 |
| | community | c21 | 东风社区 | Dongfeng | s2 |
| | sat5 | 1 | 很不满意 | Very dissatisfied | |
| | sat5 | 2 | 不太满意 | Dissatisfied | |
| | sat5 | 3 | 一般 | Neutral | |
| | sat5 | 4 | 比较满意 | Satisfied | |
| | sat5 | 5 | 非常满意 | Very satisfied | |
| | sat5 | 9 | 不了解 | Do not know | |
| | aspect | a | 停车 | Parking | |
| | aspect | b | 绿地 | Green | |
| | aspect | c | 噪声 | Noise | |
| settings | | | | |
| | form_id | form_title | version | default_language |
| | survey_a | 满意度调查 | V1 | 中文 (zh) |
"""
COARSEN = ["/data/basic/home"]
CONSENT = ("/data/consent", "0")


def table(version: str = "V1", **changes: str) -> bytes:
    """The form's table with another version string and texts changed."""
    text = TABLE.replace("| V1 |", f"| {version} |")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text.encode()


def instance(
    body: str = "<consent>1</consent><basic><age>45</age><street>s1</street><community>c11</community><home/>"
    "</basic><opinion><park>4</park><worst>a b</worst><photo/><suggest/></opinion>",
    *,
    instance_id: str | None = None,
    version: str = "V1",
    form_id: str = "survey_a",
    deprecated: str = "",
) -> bytes:
    """The XML that a phone sends."""
    meta = f"<orx:instanceID>{instance_id or f'uuid:{uuid.uuid4()}'}</orx:instanceID>"
    if deprecated:
        meta += f"<orx:deprecatedID>{deprecated}</orx:deprecatedID>"
    return (
        '<?xml version="1.0" ?><data xmlns:orx="http://openrosa.org/xforms" '
        f'id="{form_id}" version="{version}">'
        f"<start>2024-03-01T08:00:00.000+08:00</start>{body}<orx:meta>{meta}</orx:meta></data>"
    ).encode()


def compiled(text: bytes) -> bytes:
    """The XForm of a table, without the child process that costs a second."""
    return compile_form(text, "md", "survey").xform.encode()


@pytest.fixture(scope="session")
def xform() -> bytes:
    """The small form, compiled once."""
    return compiled(table())


@pytest.fixture
def version(app: Flask, xform: bytes) -> FormVersion:
    """The small form, published and open."""
    with unit_of_work():
        return publish(content=xform, filename="survey.xml", coarsen=COARSEN, consent=CONSENT)


@pytest.fixture
def form(version: FormVersion) -> Form:
    """The small form."""
    return version.form


def link_of(form: Form, kind: str, **facts: object) -> Link:
    """A committed link."""
    with unit_of_work():
        return make_link(form=form, kind=kind, **facts)  # type: ignore[arg-type]


@pytest.fixture
def phone(form: Form) -> str:
    """The server address of a phone, without the host."""
    return f"/k/{link_of(form, 'openrosa', label='队伍一').token}"


@pytest.fixture
def page(form: Form) -> str:
    """The address of an open link, without the host."""
    return f"/s/{link_of(form, 'open').token}"


def thread_client(app: Flask) -> FlaskClient:
    """A client for a thread of its own, which has no context yet, like a server's."""
    return FlaskClient(app, app.response_class, use_cookies=False)


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    """A client signed in as the exam office."""
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    with unit_of_work():
        add_user(
            username="office",
            display_name="体检办",
            password="long enough for us",
            grants=[Grant("exam_office")],
        )
    answer = client.post("/accounts/log-in", data={"username": "office", "password": "long enough for us"})
    assert answer.status_code == 302
    return client


@pytest.fixture
def forms_folder(shared: Path) -> Path:
    """Real forms of other projects."""
    return shared / "reference" / "forms"


def answered(**changes: Any) -> dict[str, Any]:
    """The answers of somebody who agrees, in the shape of a draft's."""
    found: dict[str, Any] = {
        "start": None,
        "consent": "1",
        "basic": {"age": 45, "street": "s1", "community": "c12", "home": None},
        "opinion": {"park": "4", "worst": ["a", "b"], "photo": None, "suggest": "多种树"},
    }
    for name, value in changes.items():
        group, _dot, key = name.partition("__")
        if key:
            found[group][key] = value
        else:
            found[group] = value
    return found


def new_instance() -> str:
    return f"uuid:{uuid.uuid4()}"


class Device:
    """A phone that runs the page's script."""

    def __init__(self, client: FlaskClient, page: str, version_id: int) -> None:
        self.client, self.page, self.version_id = client, page, version_id

    def send(self, given: Any, files: dict[str, Any] | None = None, **fields: Any) -> Any:
        return self._post("answers", given, files, fields)

    def keep(self, given: Any, files: dict[str, Any] | None = None, **fields: Any) -> Any:
        return self._post("keep", given, files, fields)

    def _post(self, door: str, given: Any, files: dict[str, Any] | None, fields: dict[str, Any]) -> Any:
        text = given if isinstance(given, str) else json.dumps(given)
        data = {"instance": new_instance(), "version": str(self.version_id), "answers": text}
        data |= {"started": "2024-03-01T08:00:00+08:00", "device": "phone-1"} | fields | (files or {})
        data = {name: value for name, value in data.items() if value is not None}
        return self.client.post(f"{self.page}/{door}", data=data, content_type="multipart/form-data")


@pytest.fixture
def device(client: FlaskClient, page: str, version: FormVersion) -> Device:
    return Device(client, page, version.id)
