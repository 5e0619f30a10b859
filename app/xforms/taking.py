"""Taking the fields that a page of the form posts."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.xforms.checking import AnswerProblem
from app.xforms.definition import FormDefinition, Question
from app.xforms.fitting import open_live
from app.xforms.live import LiveForm
from app.xforms.posting import posted_text
from app.xforms.starting import run_triggered
from app.xforms.typing_answers import UntypableText, type_text
from app.xforms.xpath import TreeNode

if TYPE_CHECKING:
    from app.xforms.paging import Page


def take_fields(
    form: FormDefinition,
    answers: Mapping[str, Any],
    page: Page,
    fields: Mapping[str, list[str]],
    *,
    now: datetime | None = None,
) -> tuple[dict[str, Any], list[AnswerProblem]]:
    """Return the answers with a page's posted fields in them, and what could not be typed (kept as text).

    A field's name is its place; many values for select_multiple and rank; a point is one text "lat lon [alt
    [acc]]" or the fields place#lat, place#lon, place#alt and place#acc. Only the page's own, relevant,
    writable questions are taken; a question of a single answer whose field is missing stays as it was,
    except selects and acknowledgements, which browsers leave out when nothing is chosen.
    """
    # Rows that a count asks for are on the page, whether the answers know them yet or not.
    live = open_live(form, deepcopy(dict(answers)), now=now)
    problems: list[AnswerProblem] = []
    changed: list[TreeNode] = []
    for question, node in _writable(live, page):
        place = live.place_of[node]
        text = posted_text(question, place, fields, live.answer(node))
        if text is None:
            continue
        try:
            answer = type_text(question, text)
        except UntypableText:
            answer = text
            problems.append(
                AnswerProblem(question.path, place, "type", {"expected": question.kind, "found": text})
            )
        if answer != live.answer(node):
            changed.append(node)
            live.set_answer(node, question, answer)
    if changed:
        live.calculate()
        run_triggered(live, changed)
        live.calculate()
    return live.answers(drop_irrelevant=False), problems


def _writable(live: LiveForm, page: Page) -> list[tuple[Question, TreeNode]]:
    """Return the questions of a page that may be answered now, with their nodes."""
    found = []
    for path in page.questions:
        question = live.form.questions[path]
        if question.calculate is None and question.kind != "note":
            nodes = live.world.index.get(path, ())
            found += [(question, node) for node in nodes if node.relevant and not live.is_readonly(node)]
    return found
