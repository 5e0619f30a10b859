"""What the room's forms sent, read field by field; what cannot be read is refused by its field."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from app.areas.models import Area
from app.errors import Invalid, whole_number
from app.surveys.question_list import File

_LONGEST_TEXT = 150
_FORM_ID = re.compile(r"[a-z_][\w.-]*", re.ASCII | re.IGNORECASE)


def sent_file(name: str) -> File | None:
    """The file of a field; None when none was chosen."""
    upload = request.files.get(name)
    return None if upload is None or not upload.filename else (upload.read(), upload.filename)


def needed_file(name: str) -> File:
    """The file of a field; Invalid ``file-missing``."""
    file = sent_file(name)
    if file is None:
        raise Invalid("file-missing")
    return file


def needed_text(name: str) -> str:
    """A short text; Invalid ``form-field-missing``, ``survey-text-too-long``."""
    text = request.form.get(name, "").strip()
    if not text:
        raise Invalid("form-field-missing", field=name)
    if len(text) > _LONGEST_TEXT:
        raise Invalid("survey-text-too-long", field=name, limit=_LONGEST_TEXT)
    return text


def needed_number(name: str) -> int:
    """A whole number; Invalid ``survey-number-unreadable``."""
    text = request.form.get(name, "").strip()
    number = whole_number(text)
    if number is None:
        raise Invalid("survey-number-unreadable", field=name, found=text[:40] or "—")
    return number


def wave_plan(root: Area) -> dict[str, Any]:
    """What ``create_wave`` is told of a new wave of a city, without its questions."""
    form = request.form
    return {
        "exam_year": needed_number("exam_year"),
        "root_id": root.id,
        "name": needed_text("name"),
        "form_id": _new_form_id("form_id"),
        "title_zh": needed_text("title_zh"),
        "title_en": form.get("title_en", "").strip(),
        "name_en": form.get("name_en", "").strip()[:_LONGEST_TEXT],
        "version": needed_text("version"),
        "design": needed_text("design"),
        "one_language": form.get("one_language") or None,
    }


def _new_form_id(name: str) -> str:
    """An id for a form that is made here; Invalid ``survey-form-id``.

    It stands in addresses, file names and scripts, where spaces and signs are a trouble for years.
    """
    text = needed_text(name)
    if not _FORM_ID.fullmatch(text):
        raise Invalid("survey-form-id", field=name, found=text[:40])
    return text
