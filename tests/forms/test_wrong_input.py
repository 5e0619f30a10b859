"""Wrong and hostile input at the doors of forms: refused clearly, soon, and with nothing stored."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from openpyxl import Workbook
from sqlalchemy import func, select

from app.db import db, utcnow
from app.forms.models import Form, FormVersion, Quarantine, Submission
from app.storage import storage
from tests.forms.conftest import instance, table, thread_client
from tests.forms.test_openrosa import message, rows, send

#: The test client and the parser of broken requests leave temporary files to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
HEADER = ["type", "name", "label", "calculation"]
QUESTIONS = [HEADER, ["text", "a", "A"], ["text", "b", "B"], ["text", "c", "C"]]


def book(questions: list[list[str | None]], *, sheet: str = "survey") -> bytes:
    """An XLSForm workbook."""
    made = Workbook()
    page = made.active
    page.title = sheet
    for row in questions:
        page.append(row)
    settings = made.create_sheet("settings")
    settings.append(["form_id", "form_title", "version"])
    settings.append(["small", "Small", "1"])
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def with_false_dimension(content: bytes) -> bytes:
    """The workbook, claiming that its sheets end at C2."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:C2"', part))
    return changed.getvalue()


def bomb() -> bytes:
    """A small archive that unpacks to 500 MB of zeros."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for number in range(50):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"\0" * 10_000_000)
    return packed.getvalue()


def many_attributes(count: int = 60_000) -> bytes:
    """An element whose attributes would take minutes to read one by one."""
    return b"<consent " + b" ".join(b'a%d="1"' % number for number in range(count)) + b"/>"


def broken_form(xform: bytes, kind: str) -> bytes:
    """The XForm with something in it that no honest form has."""
    parts = {
        "deep": b"<g>" * 100_000 + b"</g>" * 100_000,
        "attribute": b'<consent a="' + b"x" * 15_000_000 + b'"/>',
        "attributes": many_attributes(),
        "bytes": "<consent>同意</consent>".encode("gb18030"),
    }
    return xform.replace(b"<consent/>", parts[kind], 1)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (book(QUESTIONS)[:2000], "f.xlsx", {"zh": "文件已损坏", "en": "damaged"}),
        (bomb(), "f.xlsx", {"zh": "没有发布任何内容", "en": "incomplete"}),
        (book(QUESTIONS, sheet="x"), "f.xlsx", {"zh": "survey", "en": "survey"}),
        (
            book([HEADER, ["odd", "a", "A"]]),
            "f.xlsx",
            {"zh": "工作表“survey”，第 2 行，“type”列", "en": "Row 2"},
        ),
        (
            book([*QUESTIONS, ["text", "a", "A"]]),
            "f.xlsx",
            {"zh": "工作表“survey”，第 5 行，“name”列", "en": "Row 5"},
        ),
        (
            book([*QUESTIONS, ["calculate", "x", None, "${y}+1"], ["calculate", "y", None, "${x}+1"]]),
            "f.xlsx",
            {"zh": "形成了循环：/data/x → /data/y → /data/x", "en": "/data/x → /data/y → /data/x"},
        ),
    ],
    ids=["broken", "bomb", "no survey", "unknown type", "duplicate", "circular"],
)
def test_faulty_workbook_is_refused_in_the_readers_language(
    office: FlaskClient, content: bytes, name: str, told: dict[str, str]
) -> None:
    for language, words in told.items():
        answer = office.post(f"/forms/upload?lang={language}", data={"file": (io.BytesIO(content), name)})
        assert answer.status_code == 422
        text = " ".join(html.fromstring(answer.data).text_content().split())
        assert words in text, text
        assert "问题代码" not in text and "Problem code" not in text
    assert db.session.execute(select(func.count()).select_from(Form)).scalar_one() == 0
    assert storage().untouched_since(utcnow() + timedelta(days=1)) == []


@pytest.mark.parametrize("kind", ["deep", "attribute", "attributes", "bytes"])
def test_hostile_xform_is_refused_soon(office: FlaskClient, xform: bytes, kind: str) -> None:
    content = broken_form(xform, kind)
    assert content != xform
    answer = office.post("/forms/upload", data={"file": (io.BytesIO(content), "f.xml")})
    assert answer.status_code == 422
    assert db.session.execute(select(func.count()).select_from(Form)).scalar_one() == 0


def test_false_dimension_loses_no_question(office: FlaskClient) -> None:
    content = with_false_dimension(book(QUESTIONS))
    assert office.post("/forms/upload", data={"file": (io.BytesIO(content), "f.xlsx")}).status_code == 302
    version = db.session.execute(select(FormVersion)).scalar_one()
    assert version.facts["questions"] == 3


def test_text_table_in_gb18030_is_read(office: FlaskClient) -> None:
    content = table().decode().encode("gb18030")
    assert office.post("/forms/upload", data={"file": (io.BytesIO(content), "f.md")}).status_code == 302
    assert db.session.execute(select(Form.title)).scalar_one() == "满意度调查"


@pytest.mark.parametrize(
    "xml",
    [
        instance("<a>" * 100_000 + "</a>" * 100_000),
        instance(many_attributes().decode()),
        instance('<consent a="' + "x" * 11_000_000 + '"/>'),
        instance("<consent>同意</consent>").decode().encode("gb18030"),
        instance(form_id="nobody"),
    ],
    ids=["deep", "attributes", "attribute", "gb18030", "unknown form"],
)
def test_hostile_instance_is_refused_soon(client: FlaskClient, phone: str, xml: bytes) -> None:
    answer = send(client, phone, xml, ("p.jpg", b"a picture"))
    assert 400 <= answer.status_code < 500
    assert "问题代码" not in message(answer)
    _nothing_is_stored()


def test_truncated_request_is_refused(client: FlaskClient, phone: str) -> None:
    part = b'Content-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n\r\n'
    answer = client.post(
        f"{phone}/submission",
        data=b"--x\r\n" + part + instance()[:200],
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 400
    assert message(answer)
    _nothing_is_stored()


def test_twenty_equal_posts_at_once_are_one_row(app: Flask, phone: str) -> None:
    xml, gate, statuses = instance(), threading.Barrier(20), []

    def post() -> None:
        with thread_client(app) as own:
            gate.wait()
            statuses.append(send(own, phone, xml).status_code)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 20
    assert len(rows()) == 1


def _nothing_is_stored() -> None:
    for model in (Submission, Quarantine):
        assert db.session.execute(select(func.count()).select_from(model)).scalar_one() == 0
    assert storage().untouched_since(utcnow() + timedelta(days=1)) == []
