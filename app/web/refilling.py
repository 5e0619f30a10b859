"""A page drawn anew after its form was refused: what was typed stands in the form again.

Works on the finished page, so it holds for every form, however its template was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import html

from app.errors import printable

#: Names of the fields that the mechanism itself adds or must never repeat.
CAME_FROM = "came_from"
_CONTROLS = "self::input or self::select or self::textarea"
#: Kinds of inputs whose value is the page's own, or nobody's to repeat.
_NOT_TYPED = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})


@dataclass(frozen=True)
class Fault:
    """One thing to mend: where in words, what, and the name of the field where known."""

    place: str
    message: str
    field: str | None = None
    found: str | None = None
    in_file: bool = False
    href: str | None = None
    #: Where inside the field it is: the line of a text of several.
    inside: str = ""


@dataclass(frozen=True)
class Sent:
    """What a form sent: its address, its values, and the names of the files that came with it."""

    address: str
    values: Mapping[str, Sequence[str]]
    files: frozenset[str]


class RefusedPage:
    """The page of a refused form."""

    def __init__(self, text: str, *, page: str, sent: Sent) -> None:
        self._document = html.document_fromstring(text)
        self._sent = sent
        self._stay_at(page)
        form = _form_of(self._document, sent)
        self._controls = _controls_of(self._document, form) if form is not None else []
        self.form_id = _identify(form, "refused-form") if form is not None else None
        if form is not None:
            self._refill(form, page)

    def _stay_at(self, page: str) -> None:
        """Relative addresses speak of the page, not of the address that its form was sent to."""
        for form in self._document.iter("form"):
            if not form.get("action"):
                form.set("action", page)
        for link in self._document.xpath("//a[starts-with(@href, '?')]"):
            link.set("href", page.partition("?")[0] + link.get("href"))

    def _refill(self, form: html.HtmlElement, page: str) -> None:
        form.append(html.Element("input", type="hidden", name=CAME_FROM, value=printable(page)))
        for control in self._controls:
            _put(control, self._sent.values)
        for frame in form.xpath("ancestor::details | .//details"):
            frame.set("open", "")

    def mark(self, faults: Sequence[Fault], *, choose_again: str) -> list[Fault]:
        """Put each fault beside its field; gives the faults with the address of the field."""
        marked = []
        for fault in faults:
            control = self._control_of(fault)
            if control is None:
                marked.append(fault)
                continue
            href = "#" + _identify(control, f"refused-{control.get('name')}")
            if control.get("type") == "file" and fault.in_file:
                marked.append(replace(fault, href=href))
                continue
            _say_beside(control, " ".join(part for part in (fault.inside, fault.message) if part))
            named = " ".join(part for part in (_label_of(self._document, control), fault.inside) if part)
            marked.append(replace(fault, href=href, place=named or fault.place))
        for control in self._controls:
            if control.get("type") == "file" and control.get("name") in self._sent.files:
                _say_beside(control, choose_again)
        return marked

    def _control_of(self, fault: Fault) -> html.HtmlElement | None:
        """The field that a fault names; else the one that sent what was found there."""
        texts = [
            each for each in self._controls if each.tag == "textarea" and each.get("name") == fault.field
        ]
        if fault.in_file and texts:
            return texts[0]
        if fault.in_file:
            fitting = [each for each in self._controls if each.get("name") in self._sent.files]
        elif fault.field:
            fitting = [each for each in self._controls if each.get("name") == fault.field]
            return fitting[0] if fitting else None
        else:
            fitting = [each for each in self._controls if fault.found and self._typed(each) == [fault.found]]
        return fitting[0] if len(fitting) == 1 else None

    def _typed(self, control: html.HtmlElement) -> list[str]:
        if control.get("type") in _NOT_TYPED:
            return []
        return list(self._sent.values.get(control.get("name", ""), ()))

    def with_summary(self, summary: str) -> str:
        """The page as text, with ``summary`` first in its body."""
        for main in self._document.iter("main"):
            main.insert(0, html.fragment_fromstring(summary.strip()))
        return str(html.tostring(self._document, encoding="unicode", doctype="<!doctype html>"))


def _form_of(document: html.HtmlElement, sent: Sent) -> html.HtmlElement | None:
    """The form that sent it: its address, and where several share one, its hidden values too."""
    found = [form for form in document.iter("form") if _leads_to(form, sent.address)]
    same = [form for form in found if _hidden(form) <= {(k, v) for k, vs in sent.values.items() for v in vs}]
    return same[0] if same else None


def _leads_to(form: html.HtmlElement, address: str) -> bool:
    ways = [form.get("action"), *form.xpath(".//button/@formaction")]
    posts = (form.get("method") or "get").lower() == "post"
    return posts and any(str(way).partition("?")[0] == address for way in ways)


def _hidden(form: html.HtmlElement) -> set[tuple[str, str]]:
    fields = form.xpath(".//input[@type='hidden'][@name != 'csrf_token']")
    return {(field.get("name"), field.get("value", "")) for field in fields}


def _controls_of(document: html.HtmlElement, form: html.HtmlElement) -> list[html.HtmlElement]:
    inside = form.xpath(f".//*[{_CONTROLS}][@name][not(@form)]")
    if form.get("id"):
        inside += document.xpath(f"//*[{_CONTROLS}][@name][@form = $id]", id=form.get("id"))
    return list(inside)


def _put(control: html.HtmlElement, values: Mapping[str, Sequence[str]]) -> None:
    """Give a control the value it was sent with."""
    kind, name = control.get("type", "text").lower(), control.get("name")
    if control.tag == "input" and kind in {"checkbox", "radio"}:
        _switch(control, "checked", control.get("value", "on") in values.get(name, ()))
    elif (control.tag == "input" and kind in _NOT_TYPED) or name not in values:
        return
    elif control.tag == "select":
        for option in control.iter("option"):
            _switch(option, "selected", option.get("value", option.text_content()) in values[name])
    elif control.tag == "textarea":
        # A browser drops the first line break of a text area.
        control.text = "\n" + printable(values[name][0])
    else:
        control.set("value", printable(values[name][0]))


def _switch(element: html.HtmlElement, attribute: str, on: bool) -> None:
    element.attrib.pop(attribute, None)
    if on:
        element.set(attribute, "")


def _identify(element: html.HtmlElement, identity: str) -> str:
    if not element.get("id"):
        element.set("id", identity)
    return str(element.get("id"))


def _say_beside(control: html.HtmlElement, message: str) -> None:
    """The words stand before the control, which is described by them."""
    identity = f"{_identify(control, 'refused-' + control.get('name'))}-fault"
    words = html.Element("p", {"class": "error", "id": identity})
    words.text = message
    before = control.getparent() if control.getparent().tag == "label" else control
    before.addprevious(words)
    control.set("aria-invalid", "true")
    control.set("aria-describedby", f"{control.get('aria-describedby', '')} {identity}".strip())
    for frame in control.xpath("ancestor::*[contains(concat(' ', @class, ' '), ' field ')][1]"):
        frame.set("class", f"{frame.get('class')} has-error")


def _label_of(document: html.HtmlElement, control: html.HtmlElement) -> str:
    labels: Any = document.xpath("//label[@for = $id]/text()[1]", id=control.get("id", ""))
    return str(labels[0]).strip() if labels else ""
