"""Rebuilding the tree of a form with some of its nodes replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.xforms.definition import Group, Node, Question, Repeat


def with_questions(root: Group, changed: Mapping[str, Node]) -> Group:
    """Return the tree with the nodes at these paths replaced."""
    return replace(root, children=tuple(_with(child, changed) for child in root.children))


def _with(node: Node, changed: Mapping[str, Node]) -> Node:
    found = changed.get(node.path, node)
    if isinstance(found, Question):
        return found
    return replace(found, children=tuple(_with(child, changed) for child in found.children))


def walk(node: Group | Repeat) -> Iterator[Node]:
    """Yield all nodes below a node, in document order."""
    for child in node.children:
        yield child
        if not isinstance(child, Question):
            yield from walk(child)
