"""Fixtures of the form tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from trial_forms import SURVEY, compile_markdown

from app.xforms.definition import FormDefinition
from app.xforms.parsing import parse_form


@pytest.fixture(scope="session")
def trial_xml() -> bytes:
    return compile_markdown(SURVEY)


@pytest.fixture(scope="session")
def trial(trial_xml: bytes) -> FormDefinition:
    return parse_form(trial_xml)


@pytest.fixture(scope="session")
def form_of() -> Callable[[str], FormDefinition]:
    return lambda text: parse_form(compile_markdown(text))


@pytest.fixture
def answered() -> dict[str, object]:
    """Answers to the trial form in which nothing is wrong."""
    return {
        "start": "2026-03-01T08:00:00.000+08:00",
        "consent": "y",
        "home": {
            "street": "s1",
            "community": "c12",
            "age": 40,
            "area": 90.0,
            "per_year": "2.3",
            "told": None,
            "point": {"lat": 29.2931, "lon": 117.2074, "altitude": None, "accuracy": None},
        },
        "problems": ["park", "other"],
        "other": "噪声",
        "person": [
            {"name": "甲", "born": "1980-01-31", "photo": "a.jpg"},
            {"name": "乙", "born": None, "photo": None},
        ],
        "people": "2",
    }
