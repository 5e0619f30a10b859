"""Whether answers are what the form asks for."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.xforms.definition import FormDefinition, Question, Repeat
from app.xforms.live import LiveForm
from app.xforms.offering import offers
from app.xforms.sizing import MOST_ROWS, room_for
from app.xforms.typing_answers import LIST_KINDS, has_type
from app.xforms.xpath import Context, TreeNode, to_number


@dataclass(frozen=True)
class AnswerProblem:
    """What is wrong with one answer.

    ``code``: required, constraint (facts: message, the form's own Text), type (expected, found), choice-
    not-offered (found), ranked-twice (found), irrelevant, out-of-range (start, end, found), too-few-rows
    (expected, found), too-large-form (limit: rows of all repeats together).
    """

    path: str
    place: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def check_answers(
    form: FormDefinition, answers: Mapping[str, Any], *, now: datetime | None = None
) -> list[AnswerProblem]:
    """Check all answers of a form; ``now`` is the moment that today() and now() mean.

    Calculated values that were sent are trusted (a phone worked them out at its own time); missing ones are
    worked out.
    """
    live = LiveForm(form, answers, now=now)
    live.calculate(keep_given=True)
    return check_live(live)


def check_live(live: LiveForm, paths: Collection[str] | None = None) -> list[AnswerProblem]:
    """Check the answers of the questions at these paths, or all of them."""
    problems: list[AnswerProblem] = []
    for question, node in live.question_nodes():
        if paths is None or question.path in paths:
            found = _check(live, question, node)
            if found is not None:
                problems.append(found)
    for path in live.form.repeats:
        repeat = live.form.nodes.get(path)
        if isinstance(repeat, Repeat) and repeat.count is not None:
            told = _check_rows(live, repeat)
            if any(each.code == "too-few-rows" for each in told) and not room_for(live, repeat):
                problems.extend(_too_many_in_all(live, repeat, paths))
            elif paths is None:
                problems.extend(told)
    return problems


def _too_many_in_all(
    live: LiveForm, repeat: Repeat, paths: Collection[str] | None
) -> Iterator[AnswerProblem]:
    """The rows that a count asks for do not fit: told at the questions that the count is read from."""
    assert repeat.count is not None  # noqa: S101
    asked = [path for path in live.form.questions if path in repeat.count.reads]
    for path in asked or [repeat.path]:
        if paths is None or path in paths:
            nodes = live.world.index.get(path, ())
            place = live.place_of[nodes[0]] if nodes else path
            yield AnswerProblem(path, place, "too-large-form", {"limit": MOST_ROWS})


def _check(live: LiveForm, question: Question, node: TreeNode) -> AnswerProblem | None:
    answer = live.answer(node)
    if answer is None or answer in ("", []):
        return _check_empty(live, question, node)
    if not node.relevant:
        shown = question.control is not None
        return _problem(live, question, node, "irrelevant", {"found": answer}) if shown else None
    calculated = question.control is None and question.calculate is not None
    if not calculated and not has_type(question, answer):
        return _problem(live, question, node, "type", {"expected": question.kind, "found": answer})
    return _check_choice(live, question, node, answer) or _check_bounds(live, question, node, answer)


def _check_empty(live: LiveForm, question: Question, node: TreeNode) -> AnswerProblem | None:
    asked = node.relevant and question.control is not None and question.kind != "note"
    if asked and question.required is not None and live.holds(question.required, node, otherwise=False):
        return _problem(live, question, node, "required", {"message": question.required_message or None})
    return None


def _check_choice(live: LiveForm, question: Question, node: TreeNode, answer: Any) -> AnswerProblem | None:
    if not question.is_select:
        return None
    if question.kind == "rank" and len(set(answer)) < len(answer):
        twice = next(each for number, each in enumerate(answer) if each in answer[:number])
        return _problem(live, question, node, "ranked-twice", {"found": twice})
    stranger = offers(live, question, node, answer if question.kind in LIST_KINDS else [answer])
    if stranger is None:
        return None
    return _problem(live, question, node, "choice-not-offered", {"found": stranger})


def _check_bounds(live: LiveForm, question: Question, node: TreeNode, answer: Any) -> AnswerProblem | None:
    outside = _range_facts(question, answer) if question.kind == "range" else None
    if outside is not None:
        return _problem(live, question, node, "out-of-range", outside)
    undecided = live.world.undecided
    held = live.holds(question.constraint, node, otherwise=True)
    if live.world.undecided > undecided:
        return _problem(live, question, node, "unchecked", {"found": answer})
    if held:
        return None
    facts = {"message": question.constraint_message or None, "found": answer}
    return _problem(live, question, node, "constraint", facts)


def _problem(
    live: LiveForm, question: Question, node: TreeNode, code: str, facts: Mapping[str, Any]
) -> AnswerProblem:
    return AnswerProblem(question.path, live.place_of[node], code, facts)


def _range_facts(question: Question, answer: Any) -> dict[str, Any] | None:
    start, end = (to_number(question.parameters.get(name, "")) for name in ("start", "end"))
    if math.isnan(start) or math.isnan(end) or not isinstance(answer, int | float):
        return None
    if min(start, end) <= answer <= max(start, end):
        return None
    return {"start": start, "end": end, "found": answer}


def wanted_rows(live: LiveForm, repeat: Repeat, parent: TreeNode) -> int:
    """Return how many rows the count of a repeat asks for, bounded to 0…1000."""
    assert repeat.count is not None  # noqa: S101
    number = to_number(repeat.count.evaluate(Context(live.world, parent)))
    return max(0, min(1000, int(number))) if math.isfinite(number) else 0


def _check_rows(live: LiveForm, repeat: Repeat) -> list[AnswerProblem]:
    problems = []
    for parent in live.world.index.get(repeat.path.rpartition("/")[0], ()):
        found = sum(1 for child in parent.children if child.path == repeat.path)
        wanted = wanted_rows(live, repeat, parent) if parent.relevant else 0
        relevant = all(child.relevant for child in parent.children if child.path == repeat.path)
        # When a count falls, phones keep the rows that were answered already: more is no mistake.
        if found < wanted and relevant and live.asks_rows(repeat, parent):
            place = f"{live.place_of[parent]}/{repeat.name}"
            facts = {"expected": wanted, "found": found}
            problems.append(AnswerProblem(repeat.path, place, "too-few-rows", facts))
    return problems
