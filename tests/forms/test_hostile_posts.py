"""Hostile and malformed posts at the phones' door: a clear refusal, or kept and flagged; then it serves on.

What they cost in time and memory is bounded by sizes and counts that are checked first; the figures stand
in the reference of benchmarks.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db import db
from app.forms.models import Quarantine, SubmissionFile
from app.storage import storage
from tests.forms.conftest import instance
from tests.forms.test_openrosa import message, rows

#: The test client and the parser of broken requests leave temporary files to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
TYPE = "multipart/form-data; boundary=x"
LAUGHS = b"<!DOCTYPE d [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10 if number else b"&a;")
    for number in range(9)
)


def body(xml: bytes, files: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """A multipart request, its names as they are."""
    parts = [b'name="xml_submission_file"; filename="s.xml"\r\n\r\n' + xml]
    parts += [b'name="' + name + b'"; filename="' + name + b'"\r\n\r\n' + content for name, content in files]
    head = b"--x\r\nContent-Disposition: form-data; "
    return b"".join([*(head + part + b"\r\n" for part in parts), b"--x--\r\n"])


def post(client: FlaskClient, phone: str, data: bytes, kind: str = TYPE, device: str = "a") -> TestResponse:
    """Send these bytes."""
    return client.post(f"{phone}/submission?deviceID={device}", data=data, content_type=kind)


def serves_on(client: FlaskClient, phone: str) -> None:
    """The next honest post succeeds."""
    before = len(rows())
    assert post(client, phone, body(instance())).status_code == 201
    assert len(rows()) == before + 1


def text_xml(declared: str, codec: str, text: str = "停车难") -> bytes:
    """An instance with Chinese text in an encoding."""
    xml = instance(f"<consent>1</consent><opinion><suggest>{text}</suggest></opinion>").decode()
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    return xml.replace('<?xml version="1.0" ?>', declaration).encode(codec)


def with_start(content: bytes) -> bytes:
    """The instance with something in the place of its first answer."""
    return instance().replace(b"<start>2024-03-01T08:00:00.000+08:00</start>", content)


REFUSED: dict[str, tuple[bytes, int, str]] = {
    "document type": (b"<!DOCTYPE data>" + instance().partition(b"?>")[2], 400, "DOCTYPE"),
    "many laughs": (LAUGHS + b"]><data id='survey_a'>&a8;</data>", 400, "DOCTYPE"),
    "foreign entity": (
        b"<!DOCTYPE d [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><data id='survey_a'>&f;</data>",
        400,
        "DOCTYPE",
    ),
    "document type in UTF-16": ("<!DOCTYPE d><data id='survey_a'/>".encode("utf-16"), 400, "DOCTYPE"),
    "entity of nobody": (with_start(b"<start>&nobody;</start>"), 400, "语法错误"),
    "64 deep": (with_start(b"<a>" * 64 + b"</a>" * 64), 400, "嵌套过深"),
    "a hundred thousand deep": (with_start(b"<a>" * 100_000 + b"</a>" * 100_000), 400, "节点过多"),
    "attribute over the bound": (with_start(b'<start a="' + b"x" * 10_485_760 + b'"/>'), 413, "10485760"),
    "many attributes": (
        with_start(b"<start " + b" ".join(b'a%d="1"' % number for number in range(600)) + b"/>"),
        400,
        "64",
    ),
    "attribute twice": (with_start(b'<start a="1" a="2"/>'), 400, "语法错误"),
    "many elements": (with_start(b"<start/>" * 20_001), 400, "节点过多"),
    "many comments": (with_start(b"<!---->" * 50_000), 400, "节点过多"),
    "GB18030 undeclared": (text_xml("", "gb18030"), 400, "语法错误"),
    "GB18030 said to be UTF-8": (text_xml("utf-8", "gb18030"), 400, "语法错误"),
    "UTF-8 said to be UTF-16": (text_xml("utf-16", "utf-8"), 400, "语法错误"),
    "half of a character in GB18030": (text_xml("gb18030", "gb18030")[:-400] + b"\x81", 400, "语法错误"),
    "UTF-16 without mark": (text_xml("", "utf-16-le"), 400, "UTF-8"),
    "UTF-16 declared without mark": (text_xml("utf-16be", "utf-16-be"), 400, "utf-16be"),
    "UTF-32": (text_xml("utf-32", "utf-32"), 400, "UTF-8"),
    "UTF-7": (text_xml("utf-7", "utf-7"), 400, "utf-7"),
    "Big5": (text_xml("big5", "big5", "台北"), 400, "big5"),
    "no encoding's name": (text_xml("nonsense", "utf-8"), 400, "语法错误"),
    "NUL": (with_start(b"<start>\0</start>"), 400, "语法错误"),
    "NUL as a reference": (with_start(b"<start>&#0;</start>"), 400, "语法错误"),
    "NULs alone": (b"\0" * 5000, 400, "语法错误"),
    "half a pair": (with_start(b"<start>&#xD800;</start>"), 400, "语法错误"),
    "control character": (with_start(b"<start>\x01</start>"), 400, "语法错误"),
    "no UTF-8": (with_start(b"<start>\xff\xfe</start>"), 400, "语法错误"),
    "spaces": (b"  \n ", 400, "语法错误"),
    "a page": (b"<html><body/></html>", 400, "不是一份答卷"),
    "a picture": (b"\xff\xd8\xff\xe0" + b"\0\x10JFIF" * 100, 400, "语法错误"),
    "cut off": (instance()[:-9], 400, "语法错误"),
    "two documents": (instance() * 2, 400, "语法错误"),
    "no instance id": (instance().replace(b"instanceID", b"other"), 400, "instanceID"),
    "endless instance id": (instance(instance_id="x" * 1_000_000), 400, "instanceID"),
    "endless id of an edit": (instance(deprecated="x" * 1_000_000), 400, "instanceID"),
    "endless form id": (instance(form_id="z" * 1_000_000), 404, "没有编号"),
}


@pytest.mark.parametrize(("xml", "status", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_hostile_xml_is_refused(client: FlaskClient, phone: str, xml: bytes, status: int, told: str) -> None:
    answer = post(client, phone, body(xml, [(b"p.jpg", b"a picture")]))
    assert answer.status_code == status
    assert told in message(answer) and len(message(answer)) < 500
    assert rows() == [] and db.session.execute(select(Quarantine.id)).all() == []
    assert list(storage().root.glob("??/??/*")) == []
    serves_on(client, phone)


SUGGEST = "停车难"
KEPT: dict[str, tuple[bytes, list[str]]] = {
    "GB18030": (text_xml("GB18030", "gb18030"), []),
    "GBK": (text_xml("gbk", "gbk"), []),
    "UTF-16": (text_xml("utf-16", "utf-16"), []),
    "UTF-16 said to be UTF-8": (text_xml("utf-8", "utf-16"), []),
    "UTF-16, large end first": (b"\xfe\xff" + text_xml("utf-16", "utf-16-be"), []),
    "marked UTF-8": (b"\xef\xbb\xbf" + text_xml("utf-8", "utf-8"), []),
    "marked UTF-8 said to be GB18030": (b"\xef\xbb\xbf" + text_xml("gb18030", "utf-8"), []),
    "style sheet": (
        text_xml("utf-8", "utf-8").replace(b"?>", b"?><?xml-stylesheet href='http://x.example/'?>", 1),
        [],
    ),
    # XInclude is not followed.
    "inclusion": (
        text_xml("utf-8", "utf-8").replace(
            b"<consent>",
            b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/><consent>',
        ),
        ["untyped-answers"],
    ),
    "large attribute": (
        text_xml("utf-8", "utf-8").replace(b"<consent>", b'<consent a="' + b"x" * 5_000_000 + b'">'),
        [],
    ),
    "many namespaces": (
        text_xml("utf-8", "utf-8").replace(
            b"<consent>", b"<consent%b>" % b"".join(b' xmlns:n%d="u"' % number for number in range(5000))
        ),
        [],
    ),
    "endless number": (
        text_xml("utf-8", "utf-8").replace(
            b"<opinion>", b"<basic><age>" + b"9" * 100_000 + b"</age></basic><opinion>"
        ),
        ["untyped-answers"],
    ),
    "no place": (
        text_xml("utf-8", "utf-8").replace(
            b"<opinion>", b"<basic><home>nan inf 1e999 -</home></basic><opinion>"
        ),
        [],
    ),
    "deep enough": (
        text_xml("utf-8", "utf-8").replace(b"<consent>", b"<a>" * 60 + b"</a>" * 60 + b"<consent>"),
        ["untyped-answers"],
    ),
}


@pytest.mark.parametrize(("xml", "flags"), KEPT.values(), ids=KEPT.keys())
def test_odd_xml_is_kept_and_flagged(client: FlaskClient, phone: str, xml: bytes, flags: list[str]) -> None:
    assert [post(client, phone, body(xml)).status_code for _ in range(2)] == [201, 201]
    [row] = rows()
    assert row.answers["opinion"]["suggest"] == SUGGEST
    assert set(flags) <= set(row.flags)
    serves_on(client, phone)


@pytest.mark.parametrize("declared", ["utf-8", "gb18030", "gbk", "utf-16"])
def test_an_exact_place_is_coarsened_in_every_encoding(
    client: FlaskClient, phone: str, declared: str
) -> None:
    home = "<consent>1</consent><basic><home>29.2912345 117.2054321 31.5 4.2</home></basic>"
    xml = instance(f"<人>同意</人>{home}").decode()
    declaration = f'<?xml version="1.0" encoding="{declared}"?>'
    sent = xml.replace('<?xml version="1.0" ?>', declaration).encode(declared)
    assert post(client, phone, body(sent)).status_code == 201
    [row] = rows()
    kept = row.xml.decode(declared)
    assert "29.2912345" not in kept and "<人>同意</人>" in kept
    assert 0 < abs(row.answers["basic"]["home"]["lat"] - 29.2912345) < 0.001


NAME = b'Content-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n'
REQUESTS: dict[str, tuple[bytes, str, int]] = {
    "nothing": (b"", TYPE, 400),
    "no boundary": (body(instance()), "multipart/form-data", 400),
    "another boundary": (body(instance()), "multipart/form-data; boundary=y", 400),
    "an endless boundary": (body(instance()), "multipart/form-data; boundary=" + "y" * 100_000, 400),
    "cut off in the XML": (body(instance())[:300], TYPE, 400),
    "cut off before its end": (body(instance())[:-8], TYPE, 400),
    "cut off in a head": (b"--x\r\n" + NAME[:40], TYPE, 400),
    "a part without a head": (b"--x\r\n\r\n" + instance() + b"\r\n--x--\r\n", TYPE, 400),
    "a part without a name": (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", TYPE, 400),
    "a name in GB18030": (body(instance(), [("照片".encode("gb18030"), b"x")]), TYPE, 400),
    "the XML alone": (instance(), "text/xml", 400),
    "JSON": (b'{"xml_submission_file": "x"}', "application/json", 400),
    "no type": (body(instance()), "", 400),
    "thousands of parts": (body(instance(), [(b"f%d" % each, b"") for each in range(5000)]), TYPE, 413),
    "thousands of heads": (b"--x\r\n" + b"A: b\r\n" * 300_000 + b"\r\nx\r\n--x--\r\n", TYPE, 400),
    "a field over the bound": (
        b"--x\r\n"
        + NAME.replace(b'; filename="s.xml"', b"")
        + b"\r\n"
        + b"y" * 17_000_000
        + b"\r\n--x--\r\n",
        TYPE,
        413,
    ),
    "more than the largest request": (b"y" * (64 * 1024 * 1024 + 1), TYPE, 413),
}


@pytest.mark.parametrize(("data", "kind", "status"), REQUESTS.values(), ids=REQUESTS.keys())
def test_malformed_request_is_refused(
    client: FlaskClient, phone: str, data: bytes, kind: str, status: int
) -> None:
    answer = post(client, phone, data, kind)
    assert answer.status_code == status
    assert "问题代码" not in message(answer)
    assert rows() == []
    serves_on(client, phone)


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/passwd", b"\0" * 20_000_000)
    return packed.getvalue()


NAMES: dict[str, tuple[bytes, str]] = {
    "upwards": (b"../../../etc/passwd", "passwd"),
    "from the root": (b"/etc/shadow", "shadow"),
    "of a drive": (rb"C:\\Windows\\win.ini", "win.ini"),
    "upwards alone": (b"../..", "file"),
    "dots": (b"..", "file"),
    "folder alone": (b"a/b/", "file"),
    "NUL": (b"a\0.jpg", "a.jpg"),
    "turned round": ("a\u202egpj.exe".encode(), "agpj.exe"),
    "Chinese": ("照片一.jpg".encode(), "照片一.jpg"),
    "endless": (b"x" * 5000 + b".jpg", "x" * 251 + ".jpg"),
    "bomb": (b"bomb.zip", "bomb.zip"),
}


@pytest.mark.parametrize(("name", "kept"), NAMES.values(), ids=NAMES.keys())
def test_names_of_files_are_kept_plain_and_archives_closed(
    client: FlaskClient, phone: str, name: bytes, kept: str
) -> None:
    content = _bomb() if name == b"bomb.zip" else b"x"
    assert post(client, phone, body(instance(), [(name, content)])).status_code == 201
    [file] = db.session.execute(select(SubmissionFile)).scalars()
    assert (file.file_name, storage().get(file.sha256)) == (kept, content)
    assert rows()[0].flags == ["extra-files"]
    stored = [path.relative_to(storage().root).parts for path in storage().root.rglob("*") if path.is_file()]
    assert stored == [(file.sha256[:2], file.sha256[2:4], file.sha256)]


def test_large_and_awkward_files_are_kept(client: FlaskClient, phone: str) -> None:
    files = [
        (b"lines.bin", b"\r\n" * 4_000_000),
        (b"dashes.bin", b"\r\n--" * 2_000_000),
        (b"end", b"\r\n--x"),
    ]
    assert post(client, phone, body(instance(), files[:2])).status_code == 201
    found = db.session.execute(select(SubmissionFile)).scalars()
    assert {each.file_name.encode(): storage().get(each.sha256) for each in found} == dict(files[:2])


@pytest.mark.parametrize(
    ("device", "kept"), [("%00", None), ("a%00b", "ab"), ("x" * 3000, "x" * 255), ("%ff%fe", "%FF%FE")]
)
def test_odd_device_is_kept_as_far_as_it_can_be(
    client: FlaskClient, phone: str, device: str, kept: str | None
) -> None:
    assert post(client, phone, body(instance()), device=device).status_code == 201
    assert rows()[0].device_id == kept
