"""Functions of dates and times."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from app.xforms.xpath.function_spec import Evaluate, FunctionSpec, of_context, of_values
from app.xforms.xpath.tree import Node
from app.xforms.xpath.values import NAN, Scalar, fractional_days, moved, parse_time, to_date, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _date(value: Scalar) -> Scalar:
    found = to_date(value)
    if isinstance(found, datetime):
        return found.date()
    return "" if found is None else found


def _in_local_time(compiler: Compiler, arguments: tuple[Node, ...]) -> Evaluate:
    """Build date-time(): a text with a zone is moved to the zone of the reader's clock."""
    value = compiler.value(arguments[0])

    def convert(context: object) -> Scalar:
        found = to_date(value(context))  # type: ignore[arg-type]
        if isinstance(found, datetime) and found.tzinfo is not None:
            found = moved(found, context.world.now.tzinfo)  # type: ignore[attr-defined]
        return "" if found is None else found

    return convert


def _decimal_date_time(value: Scalar) -> Scalar:
    found = to_date(value)
    return fractional_days(found) if isinstance(found, date) else NAN


def _decimal_time(value: Scalar) -> Scalar:
    clock = value if isinstance(value, time) else parse_time(to_text(value))
    if isinstance(value, datetime):
        clock = value.time()
    if clock is None:
        return NAN
    return (clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6) / 86400


def format_moment(value: Scalar, pattern: Scalar) -> Scalar:
    """Format a date or date with time by ODK's letters (%Y %y %m %n %b %d %e %H %h %M %S %3 %a).

    "" if it is none.
    """
    found = to_date(value)
    if isinstance(value, time):
        found = datetime.combine(date(1970, 1, 1), value)
    if not isinstance(found, date):
        return ""
    moment = found if isinstance(found, datetime) else datetime.combine(found, time())
    letters = {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "n": str(moment.month),
        "b": _MONTHS[moment.month - 1],
        "B": moment.strftime("%B"),
        "d": f"{moment.day:02d}",
        "e": str(moment.day),
        "H": f"{moment.hour:02d}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "3": f"{moment.microsecond // 1000:03d}",
        "a": _DAYS[moment.weekday()],
        "A": moment.strftime("%A"),
        "W": str(moment.isocalendar().week),
        "%": "%",
    }
    text, parts = to_text(pattern), []
    position = 0
    while position < len(text):
        if text[position] == "%" and position + 1 < len(text):
            parts.append(letters.get(text[position + 1], ""))
            position += 2
        else:
            parts.append(text[position])
            position += 1
    return "".join(parts)


def _days(value: Scalar) -> Scalar:
    found = to_date(value)
    return math.floor(fractional_days(found)) * 1.0 if isinstance(found, date) else NAN


DATE_FUNCTIONS = (
    of_context("today", lambda context: context.world.now.date()),
    of_context("now", lambda context: context.world.now),
    of_values("date", 1, 1, _date),
    FunctionSpec("date-time", 1, 1, _in_local_time),
    of_values("decimal-date-time", 1, 1, _decimal_date_time),
    of_values("decimal-date", 1, 1, _days),
    of_values("decimal-time", 1, 1, _decimal_time),
    of_values("format-date", 2, 2, format_moment),
    of_values("format-date-time", 2, 2, format_moment),
)
