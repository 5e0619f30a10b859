"""Posters and letters with a QR code, one A4 page each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable, PageBreak, Spacer

from app.printing.blocks import GREY, Codes, Look, Words
from app.printing.pages import make_pdf
from app.printing.questionnaire import Texts

_POSTER_CODE, _LETTER_CODE = 270.0, 150.0


@dataclass(frozen=True)
class Notice:
    """What a page says: who asks, what it is called, for whom, why, and where to answer.

    ``code``: the rows of the QR code of ``address``, dark is 1.
    """

    sender: Texts
    title: Texts
    place: str
    purpose: Texts
    code: Sequence[Sequence[int]]
    address: str
    closing: Texts = ()


def print_posters(notices: Sequence[Notice], *, title: str) -> bytes:
    """Bytes of a PDF with a poster for each notice, to be read from a few steps away."""
    return make_pdf(_pages([_poster(each) for each in notices]), title=title)


def print_letters(notices: Sequence[Notice], *, title: str) -> bytes:
    """Bytes of a PDF with a letter for each notice."""
    return make_pdf(_pages([_letter(each) for each in notices]), title=title)


def _pages(stories: Sequence[list[Flowable]]) -> list[Flowable]:
    found: list[Flowable] = []
    for story in stories:
        found += [PageBreak(), *story] if found else story
    return found


def _poster(notice: Notice) -> list[Flowable]:
    return [
        Spacer(0, 20),
        *_told(notice.sender, 20, 13, GREY),
        Spacer(0, 14),
        *(
            Words(text, Look(32 if not n else 18, bold=True, centred=True))
            for n, text in enumerate(notice.title)
        ),
        *([Spacer(0, 8), Words(notice.place, Look(20, centred=True))] if notice.place else []),
        Spacer(0, 16),
        *_told(notice.purpose, 15, 12, Look().colour),
        Spacer(0, 14),
        Codes(notice.code, _POSTER_CODE),
        Spacer(0, 10),
        Words(notice.address, Look(12, centred=True)),
        Spacer(0, 10),
        *_told(notice.closing, 12, 10, GREY),
    ]


def _letter(notice: Notice) -> list[Flowable]:
    return [
        *(Words(text, Look(10, colour=GREY)) for text in notice.sender),
        Spacer(0, 30),
        *(Words(text, Look(18 if not n else 13, bold=True)) for n, text in enumerate(notice.title)),
        Spacer(0, 14),
        Words(notice.place, Look(12)),
        Spacer(0, 14),
        *(Words(text, Look(11.5 if not n else 10), before=6) for n, text in enumerate(notice.purpose)),
        Spacer(0, 24),
        Codes(notice.code, _LETTER_CODE),
        Spacer(0, 8),
        Words(notice.address, Look(10, centred=True)),
        Spacer(0, 24),
        *(Words(text, Look(10, colour=GREY), before=3) for text in notice.closing),
    ]


def _told(texts: Texts, size: float, other: float, colour: object) -> list[Flowable]:
    return [
        Words(text, Look(size if not n else other, colour=colour, centred=True), before=4)
        for n, text in enumerate(texts)
    ]
