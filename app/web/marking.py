"""The part of Markdown that labels and hints of a form may use, as HTML that can do no harm.

As in ODK: headings, emphasis, links, lists and line breaks. Tags such as ``<span style="…">`` go and leave
their words; any other tag is shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

#: No label is longer; an answer that stands in one may be, and is shown as it is.
_LONGEST = 20_000
#: Every part is bounded, so that no text takes longer than its length allows.
_INLINE = re.compile(
    r"\\(?P<plain>[\\`*_{}\[\]()#+\-.!<>])"
    r"|\*\*(?=\S)(?P<strong>[^\n]{1,600}?)(?<=\S)\*\*"
    r"|(?<![A-Za-z0-9_])__(?=\S)(?P<strong2>[^\n]{1,600}?)(?<=\S)__(?![A-Za-z0-9_])"
    r"|\*(?=[^\s*])(?P<em>[^\n*]{1,600}?)(?<=\S)\*"
    r"|(?<![A-Za-z0-9_])_(?=[^\s_])(?P<em2>[^\n_]{1,600}?)(?<=\S)_(?![A-Za-z0-9_])"
    r"|\[(?P<words>[^\[\]\n]{1,300})\]\((?P<address>[^()\s]{1,600})\)"
)
_DROPPED = re.compile(r"</?(?:span|p|div|font|center)(?:\s[^<>]{0,300})?>|<br\s?/?>", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"\s{0,3}[-*+]\s+(.*)")
_NUMBERED = re.compile(r"\s{0,3}\d{1,3}[.)]\s+(.*)")
_SAFE = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)


def marked_inline(text: str) -> Markup:
    """Return a label as phrasing content: its headings and list items are lines of their own."""
    if not _is_marked(text):
        return _broken(escape(text.strip()))
    shown = Markup("")
    running = False
    for line in filter(str.strip, _lines(text)):
        kind, words, _level = _read(line)
        shown += Markup("<br>") if running and not kind else Markup("")
        inside = _inline(words)
        shown += Markup('<span class="marked-{}">{}</span>').format(kind, inside) if kind else inside
        running = not kind
    return shown


def marked_blocks(text: str, heading: int = 2) -> Markup:
    """Return a note as blocks; its largest heading is ``<h2>``, or of the level that is given."""
    if not _is_marked(text):
        return Markup("<p>{}</p>").format(_broken(escape(text.strip()))) if text.strip() else Markup("")
    return Markup("").join(_blocks(_lines(text), heading))


def unmarked(text: str) -> str:
    """Return the words of a text without its marks."""
    if not _is_marked(text):
        return text
    lines = (_inline(_read(line)[1]).striptags() for line in _lines(text))
    return " ".join(line for line in lines if line)


def _is_marked(text: str) -> bool:
    return len(text) <= _LONGEST and any(sign in text for sign in "*_[#<\\-+.)")


def _broken(text: Markup) -> Markup:
    return Markup("<br>").join(text.split("\n"))


def _lines(text: str) -> list[str]:
    return _DROPPED.sub(lambda tag: "\n" if tag[0][1:3].lower() == "br" else "", text).strip().split("\n")


def _read(line: str) -> tuple[str, str, int]:
    """Return the kind of a line ("" for words alone), its words, and the level of a heading."""
    heading = _HEADING.match(line)
    if heading:
        return "heading", heading[2].rstrip("# "), len(heading[1])
    for kind, pattern in (("item", _BULLET), ("number", _NUMBERED)):
        found = pattern.match(line)
        if found:
            return kind, found[1] if kind == "item" else line.strip(), 0
    return "", line.strip(), 0


def _blocks(lines: list[str], top: int) -> Iterator[Markup]:
    waiting: list[Markup] = []
    kept = ""
    for line in [*lines, ""]:
        kind, words, level = _read(line)
        if kind == "number":
            words = _NUMBERED.sub(r"\1", words)
        if kind != kept or not (kind or words):
            yield _closed(kept, waiting)
            waiting = []
        kept = kind
        if kind == "heading":
            number = min(top + level - 1, 6)
            yield Markup("<h{0}>{1}</h{0}>").format(number, _inline(words))
        elif words:
            waiting.append(_inline(words))
    yield _closed(kept, waiting)


def _closed(kind: str, parts: list[Markup]) -> Markup:
    if not parts:
        return Markup("")
    if not kind:
        return Markup("<p>{}</p>").format(Markup("<br>").join(parts))
    tag = "ul" if kind == "item" else "ol"
    items = Markup("").join(Markup("<li>{}</li>").format(part) for part in parts)
    return Markup('<{0} class="marked">{1}</{0}>').format(tag, items)


def _inline(text: str, depth: int = 0) -> Markup:
    done: list[Markup] = []
    position = 0
    for found in _INLINE.finditer(text) if depth < 4 else ():
        done.append(escape(text[position : found.start()]))
        done.append(_piece(found, depth))
        position = found.end()
    return Markup("").join([*done, escape(text[position:])])


def _piece(found: re.Match[str], depth: int) -> Markup:
    if found["plain"]:
        return escape(found["plain"])
    strong, slanted = found["strong"] or found["strong2"], found["em"] or found["em2"]
    if strong:
        return Markup("<strong>{}</strong>").format(_inline(strong, depth + 1))
    if slanted:
        return Markup("<em>{}</em>").format(_inline(slanted, depth + 1))
    words = _inline(found["words"], depth + 1)
    if not _SAFE.match(found["address"]):
        return words
    link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
    return link.format(found["address"], words)
