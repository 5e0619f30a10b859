"""Drafts that programs had sent become draft versions with their files, and go back as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import bindparam, inspect, select, text

from app.db import UtcDateTime, db, unit_of_work
from app.forms.authoring import publish_draft, save_draft, try_version
from app.forms.collecting import receive
from app.forms.compiling import compile_form
from app.forms.definitions import definition_of
from app.forms.models import Form, FormVersion, Link, Submission
from app.forms.publishing import publish
from app.storage import storage
from tests.forms.conftest import COARSEN, CONSENT, compiled, instance, table

BEFORE = "0027"
VISITS = """| survey | | | | |
| | type | name | label | choice_filter |
| | select_one_from_file places.csv | place | 地点 | |
| | select_one_external town | town | 镇 | county='a' |
| settings | | | |
| | form_id | form_title | version |
| | visits | 入户走访 | 1 |
| external_choices | | | | |
| | list_name | name | label | county |
| | town | t1 | 东镇 | a |
"""
PLACES = "name,label\np1,东门\n".encode()
AT = datetime(2025, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ODK Validate says takes a second of every upload."""
    monkeypatch.setattr("app.forms.uploading.java_path", lambda: None)


@pytest.fixture(autouse=True)
def newest_tables(app: Flask) -> Iterator[None]:
    """Whatever a test does, the next one meets the newest tables."""
    yield
    move(upgrade)


def move(step: Any, **facts: str) -> None:
    db.session.remove()
    step(**facts)


def kept(**facts: Any) -> None:
    """A draft as the earlier tables held it."""
    files = facts.pop("files")
    draft = (
        "insert into form_drafts"
        " (form_id, title, version, xform, source_sha256, source_name, made_by, made_at) values"
        " (:form_id, :title, :version, :xform, :source_sha256, :source_name, 'user:1', :at) returning id"
    )
    slot = (
        "insert into form_draft_files (draft_id, file_name, sha256, updated_at)"
        " values (:key, :name, :sha256, :at)"
    )
    at = bindparam("at", type_=UtcDateTime())
    with db.engine.begin() as connection:
        key = connection.execute(text(draft).bindparams(at), {"at": AT, **facts}).scalar_one()
        for name, sha256 in files.items():
            told = {"key": key, "name": name, "sha256": sha256, "at": AT if sha256 else None}
            connection.execute(text(slot).bindparams(at), told)


def rows(of: str, order: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return [tuple(each) for each in connection.execute(text(f"select * from {of} order by {order}"))]  # noqa: S608


def keep_visits() -> bytes:
    """The draft of a new form, from a workbook with choices of its own and a file of choices."""
    xform = compile_form(VISITS.encode(), "md", "visits").xform.encode()
    kept(
        form_id="visits",
        title="入户走访",
        version="1",
        xform=xform,
        source_sha256=storage().put(VISITS.encode())[0],
        source_name="visits.md",
        files={"places.csv": storage().put(PLACES)[0], "itemsets.csv": None},
    )
    return xform


def keep_next(xform: bytes, version: str) -> None:
    kept(
        form_id="survey_a",
        title="满意度调查",
        version=version,
        xform=xform,
        source_sha256=storage().put(xform)[0],
        source_name="survey_a.xml",
        files={},
    )


def draft_of(form_id: str) -> FormVersion:
    form = db.session.execute(select(Form).where(Form.form_id == form_id)).scalar_one()
    assert form.draft is not None
    return form.draft


def test_the_draft_of_a_new_form_goes_up_with_its_files_and_is_published(app: Flask) -> None:
    move(downgrade, revision=BEFORE)
    xform = keep_visits()
    move(upgrade)
    assert "form_drafts" not in inspect(db.engine).get_table_names()
    draft = draft_of("visits")
    assert (draft.form.title, draft.form.state, draft.xform) == ("入户走访", "draft", xform)
    assert (draft.workbook_name, draft.made_at, draft.published_by) == ("visits.md", AT, "user:1")
    assert draft.workbook_sha256 is not None and draft.facts["questions"] == 2
    files = {each.file_name: each for each in draft.files}
    assert list(files) == ["places.csv", "itemsets.csv"]
    assert (files["places.csv"].size, files["places.csv"].updated_at) == (len(PLACES), AT)
    itemsets = files["itemsets.csv"].sha256
    assert itemsets is not None and "东镇" in storage().get(itemsets).decode()
    assert [each.value for each in definition_of(draft).questions["/data/place"].choices] == ["p1"]
    with unit_of_work():
        try_version(version=draft)
        publish_draft(version=draft)
    assert draft.form.newest is draft


def test_the_draft_of_a_next_version_keeps_the_protection_of_the_one_before(app: Flask, xform: bytes) -> None:
    with unit_of_work():
        publish(content=xform, filename="survey.xml", coarsen=COARSEN, consent=CONSENT)
    move(downgrade, revision=BEFORE)
    keep_next(compiled(table("V2")), "V2")
    move(upgrade)
    draft = draft_of("survey_a")
    assert (draft.version, draft.coarsen) == ("V2", COARSEN)
    assert (draft.consent_path, draft.consent_value) == CONSENT
    assert [each.version for each in draft.form.versions] == ["V2", "V1"]
    with unit_of_work():
        publish_draft(version=draft)


def test_what_went_up_comes_down_as_it_was(app: Flask, xform: bytes) -> None:
    with unit_of_work():
        publish(content=xform, filename="survey.xml")
    move(downgrade, revision=BEFORE)
    keep_visits()
    # Of what is published, to be called otherwise at publishing.
    keep_next(xform, "V1")
    facts = (
        "select form_id, title, version, xform, source_sha256, source_name, made_by, made_at from form_drafts"
    )
    given = "select file_name, sha256, updated_at from form_draft_files where file_name = 'places.csv'"
    before = rows(f"({facts}) as a", "form_id"), rows(f"({given}) as a", "file_name"), rows("forms", "id")
    for _time in range(2):
        move(upgrade)
        assert draft_of("survey_a").version == "V1"
        move(downgrade, revision=BEFORE)
        after = rows(f"({facts}) as a", "form_id"), rows(f"({given}) as a", "file_name"), rows("forms", "id")
        assert after == before
    assert len(rows("form_draft_files", "id")) == 2


def test_what_pages_drafted_and_what_was_tried_is_not_lost_on_the_way_down(app: Flask, xform: bytes) -> None:
    with unit_of_work():
        key = publish(content=xform, filename="survey.xml").id
    move(downgrade, revision=BEFORE)
    keep_next(xform, "V1")
    move(upgrade)
    with unit_of_work():
        draft = draft_of("survey_a")
        link = try_version(version=draft)
        receive(form=draft.form, link=link, xml=instance(), channel="openrosa")
        save_draft(content=xform.replace(b'id="survey_a"', b'id="other"'), filename="o.xml")
    token = link.token
    move(downgrade, revision=BEFORE)
    with db.engine.connect() as connection:
        asked = text("select version_id from links where token = :token")
        assert connection.execute(asked, {"token": token}).scalar() == key
        assert set(connection.execute(text("select version_id from submissions")).scalars()) == {key}
        assert list(connection.execute(text("select form_id from form_drafts")).scalars()) == ["survey_a"]
        left = text("select count(*) from form_versions where published_at is null")
        assert connection.execute(left).scalar() == 1
    move(upgrade)
    assert draft_of("other").version == draft_of("survey_a").version == "V1"
    assert db.session.execute(select(Submission.version_id)).scalar() == key
    assert db.session.execute(select(Link.version_id).where(Link.token == token)).scalar() == key


def test_two_drafts_of_a_form_are_told_before_anything_changes(
    app: Flask, xform: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with unit_of_work():
        save_draft(content=xform, filename="survey.xml")
    move(downgrade, revision=BEFORE)
    keep_next(compiled(table("V2")), "V2")
    with pytest.raises(SystemExit):
        move(upgrade)
    assert "two drafts" in caplog.text and "survey_a" in caplog.text
    assert len(rows("form_drafts", "id")) == 1
    with db.engine.begin() as connection:
        connection.execute(text("delete from form_drafts"))
    move(upgrade)
    assert draft_of("survey_a").version == "V1"
