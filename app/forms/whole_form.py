"""Every screen of a form at once, for the page that fills it in the browser: what is drawn, what is told.

Whatever depends on answers is left open. Where a text shows a value, the numbers of the node and of the
output stand between two private signs; the rows of a repeat are drawn once, at places such as
``/data/people[#]``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

from app.errors import describe
from app.forms.items import Item, scripts_of, styles_of
from app.forms.screens import Address, paint
from app.web.marking import unmarked
from app.web.packs import together
from app.xforms.answers import path_of
from app.xforms.definition import FormDefinition, Group, Output, Question, Repeat, Text, is_true
from app.xforms.filling import Block, FieldState
from app.xforms.offering import OfferedChoice
from app.xforms.paging import Page, pages
from app.xforms.shipping import node_numbers, outputs_of, shipped_form
from app.xforms.starting import initial_answers, new_row

_MARKS = "\ue000{}.{}\ue001"
_NEW_ROW = "[#]"
#: The kinds of questions that the scripts treat apart; all kinds of files are one.
_KINDS_TOLD = frozenset({"note", "range", "file"})


@dataclass(frozen=True)
class OpenScreen:
    """A screen with all its questions."""

    heading: str
    items: tuple[Item, ...]


class WholeForm:
    """A form without answers in one language; stands in for a filling where screens are drawn."""

    def __init__(self, form: FormDefinition, language: str, *, one_page: bool = False) -> None:
        self.form = form
        self.language = language
        self._one_page = one_page

    @cached_property
    def pages(self) -> list[Page]:
        """The pages of the form, or the only one."""
        return pages(self.form, one=self._one_page)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return node_numbers(self.form)

    def text(self, text: Text, place: str = "") -> str:
        """A text in the language; where a value is shown, its marks."""
        return "".join(
            self._mark(part, path_of(place).replace(_NEW_ROW, "")) if isinstance(part, Output) else part
            for part in text.parts_in(self.language)
        )

    def _mark(self, output: Output, path: str) -> str:
        node = self.form.nodes[path]
        known = [each.text for each in outputs_of(node)]
        return _MARKS.format(self._numbers[path], known.index(output.expression.text))

    def screens(self, media: Address, outline: str) -> list[OpenScreen]:
        """All screens in their order."""
        drawn = []
        for page in self.pages:
            blocks = self._blocks(self.form.root, self.form.root.path, page)
            heading = unmarked(self.text(page.label, page.group or ""))
            drawn.append(OpenScreen(heading, paint(page, blocks, media, outline)))
        return drawn

    def _blocks(self, group: Group | Repeat, place: str, page: Page) -> list[Block]:
        blocks: list[Block] = []
        for child in group.children:
            here = f"{place}/{child.name}"
            if isinstance(child, Question):
                if child.path in page.questions:
                    blocks.append(Block("question", self._question(child, here)))
            elif any(path.startswith(f"{child.path}/") for path in page.questions):
                state = FieldState(child, child.path, here, label=self.text(child.label, here))
                if isinstance(child, Group):
                    blocks.append(Block("group", state, tuple(self._blocks(child, here, page))))
                    continue
                row = here + _NEW_ROW
                free = child.path in page.repeats_opened and not child.fixed
                inside = tuple(self._blocks(child, row, page))
                shape = FieldState(child, child.path, row, label=state.label)
                rows = (Block("row", shape, inside, may_remove=free),)
                blocks.append(Block("repeat", state, rows, may_add=free))
        return blocks

    def _question(self, question: Question, place: str) -> FieldState:
        readonly = question.readonly is not None and question.readonly.constant and is_true(question.readonly)
        return FieldState(
            node=question,
            path=question.path,
            place=place,
            value="-" if question.is_upload else None,
            readonly=readonly or question.calculate is not None,
            label=self.text(question.label, place),
            hint=self.text(question.hint, place),
            guidance=self.text(question.guidance, place),
            media=question.label.media_in(self.language),
            choices=self._choices(question, place),
        )

    def _choices(self, question: Question, place: str) -> tuple[OfferedChoice, ...]:
        if question.is_select and question.itemset is not None and question.itemset.instance_id is None:
            # What is offered are answers: the page makes a choice like this one of each.
            return (OfferedChoice("", ""),)
        return tuple(
            OfferedChoice(
                each.value, self.text(each.label, place), each.label.media_in(self.language), each.columns
            )
            for each in question.choices
        )

    def facts(self) -> dict[str, Any]:
        """What the scripts of the page are told of the form, JSON-able.

        ``rules`` (app/xforms/shipping.py); ``start``, the answers it begins with; ``rows``, those of a new
        row, by number of the repeat; ``preloads`` ``[number, kind, parameter]``; ``kinds``, numbers of
        notes, ranges and files; ``pages`` ``[questions, repeats opened, group]``; ``required``, what most
        questions say where an answer is missing; ``said``, other messages by number: constraint ``c``,
        required ``q``, range ``g`` ``[start, end, message]``.
        """
        form, numbers = self.form, self._numbers
        required = self._usually_required()
        said = {
            numbers[path]: told
            for path, question in form.questions.items()
            if (told := self._said(question, required))
        }
        preloads = [
            [numbers[path], each.preload.kind, each.preload.params]
            for path, each in form.questions.items()
            if each.preload is not None
        ]
        return {
            "rules": self._rules(),
            "start": _given(initial_answers(form, {})),
            "rows": self._rows(),
            "preloads": preloads,
            "kinds": self._kinds(),
            "pages": [
                [
                    [numbers[path] for path in page.questions],
                    [numbers[path] for path in page.repeats_opened if self._may_add(path)],
                    numbers.get(page.group or "", 0),
                ]
                for page in self.pages
            ],
            "required": required,
            "said": said,
        }

    def _rows(self) -> dict[int, dict[str, Any]]:
        nodes = {path: self.form.nodes.get(path) for path in sorted(self.form.repeats)}
        return {
            self._numbers[path]: new_row(each) for path, each in nodes.items() if isinstance(each, Repeat)
        }

    def _rules(self) -> dict[str, Any]:
        # The page has the scripts already.
        return {name: rule for name, rule in shipped_form(self.form).items() if name != "scripts"}

    def _kinds(self) -> dict[str, list[int]]:
        kinds: dict[str, list[int]] = {}
        for question in self.form.questions.values():
            kind = "file" if question.is_upload else "note" if question.heads_table else question.kind
            if kind in _KINDS_TOLD:
                kinds.setdefault(kind, []).append(self._numbers[question.path])
        return kinds

    def _may_add(self, path: str) -> bool:
        repeat = self.form.nodes[path]
        return isinstance(repeat, Repeat) and not repeat.fixed

    def _required(self, question: Question) -> str:
        """What is said where an answer is missing."""
        own = question.required_message
        return self.text(own, question.path) if own else describe("answer-required")

    def _usually_required(self) -> str:
        """What most questions say where an answer is missing."""
        asked = [each for each in self.form.questions.values() if each.required is not None]
        return max(Counter(map(self._required, asked)).items(), key=itemgetter(1), default=("", 0))[0]

    def _said(self, question: Question, required: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if question.constraint_message:
            told["c"] = self.text(question.constraint_message, question.path)
        if question.required is not None and self._required(question) != required:
            told["q"] = self._required(question)
        if question.kind == "range":
            ends = {name: question.parameters.get(name, "") for name in ("start", "end")}
            told["g"] = [*ends.values(), describe("answer-out-of-range", ends)]
        return told


@dataclass(frozen=True)
class FormFiles:
    """Names of the packs that a form's pages load: all scripts in one, all styles in another."""

    scripts: str
    styles: str


@lru_cache(maxsize=128)
def files_of(definition: FormDefinition, language: str) -> FormFiles:
    """The packs of a form, the same on every page of it: nothing is loaded twice."""
    items = tuple(
        item for screen in WholeForm(definition, language).screens(str, "") for item in screen.items
    )
    scripts = ("filling", *shipped_form(definition)["scripts"], *scripts_of(items))
    return FormFiles(
        together(f"{name}.js" for name in scripts), together(("resident.css", *styles_of(items)))
    )


def _given(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers without what is empty: the page takes what is not told for that."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list):
            found[name] = [_given(each) if isinstance(each, dict) else each for each in value]
        elif value is not None and value != {}:
            found[name] = _given(value) if isinstance(value, dict) and "lat" not in value else value
    return found
