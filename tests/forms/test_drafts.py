"""Drafts: tried through a link of their own, replaced, thrown away, published; nothing of a trial counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.db import db, unit_of_work
from app.errors import Conflict, Invalid, NotFound
from app.forms import queries
from app.forms.authoring import (
    Copy,
    copy_version,
    discard_draft,
    missing_files,
    publish_draft,
    save_draft,
    test_link_of,
    try_version,
)
from app.forms.collecting import receive
from app.forms.models import Draft, Form, FormVersion, Link, Quarantine, Submission
from app.forms.publishing import attach_file, publish, set_state
from tests.forms.conftest import COARSEN, CONSENT, compiled, instance, link_of, table


@pytest.fixture(scope="module")
def second() -> bytes:
    """The next version of the small form, compiled once."""
    return compiled(table("V2", 公园="公园和绿地"))


@pytest.fixture(autouse=True)
def no_java(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What ODK Validate says is tested once, elsewhere: it takes a second of every upload."""
    monkeypatch.setattr("app.forms.uploading.java_path", lambda: None)
    yield


def saved(content: bytes, **facts: object) -> FormVersion:
    with unit_of_work():
        return save_draft(content=content, filename="survey.xml", **facts)  # type: ignore[arg-type]


def link_to(version: FormVersion) -> Link:
    link = test_link_of(version)
    assert link is not None
    return link


def count(model: type) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_an_upload_is_a_draft_with_a_test_link(app: Flask, xform: bytes) -> None:
    draft = saved(xform, coarsen=COARSEN, consent=CONSENT)
    assert draft.is_draft
    assert draft.form.state == "draft"
    assert draft.form.title == "满意度调查"
    link = link_to(draft)
    assert (link.kind, link.version_id) == ("test", draft.id)
    with pytest.raises(NotFound) as refusal:
        queries.published_version(draft.form)
    assert refusal.value.code == "form-not-published"


def test_a_draft_beside_a_published_version_is_seen_through_its_link_alone(
    client: FlaskClient, version: FormVersion, second: bytes
) -> None:
    open_link, phone = link_of(version.form, "open"), link_of(version.form, "openrosa")
    draft = saved(second)
    assert queries.published_version(version.form).id == version.id
    assert draft.coarsen == COARSEN
    listed = client.get(f"/k/{link_to(draft).token}/formList").text
    assert "<version>V2</version>" in listed
    assert "<version>V1</version>" in client.get(f"/k/{phone.token}/formList").text
    assert client.get(f"/k/{phone.token}/forms/{draft.id}/form.xml").status_code == 404
    assert client.get(f"/k/{link_to(draft).token}/forms/{draft.id}/form.xml").data == second
    assert client.get(f"/s/{open_link.token}").status_code == 200


def test_answers_through_a_test_link_never_count(app: Flask, version: FormVersion, second: bytes) -> None:
    draft = saved(second)
    with unit_of_work():
        trial = receive(
            form=draft.form, xml=instance(version="V2"), link=link_to(draft), channel="openrosa"
        ).submission
        real = receive(form=draft.form, xml=instance(), channel="openrosa").submission
    assert trial.version_id == draft.id
    assert "test" in trial.flags
    assert queries.count_submissions(draft.form_id) == {"complete": 1}
    assert queries.count_all_submissions() == {draft.form_id: 1}
    assert [each.id for each in queries.submissions(draft.form_id)] == [real.id]
    assert queries.count_as_of(draft.form_id, trial.id + real.id) == 1
    assert [each.id for each in queries.answered_versions(draft.form)] == [version.id]
    with unit_of_work():
        publish_draft(version=draft)
    # Of what is published now it still was a trial.
    assert queries.count_submissions(draft.form_id) == {"complete": 1}
    assert queries.answered_ids([draft]) == frozenset()


def test_a_phone_that_sends_a_drafts_version_through_another_link_is_flagged(
    app: Flask, version: FormVersion, second: bytes
) -> None:
    saved(second)
    phone = link_of(version.form, "openrosa")
    with unit_of_work():
        got = receive(form=version.form, xml=instance(version="V2"), link=phone, channel="openrosa")
    assert got.submission.version_id is None
    assert "unknown-version" in got.submission.flags


def test_replacing_a_draft_keeps_its_link_and_forgets_the_trials(
    client: FlaskClient, xform: bytes, second: bytes
) -> None:
    draft = saved(xform)
    token, key = link_to(draft).token, draft.id
    with unit_of_work():
        receive(form=draft.form, xml=instance(), link=link_to(draft), channel="openrosa")
    client.post(f"/s/{token}/1", data={"/data/consent": "1", "action": "next"})
    assert (count(Submission), count(Draft)) == (1, 1)
    replaced = saved(second)
    assert (replaced.id, replaced.version, replaced.xform) == (key, "V2", second)
    assert link_to(replaced).token == token
    assert (count(Submission), count(Draft), count(FormVersion)) == (0, 0, 1)
    assert client.get(f"/s/{token}").status_code == 200


def test_publishing_makes_a_draft_the_newest_version_for_good(
    client: FlaskClient, version: FormVersion, second: bytes
) -> None:
    draft = saved(second)
    with unit_of_work():
        publish_draft(version=draft)
    assert queries.published_version(draft.form).id == draft.id
    assert draft.form.draft is None
    assert [each.version for each in queries.versions(draft.form)] == ["V2", "V1"]
    for again in (publish_draft, discard_draft):
        with pytest.raises(Conflict) as refusal:
            again(version=draft)
        assert refusal.value.code == "version-published"
    # Its bytes are those that are there, so there is nothing to keep.
    assert saved(second).id == draft.id
    assert link_to(draft).version_id == draft.id


def test_the_version_published_last_is_the_newest_whatever_was_uploaded_first(
    app: Flask, version: FormVersion, second: bytes
) -> None:
    draft = saved(second)
    with unit_of_work():
        direct = publish(content=second.replace(b'"V2"', b'"V3"'), filename="f.xml")
    assert queries.published_version(version.form).id == direct.id
    with unit_of_work():
        publish_draft(version=draft)
    assert draft.id < direct.id
    assert queries.published_version(version.form).id == draft.id
    db.session.expire_all()
    newest = version.form.newest
    assert newest is not None and newest.id == draft.id


def test_publishing_past_a_draft_of_the_same_version_is_refused(
    app: Flask, version: FormVersion, second: bytes
) -> None:
    saved(second)
    with pytest.raises(Conflict) as refusal:
        publish(content=second, filename="f.xml")
    assert refusal.value.code == "version-is-draft"


def test_throwing_a_draft_away_leaves_what_is_published(
    client: FlaskClient, version: FormVersion, second: bytes
) -> None:
    draft = saved(second)
    token = link_to(draft).token
    with unit_of_work():
        receive(form=draft.form, xml=instance(version="V2"), link=link_to(draft), channel="openrosa")
        left = discard_draft(version=draft)
    assert left is not None and left.id == version.form_id
    assert (count(FormVersion), count(Submission), count(Quarantine)) == (1, 0, 0)
    assert client.get(f"/s/{token}").status_code == 404


def test_a_form_of_which_nothing_was_published_goes_with_its_draft(app: Flask, xform: bytes) -> None:
    draft = saved(xform)
    link_of(draft.form, "open")
    with unit_of_work():
        assert discard_draft(version=draft) is None
    assert (count(Form), count(FormVersion), count(Link)) == (0, 0, 0)


def test_a_test_link_shows_a_form_that_is_closed(
    client: FlaskClient, version: FormVersion, second: bytes
) -> None:
    draft = saved(second)
    with unit_of_work():
        set_state(form=draft.form, state="closed")
    answer = client.get(f"/s/{link_to(draft).token}")
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_a_version_has_one_test_link(app: Flask, version: FormVersion) -> None:
    with unit_of_work():
        made = try_version(version=version)
    assert made.version_id == version.id
    with pytest.raises(Conflict) as refusal:
        try_version(version=version)
    assert refusal.value.code == "test-link-exists"


WITH_FILE = table("V3").replace(
    b"| | geopoint | home |",
    b"| | select_one_from_file zones.csv | zone | Zone | Zone | | | | |\n| | geopoint | home |",
)


@pytest.fixture(scope="module")
def with_file() -> bytes:
    """A version that names a file of choices."""
    return compiled(WITH_FILE)


def test_missing_files_are_said_at_publishing(app: Flask, with_file: bytes) -> None:
    draft = saved(with_file)
    assert missing_files(draft) == ["zones.csv"]
    with pytest.raises(Conflict) as refusal:
        publish_draft(version=draft)
    assert (refusal.value.code, refusal.value.facts["found"]) == ("form-files-missing", ["zones.csv"])
    db.session.rollback()
    with unit_of_work():
        publish_draft(version=draft, without_files=True)
    assert not draft.is_draft


def test_files_of_a_draft_are_replaced_and_carried_over(app: Flask, with_file: bytes) -> None:
    draft = saved(with_file)
    for rows in (b"name,label\n1,A\n", b"name,label\n2,B\n"):
        with unit_of_work():
            attach_file(version=draft, file_name="zones.csv", content=rows)
    kept = draft.files[0].sha256
    again = saved(with_file.replace(b'"V3"', b'"V4"'))
    assert [each.sha256 for each in again.files] == [kept]
    assert missing_files(again) == []


@pytest.mark.parametrize(
    ("content", "missing", "found"),
    [
        (b"code,label\n1,A\n", ["name"], ["code", "label"]),
        (b"name;title\n1;A\n", ["label"], ["name", "title"]),
        (b"a,b\n", ["label", "name"], ["a", "b"]),
        (b"", ["label", "name"], ["—"]),
    ],
)
def test_a_table_without_the_forms_columns_is_refused(
    app: Flask, with_file: bytes, content: bytes, missing: list[str], found: list[str]
) -> None:
    draft = saved(with_file)
    with pytest.raises(Invalid) as refusal:
        attach_file(version=draft, file_name="zones.csv", content=content)
    assert refusal.value.code == "form-file-columns"
    assert refusal.value.facts["expected"] == missing
    assert refusal.value.facts["found"] == found


def test_a_table_in_a_chinese_encoding_is_kept_as_phones_read_it(app: Flask, with_file: bytes) -> None:
    draft = saved(with_file)
    text = "name,label\n1,东风社区\n"
    with unit_of_work():
        slot = attach_file(version=draft, file_name="zones.csv", content=text.encode("gb18030"))
    assert slot.size == len(text.encode())


def test_a_copy_is_the_draft_of_another_form(app: Flask, version: FormVersion) -> None:
    with unit_of_work():
        made = copy_version(version=version, called=Copy("survey_b", "2026", "明年的调查"))
    assert made.is_draft and made.form_id != version.form_id
    assert (made.form.form_id, made.version, made.form.title) == ("survey_b", "2026", "明年的调查")
    assert (made.coarsen, made.consent_path, made.consent_value) == (COARSEN, *CONSENT)
    assert b'id="survey_b"' in made.xform and b'version="2026"' in made.xform
    assert made.facts["question_paths"] == version.facts["question_paths"]


def test_a_copy_takes_the_files_along(app: Flask, with_file: bytes) -> None:
    draft = saved(with_file)
    with unit_of_work():
        attach_file(version=draft, file_name="zones.csv", content=b"name,label\n1,A\n")
        made = copy_version(version=draft, called=Copy("survey_c", "1"))
    assert [each.sha256 for each in made.files] == [each.sha256 for each in draft.files]
    assert made.definition_key != draft.definition_key


@pytest.mark.parametrize(
    ("form_id", "code"),
    [
        ("survey_a", "form-id-taken"),
        ("", "form-id-unusable"),
        ("x" * 151, "form-id-unusable"),
        ("a\nb", "form-id-unusable"),
        ("../a", "form-id-path-like"),
        ("a\\b", "form-id-path-like"),
        (".a", "form-id-path-like"),
        ("http://example.org/form", "form-id-path-like"),
    ],
)
def test_ids_that_a_copy_may_not_have(app: Flask, version: FormVersion, form_id: str, code: str) -> None:
    with pytest.raises((Invalid, Conflict)) as refusal:
        copy_version(version=version, called=Copy(form_id, "1"))
    assert refusal.value.code == code
    db.session.rollback()
    assert count(Form) == 1
