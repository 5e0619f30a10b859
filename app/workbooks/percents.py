"""Cells shown in percent: the file keeps 0.125, the person typed and sees 12.5%."""

from __future__ import annotations

import re
from decimal import Decimal

from app.workbooks.cells import CellValue

_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def shows_percent(number_format: str) -> bool:
    """Whether a number format multiplies by a hundred: a percent sign outside quoted text."""
    return "%" in _LITERAL.sub("", number_format)


def percent_text(value: CellValue) -> CellValue:
    """A stored share as it is shown: 0.125 becomes `12.5%`; anything but a number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    # Fifteen digits are what a spreadsheet keeps; beyond them stands the noise of binary fractions.
    shown = Decimal(f"{value:.15g}") * 100
    return f"{shown.normalize():f}%"
