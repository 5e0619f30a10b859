"""Cutting a form into pages that need no script: what a question depends on always stands on an earlier
page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.xforms.definition import NO_TEXT, FormDefinition, Group, Node, Question, Repeat, Text
from app.xforms.ordering import ancestors, direct_reads, matching

if TYPE_CHECKING:
    from app.xforms.filling import Filling


@dataclass(frozen=True)
class Page:
    """One page.

    ``group`` is the top-level group it belongs to, ``repeats_opened`` where rows may be added here.
    """

    number: int
    group: str | None
    label: Text
    questions: tuple[str, ...]
    repeats_opened: tuple[str, ...] = ()


def pages(form: FormDefinition, *, one: bool = False) -> list[Page]:
    """Return the pages of a form: one per top-level group or run of questions outside groups.

    A new page begins before a question whose relevance, choices, calculation, texts or number of rows
    depend on a question of the same page, also by way of hidden calculations. ``one``: all questions on one
    page, which then has to be drawn again until nothing on it changes any more.
    """
    return list(_one_page(form) if one else _pages(form))


@lru_cache(maxsize=64)
def _one_page(form: FormDefinition) -> tuple[Page, ...]:
    shown = list(_shown(form.root))
    opened = sorted({repeat for question in shown for repeat in question.repeats})
    return (Page(1, None, NO_TEXT, tuple(question.path for question in shown), tuple(opened)),)


@lru_cache(maxsize=64)
def _pages(form: FormDefinition) -> tuple[Page, ...]:
    depends = _Dependencies(form)
    found: list[Page] = []
    opened: set[str] = set()
    for section, shown in _sections(form):
        for paths in _split(shown, depends):
            fresh = {repeat for path in paths for repeat in form.questions[path].repeats} - opened
            opened |= fresh
            label = NO_TEXT if section is None else section.label
            group = None if section is None else section.path
            found.append(Page(len(found) + 1, group, label, tuple(paths), tuple(sorted(fresh))))
    return tuple(found)


def _sections(form: FormDefinition) -> list[tuple[Node | None, list[Question]]]:
    """Return the top-level groups with their visible questions.

    Runs of questions outside groups have None.
    """
    runs: list[tuple[Node | None, list[Question]]] = []
    for top in form.root.children:
        shown = list(_shown(top))
        if not shown:
            continue
        section = None if isinstance(top, Question) else top
        if section is None and runs and runs[-1][0] is None:
            runs[-1][1].extend(shown)
        else:
            runs.append((section, shown))
    return runs


def _shown(node: Node) -> Iterator[Question]:
    if isinstance(node, Question):
        if node.control is not None:
            yield node
        return
    for child in node.children:
        yield from _shown(child)


def _split(shown: list[Question], depends: _Dependencies) -> Iterator[list[str]]:
    page: list[str] = []
    for question in shown:
        if page and depends.of(question) & set(page):
            yield page
            page = []
        page.append(question.path)
    if page:
        yield page


class _Dependencies:
    """What the sight of a question depends on: visible questions, found through hidden calculations."""

    def __init__(self, form: FormDefinition) -> None:
        self._form = form
        self._paths = dict(form.nodes)
        self._known: dict[str, frozenset[str]] = {}

    def of(self, question: Question) -> frozenset[str]:
        """Return the paths of all questions that a question's page must come after."""
        reads = self._own_reads(question) | self._reads_above(question.path)
        return self._closure(reads, question.path)

    def _own_reads(self, question: Question) -> set[str]:
        reads = direct_reads(question)
        for text in (question.label, question.hint, question.guidance):
            reads |= text.reads
        for choice in question.choices if question.itemset is None else ():
            reads |= choice.label.reads
        if question.itemset is not None:
            reads |= question.itemset.nodeset.reads
        if question.readonly is not None:
            reads |= question.readonly.reads
        return reads

    def _reads_above(self, path: str) -> set[str]:
        reads: set[str] = set()
        for above in ancestors(path):
            node = self._form.nodes[above]
            reads |= direct_reads(node) | node.label.reads
            if isinstance(node, Repeat) and node.count is not None:
                reads |= node.count.reads
        return reads

    def _closure(self, reads: set[str], start: str) -> frozenset[str]:
        found: set[str] = set()
        waiting = list(matching(reads, self._paths))
        while waiting:
            path = waiting.pop()
            if path in found or path == start:
                continue
            found.add(path)
            node = self._form.nodes[path]
            further = direct_reads(node) | self._reads_above(path)
            waiting.extend(matching(further, self._paths))
            # Its own row or group is asked for its number only; another one for the rows it has.
            if isinstance(node, Group | Repeat) and not start.startswith(path + "/"):
                waiting.extend(other for other in self._paths if other.startswith(path + "/"))
        return frozenset(found)


def next_page(form: FormDefinition, filling: Filling, number: int, *, one: bool = False) -> int | None:
    """Return the number of the next page that has something to show; ``number`` 0 stands before the first."""
    after = (page for page in pages(form, one=one) if page.number > number)
    return next((page.number for page in after if has_content(filling, page)), None)


def previous_page(form: FormDefinition, filling: Filling, number: int, *, one: bool = False) -> int | None:
    """Return the number of the page before that has something to show."""
    before = (page for page in reversed(pages(form, one=one)) if page.number < number)
    return next((page.number for page in before if has_content(filling, page)), None)


def has_content(filling: Filling, page: Page) -> bool:
    """Return whether a page has something to show now."""
    for path in page.questions:
        if any(filling.relevant(place) for place in filling.places(path)):
            return True
    # A repeat without rows is shown too, so that the first row can be added.
    for path in page.repeats_opened:
        repeat, above = filling.form.nodes[path], path.rpartition("/")[0]
        places = [f"{place}/{repeat.name}" for place in filling.places(above)]
        if isinstance(repeat, Repeat) and not repeat.fixed and any(map(filling.relevant, places)):
            return True
    return False
