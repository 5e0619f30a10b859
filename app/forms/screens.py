"""What a screen of the residents' page shows: blocks of the form turned into fields with words and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from app.errors import describe
from app.i18n import pair
from app.xforms.answers import path_of, text_of
from app.xforms.definition import Question
from app.xforms.filling import AnswerProblem, Block, FieldState, Filling
from app.xforms.paging import Page, pages

#: More choices than this make a list to pick from instead of rows.
_MOST_ROWS = 12
_MOST_STEPS = 5
_TYPE_CODES = {
    "integer": "answer-not-an-integer",
    "decimal": "answer-not-a-decimal",
    "date": "answer-not-a-date",
    "time": "answer-not-a-time",
    "datetime": "answer-not-a-datetime",
    "geopoint": "answer-not-a-geopoint",
    "range": "answer-not-a-decimal",
}
_INPUTS: dict[str, tuple[str, dict[str, str]]] = {
    # Numbers are text fields with a number keyboard: a number field would drop what it cannot read.
    "integer": ("text", {"inputmode": "numeric", "autocomplete": "off"}),
    "decimal": ("text", {"inputmode": "decimal", "autocomplete": "off"}),
    "range": ("text", {"inputmode": "decimal", "autocomplete": "off"}),
    "date": ("date", {}),
    "time": ("time", {}),
    "datetime": ("datetime-local", {}),
}

Address = Callable[[str], str]


@dataclass(frozen=True)
class Option:
    """A choice as the page shows it."""

    value: str
    label: str
    #: How strong a step of a scale it is, from 1; 0 where it is none.
    strength: int = 0


@dataclass(frozen=True)
class Item:
    """A part of a screen. ``widget`` names how it is drawn."""

    widget: str
    name: str
    label: str = ""
    hint: str = ""
    error: str = ""
    required: bool = False
    number: int | None = None
    value: Any = None
    options: tuple[Option, ...] = ()
    multiple: bool = False
    scale: bool = False
    kind: str = "text"
    rows: int | None = None
    accept: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    children: tuple[Item, ...] = ()
    may_add: bool = False
    may_remove: bool = False


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
    filling: Filling, page: Page, *, checked: bool, rejected: Mapping[str, Any], media: Address
) -> Screen:
    """Draw a page with the answers so far; ``checked`` tells what is wrong with them."""
    errors = messages(filling, filling.problems(page)) if checked else {}
    errors |= {place: describe(told["code"], told) for place, told in rejected.items()}
    done, total = progress(filling, page)
    painter = _Painter(errors, done, media)
    items = tuple(painter.item(block) for block in _without_heading(filling.blocks(page), page))
    summary = tuple(
        {"id": f"question-{place}", "message": pair(short_label(filling, place), text)}
        for place, text in errors.items()
    )
    return Screen(page.number, filling.text(page.label), items, summary, min(done, total), total)


def paint(page: Page, blocks: list[Block], media: Address) -> tuple[Item, ...]:
    """The items of a page without answers, as the whole form is drawn for the browser."""
    painter = _Painter({}, 1, media)
    return tuple(painter.item(block) for block in _without_heading(blocks, page))


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
            if filling.form.questions[path].kind == "note":
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
    if problem.code == "type":
        code = _TYPE_CODES.get(kind, code)
    return describe(code, problem.facts)


def short_label(filling: Filling, place: str) -> str:
    """The label of a place, short enough for a list of errors, without its closing mark."""
    node = filling.form.nodes[path_of(place)]
    text = (filling.text(node.label, place) or node.name).rstrip("？?：: ")
    return text if len(text) <= 30 else f"{text[:29]}…"


class _Painter:
    """Turns blocks into items and counts the questions on the way."""

    def __init__(self, errors: Mapping[str, str], first: int, media: Address) -> None:
        self._errors = errors
        self._number = first
        self._media = media

    def item(self, block: Block) -> Item:
        """The item of one block, with those inside it."""
        if block.kind == "question":
            return self._question(block.field)
        children = tuple(self.item(child) for child in block.children)
        return Item(
            widget=block.kind,
            name=block.field.place,
            label=block.field.label,
            error=self._errors.get(block.field.place, ""),
            children=children,
            may_add=block.may_add,
            may_remove=block.may_remove,
        )

    def _question(self, state: FieldState) -> Item:
        question = state.node
        if not isinstance(question, Question):
            raise TypeError(state.place)
        shared: dict[str, Any] = {
            "name": state.place,
            "label": state.label or question.name,
            "hint": " ".join(text for text in (state.hint, state.guidance) if text),
            "error": self._errors.get(state.place, ""),
            "required": state.required,
            "pictures": tuple(self._media(name) for kind, name in state.media.items() if kind == "image"),
        }
        if question.kind == "note":
            return Item(widget="note", **shared)
        shared["number"] = self._number
        self._number += 1
        if state.readonly:
            return Item(widget="said", value=self._shown(question, state), **shared)
        return self._widget(question, state, shared)

    def _widget(self, question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
        if question.is_select:
            return self._choices(question, state, shared)
        if question.kind == "acknowledge":
            option = Option("OK", _("我已阅读"))
            return Item(widget="choices", options=(option,), multiple=True, value=state.value, **shared)
        if question.kind == "boolean":
            options = (Option("true", _("是")), Option("false", _("否")))
            value = None if state.value is None else str(state.value).lower()
            return Item(widget="choices", options=options, value=value, **shared)
        if question.kind == "geopoint":
            return Item(widget="point", value=self._point(state.value), **shared)
        if question.is_upload:
            accept = {"image": "image/*", "audio": "audio/*", "video": "video/*"}.get(question.kind)
            return Item(widget="file", value=state.value, accept=accept, **shared)
        kind, attributes = _INPUTS.get(question.kind, ("text", {}))
        long = question.kind in {"geotrace", "geoshape"} or "multiline" in question.appearances
        rows = 4 if long or "rows" in question.parameters else None
        if question.kind == "range" and not shared["hint"]:
            shared["hint"] = _range_hint(question)
        value = self._shown(question, state)
        return Item(widget="text", kind=kind, rows=rows, attributes=attributes, value=value, **shared)

    def _choices(self, question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
        options = tuple(
            Option(each.value, self._choice_label(each.label, each.media)) for each in state.choices
        )
        if not options and not shared["hint"]:
            shared["hint"] = _("现在没有可选的选项：请先回答与它有关的题目。")
        if question.kind == "rank":
            return Item(widget="rank", options=options, value=state.value or [], **shared)
        many = question.kind == "select_multiple"
        # Only the form knows whether its choices are steps of one scale; codes say nothing of it.
        scale = "likert" in question.appearances and not many
        options = _with_strength(options) if scale else options
        widget = "choices" if many or len(options) <= _MOST_ROWS else "list"
        return Item(widget=widget, options=options, multiple=many, scale=scale, value=state.value, **shared)

    def _choice_label(self, label: str, media: Mapping[str, str]) -> str:
        if "image" not in media:
            return label
        picture = Markup('<img src="{}" alt="" loading="lazy"> {}')
        return picture.format(self._media(media["image"]), label)

    def _shown(self, question: Question, state: FieldState) -> str:
        if state.value is None:
            return ""
        return state.value if isinstance(state.value, str) else text_of(question, state.value)

    def _point(self, value: Any) -> dict[str, str]:
        if isinstance(value, dict):
            return {"lat": str(value.get("lat", "")), "lon": str(value.get("lon", ""))}
        # What could not be read as a point is shown as it was typed.
        parts = str(value or "").split()
        return {"lat": parts[0] if parts else "", "lon": " ".join(parts[1:])}


def _with_strength(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The steps of a scale with their strength; what stands after the last is none ("don't know").

    A scale may be listed from either end: where its codes are numbers, the larger is the stronger.
    """
    steps = options[:_MOST_STEPS]
    numeric = all(each.value.isdecimal() for each in steps)
    order = sorted(steps, key=lambda each: int(each.value)) if numeric else list(steps)
    ranked = tuple(replace(each, strength=order.index(each) + 1) for each in steps)
    return ranked + options[_MOST_STEPS:]


def _range_hint(question: Question) -> str:
    start, end = question.parameters.get("start", ""), question.parameters.get("end", "")
    return _("从 %(start)s 到 %(end)s", start=start, end=end) if start and end else ""
