"""How each kind of question is asked on the residents' page, by its type and its appearance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from app.forms.items import Item, Media, Option
from app.forms.others import choice_words, is_other
from app.forms.widget_words import words_of
from app.web.marking import marked_inline
from app.xforms.definition import Question
from app.xforms.filling import FieldState
from app.xforms.posting import shown_text

#: More choices than this make a list to pick from instead of rows.
_MOST_ROWS = 12
#: A longer list can be searched.
_MOST_UNSOUGHT = 30
_MOST_STEPS = 5
_MOST_PICKED = 200
#: Numbers are text fields with a number keyboard: a number field would drop what it cannot read.
_NUMBERS = {"inputmode": "numeric", "autocomplete": "off"}
_DECIMALS = {"inputmode": "decimal", "autocomplete": "off"}
_COLUMNS = re.compile(r"(?:columns|compact|quickcompact|horizontal)(?:-(\d{1,2}|pack|compact))?\Z")

Address = Callable[[str], str]


def item_of(question: Question, state: FieldState, shared: dict[str, Any], media: Address) -> Item:
    """The item that asks a question; ``shared`` is what items of all kinds have."""
    if question.is_select:
        return _select(question, state, shared, media)
    ask = _KINDS.get(question.kind, _text)
    return ask(question, state, shared)


def said_text(question: Question, state: FieldState) -> str:
    """A read-only answer in words."""
    if state.value is None:
        return ""
    if question.is_select:
        chosen = state.value if isinstance(state.value, list) else [state.value]
        labels = {each.value: each.label for each in state.choices}
        return _("、").join(labels.get(str(each), str(each)) for each in chosen)
    if isinstance(state.value, int | float) and "thousands-sep" in question.appearances:
        return f"{state.value:,}"
    if question.kind == "boolean":
        return _("是") if state.value is True else _("否")
    return shown_text(question, state.value)


def media_of(files: Mapping[str, str], address: Address) -> Media:
    """The addresses of the files that go with a label."""
    names = {"image": "image", "big-image": "big", "audio": "audio", "video": "video"}
    return Media(**{names[kind]: address(name) for kind, name in files.items() if kind in names and name})


def option_label(value: str, label: str) -> str:
    """The label of a choice, with the marks of the form."""
    return marked_inline(choice_words(value, label) or value)


def _select(question: Question, state: FieldState, shared: dict[str, Any], media: Address) -> Item:
    looks = question.appearances
    options = tuple(
        Option(each.value, option_label(each.value, each.label), media=media_of(each.media, media))
        for each in state.choices
    )
    if not options and not shared["hint"]:
        shared["hint"] = _("现在没有可选的选项：请先回答与它有关的题目。")
    if question.kind == "rank":
        return Item(
            "rank", options=options, value=state.value or [], script="rank", words=words_of("rank"), **shared
        )
    many = question.kind == "select_multiple"
    pictured = any(each.media.image for each in options)
    sought = not looks.isdisjoint({"autocomplete", "search"}) or len(options) > _MOST_UNSOUGHT
    short = "minimal" in looks or (sought and not pictured)
    layout = _layout(question)
    as_list = not many and not pictured and (short or (len(options) > _MOST_ROWS and not layout))
    facts: dict[str, Any] = {"options": options, "multiple": many, "value": state.value, "layout": layout}
    if sought:
        facts |= {"script": "filter", "words": words_of("filter")}
    elif not many and any(each.startswith("quick") for each in looks) and not as_list:
        facts["script"] = "quick"
    if as_list:
        return Item("list", **facts, **shared)
    # Only the form knows whether its choices are steps of one scale; codes say nothing of it.
    if "likert" in looks and not many:
        added = sum(1 for each in state.choices if is_other(each.value, each.label))
        facts |= {"options": _with_strength(options, len(options) - added), "scale": True}
    return Item("choices", folded=many and "minimal" in looks, **facts, **shared)


def _layout(question: Question) -> str:
    looks = question.appearances
    if "list-nolabel" in looks or "list" in looks:
        return "columns"
    for each in sorted(looks):
        found = _COLUMNS.match(each)
        if found:
            number = found[1] or ""
            return f"columns columns-{number}" if number.isdecimal() or number == "pack" else "columns"
    return "columns" if "no-buttons" in looks else ""


def _with_strength(options: tuple[Option, ...], most: int) -> tuple[Option, ...]:
    """The steps of a scale with their strength; what stands after the last is none ("don't know", "other").

    A scale may be listed from either end: where its codes are numbers, the larger is the stronger.
    """
    most = min(most, _MOST_STEPS)
    steps = options[:most]
    numeric = all(each.value.isdecimal() for each in steps)
    order = sorted(steps, key=lambda each: int(each.value)) if numeric else list(steps)
    ranked = tuple(replace(each, strength=order.index(each) + 1) for each in steps)
    return ranked + options[most:]


def _text(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    looks = question.appearances
    attributes: dict[str, str] = {}
    kind = "password" if "masked" in looks else "text"
    if "numbers" in looks:
        attributes = _NUMBERS
    elif "url" in looks:
        attributes = {"inputmode": "url", "autocapitalize": "off", "autocomplete": "url"}
    given = question.parameters.get("rows", "")
    rows = min(int(given), 20) if given.isdecimal() and int(given) else None
    if "multiline" in looks and rows is None:
        rows = 4
    return Item(
        "text", kind=kind, rows=rows, attributes=attributes, value=shown_text(question, state.value), **shared
    )


def _number(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    attributes = _NUMBERS if question.kind == "integer" else _DECIMALS
    script = "grouping" if "thousands-sep" in question.appearances else ""
    value = shown_text(question, state.value)
    return Item("text", attributes=attributes, value=value, script=script, **shared)


def _barcode(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    return Item(
        "text",
        attributes={"autocomplete": "off", "autocapitalize": "off"},
        value=shown_text(question, state.value),
        script="barcode",
        words=words_of("barcode"),
        **shared,
    )


def _moment(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    looks = question.appearances
    value = shown_text(question, state.value)
    kind = {"datetime": "datetime-local"}.get(question.kind, question.kind)
    if question.kind != "date" or looks.isdisjoint({"year", "month-year", "no-calendar"}):
        return Item("text", kind=kind, value=value, **shared)
    if "year" in looks:
        hint, facts = _("只填年份，例如 1958。"), {"kind": "text", "data": {"precision": "year"}}
    elif "month-year" in looks:
        hint, facts = _("填年和月，例如 1958-03。"), {"kind": "month", "data": {"precision": "month"}}
    else:
        hint, facts = _("填年、月、日，例如 1958-03-09。"), {"kind": "text", "data": {"precision": "day"}}
    return Item(
        "text",
        value=value,
        attributes=_NUMBERS if facts["kind"] == "text" else {},
        script="dates",
        **facts,  # type: ignore[arg-type]
        **(shared | {"hint": shared["hint"] or hint}),
    )


def _range(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    looks = question.appearances
    value = shown_text(question, state.value)
    start, end, step = (_decimal(question, name) for name in ("start", "end", "step"))
    if start is None or end is None or not step:
        return Item("text", attributes=_DECIMALS, value=value, **shared)
    labels = {each.value: option_label(each.value, each.label) for each in state.choices}
    count = int(abs(end - start) / abs(step)) + 1
    if not looks.isdisjoint({"picker", "rating"}) and count <= _MOST_PICKED:
        stride = abs(step) if end >= start else -abs(step)
        steps = [_plain(start + number * stride) for number in range(count)]
        options = tuple(Option(each, labels.get(each, each)) for each in steps)
        if "picker" in looks:
            return Item("list", options=options, value=value, **shared)
        return Item("choices", options=options, value=value, layout="columns columns-5", **shared)
    ends = [f"{_plain(each)} {labels.get(_plain(each), '')}".strip() for each in (start, end)]
    hint = shared["hint"] or _("从 %(start)s 到 %(end)s", start=ends[0], end=ends[1])
    return Item(
        "text",
        attributes=_DECIMALS,
        value=value,
        script="range",
        words=words_of("range"),
        data={
            "start": _plain(start),
            "end": _plain(end),
            "step": _plain(abs(step)),
            "first": labels.get(_plain(start), _plain(start)),
            "last": labels.get(_plain(end), _plain(end)),
        },
        **(shared | {"hint": hint}),
    )


def _decimal(question: Question, name: str) -> Decimal | None:
    try:
        found = Decimal(question.parameters.get(name, ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _acknowledge(_question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    option = Option("OK", _("我已阅读"))
    return Item("choices", options=(option,), multiple=True, value=state.value, **shared)


def _boolean(_question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    options = (Option("true", _("是")), Option("false", _("否")))
    value = None if state.value is None else str(state.value).lower()
    return Item("choices", options=options, value=value, **shared)


def _point(_question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    names = ("lat", "lon", "altitude", "accuracy")
    if isinstance(state.value, dict):
        value = {name: "" if state.value.get(name) is None else str(state.value[name]) for name in names}
    else:
        # What could not be read as a point is shown as it was typed.
        parts = str(state.value or "").split(maxsplit=1)
        value = dict(zip(names, [*parts, "", "", "", ""], strict=False))
    return Item("point", value=value, script="point", words=words_of("point"), **shared)


def _places(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    hint = shared["hint"] or (
        _("沿着这条线写点。")
        if question.kind == "geotrace"
        else _("沿着边界写点，最后一点会自动连回第一点。")
    )
    hint = hint + " " + _("每行一个点：纬度，经度，例如 29.29, 117.20。")
    return Item(
        "text",
        rows=5,
        attributes={"autocomplete": "off", "inputmode": "text"},
        value=shown_text(question, state.value),
        script="places",
        words=words_of("places"),
        data={"closed": "1"} if question.kind == "geoshape" else {},
        **(shared | {"hint": hint}),
    )


def _file(question: Question, state: FieldState, shared: dict[str, Any]) -> Item:
    looks = question.appearances
    accept = {"image": "image/*", "audio": "audio/*", "video": "video/*"}.get(question.kind)
    capture = None
    if "new-front" in looks or "selfie" in looks:
        capture = "user"
    elif any(each == "new" or each.startswith("new-") for each in looks):
        capture = "environment"
    facts: dict[str, Any] = {}
    if question.kind == "image":
        modes = sorted(looks & {"draw", "signature", "annotate"})
        script = "sketch" if modes else "picture"
        limit = question.parameters.get("max-pixels", "")
        data = {"mode": modes[0]} if modes else {}
        if limit.isdecimal():
            data["most"] = limit
        facts = {"script": script, "words": words_of(script), "data": data}
    accept = question.parameters.get("accept") or accept
    return Item("file", value=state.value, accept=accept, capture=capture, **facts, **shared)


_KINDS: dict[str, Callable[[Question, FieldState, dict[str, Any]], Item]] = {
    "integer": _number,
    "decimal": _number,
    "range": _range,
    "date": _moment,
    "time": _moment,
    "datetime": _moment,
    "barcode": _barcode,
    "acknowledge": _acknowledge,
    "boolean": _boolean,
    "geopoint": _point,
    "geotrace": _places,
    "geoshape": _places,
    "image": _file,
    "audio": _file,
    "video": _file,
    "file": _file,
}
