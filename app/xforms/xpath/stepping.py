"""Walking one step of a path, with its predicates.

Choice lists are looked up by column instead of scanned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from app.xforms.xpath.state import Context, TreeNode
from app.xforms.xpath.tree import Binary, Call, Chain, Literal, Node, Path, Step, parts_of
from app.xforms.xpath.values import Scalar, to_boolean, to_number, to_text

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

Walk = Callable[[Context, list[TreeNode]], list[TreeNode]]
Evaluate = Callable[[Context], Scalar]
_POSITIONAL = frozenset({"position", "last"})


def compile_step(step: Step, compiler: Compiler) -> Walk:
    """Return a function from the nodes before a step to the nodes after it."""
    inside = compiler.inside_predicate()
    filters = [_filter(inside.value(predicate)) for predicate in step.predicates]
    lookup = _column_lookup(step, compiler) if step.predicates else None

    def walk(context: Context, nodes: list[TreeNode]) -> list[TreeNode]:
        found: list[TreeNode] = []
        for node in nodes:
            candidates = None
            if lookup is not None and not node.path:
                candidates = lookup(context, node)
            if candidates is None:
                candidates = [other for other in _along(node, step.axis) if _matches(other, step.test)]
            for keep in filters:
                candidates = keep(context, candidates)
            found.extend(candidates)
        return found if len(nodes) < 2 else list(dict.fromkeys(found))

    return walk


def _along(node: TreeNode, axis: str) -> Iterator[TreeNode]:
    match axis:
        case "child":
            yield from node.children
        case "attribute":
            yield from node.attributes
        case "self":
            yield node
        case "parent":
            if node.parent is not None:
                yield node.parent
        case "descendant" | "descendant-or-self":
            if axis == "descendant-or-self":
                yield node
            for child in node.children:
                yield from _along(child, "descendant-or-self")
        case "ancestor" | "ancestor-or-self":
            above = node if axis == "ancestor-or-self" else node.parent
            while above is not None:
                yield above
                above = above.parent
        case "following-sibling" | "preceding-sibling":
            siblings = node.parent.children if node.parent is not None else [node]
            place = siblings.index(node)
            yield from siblings[place + 1 :] if axis == "following-sibling" else reversed(siblings[:place])


def _matches(node: TreeNode, test: str) -> bool:
    if test == "node()":
        return True
    return (node.name != "" and test in ("*", node.name)) or node.name == test.rpartition(":")[2]


def _filter(predicate: Evaluate) -> Walk:
    def keep(context: Context, nodes: list[TreeNode]) -> list[TreeNode]:
        inner = Context(context.world, context.node, context.current)
        inner.size = len(nodes)
        kept: list[TreeNode] = []
        for position, node in enumerate(nodes, start=1):
            inner.node, inner.position = node, position
            value = predicate(inner)
            if value == position if type(value) is float else to_boolean(value):
                kept.append(node)
        return kept

    return keep


def _column_lookup(
    step: Step, compiler: Compiler
) -> Callable[[Context, TreeNode], list[TreeNode] | None] | None:
    """Return a function that narrows the items of a choice list by ``column = value``, where a predicate is
    such.
    """
    equality = _column_equality(step)
    if equality is None or step.axis != "child":
        return None
    column, other = equality
    wanted = compiler.inside_predicate().value(other)

    def look_up(context: Context, parent: TreeNode) -> list[TreeNode] | None:
        value = wanted(context)
        if type(value) is not str and type(value) is not float:
            return None
        numeric = type(value) is float
        key = (parent, step.test, column, numeric)
        items = context.world.item_index.get(key)
        if items is None:
            items = _index_items(parent, step.test, column, numeric=numeric)
            context.world.item_index[key] = items
        return items.get(to_text(value), [])

    return look_up


def _index_items(parent: TreeNode, name: str, column: str, *, numeric: bool) -> dict[str, list[TreeNode]]:
    items: dict[str, list[TreeNode]] = {}
    for item in parent.children:
        if not _matches(item, name):
            continue
        found: Scalar = next((child.value for child in item.children if child.name == column), "")
        items.setdefault(to_text(to_number(found)) if numeric else to_text(found), []).append(item)
    # NaN equals nothing, not even itself.
    if numeric:
        items.pop("NaN", None)
    return items


def _column_equality(step: Step) -> tuple[str, Node] | None:
    first = step.predicates[0]
    operands = first.operands if isinstance(first, Chain) and first.operator == "and" else (first,)
    if any(_uses_position(operand) for operand in operands):
        return None
    for operand in operands:
        if not isinstance(operand, Binary) or operand.operator != "=":
            continue
        for one, other in ((operand.left, operand.right), (operand.right, operand.left)):
            column = _column_name(one)
            if column is not None and _stands_outside(other):
                return column, other
    return None


def _column_name(node: Node) -> str | None:
    if not isinstance(node, Path) or node.absolute or node.start is not None:
        return None
    steps = [step for step in node.steps if step.axis != "self" or step.predicates]
    if (
        len(steps) == 1
        and steps[0].axis == "child"
        and not steps[0].predicates
        and steps[0].test.isidentifier()
    ):
        return steps[0].test
    return None


def _uses_position(node: Node) -> bool:
    if isinstance(node, Call) and node.name in _POSITIONAL:
        return True
    return any(_uses_position(part) for part in parts_of(node))


def _stands_outside(node: Node) -> bool:
    """Tell whether a value is the same for every item: it reads no column of the item."""
    if isinstance(node, Literal):
        return True
    if isinstance(node, Path):
        if any(step.predicates for step in node.steps):
            return False
        return node.absolute or (isinstance(node.start, Call) and node.start.name == "current")
    if isinstance(node, Call) and not node.arguments:
        return node.name not in _POSITIONAL
    return all(_stands_outside(part) for part in parts_of(node))
