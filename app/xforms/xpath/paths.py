"""Compiling location paths into functions that find nodes.

Most paths of a form are fixed: they name one node outside repeats, and are found in the index of the main
instance. Paths through repeats stay inside the row that the context is in, as JavaRosa does it. Everything
else walks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.xforms.xpath.state import Context, TreeNode
from app.xforms.xpath.stepping import compile_step
from app.xforms.xpath.tree import Call, Path, Step

if TYPE_CHECKING:
    from app.xforms.xpath.compiling import Compiler

FindNodes = Callable[[Context], list[TreeNode]]


def local(name: str) -> str:
    """Return a name without its prefix: instances are read by local name."""
    return name.rpartition(":")[2]


def split_path(path: Path, context_path: str | None) -> tuple[list[str] | None, list[Step]]:
    """Split a path into the names from the root that are known before any answer is, and the steps left to
    walk.

    The names are None where the beginning depends on the node that a predicate looks at.
    """
    from_current = isinstance(path.start, Call) and path.start.name == "current" and not path.start.arguments
    if path.absolute:
        names: list[str] = []
    elif context_path is not None and (path.start is None or from_current):
        names = [name for name in context_path.split("/") if name]
    else:
        return None, list(path.steps)
    steps = list(path.steps)
    while steps and not steps[0].predicates:
        step = steps[0]
        if step.axis == "child" and step.test != "*" and not step.test.endswith(")"):
            names.append(local(step.test))
        elif step.axis == "parent" and step.test == "node()" and names:
            names.pop()
        elif not (step.axis == "self" and step.test == "node()"):
            break
        steps.pop(0)
    return names, steps


def climb(path: Path, context_path: str) -> tuple[list[str], list[Step]]:
    """Split a path from the context node into the names of the node it climbs to and the steps from there."""
    names, steps = [name for name in context_path.split("/") if name], list(path.steps)
    while steps and not steps[0].predicates and steps[0].axis in {"parent", "self"} and names:
        if steps.pop(0).axis == "parent":
            names.pop()
    return names, steps


def fixed_path(path: Path, compiler: Compiler) -> str | None:
    """Return the path of the one node that a path means, or None where it may mean several."""
    names, steps = split_path(path, compiler.context_path)
    if names is None or steps or not names:
        return None
    target = "/" + "/".join(names)
    return None if _repeats_above(names, compiler) or target in compiler.repeats else target


def compile_path(path: Path, compiler: Compiler) -> FindNodes:
    """Return a function that gives the relevant nodes a path means, in document order."""
    names, steps = split_path(path, compiler.context_path)
    if names is None:
        start = _context_node if path.start is None else compiler.nodes(path.start)
    elif path.absolute:
        start = _named(names, compiler)
    else:
        # What comes down again after climbing finds the nodes of all rows.
        names, steps = climb(path, compiler.context_path or "")
        start = _above(names)
    walks = [compile_step(step, compiler) for step in steps]

    def find(context: Context) -> list[TreeNode]:
        nodes = start(context)
        for walk in walks:
            nodes = walk(context, nodes)
        return [node for node in nodes if node.relevant]

    return find if walks else start


def _context_node(context: Context) -> list[TreeNode]:
    return [context.node]


def _above(names: list[str]) -> FindNodes:
    """Return the node at this path that the context stands in, or is."""
    path = "/" + "/".join(names)

    def climb(context: Context) -> list[TreeNode]:
        node: TreeNode | None = context.current
        while node is not None and node.path != path:
            node = node.parent
        return [node] if node is not None and node.relevant else []

    return climb


def _repeats_above(names: list[str], compiler: Compiler) -> frozenset[str]:
    above = {"/" + "/".join(names[:length]) for length in range(1, len(names))}
    return compiler.repeats & above


def _named(names: list[str], compiler: Compiler) -> FindNodes:
    if not names:
        return lambda context: [context.world.document]
    path = "/" + "/".join(names)
    # From inside a row its repeat means this row alone.
    repeats = _repeats_above([*names, ""], compiler)

    def find_fixed(context: Context) -> list[TreeNode]:
        return [node for node in context.world.index.get(path, ()) if node.relevant]

    def find_in_row(context: Context) -> list[TreeNode]:
        # A choice is in no row; its filter speaks of the row that the question is in.
        row: TreeNode | None = context.node if context.node.path else context.current
        while row is not None and row.path not in repeats:
            row = row.parent
        if row is None:
            return find_fixed(context)
        nodes = [row]
        for name in names[row.path.count("/") :]:
            nodes = [child for node in nodes for child in node.children if child.name == name]
        return [node for node in nodes if node.relevant]

    return find_in_row if repeats else find_fixed
