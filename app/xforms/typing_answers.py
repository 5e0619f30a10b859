"""The kinds of answers: from the text in XML to a JSON value, back, and to a value of XPath."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.xforms.definition import Question
from app.xforms.xpath.values import (
    Scalar,
    at_time,
    decimal_text,
    moment_of,
    number_text,
    parse_date_time,
    parse_time,
    to_boolean,
)

_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_PLACES = re.compile(r"(?:\s*-?\d+(?:\.\d+)?(?:\s+-?\d+(?:\.\d+)?){0,3}\s*(?:;|\Z))+\Z", re.ASCII)
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LIST_KINDS = frozenset({"select_multiple", "rank"})
GEO_TYPES = frozenset({"geopoint", "geotrace", "geoshape"})
Point = dict[str, float | None]


class UntypableText(ValueError):
    """A text that is no answer of the question's type; ``code`` says which type was expected."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text!r}")


def type_text(question: Question, text: str) -> Any:
    """Return the JSON value of an answer's text; None for "". Raises UntypableText."""
    if text == "":
        return None
    if question.kind in LIST_KINDS:
        return text.split() or None
    if question.kind == "select_one":
        return text.strip() or None
    reader = _READERS.get(question.data_type)
    return text if reader is None else reader(text.strip(), text)


def _integer(text: str, whole: str) -> int:
    if not _INTEGER.match(text):
        raise UntypableText("not-an-integer", whole)
    return int(text)


def _decimal(text: str, whole: str) -> float:
    if not _DECIMAL.match(text) or math.isinf(float(text)):
        raise UntypableText("not-a-decimal", whole)
    return float(text)


def _boolean(text: str, whole: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise UntypableText("not-a-boolean", whole)
    return _TRUTHS[text.lower()]


def _date(text: str, whole: str) -> str:
    found = parse_date_time(text)
    if found is None:
        raise UntypableText("not-a-date", whole)
    return (found.date() if isinstance(found, datetime) else found).isoformat()


def _time(text: str, whole: str) -> str:
    if parse_time(text) is None:
        raise UntypableText("not-a-time", whole)
    return text


def _date_time(text: str, whole: str) -> str:
    if parse_date_time(text) is None:
        raise UntypableText("not-a-datetime", whole)
    return text


def _point(text: str, whole: str, code: str = "not-a-geopoint") -> Point:
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(_DECIMAL.match(part) for part in parts):
        raise UntypableText(code, whole)
    numbers = [float(part) for part in parts]
    if abs(numbers[0]) > 90 or abs(numbers[1]) > 180 or not all(map(math.isfinite, numbers)):
        raise UntypableText(code, whole)
    known: list[float | None] = [*numbers, None, None]
    return {"lat": known[0], "lon": known[1], "altitude": known[2], "accuracy": known[3]}


def _points(text: str, whole: str) -> list[Point]:
    return [_point(part, whole, "not-a-geotrace") for part in text.split(";") if part.strip()]


_READERS: dict[str, Callable[[str, str], Any]] = {
    "int": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "dateTime": _date_time,
    "geopoint": _point,
    "geotrace": _points,
    "geoshape": _points,
}


def text_of(question: Question, value: Any) -> str:  # noqa: PLR0911 - one return for each kind
    """Return the XML text of a JSON value; "" for None. A value of the wrong shape is written as it is.

    Truth is written as 1 and 0: phones read "true" as false.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0") if math.isfinite(value) else ""
    if isinstance(value, dict):
        return _point_text(value)
    if isinstance(value, list):
        if question.data_type in GEO_TYPES:
            return "; ".join(_point_text(point) if isinstance(point, dict) else str(point) for point in value)
        return " ".join(str(item) for item in value)
    return str(value)


def _point_text(point: dict[str, Any]) -> str:
    numbers = [point.get("lat"), point.get("lon"), point.get("altitude"), point.get("accuracy")]
    while len(numbers) > 2 and numbers[-1] is None:
        numbers.pop()
    return " ".join(format(Decimal(str(number or 0)), "f") for number in numbers)


def scalar_of(question: Question, value: Any, now: datetime) -> Scalar:
    """Return the XPath value of a JSON value: numbers are floats, dates are dates, lists are joined by
    spaces. As in JavaRosa a time of day is one of today (``now`` says which day and zone).
    """
    if value is None:
        return ""
    if isinstance(value, str):
        if question.data_type in {"date", "dateTime", "time"}:
            return _moment(question.data_type, value, now)
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    text = text_of(question, value)
    return _places_text(text) if question.data_type in GEO_TYPES else text


def _places_text(text: str) -> str:
    """Return places as an expression sees them: four decimals each, and no text for one that is all zeros."""
    if not _PLACES.match(text):
        return text
    points = [[float(part) for part in point.split()] for point in text.split(";") if point.strip()]
    if len(points) == 1 and not any(points[0]):
        return ""
    return "; ".join(" ".join(map(decimal_text, (point + [0.0] * 4)[:4])) for point in points)


def _moment(data_type: str, text: str, now: datetime) -> Scalar:
    if data_type == "time":
        clock = parse_time(text)
        found: date | None = None if clock is None else at_time(now.date(), clock, now.tzinfo)
    else:
        found = parse_date_time(text, now.tzinfo)
    if data_type == "date" and isinstance(found, datetime):
        found = found.date()
    return text if found is None else found


def stored_scalar(question: Question, value: Scalar, now: datetime) -> Scalar:  # noqa: PLR0911 - one return for each kind
    """Return what a node holds after a calculation gave it this value.

    As in JavaRosa the value keeps its own kind even in a text node: a date there becomes a date with time.
    """
    data_type = question.data_type
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isnan(value):
        return ""
    if data_type == "boolean":
        return "" if value == "" else to_boolean(value)
    if isinstance(value, float):
        return float(math.trunc(value)) if data_type == "int" and math.isfinite(value) else value
    if data_type in GEO_TYPES and isinstance(value, str):
        return _places_text(value)
    if isinstance(value, datetime):
        return value.date() if data_type == "date" else value
    if isinstance(value, date) and data_type != "date":
        return moment_of(value, now.tzinfo)
    return value


def answer_of(question: Question, value: Scalar) -> Any:  # noqa: PLR0911 - one return for each kind
    """Return the JSON value of what a node holds."""
    if isinstance(value, bool):
        if question.data_type == "boolean":
            return value
        return int(value) if question.data_type == "int" else str(int(value))
    if isinstance(value, datetime):
        written = moment_text(value)
        return written.partition("T")[2] if question.data_type == "time" else written
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        if question.data_type == "int" and math.isfinite(value):
            return int(value)
        if question.data_type == "decimal":
            return value
        value = str(int(value)) if value.is_integer() else number_text(value)
    try:
        return type_text(question, value)
    except UntypableText:
        return value


def moment_text(moment: datetime) -> str:
    """Return a date with time as clients write it: milliseconds and zone."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def has_type(question: Question, value: Any) -> bool:  # noqa: PLR0911 - one return for each kind
    """Tell whether a JSON value has the shape that answers to this question have."""
    if question.kind in LIST_KINDS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if question.kind == "select_one":
        return isinstance(value, str)
    match question.data_type:
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "geopoint":
            return is_point(value)
        case "geotrace" | "geoshape":
            return isinstance(value, list) and all(map(is_point, value))
    if not isinstance(value, str):
        return False
    reader = _READERS.get(question.data_type)
    try:
        return reader is None or reader(value.strip(), value) is not None
    except UntypableText:
        return False


def is_point(value: Any) -> bool:
    """Tell whether a value is a point with a latitude and a longitude."""
    if not isinstance(value, dict):
        return False
    lat, lon = value.get("lat"), value.get("lon")
    numbers = isinstance(lat, int | float) and isinstance(lon, int | float)
    return numbers and abs(lat) <= 90 and abs(lon) <= 180  # type: ignore[arg-type]
