"""Read the number somebody meant: full-width digits, thousands separators, percent signs, marks for none."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

NumberState = Literal["number", "blank", "missing-mark", "not-applicable", "problem"]

_MISSING_MARKS = frozenset(
    {
        "-",
        "--",
        "---",
        "/",
        "\\",
        "...",
        "……",
        "…",
        "缺",
        "缺失",
        "暂无",
        "暂缺",
        "未统计",
        "无数据",
        "null",
        "none",
    }
)
_NOT_APPLICABLE = frozenset({"不适用", "不涉及", "n/a", "na", "n.a."})
# «无» may mean zero, not collected or not applicable, and these are three different things.
_AMBIGUOUS = frozenset({"无", "没有", "空", "?", "未知", "待定", "x", "*"})
_FORMULA_PROBLEMS = dict.fromkeys(
    (
        "#div/0!",
        "#value!",
        "#ref!",
        "#name?",
        "#num!",
        "#null!",
        "#n/a",
        "#getting_data",
        "#spill!",
        "#calc!",
    ),
    "formula-error",
) | {"#uncomputed!": "formula-not-computed"}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－─"), "-")
# Only the full-width forms: a full compatibility mapping would read "5²" as fifty-two.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_NUMBER_THEN_UNIT = re.compile(r"[+-]?[\d,]*\.?\d+\s*[^\d\s,.+/*^-].*")
_WITH_COMMA = re.compile(r"[+-]?[\d,]+(?:\.\d*)?")
_LONGEST = 60


@dataclass(frozen=True)
class NumberReading:
    """A number, or why there is none.

    ``value`` is the number as written; ``exact`` the same as a decimal. A percent sign is noted, the value
    stays in percent (12.5% is 12.5, as indicators are kept); ``share`` divides it.
    """

    value: float | None
    exact: Decimal | None
    state: NumberState
    percent: bool = False
    notes: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def share(self) -> float | None:
        """The value as a share of one where a percent sign stood, else the value itself."""
        return self.value / 100 if self.percent and self.value is not None else self.value


def read_number(value: object) -> NumberReading:
    """Read a cell's value or a typed text as a number; never raises.

    Problems: not-a-number, bad-grouping, not-finite, ambiguous-mark, number-with-unit, formula-error,
    formula-not-computed, date-not-number, boolean-not-number.
    """
    if value is None:
        return NumberReading(None, None, "blank")
    if isinstance(value, bool):
        return _problem("boolean-not-number")
    if isinstance(value, (int, float, Decimal)):
        return _stored_number(value)
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        # A spreadsheet turns "1-2" into a date by itself: the number typed is lost and must be typed again.
        return _problem("date-not-number")
    return _typed_number(value) if isinstance(value, str) else _problem("not-a-number")


def read_integer(value: object) -> NumberReading:
    """Read a whole number; further problem: not-an-integer."""
    reading = read_number(value)
    if reading.exact is None or reading.exact == reading.exact.to_integral_value():
        return reading
    return _problem("not-an-integer", reading.notes)


def _problem(code: str, notes: tuple[str, ...] = ()) -> NumberReading:
    return NumberReading(None, None, "problem", notes=notes, problem=code)


def _stored_number(value: float | Decimal) -> NumberReading:
    try:
        number = float(value)
    except OverflowError:
        return _problem("not-finite")
    if not math.isfinite(number):
        return _problem("not-finite")
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return NumberReading(number, exact, "number")


def _typed_number(text: str) -> NumberReading:
    plain, notes = _normalised(text)
    if not plain:
        return NumberReading(None, None, "blank")
    lowered = plain.lower()
    if lowered in _MISSING_MARKS:
        return NumberReading(None, None, "missing-mark", notes=("missing-mark",))
    if lowered in _NOT_APPLICABLE:
        return NumberReading(None, None, "not-applicable", notes=("not-applicable",))
    if lowered in _AMBIGUOUS:
        return _problem("ambiguous-mark")
    if lowered in _FORMULA_PROBLEMS:
        return _problem(_FORMULA_PROBLEMS[lowered])
    percent = plain.endswith("%")
    if percent:
        plain, notes = plain[:-1].rstrip(), (*notes, "percent-sign")
    return _digits(plain, percent, notes)


def _normalised(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in plain half-width signs, and what had to be changed."""
    notes: list[str] = []
    stripped = text.strip().strip("\u200b\ufeff\u2060'‘’").strip()
    if stripped != text:
        notes.append("spaces")
    narrow = stripped.translate(_FULL_WIDTH)
    # A Chinese keyboard in full-width mode types «。» for the point of a decimal number.
    narrow = re.sub(r"(?<=\d)。(?=\d)", ".", narrow).replace("٪", "%")
    if narrow != stripped:
        notes.append("full-width")
    return narrow.translate(_DASHES).strip(), tuple(notes)


def _digits(plain: str, percent: bool, notes: tuple[str, ...]) -> NumberReading:
    joined = re.sub(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}(?!\d))", "", plain)
    if joined != plain:
        notes = (*notes, "thousands-separators")
    joined = re.sub(r"^([+-])\s+", r"\1", joined)
    if _GROUPED.fullmatch(joined):
        joined, notes = joined.replace(",", ""), (*notes, "thousands-separators")
    if len(joined) > _LONGEST or not joined.isascii() or not _PLAIN.fullmatch(joined):
        return _problem(_why_no_number(joined), notes)
    if "e" in joined.lower():
        notes = (*notes, "exponent")
    try:
        exact = Decimal(joined)
    except InvalidOperation:
        return _problem("not-a-number", notes)
    number = float(exact)
    if not math.isfinite(number):
        return _problem("not-finite", notes)
    return NumberReading(number, exact, "number", percent=percent, notes=notes)


def _why_no_number(text: str) -> str:
    if len(text) > _LONGEST:
        return "not-a-number"
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "not-finite"
    if _WITH_COMMA.fullmatch(text):
        return "bad-grouping"
    return "number-with-unit" if _NUMBER_THEN_UNIT.fullmatch(text) else "not-a-number"
