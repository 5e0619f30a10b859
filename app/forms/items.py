"""The parts of a screen of the residents' page, as its templates draw them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Media:
    """Addresses of what goes with a label; ``big`` is the same picture for a closer look."""

    image: str = ""
    big: str = ""
    audio: str = ""
    video: str = ""


NO_MEDIA = Media()


@dataclass(frozen=True)
class Option:
    """A choice as the page shows it."""

    value: str
    label: str
    #: How strong a step of a scale it is, from 1; 0 where it is none.
    strength: int = 0
    media: Media = NO_MEDIA


@dataclass(frozen=True)
class Item:
    """A part of a screen. ``widget`` names how it is drawn.

    ``script`` names the script that makes more of it: its file, and its function in ``window.formWidgets``;
    ``words`` are what that script says, ``data`` what it has to know.
    """

    widget: str
    name: str
    label: str = ""
    hint: str = ""
    guidance: str = ""
    error: str = ""
    required: bool = False
    #: 0 where the page's script gives it, and with it the names of fields.
    number: int | None = None
    value: Any = None
    options: tuple[Option, ...] = ()
    multiple: bool = False
    scale: bool = False
    folded: bool = False
    kind: str = "text"
    rows: int | None = None
    accept: str | None = None
    capture: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    media: Media = NO_MEDIA
    #: The address of a file that was kept, to look at.
    kept: str = ""
    layout: str = ""
    script: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    level: int = 2
    children: tuple[Item, ...] = ()
    may_add: bool = False
    may_remove: bool = False

    @cached_property
    def element(self) -> dict[str, str]:
        """The attributes by which scripts know the element of this item."""
        found = {"data-script": self.script} if self.script else {}
        if self.words:
            found["data-words"] = json.dumps(self.words, ensure_ascii=False, separators=(",", ":"))
        return found | {f"data-{name}": text for name, text in self.data.items()}


def scripts_of(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The scripts that these items and those inside need, what they share first."""
    found = sorted({each.script for each in _all(items) if each.script})
    return ("widgets", *found) if found else ()


def styles_of(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The styles that these items and those inside need besides those of every page."""
    found = _all(items)
    scripts = {each.script for each in found if each.script}
    needs = {
        "question-parts.css": any(_needs_parts(each) for each in found),
        "columns.css": any(each.layout for each in found),
        "marked.css": any(_is_marked(each) for each in found),
        "widgets.css": bool(scripts),
        "seeking.css": "filter" in scripts,
        "board.css": bool(scripts & {"places", "sketch"}),
    }
    return tuple(name for name, needed in needs.items() if needed)


def _is_marked(item: Item) -> bool:
    words = (item.label, item.hint, item.guidance, *(each.label for each in item.options))
    return any('class="marked' in each for each in words)


def _needs_parts(item: Item) -> bool:
    media = (item.media, *(each.media for each in item.options))
    plain = item.widget in {"choices", "list", "text", "note"} or (item.widget == "group" and not item.label)
    return not plain or bool(item.folded or item.guidance) or any(each != NO_MEDIA for each in media)


def _all(items: tuple[Item, ...]) -> list[Item]:
    return [each for item in items for each in (item, *_all(item.children))]
