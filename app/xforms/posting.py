"""The texts that a page posts for a question, as the texts that a form keeps.

People write dates, numbers and places in their own ways, and a field of a browser has its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from app.xforms.definition import Question
from app.xforms.typing_answers import LIST_KINDS, text_of

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?\Z", re.ASCII)
_SHORT_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)\Z", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?\Z", re.ASCII)
#: A line has two points and an area three.
LEAST_POINTS = {"geotrace": 2, "geoshape": 3}
_GEO_NAMES = ("lat", "lon", "alt", "acc")


def posted_text(
    question: Question, place: str, fields: Mapping[str, list[str]], answer: Any = None
) -> str | None:
    """Return the text of a question's answer among a page's fields, None where the page did not ask it.

    ``answer`` is what is kept so far: a field that shows it less finely than it is kept changes nothing.
    """
    values = fields.get(place)
    if question.kind == "geopoint" and values is None and f"{place}#lat" in fields:
        return _point(place, fields, answer)
    if values is None:
        return "" if question.is_select or question.kind == "acknowledge" else None
    if question.kind in LIST_KINDS:
        return " ".join(value.strip() for value in values if value.strip())
    text = next((value for value in values if value.strip()), "")
    if question.kind == "text":
        return text.replace("\r\n", "\n").strip()
    return _written(question, text.strip(), answer)


def shown_text(question: Question, answer: Any) -> str:
    """Return an answer as its field shows it: what a browser's field of dates and times can hold."""
    text = answer if isinstance(answer, str) else text_of(question, answer)
    if question.kind == "datetime" and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        return text[:16]
    if question.kind == "time" and re.match(r"\d\d:\d\d", text):
        return text[:5]
    if question.kind == "date":
        whole = re.match(r"(\d{4})-(\d\d)-\d\d\Z", text)
        if whole and "year" in question.appearances:
            return whole[1]
        return f"{whole[1]}-{whole[2]}" if whole and "month-year" in question.appearances else text
    if question.kind in {"geotrace", "geoshape"} and not isinstance(answer, str):
        return "\n".join(_shown_point(each) for each in text.split("; ") if each)
    return text


def _shown_point(text: str) -> str:
    lat, lon, *rest = (each[:-2] if each.endswith(".0") else each for each in text.split())
    return " ".join([f"{lat},", lon, *(rest if any(float(each) for each in rest) else ())])


def _written(question: Question, text: str, answer: Any) -> str:
    if answer is not None and text and text == shown_text(question, answer):
        return answer if isinstance(answer, str) else text_of(question, answer)
    if question.is_upload or question.is_select:
        return text
    plain = unicodedata.normalize("NFKC", text)
    if question.kind in {"integer", "decimal", "range"}:
        return re.sub(r"[,' ]", "", plain) if _NUMBER.match(plain) else plain
    if question.kind == "date":
        return _date(plain)
    if question.kind in {"geotrace", "geoshape"}:
        return _places(question, plain)
    return text


def _date(text: str) -> str:
    for pattern in (_DATE, _SHORT_DATE, _YEAR):
        found = pattern.match(text)
        if found:
            year, month, day = [*(int(each or 1) for each in found.groups()), 1, 1][:3]
            return f"{year:04}-{month:02}-{day:02}"
    return text


def _places(question: Question, text: str) -> str:
    """One point a line, "latitude, longitude", or all of them with semicolons; a shape is closed.

    Points that are too few or none stay as they were typed, which is no answer.
    """
    points = lines_of_places(text)
    if (
        not all(map(is_place, points))
        or len({tuple(point[:2]) for point in points}) < LEAST_POINTS[question.kind]
    ):
        return "\n".join(", ".join(point) for point in points)
    if question.kind == "geoshape" and points[0][:2] != points[-1][:2]:
        points.append(points[0])
    return "; ".join(" ".join(point) for point in points)


def lines_of_places(text: str) -> list[list[str]]:
    """Return the words of each point of a typed line or area."""
    lines = [line.strip() for line in re.split(r"[;\n]", text)]
    return [[word for word in re.split(r"[\s,、]+", line) if word] for line in lines if line]


def is_place(words: list[str]) -> bool:
    """Tell whether these words are a latitude and a longitude, with a height and an accuracy or without."""
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return False
    return 2 <= len(numbers) <= 4 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180


def _point(place: str, fields: Mapping[str, list[str]], answer: Any) -> str:
    found = [
        unicodedata.normalize("NFKC", (fields.get(f"{place}#{name}") or [""])[0].strip())
        for name in _GEO_NAMES
    ]
    if isinstance(answer, dict):
        kept = [_number(answer.get(name)) for name in ("lat", "lon", "altitude", "accuracy")]
        # Height and accuracy are of the place they came with: one that was typed over has none.
        if found[:2] != kept[:2] and found[2:] == kept[2:]:
            found[2:] = ["", ""]
    if not any(found[:2]):
        return ""
    if found[3] and not found[2]:
        found[2] = "0"
    return " ".join(found).strip()


def _number(value: Any) -> str:
    return "" if value is None else str(value)
