"""The small city, assessed; staff who may read or write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.managing import Grant, add_user, keep_department
from app.assessment.judging import assess
from app.assessment.models import AssessmentRun
from app.db import db
from app.indicators.items import NewItem, record_items
from app.indicators.models import BaseItem
from tests.assessment.conftest import Examined, examined
from tests.assessment.small_city import STREETS

__all__ = ["examined"]

PASSWORD = "a long enough password"


@pytest.fixture
def assessed(examined: Examined) -> AssessmentRun:
    """The assessment of 2024."""
    return assess(exam_year=2024, root_id=examined.city.root.id)


@pytest.fixture
def with_people(examined: Examined) -> dict[tuple[str, str], int]:
    """1,000, 3,000 and 2,000 persons in the streets, on one km2 each; the ids of the figures."""
    for position, (code, unit, kind) in enumerate(
        (("pop_resident", "persons", "count"), ("area_total", "km2", "area"))
    ):
        db.session.add(
            BaseItem(
                set_id=examined.city.sets[2024],
                position=position,
                code=code,
                name_zh=code,
                name_en=code,
                unit=unit,
                source_kind="official",
                collect_level="street",
                value_type=kind,
                decimals=0,
            )
        )
    db.session.flush()
    rows, keys = [], []
    for street, persons in zip(STREETS, (1000, 3000, 2000), strict=True):
        for code, value in (("pop_resident", persons), ("area_total", 1.0)):
            rows.append(
                NewItem(
                    item_code=code,
                    area_id=examined.city.id(street),
                    exam_year=2024,
                    source_kind="official",
                    vintage="2023",
                    value=value,
                    provenance=("test", 1),
                )
            )
            keys.append((code, street))
    return dict(zip(keys, record_items(rows=rows).ids, strict=True))


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., FlaskClient]:
    """A client of a new user with a role (and a department)."""
    app.config["WTF_CSRF_ENABLED"] = False

    def enter(role: str, department: str | None = None, area: str | None = None) -> FlaskClient:
        if department is not None:
            keep_department(code=department, name_zh=f"部门{department}", name_en=department)
        name = f"{role}-{department}-{area}"
        add_user(
            username=name,
            display_name=name,
            password=PASSWORD,
            grants=[Grant(role, department_code=department, area_code=area)],
        )
        db.session.commit()
        client = app.test_client()
        answer = client.post("/accounts/log-in", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return enter
