"""A PDF of A4 pages from blocks, with words and the number of the page at the foot of each."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from app.printing.blocks import GREY, PALE, Look, draw_line
from app.printing.lettering import width_of

_SIDE, _TOP, _FOOT = 51.0, 48.0, 54.0
#: Words at the left of the foot, and those with the page's number of how many at the right.
Foot = tuple[str, Callable[[int, int], str]]


def make_pdf(story: Sequence[Flowable], *, title: str, foot: Foot | None = None) -> bytes:
    """Bytes of the PDF; equal stories give equal bytes. Blocks are used up by it."""
    target = io.BytesIO()
    document = BaseDocTemplate(target, pagesize=A4, title=title, invariant=1, pageCompression=1)
    width, height = A4
    frame = Frame(_SIDE, _FOOT, width - 2 * _SIDE, height - _TOP - _FOOT, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(list(story), canvasmaker=_canvas_with(foot))
    return target.getvalue()


def _canvas_with(foot: Foot | None) -> type[Canvas]:
    class Numbered(Canvas):  # type: ignore[misc]
        """Holds the pages back until it is known how many there are."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - the library calls it so
            """Keep the page."""
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Write all pages, each with its foot."""
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                if foot is not None:
                    _draw_foot(self, foot[0], foot[1](number, len(self._pages)))
                super().showPage()
            super().save()

    return Numbered


def _draw_foot(canvas: Any, left: str, right: str) -> None:
    look, end = Look(8, colour=GREY), A4[0] - _SIDE
    canvas.setLineWidth(0.5)
    canvas.setStrokeColor(PALE)
    canvas.line(_SIDE, _FOOT - 12, end, _FOOT - 12)
    draw_line(canvas, _SIDE, _FOOT - 24, left, look)
    draw_line(canvas, end - width_of(right, 8), _FOOT - 24, right, look)
