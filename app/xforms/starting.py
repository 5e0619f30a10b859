"""The answers that a new form, or a new row of a repeat, begins with."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from app.xforms.answers import get_answer, path_of, put_answer
from app.xforms.definition import FormDefinition, Group, Question, Repeat, SetValue
from app.xforms.live import LiveForm
from app.xforms.sizing import room_for
from app.xforms.typing_answers import UntypableText, type_text
from app.xforms.xpath import Context, TreeNode

FIRST_LOAD = frozenset({"odk-instance-first-load", "xforms-ready"})
NEW_ROW = "odk-new-repeat"


def start_answers(
    form: FormDefinition,
    answers: Mapping[str, Any],
    *,
    now: datetime | None = None,
    metadata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the answers a new form begins with; those given already (a link's prefilled ones) stay."""
    started = initial_answers(form, answers)
    live = LiveForm(form, started, now=now, metadata=metadata)
    live.calculate()
    for action in form.set_values:
        if FIRST_LOAD & set(action.events):
            for node in live.world.index.get(action.target, ()):
                if get_answer(answers, live.place_of[node]) is None:
                    run_action(live, action, node)
    return live.answers(drop_irrelevant=False)


def initial_answers(form: FormDefinition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults that stand in the form, before anything is worked out."""
    return _defaults(form.root, answers, {})


def _defaults(group: Group | Repeat, known: Any, texts: Any) -> dict[str, Any]:
    """Return the answers of a group; where none is known, its default. ``texts`` are those of its own row."""
    given = known if isinstance(known, Mapping) else {}
    written = texts if isinstance(texts, Mapping) else {}
    found: dict[str, Any] = {}
    for child in group.children:
        answer, own = given.get(child.name), written.get(child.name)
        if isinstance(child, Question):
            found[child.name] = answer if answer is not None else default_answer(child, own)
        elif isinstance(child, Group):
            found[child.name] = _defaults(child, answer, own[0] if isinstance(own, list) and own else own)
        elif isinstance(answer, list):
            found[child.name] = [_defaults(child, row, child.fresh) for row in answer]
        else:
            rows = own if isinstance(own, list) else child.initial
            found[child.name] = [_defaults(child, None, row) for row in rows]
    return found


def default_answer(question: Question, text: str | None = None) -> Any:
    """Return the default of a question (``text``: that of its row), None if it has none that is an answer."""
    default = question.default if text is None else text
    if default.startswith("jr://"):
        return None
    try:
        return type_text(question, default)
    except UntypableText:
        return None


def run_action(live: LiveForm, action: SetValue, node: TreeNode) -> None:
    """Carry out a setvalue at a node."""
    question = live.form.questions.get(action.target)
    if question is None:
        return
    if action.expression is None:
        try:
            live.set_answer(node, question, type_text(question, action.text))
        except UntypableText:
            live.set_answer(node, question, action.text)
        return
    live.set_scalar(node, question, action.expression.evaluate(Context(live.world, node)))


def run_triggered(live: LiveForm, changed: list[TreeNode]) -> None:
    """Carry out the actions that the change of these questions causes, in their rows."""
    for source in changed:
        for action in live.form.set_values:
            if action.trigger == source.path and "xforms-value-changed" in action.events:
                for node in live.world.index.get(action.target, ()):
                    if _in_same_rows(node, source, live.form.repeats):
                        run_action(live, action, node)


def _in_same_rows(node: TreeNode, source: TreeNode, repeats: frozenset[str]) -> bool:
    rows = {above.path: above for above in _lineage(node) if above.path in repeats}
    others = {above.path: above for above in _lineage(source) if above.path in repeats}
    return all(others[path] is row for path, row in rows.items() if path in others)


def _lineage(node: TreeNode) -> list[TreeNode]:
    found: list[TreeNode] = []
    above: TreeNode | None = node
    while above is not None:
        found.append(above)
        above = above.parent
    return found


def add_row(form: FormDefinition, answers: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the answers with a row more in the repeat at a place such as ``/data/people``, if one fits.

    Raises KeyError, also where the place is in a row that is not there.
    """
    repeat = form.nodes[path_of(place)]
    if not isinstance(repeat, Repeat) or place.endswith("]"):
        raise KeyError(place)
    changed = deepcopy(dict(answers))
    live = LiveForm(form, changed)
    if place.rpartition("/")[0] not in live.places:
        # Putting a row there would make all rows before it too, past every bound.
        raise KeyError(place)
    if not room_for(live, repeat):
        return changed
    rows = get_answer(changed, place)
    number = len(rows) + 1 if isinstance(rows, list) else 1
    put_answer(form, changed, f"{place}[{number}]", new_row(repeat))
    live = LiveForm(form, changed)
    live.calculate()
    begin_row(live, live.places[f"{place}[{number}]"])
    return live.answers(drop_irrelevant=False)


def new_row(repeat: Repeat) -> dict[str, Any]:
    """Return the answers that a row more of a repeat begins with."""
    return _defaults(repeat, None, repeat.fresh)


def begin_row(live: LiveForm, row: TreeNode) -> None:
    """Carry out the actions that belong to a new row."""
    for action in live.form.set_values:
        if NEW_ROW in action.events:
            for node in live.world.index.get(action.target, ()):
                if row in _lineage(node):
                    run_action(live, action, node)


def remove_row(form: FormDefinition, answers: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the answers without the row at a place such as ``/data/people[2]``. Raises KeyError."""
    repeat_place, _, number = place.removesuffix("]").rpartition("[")
    known = form.nodes.get(path_of(place))
    if not isinstance(known, Repeat) or place not in LiveForm(form, answers).places:
        raise KeyError(place)
    changed = deepcopy(dict(answers))
    del get_answer(changed, repeat_place)[int(number) - 1]
    return changed
