"""The trail's words: every table that is audited has a name, and every page it leads to is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEntry
from app.audit.wording import _PAGES, SUBJECT_NAMES
from app.db import Base, db


def test_every_audited_table_has_a_name(app: Flask) -> None:
    audited = {
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "__audit__", "all") != "none"
    }
    assert audited <= set(SUBJECT_NAMES)


@pytest.mark.parametrize("table", sorted(_PAGES))
def test_what_has_a_page_leads_to_it(app: Flask, table: str) -> None:
    endpoint, part = _PAGES[table]
    rules = list(app.url_map.iter_rules(endpoint))
    assert any(part in rule.arguments for rule in rules), endpoint


def test_a_change_is_a_table_of_before_and_after(app: Flask, client_as: Callable[..., FlaskClient]) -> None:
    changed = AuditEntry(
        actor="system",
        action="update",
        subject="projects",
        subject_id="7",
        before={"state": "proposed", "cost": None},
        after={"state": "accepted", "cost": 12.5},
        reason="列入计划",
    )
    db.session.add(changed)
    page = client_as("administrator").get("/audit/?subject=projects").text
    assert '<a href="/renewal/projects/7">更新项目 7</a>' in page
    assert '<th scope="row">状态</th><td>proposed</td><td>accepted</td>' in page
    assert "<td>—</td><td>12.5</td>" in page
    assert "理由：列入计划" in page
