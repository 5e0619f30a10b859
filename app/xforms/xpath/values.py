"""The values of XPath and how one kind becomes another, the way JavaRosa (the engine of ODK Collect) does
it.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Union

Scalar = Union[str, float, bool, date, datetime, time]  # noqa: UP007
EPOCH = date(1970, 1, 1)
NAN = math.nan
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)\Z")
_NOTHING_ELSE = 1e-12
_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})(?:T(?P<time>[\d:.]+)(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?\Z"
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?\Z"
)


def to_number(value: Scalar) -> float:  # noqa: PLR0911 - one return for each kind
    """Return a number; text that is none (the empty text too) is NaN, a date is its days since 1970-01-01."""
    if type(value) is float:
        return value
    if type(value) is str:
        text = value.strip().replace(",", ".")
        return float(text) if _NUMBER.match(text) else NAN
    if value is True or value is False:
        return 1.0 if value else 0.0
    if isinstance(value, datetime):
        return float((value.date() - EPOCH).days)
    if isinstance(value, date):
        return float((value - EPOCH).days)
    if isinstance(value, time):
        return 0.0
    return float(value)


def to_text(value: Scalar) -> str:  # noqa: PLR0911 - one return for each kind
    """Return the text of a value; a date with time gives its date only, as JavaRosa's string() does."""
    if type(value) is str:
        return value
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return EPOCH.isoformat()
    return str(value)


def to_boolean(value: Scalar) -> bool:
    """Return whether a value counts as true: a text that is not empty, a number that is neither 0 nor NaN."""
    if value is True or value is False:
        return bool(value)
    if type(value) is str:
        return value != ""
    if isinstance(value, float):
        return not math.isnan(value) and abs(value) > _NOTHING_ELSE
    return True


def number_text(value: float) -> str:
    """Return a number as JavaRosa writes it: whole numbers of 32 bits plainly, others as Java's
    Double.toString.
    """
    if math.isnan(value):
        return "NaN"
    if abs(value) < _NOTHING_ELSE:
        return "0"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if abs(value - int(value)) < _NOTHING_ELSE and -(2**31) <= value < 2**31:
        return str(int(value))
    if 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    places = "".join(str(digit) for digit in digits)
    power = int(exponent) + len(places) - 1
    return f"{'-' if sign else ''}{places[0]}.{places[1:] or '0'}E{power}"


def parse_date_time(text: str, zone: tzinfo | None = None) -> date | datetime | None:
    """Read an ISO date, or a date with time (moved to ``zone`` where both have one).

    None if it is neither.
    """
    match = _DATE_TIME.match(text.strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match["date"].split("-"))
    try:
        only_date = date(year, month, day)
    except ValueError:
        return None
    if match["time"] is None:
        return only_date
    clock = parse_time(match["time"] + (match["zone"] or ""))
    if clock is None:
        return None
    moment = datetime.combine(only_date, clock)
    if moment.tzinfo is not None and zone is not None:
        return moved(moment, zone)
    return moment


def moved(moment: datetime, zone: tzinfo | None) -> datetime | None:
    """The same moment in another zone; None where the calendar ends before it."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return None


def parse_time(text: str) -> time | None:
    """Read a time of day such as ``08:30:00.000+08:00``; None if it is none."""
    match = _TIME.match(text.strip())
    if match is None:
        return None
    seconds = float(match["second"] or 0)
    try:
        whole = time(
            int(match["hour"]), int(match["minute"]), int(seconds), round((seconds % 1) * 1e6) % 1_000_000
        )
        return whole.replace(tzinfo=_zone(match["zone"]))
    except ValueError:
        return None


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if text[0] == "-" else offset)


def fractional_days(value: date | datetime) -> float:
    """Return the days since 1970-01-01 UTC with the part of the day; a date is taken at its beginning."""
    if not isinstance(value, datetime):
        return float((value - EPOCH).days)
    moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / 86400


def to_date(value: Scalar) -> date | datetime | str | None:
    """Return a date or date with time.

    "" stays "" (as an empty answer), None is told where there is no date.
    """
    if isinstance(value, date):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        try:
            return EPOCH + timedelta(days=math.trunc(value))
        except OverflowError:
            return None
    if isinstance(value, str):
        return "" if value == "" else parse_date_time(value)
    return None
