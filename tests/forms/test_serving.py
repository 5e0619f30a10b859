"""What somebody uploaded is never run on our origin, whichever door serves it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import unit_of_work
from app.forms.collecting import IncomingFile, receive
from app.forms.models import Form, FormVersion
from app.forms.publishing import attach_file, publish
from tests.forms.conftest import compiled, instance, link_of

NAMES = ("e.js", "e.html", "e.svg", "e.xml", "e.csv", "p.png")
TABLE = (
    "| survey | | | | |\n| | type | name | label | media::image |\n"
    + "".join(f"| | note | n{number} | N | {name} |\n" for number, name in enumerate(NAMES))
    + "| | text | a | A | |\n| settings | | |\n| | form_id | version |\n| | media_form | V1 |\n"
).encode()
SCRIPT = b"<script xmlns='http://www.w3.org/1999/xhtml' src='e.js'></script>"
POLICY = "default-src 'none'; sandbox"


@pytest.fixture
def hostile(app: Flask) -> FormVersion:
    """A form whose files are scripts and pages."""
    xform = compiled(TABLE).replace(
        b"<h:title>",
        b'<h:script src="/s/x/media/e.js"/><h:title>',
    )
    with unit_of_work():
        version = publish(content=xform, filename="media_form.xml")
        for name in NAMES:
            attach_file(version=version, file_name=name, content=SCRIPT)
    return version


@pytest.mark.parametrize("name", NAMES)
def test_files_of_a_form_are_shown_only_where_they_are_pictures(
    client: FlaskClient, hostile: FormVersion, name: str
) -> None:
    [slot] = [each for each in hostile.files if each.file_name == name]
    page, phone = (link_of(hostile.form, kind).token for kind in ("open", "openrosa"))
    # A phone is told the type of what it saves; nothing is run on the way.
    for address, saved_as in (
        (f"/s/{page}/media/{name}", "application/octet-stream"),
        (f"/k/{phone}/forms/{hostile.id}/media/{slot.id}", slot.content_type),
    ):
        served = client.get(address)
        assert (served.status_code, served.data) == (200, SCRIPT)
        assert served.headers["Content-Security-Policy"] == POLICY
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        saved = served.headers.get("Content-Disposition", "").startswith("attachment")
        # A page may show a drawing, which runs nothing there; opened by itself it is saved.
        kind = {"p.png": "image/png", "e.svg": "image/svg+xml"}.get(name, saved_as)
        assert (served.mimetype, saved) == (kind, name != "p.png")
        served.close()


def test_forms_are_text_to_staff_and_sandboxed_at_the_door_of_phones(
    office: FlaskClient, hostile: FormVersion
) -> None:
    shown = office.get(f"/forms/versions/{hostile.id}/form.xml")
    assert (shown.data, shown.content_type) == (hostile.xform, "text/plain; charset=utf-8")
    phone = link_of(hostile.form, "openrosa").token
    taken = office.get(f"/k/{phone}/forms/{hostile.id}/form.xml")
    assert (taken.data, taken.content_type) == (hostile.xform, "text/xml; charset=utf-8")
    for each in (shown, taken):
        assert each.headers["Content-Security-Policy"] == POLICY


def test_what_residents_send_is_text_or_saved(office: FlaskClient, form: Form) -> None:
    with unit_of_work():
        files = [IncomingFile("e.html", SCRIPT, "text/html"), IncomingFile("e.png", SCRIPT, "image/png")]
        sent = receive(form=form, xml=instance(), files=files, channel="openrosa").submission
    for each in sent.files:
        served = office.get(f"/forms/submissions/{sent.id}/files/{each.id}")
        assert served.mimetype == "application/octet-stream"
        assert served.headers["Content-Disposition"].startswith("attachment")
        assert served.headers["Content-Security-Policy"] == POLICY
        served.close()
    raw = office.get(f"/forms/submissions/{sent.id}/xml")
    assert (raw.mimetype, raw.headers["Content-Security-Policy"]) == ("text/plain", POLICY)
