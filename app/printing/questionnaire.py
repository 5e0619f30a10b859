"""A questionnaire on paper: what is asked, in one or two languages, as pages to fill in with a pen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Union

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer, Table

from app.printing.blocks import GREY, Boxes, Look, Rules, Ticks, Words
from app.printing.pages import Foot, make_pdf

#: The same said in each language of the paper, the first one first.
Texts = tuple[str, ...]
_INDENT = 28.0
_LONGEST_ROW = 400
_TIGHT = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]


@dataclass(frozen=True)
class Heading:
    """The title of a group or of one row of a repeat, with what is to be known before it."""

    texts: Texts
    depth: int = 1
    notes: tuple[Texts, ...] = ()


@dataclass(frozen=True)
class Blank:
    """Lines to write on: how many, which share of the width, and what stands behind them."""

    lines: int = 1
    share: float = 1
    unit: str = ""


@dataclass(frozen=True)
class Choices:
    """Boxes to tick: one or, with ``many``, several."""

    options: tuple[Texts, ...]
    many: bool = False


@dataclass(frozen=True)
class Asked:
    """A question; ``number`` "" for a text that asks nothing. ``notes`` stand before it, ``hints`` below."""

    number: str
    texts: Texts
    notes: tuple[Texts, ...] = ()
    hints: tuple[Texts, ...] = ()
    required: bool = False
    answer: Blank | Choices | None = None


@dataclass(frozen=True)
class Matrix:
    """Questions with the same choices: (number, texts, required) under one head."""

    heads: tuple[Texts, ...]
    rows: tuple[tuple[str, Texts, bool], ...]


Item = Union[Heading, Asked, Matrix]  # noqa: UP007
REQUIRED: Literal["＊"] = "＊"


def print_questionnaire(
    *, title: Texts, opening: Sequence[Texts], items: Sequence[Item], foot: Foot
) -> bytes:
    """Bytes of an A4 PDF."""
    story: list[Flowable] = [
        Words(text, Look(17 if not n else 12, bold=not n, centred=True), before=3)
        for n, text in enumerate(title)
    ]
    story += [Words(text, Look(9, colour=GREY, centred=True), before=4) for each in opening for text in each]
    for item in items:
        story += _blocks(item)
    return make_pdf(story, title=title[0] if title else "", foot=foot)


def _blocks(item: Item) -> Iterator[Flowable]:
    match item:
        case Heading():
            yield CondPageBreak(90)
            for n, text in enumerate(item.texts):
                size = max(11, 14.5 - item.depth * 1.5) - 2.5 * bool(n)
                yield Words(text, Look(size, bold=not n), before=12 if not n else 0)
            yield from _notes(item.notes, 0)
        case Matrix() if _is_long(item):
            for number, texts, required in item.rows:
                answer = Choices(item.heads)
                yield KeepTogether(list(_asked(Asked(number, texts, required=required, answer=answer))))
        case Matrix():
            heads = [" ".join(each) for each in item.heads]
            rows = [[Ticks("", "", heads, is_head=True)]]
            for number, texts, required in item.rows:
                told = "\n".join([_marked(texts[0], required), *texts[1:]])
                rows.append([Ticks(f"{number}.", told, heads)])
            # The heads stand above the rows of every page.
            yield Table(rows, colWidths=["100%"], repeatRows=1, style=_TIGHT, spaceBefore=8)
        case Asked():
            yield KeepTogether(list(_asked(item)))


def _is_long(item: Matrix) -> bool:
    """Whether a row could be higher than a page: rows of a table do not break."""
    return any(len(text) > _LONGEST_ROW for _number, texts, _required in item.rows for text in texts)


def _asked(item: Asked) -> Iterator[Flowable]:
    yield Spacer(0, 9)
    yield from _notes(item.notes, _INDENT)
    for n, text in enumerate(item.texts):
        told = _marked(text, item.required) if not n else text
        look = Look(
            10.5 if not n else 9.5, bold=bool(item.number) and not n, colour=GREY if n else Look().colour
        )
        yield Words(told, look, indent=_INDENT, mark=f"{item.number}." if item.number and not n else "")
    for each in item.hints:
        for text in each:
            yield Words(text, Look(8.5, colour=GREY), indent=_INDENT)
    yield Spacer(0, 3)
    if isinstance(item.answer, Choices) and item.answer.options:
        options = ["  ".join(each) for each in item.answer.options]
        yield Boxes(options, many=item.answer.many, indent=_INDENT)
    elif isinstance(item.answer, Blank):
        yield Rules(item.answer.lines, indent=_INDENT, share=item.answer.share, unit=item.answer.unit)


def _notes(notes: Sequence[Texts], indent: float) -> Iterator[Flowable]:
    for each in notes:
        for text in each:
            yield Words(f"→ {text}", Look(9, colour=GREY), indent=indent, before=1)


def _marked(text: str, required: bool) -> str:
    return f"{text} {REQUIRED}" if required else text
