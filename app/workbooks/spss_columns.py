"""How a column of answers becomes a variable of SPSS: what was seen in it decides what it can be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.workbooks.cells import CellValue
from app.workbooks.column_plans import ColumnKind, ColumnPlan
from app.workbooks.spss_names import LONGEST_LABEL, LONGEST_TEXT, LONGEST_VALUE_LABEL, cut
from app.workbooks.typed_cells import NotOfType, typed_cell

#: A choice that is written so is a number and nothing else: 01 is a code.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})\Z", re.ASCII)
#: Doubles keep integers up to here.
_EXACT = 2**53
#: Beginning of the calendar of SPSS, in seconds.
_EPOCH = datetime(1582, 10, 14)  # noqa: DTZ001 - moments of SPSS carry no zone.
_FORMATS: dict[ColumnKind, str] = {
    "date": "SDATE10",
    "moment": "DATETIME20",
    "flag": "F1.0",
    "boolean": "F1.0",
}
#: SPSS takes three single values as missing ones.
_MOST_MISSING = 3


@dataclass
class Variable:
    """A column with what was seen of it: whether all are numbers, how many bytes the longest text has."""

    plan: ColumnPlan
    name: str
    #: Whether every value seen can be kept as a number.
    numeric: bool = True
    width: int = 1
    decimals: bool = False
    _choice_texts: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.plan.kind == "text" or not all(map(_NUMBER.match, self.plan.choices)):
            self.numeric = False
        self.width = max([1, *(len(each.encode()) for each in self.plan.choices)])

    def see(self, value: CellValue) -> int:
        """Look at a value; the bytes of its text, where they are more than a variable holds, else 0."""
        if value is None or value == "":
            return 0
        if self.numeric and self.number(value) is None:
            self.numeric = False
        text = self.text(value)
        size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        self.width = max(self.width, min(size, LONGEST_TEXT))
        return size if size > LONGEST_TEXT else 0

    def number(self, value: CellValue) -> float | None:
        """The value as a number; None where it is none."""
        if self.plan.kind == "choice":
            return float(value) if isinstance(value, str) and _NUMBER.match(value) else None
        try:
            found = typed_cell(self.plan.kind, value)
        except NotOfType:
            return None
        if isinstance(found, datetime):
            return (found.replace(tzinfo=None) - _EPOCH).total_seconds()
        if isinstance(found, date):
            return (datetime(found.year, found.month, found.day) - _EPOCH).total_seconds()  # noqa: DTZ001
        if isinstance(found, int | float) and abs(found) <= _EXACT:
            return float(found)
        return None

    @staticmethod
    def text(value: CellValue) -> str:
        """The value as text."""
        return (
            value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        )

    def values(self, column: list[CellValue]) -> NDArray[Any]:
        """A column of values as the library takes it."""
        if self.numeric:
            found = [None if each is None or each == "" else self.number(each) for each in column]
            return np.array([np.nan if each is None else each for each in found], dtype=np.float64)
        texts = ["" if each is None else cut(self.text(each), LONGEST_TEXT) for each in column]
        return np.array([each.replace("\0", " ") for each in texts], dtype=object)

    @property
    def label(self) -> str:
        """What stands beside the name."""
        return cut(self.plan.label or self.plan.name, LONGEST_LABEL)

    @property
    def value_labels(self) -> dict[Any, str]:
        """Labels of the values."""
        told = {
            value: cut(label or value, LONGEST_VALUE_LABEL)
            for value, label in self.plan.choices.items()
            if label or value
        }
        return {float(value): label for value, label in told.items()} if self.numeric else dict(told)

    @property
    def missing(self) -> list[Any]:
        """Values that count as no answer: the first three, and of texts those that SPSS takes (8 bytes)."""
        known = [each for each in self.plan.choices if each in self.plan.missing]
        if self.numeric:
            return [float(each) for each in known[:_MOST_MISSING]]
        return [each for each in known if len(each.encode()) <= 8][:_MOST_MISSING] if self.width <= 8 else []

    @property
    def measure(self) -> str:
        """nominal, ordinal or scale."""
        return (
            "scale"
            if self.plan.kind in {"integer", "decimal", "date", "moment"} and self.numeric
            else "nominal"
        )

    @property
    def format(self) -> str | None:
        """How SPSS shows it; None for the usual way."""
        if not self.numeric:
            return None
        return _FORMATS.get(self.plan.kind, "F8.0" if self.plan.kind in {"integer", "choice"} else "F10.4")
