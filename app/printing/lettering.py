"""The font of printed matter, how wide its texts are, and where their lines break.

Noto Sans SC, cut to the letters of GBK and what a PDF of a form needs (SIL Open Font License 1.1, beside it).
A PDF embeds the letters that stand in it and no others.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
_NAME = "NotoSansSC"
#: A word of Latin letters or a number stays together; a Chinese letter is a piece of its own.
_PIECES = re.compile(
    r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201f]+|\s|.", re.DOTALL
)
#: No line begins with these, nor ends with those.
_NOT_FIRST = frozenset("，。、；：？！）》」』】”’…—％,.;:?!)%]}")
_NOT_LAST = "（《「『【“‘([{"
_NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@cache
def font() -> str:
    """The name of the font, which is made known when it is first asked for."""
    pdfmetrics.registerFont(TTFont(_NAME, str(_FILE)))
    return _NAME


def width_of(text: str, size: float) -> float:
    """Points that a text takes."""
    return float(pdfmetrics.stringWidth(text, font(), size))


def lines_of(text: str, size: float, width: float) -> list[str]:
    """The lines of a text in a column of ``width`` points: at least one."""
    found: list[str] = []
    for paragraph in _NOT_PRINTED.sub("", text).replace("\t", " ").split("\n"):
        found += _broken(paragraph, size, width)
    return found


def _broken(text: str, size: float, width: float) -> list[str]:
    lines, line = [], ""
    for piece in (part for word in _PIECES.findall(text) for part in _fitting(word, size, width)):
        if not line or width_of(line + piece.rstrip(), size) <= width or piece in _NOT_FIRST:
            line += piece
            continue
        # What may not stand last goes to the next line with what follows it.
        kept = line.rstrip()
        stays = kept.rstrip(_NOT_LAST) or kept
        lines.append(stays)
        line = kept[len(stays) :] + piece.lstrip()
    return [*lines, line.rstrip()]


def _fitting(word: str, size: float, width: float) -> list[str]:
    """A word in pieces that fit in a line: an address may be longer than one."""
    parts = []
    while len(word) > 1 and width_of(word, size) > width:
        most = max(1, int(len(word) * width / width_of(word, size)))
        parts.append(word[:most])
        word = word[most:]
    return [*parts, word]
