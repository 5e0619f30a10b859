"""The few looks a cell may have, so that every workbook of the house looks alike."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

from app.workbooks.workbook_plan import CellStyle

_LINE = Side(style="thin", color="FFB8C0C8")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FONT = "等线"


@dataclass(frozen=True)
class Look:
    """What is set on a cell of one style."""

    font: Font
    fill: PatternFill | None = None
    border: Border | None = None
    horizontal: str | None = None
    wrap: bool = False


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour)


LOOKS: dict[CellStyle, Look] = {
    "plain": Look(Font(name=_FONT, size=11)),
    "title": Look(Font(name=_FONT, size=16, bold=True)),
    "header": Look(
        Font(name=_FONT, size=11, bold=True, color="FFFFFFFF"), _fill("FF1F4E79"), _BOX, "center", wrap=True
    ),
    "label": Look(Font(name=_FONT, size=11), _fill("FFF2F4F7"), _BOX, wrap=True),
    "note": Look(Font(name=_FONT, size=10, color="FF5F6B7A"), wrap=True),
    "input": Look(Font(name=_FONT, size=11), _fill("FFFFF8E1"), _BOX),
    "total": Look(Font(name=_FONT, size=11, bold=True), _fill("FFE3EAF2"), _BOX),
}
UNLOCKED = Protection(locked=False)


def alignment(look: Look, wrap: bool | None) -> Alignment:
    """Alignment of a look, with its own or the cell's own wrapping."""
    return Alignment(
        horizontal=look.horizontal, vertical="center", wrap_text=look.wrap if wrap is None else wrap
    )
