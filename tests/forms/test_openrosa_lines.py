"""What a phone client needs of the server, line by line: each test quotes the line it holds to.

The lines are those of the design's ``openrosa.md``; the last test sees that none of them is left out.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db import db, unit_of_work
from app.errors import Conflict
from app.forms.links import collect_address, link_by_token, link_qr, revoke_link
from app.forms.models import Form, FormVersion, Quarantine, Submission
from app.forms.publishing import attach_file, publish, set_state
from app.storage import storage
from app.xforms.openrosa import collect_settings
from tests.forms.conftest import compiled, instance, link_of, table

LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
RESPONSE = "http://openrosa.org/http/response"
HOST = "http://127.0.0.1:8000"
#: As a phone set to a 12-hour clock writes it in the afternoon.
HEADERS = {
    "X-OpenRosa-Version": "1.0",
    "User-Agent": "org.odk.collect.android/v2024.1 Dalvik/2.1.0",
    "Date": "Fri, 01 Mar 2024 03:00:00 GMT",
}
PHOTO = b"\xff\xd8\xff\xe0 a picture"
WITH_PHOTOS = (
    "<consent>1</consent><basic><age>45</age><street>s1</street><community>c11</community></basic>"
    "<opinion><park>4</park><photo>p.jpg</photo></opinion>"
)
QUOTED: dict[str, str] = {}


def line(quote: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a test as the one of a line of the design."""

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        QUOTED[f"{test.__name__}: {quote}"] = quote
        return test

    return mark


@dataclass
class Phone:
    """A phone client: every address carries its device, every request its headers."""

    client: FlaskClient
    server_url: str
    device: str = "collect:a b"

    def ask(self, method: str, address: str, **more: Any) -> TestResponse:
        """Send one request to a path below the server address, or to a whole address of this server."""
        path = (
            address.removeprefix(HOST)
            if address.startswith(("http:", "/"))
            else f"{self.server_url}/{address}"
        )
        query = {"deviceID": self.device}
        return self.client.open(path, method=method, headers=HEADERS, query_string=query, **more)

    def send(self, xml: bytes, *files: tuple[str, bytes], last: bool = True) -> TestResponse:
        """Post an instance and its files."""
        data: dict[str, Any] = {} if last else {"*isIncomplete*": "yes"}
        data["xml_submission_file"] = (io.BytesIO(xml), "s.xml", "text/xml")
        data |= {name: (io.BytesIO(content), name) for name, content in files}
        return self.ask("POST", "submission", data=data)


@pytest.fixture
def collect(client: FlaskClient, phone: str) -> Phone:
    """A phone of the small form's link."""
    return Phone(client, phone)


@pytest.fixture
def zones(form: Form) -> FormVersion:
    """A version with a file beside it that its phones must have."""
    text = table("V2").replace(
        b"| | geopoint | home |",
        b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n| | geopoint | home |",
    )
    with unit_of_work():
        made = publish(content=compiled(text), filename="a.xml")
        attach_file(version=made, file_name="zones.csv", content=b"name,label\nz1,North\n")
    return made


def message(answer: TestResponse) -> str:
    """What the envelope tells the person."""
    root = etree.fromstring(answer.data)
    assert root.tag == f"{{{RESPONSE}}}OpenRosaResponse"
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    return root.findtext(f"{{{RESPONSE}}}message") or ""


def entry(collect: Phone) -> dict[str, str]:
    """The only form of the list."""
    [found] = etree.fromstring(collect.ask("GET", "formList").data)
    assert found.tag == f"{{{LIST}}}xform"
    return {etree.QName(each).localname: each.text or "" for each in found}


def md5(content: bytes) -> str:
    """As a phone works it out."""
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def rows() -> list[Submission]:
    """All submissions in the order they came."""
    return list(db.session.execute(select(Submission).order_by(Submission.id)).scalars())


def kept_apart() -> list[str]:
    """Why what is in quarantine is there."""
    return list(db.session.execute(select(Quarantine.reason).order_by(Quarantine.id)).scalars())


@line("a `Date` whose hour is on a 12-hour clock (never validate it)")
@line("Be lenient when the version header is missing")
@pytest.mark.parametrize(
    "headers", [{}, HEADERS, {"Date": "yesterday"}, {"Date": "Fri, 31 Feb 2024 15:00:00 CST"}]
)
def test_headers_decide_nothing(client: FlaskClient, phone: str, headers: dict[str, str]) -> None:
    data = {"xml_submission_file": (io.BytesIO(instance()), "s.xml")}
    assert client.get(f"{phone}/formList", headers=headers).status_code == 200
    assert client.head(f"{phone}/submission", headers=headers).status_code == 204
    assert client.post(f"{phone}/submission", headers=headers, data=data).status_code == 201


@line("`?deviceID=…` is appended to every GET, HEAD and POST address, the form's and the media's too")
def test_every_address_takes_a_device(collect: Phone, zones: FormVersion) -> None:
    listed = entry(collect)
    files = etree.fromstring(collect.ask("GET", listed["manifestUrl"]).data)
    media = files.findtext(f".//{{{MANIFEST}}}downloadUrl") or ""
    for address in ("formList", listed["downloadUrl"], listed["manifestUrl"], media):
        for method in ("GET", "HEAD"):
            answer = collect.ask(method, address)
            assert (answer.status_code, bool(answer.data)) == (200, method == "GET")
            answer.close()
    assert collect.ask("HEAD", "submission").status_code == 204
    assert collect.send(instance(version="V2")).status_code == 201
    assert rows()[0].device_id == "collect:a b"


@line("Every response carries `X-OpenRosa-Version: 1.0` and `Date`")
def test_a_server_adds_the_date(app: Flask, phone: str, serve: Callable[[Flask], str]) -> None:
    address = serve(app)
    for path in ("formList", "submission"):
        connection = HTTPConnection(address.removeprefix("http://"))
        connection.request("HEAD", f"{phone}/{path}")
        answer = connection.getresponse()
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert len(answer.headers.get_all("Date") or []) == 1
        connection.close()


@line("all XML ones `Content-Type: text/xml; charset=utf-8`, media their own type")
@line("200, `text/xml` (not application/xml)")
def test_types(collect: Phone, zones: FormVersion) -> None:
    listed = entry(collect)
    manifest = collect.ask("GET", listed["manifestUrl"])
    for answer in (collect.ask("GET", "formList"), collect.ask("GET", listed["downloadUrl"]), manifest):
        assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    media = etree.fromstring(manifest.data).findtext(f".//{{{MANIFEST}}}downloadUrl") or ""
    served = collect.ask("GET", media)
    assert (served.status_code, served.mimetype) == (200, "text/csv")
    served.close()


@line("the token is a part of the path, so a client needs no log-in")
@line("`{server_url}/formList`, `{server_url}/submission`")
def test_no_log_in_is_asked_for(collect: Phone) -> None:
    for answer in (collect.ask("GET", "formList"), collect.send(instance())):
        assert answer.status_code < 300
        assert "WWW-Authenticate" not in answer.headers and "Set-Cookie" not in answer.headers


@line("root `xforms` in namespace `http://openrosa.org/xforms/xformsList`")
@line(
    "each `xform` has formID, name, version, hash, downloadUrl (absolute), manifestUrl where there is media"
)
def test_list(collect: Phone, version: FormVersion) -> None:
    assert etree.fromstring(collect.ask("GET", "formList").data).tag == f"{{{LIST}}}xforms"
    listed = entry(collect)
    assert (listed["formID"], listed["name"], listed["version"]) == ("survey_a", "满意度调查", "V1")
    assert listed["downloadUrl"].startswith(f"{HOST}/k/")
    assert "manifestUrl" not in listed


@line("one bad entry voids the whole list")
def test_a_title_that_xml_cannot_hold_voids_no_list(collect: Phone, form: Form) -> None:
    with unit_of_work():
        form.title = "\x01\ufffe"
    assert entry(collect)["name"] == "survey_a"


@line("`md5:` + hex md5 of the very bytes that downloadUrl serves")
@line("serve stored bytes, never re-serialise")
@line("a form without it is listed but cannot be downloaded")
def test_hash(client: FlaskClient, form: Form, collect: Phone, xform: bytes) -> None:
    odd = (
        xform.replace(b'version="V1"', b'version=\n  "V3"').replace(b"<?xml", b"<?xml", 1)
        + b"\n<!-- end -->\n"
    )
    with unit_of_work():
        publish(content=odd, filename="a.xml")
    listed = entry(collect)
    served = collect.ask("GET", listed["downloadUrl"]).data
    assert (served, listed["hash"]) == (odd, md5(odd))


@line("a new version string for every published change")
@line("the client keeps the old copy")
def test_a_change_needs_a_new_version(collect: Phone, form: Form, xform: bytes) -> None:
    with pytest.raises(Conflict) as refused, unit_of_work():
        publish(content=xform + b"\n", filename="a.xml")
    assert refused.value.code == "version-taken"
    with unit_of_work():
        publish(content=compiled(table("V2")), filename="a.xml")
    assert entry(collect)["version"] == "V2"


@line("namespace `http://openrosa.org/xforms/xformsManifest`")
@line("each mediaFile has filename, hash (`md5:` too), downloadUrl")
@line("the form is skipped")
def test_manifest(collect: Phone, zones: FormVersion) -> None:
    root = etree.fromstring(collect.ask("GET", entry(collect)["manifestUrl"]).data)
    assert root.tag == f"{{{MANIFEST}}}manifest"
    [file] = root
    told = {etree.QName(each).localname: each.text or "" for each in file}
    served = collect.ask("GET", told["downloadUrl"])
    assert told["downloadUrl"].startswith(f"{HOST}/k/")
    assert (told["filename"], told["hash"]) == ("zones.csv", md5(served.data))
    served.close()


@line("`HEAD {server_url}/submission` answers **204**, with `X-OpenRosa-Accept-Content-Length`")
@line("any other 2xx is an error to the client")
def test_precheck(collect: Phone, app: Flask) -> None:
    answer = collect.ask("HEAD", "submission")
    assert (answer.status_code, answer.data) == (204, b"")
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) == app.config["MAX_CONTENT_LENGTH"]


@line("multipart/form-data, part `xml_submission_file`, then one part per file")
@line("field name = file name, raw UTF-8")
@line("Everything in the phone's folder is sent (audit.csv, stray files): never refuse an unknown file")
def test_parts_as_a_phone_writes_them(collect: Phone) -> None:
    xml = instance(WITH_PHOTOS)
    named = {
        "audit.csv": b"event\n",
        "p.jpg": PHOTO,
        "照片 “二”.jpg": b"2",
        "._stray": b"3",
        "a;b=c.bin": b"",
    }
    parts = [b'name="xml_submission_file"; filename="s.xml"\r\nContent-Type: text/xml\r\n\r\n' + xml]
    for name, content in named.items():
        head = f'name="{name}"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(head.encode() + content)
    body = (
        b"".join(b"--x\r\nContent-Disposition: form-data; " + each + b"\r\n" for each in parts) + b"--x--\r\n"
    )
    answer = collect.ask("POST", "submission", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 201
    [row] = rows()
    assert row.xml == xml
    assert {each.file_name: storage().get(each.sha256) for each in row.files} == named
    assert {each.file_name for each in row.files if each.expected} == {"p.jpg"}
    assert row.flags == ["extra-files"]


SPLIT = (("a.csv", b"a"), ("p.jpg", PHOTO), ("z.txt", b"z"))


@line("over the announced size or 100 files the client sends several POSTs, each repeating the same XML")
@line("all but the last carry the field `*isIncomplete*` = `yes`: merge by instanceID")
@pytest.mark.parametrize("order", ["012", "021", "102", "120", "201", "210", "0012", "2012", "0122"])
def test_split_upload_in_any_order(collect: Phone, order: str) -> None:
    xml = instance(WITH_PHOTOS)
    for number in map(int, order):
        answer = collect.send(xml, SPLIT[number], last=number == 2)
        assert answer.status_code == 201
        assert message(answer)
    [row] = rows()
    assert sorted((each.file_name, each.expected) for each in row.files) == [
        ("a.csv", False),
        ("p.jpg", True),
        ("z.txt", False),
    ]
    assert row.flags == ["extra-files"]


@line("all but the last carry the field `*isIncomplete*` = `yes`: merge by instanceID")
def test_a_part_that_never_comes_is_told(collect: Phone) -> None:
    xml = instance(WITH_PHOTOS)
    collect.send(xml, SPLIT[0], last=False)
    assert rows()[0].flags == ["incomplete", "extra-files"]
    collect.send(xml, SPLIT[2])
    assert rows()[0].flags == ["files-missing", "extra-files"]


@line("**201 or 202**; 200 is a failure to the client")
@line("The body is an `OpenRosaResponse` (namespace `http://openrosa.org/http/response`)")
@line("whose `message` the client shows to the person: write it in Chinese; errors use the same envelope")
def test_success(collect: Phone) -> None:
    answer = collect.send(instance())
    assert (answer.status_code, message(answer)) == (201, "提交成功，谢谢！")


@line("errors use the same envelope")
@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/k/nobody/formList", 404),
        ("POST", "/k/nobody/submission", 404),
        ("GET", "elsewhere", 404),
        ("GET", "", 404),
        ("GET", "forms/999/form.xml", 404),
        ("GET", "forms/99999999999999999999/form.xml", 404),
        ("GET", "submission", 405),
        ("PUT", "submission", 405),
        ("PATCH", "submission", 405),
        ("DELETE", "submission", 405),
        ("POST", "formList", 405),
        ("PROPFIND", "formList", 405),
        ("POST", "submission", 400),
    ],
)
def test_refusals_have_the_envelope(collect: Phone, method: str, address: str, status: int) -> None:
    answer = collect.ask(method, address)
    assert answer.status_code == status
    assert re.search("[一-鿿]", message(answer))


@line("the client re-sends identical XML after any doubt: same instanceID and same bytes is success again")
@line("same instanceID and other bytes is 409")
@line("ODK Central answers 409 to simultaneous equal POSTs: a race to avoid with one INSERT … ON CONFLICT")
def test_retry(collect: Phone) -> None:
    # Twenty at once are a test of their own (test_wrong_input, test_openrosa).
    one = f"uuid:{uuid.uuid4()}"
    xml = instance(instance_id=one)
    assert [collect.send(xml, ("p.jpg", PHOTO)).status_code for _ in range(3)] == [201] * 3
    answer = collect.send(xml.replace(b">45<", b">46<"))
    assert answer.status_code == 409
    assert "另存" in message(answer)
    assert (len(rows()), kept_apart()) == (1, ["instance-changed"])


@line("an instance whose meta has `deprecatedID` replaces that instance and keeps the old one as history")
@line("outdated 409, unknown 404 (the client keeps its copy; we keep the bytes in quarantine too)")
def test_edits(collect: Phone) -> None:
    first, second, third = (f"uuid:{number}" for number in "abc")
    table_of_edits = [
        (second, "uuid:unheard", 404),
        (first, "", 201),
        (second, first, 201),
        (second, first, 201),
        (third, first, 409),
        (third, first, 409),
        (third, second, 201),
    ]
    sent = {}
    for own, earlier, status in table_of_edits:
        xml = sent.setdefault((own, earlier), instance(instance_id=own, deprecated=earlier))
        assert collect.send(xml).status_code == status
    chain = [(each.instance_id, each.replaces_id, each.superseded_at is None) for each in rows()]
    ids = [each.id for each in rows()]
    assert chain == [(first, None, False), (second, ids[0], False), (third, ids[1], True)]
    assert kept_apart() == ["unknown-instance-edited", "instance-outdated"]
    kept = [storage().get(each) for each in db.session.execute(select(Quarantine.sha256)).scalars()]
    assert set(kept) == {sent[second, "uuid:unheard"], sent[third, first]}


@line("403, never 401 (a 401 makes the client ask for a password)")
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "formList"),
        ("HEAD", "formList"),
        ("HEAD", "submission"),
        ("POST", "submission"),
        ("GET", "forms/1/form.xml"),
        ("GET", "forms/1/manifest"),
        ("GET", "forms/1/media/1"),
    ],
)
def test_revoked_token(collect: Phone, method: str, address: str) -> None:
    with unit_of_work():
        revoke_link(link=link_by_token(collect.server_url.rpartition("/")[2]))
    answer = collect.ask(method, address)
    assert answer.status_code == 403
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert method == "HEAD" or "停用" in message(answer)


@line("JavaRosa leaves out non-relevant nodes and writes `<photo />` for an empty one")
@line("extra namespaces stand on the root; meta is plain or `orx:meta`")
@line("repeats are repeated siblings: read by local name")
@pytest.mark.parametrize("prefix", ["", "orx:", "x:"])
def test_instance_as_javarosa_writes_it(collect: Phone, form: Form, prefix: str) -> None:
    text = table("V2").replace(
        b"| | begin_group | opinion |",
        b"| | begin_repeat | child | Child | Child | | | | |\n| | integer | years | Years | Years | | | | |\n"
        b"| | end_repeat | | | | | | | |\n| | begin_group | opinion |",
    )
    with unit_of_work():
        publish(content=compiled(text), filename="a.xml")
    spaces = "".join(
        f' xmlns:{name}="http://{name}.example/"' for name in ("h", "jr", "ev", "xsd", "odk", "entities")
    )
    rows_ = "<child><years>3</years></child><child><years>5</years></child>"
    body = (
        f"<consent>1</consent><basic><age>45</age></basic>{rows_}<opinion><park>4</park><photo /></opinion>"
    )
    xml = (
        f'<?xml version="1.0" ?><data id="survey_a" version="V2"{spaces} xmlns:orx="http://openrosa.org/xforms"'
        f' xmlns:x="http://openrosa.org/xforms">{body}<{prefix}meta><{prefix}instanceID>uuid:1'
        f"</{prefix}instanceID></{prefix}meta></data>"
    )
    assert collect.send(xml.encode()).status_code == 201
    [row] = rows()
    assert row.instance_id == "uuid:1"
    assert row.answers["child"] == [{"years": 3}, {"years": 5}]
    assert row.answers["opinion"]["photo"] is None
    assert "untyped-answers" not in row.flags and "files-missing" not in row.flags


@line("413 where something is too large")
def test_too_large_has_the_envelope(app: Flask, collect: Phone) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 5000
    answer = collect.send(instance(), ("big.bin", b"x" * 6000))
    assert (answer.status_code, rows()) == (413, [])
    assert "5000" in message(answer)
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "5000"
    assert collect.send(instance()).status_code == 201


@line("instance ids of up to 249 characters work")
def test_long_instance_ids(collect: Phone) -> None:
    first, second = "uuid:" + "甲" * 244, "x" * 249
    assert collect.send(instance(instance_id=first)).status_code == 201
    edit = instance(instance_id=second, deprecated=first)
    assert [collect.send(edit).status_code for _ in range(2)] == [201, 201]
    assert [each.instance_id for each in rows()] == [first, second]
    assert collect.send(instance(instance_id="x" * 256)).status_code == 400


@line("an unknown form or broken XML is refused: 404, 400")
@line(
    "An unknown version of a known form, a form closed meanwhile, an extra file: keep it, flagged for staff"
)
@line("field data is never thrown away")
@pytest.mark.parametrize(
    ("xml", "state", "status", "flags"),
    [
        (instance(form_id="another"), "open", 404, None),
        (instance()[:-3], "open", 400, None),
        (instance(version="V0"), "open", 201, ["unknown-version"]),
        (instance(version=""), "open", 201, ["unknown-version"]),
        (instance(), "closing", 201, []),
        (instance(), "closed", 201, ["form-closed"]),
        (instance(), "draft", 201, ["form-not-open"]),
        (instance(version="V0"), "closed", 201, ["unknown-version", "form-closed"]),
    ],
)
def test_field_data_is_kept(
    collect: Phone, form: Form, xml: bytes, state: str, status: int, flags: list[str] | None
) -> None:
    with unit_of_work():
        set_state(form=form, state=state)
    answer = collect.send(xml, ("stray.bin", b"x"))
    assert answer.status_code == status
    assert message(answer)
    assert [each.flags for each in rows()] == ([] if flags is None else [[*flags, "extra-files"]])


@line('QR code for ODK Collect: `base64(zlib(json))` of `{"general": {"server_url": "https://host/…/TOKEN"')
@line('"form_update_mode": "match_exactly"')
@line('"autosend": "wifi_and_cellular"}, "admin": {}, "project": {"name": "…"}}`')
@line("`general` and `admin` must exist, even empty")
def test_qr_settings_decoded_as_the_app_does(app: Flask, form: Form) -> None:
    link = link_of(form, "openrosa", label="队伍一")
    text = collect_settings(collect_address(link), link.label)
    settings = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    assert settings == {
        "general": {
            "server_url": f"{HOST}/k/{link.token}",
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": "队伍一"},
    }
    # The drawn code is this text: as many light and dark modules, row by row.
    _ground, drawn = re.findall(r' d="([^"]+)"', str(link_qr(link)))
    plain = io.BytesIO()
    segno.make(text, error="m").save(plain, kind="svg", scale=4, border=4)
    assert drawn.encode() in plain.getvalue()


def test_every_line_of_the_design_is_quoted(shared: Path) -> None:
    text = (shared / "design" / "openrosa.md").read_text("utf-8")
    joined = " ".join(text.split())
    assert [each for each in QUOTED.values() if each not in joined] == []
    steps = [each for each in text.splitlines() if each.startswith("| ") and not each.startswith("| step")]
    assert len(steps) == 15
    assert [each for each in steps if not any(quote in each for quote in QUOTED.values())] == []
