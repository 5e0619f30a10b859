"""What a screen of the residents' page shows: blocks of the form turned into fields with words and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.errors import describe
from app.forms.items import NO_MEDIA, Item
from app.forms.others import question_words
from app.forms.widgets import item_of, media_of, said_text
from app.i18n import pair
from app.web.marking import marked_blocks, marked_inline, unmarked
from app.xforms.answers import path_of
from app.xforms.definition import Question
from app.xforms.filling import AnswerProblem, Block, FieldState, Filling
from app.xforms.paging import Page, pages
from app.xforms.posting import LEAST_POINTS, is_place, lines_of_places

_TYPE_CODES = {
    "integer": "answer-not-an-integer",
    "decimal": "answer-not-a-decimal",
    "date": "answer-not-a-date",
    "time": "answer-not-a-time",
    "datetime": "answer-not-a-datetime",
    "geopoint": "answer-not-a-geopoint",
    "range": "answer-not-a-decimal",
}
Address = Callable[[str], str]


@dataclass(frozen=True)
class Screen:
    """One screen: its items, its errors for the top, and how far it is."""

    number: int
    heading: str
    items: tuple[Item, ...]
    errors: tuple[dict[str, str], ...]
    done: int
    total: int


def draw(
    filling: Filling,
    page: Page,
    *,
    checked: bool,
    rejected: Mapping[str, Any],
    media: Address,
    kept: Address | None = None,
    outline: str = "",
) -> Screen:
    """Draw a page with the answers so far; ``checked`` tells what is wrong with them.

    ``media`` gives the address of a file of the form, ``kept`` that of a file that was answered; ``outline``
    is where the boundaries are that places are drawn upon.
    """
    errors = messages(filling, filling.problems(page)) if checked else {}
    errors |= {place: describe(told["code"], told) for place, told in rejected.items()}
    done, total = progress(filling, page)
    painter = _Painter(errors, done, media, kept, outline)
    items = painter.items(_without_heading(filling.blocks(page), page))
    summary = tuple(
        {"id": f"question-{place}", "message": pair(short_label(filling, place), text)}
        for place, text in errors.items()
    )
    return Screen(
        page.number,
        unmarked(filling.text(page.label)),
        items,
        summary,
        min(done, total),
        total,
    )


def paint(page: Page, blocks: list[Block], media: Address, outline: str) -> tuple[Item, ...]:
    """The items of a page without answers, as the whole form is drawn for the browser."""
    return _Painter({}, None, media, outline=outline).items(_without_heading(blocks, page))


def _without_heading(blocks: list[Block], page: Page) -> list[Block]:
    """The blocks inside the page's own group: its label is the heading of the screen already."""
    inside: list[Block] = []
    for block in blocks:
        own = block.kind == "group" and block.field.path == page.group
        inside.extend(block.children if own else [block])
    return inside


def messages(filling: Filling, problems: list[AnswerProblem]) -> dict[str, str]:
    """Place → what is wrong there, in the form's own words where it has some."""
    return {each.place: _message(filling, each) for each in problems}


def progress(filling: Filling, page: Page) -> tuple[int, int]:
    """Number of the first question on the page, and how many the form may ask in all.

    Up to this page that is what it asks; of the pages after it nobody knows yet, so all they have counts. The
    share that is done never shrinks this way.
    """
    before = ahead = 0
    listed = pages(filling.form)
    for each in listed if page in listed else [page]:
        for path in each.questions:
            question = filling.form.questions[path]
            if question.kind == "note" or question.heads_table:
                continue
            places = filling.places(path)
            if each.number > page.number:
                ahead += max(1, len(places))
                continue
            asked = sum(1 for place in places if filling.relevant(place))
            if each.number < page.number:
                before += asked
            else:
                ahead += asked
    return before + 1, max(before + ahead, 1)


def _message(filling: Filling, problem: AnswerProblem) -> str:
    own = problem.facts.get("message")
    if own is not None:
        return filling.text(own, problem.place)
    node = filling.form.nodes.get(problem.path)
    kind = node.kind if isinstance(node, Question) else ""
    code = f"answer-{problem.code}"
    facts = problem.facts
    if problem.code == "type":
        if kind in LEAST_POINTS:
            return _places_message(kind, str(facts.get("found", "")))
        code = _TYPE_CODES.get(kind, code)
    found = facts.get("found")
    # What a device sent may be of any shape.
    if (
        isinstance(node, Question)
        and node.is_select
        and isinstance(found, str)
        and found in node.choice_by_value
    ):
        label = filling.text(node.choice_by_value[found].label, problem.place)
        facts = {**facts, "found": unmarked(label) or found}
    return describe(code, facts)


def _places_message(kind: str, typed: str) -> str:
    """What is wrong with a line or an area: the first line that is no point, else that points are too few."""
    points = lines_of_places(typed)
    for number, words in enumerate(points, start=1):
        if not is_place(words):
            return describe("answer-not-a-place", {"line": number, "found": " ".join(words)})
    return describe("answer-too-few-points", {"expected": LEAST_POINTS[kind], "found": len(points)})


def short_label(filling: Filling, place: str) -> str:
    """The label of a place, short enough for a list of errors, without its closing mark."""
    node = filling.form.nodes[path_of(place)]
    text = unmarked(filling.text(node.label, place) or node.name).rstrip("？?：: ")
    return text if len(text) <= 30 else f"{text[:29]}…"


class _Painter:
    """Turns blocks into items and counts the questions on the way, where they have a first number."""

    def __init__(
        self,
        errors: Mapping[str, str],
        first: int | None,
        media: Address,
        kept: Address | None = None,
        outline: str = "",
    ) -> None:
        self._errors = errors
        self._number = first
        self._media = media
        self._kept = kept
        self._outline = outline

    def items(self, blocks: Sequence[Block], level: int = 2) -> tuple[Item, ...]:
        """The items of blocks, with those inside them; ``level`` is that of their headings."""
        found = (self.item(block, level) for block in blocks)
        return tuple(each for each in found if each is not None)

    def item(self, block: Block, level: int = 2) -> Item | None:
        """The item of one block, with those inside it; None where there is nothing to show."""
        if block.kind == "question":
            return self._question(block.field)
        label = block.field.label
        # The rows of a repeat are counted under its heading, a group without a label has none.
        deeper = min(level + 1, 6) if label else level
        children = self.items(block.children, deeper)
        return Item(
            widget=block.kind,
            name=block.field.place,
            label=marked_inline(label),
            level=level,
            media=media_of(block.field.media, self._media) if block.kind != "row" else NO_MEDIA,
            error=self._errors.get(block.field.place, ""),
            children=children,
            may_add=block.may_add,
            may_remove=block.may_remove,
        )

    def _question(self, state: FieldState) -> Item | None:
        question = state.node
        if not isinstance(question, Question):
            raise TypeError(state.place)
        if question.heads_table:
            return Item("note", state.place, marked_blocks(state.label)) if state.label.strip() else None
        label = question_words(question.name, state.label) or question.name
        shared: dict[str, Any] = {
            "name": state.place,
            "label": marked_inline(label),
            "hint": marked_inline(state.hint),
            "guidance": marked_blocks(state.guidance, 4),
            "error": self._errors.get(state.place, ""),
            "required": state.required,
            "media": media_of(state.media, self._media),
        }
        if question.kind == "note":
            # A note with a value is a text that nobody may change. The whole form is drawn before it has one.
            said = bool(state.value or question.default)
            facts = shared | {"label": shared["label"] if said else marked_blocks(state.label)}
            return Item("said" if said else "note", value=said_text(question, state), **facts)
        shared["number"] = self._number or 0
        if self._number is not None:
            self._number += 1
        if state.readonly:
            return Item(widget="said", value=said_text(question, state), **shared)
        item = item_of(question, state, shared, self._media)
        if question.is_upload and state.value and self._kept is not None:
            return replace(item, kept=self._kept(str(state.value)))
        if item.script == "places" and self._outline:
            return replace(item, data={**item.data, "map": self._outline})
        return item
