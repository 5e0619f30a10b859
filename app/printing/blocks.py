"""What stands on a page, from top to bottom: texts, boxes to tick, lines to write on, tables to tick in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable

from app.printing.lettering import font, lines_of, width_of

BLACK, GREY, PALE = Color(0.1, 0.1, 0.12), Color(0.36, 0.38, 0.42), Color(0.8, 0.82, 0.85)
#: Height of a line by the size of its letters.
LEADING = 1.42
_BOX = 8.5


@dataclass(frozen=True)
class Look:
    """Size in points, and how a text looks."""

    size: float = 10
    bold: bool = False
    colour: Any = BLACK
    centred: bool = False


def draw_line(canvas: Any, x: float, y: float, text: str, look: Look) -> None:
    """Draw one line with its left foot at a place; bold is the same letter with a stroke around it."""
    told = canvas.beginText(x, y)
    told.setFont(font(), look.size)
    told.setFillColor(look.colour)
    if look.bold:
        told.setStrokeColor(look.colour)
        canvas.setLineWidth(look.size * 0.016)
    told.setTextRenderMode(2 if look.bold else 0)
    told.textLine(text)
    canvas.drawText(told)


class Words(Flowable):  # type: ignore[misc]
    """A text that breaks into lines, and over pages between them."""

    def __init__(
        self, text: str, look: Look, *, indent: float = 0, before: float = 0, mark: str = ""
    ) -> None:
        super().__init__()
        self._text, self._look, self._indent, self._mark = text, look, indent, mark
        self.spaceBefore = before
        self._lines: list[str] = []

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Width and height that it takes."""
        self.width = width
        self._lines = lines_of(self._text, self._look.size, width - self._indent)
        self.height = len(self._lines) * self._look.size * LEADING
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """What fits on this page, and the rest; nothing where not even a line fits."""
        self.wrap(width, height)
        fits = int(height // (self._look.size * LEADING))
        if not 0 < fits < len(self._lines):
            return []
        parts = ("\n".join(self._lines[:fits]), "\n".join(self._lines[fits:]))
        return [
            Words(part, self._look, indent=self._indent, mark="" if n else self._mark)
            for n, part in enumerate(parts)
        ]

    def draw(self) -> None:
        """Draw it; ``mark`` (a number) stands before the first line."""
        size, y = self._look.size, self.height
        for number, line in enumerate(self._lines):
            y -= size * LEADING
            foot = y + size * (LEADING - 1.05)
            x = (self.width - width_of(line, size)) / 2 if self._look.centred else self._indent
            if self._mark and not number:
                draw_line(self.canv, 0, foot, self._mark, self._look)
            draw_line(self.canv, x, foot, line, self._look)


class Boxes(Flowable):  # type: ignore[misc]
    """Choices with a box each (square for several, round for one), side by side where they are short."""

    def __init__(
        self,
        options: Sequence[str],
        *,
        many: bool,
        indent: float,
        size: float = 10,
        continues: bool = False,
    ) -> None:
        super().__init__()
        self._options, self._many, self._indent, self._size = options, many, indent, size
        #: The first option's words began on the page before, where its box stands.
        self._continues = continues
        self._placed: list[tuple[float, float, list[str]]] = []

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Width and height that it takes."""
        room, gap = width - self._indent, _BOX + 5
        widest = max(width_of(each, self._size) for each in self._options) + gap + 10
        columns = max(1, min(5, int(room // widest)))
        column, step = room / columns, self._size * LEADING
        self._placed, y = [], 0.0
        for start in range(0, len(self._options), columns):
            row = [
                lines_of(each, self._size, column - gap) for each in self._options[start : start + columns]
            ]
            self._placed += [(self._indent + n * column, y, lines) for n, lines in enumerate(row)]
            y += max(map(len, row)) * step + 2.5
        self.width, self.height = width, y + 1
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """The options that fit on this page, and the rest; of one longer than a page the lines that fit."""
        self.wrap(width, height)
        step = self._size * LEADING
        ends = [down + len(lines) * step + 3.5 for _x, down, lines in self._placed]
        fitting = next((n for n, end in enumerate(ends) if end > height), len(ends))
        # A row stays together.
        while 0 < fitting < len(ends) and self._placed[fitting][1] == self._placed[fitting - 1][1]:
            fitting -= 1
        if fitting == len(ends):
            return []
        if fitting:
            return [
                self._part(self._options[:fitting], continues=self._continues),
                self._part(self._options[fitting:], continues=False),
            ]
        lines, room = self._placed[0][2], int((height - 3.5) // step)
        if room < 1 or len(lines) <= room:
            return []
        return [
            self._part(["\n".join(lines[:room])], continues=self._continues),
            self._part(["\n".join(lines[room:]), *self._options[1:]], continues=True),
        ]

    def _part(self, options: Sequence[str], *, continues: bool) -> Boxes:
        return Boxes(options, many=self._many, indent=self._indent, size=self._size, continues=continues)

    def draw(self) -> None:
        """Draw the boxes and their words."""
        step = self._size * LEADING
        for place, (x, down, lines) in enumerate(self._placed):
            for number, line in enumerate(lines):
                foot = self.height - down - (number + 1) * step + self._size * (LEADING - 1.05)
                if not number and (place or not self._continues):
                    draw_box(self.canv, x, foot - 0.5, many=self._many)
                draw_line(self.canv, x + _BOX + 5, foot, line, Look(self._size))


def draw_box(canvas: Any, x: float, y: float, *, many: bool) -> None:
    """A box to tick: square where several may be ticked, round for one."""
    canvas.setLineWidth(0.8)
    canvas.setStrokeColor(BLACK)
    if many:
        canvas.rect(x, y, _BOX, _BOX)
    else:
        canvas.circle(x + _BOX / 2, y + _BOX / 2, _BOX / 2)


class Rules(Flowable):  # type: ignore[misc]
    """Lines to write on; the last words stand behind the line (a unit)."""

    def __init__(self, count: int, *, indent: float, share: float = 1, unit: str = "") -> None:
        super().__init__()
        self._count, self._indent, self._share, self._unit = count, indent, share, unit

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Width and height that it takes."""
        self.width, self.height = width, self._count * 22.0
        return self.width, self.height

    def draw(self) -> None:
        """Draw the lines."""
        self.canv.setLineWidth(0.6)
        self.canv.setStrokeColor(GREY)
        end = self._indent + (self.width - self._indent) * self._share
        for number in range(self._count):
            y = self.height - (number + 1) * 22 + 4
            self.canv.line(self._indent, y, end, y)
        if self._unit:
            draw_line(self.canv, end + 5, 6, self._unit, Look(9.5, colour=GREY))


class Ticks(Flowable):  # type: ignore[misc]
    """One row of a table to tick in: what is asked at the left, a ring under each choice; or their heads."""

    def __init__(self, mark: str, text: str, heads: Sequence[str], *, is_head: bool = False) -> None:
        super().__init__()
        self._mark, self._text, self._heads, self._is_head = mark, text, heads, is_head

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Width and height that it takes."""
        self._left = max(width * 0.36, width - len(self._heads) * 78)
        self._cell = (width - self._left) / len(self._heads)
        if self._is_head:
            self._lines = [lines_of(each, 8.5, self._cell - 4) for each in self._heads]
            self.height = max(map(len, self._lines)) * 8.5 * LEADING + 5
        else:
            self._lines = [lines_of(self._text, 10, self._left - 34)]
            self.height = len(self._lines[0]) * 10 * LEADING + 6
        self.width = width
        return self.width, self.height

    def draw(self) -> None:
        """Draw the head or the row, with a line below."""
        self.canv.setLineWidth(0.5)
        self.canv.setStrokeColor(PALE)
        self.canv.line(0, 0, self.width, 0)
        if self._is_head:
            for column, lines in enumerate(self._lines):
                middle = self._left + (column + 0.5) * self._cell
                for number, line in enumerate(reversed(lines)):
                    x = middle - width_of(line, 8.5) / 2
                    draw_line(self.canv, x, 4 + number * 8.5 * LEADING, line, Look(8.5, colour=GREY))
            return
        for number, line in enumerate(self._lines[0]):
            foot = self.height - 3 - (number + 1) * 10 * LEADING + 10 * (LEADING - 1.05)
            if not number:
                draw_line(self.canv, 0, foot, self._mark, Look())
            draw_line(self.canv, 28, foot, line, Look())
        for column in range(len(self._heads)):
            x = self._left + (column + 0.5) * self._cell - _BOX / 2
            draw_box(self.canv, x, self.height / 2 - _BOX / 2, many=False)


class Codes(Flowable):  # type: ignore[misc]
    """A QR code in the middle of the column: rows of dark and light, with the quiet edge it needs."""

    def __init__(self, rows: Sequence[Sequence[int]], side: float) -> None:
        super().__init__()
        self._rows, self._side = rows, side

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Width and height that it takes."""
        self.width, self.height = width, self._side
        return self.width, self.height

    def draw(self) -> None:
        """Draw it as one path, so that no hairlines stand between the squares."""
        module, left = self._side / len(self._rows), (self.width - self._side) / 2
        path = self.canv.beginPath()
        for number, row in enumerate(self._rows):
            place = 0
            for dark, run in groupby(row):
                length = len(list(run))
                if dark:
                    path.rect(
                        left + place * module, self._side - (number + 1) * module, length * module, module
                    )
                place += length
        self.canv.setFillColorRGB(0, 0, 0)
        self.canv.drawPath(path, stroke=0, fill=1)
