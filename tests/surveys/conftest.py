"""A small city, a real question list of another one, and answers through the forms door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.areas.models import Area
from app.db import db
from app.forms.collecting import receive
from app.forms.definitions import definition_of
from app.forms.models import Link, Submission
from app.forms.queries import published_version
from app.surveys.models import Wave
from app.xforms.answers import put_answer
from app.xforms.instances import write_submission

DAY = date(2020, 1, 1)


def add_area(code: str, name: str, level: str, parent: Area | None, **facts: Any) -> Area:
    area = Area(code=code, name_zh=name, level=level, parent=parent, valid_from=DAY, **facts)
    db.session.add(area)
    db.session.flush()
    return area


@pytest.fixture
def small_city(app: Flask) -> Area:
    """Two districts, four streets of two kinds, eight communities, and one outside the frame."""
    city = add_area("3602", "小城", "city", None)
    for d in (1, 2):
        district = add_area(f"36020{d}", f"第{d}区", "district", city)
        for s in (1, 2):
            kind = "subdistrict" if s == 1 else "town"
            street = add_area(f"36020{d}00{s}", f"{d}{s}街道", "street", district, kind=kind)
            for c in (1, 2):
                add_area(f"36020{d}00{s}00{c}", "同名社区", "community", street)
    street = db.session.query(Area).filter_by(code="360201001").one()
    add_area("360201001999", "虚拟社区", "community", street, in_frame=False)
    return city


Send = Callable[..., Submission]


@pytest.fixture
def send(app: Flask) -> Send:
    """Post answers (question → value) to the wave's form, as a phone or a browser does."""

    def send_answers(
        wave: Wave, answers: Mapping[str, Any], number: int, link: Link | None = None
    ) -> Submission:
        version = published_version(wave.form)
        definition = definition_of(version)
        filled: dict[str, Any] = {}
        for name, value in answers.items():
            question = definition.named(name)
            assert question is not None, name
            put_answer(definition, filled, question.path, value)
        xml = write_submission(
            definition, filled, instance_id=f"uuid:answer-{number}", version=version.version
        )
        return receive(form=wave.form, xml=xml, link=link, channel="import").submission

    return send_answers


def send_all(send: Send, wave: Wave, rows: Iterable[Mapping[str, Any]]) -> None:
    for number, row in enumerate(rows):
        send(wave, row, number)
