"""Filling a form page by page on the server: what is asked now, in which words, and what is wrong with the
answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.xforms.answers import path_of
from app.xforms.checking import AnswerProblem, check_answers, check_live
from app.xforms.definition import FormDefinition, Group, Node, Output, Question, Repeat, Text
from app.xforms.fitting import open_live
from app.xforms.live import LiveForm
from app.xforms.offering import OfferedChoice, offered_choices
from app.xforms.sizing import room_for
from app.xforms.starting import add_row, remove_row, start_answers
from app.xforms.taking import take_fields
from app.xforms.xpath import Context, TreeNode, to_text

if TYPE_CHECKING:
    from app.xforms.paging import Page

__all__ = [
    "AnswerProblem",
    "Block",
    "FieldState",
    "Filling",
    "OfferedChoice",
    "add_row",
    "check_answers",
    "open_filling",
    "remove_row",
    "take_fields",
]


@dataclass(frozen=True)
class FieldState:
    """One node of the form as it stands now, in the reader's language."""

    node: Node
    path: str
    place: str
    value: Any = None
    relevant: bool = True
    required: bool = False
    readonly: bool = False
    label: str = ""
    hint: str = ""
    guidance: str = ""
    media: Mapping[str, str] = field(default_factory=dict)
    required_message: str = ""
    constraint_message: str = ""
    choices: tuple[OfferedChoice, ...] = ()


@dataclass(frozen=True)
class Block:
    """A part of a page: a question, or a group, repeat or row with parts of its own."""

    kind: str
    field: FieldState
    children: tuple[Block, ...] = ()
    may_add: bool = False
    may_remove: bool = False


class Filling:
    """A form with answers in it.

    Calculations are done; ``answers`` has them, and None for what is not relevant.
    """

    def __init__(self, live: LiveForm) -> None:
        self.form = live.form
        self.language = live.language
        self.answers = live.answers()
        self._live = live

    def all_answers(self) -> dict[str, Any]:
        """Return the answers with what is not relevant now: it may become so again."""
        return self._live.answers(drop_irrelevant=False)

    def places(self, path: str) -> list[str]:
        """Return all places of a path now; of a repeat, its rows."""
        return [self._live.place_of[node] for node in self._live.world.index.get(path, ())]

    def relevant(self, place: str) -> bool:
        """Return whether a place is relevant; of a repeat (without a row), whether its rows would be."""
        node = self._live.places.get(place)
        if node is not None:
            return node.relevant
        parent = self._live.places.get(place.rpartition("/")[0])
        definition = self.form.nodes[path_of(place)]
        return (
            parent is not None and isinstance(definition, Repeat) and self._live.asks_rows(definition, parent)
        )

    def text(self, text: Text, place: str = "") -> str:
        """Return a text in the language, its outputs worked out at a place."""
        node = self._live.places.get(place, self._live.root)
        context = Context(self._live.world, node)
        return "".join(
            to_text(part.expression.evaluate(context)) if isinstance(part, Output) else part
            for part in text.parts_in("" if self._is_missing(text) else self.language)
        )

    def _is_missing(self, text: Text) -> bool:
        """A form's compiler writes "-" where a language has no text."""
        return text.parts.get(self.language) == ("-",)

    def field(self, place: str) -> FieldState:
        """Return the state of a place. Raises KeyError for one that is not there."""
        definition = self.form.nodes[path_of(place)]
        node = self._live.places.get(place)
        if node is None and not isinstance(definition, Repeat):
            raise KeyError(place)
        if not isinstance(definition, Question) or node is None:
            return FieldState(
                node=definition,
                path=definition.path,
                place=place,
                relevant=self.relevant(place),
                label=self.text(definition.label, place if node is not None else place.rpartition("/")[0]),
                media=definition.label.media_in(self.language),
            )
        return self._question_state(definition, node, place)

    def _question_state(self, question: Question, node: TreeNode, place: str) -> FieldState:
        live = self._live
        return FieldState(
            node=question,
            path=question.path,
            place=place,
            value=live.answer(node) if node.relevant else None,
            relevant=node.relevant,
            required=live.holds(question.required, node, otherwise=False),
            readonly=self._is_readonly(question, node),
            label=self.text(question.label, place),
            hint=self.text(question.hint, place),
            guidance=self.text(question.guidance, place),
            media=question.label.media_in(self.language),
            required_message=self.text(question.required_message, place),
            constraint_message=self.text(question.constraint_message, place),
            choices=tuple(
                OfferedChoice(
                    choice.value,
                    self.text(choice.label, place),
                    choice.label.media_in(self.language),
                    choice.columns,
                )
                for choice in (
                    offered_choices(live, question, node) if question.itemset or question.choices else ()
                )
            ),
        )

    def _is_readonly(self, question: Question, node: TreeNode) -> bool:
        if question.calculate is not None or question.kind == "note":
            return True
        return self._live.is_readonly(node)

    def keep_orders(self, key: str) -> Filling:
        """This filling, whose choices in no order of the form's keep the one that ``key`` gives them."""
        self._live.world.order = key
        return self

    def blocks(self, page: Page) -> list[Block]:
        """Return what a page shows now, nested as the form is; only what is relevant."""
        wanted = set(page.questions)
        opened = set(page.repeats_opened)
        return self._blocks(self.form.root, self.form.root.path, wanted, opened)

    def _blocks(self, group: Group | Repeat, place: str, wanted: set[str], opened: set[str]) -> list[Block]:
        blocks: list[Block] = []
        for child in group.children:
            here = f"{place}/{child.name}"
            if isinstance(child, Question):
                if child.path in wanted and self.relevant(here):
                    blocks.append(Block("question", self.field(here)))
            elif any(path.startswith(child.path + "/") for path in wanted) and self.relevant(here):
                if isinstance(child, Repeat):
                    blocks.append(self._repeat_block(child, here, wanted, opened))
                    continue
                inside = self._blocks(child, here, wanted, opened)
                if inside:
                    blocks.append(Block("group", self.field(here), tuple(inside)))
        return blocks

    def _repeat_block(self, repeat: Repeat, place: str, wanted: set[str], opened: set[str]) -> Block:
        free = repeat.path in opened and not repeat.fixed
        rows = []
        number = 1
        while f"{place}[{number}]" in self._live.places:
            row = f"{place}[{number}]"
            if self.relevant(row):
                inside = tuple(self._blocks(repeat, row, wanted, opened))
                rows.append(Block("row", self.field(row), inside, may_remove=free))
            number += 1
        return Block(
            "repeat", self.field(place), tuple(rows), may_add=free and room_for(self._live, repeat) > 0
        )

    def asked(self, page: Page) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Return what a page asks now: places with the choices they offer where answers decide on them."""
        found = set()
        for path in page.questions:
            question = self.form.questions[path]
            open_choices = question.itemset is not None and question.itemset.filtered
            for node in self._live.world.index.get(path, ()):
                if node.relevant:
                    offered = offered_choices(self._live, question, node) if open_choices else ()
                    values = tuple(sorted(each.value for each in offered))
                    found.add((self._live.place_of[node], values))
        return frozenset(found)

    def problems(self, page: Page | None = None) -> list[AnswerProblem]:
        """Return what is wrong with the answers of a page, or of the whole form.

        Answers that stopped being relevant are no mistake here: ``answers`` leaves them out.
        """
        found = check_live(self._live, None if page is None else set(page.questions))
        return [problem for problem in found if problem.code != "irrelevant"]


def open_filling(
    form: FormDefinition,
    answers: Mapping[str, Any],
    *,
    language: str = "",
    now: datetime | None = None,
    metadata: Mapping[str, str] | None = None,
    first: bool = False,
) -> Filling:
    """Work out a form with these answers. ``first``: a new form, which gets its defaults and preloaded
    values.

    Rows of repeats with a count are added and cut to it.
    """
    current: dict[str, Any] = deepcopy(dict(answers))
    if first:
        current = start_answers(form, current, now=now, metadata=metadata)
    live = open_live(form, current, language=language, now=now, metadata=metadata)
    if first:
        live.preload()
        live.calculate()
    return Filling(live)
