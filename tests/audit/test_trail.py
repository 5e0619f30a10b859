"""The trail has every write with what was there before and after, and no secrets."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, update

from app.accounts.managing import Grant, add_user
from app.accounts.models import Department, RoleGrant, User
from app.areas.models import Area
from app.areas.queries import load_shapes
from app.audit import acting_as, record_access, record_event, trail
from app.db import db, unit_of_work
from app.forms.models import Form, Link
from app.indicators.exam_years import keep_exam_year
from app.sources.models import Measurement
from tests.audit.conftest import Entries


def department(code: str = "a", name: str = "甲") -> Department:
    """A department that is kept."""
    made = Department(code=code, name_zh=name, name_en=code)
    with unit_of_work():
        db.session.add(made)
    return made


def city() -> Area:
    """A city that is kept."""
    made = Area(code="3602", name_zh="市", level="city", valid_from=date(2020, 1, 1))
    with unit_of_work():
        db.session.add(made)
    return made


def test_insert_has_the_key_and_all_values_after(app: Flask, entries: Entries) -> None:
    with acting_as("user:7"):
        made = department()
    (entry,) = entries("departments")
    assert (entry["actor"], entry["action"], entry["subject_id"]) == ("user:7", "insert", str(made.id))
    assert entry["before"] is None
    assert entry["after"] == {"id": made.id, "code": "a", "name_zh": "甲", "name_en": "a"}
    assert entry["at"] is not None


@pytest.mark.parametrize("loaded", [True, False])
def test_update_has_what_changed_before_and_after(app: Flask, entries: Entries, loaded: bool) -> None:
    made = department()
    with unit_of_work():
        if loaded:
            assert made.name_zh == "甲"
        made.name_zh = "乙"
    assert entries("departments", "update") == [
        {**entries("departments", "update")[0], "before": {"name_zh": "甲"}, "after": {"name_zh": "乙"}}
    ]


def test_write_of_the_same_value_is_no_change(app: Flask, entries: Entries) -> None:
    made = department()
    with unit_of_work():
        made.name_zh = "甲"
    assert entries("departments", "update") == []


@pytest.mark.parametrize("loaded", [True, False])
def test_delete_has_all_values_before(app: Flask, entries: Entries, loaded: bool) -> None:
    made = department()
    key = made.id
    with unit_of_work():
        if not loaded:
            db.session.expire(made)
        db.session.delete(made)
    (entry,) = entries("departments", "delete")
    assert entry["subject_id"] == str(key)
    assert entry["before"] == {"id": key, "code": "a", "name_zh": "甲", "name_en": "a"}
    assert entry["after"] is None


def test_rolled_back_write_leaves_no_entry(app: Flask, entries: Entries) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        db.session.add(Department(code="x", name_zh="x", name_en="x"))
        db.session.flush()
        raise RuntimeError
    assert entries("departments") == []


def test_changes_of_a_relationship_are_changes_of_its_rows(app: Flask, entries: Entries) -> None:
    with unit_of_work():
        user = add_user(
            username="a",
            display_name="A",
            password="long enough 1",
            grants=[Grant("viewer"), Grant("analyst")],
        )
    assert [entry["after"]["role"] for entry in entries("role_grants", "insert")] == ["viewer", "analyst"]
    assert {entry["after"]["user_id"] for entry in entries("role_grants", "insert")} == {user.id}
    with unit_of_work():
        # An orphan is deleted by the flush alone: nobody calls delete.
        user.grants = [user.grants[1], RoleGrant(role="exam_office")]
    (gone,) = entries("role_grants", "delete")
    assert (gone["before"]["role"], gone["before"]["user_id"]) == ("viewer", user.id)
    assert entries("role_grants", "insert")[-1]["after"]["role"] == "exam_office"
    with unit_of_work():
        db.session.delete(user)
    assert {entry["before"]["role"] for entry in entries("role_grants", "delete")[1:]} == {
        "analyst",
        "exam_office",
    }


def test_changes_of_json_are_whole_and_without_secrets(app: Flask, entries: Entries) -> None:
    root = city()
    with unit_of_work():
        keep_exam_year(year=2024)
    run = Measurement(exam_year=2024, root_id=root.id, dataset_ids=[1], rules={"a": 1}, facts={})
    with unit_of_work():
        db.session.add(run)
    with unit_of_work():
        run.rules = {"a": 2, "api_token": "t", "deep": [{"password": "p", "day": "x" * 3000}]}
    (entry,) = entries("measurements", "update")
    assert entry["before"] == {"rules": {"a": 1}}
    assert entry["after"]["rules"]["a"] == 2
    assert entry["after"]["rules"]["api_token"] == "***"
    assert entry["after"]["rules"]["deep"][0]["password"] == "***"
    assert len(entry["after"]["rules"]["deep"][0]["day"]) == 2001


def test_secrets_are_masked_and_their_change_is_seen(app: Flask, entries: Entries) -> None:
    with unit_of_work():
        user = add_user(username="a", display_name="A", password="long enough 1", grants=[])
    with unit_of_work():
        user.password_hash = "another"
    assert entries("users", "insert")[0]["after"]["password_hash"] == "***"
    assert entries("users", "update")[0]["before"] == {"password_hash": "***"}
    assert entries("users", "update")[0]["after"] == {"password_hash": "***"}
    assert "argon2" not in str(entries("users"))


def test_bulk_facts_get_one_line_a_transaction(app: Flask, entries: Entries) -> None:
    root = city()
    with unit_of_work():
        for number in range(5):
            db.session.add(
                Area(
                    code=f"36020{number}",
                    name_zh="区",
                    level="district",
                    parent=root,
                    valid_from=date(2020, 1, 1),
                )
            )
    summaries = entries("areas", "summary")
    assert [entry["after"]["rows"] for entry in summaries] == [1, 5]
    assert summaries[1]["after"]["action"] == "insert"
    assert entries("areas", "insert") == []


def test_edits_of_bulk_facts_have_what_was_there_before(app: Flask, entries: Entries) -> None:
    root = city()
    shape = {"type": "Polygon", "coordinates": [[[117.0, 29.0], [117.1, 29.0], [117.0, 29.1], [117.0, 29.0]]]}
    with unit_of_work():
        load_shapes([root])
        root.geometry, root.source_crs, root.name_zh = shape, "wgs84", "景德镇"
    (entry,) = entries("areas", "update")
    assert (entry["subject_id"], entry["before"]) == (
        str(root.id),
        {"name_zh": "市", "geometry": None, "source_crs": None},
    )
    assert (entry["after"]["name_zh"], set(entry["after"]["geometry"])) == ("景德镇", {"bytes", "sha256"})
    with unit_of_work():
        db.session.delete(root)
    (gone,) = entries("areas", "delete")
    assert gone["after"] is None
    assert (gone["before"]["name_zh"], gone["before"]["geometry"]) == ("景德镇", entry["after"]["geometry"])


def test_a_flush_of_many_edits_is_kept_in_full_up_to_a_bound(
    app: Flask, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "_MOST_IN_FULL", 3)
    start = date(2020, 1, 1)
    root = city()
    parts = [
        Area(code=f"3{n}", name_zh="区", level="district", parent=root, valid_from=start) for n in range(5)
    ]
    with unit_of_work():
        db.session.add_all(parts)
    statements: list[str] = []
    with unit_of_work():
        for part in db.session.query(Area).filter_by(level="district"):
            part.name_zh = "新区"
        event.listen(db.engine, "before_cursor_execute", lambda *told: statements.append(told[2][:6]))
    assert len(entries("areas", "update")) == 3
    (summary,) = [
        each["after"] for each in entries("areas", "summary") if each["after"]["action"] == "update"
    ]
    assert summary["rows"] == 2
    # The edits and their trail: no statement for each row.
    assert [each for each in statements if each != "SELECT"] == ["UPDATE", "INSERT", "INSERT"]


def test_links_have_no_token_in_the_trail(app: Flask, entries: Entries) -> None:
    with unit_of_work():
        form = Form(form_id="f", title="F")
        db.session.add(form)
        db.session.flush()
        link = Link(token="s" * 43, form_id=form.id, kind="open")
        db.session.add(link)
    with unit_of_work():
        link.token, link.label = "t" * 43, "新"
    (entry,) = entries("links", "update")
    assert (entry["before"]["token"], entry["after"]["token"], entry["after"]["label"]) == (
        "***",
        "***",
        "新",
    )


def test_statements_over_many_rows_leave_a_summary(app: Flask, entries: Entries) -> None:
    with acting_as("user:9"), unit_of_work():
        rows = [{"code": str(n), "name_zh": str(n), "name_en": str(n)} for n in range(4)]
        db.session.execute(insert(Department), rows)
        db.session.execute(update(Department).where(Department.code != "0").values(name_en="x"))
        db.session.execute(delete(Department).where(Department.code == "3"))
        db.session.execute(delete(Department).where(Department.code == "none"))
    found = entries("departments")
    assert [entry["after"] for entry in found] == [
        {"action": "insert", "rows": 4},
        {"action": "update", "rows": 3},
        {"action": "delete", "rows": 1},
    ]
    assert {entry["actor"] for entry in found} == {"user:9"}


def test_statement_that_gives_rows_back_still_gives_them(app: Flask) -> None:
    query = insert(Department).returning(Department.code)
    rows = [{"code": str(n), "name_zh": str(n), "name_en": str(n)} for n in range(3)]
    assert sorted(db.session.execute(query, rows).scalars()) == ["0", "1", "2"]


def test_event_stands_and_falls_with_its_transaction(app: Flask, entries: Entries) -> None:
    with unit_of_work():
        record_event(subject="import", subject_id=1, after={"rows": 3, "secret_key": "x"}, reason="why")
    with pytest.raises(RuntimeError), unit_of_work():
        record_event(subject="import", subject_id=2)
        raise RuntimeError
    (entry,) = entries("import")
    assert (entry["after"], entry["reason"]) == ({"rows": 3, "secret_key": "***"}, "why")


def test_access_is_kept_whatever_follows(app: Flask, entries: Entries) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        record_access(subject="contacts", subject_id=5, reason="回访")
        assert len(entries("contacts")) == 1
        raise RuntimeError
    (entry,) = entries("contacts", "access")
    assert (entry["subject_id"], entry["reason"]) == ("5", "回访")


@pytest.mark.parametrize("fails", [True, False])
def test_access_after_a_write_of_the_same_transaction_is_kept(
    app: Flask, entries: Entries, fails: bool
) -> None:
    def work() -> None:
        with acting_as("user:3"), unit_of_work():
            db.session.add(Department(code="x", name_zh="x", name_en="x"))
            db.session.flush()
            record_access(subject="contacts", subject_id=5)
            if fails:
                raise RuntimeError

    if fails:
        with pytest.raises(RuntimeError):
            work()
    else:
        work()
    (entry,) = entries("contacts", "access")
    assert entry["actor"] == "user:3"
    assert len(entries("departments")) == (0 if fails else 1)


def test_user_row_itself_is_found_again_by_its_entries(app: Flask, entries: Entries) -> None:
    with unit_of_work():
        user = add_user(username="a", display_name="A", password="long enough 1", grants=[])
    assert entries("users")[0]["subject_id"] == str(db.session.get_one(User, user.id).id)
