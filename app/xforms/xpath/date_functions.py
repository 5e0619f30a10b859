"""Functions of dates and times. What cannot be a date gives an empty text."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_context
from app.xforms.xpath.tree import Node
from app.xforms.xpath.values import (
    NAN,
    Scalar,
    day_number,
    fractional_days,
    moment_number,
    moment_of,
    parse_date_time,
    to_text,
)

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LAST_DAY = 2**31 - 1


def _of_moments(name: str, count: int, function: Callable[..., Scalar]) -> FunctionSpec:
    """Describe a function of dates, which takes the zone of the reader's clock as its last argument."""

    def build(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
        parts = [compiler.value(argument) for argument in arguments]
        return lambda context: function(*[part(context) for part in parts], context.world.now.tzinfo)

    return FunctionSpec(name, count, count, build)


def _read(value: Scalar, zone: tzinfo | None, from_days: Callable[[float], date | None]) -> Scalar:
    """Return a date or moment; an empty text and NaN stay what they are, what is no date becomes ""."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        found = parse_date_time(value, zone) if value else None
        return "" if found is None else found
    if isinstance(value, bool) or math.isinf(value) or abs(value) > _LAST_DAY:
        return ""
    if math.isnan(value):
        return value
    days = from_days(value)
    return "" if days is None else days


def _date(value: Scalar, zone: tzinfo | None) -> Scalar:
    if isinstance(value, datetime):
        return value.date()
    return _read(value, zone, day_number)


def _date_time(value: Scalar, zone: tzinfo | None) -> Scalar:
    return _read(value, zone, lambda days: moment_number(days, zone))


def _decimal_date_time(value: Scalar, zone: tzinfo | None) -> Scalar:
    if isinstance(value, float):
        return value if abs(value) <= _LAST_DAY or math.isnan(value) else ""
    found = _date_time(value, zone)
    return fractional_days(found, zone) if isinstance(found, date) else found


def _decimal_time(value: Scalar, zone: tzinfo | None) -> Scalar:
    if isinstance(value, float):
        return value - math.floor(value) if abs(value) <= _LAST_DAY else NAN
    found = _date_time(value, zone)
    if not isinstance(found, date):
        return found
    moment = moment_of(found, zone)
    offset = moment.utcoffset()
    days = fractional_days(moment, zone) + (0.0 if offset is None else offset.total_seconds() / 86400)
    return days - math.floor(days)


def _week(moment: datetime) -> int:
    """Return the week of the year as phones in China count it: from Sunday, the first one has 1 January."""
    saturday = moment.date() + timedelta(days=(5 - moment.weekday()) % 7)
    return 1 if saturday.year > moment.year else (saturday.timetuple().tm_yday + 6) // 7


def format_moment(value: Scalar, pattern: Scalar, zone: tzinfo | None) -> Scalar:
    """Format a date or date with time by ODK's letters (%Y %y %m %n %b %d %e %H %h %M %S %3 %a %W).

    "" if it is none, or if the pattern has other letters.
    """
    found = _date_time(value, zone)
    if not isinstance(found, date):
        return ""
    moment = moment_of(found, zone)
    letters = {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "n": str(moment.month),
        "b": _MONTHS[moment.month - 1],
        "d": f"{moment.day:02d}",
        "e": str(moment.day),
        "H": f"{moment.hour:02d}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "3": f"{moment.microsecond // 1000:03d}",
        "a": _DAYS[moment.weekday()],
        "W": str(_week(moment)),
    }
    first, *parts = to_text(pattern).replace("%%", "\0").split("%")
    if any(part[:1] not in letters for part in parts):
        return ""
    return (first + "".join(letters[part[0]] + part[1:] for part in parts)).replace("\0", "%")


DATE_FUNCTIONS = (
    of_context("today", lambda context: context.world.now.date()),
    of_context("now", lambda context: context.world.now),
    _of_moments("date", 1, _date),
    _of_moments("date-time", 1, _date_time),
    _of_moments("decimal-date-time", 1, _decimal_date_time),
    _of_moments("decimal-time", 1, _decimal_time),
    _of_moments("format-date", 2, format_moment),
    _of_moments("format-date-time", 2, format_moment),
)
