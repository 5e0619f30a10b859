"""The values of XPath and how one kind becomes another, the way JavaRosa (the engine of ODK Collect) does
it.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Union

#: Moments are always told with the zone of the world they are in.
Scalar = Union[str, float, bool, date, datetime]  # noqa: UP007
EPOCH = date(1970, 1, 1)
NAN = math.nan
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)\Z", re.ASCII)
#: What Java's trim() takes away at both ends.
_CONTROLS = "".join(map(chr, range(33)))
_NOTHING_ELSE = 1e-12
_DAY = 86_400
_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})(?:T(?P<time>[\d:.]+)(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?\Z"
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?\Z"
)


def to_number(value: Scalar) -> float:
    """Return a number; text that is none (the empty text too) is NaN, a date is its days since 1970-01-01."""
    if type(value) is float:
        return value
    if type(value) is str:
        text = value.strip(_CONTROLS).replace(",", ".")
        return float(text) if _NUMBER.match(text) else NAN
    if value is True or value is False:
        return 1.0 if value else 0.0
    if isinstance(value, datetime):
        return float((value.date() - EPOCH).days)
    if isinstance(value, date):
        return float((value - EPOCH).days)
    return float(value)


def to_text(value: Scalar) -> str:
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
    return decimal_text(value)


def decimal_text(value: float) -> str:
    """Return a finite number as Java's Double.toString does: with a decimal point, large ones with an E."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    places = "".join(str(digit) for digit in digits)
    power = int(exponent) + len(places) - 1
    return f"{'-' if sign else ''}{places[0]}.{places[1:] or '0'}E{power}"


def parse_date_time(text: str, zone: tzinfo | None = None) -> date | datetime | None:
    """Read an ISO date, or a date with time: moved to ``zone``, or meant there where it names none.

    None if it is neither.
    """
    match = _DATE_TIME.match(text)
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
    return None if clock is None else at_time(only_date, clock, zone)


def at_time(day: date, clock: time, zone: tzinfo | None) -> datetime | None:
    """Return the moment of a time of day on a day, in ``zone``; None where the calendar ends before it."""
    moment = datetime.combine(day, clock)
    if zone is None:
        return moment
    return moved(moment, zone) if moment.tzinfo is not None else moment.replace(tzinfo=zone)


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


def moment_of(value: date, zone: tzinfo | None) -> datetime:
    """Return the moment of a date with time, or the beginning of a date in ``zone``."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone or UTC)


def fractional_days(value: date, zone: tzinfo | None) -> float:
    """Return the days since 1970-01-01 UTC with the part of the day; a date is taken at its beginning."""
    return moment_of(value, zone).timestamp() / _DAY


def day_number(days: float) -> date | None:
    """Return the date so many days after 1970-01-01; None beyond the calendar."""
    try:
        return EPOCH + timedelta(days=math.trunc(days))
    except (OverflowError, ValueError):
        return None


def moment_number(days: float, zone: tzinfo | None) -> datetime | None:
    """Return the moment so many days after the beginning of 1970-01-01 UTC; None beyond the calendar."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=math.trunc(days * _DAY * 1000))
    except (OverflowError, ValueError):
        return None
    return moved(moment, zone or UTC)
