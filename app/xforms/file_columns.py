"""The columns that a form names of each table beside it: for choices, filters and ``pulldata``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from app.xforms import xpath
from app.xforms.definition import Expression, FormDefinition
from app.xforms.inspecting import expressions_of
from app.xforms.secondary import needed_file
from app.xforms.xpath.paths import local
from app.xforms.xpath.tree import Call, Filter, Node, Path, Step, parts_of

_SEARCH = re.compile(r"search\(\s*['\"]([^'\"]+)['\"]")
#: Steps of ``instance('a')/root/item`` before the column.
_TO_ITEM = 2


def columns_read(form: FormDefinition) -> Mapping[str, frozenset[str]]:
    """File name → the columns that the form reads of it; a file of which it names none is left out."""
    by_instance: dict[str, set[str]] = defaultdict(set)
    for question in form.questions.values():
        itemset = question.itemset
        if itemset is not None and itemset.instance_id is not None:
            by_instance[itemset.instance_id] |= {itemset.value_name, itemset.label_name}
    for expression in _expressions(form):
        for name, column in _columns(expression.tree, None):
            by_instance[name].add(column)
    found: dict[str, set[str]] = defaultdict(set)
    for name, columns in by_instance.items():
        instance = form.secondary_instances.get(name)
        file_name = needed_file(instance) if instance is not None else None
        if file_name is not None:
            found[file_name] |= columns
    for question in form.questions.values():
        match = _SEARCH.search(question.appearance)
        # The values of such a list are columns, but for those of the choices that stand before the rows.
        if match is not None:
            found[f"{match[1]}.csv"] |= {
                each.value for each in question.choices if not each.value.lstrip("-").isdigit()
            }
    return {name: frozenset(columns) for name, columns in found.items()}


def _expressions(form: FormDefinition) -> Iterator[Expression]:
    for node in form.nodes.values():
        for _attribute, expression in expressions_of(node):
            yield expression
    yield from (each.expression for each in form.set_values if each.expression is not None)
    for text in form.texts.values():
        for parts in text.parts.values():
            yield from (part.expression for part in parts if not isinstance(part, str))


def _columns(node: Node, context: str | None) -> Iterator[tuple[str, str]]:
    """(instance, column) of an expression; ``context``: the instance whose item the expression stands at."""
    if isinstance(node, Call) and node.name == "pulldata":
        texts = [xpath.literal_text(each) for each in node.arguments[:3]]
        yield from ((texts[0], each) for each in texts[1:] if texts[0] is not None and each is not None)
    if isinstance(node, Filter):
        inside = xpath.instance_read(node.primary)
        yield from _columns(node.primary, context)
        for predicate in node.predicates:
            yield from _columns(predicate, inside)
        return
    if not isinstance(node, Path):
        for part in parts_of(node):
            yield from _columns(part, context)
        return
    name = context if node.start is None and not node.absolute else xpath.instance_read(node)
    column = _column(node.steps if node.start is None else node.steps[_TO_ITEM:])
    if name is not None and column is not None:
        yield name, column
    if node.start is not None:
        yield from _columns(node.start, context)
    for step in node.steps:
        for predicate in step.predicates:
            yield from _columns(predicate, xpath.instance_read(node))


def _column(steps: tuple[Step, ...]) -> str | None:
    first = steps[0] if steps else None
    named = first is not None and first.axis == "child" and "*" not in first.test and "(" not in first.test
    return local(first.test) if first is not None and named else None
