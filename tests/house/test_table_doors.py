"""Every page that takes a table answers one with quite other columns in words, with the place."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from flask.testing import FlaskClient

from app.areas.models import Area
from app.db import db
from app.indicators.catalogue_columns import SHEETS
from app.indicators.exam_years import keep_exam_year
from app.surveys.designing import create_wave
from app.surveys.question_list import Question, QuestionList

OTHER = "a,b\n1,2\n"
CITY = {"root": "3602", "exam_year": "2024", "reference_year": "2024", "valid_from": "2024-01-01"}
PLAN = {"name": "调查", "form_id": "other", "title_zh": "调查", "version": "1", "design": "open"}
QUESTIONS = "name,dimension,type,text_zh\nage,甄别,integer,年龄\n"
DOORS: dict[str, tuple[str, dict[str, str], str]] = {
    "areas": ("/areas/table", {}, "file"),
    "memberships": ("/areas/memberships", {}, "file"),
    "margins": ("/areas/margins", {"source_note": "年鉴"}, "file"),
    "points": (
        "/sources/",
        {"kind": "points", "crs": "EPSG:4326", "source_note": "测试", "vintage": "2023"},
        "file",
    ),
    "delivered": ("/sources/", {"kind": "delivered_table", "source_note": "测试"}, "file"),
    "questions": ("/surveys/design", PLAN, "questions"),
    "choices": ("/surveys/design", PLAN, "choices"),
    "sections": ("/surveys/design", PLAN, "sections"),
    "bank": ("/question-bank/upload", {"valid_from": "2024", "reason": "测试"}, "questions"),
    "frame": ("/surveys/{two_stage}/frame", {}, "file"),
    "strata": ("/surveys/{strata}/strata", {}, "file"),
}


def _wave(city: Area, design: str) -> int:
    asked = QuestionList((Question("age", "甄别", "integer", "年龄"),), {})
    plan = {"exam_year": 2024, "root_id": city.id, "name": design, "title_zh": design, "version": "1"}
    return create_wave(form_id=design, design=design, questions=asked, **plan).id  # type: ignore[arg-type]


@pytest.fixture
def waves(client: FlaskClient) -> dict[str, int]:
    """A city with a wave that takes a frame, and one that takes strata."""
    city = Area(code="3602", name_zh="小城", level="city", valid_from=date(2020, 1, 1))
    db.session.add(city)
    db.session.flush()
    keep_exam_year(year=2024)
    return {design: _wave(city, design) for design in ("two_stage", "strata")}


def test_a_table_of_other_columns_is_told_what_it_lacks(
    waves: dict[str, int], client_as: Callable[..., FlaskClient]
) -> None:
    office = client_as("exam_office")
    for name, (path, form, field) in DOORS.items():
        files = {field: (io.BytesIO(OTHER.encode()), "table.csv")}
        if path == "/surveys/design" and field != "questions":
            files["questions"] = (io.BytesIO(QUESTIONS.encode()), "questions.csv")
        answer = office.post(path.format(**waves), data=CITY | form | files)
        assert answer.status_code == 422, (name, answer.status_code)
        assert "缺少列" in answer.text and "a、b" in answer.text, (name, answer.text)


def test_a_catalogue_of_other_columns_is_told_what_every_sheet_lacks(
    client_as: Callable[..., FlaskClient],
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in SHEETS.values():
        page = book.create_sheet(sheet.name)
        page.append(["a", "b"])
        page.append([1, 2])
    written = io.BytesIO()
    book.save(written)
    written.seek(0)
    sent = {"exam_year": "2024", "data_date": "2024-06-01", "file": (written, "catalogue.xlsx")}
    answer = client_as("exam_office").post("/catalogue/upload", data=sent)
    assert answer.status_code == 422
    assert "缺少列" in answer.text
    assert all(sheet.name in answer.text for sheet in SHEETS.values())
